-- What acts agree on about a resource: its version, its key, and the last number of each series.
CREATE TABLE db_resource (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    key_id BYTEA NOT NULL,
    items_last BIGINT NOT NULL,
    changes_last BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX db_resource_key ON db_resource (tenant, key_id);

-- Who leads a piece of work that only one node may do. The fencing token is the version of the resource with the same id.
CREATE TABLE db_lease (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    holder BYTEA NOT NULL,
    held_until BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
