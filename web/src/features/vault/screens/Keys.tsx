import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Keys as KeysAbove } from "@/api";
import { useFormat } from "@/app/format";
import { useExplain } from "@/app/refusals";
import { AdministratorsOnly } from "@/features/people/public";
import {
  Banner,
  Button,
  EmptyState,
  IconAlertTriangle,
  IconRefresh,
  Page,
  Section,
  Skeleton,
  Tag,
} from "@/ui";
import { keysQuery } from "../queries";
import styles from "./keys.module.css";

/** Who holds the key of the server, and how old the organisation's own key is. */
export function Keys() {
  return (
    <AdministratorsOnly>
      <Answer />
    </AdministratorsOnly>
  );
}

function Answer() {
  const { t } = useTranslation("vault");
  const explain = useExplain();
  const keys = useQuery(keysQuery);
  if (keys.data) {
    return (
      <Page>
        <Root root={keys.data.root} />
        <Own own={keys.data.key} />
      </Page>
    );
  }
  if (!keys.isError) {
    return (
      <Page>
        <Skeleton rows={4} label={t("loading")} />
      </Page>
    );
  }
  return (
    <EmptyState
      tone="danger"
      icon={<IconAlertTriangle size={24} />}
      title={t("error")}
      text={explain(keys.error).text}
      action={<Button onClick={() => void keys.refetch()}>{t("retry")}</Button>}
    />
  );
}

function Root({ root }: { root: KeysAbove["root"] }) {
  const { t } = useTranslation("vault");
  const isFile = root.held === "file";
  return (
    <Section
      title={t("root.title")}
      text={t("root.text")}
      aside={<Tag tone={isFile ? "caution" : "sealed"}>{isFile ? t("root.file") : t("root.shares")}</Tag>}
    >
      {isFile ? (
        <Banner tone="caution" look="card" icon={<IconAlertTriangle size={16} />}>
          {t("root.file_text")}
        </Banner>
      ) : (
        <p className={styles.words}>
          {t("root.shares_text", { shares: root.shares ?? 0, threshold: root.threshold ?? 0 })}
        </p>
      )}
    </Section>
  );
}

function Own({ own }: { own: KeysAbove["key"] }) {
  const { t } = useTranslation("vault");
  const { date, ago } = useFormat();
  return (
    <Section
      title={t("own.title")}
      text={t("own.text")}
      aside={own.is_followed ? <Tag tone="accent">{t("own.followed")}</Tag> : undefined}
    >
      <dl className={styles.facts}>
        <div>
          <dt>{t("own.version")}</dt>
          <dd>{own.version}</dd>
        </div>
        <div>
          <dt>{t("own.made")}</dt>
          <dd>
            <time dateTime={own.made_at} title={ago(own.made_at)}>
              {date(own.made_at)}
            </time>
          </dd>
        </div>
        <div>
          <dt>{t("own.renewed")}</dt>
          <dd>
            <time dateTime={own.renewed_at}>{date(own.renewed_at)}</time>
          </dd>
        </div>
      </dl>
      {own.is_followed && (
        <Banner tone="plain" look="card" icon={<IconRefresh size={16} />}>
          {t("own.followed_text")}
        </Banner>
      )}
    </Section>
  );
}
