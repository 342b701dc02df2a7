//! The SQL of the domain.

use act::Statement;

/// How many ids [`MEMBERS_AMONG`] and [`TOPICS_AMONG`] ask for at once.
pub(super) const AMONG: usize = 20;

/// Columns of a chat, its state as a resource, and a membership of it.
macro_rules! chat_columns {
    () => {
        "r.version, r.key_id, r.items_last, r.changes_last, c.id, c.kind, c.name_sealed, c.name_version,
            c.pair_low, c.pair_high, c.members_count, c.created_at, m.role, m.read_number, m.muted_at"
    };
}

/// One chat as `:account` is in it, with what `$columns` and `$join` add.
macro_rules! chat_of_account {
    ($columns:literal, $join:literal) => {
        concat!(
            "SELECT ",
            chat_columns!(),
            $columns,
            " FROM messenger_member m
             JOIN messenger_chat c ON c.tenant = m.tenant AND c.id = m.chat
             JOIN db_resource r ON r.tenant = m.tenant AND r.id = m.chat",
            $join,
            " WHERE m.tenant = :tenant AND m.account = :account AND m.chat = :chat"
        )
    };
}

/// Chats with what lists show of them: `$chats` chooses the rows, `$order` their order.
macro_rules! overviews {
    ($chats:expr, $order:literal) => {
        concat!(
            "SELECT p.*, l.id AS message, l.number, l.author, l.change, l.body_sealed, l.sent_at,
                (SELECT MAX(s.number) FROM messenger_message s
                 WHERE s.tenant = :tenant AND s.chat = p.id AND s.author = :account) AS sent_number,
                (SELECT COUNT(*) FROM (SELECT 1 FROM messenger_mention n
                    WHERE n.tenant = :tenant AND n.chat = p.id AND n.account IN (:account, :everyone)
                    AND n.number > p.read_number
                    AND n.number > COALESCE((SELECT MAX(s.number) FROM messenger_message s
                        WHERE s.tenant = :tenant AND s.chat = p.id AND s.author = :account), 0)
                    LIMIT :mentions_max) AS counted) AS mentions
             FROM (", $chats, ") AS p
             LEFT JOIN messenger_message l ON l.tenant = :tenant AND l.chat = p.id AND l.number = p.items_last ",
            $order
        )
    };
}

pub(super) static CHAT_OF: Statement = Statement::read(chat_of_account!("", ""));

/// The chat together with what the account sent there under a token: sending reads once.
pub(super) static CHAT_AND_SENT: Statement = Statement::read(chat_of_account!(
    ", s.id AS message, s.number, s.author, s.change, s.body_sealed, s.sent_at",
    " LEFT JOIN messenger_message s ON s.tenant = m.tenant AND s.chat = m.chat AND s.author = m.account
        AND s.client_token = :client_token"
));

pub(super) static OVERVIEW: Statement = Statement::read(overviews!(chat_of_account!("", ""), ""));

/// Begins with the account's chats, out of an index that holds nothing else: without statistics, SQLite would rather go
/// through all memberships of the tenant (`CROSS JOIN` keeps the order there). Sorts narrow rows; the last messages are
/// joined to the page alone.
pub(super) static LIST_OVERVIEWS: Statement = Statement::read(overviews!(
    concat!(
        "SELECT ",
        chat_columns!(),
        ", COALESCE(t.sent_at, c.created_at) AS active_at
         FROM messenger_member own
         CROSS JOIN messenger_member m
         JOIN messenger_chat c ON c.tenant = m.tenant AND c.id = m.chat
         JOIN db_resource r ON r.tenant = m.tenant AND r.id = m.chat
         LEFT JOIN messenger_message t ON t.tenant = m.tenant AND t.chat = m.chat AND t.number = r.items_last
         WHERE own.tenant = :tenant AND own.account = :account
            AND m.tenant = :tenant AND m.chat = own.chat AND m.account = :account
            AND (COALESCE(t.sent_at, c.created_at), c.id) < (:before_at, :before_id)
         ORDER BY COALESCE(t.sent_at, c.created_at) DESC, c.id DESC LIMIT :limit"
    ),
    "ORDER BY p.active_at DESC, p.id DESC"
));

