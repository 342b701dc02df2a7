-- What happened to each topic, in gapless order: clients resume from it. Ids only, never content.
CREATE TABLE act_event (
    tenant BYTEA NOT NULL,
    topic BYTEA NOT NULL,
    change BIGINT NOT NULL,
    name TEXT NOT NULL,
    item BIGINT,
    subject BYTEA,
    accounts BYTEA,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, topic, change)
);

-- What an idempotency key gave: a reference, never a body.
CREATE TABLE act_idempotency (
    tenant BYTEA NOT NULL,
    account BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    input_hash BYTEA NOT NULL,
    reference BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, token_hash)
);

-- Work to do once, after its act has committed.
CREATE TABLE act_job (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    operation TEXT NOT NULL,
    subject BYTEA NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX act_job_due ON act_job (due_at, tenant, id);
