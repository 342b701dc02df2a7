-- What a probe needs to be somebody. Rows of the cell.
CREATE TABLE controls_place (
    tenant BYTEA NOT NULL,
    control TEXT NOT NULL,
    id BYTEA NOT NULL,
    place_sealed BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, control)
);

-- What probes found, the newest last. Rows of the cell.
CREATE TABLE controls_finding (
    tenant BYTEA NOT NULL,
    control TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    id BYTEA NOT NULL,
    state TEXT NOT NULL,
    links_sealed BYTEA NOT NULL,
    PRIMARY KEY (tenant, control, found_at, id)
);
