import {
  IconDatabase,
  IconDatabaseImport,
  IconDeviceDesktop,
  IconFileZip,
  IconGavel,
  IconId,
  IconKey,
  IconMail,
  IconMessageCog,
  IconPalette,
  IconShieldLock,
  IconUsers,
} from "@/ui";

/** The pages of settings, in order; the list, the palette and the router read them here. */
export const SETTINGS_PAGES = [
  { id: "profile", path: "/settings/profile", group: "own", Icon: IconId },
  { id: "security", path: "/settings/security", group: "own", Icon: IconShieldLock },
  { id: "sessions", path: "/settings/sessions", group: "own", Icon: IconDeviceDesktop },
  { id: "preferences", path: "/settings/preferences", group: "own", Icon: IconPalette },
  { id: "data", path: "/settings/data", group: "own", Icon: IconFileZip },
  { id: "members", path: "/settings/members", group: "organisation", Icon: IconUsers },
  { id: "invitations", path: "/settings/invitations", group: "organisation", Icon: IconMail },
  { id: "messages", path: "/settings/messages", group: "organisation", Icon: IconMessageCog },
  { id: "holds", path: "/settings/holds", group: "organisation", Icon: IconGavel },
  { id: "storage", path: "/settings/storage", group: "organisation", Icon: IconDatabase },
  { id: "keys", path: "/settings/keys", group: "organisation", Icon: IconKey },
  { id: "imports", path: "/settings/imports", group: "organisation", Icon: IconDatabaseImport },
] as const;

export type SettingsPage = (typeof SETTINGS_PAGES)[number];
