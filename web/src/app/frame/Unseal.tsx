import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, isApiError, type Quorum, type Seal } from "@/api";
import { useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { sealQuery } from "@/app/session";
import { keys } from "@/live";
import { Button, IconLock, IconLockOpen, Meter, Skeleton, Stack, TextField } from "@/ui";
import { DoorShell } from "./Door";
import styles from "./unseal.module.css";

/** Custodians are in different places, and each sees what the others have done. */
const ASK_EVERY_MS = 2_500;

interface Props {
  /** The server answers again. */
  onOpen(): void;
}

/** What is shown in place of everything while the server is sealed; it goes away by itself. */
export function Unseal({ onOpen }: Props) {
  const { t } = useTranslation("app");
  const seal = useQuery({ ...sealQuery, refetchInterval: ASK_EVERY_MS });
  const open = seal.data?.state === "unsealed";
  // Once for every time that it is found open: what was asked in between may have been refused.
  const found = seal.dataUpdatedAt;
  const goOn = useRef(onOpen);
  goOn.current = onOpen;
  useEffect(() => {
    if (open && found > 0) goOn.current();
  }, [open, found]);

  const quorum = seal.data?.quorum ?? null;
  return (
    <DoorShell>
      <p className={styles.mark} aria-hidden="true">
        {open ? <IconLockOpen size={28} /> : <IconLock size={28} />}
      </p>
      <h1 className={styles.title}>{open ? t("sealed.opening") : t("sealed.title")}</h1>
      {!open && (
        <p className={styles.text}>
          {quorum
            ? t("sealed.text_quorum", { threshold: quorum.threshold, shares: quorum.shares })
            : seal.data && t("sealed.text_file")}
        </p>
      )}
      {!open && quorum && <Custodians quorum={quorum} />}
      {!seal.data &&
        (seal.isError ? <p>{t("sealed.unknown")}</p> : <Skeleton rows={2} label={t("sealed.looking")} />)}
    </DoorShell>
  );
}

function Custodians({ quorum }: { quorum: Quorum }) {
  const { t } = useTranslation("app");
  const client = useQueryClient();
  const [forgotten, setForgotten] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const field = useRef<HTMLInputElement>(null);
  const missing = Math.max(0, quorum.threshold - quorum.entered);

  const learn = (seal: Seal) => client.setQueryData(keys.seal, seal);
  const form = useForm({
    initial: { share: "" },
    check: ({ share }) => ({ share: share.trim() ? undefined : t("sealed.needed") }),
    submit: async ({ share }) => {
      setForgotten(false);
      setTrouble(null);
      try {
        learn(await api.post("/seal/shares", { body: { share: share.trim() } }));
      } catch (error) {
        // Another one opened it meanwhile: that is what was wanted.
        if (isApiError(error) && error.code === "kms.unsealed")
          await client.invalidateQueries({ queryKey: keys.seal });
        else throw error;
      } finally {
        form.set({ share: "" });
        field.current?.focus();
      }
    },
  });
  const startOver = async () => {
    setTrouble(null);
    try {
      learn(await api.delete("/seal/shares"));
      setForgotten(true);
    } catch (error) {
      setTrouble(error);
    }
    field.current?.focus();
  };

  const words = t("sealed.entered", { entered: quorum.entered, threshold: quorum.threshold });
  return (
    <div className={styles.body}>
      <div className={styles.progress} role="status">
        <span className={styles.count}>{words}</span>
        <span className={styles.quiet}>
          {forgotten && quorum.entered === 0
            ? t("sealed.reset_done")
            : t("sealed.missing", { count: missing })}
        </span>
      </div>
      <Meter
        label={t("sealed.progress")}
        value={quorum.entered}
        most={quorum.threshold}
        text={words}
        tone="sealed"
      />
      <form {...form.props} autoComplete="off">
        <Stack>
          <Problem error={form.failure ?? trouble} />
          <TextField
            {...form.field("share")}
            ref={field}
            label={t("sealed.share")}
            hint={t("sealed.hint")}
            type="password"
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            required
          />
          <Button type="submit" look="primary" size="large" wide busy={form.busy}>
            {t("sealed.submit")}
          </Button>
          {quorum.entered > 0 && (
            <Button look="plain" wide onClick={() => void startOver()}>
              {t("sealed.reset")}
            </Button>
          )}
        </Stack>
      </form>
    </div>
  );
}
