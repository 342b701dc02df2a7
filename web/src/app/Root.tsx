import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { whenSessionEnds } from "@/api";
import { keys, LiveProvider } from "@/live";
import { ToastRegion, toasts } from "@/ui";
import { SealedServer, Unreachable } from "./frame/States";
import { forgetSession, instanceQuery, meQuery } from "./session";

/** Asks the two questions that decide everything: is the server open, and who is here. */
export function Root() {
  const { t } = useTranslation("app");
  const client = useQueryClient();
  const router = useRouter();
  const instance = useQuery(instanceQuery);
  const me = useQuery({ ...meQuery, enabled: instance.data?.sealed === false });
  const session = me.data ? `${me.data.session}/${me.data.account.id}` : null;

  useEffect(() => whenSessionEnds(() => void client.invalidateQueries({ queryKey: keys.me })), [client]);
  // Signing in and out decide which routes may be seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of session that matters
  useEffect(() => void router.invalidate(), [session, router]);

  const failed = instance.error ?? me.error;
  const retry = () => {
    void instance.refetch();
    if (instance.data?.sealed === false) void me.refetch();
  };
  if (instance.data?.sealed) return <SealedServer onRetry={retry} />;
  if (failed && me.data === undefined) return <Unreachable error={failed} onRetry={retry} />;
  if (me.data === undefined) return null;
  return (
    <LiveProvider
      session={session}
      onSessionEnded={() => {
        forgetSession(client);
        toasts.show({ text: t("frame.session_ended") });
      }}
    >
      <Outlet />
      <ToastRegion label={t("frame.toasts")} dismissLabel={t("frame.dismiss")} />
    </LiveProvider>
  );
}