pub(super) static TOPIC: Statement = Statement::read(
    "SELECT r.version, r.key_id, r.changes_last FROM messenger_chat c
     JOIN db_resource r ON r.tenant = c.tenant AND r.id = c.id
     WHERE c.tenant = :tenant AND c.id = :chat",
);

pub(super) static TENANT: Statement =
    Statement::read("SELECT version, key_id FROM db_resource WHERE tenant = :tenant AND id = :id");

pub(super) static FIND_DIRECT: Statement = Statement::read(
    "SELECT id FROM messenger_chat WHERE tenant = :tenant AND pair_low = :low AND pair_high = :high",
);

pub(super) static INSERT_CHAT: Statement = Statement::append(
    "INSERT INTO messenger_chat (tenant, id, kind, name_sealed, name_version, pair_low, pair_high, members_count, created_at)
     VALUES (:tenant, :id, :kind, :name_sealed, 1, :pair_low, :pair_high, :members_count, :created_at)",
);

pub(super) static RENAME_CHAT: Statement = Statement::write(
    "UPDATE messenger_chat SET name_sealed = :name_sealed, name_version = :name_version
     WHERE tenant = :tenant AND id = :chat",
);

pub(super) static COUNT_MEMBERS: Statement = Statement::write(
    "UPDATE messenger_chat SET members_count = :members_count WHERE tenant = :tenant AND id = :chat",
);

pub(super) static INSERT_MEMBER: Statement = Statement::append(
    "INSERT INTO messenger_member (tenant, chat, account, role, joined_at, read_number, muted_at)
     VALUES (:tenant, :chat, :account, :role, :joined_at, :read_number, NULL)",
);

