import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { instanceQuery } from "@/app/session";
import { type ConnectionState, useLive } from "@/live";
import { Banner, Button, IconAlertTriangle, IconPlugConnectedX, IconRefresh, IconWifiOff } from "@/ui";

/** A short hiccup is nobody's business; only what lasts is shown. */
const PATIENCE_MS: Record<ConnectionState, number> = {
  idle: 0,
  online: 0,
  connecting: 1500,
  reconnecting: 1000,
  offline: 0,
};

export function Bars() {
  return (
    <>
      <SealBar />
      <ConnectionBar />
    </>
  );
}

export function SealBar() {
  const { t } = useTranslation("app");
  const instance = useQuery(instanceQuery).data;
  if (!instance?.development_seal) return null;
  return (
    <Banner tone="caution" icon={<IconAlertTriangle size={16} />}>
      {t("bars.development_seal")}
    </Banner>
  );
}

function ConnectionBar() {
  const { t } = useTranslation("app");
  const { state, retryNow } = useLive();
  const shown = useLasting(state);
  const retry = (
    <Button size="small" look="plain" icon={<IconRefresh size={16} />} onClick={retryNow}>
      {t("bars.retry")}
    </Button>
  );
  return (
    <div role="status">
      {shown === "offline" && (
        <Banner tone="plain" icon={<IconWifiOff size={16} />} action={retry}>
          {t("bars.offline")}
        </Banner>
      )}
      {shown === "reconnecting" && (
        <Banner tone="plain" icon={<IconPlugConnectedX size={16} />} action={retry}>
          {t("bars.reconnecting")}
        </Banner>
      )}
      {shown === "connecting" && (
        <Banner tone="plain" icon={<IconRefresh size={16} />}>
          {t("bars.connecting")}
        </Banner>
      )}
    </div>
  );
}

function useLasting(state: ConnectionState): ConnectionState {
  const [shown, setShown] = useState<ConnectionState>("idle");
  useEffect(() => {
    const timer = setTimeout(() => setShown(state), PATIENCE_MS[state]);
    return () => clearTimeout(timer);
  }, [state]);
  return shown;
}
