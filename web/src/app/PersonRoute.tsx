/** Where two features meet: a person's page, and writing to them. */

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { openDirect } from "@/features/messenger/public";
import { Person } from "@/features/people/screens/Person";
import { toasts } from "@/ui";
import { useExplain } from "./refusals";

export function PersonRoute() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const explain = useExplain();
  const write = async (account: string) => {
    try {
      const direct = await openDirect(client, account);
      await navigate({ to: "/chats/$chat", params: { chat: direct.id } });
    } catch (error) {
      toasts.show({ text: explain(error).text, tone: "danger" });
    }
  };
  return <Person onMessage={(account) => void write(account)} />;
}
