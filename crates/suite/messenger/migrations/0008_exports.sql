-- What people take with them: an archive of what they said and sent, made step by step. What is still to be done and what the
-- archive's members are called is sealed under a resource of their account; counts are plain. Nothing is due once it is over.
CREATE TABLE messenger_export (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    account BYTEA NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    step BIGINT NOT NULL,
    key_sealed BYTEA NOT NULL,
    work_sealed BYTEA,
    chats BIGINT NOT NULL,
    chats_done BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    files BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    files_bytes BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT,
    finished_at BIGINT,
    expires_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX messenger_export_account ON messenger_export (tenant, account, id);
CREATE INDEX messenger_export_due ON messenger_export (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX messenger_export_expiry ON messenger_export (expires_at) WHERE expires_at IS NOT NULL;

-- The archive, part by part: sealed blobs under a key of the export, bound to it and to their number.
CREATE TABLE messenger_export_part (
    tenant BYTEA NOT NULL,
    export BYTEA NOT NULL,
    part BIGINT NOT NULL,
    blob BYTEA NOT NULL,
    size_bytes BIGINT NOT NULL,
    PRIMARY KEY (tenant, export, part)
);
CREATE INDEX messenger_export_part_blob ON messenger_export_part (blob);

-- What the archive's directory will say of the members that each step finished.
CREATE TABLE messenger_export_entry (
    tenant BYTEA NOT NULL,
    export BYTEA NOT NULL,
    step BIGINT NOT NULL,
    entries_sealed BYTEA NOT NULL,
    PRIMARY KEY (tenant, export, step)
);

-- What somebody sent to a chat, in order.
CREATE INDEX messenger_file_author ON messenger_file (tenant, chat, author, number, id) WHERE number IS NOT NULL;
