-- How people come into this cell. No row means that everybody may sign up.
CREATE TABLE identity_setting (
    tenant BYTEA NOT NULL,
    sign_up TEXT NOT NULL,
    PRIMARY KEY (tenant)
);

-- Codes with which an organisation may sign up, each once.
CREATE TABLE identity_sign_up_code (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    code_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, code_hash)
);

-- The tenants of this cell; `tenant` is the cell itself, `id` the tenant. The name is sealed under the tenant's directory.
CREATE TABLE identity_tenant (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    name_sealed BYTEA NOT NULL,
    locale TEXT NOT NULL,
    zone TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- Those who sign in, and by what. They belong to the cell, never to a tenant.
CREATE TABLE identity_person (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    mail_hash BYTEA NOT NULL,
    mail_sealed BYTEA NOT NULL,
    password_sealed BYTEA NOT NULL,
    password_revision BIGINT NOT NULL,
    totp_state TEXT NOT NULL,
    totp_sealed BYTEA,
    totp_revision BIGINT NOT NULL,
    totp_step_last BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, mail_hash)
);

-- What replaces the second factor when the device is lost, each once.
CREATE TABLE identity_recovery_code (
    tenant BYTEA NOT NULL,
    person BYTEA NOT NULL,
    code_hash BYTEA NOT NULL,
    PRIMARY KEY (tenant, person, code_hash)
);

-- Where a person has accounts.
CREATE TABLE identity_home (
    tenant BYTEA NOT NULL,
    person BYTEA NOT NULL,
    home BYTEA NOT NULL,
    account BYTEA NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, person, home)
);

-- A person in a tenant.
CREATE TABLE identity_account (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    person BYTEA NOT NULL,
    name_sealed BYTEA NOT NULL,
    title_sealed BYTEA NOT NULL,
    profile_revision BIGINT NOT NULL,
    mail_sealed BYTEA NOT NULL,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    locale TEXT NOT NULL,
    zone TEXT NOT NULL,
    avatar BYTEA,
    avatar_small BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, person)
);
CREATE INDEX identity_account_avatar ON identity_account (tenant, avatar);

-- Who is signed in, from where, and as which account.
CREATE TABLE identity_session (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    person BYTEA NOT NULL,
    home BYTEA NOT NULL,
    account BYTEA NOT NULL,
    client_sealed BYTEA NOT NULL,
    address_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, token_hash)
);
CREATE INDEX identity_session_person ON identity_session (tenant, person, id);
CREATE INDEX identity_session_account ON identity_session (tenant, account);
CREATE INDEX identity_session_created ON identity_session (tenant, created_at);

-- What a person was given to go on with: the ticket between password and second factor, the link to a new password. Each once.
CREATE TABLE identity_token (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    person BYTEA NOT NULL,
    password_revision BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, token_hash)
);
CREATE INDEX identity_token_person ON identity_token (tenant, person);
CREATE INDEX identity_token_expires ON identity_token (tenant, expires_at);

-- Invitations into a tenant.
CREATE TABLE identity_invitation (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    mail_sealed BYTEA,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    invited_by BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, token_hash)
);

-- Letters that wait to be sent, as a kind and its parameters. The address of a person is opened when the letter goes.
CREATE TABLE identity_letter (
    tenant BYTEA NOT NULL,
    id BYTEA NOT NULL,
    person BYTEA,
    content_sealed BYTEA NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX identity_letter_due ON identity_letter (tenant, due_at);
