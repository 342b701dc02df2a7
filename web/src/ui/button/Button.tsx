import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Tooltip } from "../tooltip/Tooltip";
import styles from "./button.module.css";

type Look = "primary" | "outline" | "plain" | "danger";

interface Common extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  look?: Look;
  size?: "small" | "medium" | "large";
  /** Work is under way: the button keeps its place and its focus, and does nothing. */
  busy?: boolean;
  /** Why the button cannot be used now; shown instead of hiding it. */
  disabledReason?: string | undefined;
}

interface ButtonProps extends Common {
  icon?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}

export function Button({ icon, children, wide, ...rest }: ButtonProps) {
  const button = (
    <Bare {...rest} className={`${styles.button} ${wide ? styles.wide : ""} ${rest.className ?? ""}`}>
      {rest.busy ? <span className={styles.spinner} aria-hidden="true" /> : icon}
      <span className={styles.label}>{children}</span>
    </Bare>
  );
  return rest.disabledReason ? <Tooltip text={rest.disabledReason}>{button}</Tooltip> : button;
}

interface IconButtonProps extends Common {
  label: string;
  children: ReactNode;
  /** Keys that do the same, for the tooltip. */
  keys?: string | undefined;
  tooltipSide?: "top" | "bottom" | "right" | undefined;
}

export function IconButton({ label, children, keys, tooltipSide, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={rest.disabledReason ?? label} keys={keys} side={tooltipSide}>
      <Bare
        look="plain"
        {...rest}
        aria-label={label}
        className={`${styles.button} ${styles.icon} ${rest.className ?? ""}`}
      >
        {rest.busy ? <span className={styles.spinner} aria-hidden="true" /> : children}
      </Bare>
    </Tooltip>
  );
}

function Bare({ look = "outline", size = "medium", busy, disabledReason, onClick, type, ...rest }: Common) {
  const off = busy || disabledReason !== undefined;
  return (
    <button
      {...rest}
      type={type ?? "button"}
      data-look={look}
      data-size={size}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (off) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}
