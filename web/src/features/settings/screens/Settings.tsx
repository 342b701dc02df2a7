import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { isAdministrator, useMe } from "@/app/session";
import { IconArrowLeft, IconButton, NarrowOnly, PaneHead, Panes, Row } from "@/ui";
import { SETTINGS_PAGES, type SettingsPage } from "../pages";
import styles from "./settings.module.css";

export function Settings() {
  const { t } = useTranslation("settings");
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const current = SETTINGS_PAGES.find((page) => page.path === pathname);
  return (
    <Panes list={<List pathname={pathname} />} listLabel={t("title")} resizeLabel={t("resize")}>
      {current && (
        <PaneHead
          leading={
            <NarrowOnly>
              <IconButton label={t("back")} onClick={() => navigate({ to: "/settings" })}>
                <IconArrowLeft size={20} />
              </IconButton>
            </NarrowOnly>
          }
          title={t(`page.${current.id}`)}
        />
      )}
      <Outlet />
    </Panes>
  );
}

function List({ pathname }: { pathname: string }) {
  const { t } = useTranslation("settings");
  const me = useMe();
  const own = SETTINGS_PAGES.filter((page) => page.group === "own");
  const organisation = SETTINGS_PAGES.filter((page) => page.group === "organisation");
  return (
    <>
      <PaneHead title={t("title")} />
      <nav className={styles.nav} aria-label={t("title")}>
        <Group pages={own} pathname={pathname} />
        {isAdministrator(me) && (
          <>
            <h2 className={styles.group}>{me?.tenant.name}</h2>
            <Group pages={organisation} pathname={pathname} />
          </>
        )}
      </nav>
    </>
  );
}

function Group({ pages, pathname }: { pages: readonly SettingsPage[]; pathname: string }) {
  const { t } = useTranslation("settings");
  return (
    <ul>
      {pages.map(({ id, path, Icon }) => (
        <li key={id}>
          <Link to={path} className={styles.link} aria-current={path === pathname ? "page" : undefined}>
            <Row
              leading={<Icon size={20} className={styles.icon} aria-hidden="true" />}
              title={t(`page.${id}`)}
              detail={t(`about.${id}`)}
            />
          </Link>
        </li>
      ))}
    </ul>
  );
}
