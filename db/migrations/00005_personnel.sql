-- +goose Up

-- Moves of a published 任免 notice, drawn from the public text alone, dropped when it is withdrawn.
CREATE TABLE published_appointment (
	county  {{.Text}} NOT NULL,
	doc     {{.Text}} NOT NULL,
	version bigint NOT NULL,
	n       bigint NOT NULL,
	clause  {{.Text}} NOT NULL,
	person  {{.Text}} NOT NULL,
	action  {{.Text}} NOT NULL,
	unit    {{.Text}} NOT NULL,
	post    {{.Text}} NOT NULL,
	rank    {{.Text}} NOT NULL,
	probation_months bigint NOT NULL,
	decided_on {{.Text}} NOT NULL,
	PRIMARY KEY (county, doc, version, n)
);

-- All that follows is not public.

CREATE TABLE person (
	county      {{.Text}} NOT NULL,
	id          bigint NOT NULL,
	name        {{.Text}} NOT NULL,
	note        text NOT NULL,
	recorded_at bigint NOT NULL,
	recorded_by {{.Text}} NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX person_by_name ON person (county, name);
{{.AppendOnly "person"}}

-- Whose an account is; the record with the greatest n holds, person 0 says nobody's any more.
CREATE TABLE person_account (
	county      {{.Text}} NOT NULL,
	account     {{.Text}} NOT NULL,
	n           bigint NOT NULL,
	person      bigint NOT NULL,
	recorded_at bigint NOT NULL,
	recorded_by {{.Text}} NOT NULL,
	PRIMARY KEY (county, account, n)
);
CREATE INDEX person_account_of ON person_account (county, person);
{{.AppendOnly "person_account"}}

-- Who holds which post, from a day up to and without another; empty dates: not known since when, not over. The newest
-- version is what is believed, the older ones what was believed before.
CREATE TABLE tenure (
	county       {{.Text}} NOT NULL,
	id           bigint NOT NULL,
	version      bigint NOT NULL,
	person       bigint NOT NULL,
	unit         {{.Text}} NOT NULL,
	title        {{.Text}} NOT NULL,
	rank         {{.Text}} NOT NULL,
	holds_from   {{.Text}} NOT NULL,
	holds_until  {{.Text}} NOT NULL,
	probation_until {{.Text}} NOT NULL,
	decision     {{.Text}} NOT NULL,
	decided_on   {{.Text}} NOT NULL,
	from_doc     {{.Text}} NOT NULL,
	from_clause  {{.Text}} NOT NULL,
	until_doc    {{.Text}} NOT NULL,
	until_clause {{.Text}} NOT NULL,
	cancelled    boolean NOT NULL,
	reason       text NOT NULL,
	recorded_at  bigint NOT NULL,
	recorded_by  {{.Text}} NOT NULL,
	PRIMARY KEY (county, id, version)
);
CREATE INDEX tenure_by_post ON tenure (county, unit, title);
CREATE INDEX tenure_by_person ON tenure (county, person);
CREATE INDEX tenure_by_probation ON tenure (county, probation_until);
{{.AppendOnly "tenure"}}

-- Units and posts that the county's folder does not have (yet), as answers to questions made them.
CREATE TABLE recorded_unit (
	county      {{.Text}} NOT NULL,
	name_key    {{.Text}} NOT NULL,
	name        {{.Text}} NOT NULL,
	kind        {{.Text}} NOT NULL,
	doc         {{.Text}} NOT NULL,
	recorded_at bigint NOT NULL,
	recorded_by {{.Text}} NOT NULL,
	PRIMARY KEY (county, name_key)
);
{{.AppendOnly "recorded_unit"}}

CREATE TABLE recorded_post (
	county      {{.Text}} NOT NULL,
	unit        {{.Text}} NOT NULL,
	title       {{.Text}} NOT NULL,
	role        {{.Text}} NOT NULL,
	seats       bigint NOT NULL,
	same_as     {{.Text}} NOT NULL,
	doc         {{.Text}} NOT NULL,
	recorded_at bigint NOT NULL,
	recorded_by {{.Text}} NOT NULL,
	PRIMARY KEY (county, unit, title)
);
{{.AppendOnly "recorded_post"}}

-- Names that an answer gave to a unit, in one document or (doc empty) in all. The greatest n holds.
CREATE TABLE unit_alias (
	county      {{.Text}} NOT NULL,
	name_key    {{.Text}} NOT NULL,
	doc         {{.Text}} NOT NULL,
	n           bigint NOT NULL,
	name        {{.Text}} NOT NULL,
	unit        {{.Text}} NOT NULL,
	reason      text NOT NULL,
	recorded_at bigint NOT NULL,
	recorded_by {{.Text}} NOT NULL,
	PRIMARY KEY (county, name_key, doc, n)
);
{{.AppendOnly "unit_alias"}}

-- What a document says and nobody could tell; asked once, answered once. data of an answer is JSON.
CREATE TABLE question (
	county   {{.Text}} NOT NULL,
	id       bigint NOT NULL,
	kind     {{.Text}} NOT NULL,
	name_key {{.Text}} NOT NULL,
	doc      {{.Text}} NOT NULL,
	name     {{.Text}} NOT NULL,
	clause   {{.Text}} NOT NULL,
	context  text NOT NULL,
	asked_at bigint NOT NULL,
	PRIMARY KEY (county, id),
	UNIQUE (county, kind, name_key, doc)
);
{{.AppendOnly "question"}}

CREATE TABLE question_answer (
	county      {{.Text}} NOT NULL,
	question    bigint NOT NULL,
	choice      {{.Text}} NOT NULL,
	data        text NOT NULL,
	reason      text NOT NULL,
	answered_at bigint NOT NULL,
	answered_by {{.Text}} NOT NULL,
	PRIMARY KEY (county, question)
);
{{.AppendOnly "question_answer"}}

-- Published moves that need nothing more, and the tenure that each has begun or ended (0: it was left aside). A move
-- is known by its words, so that a corrected notice that repeats it changes nothing.
CREATE TABLE appointment_taken (
	county   {{.Text}} NOT NULL,
	doc      {{.Text}} NOT NULL,
	move     {{.Text}} NOT NULL,
	tenure   bigint NOT NULL,
	taken_at bigint NOT NULL,
	PRIMARY KEY (county, doc, move)
);

-- +goose Down
DROP TABLE appointment_taken;
DROP TABLE question_answer;
DROP TABLE question;
DROP TABLE unit_alias;
DROP TABLE recorded_post;
DROP TABLE recorded_unit;
DROP TABLE tenure;
DROP TABLE person_account;
DROP TABLE person;
DROP TABLE published_appointment;
