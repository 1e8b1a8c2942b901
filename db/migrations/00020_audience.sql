-- +goose Up

-- Who can be told, and where. None of these tables is public: they are people's numbers.

-- What is counted for the county: the next recipient, the newest change, and the key under which proofs know an address.
CREATE TABLE audience_head (
	county  {{.Text}} NOT NULL,
	next_id bigint    NOT NULL,
	rev     bigint    NOT NULL,
	secret  {{.Blob}} NOT NULL,
	PRIMARY KEY (county)
);

-- A recipient. source is who brings it (import, self, posts, register:NAME) and key its name there; both are empty once it is
-- gone, as is all else but the number: the row stays so that indexes in memory hear of it. rev is the change that it was last
-- part of. terms decide what it is told and stand in one spelling; data is what else is known, quiet wishes and consent among it.
-- x and y are in 1e-7 degree.
CREATE TABLE audience (
	county     {{.Text}} NOT NULL,
	id         bigint    NOT NULL,
	rev        bigint    NOT NULL,
	source     {{.Text}} NOT NULL,
	key        {{.Text}} NOT NULL,
	town       {{.Text}} NOT NULL,
	village    {{.Text}} NOT NULL,
	placed     boolean   NOT NULL,
	x          bigint    NOT NULL,
	y          bigint    NOT NULL,
	terms      {{.Text}} NOT NULL,
	data       text      NOT NULL,
	until_on   {{.Text}} NOT NULL,
	batch      bigint    NOT NULL,
	changed_at bigint    NOT NULL,
	PRIMARY KEY (county, id)
){{if .SQLite}} WITHOUT ROWID{{end}};
CREATE UNIQUE INDEX audience_key ON audience (county, source, key) WHERE source <> '';
CREATE INDEX audience_rev ON audience (county, rev);
CREATE INDEX audience_until ON audience (county, until_on) WHERE until_on <> '';
CREATE INDEX audience_batch_rows ON audience (county, batch) WHERE batch <> 0;

-- Where recipients are told; n is the order in which they want it.
CREATE TABLE audience_address (
	county    {{.Text}} NOT NULL,
	recipient bigint    NOT NULL,
	n         bigint    NOT NULL,
	channel   {{.Text}} NOT NULL,
	address   {{.Text}} NOT NULL,
	PRIMARY KEY (county, recipient, n)
){{if .SQLite}} WITHOUT ROWID{{end}};
CREATE INDEX audience_address_whose ON audience_address (county, address, channel);

-- Areas that were drawn before they were needed.
CREATE TABLE audience_area (
	county {{.Text}} NOT NULL,
	name   {{.Text}} NOT NULL,
	body   text      NOT NULL,
	who    {{.Text}} NOT NULL,
	at     bigint    NOT NULL,
	PRIMARY KEY (county, name)
);

-- Imports. content is the file as it came, empty once it was applied or dropped.
CREATE TABLE audience_batch (
	county  {{.Text}} NOT NULL,
	id      bigint    NOT NULL,
	who     {{.Text}} NOT NULL,
	at      bigint    NOT NULL,
	state   {{.Text}} NOT NULL,
	data    text      NOT NULL,
	content {{.Blob}} NOT NULL,
	PRIMARY KEY (county, id)
);

-- What a recipient was before a batch changed it, for as long as the batch may be taken back.
CREATE TABLE audience_before (
	county    {{.Text}} NOT NULL,
	batch     bigint    NOT NULL,
	recipient bigint    NOT NULL,
	body      text      NOT NULL,
	PRIMARY KEY (county, batch, recipient)
){{if .SQLite}} WITHOUT ROWID{{end}};
CREATE INDEX audience_before_whose ON audience_before (county, recipient);

-- What somebody asked for who has yet to show that the address is his. Of the digits only a keyed hash is kept.
CREATE TABLE audience_code (
	county   {{.Text}} NOT NULL,
	id       {{.Text}} NOT NULL,
	channel  {{.Text}} NOT NULL,
	address  {{.Text}} NOT NULL,
	deed     {{.Text}} NOT NULL,
	body     text      NOT NULL,
	digits   {{.Text}} NOT NULL,
	tries    bigint    NOT NULL,
	made_at  bigint    NOT NULL,
	until_at bigint    NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX audience_code_address ON audience_code (county, address, made_at);

-- That consent was given, withdrawn, or data erased: an address stands here only as its mark under the county's secret.
CREATE TABLE audience_proof (
	county {{.Text}} NOT NULL,
	n      bigint    NOT NULL,
	at     bigint    NOT NULL,
	deed   {{.Text}} NOT NULL,
	mark   {{.Text}} NOT NULL,
	how    {{.Text}} NOT NULL,
	words  text      NOT NULL,
	PRIMARY KEY (county, n)
);
CREATE INDEX audience_proof_mark ON audience_proof (county, mark, n);
{{.AppendOnly "audience_proof"}}

-- +goose Down
DROP TABLE audience_proof;
DROP TABLE audience_code;
DROP TABLE audience_before;
DROP TABLE audience_batch;
DROP TABLE audience_area;
DROP TABLE audience_address;
DROP TABLE audience;
DROP TABLE audience_head;
