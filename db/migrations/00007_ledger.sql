-- +goose Up

-- The duties ledger. None of these tables is public but the last.

-- A duty as its steps have made it. data is the whole of it; the columns beside it are what lists and clocks ask for.
-- near_on, lag_on and late_on are the first days of each light, empty where it does not come; next_at is when the
-- clock has something to do, 0 where nothing.
CREATE TABLE ledger_duty (
	county     {{.Text}} NOT NULL,
	id         bigint NOT NULL,
	revision   bigint NOT NULL,
	parent     bigint NOT NULL,
	state      {{.Text}} NOT NULL,
	doc        {{.Text}} NOT NULL,
	doc_no     {{.Text}} NOT NULL,
	clause     {{.Text}} NOT NULL,
	version    bigint NOT NULL,
	n          bigint NOT NULL,
	title      text NOT NULL,
	lead       {{.Text}} NOT NULL, -- names joined by 、
	due        {{.Text}} NOT NULL,
	near_on    {{.Text}} NOT NULL,
	lag_on     {{.Text}} NOT NULL,
	late_on    {{.Text}} NOT NULL,
	issued_on  {{.Text}} NOT NULL,
	claimed_on {{.Text}} NOT NULL,
	closed_on  {{.Text}} NOT NULL,
	progress   bigint NOT NULL,
	asked      boolean NOT NULL,
	flagged    boolean NOT NULL,
	sent_back  boolean NOT NULL,
	batch      bigint NOT NULL,
	next_at    bigint NOT NULL,
	changed_at bigint NOT NULL,
	data       text NOT NULL,
	PRIMARY KEY (county, id)
);
-- Holds all that lists order by and count by, so that these do not read the duties themselves, which are long.
CREATE INDEX ledger_duty_state ON ledger_duty (county, state, due, id, parent, near_on, lag_on, late_on, changed_at);
CREATE INDEX ledger_duty_doc ON ledger_duty (county, doc, id);
CREATE INDEX ledger_duty_parent ON ledger_duty (county, parent, id);
CREATE INDEX ledger_duty_clock ON ledger_duty (county, next_at) WHERE next_at > 0;
CREATE INDEX ledger_duty_flagged ON ledger_duty (county, id) WHERE flagged;
CREATE INDEX ledger_duty_asked ON ledger_duty (county, id) WHERE asked;

-- The units that have a duty, for desks. running says that its clocks run.
CREATE TABLE ledger_party (
	county  {{.Text}} NOT NULL,
	unit    {{.Text}} NOT NULL,
	duty    bigint NOT NULL,
	role    {{.Text}} NOT NULL,
	state   {{.Text}} NOT NULL, -- of the duty
	due     {{.Text}} NOT NULL, -- of the duty
	signed  boolean NOT NULL,
	PRIMARY KEY (county, unit, duty, role)
);
CREATE INDEX ledger_party_duty ON ledger_party (county, duty);
CREATE INDEX ledger_party_state ON ledger_party (county, unit, state, due);

CREATE TABLE ledger_step (
	county {{.Text}} NOT NULL,
	duty   bigint NOT NULL,
	n      bigint NOT NULL,
	what   {{.Text}} NOT NULL,
	at     bigint NOT NULL,
	who    {{.Text}} NOT NULL,
	post   {{.Text}} NOT NULL,
	unit   {{.Text}} NOT NULL,
	once   {{.Text}} NOT NULL,
	data   text NOT NULL,
	PRIMARY KEY (county, duty, n)
);
CREATE UNIQUE INDEX ledger_step_once ON ledger_step (county, once) WHERE once <> '';
CREATE INDEX ledger_step_at ON ledger_step (county, at);
{{.AppendOnly "ledger_step"}}

-- Evidence, once a content. Who may read it is asked of the duties whose steps name it.
CREATE TABLE ledger_file (
	county     {{.Text}} NOT NULL,
	sha256     {{.Text}} NOT NULL,
	media_type text NOT NULL,
	size       bigint NOT NULL,
	stored_at  bigint NOT NULL,
	bytes      {{.Blob}} NOT NULL,
	PRIMARY KEY (county, sha256)
);
{{.AppendOnly "ledger_file"}}

