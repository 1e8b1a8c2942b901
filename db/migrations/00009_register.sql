-- +goose Up

-- Registers. None of these tables is public as it stands: what the public sees goes through register.Schema.Show.

-- What was done to a register, one row a change, in order; seq is its place in the register's Merkle tree. data holds the
-- fields that changed; seal is what opens them (see decision 26).
CREATE TABLE register_record (
	county   {{.Text}} NOT NULL,
	register {{.Text}} NOT NULL,
	seq      bigint NOT NULL,
	entry    bigint NOT NULL,
	n        bigint NOT NULL,
	deed     {{.Text}} NOT NULL,
	holds    {{.Text}} NOT NULL,
	at       bigint NOT NULL,
	who      {{.Text}} NOT NULL,
	unit     {{.Text}} NOT NULL,
	why      text NOT NULL,
	basis    text NOT NULL,
	state    {{.Text}} NOT NULL,
	into_key {{.Text}} NOT NULL,
	batch    bigint NOT NULL,
	once     {{.Text}} NOT NULL,
	data     text NOT NULL,
	seal     text NOT NULL,
	leaf     {{.Blob}} NOT NULL,
	PRIMARY KEY (county, register, seq)
){{if .SQLite}} WITHOUT ROWID{{end}};
CREATE UNIQUE INDEX register_record_entry ON register_record (county, register, entry, n);
CREATE UNIQUE INDEX register_record_once ON register_record (county, register, once) WHERE once <> '';
{{.AppendOnly "register_record"}}

-- Where the tree of a register stands. edge are the roots of its full subtrees; levels are the sizes of places in
-- register_place, one bit each; rules is the hash of the obligations by which register_owed was last counted.
CREATE TABLE register_head (
	county     {{.Text}} NOT NULL,
	register   {{.Text}} NOT NULL,
	size       bigint NOT NULL,
	entries    bigint NOT NULL,
	edge       {{.Blob}} NOT NULL,
	levels     bigint NOT NULL,
	rules      {{.Text}} NOT NULL,
	changed_at bigint NOT NULL,
	PRIMARY KEY (county, register)
);

-- Every 256th hash: the roots of full subtrees of 256 records, from which proofs are made without reading all leaves.
CREATE TABLE register_node (
	county   {{.Text}} NOT NULL,
	register {{.Text}} NOT NULL,
	n        bigint NOT NULL,
	hash     {{.Blob}} NOT NULL,
	PRIMARY KEY (county, register, n)
){{if .SQLite}} WITHOUT ROWID{{end}};
{{.AppendOnly "register_node"}}

-- Entries as their records have made them. data is the fields; words and inside are the letters that search looks
-- through, those of private fields apart.
CREATE TABLE register_entry (
	county     {{.Text}} NOT NULL,
	register   {{.Text}} NOT NULL,
	id         bigint NOT NULL,
	key        {{.Text}} NOT NULL,
	label      {{.Text}} NOT NULL,
	state      {{.Text}} NOT NULL,
	n          bigint NOT NULL,
	entered_on {{.Text}} NOT NULL,
	holds_on   {{.Text}} NOT NULL,
	changed_at bigint NOT NULL,
	review_by  {{.Text}} NOT NULL,
	removed_on {{.Text}} NOT NULL,
	into_key   {{.Text}} NOT NULL,
	town       {{.Text}} NOT NULL,
	village    {{.Text}} NOT NULL,
	words      text NOT NULL,
	inside     text NOT NULL,
	data       text NOT NULL,
	PRIMARY KEY (county, register, id)
){{if .SQLite}} WITHOUT ROWID{{end}};
CREATE UNIQUE INDEX register_entry_key ON register_entry (county, register, key);
CREATE INDEX register_entry_state ON register_entry (county, register, removed_on, state, id);
CREATE INDEX register_entry_review ON register_entry (county, review_by, register, id) WHERE review_by <> '' AND removed_on = '';

