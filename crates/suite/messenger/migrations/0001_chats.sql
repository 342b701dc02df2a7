-- Chats. A direct chat has its two accounts in order, so that there is one for each pair; a group has a sealed name.
CREATE TABLE messenger_chat (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    name_sealed BYTEA,
    name_version BIGINT NOT NULL,
    pair_low BYTEA,
    pair_high BYTEA,
    members_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX messenger_chat_pair ON messenger_chat (tenant, pair_low, pair_high) WHERE pair_low IS NOT NULL;

-- Who is in a chat, and how far they have read. Their own messages count as read without a word here.
CREATE TABLE messenger_member (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    account BYTEA NOT NULL,
    role TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    read_number BIGINT NOT NULL,
    muted_at BIGINT,
    PRIMARY KEY (tenant, chat, account)
);
CREATE INDEX messenger_member_account ON messenger_member (tenant, account, chat);

-- What was said, in the order of its numbers. The body carries its own schema version and kind.
CREATE TABLE messenger_message (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    number BIGINT NOT NULL,
    id BYTEA NOT NULL,
    author BYTEA NOT NULL,
    change BIGINT NOT NULL,
    client_token BYTEA,
    body_sealed BYTEA NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, chat, number)
);
CREATE UNIQUE INDEX messenger_message_id ON messenger_message (tenant, id);
CREATE UNIQUE INDEX messenger_message_token ON messenger_message (tenant, chat, author, client_token);
CREATE INDEX messenger_message_author ON messenger_message (tenant, chat, author, number);

-- Which messages name whom; a mention of everyone is one row of the nil account.
CREATE TABLE messenger_mention (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    account BYTEA NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (tenant, chat, account, number)
);

-- What an account has begun to write, so that its other devices can go on.
CREATE TABLE messenger_draft (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    account BYTEA NOT NULL,
    text_sealed BYTEA NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, chat, account)
);