-- Which versions of which documents were taken in, so that none is taken in twice.
CREATE TABLE ledger_source (
	county   {{.Text}} NOT NULL,
	doc      {{.Text}} NOT NULL,
	version  bigint NOT NULL,
	taken_at bigint NOT NULL,
	duties   bigint NOT NULL,
	PRIMARY KEY (county, doc, version)
);

-- Letters: drafted by a rung or a person, signed, numbered without a gap, sent, answered. data is the letter's facts;
-- docx and pdf are what was signed.
CREATE TABLE ledger_letter (
	county    {{.Text}} NOT NULL,
	id        bigint NOT NULL,
	duty      bigint NOT NULL,
	kind      {{.Text}} NOT NULL,
	state     {{.Text}} NOT NULL,
	code      {{.Text}} NOT NULL, -- empty, year and no 0, until it is signed
	year      bigint NOT NULL,
	no        bigint NOT NULL,
	drafted_at bigint NOT NULL,
	signed_at bigint NOT NULL,
	answer_by {{.Text}} NOT NULL,
	data      text NOT NULL,
	docx      {{.Blob}} NOT NULL,
	pdf       {{.Blob}} NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX ledger_letter_number ON ledger_letter (county, code, year, no) WHERE no > 0;
CREATE INDEX ledger_letter_state ON ledger_letter (county, state, id);
CREATE INDEX ledger_letter_duty ON ledger_letter (county, duty, id);

-- One import of a spreadsheet: what its lines ask for, then what it did to which duty, so that it can be taken back.
CREATE TABLE ledger_batch (
	county    {{.Text}} NOT NULL,
	id        bigint NOT NULL,
	who       {{.Text}} NOT NULL,
	at        bigint NOT NULL,
	file      text NOT NULL,
	state     {{.Text}} NOT NULL, -- ready, done, undone, dropped
	data      text NOT NULL,
	PRIMARY KEY (county, id)
);

-- A person's saved questions to the ledger.
CREATE TABLE ledger_view (
	county  {{.Text}} NOT NULL,
	account {{.Text}} NOT NULL,
	name    {{.Text}} NOT NULL,
	query   text NOT NULL,
	PRIMARY KEY (county, account, name)
);

-- When the ledger's clock last ran, and by which rules lists and clocks were last counted.
CREATE TABLE ledger_clock (
	county  {{.Text}} NOT NULL PRIMARY KEY,
	beat_at bigint NOT NULL,
	rules   {{.Text}} NOT NULL -- SHA-256
);

-- What became of a duty, as anybody may see it. Public.
CREATE TABLE ledger_public (
	county    {{.Text}} NOT NULL,
	id        bigint NOT NULL,
	doc       {{.Text}} NOT NULL,
	clause    {{.Text}} NOT NULL,
	n         bigint NOT NULL,
	parent    bigint NOT NULL,
	title     text NOT NULL,
	lead      text NOT NULL,
	support   text NOT NULL,
	due       {{.Text}} NOT NULL,
	due_raw   text NOT NULL,
	state     {{.Text}} NOT NULL,
	progress  bigint NOT NULL,
	extended  bigint NOT NULL,
	issued_on {{.Text}} NOT NULL,
	closed_on {{.Text}} NOT NULL,
	result    text NOT NULL,
	changed_on {{.Text}} NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX ledger_public_doc ON ledger_public (county, doc, n, id);

-- +goose Down
DROP TABLE ledger_public;
DROP TABLE ledger_clock;
DROP TABLE ledger_view;
DROP TABLE ledger_batch;
DROP TABLE ledger_letter;
DROP TABLE ledger_source;
DROP TABLE ledger_file;
DROP TABLE ledger_step;
DROP TABLE ledger_party;
DROP TABLE ledger_duty;