-- Where entries are: the box of their first field that is a place, in 1e-7 degree; cell is the square of its size
-- that its middle lies in; sketch is its outline for maps.
CREATE TABLE register_place (
	county   {{.Text}} NOT NULL,
	register {{.Text}} NOT NULL,
	id       bigint NOT NULL,
	min_x    bigint NOT NULL,
	min_y    bigint NOT NULL,
	max_x    bigint NOT NULL,
	max_y    bigint NOT NULL,
	cell     bigint NOT NULL,
	sketch   {{.Blob}} NOT NULL,
	PRIMARY KEY (county, register, id)
){{if .SQLite}} WITHOUT ROWID{{end}};
CREATE INDEX register_place_cell ON register_place (county, register, cell, id);

-- Who is named by whom: target is a register and key one of its entries, or target is empty and key a unit.
CREATE TABLE register_link (
	county   {{.Text}} NOT NULL,
	target   {{.Text}} NOT NULL,
	key      {{.Text}} NOT NULL,
	register {{.Text}} NOT NULL,
	field    {{.Text}} NOT NULL,
	id       bigint NOT NULL,
	PRIMARY KEY (county, target, key, register, field, id)
){{if .SQLite}} WITHOUT ROWID{{end}};

-- What entries owe. period is the first day of the turn of a recurring one. next_on is the day on which the clock
-- has to look at it again, empty where it has not to; told says that it was reported as overdue.
CREATE TABLE register_owed (
	county     {{.Text}} NOT NULL,
	register   {{.Text}} NOT NULL,
	entry      bigint NOT NULL,
	obligation {{.Text}} NOT NULL,
	period     {{.Text}} NOT NULL,
	since      {{.Text}} NOT NULL,
	until_on   {{.Text}} NOT NULL,
	due        {{.Text}} NOT NULL,
	unit       {{.Text}} NOT NULL,
	state      {{.Text}} NOT NULL,
	done_on    {{.Text}} NOT NULL,
	done_by    {{.Text}} NOT NULL,
	next_on    {{.Text}} NOT NULL,
	told       boolean NOT NULL,
	PRIMARY KEY (county, register, entry, obligation, period)
){{if .SQLite}} WITHOUT ROWID{{end}};
CREATE INDEX register_owed_clock ON register_owed (county, next_on) WHERE next_on <> '';
CREATE INDEX register_owed_due ON register_owed (county, state, due, register, entry);

-- Lines and surfaces, and files, once a content.
CREATE TABLE register_shape (
	county {{.Text}} NOT NULL,
	sha256 {{.Text}} NOT NULL,
	bytes  {{.Blob}} NOT NULL,
	PRIMARY KEY (county, sha256)
);
{{.AppendOnly "register_shape"}}

CREATE TABLE register_file (
	county     {{.Text}} NOT NULL,
	sha256     {{.Text}} NOT NULL,
	size       bigint NOT NULL,
	stored_at  bigint NOT NULL,
	bytes      {{.Blob}} NOT NULL,
	PRIMARY KEY (county, sha256)
);
{{.AppendOnly "register_file"}}

-- Imports. content is the file as it came, empty once it was applied or dropped; the records from first to last are
-- what it did.
CREATE TABLE register_batch (
	county    {{.Text}} NOT NULL,
	id        bigint NOT NULL,
	register  {{.Text}} NOT NULL,
	who       {{.Text}} NOT NULL,
	at        bigint NOT NULL,
	state     {{.Text}} NOT NULL,
	first_seq bigint NOT NULL,
	last_seq  bigint NOT NULL,
	data      text NOT NULL,
	content   {{.Blob}} NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX register_batch_register ON register_batch (county, register, id);

-- Pairs of entries that somebody looked at and found to be two.
CREATE TABLE register_apart (
	county   {{.Text}} NOT NULL,
	register {{.Text}} NOT NULL,
	a        bigint NOT NULL,
	b        bigint NOT NULL,
	who      {{.Text}} NOT NULL,
	at       bigint NOT NULL,
	why      text NOT NULL,
	PRIMARY KEY (county, register, a, b)
);

-- +goose Down
DROP TABLE register_apart;
DROP TABLE register_batch;
DROP TABLE register_file;
DROP TABLE register_shape;
DROP TABLE register_owed;
DROP TABLE register_link;
DROP TABLE register_place;
DROP TABLE register_entry;
DROP TABLE register_node;
DROP TABLE register_head;
DROP TABLE register_record;
