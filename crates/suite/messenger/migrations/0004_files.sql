-- The bytes of files. A content is shown by one row of a file in each chat that has it; it goes with the last of them.
CREATE TABLE messenger_content (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    state TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    files BIGINT NOT NULL,
    thumbnail BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX messenger_content_thumbnail ON messenger_content (thumbnail) WHERE thumbnail IS NOT NULL;
CREATE INDEX messenger_content_scanning ON messenger_content (id) WHERE state = 'scanning';

-- What has come of a content, part by part. Each is a sealed blob, under a key that is bound to content and number.
CREATE TABLE messenger_content_part (
    tenant BYTEA NOT NULL,
    content BYTEA NOT NULL,
    part BIGINT NOT NULL,
    blob BYTEA NOT NULL,
    size_bytes BIGINT NOT NULL,
    PRIMARY KEY (tenant, content, part)
);
CREATE INDEX messenger_content_part_blob ON messenger_content_part (blob);

-- A file as a chat has it, with the key of its content. Without a number it was not sent yet, and is its author's alone.
CREATE TABLE messenger_file (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    id BYTEA NOT NULL,
    content BYTEA NOT NULL,
    author BYTEA NOT NULL,
    number BIGINT,
    kind TEXT NOT NULL,
    key_sealed BYTEA NOT NULL,
    meta_sealed BYTEA NOT NULL,
    client_token BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    withdrawn_at BIGINT,
    PRIMARY KEY (tenant, chat, id)
);
CREATE UNIQUE INDEX messenger_file_token ON messenger_file (tenant, chat, author, client_token) WHERE client_token IS NOT NULL;
CREATE INDEX messenger_file_number ON messenger_file (tenant, chat, number, id) WHERE number IS NOT NULL;
CREATE INDEX messenger_file_content ON messenger_file (tenant, content);
CREATE INDEX messenger_file_unsent ON messenger_file (tenant, author) WHERE number IS NULL;
CREATE INDEX messenger_file_expiry ON messenger_file (expires_at) WHERE expires_at IS NOT NULL;

-- How much an organisation keeps, and how much its administrators let it.
CREATE TABLE messenger_storage (
    tenant BYTEA NOT NULL,
    used_bytes BIGINT NOT NULL,
    allowed_bytes BIGINT,
    PRIMARY KEY (tenant)
);
