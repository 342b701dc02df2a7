-- What happens to a message after it was sent. A message said in a thread names the thread's root; an answer names what it
-- answers. `edits` is also the version that the body is sealed under. Counts of answers and reactions spare readers a search.
ALTER TABLE messenger_message ADD COLUMN thread BYTEA;
ALTER TABLE messenger_message ADD COLUMN quote BYTEA;
ALTER TABLE messenger_message ADD COLUMN edits BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messenger_message ADD COLUMN edited_at BIGINT;
ALTER TABLE messenger_message ADD COLUMN recalled_at BIGINT;
ALTER TABLE messenger_message ADD COLUMN recalled_by BYTEA;
ALTER TABLE messenger_message ADD COLUMN pinned_at BIGINT;
ALTER TABLE messenger_message ADD COLUMN pinned_by BYTEA;
ALTER TABLE messenger_message ADD COLUMN reactions BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messenger_message ADD COLUMN replies BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messenger_message ADD COLUMN replied_at BIGINT;
ALTER TABLE messenger_message ADD COLUMN reply_last BIGINT;
CREATE INDEX messenger_message_reply ON messenger_message (tenant, chat, number) WHERE thread IS NOT NULL;
CREATE INDEX messenger_message_thread ON messenger_message (tenant, thread, number) WHERE thread IS NOT NULL;
CREATE INDEX messenger_message_pinned ON messenger_message (tenant, chat, pinned_at) WHERE pinned_at IS NOT NULL;

-- What a message said before it was edited: `edit` counts from 0, the first wording.
CREATE TABLE messenger_edit (
    tenant BYTEA NOT NULL,
    message BYTEA NOT NULL,
    edit BIGINT NOT NULL,
    body_sealed BYTEA NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, message, edit)
);

-- The emoji that a chat has reacted with. They are found by a keyed hash, since they are sealed.
CREATE TABLE messenger_emoji (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    token BYTEA NOT NULL,
    id BYTEA NOT NULL,
    emoji_sealed BYTEA NOT NULL,
    PRIMARY KEY (tenant, chat, token)
);

-- Who reacted to what.
CREATE TABLE messenger_reaction (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    number BIGINT NOT NULL,
    token BYTEA NOT NULL,
    account BYTEA NOT NULL,
    reacted_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, chat, number, token, account)
);

-- How an account stands to a thread: whether it hears of it, and how far it has read there.
CREATE TABLE messenger_thread (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    root BYTEA NOT NULL,
    account BYTEA NOT NULL,
    followed_at BIGINT,
    read_number BIGINT NOT NULL,
    PRIMARY KEY (tenant, root, account)
);
CREATE INDEX messenger_thread_account ON messenger_thread (tenant, account, root) WHERE followed_at IS NOT NULL;

-- What the organisation allows: for how long a message can be edited and recalled by its author, in seconds.
CREATE TABLE messenger_policy (
    tenant BYTEA NOT NULL,
    edit_window_s BIGINT NOT NULL,
    recall_window_s BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant)
);
