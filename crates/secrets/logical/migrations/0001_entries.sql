-- Which key of the key store seals the entries. One row.
CREATE TABLE secrets_store (
    tenant BYTEA NOT NULL,
    data_key BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (tenant)
);

-- Everything that the engines keep: values under hashed names, in hashed folders. A row with `members` is a folder, and counts
-- the values below it.
CREATE TABLE secrets_entry (
    tenant BYTEA NOT NULL,
    folder BYTEA NOT NULL,
    name BYTEA NOT NULL,
    version BIGINT NOT NULL,
    members BIGINT,
    name_sealed BYTEA NOT NULL,
    value_sealed BYTEA,
    PRIMARY KEY (tenant, folder, name)
);

-- The hash of the root token that was given out when the key store was initialised, until the store is open for the first time.
CREATE TABLE secrets_first_token (
    tenant BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (tenant)
);
