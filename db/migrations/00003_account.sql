-- +goose Up

-- Users of a county. The name is what they log in with and is never used for another person; roles are words
-- separated by spaces; password is a PHC string; one_time_until and last_login_at are 0 where there is none.
CREATE TABLE account (
	county         {{.Text}} NOT NULL,
	name           {{.Text}} NOT NULL,
	full_name      {{.Text}} NOT NULL,
	unit           {{.Text}} NOT NULL,
	roles          {{.Text}} NOT NULL,
	active         boolean NOT NULL,
	demo           boolean NOT NULL,
	password       {{.Text}} NOT NULL,
	one_time_until bigint  NOT NULL,
	totp_secret    {{.Text}} NOT NULL,
	totp_pending   {{.Text}} NOT NULL,
	totp_step      bigint  NOT NULL,
	single_sign_on boolean NOT NULL,
	oidc_issuer    {{.Text}} NOT NULL,
	oidc_subject   {{.Text}} NOT NULL,
	created_at     bigint  NOT NULL,
	last_login_at  bigint  NOT NULL,
	PRIMARY KEY (county, name)
);
CREATE UNIQUE INDEX account_subject ON account (county, oidc_issuer, oidc_subject) WHERE oidc_subject <> '';

-- Codes that stand in for a lost second factor, each good once. Only their SHA-256 is kept.
CREATE TABLE account_recovery (
	county    {{.Text}} NOT NULL,
	name      {{.Text}} NOT NULL,
	code_hash {{.Text}} NOT NULL,
	used_at   bigint NOT NULL,
	PRIMARY KEY (county, name, code_hash)
);

-- Who is logged in. Only the SHA-256 of the token is kept; id is what the list of sessions calls it.
CREATE TABLE account_session (
	county        {{.Text}} NOT NULL,
	id            {{.Text}} NOT NULL,
	token_hash    {{.Text}} NOT NULL,
	name          {{.Text}} NOT NULL,
	via           {{.Text}} NOT NULL,
	second_factor boolean NOT NULL,
	addr          {{.Text}} NOT NULL,
	agent         {{.Text}} NOT NULL,
	started_at    bigint  NOT NULL,
	seen_at       bigint  NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX account_session_token ON account_session (county, token_hash);
CREATE INDEX account_session_name ON account_session (county, name);

-- Failed attempts by hash of what was tried, whether such a user exists or not.
CREATE TABLE account_failure (
	county       {{.Text}} NOT NULL,
	key          {{.Text}} NOT NULL,
	failures     bigint NOT NULL,
	locks        bigint NOT NULL,
	locked_until bigint NOT NULL,
	last_at      bigint NOT NULL,
	PRIMARY KEY (county, key)
);
CREATE INDEX account_failure_last ON account_failure (county, last_at);

-- +goose Down
DROP TABLE account_failure;
DROP TABLE account_session;
DROP TABLE account_recovery;
DROP TABLE account;
