-- What a chat is set to. States are words; what people write is sealed, the description under its own version, the
-- announcement under the time of its making. A chat that was disbanded stays until it is purged, and is nobody's.
ALTER TABLE messenger_chat ADD COLUMN visibility TEXT NOT NULL DEFAULT 'private';
ALTER TABLE messenger_chat ADD COLUMN joining TEXT NOT NULL DEFAULT 'open';
ALTER TABLE messenger_chat ADD COLUMN posting TEXT NOT NULL DEFAULT 'everyone';
ALTER TABLE messenger_chat ADD COLUMN mention_all TEXT NOT NULL DEFAULT 'everyone';
ALTER TABLE messenger_chat ADD COLUMN history TEXT NOT NULL DEFAULT 'all';
ALTER TABLE messenger_chat ADD COLUMN description_sealed BYTEA;
ALTER TABLE messenger_chat ADD COLUMN description_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messenger_chat ADD COLUMN announcement_sealed BYTEA;
ALTER TABLE messenger_chat ADD COLUMN announced_by BYTEA;
ALTER TABLE messenger_chat ADD COLUMN announced_at BIGINT;
ALTER TABLE messenger_chat ADD COLUMN disbanded_at BIGINT;
CREATE INDEX messenger_chat_public ON messenger_chat (tenant, id) WHERE visibility = 'public';

-- From which message and change on a member may read; 0 is from the beginning.
ALTER TABLE messenger_member ADD COLUMN history_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messenger_member ADD COLUMN changes_from BIGINT NOT NULL DEFAULT 0;

-- Who asks to be let in.
CREATE TABLE messenger_request (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    account BYTEA NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, chat, account)
);
CREATE INDEX messenger_request_account ON messenger_request (tenant, account, chat);

-- Who was removed, and comes back only when somebody inside wants it.
CREATE TABLE messenger_removal (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    account BYTEA NOT NULL,
    removed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, chat, account)
);

-- The link of a chat, of which a keyed hash is kept.
CREATE TABLE messenger_link (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    token BYTEA NOT NULL,
    made_by BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    uses_max BIGINT,
    PRIMARY KEY (tenant, chat)
);
CREATE UNIQUE INDEX messenger_link_token ON messenger_link (tenant, token);

-- Until when an account is not to be disturbed.
CREATE TABLE messenger_quiet (
    tenant BYTEA NOT NULL,
    account BYTEA NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (tenant, account)
);
