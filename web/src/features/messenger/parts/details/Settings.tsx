import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat, ChatChange } from "@/api";
import { Button, IconTrash, SelectField, Stack, Tag } from "@/ui";
import { changeChat } from "../../commands";
import { useAttempt } from "../useAttempt";
import { Disband } from "./Disband";
import styles from "./details.module.css";
import { JoinLink } from "./JoinLink";
import { Keeping } from "./Keeping";
import { Requests } from "./Requests";
import { TextSetting } from "./TextSetting";

/** How a group is led. Everybody sees the rules; those who lead change them. */
export function Settings({ chat }: { chat: Chat }) {
  const { t } = useTranslation("groups");
  const client = useQueryClient();
  const attempt = useAttempt();
  const [disbanding, setDisbanding] = useState(false);
  const leads = chat.role !== "member";
  const change = (wanted: ChatChange) => void attempt(() => changeChat(client, chat.id, wanted));
  return (
    <>
      {leads && chat.requests > 0 && <Requests chat={chat} />}
      <section className={styles.block} aria-label={t("texts")}>
        <Stack>
          <TextSetting
            label={t("description.label")}
            text={chat.description}
            longest={500}
            locked={!leads}
            onSave={(description) => changeChat(client, chat.id, { description })}
          />
          <TextSetting
            label={t("announcement.label")}
            hint={t("announcement.hint")}
            text={chat.announcement?.text ?? ""}
            longest={2000}
            locked={!leads}
            onSave={(announcement) => changeChat(client, chat.id, { announcement })}
          />
        </Stack>
      </section>
      <section className={styles.block} aria-label={t("rules")}>
        <div className={styles.blockHead}>
          <h3>{t("rules")}</h3>
          {!leads && <Tag>{t("managers_change")}</Tag>}
        </div>
        <Stack gap={12}>
          <SelectField<Chat["visibility"]>
            label={t("visibility.label")}
            hint={t("visibility.hint")}
            value={chat.visibility}
            disabled={!leads}
            onPick={(visibility) => change({ visibility })}
            options={optionsOf(["private", "public"], (value) => t(`visibility.${value}`))}
          />
          <SelectField<Chat["join"]>
            label={t("join.label")}
            hint={t("join.hint")}
            value={chat.join}
            disabled={!leads}
            onPick={(join) => change({ join })}
            options={optionsOf(["open", "approval", "closed"], (value) => t(`join.${value}`))}
          />
          <SelectField<Chat["posting"]>
            label={t("posting.label")}
            hint={t("posting.hint")}
            value={chat.posting}
            disabled={!leads}
            onPick={(posting) => change({ posting })}
            options={optionsOf(["everyone", "managers"], (value) => t(`posting.${value}`))}
          />
          <SelectField<Chat["mention_all"]>
            label={t("mention_all.label")}
            hint={t("mention_all.hint")}
            value={chat.mention_all}
            disabled={!leads}
            onPick={(mention_all) => change({ mention_all })}
            options={optionsOf(["everyone", "managers"], (value) => t(`mention_all.${value}`))}
          />
          <SelectField<Chat["history"]>
            label={t("history.label")}
            hint={t("history.hint")}
            value={chat.history}
            disabled={!leads}
            onPick={(history) => change({ history })}
            options={optionsOf(["all", "since_joined"], (value) => t(`history.${value}`))}
          />
          <Keeping chat={chat} locked={!leads} />
        </Stack>
      </section>
      {leads && <JoinLink chat={chat} />}
      {chat.role === "owner" && (
        <section className={styles.block} aria-label={t("disband.title")}>
          <p className={styles.quiet}>{t("disband.text")}</p>
          <p className={styles.last}>
            <Button look="danger" icon={<IconTrash size={16} />} onClick={() => setDisbanding(true)}>
              {t("disband.title")}
            </Button>
          </p>
        </section>
      )}
      {disbanding && <Disband chat={chat} onClose={() => setDisbanding(false)} />}
    </>
  );
}

function optionsOf<T extends string>(values: readonly T[], labelOf: (value: T) => string) {
  return values.map((value) => ({ value, label: labelOf(value) }));
}
