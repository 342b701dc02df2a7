import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type Session } from "@/api";
import { useFormat } from "@/app/format";
import { Problem } from "@/app/refusals";
import { keys } from "@/live";
import { Button, IconDeviceDesktop, IconDeviceMobile, Page, Row, Section, Skeleton, Tag } from "@/ui";
import { sessionsQuery } from "../commands";
import { deviceOf } from "../device";
import styles from "./sessions.module.css";

export function Sessions() {
  const { t } = useTranslation("identity");
  const client = useQueryClient();
  const sessions = useQuery(sessionsQuery);
  const revoke = useMutation({
    mutationFn: (session: string) => api.delete("/me/sessions/{session}", { path: { session } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sessions }),
  });
  const revokeOthers = useMutation({
    mutationFn: () => api.post("/me/sessions/revoke-others", { body: {} }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sessions }),
  });
  const others = sessions.data?.filter((session) => !session.current).length ?? 0;
  return (
    <Page>
      <Section
        title={t("sessions.title")}
        text={t("sessions.text")}
        aside={
          <Button
            look="danger"
            busy={revokeOthers.isPending}
            disabledReason={others === 0 ? t("sessions.no_others") : undefined}
            onClick={() => revokeOthers.mutate()}
          >
            {t("sessions.end_others")}
          </Button>
        }
      >
        <Problem error={sessions.error ?? revoke.error ?? revokeOthers.error} />
        {sessions.isPending ? (
          <Skeleton rows={3} label={t("sessions.loading")} />
        ) : (
          <ul className={styles.list}>
            {sessions.data?.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                busy={revoke.isPending && revoke.variables === session.id}
                onEnd={() => revoke.mutate(session.id)}
              />
            ))}
          </ul>
        )}
      </Section>
    </Page>
  );
}

function SessionRow({ session, busy, onEnd }: { session: Session; busy: boolean; onEnd(): void }) {
  const { t } = useTranslation("identity");
  const format = useFormat();
  const Icon = /phone|android|mobile|ipad/i.test(session.client) ? IconDeviceMobile : IconDeviceDesktop;
  return (
    <li className={styles.item}>
      <Row
        leading={<Icon size={20} className={styles.icon} aria-hidden="true" />}
        title={deviceOf(session.client) || t("sessions.unknown_client")}
        detail={t("sessions.detail", { address: session.address, seen: format.ago(session.seen_at) })}
        trailing={
          session.current ? (
            <Tag tone="positive">{t("sessions.this")}</Tag>
          ) : (
            <Button size="small" look="danger" busy={busy} onClick={onEnd}>
              {t("sessions.end")}
            </Button>
          )
        }
      />
    </li>
  );
}
