-- What can be searched: one row a document, its text, the units it names, and the index of its letters.
-- +goose Up
CREATE TABLE search_entry (
	county    {{.Text}} NOT NULL,
	id        bigint    NOT NULL, -- of this index alone; the full-text table has no other key
	key       {{.Text}} NOT NULL, -- the document's
	version   bigint    NOT NULL,
	kind      {{.Text}} NOT NULL,
	issuer    {{.Text}} NOT NULL,
	signed_on {{.Text}} NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX search_entry_key ON search_entry (county, key);
CREATE INDEX search_entry_id ON search_entry (id);
CREATE INDEX search_entry_day ON search_entry (county, signed_on, key);

-- Apart from the rest, so that counting hits reads no text.
CREATE TABLE search_source (
	county {{.Text}} NOT NULL,
	id     bigint    NOT NULL,
	title  {{.Text}} NOT NULL,
	body   {{.Text}} NOT NULL,
	PRIMARY KEY (county, id)
);

CREATE TABLE search_unit (
	county {{.Text}} NOT NULL,
	unit   {{.Text}} NOT NULL,
	id     bigint    NOT NULL,
	PRIMARY KEY (county, unit, id)
);
CREATE INDEX search_unit_id ON search_unit (county, id);

-- grams are pairs of letters, and single letters: of the title and text together; once more, marked, those of the
-- title; once more, marked otherwise, those that come often.
{{if .SQLite}}
CREATE VIRTUAL TABLE search_gram USING fts5(grams, content='', contentless_delete=1, tokenize='ascii');
{{else}}
-- A long document is cut into parts that overlap. A word is in a part whose grams hold its pairs and whose letters,
-- in UTF-8, hold the word. Bytes that are not compressed are looked through three times as fast as text.
CREATE TABLE search_gram (
	county  {{.Text}} NOT NULL,
	id      bigint    NOT NULL,
	part    bigint    NOT NULL,
	grams   tsvector  NOT NULL,
	heading bytea     NOT NULL, -- the letters of the title
	letters bytea     NOT NULL, -- the letters of the part
	PRIMARY KEY (county, id, part)
);
ALTER TABLE search_gram ALTER letters SET STORAGE EXTERNAL;
CREATE INDEX search_gram_grams ON search_gram USING gin (grams) WITH (fastupdate = off);
{{end}}
