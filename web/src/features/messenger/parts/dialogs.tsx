import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Account, type AccountLite, type Chat, newKey } from "@/api";
import { useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { PeoplePicker } from "@/features/people/public";
import { Actions, Button, Dialog, Segmented, Stack, TextField } from "@/ui";
import {
  addMembers,
  changeChat,
  createGroup,
  leaveChat,
  makeOwner,
  openDirect,
  removeMember,
} from "../commands";
import { membersQuery } from "../queries";

const NAME_LONGEST = 100;

/** Talk to one person, or start a group: the same dialog, because people change their minds. */
export function NewChat({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const navigate = useNavigate();
  const key = useRef(newKey());
  const [kind, setKind] = useState<"direct" | "group">("direct");
  const [people, setPeople] = useState<Account[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const go = async (chat: Chat) => {
    onClose();
    await navigate({ to: "/chats/$chat", params: { chat: chat.id } });
  };
  const form = useForm({
    initial: { name: "" },
    check: (values) => ({ name: values.name.trim() ? undefined : t("new.name_missing") }),
    submit: async (values) =>
      go(
        await createGroup(client, key.current, {
          name: values.name.trim(),
          members: people.map((person) => person.id),
        }),
      ),
  });
  const talkTo = async (person: Account) => {
    setFailure(null);
    try {
      await go(await openDirect(client, person.id));
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <Dialog
      title={t("new.title")}
      closeLabel={t("close")}
      onClose={onClose}
      footer={
        kind === "group" ? (
          <>
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button look="primary" busy={form.busy} onClick={() => void form.props.onSubmit()}>
              {t("new.create")}
            </Button>
          </>
        ) : undefined
      }
    >
      <Stack>
        <Segmented
          label={t("new.kind")}
          value={kind}
          onPick={(next) => {
            setKind(next);
            setPeople([]);
          }}
          wide
          options={[
            { value: "direct", label: t("new.direct") },
            { value: "group", label: t("new.group") },
          ]}
        />
        <Problem error={failure ?? form.failure} />
        {kind === "group" && (
          <form {...form.props}>
            <TextField {...form.field("name")} label={t("new.name")} maxLength={NAME_LONGEST} />
          </form>
        )}
        <PeoplePicker
          key={kind}
          label={kind === "group" ? t("new.members") : t("new.with")}
          mode={kind === "group" ? "several" : "one"}
          picked={people}
          onPick={(picked) => {
            if (kind === "group") setPeople(picked);
            else if (picked[0]) void talkTo(picked[0]);
          }}
        />
      </Stack>
    </Dialog>
  );
}

export function AddMembers({ chat, onClose }: { chat: Chat; onClose(): void }) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const [people, setPeople] = useState<Account[]>([]);
  const members = useInfiniteQuery(membersQuery(chat.id));
  const inside = new Set(
    members.data?.pages.flatMap((page) => page.items.map((member) => member.account.id)) ?? [],
  );
  const form = useForm({
    initial: {},
    check: () => ({}),
    submit: async () => {
      await addMembers(
        client,
        chat.id,
        people.map((person) => person.id),
      );
      onClose();
    },
  });
  return (
    <Dialog
      title={t("add.title")}
      closeLabel={t("close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            look="primary"
            busy={form.busy}
            disabledReason={people.length === 0 ? t("add.nobody") : undefined}
            onClick={() => void form.props.onSubmit()}
          >
            {t("add.submit", { count: people.length })}
          </Button>
        </>
      }
    >
      <Stack>
        <Problem error={form.failure} />
        <PeoplePicker
          label={t("new.members")}
          mode="several"
          picked={people}
          onPick={setPeople}
          taken={{ accounts: inside, reason: t("add.inside") }}
        />
      </Stack>
    </Dialog>
  );
}

export function Rename({ chat, onClose }: { chat: Chat; onClose(): void }) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const form = useForm({
    initial: { name: chat.name },
    check: (values) => ({ name: values.name.trim() ? undefined : t("new.name_missing") }),
    submit: async (values) => {
      await changeChat(client, chat.id, { name: values.name.trim() });
      onClose();
    },
  });
  return (
    <Dialog title={t("rename.title")} closeLabel={t("close")} onClose={onClose} size="small">
      <form {...form.props}>
        <Stack>
          <Problem error={form.failure} />
          <TextField {...form.field("name")} label={t("new.name")} maxLength={NAME_LONGEST} />
          <Actions align="end">
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" look="primary" busy={form.busy}>
              {t("rename.submit")}
            </Button>
          </Actions>
        </Stack>
      </form>
    </Dialog>
  );
}

interface ConfirmProps {
  title: string;
  text: ReactNode;
  submit: string;
  run(): Promise<unknown>;
  onClose(): void;
}

/** For what the one who does it cannot undo. */
function Confirm({ title, text, submit, run, onClose }: ConfirmProps) {
  const { t } = useTranslation("messenger");
  const form = useForm({ initial: {}, check: () => ({}), submit: run });
  return (
    <Dialog title={title} closeLabel={t("close")} onClose={onClose} size="small">
      <form {...form.props}>
        <Stack>
          <p>{text}</p>
          <Problem error={form.failure} />
          <Actions align="end">
            <Button onClick={onClose} data-autofocus>
              {t("cancel")}
            </Button>
            <Button type="submit" look="danger" busy={form.busy}>
              {submit}
            </Button>
          </Actions>
        </Stack>
      </form>
    </Dialog>
  );
}

export function ConfirmLeave({ chat, onClose }: { chat: Chat; onClose(): void }) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <Confirm
      title={t("leave.title")}
      text={t("leave.text", { name: chat.name })}
      submit={t("leave.submit")}
      onClose={onClose}
      run={async () => {
        await leaveChat(client, chat.id);
        onClose();
        await navigate({ to: "/chats" });
      }}
    />
  );
}

interface PersonProps {
  chat: Chat;
  person: AccountLite;
  onClose(): void;
}

export function ConfirmRemove({ chat, person, onClose }: PersonProps) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  return (
    <Confirm
      title={t("remove.title")}
      text={t("remove.text", { person: person.name, name: chat.name })}
      submit={t("remove.submit")}
      onClose={onClose}
      run={async () => {
        await removeMember(client, chat.id, person.id);
        onClose();
      }}
    />
  );
}

export function ConfirmOwner({ chat, person, onClose }: PersonProps) {
  const { t } = useTranslation("messenger");
  const client = useQueryClient();
  return (
    <Confirm
      title={t("owner.title")}
      text={t("owner.text", { person: person.name, name: chat.name })}
      submit={t("owner.submit")}
      onClose={onClose}
      run={async () => {
        await makeOwner(client, chat.id, person.id);
        onClose();
      }}
    />
  );
}
