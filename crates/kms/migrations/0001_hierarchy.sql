-- The hierarchy that this store holds: one row. `root_check` tells the right root key from a wrong one.
CREATE TABLE kms_store (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    seal TEXT NOT NULL,
    root_check BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    sealed_at BIGINT,
    PRIMARY KEY (tenant)
);

-- The barrier keyring, each version wrapped by the root key.
CREATE TABLE kms_barrier (
    tenant BYTEA NOT NULL,
    version BIGINT NOT NULL,
    wrap BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, version)
);

-- Tenants that have or had keys. A destroyed tenant keeps its row: its id is not used again.
CREATE TABLE kms_tenant (
    tenant BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    destroyed_at BIGINT,
    PRIMARY KEY (tenant)
);

-- Tenant keys, each version wrapped by the barrier version that its wrap names.
CREATE TABLE kms_tenant_key (
    tenant BYTEA NOT NULL,
    version BIGINT NOT NULL,
    wrap BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, version)
);

-- Resource keys, each wrapped by the tenant key version that its wrap names. A destroyed key keeps its row without the wrap.
CREATE TABLE kms_key (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    wrap BYTEA,
    reserved_at BIGINT NOT NULL,
    used_at BIGINT,
    destroyed_at BIGINT,
    PRIMARY KEY (tenant, id, version)
);
CREATE INDEX kms_key_reserved ON kms_key (reserved_at) WHERE state = 'reserved';

-- Keys of keyed hashes, wrapped like resource keys and found by their label.
CREATE TABLE kms_index_key (
    tenant BYTEA NOT NULL,
    label TEXT NOT NULL,
    version BIGINT NOT NULL,
    wrap BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, label, version)
);

-- What caches must forget, numbered without gaps. A row that names nothing is a change of the seal.
CREATE TABLE kms_change (
    tenant BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    gone_tenant BYTEA,
    gone_key BYTEA,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, epoch)
);
