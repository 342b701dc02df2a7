-- What people answered to cards, the latest of each. The sealed answer is bound to an id of its own, which changes with it.
CREATE TABLE messenger_answer (
    tenant BYTEA NOT NULL,
    message BYTEA NOT NULL,
    account BYTEA NOT NULL,
    answer BYTEA NOT NULL,
    answer_sealed BYTEA NOT NULL,
    answered_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, message, account)
);
