import type { ReactNode } from "react";
import styles from "./door.module.css";

interface Props {
  title: string;
  text?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
}

/** One page in front of the door: a heading, a form, a way elsewhere. */
export function DoorPage({ title, text, children, footer }: Props) {
  return (
    <>
      <h1 className={styles.title}>{title}</h1>
      {text && <p className={styles.text}>{text}</p>}
      <div className={styles.body}>{children}</div>
      {footer && <div className={styles.footer}>{footer}</div>}
    </>
  );
}
