-- What was done, by whom: a commitment to the body, and the body itself, which may be erased and leave the commitment.
CREATE TABLE audit_entry (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    commitment BYTEA NOT NULL,
    body_sealed BYTEA,
    PRIMARY KEY (tenant, id)
);

-- Entries that no number has been given yet. Rows of the cell: its sequencer takes them away.
CREATE TABLE audit_pending (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    of_tenant BYTEA NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- The chain of the cell: every entry of every tenant once, numbered from 1, each head made of the one before it.
CREATE TABLE audit_link (
    tenant BYTEA NOT NULL,
    number BIGINT NOT NULL,
    of_tenant BYTEA NOT NULL,
    entry BYTEA NOT NULL,
    head BYTEA NOT NULL,
    PRIMARY KEY (tenant, number)
);
CREATE UNIQUE INDEX audit_link_by_entry ON audit_link (tenant, of_tenant, entry);
