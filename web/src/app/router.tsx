/** The map of the application: which address shows which screen. Screens load when they are wanted. */

import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
  redirect,
} from "@tanstack/react-router";
import type { Me } from "@/api";
import { Chats, NoChat } from "@/features/messenger/screens/Chats";
import { keys } from "@/live";
import { Door } from "./frame/Door";
import { Frame } from "./frame/Frame";
import { Broken, NotFound } from "./frame/States";
import { Root } from "./Root";
import { conversationSearch } from "./search";

interface Context {
  client: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Root, notFoundComponent: NotFound });

const identity = {
  signIn: () => import("@/features/identity/screens/SignIn"),
  signUp: () => import("@/features/identity/screens/SignUp"),
  join: () => import("@/features/identity/screens/Join"),
  recover: () => import("@/features/identity/screens/Recover"),
  profile: () => import("@/features/identity/screens/Profile"),
  security: () => import("@/features/identity/screens/Security"),
  sessions: () => import("@/features/identity/screens/Sessions"),
};

const door = createRoute({ getParentRoute: () => root, id: "door", component: Door });
const atDoor = { getParentRoute: () => door };
const signIn = createRoute({
  ...atDoor,
  path: "/sign-in",
  validateSearch: (search): { next?: string } =>
    typeof search.next === "string" ? { next: search.next } : {},
  beforeLoad: ({ context, search }) => {
    if (whoIs(context.client)) throw redirect({ to: inside(search.next) });
  },
  component: lazyRouteComponent(identity.signIn, "SignIn"),
});
const signUp = createRoute({
  ...atDoor,
  path: "/sign-up",
  component: lazyRouteComponent(identity.signUp, "SignUp"),
});
const join = createRoute({ ...atDoor, path: "/join", component: lazyRouteComponent(identity.join, "Join") });
const recover = createRoute({
  ...atDoor,
  path: "/recover",
  component: lazyRouteComponent(identity.recover, "Recover"),
});
const recoverFinish = createRoute({
  ...atDoor,
  path: "/recover/finish",
  component: lazyRouteComponent(identity.recover, "RecoverFinish"),
});

const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  component: Frame,
  beforeLoad: ({ context, location }) => {
    // Undefined is «not known yet»: the root shows nothing until it is.
    if (context.client.getQueryData(keys.me) !== null) return;
    throw redirect({ to: "/sign-in", search: location.pathname === "/" ? {} : { next: location.href } });
  },
});
const inFrame = { getParentRoute: () => frame };
const home = createRoute({
  ...inFrame,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/chats" });
  },
});

const chats = createRoute({ ...inFrame, path: "/chats", component: Chats });
const noChat = createRoute({ getParentRoute: () => chats, path: "/", component: NoChat });
const inChats = { getParentRoute: () => chats };
const chatsPages = [
  createRoute({
    ...inChats,
    path: "threads",
    component: lazyRouteComponent(() => import("@/features/messenger/screens/Threads"), "Threads"),
  }),
  createRoute({
    ...inChats,
    path: "browse",
    component: lazyRouteComponent(() => import("@/features/messenger/screens/Browse"), "Browse"),
  }),
  createRoute({
    ...inChats,
    path: "join",
    component: lazyRouteComponent(() => import("@/features/messenger/screens/JoinByLink"), "JoinByLink"),
  }),
] as const;
const chat = createRoute({
  getParentRoute: () => chats,
  path: "$chat",
  validateSearch: conversationSearch,
  component: lazyRouteComponent(() => import("@/features/messenger/screens/Conversation"), "Conversation"),
});

const directory = () => import("@/features/people/screens/Directory");
const people = createRoute({
  ...inFrame,
  path: "/people",
  component: lazyRouteComponent(directory, "Directory"),
});
const noPerson = createRoute({
  getParentRoute: () => people,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/people/screens/Person"), "NoPerson"),
});
const person = createRoute({
  getParentRoute: () => people,
  path: "$account",
  component: lazyRouteComponent(() => import("./PersonRoute"), "PersonRoute"),
});

const keeping = {
  messages: () => import("@/features/messenger/screens/MessagePolicy"),
  holds: () => import("@/features/messenger/screens/Holds"),
  storage: () => import("@/features/messenger/screens/Storage"),
  imports: () => import("@/features/messenger/screens/Imports"),
};

const settings = createRoute({
  ...inFrame,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/settings/screens/Settings"), "Settings"),
});
const inSettings = { getParentRoute: () => settings };
const settingsHome = createRoute({
  ...inSettings,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/settings/screens/NoPage"), "NoPage"),
});
const settingsPages = [
  createRoute({
    ...inSettings,
    path: "profile",
    component: lazyRouteComponent(identity.profile, "Profile"),
  }),
  createRoute({
    ...inSettings,
    path: "security",
    component: lazyRouteComponent(identity.security, "Security"),
  }),
  createRoute({
    ...inSettings,
    path: "sessions",
    component: lazyRouteComponent(identity.sessions, "Sessions"),
  }),
  createRoute({
    ...inSettings,
    path: "preferences",
    component: lazyRouteComponent(() => import("@/features/settings/screens/Preferences"), "Preferences"),
  }),
  createRoute({
    ...inSettings,
    path: "data",
    component: lazyRouteComponent(() => import("@/features/messenger/screens/OwnData"), "OwnData"),
  }),
  createRoute({
    ...inSettings,
    path: "members",
    component: lazyRouteComponent(() => import("@/features/people/screens/Members"), "Members"),
  }),
  createRoute({
    ...inSettings,
    path: "invitations",
    component: lazyRouteComponent(() => import("@/features/people/screens/Invitations"), "Invitations"),
  }),
  createRoute({
    ...inSettings,
    path: "messages",
    component: lazyRouteComponent(keeping.messages, "MessagePolicy"),
  }),
  createRoute({
    ...inSettings,
    path: "holds",
    component: lazyRouteComponent(keeping.holds, "Holds"),
  }),
  createRoute({
    ...inSettings,
    path: "storage",
    component: lazyRouteComponent(keeping.storage, "Storage"),
  }),
  createRoute({
    ...inSettings,
    path: "keys",
    component: lazyRouteComponent(() => import("@/features/vault/screens/Keys"), "Keys"),
  }),
  createRoute({
    ...inSettings,
    path: "imports",
    component: lazyRouteComponent(keeping.imports, "Imports"),
  }),
] as const;

const tree = root.addChildren([
  door.addChildren([signIn, signUp, join, recover, recoverFinish]),
  frame.addChildren([
    home,
    chats.addChildren([noChat, ...chatsPages, chat]),
    people.addChildren([noPerson, person]),
    settings.addChildren([settingsHome, ...settingsPages]),
  ]),
]);

function whoIs(client: QueryClient): Me | null | undefined {
  return client.getQueryData<Me | null>(keys.me);
}

/** Only a place of our own: a link must not send people elsewhere after they signed in. */
function inside(next: string | undefined): string {
  return next?.startsWith("/") && !next.startsWith("//") ? next : "/chats";
}

export function makeRouter(client: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultErrorComponent: ({ reset }) => <Broken reset={reset} />,
    defaultPreload: "intent",
    defaultPendingMs: 300,
    scrollRestoration: false,
    ...(history ? { history } : {}),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
