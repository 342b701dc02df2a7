import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Hold } from "@/api";
import { useFormat } from "@/app/format";
import { useMe } from "@/app/session";
import { Button, IconBuildingCastle, IconMessages, toasts } from "@/ui";
import { releaseHold } from "../../keeping";
import { useChat } from "../../queries";
import styles from "./keeping.module.css";
import { Sure } from "./Sure";

export function HoldItem({ hold }: { hold: Hold }) {
  return hold.chat === null ? <OfAll hold={hold} /> : <OfChat hold={hold} chat={hold.chat} />;
}

function OfAll({ hold }: { hold: Hold }) {
  const { t } = useTranslation("keeping");
  const organisation = useMe()?.tenant.name ?? "";
  return <Item hold={hold} Icon={IconBuildingCastle} name={organisation} about={t("hold.of_all")} />;
}

/** Of a chat that the administrator is not in, nothing is known but its id: the server tells no more. */
function OfChat({ hold, chat }: { hold: Hold; chat: string }) {
  const { t } = useTranslation("keeping");
  const { chat: known, error } = useChat(chat);
  const name = known?.name ?? (error ? t("hold.unknown_chat") : "…");
  return <Item hold={hold} Icon={IconMessages} name={name} about={known ? t("hold.of_chat") : chat} />;
}

interface Props {
  hold: Hold;
  name: string;
  about: string;
  Icon: typeof IconMessages;
}

function Item({ hold, name, about, Icon }: Props) {
  const { t } = useTranslation("keeping");
  const client = useQueryClient();
  const format = useFormat();
  const [asking, setAsking] = useState(false);
  return (
    <li className={styles.item}>
      <Icon size={20} className={styles.icon} aria-hidden="true" />
      <div className={styles.middle}>
        <h3 className={styles.name}>{name}</h3>
        <p className={styles.quiet}>{about}</p>
        <p className={styles.reason}>{hold.reason}</p>
        <p className={styles.quiet}>
          {t("hold.placed", { who: hold.placed_by.name, when: format.full(hold.placed_at) })}
        </p>
      </div>
      <Button
        size="small"
        look="danger"
        aria-label={t("hold.release_name", { name })}
        onClick={() => setAsking(true)}
      >
        {t("hold.release")}
      </Button>
      {asking && (
        <Sure
          title={t("hold.release_title")}
          submit={t("hold.release")}
          onClose={() => setAsking(false)}
          onSure={async () => {
            await releaseHold(client, hold.id);
            toasts.show({ text: t("hold.released"), about: "hold" });
          }}
        >
          <p>{t("hold.release_text", { name })}</p>
          <p className={styles.reason}>{hold.reason}</p>
        </Sure>
      )}
    </li>
  );
}
