-- +goose Up

-- What goes out of the house in numbers (发布渠道): warnings, calls. None of these tables is public: they hold telephone numbers.

-- Why messages go out: one version of a warning, a call. key is unique; its messages have numbers from first to last. What was
-- put before withdrawn_at was taken back; 0: nothing was.
CREATE TABLE channel_purpose (
	county       {{.Text}} NOT NULL,
	n            bigint    NOT NULL,
	key          {{.Text}} NOT NULL,
	drill        boolean   NOT NULL,
	first        bigint    NOT NULL,
	last         bigint    NOT NULL,
	put_at       bigint    NOT NULL,
	withdrawn_at bigint    NOT NULL,
	why          text      NOT NULL,
	PRIMARY KEY (county, n)
);
CREATE UNIQUE INDEX channel_purpose_key ON channel_purpose (county, key);

-- What is said for a purpose, the same to many. Never changed.
CREATE TABLE channel_text (
	county  {{.Text}} NOT NULL,
	n       bigint    NOT NULL,
	purpose bigint    NOT NULL,
	title   text      NOT NULL,
	body    text      NOT NULL,
	code    {{.Text}} NOT NULL,
	level   bigint    NOT NULL,
	siren   boolean   NOT NULL,
	volume  bigint    NOT NULL,
	repeats bigint    NOT NULL,
	drill   boolean   NOT NULL,
	PRIMARY KEY (county, n)
);
CREATE INDEX channel_text_purpose ON channel_text (county, purpose);

-- One message to one address by one channel; once tells doubles, and is the address where nothing else is said. recipient is whom it
-- is for, as the caller numbers them. expires_at is 0 of what was taken back while it was in hand. ordinal sorts what goes first; gate is the place in the channel's list of the
-- gateway whose turn it is, from 0; -1 - place where no other may have it. state: waiting (due at next_at), leased (next_at is then the end of the lease), accepted, delivered,
-- failed, unknown, expired, withdrawn. handed_at and done_at are 0 before a gateway had it, and before its receipt came.
CREATE TABLE channel_message (
	county     {{.Text}} NOT NULL,
	id         bigint    NOT NULL,
	purpose    bigint    NOT NULL,
	channel    {{.Text}} NOT NULL,
	once       {{.Text}} NOT NULL,
	recipient  {{.Text}} NOT NULL,
	address    {{.Text}} NOT NULL,
	place      {{.Text}} NOT NULL,
	text       bigint    NOT NULL,
	ordinal    bigint    NOT NULL,
	made_at    bigint    NOT NULL,
	next_at    bigint    NOT NULL,
	expires_at bigint    NOT NULL,
	state      {{.Text}} NOT NULL DEFAULT 'waiting',
	gate       bigint    NOT NULL DEFAULT 0,
	tries      bigint    NOT NULL DEFAULT 0,
	lease      bigint    NOT NULL DEFAULT 0,
	gateway    {{.Text}} NOT NULL DEFAULT '',
	ref        {{.Text}} NOT NULL DEFAULT '',
	reason     text      NOT NULL DEFAULT '',
	handed_at  bigint    NOT NULL DEFAULT 0,
	done_at    bigint    NOT NULL DEFAULT 0,
	PRIMARY KEY (county, id)
){{if .SQLite}} WITHOUT ROWID{{end}};
CREATE UNIQUE INDEX channel_message_once ON channel_message (county, purpose, channel, once);
CREATE INDEX channel_message_due ON channel_message (county, channel, ordinal, gate, next_at, id, expires_at) WHERE state = 'waiting';
CREATE INDEX channel_message_leased ON channel_message (county, next_at) WHERE state = 'leased';
CREATE INDEX channel_message_ref ON channel_message (county, ref, address) WHERE ref <> '';

-- Receipts that no message has a name for: not yet, or never. What matches later is taken from here.
CREATE TABLE channel_stray (
	county   {{.Text}} NOT NULL,
	gateway  {{.Text}} NOT NULL,
	ref      {{.Text}} NOT NULL,
	address  {{.Text}} NOT NULL,
	state    {{.Text}} NOT NULL,
	reason   text      NOT NULL,
	at       bigint    NOT NULL,
	heard_at bigint    NOT NULL,
	PRIMARY KEY (county, gateway, ref, address)
);

-- What people sent back, as it came. far is the far side's name for it. message is 0 where nothing tells which one was answered.
CREATE TABLE channel_reply (
	county   {{.Text}} NOT NULL,
	n        bigint    NOT NULL,
	channel  {{.Text}} NOT NULL,
	gateway  {{.Text}} NOT NULL,
	far      {{.Text}} NOT NULL,
	address  {{.Text}} NOT NULL,
	body     text      NOT NULL,
	message  bigint    NOT NULL,
	at       bigint    NOT NULL,
	heard_at bigint    NOT NULL,
	PRIMARY KEY (county, n)
);
CREATE UNIQUE INDEX channel_reply_once ON channel_reply (county, gateway, far) WHERE far <> '';

-- How devices are: what they last said, and since when they are on line or not.
CREATE TABLE channel_device (
	county   {{.Text}} NOT NULL,
	gateway  {{.Text}} NOT NULL,
	device   {{.Text}} NOT NULL,
	online   boolean   NOT NULL,
	since    bigint    NOT NULL,
	detail   text      NOT NULL,
	heard_at bigint    NOT NULL,
	PRIMARY KEY (county, gateway, device)
);

-- +goose Down
DROP TABLE channel_device;
DROP TABLE channel_reply;
DROP TABLE channel_stray;
DROP TABLE channel_message;
DROP TABLE channel_text;
DROP TABLE channel_purpose;
