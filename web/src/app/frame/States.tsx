/** What is shown instead of the application: out of reach, broken, not found. */

import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useExplain } from "@/app/refusals";
import { Button, EmptyState, IconAlertTriangle, IconMoodEmpty, IconPlugConnectedX } from "@/ui";
import { DoorShell } from "./Door";

export function Unreachable({ error, onRetry }: { error: unknown; onRetry(): void }) {
  const { t } = useTranslation("app");
  const explain = useExplain();
  const { text, reference } = explain(error);
  return (
    <DoorShell>
      <h1 className="only-read-aloud">{t("unreachable.title")}</h1>
      <EmptyState
        tone="danger"
        icon={<IconPlugConnectedX size={28} />}
        title={t("unreachable.title")}
        text={reference ? `${text} ${t("problem.reference", { reference })}` : text}
        action={<Button onClick={onRetry}>{t("bars.retry")}</Button>}
      />
    </DoorShell>
  );
}

export function NotFound() {
  const { t } = useTranslation("app");
  return (
    <DoorShell>
      <h1 className="only-read-aloud">{t("not_found.title")}</h1>
      <EmptyState
        icon={<IconMoodEmpty size={28} />}
        title={t("not_found.title")}
        text={t("not_found.text")}
        action={<Link to="/">{t("not_found.back")}</Link>}
      />
    </DoorShell>
  );
}

export function Broken({ reset }: { reset(): void }) {
  const { t } = useTranslation("app");
  return (
    <EmptyState
      tone="danger"
      icon={<IconAlertTriangle size={28} />}
      title={t("broken.title")}
      text={t("broken.text")}
      action={<Button onClick={reset}>{t("bars.retry")}</Button>}
    />
  );
}
