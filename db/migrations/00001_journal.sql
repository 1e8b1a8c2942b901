-- The county's history: what was done, by whom, on what basis; each record carries the hash of the one before.
-- +goose Up
CREATE TABLE journal (
	county    {{.Text}} NOT NULL,
	seq       bigint    NOT NULL, -- 1, 2, 3 … without a gap
	at        bigint    NOT NULL,
	who       {{.Text}} NOT NULL,
	what      {{.Text}} NOT NULL,
	subject   {{.Text}} NOT NULL,
	basis     {{.Text}} NOT NULL,
	detail    {{.Text}} NOT NULL,
	prev_hash {{.Blob}} NOT NULL,
	hash      {{.Blob}} NOT NULL,
	PRIMARY KEY (county, seq)
);
CREATE INDEX journal_subject ON journal (county, subject, seq);
CREATE INDEX journal_who ON journal (county, who, seq);
{{.AppendOnly "journal"}}

-- The public transparency log: its key, its entries, its whole tiles of hashes, its signed checkpoints.
CREATE TABLE log_key (
	county {{.Text}} NOT NULL PRIMARY KEY,
	signer {{.Text}} NOT NULL,
	verifier {{.Text}} NOT NULL,
	made_at bigint NOT NULL
);

CREATE TABLE log_entry (
	county {{.Text}} NOT NULL,
	idx    bigint    NOT NULL, -- 0, 1, 2 … without a gap
	entry  {{.Blob}} NOT NULL,
	PRIMARY KEY (county, idx)
);
{{.AppendOnly "log_entry"}}

-- Stored hashes by the numbering of golang.org/x/mod/sumdb/tlog.
CREATE TABLE log_hash (
	county {{.Text}} NOT NULL,
	idx    bigint    NOT NULL,
	hash   {{.Blob}} NOT NULL,
	PRIMARY KEY (county, idx)
);
{{.AppendOnly "log_hash"}}

CREATE TABLE log_checkpoint (
	county {{.Text}} NOT NULL,
	size   bigint    NOT NULL,
	at     bigint    NOT NULL,
	note   {{.Text}} NOT NULL,
	PRIMARY KEY (county, size)
);
{{.AppendOnly "log_checkpoint"}}
