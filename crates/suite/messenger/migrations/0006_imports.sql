-- A team arrives from elsewhere. Each import is of one workspace, found by a keyed hash, so that it goes on where it was.
CREATE TABLE messenger_import (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    token BYTEA NOT NULL,
    source TEXT NOT NULL,
    label_sealed BYTEA NOT NULL,
    started_by BYTEA NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX messenger_import_token ON messenger_import (tenant, token);

-- The chats that an import brings, and how far each is. Until it is opened a chat has no members, and nobody knows of it.
CREATE TABLE messenger_import_chat (
    tenant BYTEA NOT NULL,
    import BYTEA NOT NULL,
    token BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    pair_low BYTEA,
    pair_high BYTEA,
    visibility TEXT NOT NULL,
    messages BIGINT NOT NULL,
    replies BIGINT NOT NULL,
    reactions BIGINT NOT NULL,
    pins BIGINT NOT NULL,
    reached_at BIGINT,
    opened_at BIGINT,
    PRIMARY KEY (tenant, import, token)
);
CREATE UNIQUE INDEX messenger_import_chat_id ON messenger_import_chat (tenant, chat);

-- Who will be in a chat once it is opened.
CREATE TABLE messenger_import_member (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    account BYTEA NOT NULL,
    role TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, chat, account)
);