pub(super) static DELETE_MEMBER: Statement = Statement::write(
    "DELETE FROM messenger_member WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

pub(super) static SET_ROLE: Statement = Statement::write(
    "UPDATE messenger_member SET role = :role WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

pub(super) static SET_MUTED: Statement = Statement::write(
    "UPDATE messenger_member SET muted_at = :muted_at WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

pub(super) static MARK_READ: Statement = Statement::write(
    "UPDATE messenger_member SET read_number = :read_number
     WHERE tenant = :tenant AND chat = :chat AND account = :account AND read_number < :read_number",
);

pub(super) static LIST_MEMBERS: Statement = Statement::read(
    "SELECT m.account, m.role, m.joined_at, m.read_number,
        (SELECT MAX(s.number) FROM messenger_message s
         WHERE s.tenant = :tenant AND s.chat = :chat AND s.author = m.account) AS sent_number
     FROM messenger_member m WHERE m.tenant = :tenant AND m.chat = :chat AND m.account > :after
     ORDER BY m.account LIMIT :limit",
);

pub(super) static LIST_ACCOUNTS: Statement = Statement::read(
    "SELECT account FROM messenger_member WHERE tenant = :tenant AND chat = :chat ORDER BY account LIMIT :limit",
);

pub(super) static COUNT_OWNED: Statement = Statement::read(
    "SELECT count(*) AS owned FROM messenger_member
     WHERE tenant = :tenant AND account = :account AND role = 'owner'",
);

pub(super) static MEMBERS_AMONG: Statement = Statement::read(
    "SELECT account FROM messenger_member WHERE tenant = :tenant AND chat = :chat AND account IN
        (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
         :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)",
);
/// The parameters of [`MEMBERS_AMONG`] and [`TOPICS_AMONG`].
pub(super) const AMONG_NAMES: [&str; AMONG] = [
    "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a10", "a11", "a12", "a13", "a14",
    "a15", "a16", "a17", "a18", "a19",
];

/// As [`LIST_OVERVIEWS`] goes through them: newest activity first.
pub(super) static LIST_TOPICS: Statement = Statement::read(
    "SELECT m.chat, r.changes_last, r.version FROM messenger_member m
     CROSS JOIN messenger_chat c
     JOIN db_resource r ON r.tenant = c.tenant AND r.id = c.id
     LEFT JOIN messenger_message t ON t.tenant = c.tenant AND t.chat = c.id AND t.number = r.items_last
     WHERE m.tenant = :tenant AND m.account = :account AND c.tenant = :tenant AND c.id = m.chat
     ORDER BY COALESCE(t.sent_at, c.created_at) DESC, c.id DESC LIMIT :limit",
);

pub(super) static TOPICS_AMONG: Statement = Statement::read(
    "SELECT id AS chat, changes_last, version FROM db_resource WHERE tenant = :tenant AND id IN
        (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
         :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)",
);

pub(super) static INSERT_MESSAGE: Statement = Statement::append(
    "INSERT INTO messenger_message (tenant, chat, number, id, author, change, client_token, body_sealed, sent_at)
     VALUES (:tenant, :chat, :number, :id, :author, :change, :client_token, :body_sealed, :sent_at)",
);

pub(super) static INSERT_MENTION: Statement = Statement::append(
    "INSERT INTO messenger_mention (tenant, chat, account, number) VALUES (:tenant, :chat, :account, :number)",
);

pub(super) static FIND_MESSAGE: Statement = Statement::read(
    "SELECT chat, number, id AS message, author, change, body_sealed, sent_at FROM messenger_message
     WHERE tenant = :tenant AND id = :id AND chat = :chat",
);

pub(super) static MESSAGES_BEFORE: Statement = Statement::read(
    "SELECT chat, number, id AS message, author, change, body_sealed, sent_at FROM messenger_message
     WHERE tenant = :tenant AND chat = :chat AND number < :before ORDER BY number DESC LIMIT :limit",
);

pub(super) static MESSAGES_AFTER: Statement = Statement::read(
    "SELECT chat, number, id AS message, author, change, body_sealed, sent_at FROM messenger_message
     WHERE tenant = :tenant AND chat = :chat AND number > :after ORDER BY number LIMIT :limit",
);

pub(super) static SENT_NUMBER: Statement = Statement::read(
    "SELECT MAX(number) AS sent_number FROM messenger_message
     WHERE tenant = :tenant AND chat = :chat AND author = :account",
);

pub(super) static DRAFT_OF: Statement = Statement::read(
    "SELECT text_sealed, saved_at FROM messenger_draft WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

pub(super) static SAVE_DRAFT: Statement = Statement::write(
    "INSERT INTO messenger_draft (tenant, chat, account, text_sealed, saved_at)
     VALUES (:tenant, :chat, :account, :text_sealed, :saved_at)
     ON CONFLICT (tenant, chat, account) DO UPDATE SET text_sealed = excluded.text_sealed, saved_at = excluded.saved_at",
);

pub(super) static DELETE_DRAFT: Statement = Statement::write(
    "DELETE FROM messenger_draft WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

/// For the sweep that has both databases parse every statement.
pub static STATEMENTS: &[&Statement] = &[
    &CHAT_OF,
    &CHAT_AND_SENT,
    &OVERVIEW,
    &LIST_OVERVIEWS,
    &TOPIC,
    &TENANT,
    &FIND_DIRECT,
    &INSERT_CHAT,
    &RENAME_CHAT,
    &COUNT_MEMBERS,
    &COUNT_OWNED,
    &INSERT_MEMBER,
    &DELETE_MEMBER,
    &SET_ROLE,
    &SET_MUTED,
    &MARK_READ,
    &LIST_MEMBERS,
    &LIST_ACCOUNTS,
    &MEMBERS_AMONG,
    &LIST_TOPICS,
    &TOPICS_AMONG,
    &INSERT_MESSAGE,
    &INSERT_MENTION,
    &FIND_MESSAGE,
    &MESSAGES_BEFORE,
    &MESSAGES_AFTER,
    &SENT_NUMBER,
    &DRAFT_OF,
    &SAVE_DRAFT,
    &DELETE_DRAFT,
];
