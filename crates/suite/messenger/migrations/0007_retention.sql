-- How long messages are kept. Days; nothing is for ever. The organisation says what holds, and within which bounds a chat may
-- say otherwise. What was purged is the beginning of a chat, up to a number.
ALTER TABLE messenger_policy ADD COLUMN retention_days BIGINT;
ALTER TABLE messenger_policy ADD COLUMN retention_min_days BIGINT;
ALTER TABLE messenger_policy ADD COLUMN retention_max_days BIGINT;
ALTER TABLE messenger_chat ADD COLUMN retention_days BIGINT;
ALTER TABLE messenger_chat ADD COLUMN purged_number BIGINT NOT NULL DEFAULT 0;

-- Legal holds: nothing of the chat, or of the whole organisation where none is named, is purged until they are released.
CREATE TABLE messenger_hold (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    chat BYTEA,
    reason_sealed BYTEA NOT NULL,
    placed_by BYTEA NOT NULL,
    placed_at BIGINT NOT NULL,
    released_by BYTEA,
    released_at BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX messenger_hold_standing ON messenger_hold (tenant, chat) WHERE released_at IS NULL;
