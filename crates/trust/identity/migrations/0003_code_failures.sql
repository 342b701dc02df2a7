-- Guesses at a person's second factor that were wrong: kept here, so that they count on every node and after a restart.
CREATE TABLE identity_code_failure (
    tenant BYTEA NOT NULL,
    person BYTEA NOT NULL,
    failures BIGINT NOT NULL,
    forgotten_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, person)
);
