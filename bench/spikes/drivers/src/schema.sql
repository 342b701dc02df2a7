CREATE TABLE chat (tenant BLOB NOT NULL, id BLOB NOT NULL, version BIGINT NOT NULL, seq BIGINT NOT NULL, event_seq BIGINT NOT NULL, PRIMARY KEY (tenant, id));
CREATE TABLE membership (tenant BLOB NOT NULL, chat BLOB NOT NULL, account BLOB NOT NULL, role BIGINT NOT NULL, PRIMARY KEY (tenant, chat, account));
CREATE TABLE message (tenant BLOB NOT NULL, id BLOB NOT NULL, chat BLOB NOT NULL, seq BIGINT NOT NULL, sender BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (tenant, id), UNIQUE (tenant, chat, seq));
CREATE TABLE event (tenant BLOB NOT NULL, chat BLOB NOT NULL, event_seq BIGINT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (tenant, chat, event_seq));
CREATE TABLE entry (tenant BLOB NOT NULL, id BLOB NOT NULL, account BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (tenant, id));
