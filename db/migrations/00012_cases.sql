-- +goose Up

-- Cases. None of these tables is public but case_public and case_picture.

-- A case as its steps have made it. data is the whole of it; the columns beside it are what lists and clocks ask for. due is the
-- earliest last day of its clocks; grp is by what findings join it, empty once nothing joins any more; next_at is when a clock
-- has something to do, 0 where nothing; words is what is searched.
CREATE TABLE case_record (
	county     {{.Text}} NOT NULL,
	id         bigint NOT NULL,
	revision   bigint NOT NULL,
	state      {{.Text}} NOT NULL,
	source     {{.Text}} NOT NULL,
	ladder     {{.Text}} NOT NULL,
	service    {{.Text}} NOT NULL,
	rule       {{.Text}} NOT NULL, -- of its first finding
	subject    {{.Text}} NOT NULL,
	severity   {{.Text}} NOT NULL,
	owner      {{.Text}} NOT NULL,
	units      {{.Text}} NOT NULL, -- that put it right, joined by 、
	holders    {{.Text}} NOT NULL,
	due        {{.Text}} NOT NULL,
	grp        {{.Text}} NOT NULL,
	town       {{.Text}} NOT NULL,
	lon_e7     bigint NOT NULL,
	lat_e7     bigint NOT NULL,
	placed     boolean NOT NULL,
	open       boolean NOT NULL,
	listed_on  {{.Text}} NOT NULL,
	decided    boolean NOT NULL,
	opened_on  {{.Text}} NOT NULL,
	closed_on  {{.Text}} NOT NULL,
	opened_at  bigint NOT NULL,
	changed_at bigint NOT NULL,
	next_at    bigint NOT NULL,
	backs      bigint NOT NULL,
	recurs     bigint NOT NULL,
	words      text NOT NULL,
	data       text NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX case_record_state ON case_record (county, state, due, id);
CREATE INDEX case_record_opened ON case_record (county, opened_on, id);
CREATE INDEX case_record_closed ON case_record (county, closed_on, id) WHERE closed_on <> '';
CREATE INDEX case_record_grp ON case_record (county, grp, id) WHERE grp <> '';
CREATE INDEX case_record_clock ON case_record (county, next_at) WHERE next_at > 0;
CREATE INDEX case_record_listed ON case_record (county, listed_on, id) WHERE listed_on <> '';

CREATE TABLE case_step (
	county {{.Text}} NOT NULL,
	id     bigint NOT NULL,
	n      bigint NOT NULL,
	what   {{.Text}} NOT NULL,
	at     bigint NOT NULL,
	who    {{.Text}} NOT NULL,
	post   {{.Text}} NOT NULL,
	unit   {{.Text}} NOT NULL,
	once   {{.Text}} NOT NULL,
	held   boolean NOT NULL, -- against units, in marks
	data   text NOT NULL,
	PRIMARY KEY (county, id, n)
);
CREATE UNIQUE INDEX case_step_once ON case_step (county, once) WHERE once <> '';
CREATE INDEX case_step_held ON case_step (county, at, id, n) WHERE held;
{{.AppendOnly "case_step"}}

-- Units that have a part in a case, for who may see it.
CREATE TABLE case_party (
	county {{.Text}} NOT NULL,
	unit   {{.Text}} NOT NULL,
	id     bigint NOT NULL,
	PRIMARY KEY (county, unit, id)
);

-- The time that one holder had a clock; to_at is 0 while it runs. late_on is the first day on which the holder is late, empty where
-- it never is: what came to it late is not held against it.
CREATE TABLE case_stay (
	county  {{.Text}} NOT NULL,
	id      bigint NOT NULL,
	n       bigint NOT NULL,
	part    bigint NOT NULL,
	state   {{.Text}} NOT NULL,
	unit    {{.Text}} NOT NULL,
	level   bigint NOT NULL,
	from_at bigint NOT NULL,
	to_at   bigint NOT NULL,
	due     {{.Text}} NOT NULL,
	late_on {{.Text}} NOT NULL,
	to_on   {{.Text}} NOT NULL,
	began   bigint NOT NULL,
	ended   bigint NOT NULL,
	PRIMARY KEY (county, id, n)
);
CREATE INDEX case_stay_late ON case_stay (county, late_on, id, n) WHERE late_on <> '';
CREATE INDEX case_stay_unit ON case_stay (county, unit, to_at, state);

-- Which case carries a finding; the newest counts.
CREATE TABLE case_finding (
	county  {{.Text}} NOT NULL,
	finding bigint NOT NULL,
	id      bigint NOT NULL,
	rule    {{.Text}} NOT NULL,
	subject {{.Text}} NOT NULL,
	PRIMARY KEY (county, finding, id)
);
CREATE INDEX case_finding_case ON case_finding (county, id);
CREATE INDEX case_finding_rule ON case_finding (county, rule, subject, id);

-- A rule that is silenced for a subject (empty: for all) for a time, with the reason, and the findings that wait for its end.
CREATE TABLE case_silence (
	county   {{.Text}} NOT NULL,
	id       bigint NOT NULL,
	rule     {{.Text}} NOT NULL,
	subject  {{.Text}} NOT NULL,
	from_at  bigint NOT NULL,
	until_at bigint NOT NULL,
	reason   text NOT NULL,
	who      {{.Text}} NOT NULL,
	at       bigint NOT NULL,
	ended_by {{.Text}} NOT NULL,
	ended_at bigint NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX case_silence_rule ON case_silence (county, rule, until_at);
CREATE TABLE case_quiet (
	county  {{.Text}} NOT NULL,
	finding bigint NOT NULL,
	wake_at bigint NOT NULL,
	data    text NOT NULL,
	PRIMARY KEY (county, finding)
);
CREATE INDEX case_quiet_wake ON case_quiet (county, wake_at);

-- Who reported what. token is the SHA-256 of the code that he was given; no other table holds who he is.
CREATE TABLE case_reporter (
	county {{.Text}} NOT NULL,
	n      bigint NOT NULL,
	id     bigint NOT NULL,
	was    bigint NOT NULL, -- the case that he reported, where that was merged into id
	token  {{.Text}} NOT NULL,
	source {{.Text}} NOT NULL,
	name   text NOT NULL,
	phone  text NOT NULL,
	email  text NOT NULL,
	at     bigint NOT NULL,
	PRIMARY KEY (county, n)
);
CREATE INDEX case_reporter_case ON case_reporter (county, id);
CREATE UNIQUE INDEX case_reporter_token ON case_reporter (county, token) WHERE token <> '';

-- What came from other systems: from names the system (12345, or an Open311 server), number its own.
CREATE TABLE case_foreign (
	county {{.Text}} NOT NULL,
	source {{.Text}} NOT NULL,
	number {{.Text}} NOT NULL,
	id     bigint NOT NULL,
	digest {{.Text}} NOT NULL,
	at     bigint NOT NULL,
	PRIMARY KEY (county, source, number)
);
CREATE INDEX case_foreign_case ON case_foreign (county, id);

-- Pictures and files that came with cases; their bytes stand in ledger_file. across and down are what a picture looks like, band
-- its keys, by which near ones are found.
CREATE TABLE case_evidence (
	county   {{.Text}} NOT NULL,
	n        bigint NOT NULL,
	id       bigint NOT NULL,
	step     bigint NOT NULL,
	sha256   {{.Text}} NOT NULL,
	name     text NOT NULL,
	media    text NOT NULL,
	unit     {{.Text}} NOT NULL,
	who      {{.Text}} NOT NULL,
	at       bigint NOT NULL,
	taken_at bigint NOT NULL,
	seen     boolean NOT NULL,
	across   bigint NOT NULL,
	down     bigint NOT NULL,
	PRIMARY KEY (county, n)
);
CREATE INDEX case_evidence_case ON case_evidence (county, id, n);
CREATE INDEX case_evidence_sha ON case_evidence (county, sha256);
CREATE TABLE case_band (
	county {{.Text}} NOT NULL,
	band   bigint NOT NULL,
	n      bigint NOT NULL,
	PRIMARY KEY (county, band, n)
);

-- Two pieces of evidence that are the same, or look the same.
CREATE TABLE case_match (
	county {{.Text}} NOT NULL,
	n      bigint NOT NULL, -- the later one
	other  bigint NOT NULL,
	same   boolean NOT NULL, -- byte by byte
	PRIMARY KEY (county, n, other)
);
CREATE INDEX case_match_other ON case_match (county, other);

-- Inspections: planned, and done. result is what each item gave.
CREATE TABLE case_inspection (
	county    {{.Text}} NOT NULL,
	id        bigint NOT NULL,
	checklist {{.Text}} NOT NULL,
	register  {{.Text}} NOT NULL,
	entry     {{.Text}} NOT NULL,
	label     text NOT NULL,
	unit      {{.Text}} NOT NULL, -- that inspects
	account   {{.Text}} NOT NULL, -- who inspects, where that is fixed
	due       {{.Text}} NOT NULL,
	draw      bigint NOT NULL,
	done_on   {{.Text}} NOT NULL,
	done_at   bigint NOT NULL,
	done_by   {{.Text}} NOT NULL,
	failed    bigint NOT NULL,
	once      {{.Text}} NOT NULL,
	data      text NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX case_inspection_due ON case_inspection (county, done_on, due, id);
CREATE INDEX case_inspection_entry ON case_inspection (county, register, entry, id);
CREATE UNIQUE INDEX case_inspection_once ON case_inspection (county, once) WHERE once <> '';

-- A random draw (双随机): from what list by which seed; whoever has the list and the seed draws the same.
CREATE TABLE case_draw (
	county {{.Text}} NOT NULL,
	id     bigint NOT NULL,
	seed   {{.Text}} NOT NULL,
	digest {{.Text}} NOT NULL, -- SHA-256 of what was drawn from
	who    {{.Text}} NOT NULL,
	at     bigint NOT NULL,
	data   text NOT NULL,
	PRIMARY KEY (county, id)
);
{{.AppendOnly "case_draw"}}

-- When the clock last ran, and by which ladders it was last counted.
CREATE TABLE case_clock (
	county  {{.Text}} NOT NULL PRIMARY KEY,
	beat_at bigint NOT NULL,
	rules   {{.Text}} NOT NULL -- SHA-256
);

-- What anybody may see of a case. Public. Nothing that a citizen wrote stands here, and no name but those of offices.
CREATE TABLE case_public (
	county     {{.Text}} NOT NULL,
	id         bigint NOT NULL,
	title      text NOT NULL,
	summary    text NOT NULL,
	source     {{.Text}} NOT NULL,
	service    {{.Text}} NOT NULL,
	basis      text NOT NULL,
	owner      {{.Text}} NOT NULL,
	units      {{.Text}} NOT NULL,
	holders    {{.Text}} NOT NULL,
	state      {{.Text}} NOT NULL,
	due        {{.Text}} NOT NULL,
	opened_on  {{.Text}} NOT NULL,
	closed_on  {{.Text}} NOT NULL,
	reason     {{.Text}} NOT NULL,
	result     text NOT NULL,
	despite    text NOT NULL,
	checked_by {{.Text}} NOT NULL, -- unit
	closed_by  {{.Text}} NOT NULL, -- unit
	confirmed  {{.Text}} NOT NULL, -- yes, no, waiting, or empty
	into_case  bigint NOT NULL,
	town       {{.Text}} NOT NULL,
	placed     boolean NOT NULL,
	lon_e7     bigint NOT NULL,
	lat_e7     bigint NOT NULL,
	exposed    boolean NOT NULL,
	exposure   text NOT NULL,
	changed_at bigint NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX case_public_opened ON case_public (county, opened_on, id);
CREATE INDEX case_public_exposed ON case_public (county, id) WHERE exposed;

-- Pictures of exposed cases, without what they say of themselves. Public.
CREATE TABLE case_picture (
	county {{.Text}} NOT NULL,
	id     bigint NOT NULL,
	sha256 {{.Text}} NOT NULL, -- of these bytes
	was    {{.Text}} NOT NULL, -- of the evidence
	media  text NOT NULL,
	bytes  {{.Blob}} NOT NULL,
	PRIMARY KEY (county, id, sha256)
);

-- Letters and appeals can be about cases too.
ALTER TABLE ledger_letter ADD COLUMN about {{.Text}} NOT NULL DEFAULT '';
CREATE INDEX ledger_letter_about ON ledger_letter (county, about, id) WHERE about <> '';
ALTER TABLE score_appeal ADD COLUMN case_id bigint NOT NULL DEFAULT 0;
DROP INDEX score_appeal_fact;
CREATE UNIQUE INDEX score_appeal_fact ON score_appeal (county, duty, case_id, unit, fact, step, day);

-- +goose Down
DROP INDEX score_appeal_fact;
CREATE UNIQUE INDEX score_appeal_fact ON score_appeal (county, duty, unit, fact, step, day);
ALTER TABLE score_appeal DROP COLUMN case_id;
DROP INDEX ledger_letter_about;
ALTER TABLE ledger_letter DROP COLUMN about;
DROP TABLE case_picture;
DROP TABLE case_public;
DROP TABLE case_clock;
DROP TABLE case_draw;
DROP TABLE case_inspection;
DROP TABLE case_match;
DROP TABLE case_band;
DROP TABLE case_evidence;
DROP TABLE case_foreign;
DROP TABLE case_reporter;
DROP TABLE case_quiet;
DROP TABLE case_silence;
DROP TABLE case_finding;
DROP TABLE case_stay;
DROP TABLE case_party;
DROP TABLE case_step;
DROP TABLE case_record;
