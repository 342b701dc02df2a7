import type { Me, SignedIn } from "@/api";
import { type Asked, page, type Routes, refuse, textOf } from "./answers";
import { type MockState, TOTP_CODE } from "./state";

export function meOf(state: MockState, account: string): Me {
  const me = state.accounts.get(account);
  const person = state.people.get(state.personOf.get(account) ?? "");
  if (!me || !person) throw refuse(401, "access.not_signed_in", "Sign in first.");
  return {
    person: {
      id: person.id,
      mail: person.mail,
      totp: person.totp,
      recovery_codes_left: person.recoveryCodes.length,
    },
    account: me,
    tenant: state.tenant,
    accounts: [{ account, tenant: state.tenant.id, tenant_name: state.tenant.name }],
    session: "s_current",
  };
}

function signIn(state: MockState, account: string): SignedIn {
  state.me = account;
  state.ticketFor = null;
  return { state: "signed_in", token: "", me: meOf(state, account) };
}

function mine({ state, me }: Asked) {
  const person = state.people.get(state.personOf.get(me) ?? "");
  return person ?? refuse(401, "access.not_signed_in", "Sign in first.");
}

function checkPassword(password: string): void {
  if (password.length < 10) {
    refuse(422, "identity.password_weak", "The password is too easy to guess.", "password");
  }
}

function newCodes(): string[] {
  return Array.from({ length: 10 }, (_, index) => `${(index * 7919 + 104729).toString(36)}-mock-${index}`);
}

const QR = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h29v29H0z"/><path d="M4 4h7v7H4zM18 4h7v7h-7zM4 18h7v7H4zM13 5h2v2h-2zM13 9h3v1h-3zM12 13h5v2h-5zM18 13h2v3h-2zM21 15h4v1h-4zM14 18h3v2h-3zM18 19h2v4h-2zM21 21h3v3h-3zM12 23h4v2h-4z"/></svg>`;

function prove(state: MockState, account: string, body: Record<string, unknown>): void {
  const person = state.people.get(state.personOf.get(account) ?? "");
  const recovery = textOf(body, "recovery_code");
  if (recovery) {
    if (!person?.recoveryCodes.includes(recovery)) {
      refuse(422, "identity.code_wrong", "This recovery code is not right.", "recovery_code");
    }
    person.recoveryCodes = person.recoveryCodes.filter((code) => code !== recovery);
  } else if (textOf(body, "code") !== TOTP_CODE) {
    refuse(422, "identity.code_wrong", "This code is not right.", "code");
  }
}

