import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAccount } from "@/app/session";
import {
  Avatar,
  Button,
  EmptyState,
  IconAlertTriangle,
  IconSearch,
  IconUsers,
  PaneHead,
  Panes,
  Row,
  Skeleton,
  Tag,
  TextField,
} from "@/ui";
import { useSettled } from "../parts/useSettled";
import { accountsQuery, pictureOf } from "../queries";
import styles from "./directory.module.css";

export function Directory() {
  const { t } = useTranslation("people");
  return (
    <Panes list={<List />} listLabel={t("directory.title")} resizeLabel={t("directory.resize")}>
      <Outlet />
    </Panes>
  );
}

function List() {
  const { t } = useTranslation("people");
  const client = useQueryClient();
  const navigate = useNavigate();
  const me = useAccount();
  const { account: open } = useParams({ strict: false }) as { account?: string };
  const [text, setText] = useState("");
  const query = useSettled(text.trim());
  const found = useInfiniteQuery({ ...accountsQuery(client, query), placeholderData: keepPreviousData });
  const people = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PaneHead title={t("directory.title")} />
      <div className={styles.search}>
        <TextField
          label={t("directory.search")}
          labelHidden
          placeholder={t("directory.search")}
          leading={<IconSearch size={16} />}
          value={text}
          onText={setText}
          type="search"
          onKeyDown={(event) => {
            const [first] = people;
            if (event.key === "Enter" && first) {
              void navigate({ to: "/people/$account", params: { account: first.id } });
            }
          }}
        />
      </div>
      {found.isPending ? (
        <Skeleton rows={8} label={t("loading")} />
      ) : found.isError ? (
        <EmptyState
          tone="danger"
          icon={<IconAlertTriangle size={24} />}
          title={t("directory.error")}
          action={<Button onClick={() => found.refetch()}>{t("retry")}</Button>}
        />
      ) : people.length === 0 ? (
        <EmptyState icon={<IconUsers size={24} />} title={t("picker.nobody", { query })} />
      ) : (
        <nav
          className={styles.scroll}
          aria-label={t("directory.title")}
          onScroll={(event) => {
            const box = event.currentTarget;
            const near = box.scrollHeight - box.scrollTop - box.clientHeight < 400;
            if (near && found.hasNextPage && !found.isFetchingNextPage) void found.fetchNextPage();
          }}
        >
          <ul>
            {people.map((account) => (
              <li key={account.id} className={styles.item}>
                <Link
                  to="/people/$account"
                  params={{ account: account.id }}
                  className={styles.link}
                  aria-current={account.id === open ? "page" : undefined}
                >
                  <Row
                    leading={<Avatar id={account.id} name={account.name} picture={pictureOf(account)} />}
                    title={account.name}
                    detail={account.title || t(`role.${account.role}`)}
                    trailing={
                      account.id === me.id ? (
                        <Tag>{t("directory.you")}</Tag>
                      ) : account.state === "suspended" ? (
                        <Tag tone="caution">{t("state.suspended")}</Tag>
                      ) : null
                    }
                  />
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </>
  );
}
