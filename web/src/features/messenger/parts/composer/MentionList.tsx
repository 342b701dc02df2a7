import { useTranslation } from "react-i18next";
import type { AccountLite } from "@/api";
import { pictureOf } from "@/features/people/public";
import { Avatar, Row } from "@/ui";
import styles from "./composer.module.css";

interface Props {
  id: string;
  people: AccountLite[];
  active: AccountLite | undefined;
  onPick(person: AccountLite): void;
}

export function MentionList({ id, people, active, onPick }: Props) {
  const { t } = useTranslation("messenger");
  return (
    <div
      id={`${id}-people`}
      role="listbox"
      aria-label={t("mention.people")}
      tabIndex={-1}
      className={styles.people}
    >
      {people.map((person) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the writing box moves through the options
        <div
          key={person.id}
          id={`${id}-${person.id}`}
          role="option"
          tabIndex={-1}
          aria-selected={person.id === active?.id}
          className={styles.person}
          // Keeps the caret where it is.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onPick(person)}
        >
          <Row
            leading={<Avatar id={person.id} name={person.name} picture={pictureOf(person)} size={24} />}
            title={person.name}
          />
        </div>
      ))}
    </div>
  );
}
