-- +goose Up

-- What is to go to an upper platform (联网): one row a reading or entry, numbered in its send. batch is 0 until it is packed. body is
-- emptied when the platform has it; the batch keeps the hash of what was sent.
CREATE TABLE relay_item (
	county  {{.Text}} NOT NULL,
	send    {{.Text}} NOT NULL,
	n       bigint    NOT NULL,
	subject {{.Text}} NOT NULL,
	at      bigint    NOT NULL,
	body    {{.Text}} NOT NULL,
	batch   bigint    NOT NULL,
	PRIMARY KEY (county, send, n)
);
CREATE INDEX relay_item_waiting ON relay_item (county, send, n) WHERE batch = 0;

-- What goes in one request, in order: the next one of a send is packed when the one before has its receipt. state: open, sent, dropped (by a
-- person, with the reason). next_at is when it may be tried again; while one tries, that it does so.
CREATE TABLE relay_batch (
	county  {{.Text}} NOT NULL,
	send    {{.Text}} NOT NULL,
	batch   bigint    NOT NULL,
	first   bigint    NOT NULL,
	last    bigint    NOT NULL,
	state   {{.Text}} NOT NULL,
	hash    {{.Text}} NOT NULL,
	made_at bigint    NOT NULL,
	next_at bigint    NOT NULL,
	tries   bigint    NOT NULL,
	done_at bigint    NOT NULL,
	receipt {{.Text}} NOT NULL,
	reason  {{.Text}} NOT NULL,
	PRIMARY KEY (county, send, batch)
);
CREATE UNIQUE INDEX relay_batch_open ON relay_batch (county, send) WHERE state = 'open';

-- +goose Down
DROP TABLE relay_batch;
DROP TABLE relay_item;
