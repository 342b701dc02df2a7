import type { Account, Role } from "@/api";
import { type Asked, page, type Routes, refuse, textOf } from "./answers";

export function administratorsOnly({ state, me }: Asked): void {
  if (state.accounts.get(me)?.role === "member") {
    refuse(403, "access.not_permitted", "You are not allowed to do this.");
  }
}

function accountIn({ state, path }: Asked): Account {
  return (
    state.accounts.get(path.account ?? "") ??
    refuse(404, "identity.account_absent", "There is no such account.")
  );
}

export const peopleRoutes: Routes = {
  "GET /accounts": ({ state, query }) => {
    const low = (query.get("query") ?? "").toLowerCase();
    const found = [...state.accounts.values()].filter((account) => account.name.toLowerCase().includes(low));
    return page(found, query);
  },
  "GET /accounts/{account}": accountIn,
  "GET /members": (asked) => {
    administratorsOnly(asked);
    const { state, query } = asked;
    const all = [...state.accounts.values()].map((account) => ({
      ...account,
      mail: state.people.get(state.personOf.get(account.id) ?? "")?.mail ?? "",
    }));
    return page(all, query);
  },
  "PATCH /members/{account}": (asked) => {
    administratorsOnly(asked);
    const account = accountIn(asked);
    const { role, state } = asked.body;
    if (role) account.role = role as Role;
    if (state) account.state = state as Account["state"];
    return account;
  },
  "POST /members/{account}/password-reset": (asked) => {
    administratorsOnly(asked);
    const account = accountIn(asked);
    const token = asked.state.id("reset");
    asked.state.resets.set(token, { person: asked.state.personOf.get(account.id) ?? "", needsProof: true });
    if (asked.state.instance.mail) return { sent: "mail" };
    return { sent: "link", link: `${location.origin}/recover/finish#${token}` };
  },
  "POST /invitations": (asked) => {
    administratorsOnly(asked);
    const { state, body } = asked;
    const token = state.id("invite");
    const invitation = {
      id: state.id("iv"),
      token,
      link: `${location.origin}/join#${token}`,
      expires_at: new Date(state.now() + Number(body.expires_in_h) * 3_600_000).toISOString(),
      role: body.role === "administrator" ? ("administrator" as const) : ("member" as const),
      mail: textOf(body, "mail") || null,
      state: "open" as const,
    };
    state.invitations.set(token, invitation);
    return invitation;
  },
  "GET /invitations": (asked) => {
    administratorsOnly(asked);
    const all = [...asked.state.invitations.values()].toReversed();
    return page(
      all.map((invitation) => ({ ...invitation, link: null })),
      asked.query,
    );
  },
  "DELETE /invitations/{invitation}": ({ state, path }) => {
    for (const invitation of state.invitations.values()) {
      if (invitation.id === path.invitation) invitation.state = "withdrawn";
    }
    return {};
  },
};
