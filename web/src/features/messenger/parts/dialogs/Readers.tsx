import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api";
import { Problem } from "@/app/refusals";
import { pictureOf } from "@/features/people/public";
import { Avatar, Button, Dialog, Row, Segmented, Skeleton } from "@/ui";
import { readersQuery } from "../../queries";
import styles from "./dialogs.module.css";

/** Nobody is told of the reading of others: who looks at it asks again. */
const AGAIN_MS = 4000;

/** Who has read a message, and who has not. */
export function Readers({ message, onClose }: { message: Message; onClose(): void }) {
  const { t } = useTranslation("talk");
  const [which, setWhich] = useState<"read" | "unread">("read");
  const readers = useInfiniteQuery({
    ...readersQuery(message, which === "read"),
    refetchInterval: AGAIN_MS,
  });
  const people = readers.data?.pages.flatMap((page) => page.items) ?? [];
  const counts = readers.data?.pages[0];
  return (
    <Dialog title={t("readers.title")} closeLabel={t("close")} onClose={onClose} size="small">
      <Segmented<"read" | "unread">
        label={t("readers.title")}
        value={which}
        onPick={setWhich}
        wide
        options={[
          { value: "read", label: t("readers.read", { count: counts?.read ?? 0 }) },
          { value: "unread", label: t("readers.unread", { count: counts?.unread ?? 0 }) },
        ]}
      />
      <Problem error={readers.error} />
      <div className={styles.people}>
        {readers.isPending ? (
          <Skeleton rows={4} label={t("readers.title")} />
        ) : people.length === 0 ? (
          <p className={styles.none}>{which === "read" ? t("readers.nobody") : t("readers.everybody")}</p>
        ) : (
          <ul>
            {people.map((person) => (
              <li key={person.id} className={styles.person}>
                <Row
                  leading={<Avatar id={person.id} name={person.name} picture={pictureOf(person)} size={32} />}
                  title={person.name}
                />
              </li>
            ))}
          </ul>
        )}
        {readers.hasNextPage && (
          <Button size="small" busy={readers.isFetchingNextPage} onClick={() => readers.fetchNextPage()}>
            {t("more")}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
