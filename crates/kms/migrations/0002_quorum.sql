-- Which root key wraps the barrier keyring, and since when.
ALTER TABLE kms_store ADD COLUMN root_version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE kms_store ADD COLUMN rooted_at BIGINT;

-- When the store was opened for the first time: until then nobody relies on it, and it can be initialised again.
ALTER TABLE kms_store ADD COLUMN opened_at BIGINT;

-- What the store is for: «production», «test». A node that was told another name does not open it.
ALTER TABLE kms_store ADD COLUMN environment TEXT;

-- The head tells the store from its older copies: this and the count of changes that an older copy must not undo.
ALTER TABLE kms_store ADD COLUMN head_base BIGINT NOT NULL DEFAULT 0;

-- A newer barrier key is wrapped by the one before (`chain`), and by the root key (`wrap`) once that is at hand (`rooted`).
ALTER TABLE kms_barrier ADD COLUMN chain BYTEA;
ALTER TABLE kms_barrier ADD COLUMN rooted BIGINT NOT NULL DEFAULT 1;
-- How many wraps it made.
ALTER TABLE kms_barrier ADD COLUMN uses BIGINT NOT NULL DEFAULT 0;

-- Root keys that were given out in shares: «given» until enough of their shares came back, then «held», «retired» once another
-- is held.
CREATE TABLE kms_share_set (
    tenant BYTEA NOT NULL,
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    threshold BIGINT NOT NULL,
    root_check BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, number)
);

-- Who keeps which share. `share_check` tells a share from any other, and says nothing of it.
CREATE TABLE kms_share (
    tenant BYTEA NOT NULL,
    share_set BIGINT NOT NULL,
    place BIGINT NOT NULL,
    custodian TEXT NOT NULL,
    role TEXT NOT NULL,
    share_check BYTEA NOT NULL,
    proved_at BIGINT,
    PRIMARY KEY (tenant, share_set, place)
);
