-- What an account has begun to write in a thread.
CREATE TABLE messenger_thread_draft (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    account BYTEA NOT NULL,
    root BYTEA NOT NULL,
    text_sealed BYTEA NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, chat, account, root)
);
