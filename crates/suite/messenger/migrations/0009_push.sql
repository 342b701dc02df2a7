-- Where browsers want to be told of messages: one place for each session of an account. It goes with the session.
CREATE TABLE messenger_push (
    tenant BYTEA NOT NULL,
    account BYTEA NOT NULL,
    session BYTEA NOT NULL,
    id BYTEA NOT NULL,
    keys_sealed BYTEA NOT NULL,
    detail TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, session)
);

-- Up to which number browsers were told what was said in a chat.
CREATE TABLE messenger_push_chat (
    tenant BYTEA NOT NULL,
    chat BYTEA NOT NULL,
    told_number BIGINT NOT NULL,
    PRIMARY KEY (tenant, chat)
);
