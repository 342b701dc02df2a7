import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAccount } from "@/app/session";
import {
  Avatar,
  Button,
  EmptyState,
  IconArrowLeft,
  IconButton,
  IconMessageCircle,
  IconUserOff,
  IconUsers,
  NarrowOnly,
  Page,
  PaneHead,
  Skeleton,
  Tag,
} from "@/ui";
import { accountQuery, pictureOf } from "../queries";
import styles from "./directory.module.css";

interface Props {
  /** Opens the conversation with this person; the router joins the two features. */
  onMessage(account: string): void;
}

export function Person({ onMessage }: Props) {
  const { t } = useTranslation("people");
  const navigate = useNavigate();
  const me = useAccount();
  const { account: id = "" } = useParams({ strict: false }) as { account?: string };
  const person = useQuery(accountQuery(id));
  const head = (
    <PaneHead
      leading={
        <NarrowOnly>
          <IconButton label={t("back")} onClick={() => navigate({ to: "/people" })}>
            <IconArrowLeft size={20} />
          </IconButton>
        </NarrowOnly>
      }
      title={person.data?.name ?? t("person.title")}
    />
  );
  if (person.isPending) return <Skeleton rows={4} label={t("loading")} />;
  if (!person.data) {
    return (
      <>
        {head}
        <EmptyState icon={<IconUserOff size={24} />} title={t("person.gone")} text={t("person.gone_text")} />
      </>
    );
  }
  const { data: account } = person;
  const time = timeIn(account.zone);
  return (
    <>
      {head}
      <Page>
        <div className={styles.card}>
          <Avatar id={account.id} name={account.name} picture={pictureOf(account, 256)} size={96} />
          <p className={styles.name}>{account.name}</p>
          {account.title && <p className={styles.quiet}>{account.title}</p>}
          {account.state === "suspended" && <Tag tone="caution">{t("state.suspended")}</Tag>}
          <dl className={styles.facts}>
            <dt>{t("person.role")}</dt>
            <dd>{t(`role.${account.role}`)}</dd>
            <dt>{t("person.time")}</dt>
            <dd>{time ? `${time} · ${account.zone}` : account.zone}</dd>
          </dl>
          <p>&nbsp;</p>
          {account.id === me.id ? (
            <Link to="/settings/profile">{t("person.edit")}</Link>
          ) : (
            <Button
              look="primary"
              icon={<IconMessageCircle size={16} />}
              disabledReason={account.state === "suspended" ? t("person.suspended_reason") : undefined}
              onClick={() => onMessage(account.id)}
            >
              {t("person.message")}
            </Button>
          )}
        </div>
      </Page>
    </>
  );
}

function timeIn(zone: string): string {
  try {
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format();
  } catch {
    return "";
  }
}

export function NoPerson() {
  const { t } = useTranslation("people");
  return (
    <>
      <h1 className="only-read-aloud">{t("directory.title")}</h1>
      <EmptyState
        icon={<IconUsers size={28} />}
        title={t("directory.none")}
        text={t("directory.none_text")}
      />
    </>
  );
}