export const identityRoutes: Routes = {
  "*GET /instance": ({ state }) => state.instance,
  "*POST /sign-up": ({ state, body }) => {
    if (state.instance.sign_up === "closed")
      refuse(403, "identity.sign_up_closed", "Signing up is closed here.");
    if (state.instance.sign_up === "code" && textOf(body, "code") !== state.signUpCode) {
      refuse(422, "identity.sign_up_code_invalid", "This sign-up code is not right.", "code");
    }
    checkPassword(textOf(body, "password"));
    const account = state.id("u");
    state.addAccount(account, { name: textOf(body, "name"), mail: textOf(body, "mail"), role: "owner" });
    const person = state.people.get(state.personOf.get(account) ?? "");
    if (person) person.password = textOf(body, "password");
    const kind = body.kind === "personal" ? "personal" : "organisation";
    state.tenant = { id: state.id("t"), name: textOf(body, "organisation") || textOf(body, "name"), kind };
    // A new organisation starts with nobody else in it.
    for (const id of [...state.accounts.keys()]) if (id !== account) state.accounts.delete(id);
    state.chats.clear();
    return signIn(state, account);
  },
  "*POST /sign-in": ({ state, body }) => {
    const mail = textOf(body, "mail").toLowerCase();
    const found = [...state.personOf].find(([, person]) => state.people.get(person)?.mail === mail);
    const person = state.people.get(found?.[1] ?? "");
    if (!found || !person || person.password !== textOf(body, "password")) {
      return refuse(422, "identity.credentials_wrong", "The mail address or the password is not right.");
    }
    if (!person.totp) return signIn(state, found[0]);
    state.ticketFor = found[0];
    return { state: "second_factor", ticket: "ticket" };
  },
  "*POST /sign-in/second-factor": ({ state, body }) => {
    const account = state.ticketFor;
    if (!account) return refuse(422, "identity.ticket_invalid", "Sign in again.");
    prove(state, account, body);
    return signIn(state, account);
  },
  "POST /sign-out": ({ state }) => {
    state.me = null;
    return {};
  },
  "GET /me": ({ state, me }) => meOf(state, me),
  "PATCH /me": ({ state, me, body }) => {
    const account = state.accounts.get(me);
    if (account) Object.assign(account, body);
    return meOf(state, me);
  },
  "POST /me/switch": ({ state, me }) => meOf(state, me),
  "PUT /me/avatar": async ({ state, me, request }) => {
    const bytes = new Uint8Array(await request.arrayBuffer());
    const avatar = state.id("av");
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    state.avatars.set(avatar, `data:${request.headers.get("Content-Type")};base64,${btoa(text)}`);
    const account = state.accounts.get(me);
    if (account) account.avatar = avatar;
    return { avatar };
  },
  "DELETE /me/avatar": ({ state, me }) => {
    const account = state.accounts.get(me);
    if (account) account.avatar = null;
    return {};
  },
  "POST /me/password": (asked) => {
    const person = mine(asked);
    if (person.password !== textOf(asked.body, "current")) {
      refuse(422, "identity.password_wrong", "The password is not right.", "current");
    }
    checkPassword(textOf(asked.body, "password"));
    person.password = textOf(asked.body, "password");
    asked.state.sessions = asked.state.sessions.filter((session) => session.current);
    return {};
  },
  "POST /me/totp": (asked) => {
    if (mine(asked).password !== textOf(asked.body, "password")) {
      refuse(422, "identity.password_wrong", "The password is not right.", "password");
    }
    return { secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", uri: "otpauth://totp/Bastide", qr_svg: QR };
  },
  "POST /me/totp/confirm": (asked) => {
    if (textOf(asked.body, "code") !== TOTP_CODE)
      refuse(422, "identity.code_wrong", "This code is not right.", "code");
    const person = mine(asked);
    person.totp = true;
    person.recoveryCodes = newCodes();
    return { recovery_codes: person.recoveryCodes };
  },
  "POST /me/totp/remove": (asked) => {
    const person = mine(asked);
    if (person.password !== textOf(asked.body, "password")) {
      refuse(422, "identity.password_wrong", "The password is not right.", "password");
    }
    prove(asked.state, asked.me, asked.body);
    person.totp = false;
    person.recoveryCodes = [];
    return {};
  },
  "POST /me/recovery-codes": (asked) => {
    prove(asked.state, asked.me, asked.body);
    const person = mine(asked);
    person.recoveryCodes = newCodes();
    return { recovery_codes: person.recoveryCodes };
  },
  "GET /me/sessions": ({ state, query }) => page(state.sessions, query),
  "DELETE /me/sessions/{session}": ({ state, path }) => {
    state.sessions = state.sessions.filter((session) => session.id !== path.session);
    return {};
  },
  "POST /me/sessions/revoke-others": ({ state }) => {
    state.sessions = state.sessions.filter((session) => session.current);
    return {};
  },
  "*POST /password-reset": () => ({}),
  "*POST /password-reset/finish": ({ state, body }) => {
    const reset = state.resets.get(textOf(body, "token"));
    if (!reset) return refuse(422, "access.absent", "This link cannot be used any more.");
    checkPassword(textOf(body, "password"));
    if (reset.needsProof && !body.code && !body.recovery_code) {
      refuse(422, "identity.code_missing", "A second proof is needed.", "code");
    }
    if (reset.needsProof && body.code !== TOTP_CODE) {
      refuse(422, "identity.code_wrong", "This code is not right.", "code");
    }
    const person = state.people.get(reset.person);
    if (person) person.password = textOf(body, "password");
    state.resets.delete(textOf(body, "token"));
    return {};
  },
  "*POST /invitations/inspect": ({ state, body }) => {
    const invitation = state.invitations.get(textOf(body, "token"));
    if (invitation?.state !== "open") {
      return refuse(404, "identity.invitation_absent", "There is no such invitation.");
    }
    return {
      tenant_name: state.tenant.name,
      inviter_name: "林晓梅",
      mail: invitation.mail,
      expires_at: invitation.expires_at,
    };
  },
  "*POST /invitations/accept": ({ state, body }) => {
    const invitation = state.invitations.get(textOf(body, "token"));
    if (!invitation) return refuse(404, "identity.invitation_absent", "There is no such invitation.");
    checkPassword(textOf(body, "password"));
    invitation.state = "accepted";
    const account = state.id("u");
    state.addAccount(account, {
      name: textOf(body, "name"),
      mail: textOf(body, "mail"),
      role: invitation.role,
    });
    return signIn(state, account);
  },
  "POST /invitations/join": ({ state, me }) => meOf(state, me),
};
