-- +goose Up

-- What people are to be told (通知). n counts in the county; key is the reason in one word, so that nothing is said twice. Of
-- to_unit, to_post and to_account one is filled; roles are words separated by spaces. state: waiting (its time has not come, or
-- nobody was found), inbox (in the inboxes, waits for office hours to leave), out. next_at is when it is looked at again, trouble
-- why that was put off.
CREATE TABLE notice (
	county     {{.Text}} NOT NULL,
	n          bigint    NOT NULL,
	key        {{.Text}} NOT NULL,
	to_unit    {{.Text}} NOT NULL,
	to_roles   {{.Text}} NOT NULL,
	to_post    {{.Text}} NOT NULL,
	to_account {{.Text}} NOT NULL,
	kind       {{.Text}} NOT NULL,
	subject    {{.Text}} NOT NULL,
	body       {{.Text}} NOT NULL,
	path       {{.Text}} NOT NULL,
	about      {{.Text}} NOT NULL,
	basis      {{.Text}} NOT NULL,
	grade      {{.Text}} NOT NULL,
	not_before bigint    NOT NULL,
	put_at     bigint    NOT NULL,
	state      {{.Text}} NOT NULL,
	next_at    bigint    NOT NULL,
	tries      bigint    NOT NULL,
	trouble    {{.Text}} NOT NULL,
	PRIMARY KEY (county, n)
);
CREATE UNIQUE INDEX notice_key ON notice (county, key);
CREATE INDEX notice_due ON notice (county, next_at) WHERE state <> 'out';
CREATE INDEX notice_about ON notice (county, about);

-- The inbox (消息) of an account; read_at is 0 while unread.
CREATE TABLE inbox (
	county  {{.Text}} NOT NULL,
	account {{.Text}} NOT NULL,
	n       bigint    NOT NULL,
	at      bigint    NOT NULL,
	read_at bigint    NOT NULL,
	PRIMARY KEY (county, account, n)
);
CREATE INDEX inbox_unread ON inbox (county, account, n) WHERE read_at = 0;
CREATE INDEX inbox_notice ON inbox (county, n);

-- One notice on its way to one person by one channel out of the house. account is empty where a group is told by webhook;
-- target is the webhook's name or the subscription's id. No address stands here. state: waiting, leased (next_at is then the
-- end of the lease), handed, failed, dropped.
CREATE TABLE delivery (
	county    {{.Text}} NOT NULL,
	id        bigint    NOT NULL,
	n         bigint    NOT NULL,
	account   {{.Text}} NOT NULL,
	name      {{.Text}} NOT NULL,
	channel   {{.Text}} NOT NULL,
	target    {{.Text}} NOT NULL,
	urgent    boolean   NOT NULL,
	state     {{.Text}} NOT NULL,
	next_at   bigint    NOT NULL,
	tries     bigint    NOT NULL,
	lease     {{.Text}} NOT NULL,
	reason    {{.Text}} NOT NULL,
	made_at   bigint    NOT NULL,
	handed_at bigint    NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX delivery_once ON delivery (county, n, account, channel, target);
CREATE INDEX delivery_due ON delivery (county, channel, next_at) WHERE state IN ('waiting', 'leased');
CREATE INDEX delivery_state ON delivery (county, state, id);

-- Where and how a person wants to be reached out of the house. kind is empty for all kinds without a line of their own.
CREATE TABLE notice_address (
	county  {{.Text}} NOT NULL,
	account {{.Text}} NOT NULL,
	email   {{.Text}} NOT NULL,
	PRIMARY KEY (county, account)
);
CREATE TABLE notice_choice (
	county  {{.Text}} NOT NULL,
	account {{.Text}} NOT NULL,
	kind    {{.Text}} NOT NULL,
	channel {{.Text}} NOT NULL,
	wanted  boolean   NOT NULL,
	PRIMARY KEY (county, account, kind, channel)
);

-- Browsers that asked for web push; id is the SHA-256 of the endpoint.
CREATE TABLE push_subscription (
	county   {{.Text}} NOT NULL,
	id       {{.Text}} NOT NULL,
	account  {{.Text}} NOT NULL,
	endpoint {{.Text}} NOT NULL,
	p256dh   {{.Blob}} NOT NULL,
	auth     {{.Blob}} NOT NULL,
	made_at  bigint    NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX push_subscription_account ON push_subscription (county, account);

-- The key by which push services know this site (RFC 8292), made once.
CREATE TABLE push_key (
	county  {{.Text}} NOT NULL,
	private {{.Blob}} NOT NULL,
	made_at bigint    NOT NULL,
	PRIMARY KEY (county)
);

-- Secret addresses of calendar feeds. Only the token's SHA-256 is kept; kind is unit or post; revoked_at is 0 while it is good.
CREATE TABLE feed_token (
	county     {{.Text}} NOT NULL,
	token_hash {{.Text}} NOT NULL,
	kind       {{.Text}} NOT NULL,
	name       {{.Text}} NOT NULL,
	made_by    {{.Text}} NOT NULL,
	made_at    bigint    NOT NULL,
	revoked_by {{.Text}} NOT NULL,
	revoked_at bigint    NOT NULL,
	PRIMARY KEY (county, token_hash)
);
CREATE INDEX feed_token_name ON feed_token (county, kind, name);

-- +goose Down
DROP TABLE feed_token;
DROP TABLE push_key;
DROP TABLE push_subscription;
DROP TABLE notice_choice;
DROP TABLE notice_address;
DROP TABLE delivery;
DROP TABLE inbox;
DROP TABLE notice;
