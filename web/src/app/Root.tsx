import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { isSealed, whenSealed, whenSessionEnds } from "@/api";
import { keys, LiveProvider, useConnection } from "@/live";
import { ToastRegion, toasts } from "@/ui";
import { Unreachable } from "./frame/States";
import { Unseal } from "./frame/Unseal";
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
  useEffect(() => whenSealed(() => void client.invalidateQueries({ queryKey: keys.instance })), [client]);
  // Signing in and out decide which routes may be seen; and so does learning that nobody is, which a sealed server told nobody.
  const known = me.data === undefined ? undefined : session;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of session that matters
  useEffect(() => void router.invalidate(), [known, router]);

  const failed = instance.error ?? me.error;
  const retry = () => {
    void instance.refetch();
    if (instance.data?.sealed === false) void me.refetch();
  };
  if (instance.data?.sealed || isSealed(failed)) return <Unseal onOpen={retry} />;
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
      <SealWatch />
      <Outlet />
      <ToastRegion label={t("frame.toasts")} dismissLabel={t("frame.dismiss")} />
    </LiveProvider>
  );
}

const ASK_EVERY_MS = 5_000;

/** A socket that does not come back says nothing of why: the server may have been sealed. */
function SealWatch() {
  const lost = useConnection() === "reconnecting";
  useQuery({ ...instanceQuery, refetchInterval: lost ? ASK_EVERY_MS : false });
  return null;
}
