-- +goose Up

-- What may be warned of: raised by findings of a rule (rule), by a forecast (forecast), by another issuer (feed) or by a person. state: open, taken
-- (into event), dismissed (with the reason), over (what it was raised by is).
CREATE TABLE warning_proposal (
	county   {{.Text}} NOT NULL,
	id       bigint NOT NULL,
	hazard   {{.Text}} NOT NULL,
	level    {{.Text}} NOT NULL,
	origin   {{.Text}} NOT NULL,
	state    {{.Text}} NOT NULL,
	made_at  bigint NOT NULL,
	last_at  bigint NOT NULL, -- the latest fact
	ended_at bigint NOT NULL,
	who      {{.Text}} NOT NULL,
	event    bigint NOT NULL, -- the event that it is to go into, or went into; 0: none
	data     text NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX warning_proposal_open ON warning_proposal (county, hazard, level, origin) WHERE state = 'open' AND origin <> 'feed';
CREATE INDEX warning_proposal_state ON warning_proposal (county, state, id);

-- What a proposal was raised by: finding/17, a forecast's run, the document of another. live until that is over.
CREATE TABLE warning_cause (
	county   {{.Text}} NOT NULL,
	cause    {{.Text}} NOT NULL,
	proposal bigint NOT NULL,
	live     boolean NOT NULL,
	PRIMARY KEY (county, cause, proposal)
);
CREATE INDEX warning_cause_proposal ON warning_cause (county, proposal);

-- One danger as it goes on. n is the version in force, 0 before the first; last the newest one.
CREATE TABLE warning_event (
	county   {{.Text}} NOT NULL,
	id       bigint NOT NULL,
	hazard   {{.Text}} NOT NULL,
	drill    {{.Text}} NOT NULL, -- name of the exercise; empty: the real thing
	state    {{.Text}} NOT NULL,
	stage    {{.Text}} NOT NULL,
	level    {{.Text}} NOT NULL,
	n        bigint NOT NULL,
	last     bigint NOT NULL,
	began_at bigint NOT NULL,
	ends_at  bigint NOT NULL,
	ended_at bigint NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX warning_event_state ON warning_event (county, state, id);
CREATE INDEX warning_event_began ON warning_event (county, hazard, began_at);
CREATE INDEX warning_event_ends ON warning_event (county, ends_at) WHERE ends_at > 0;

-- Its versions, drafts too. What was published is frozen in warning_document.
CREATE TABLE warning_version (
	county       {{.Text}} NOT NULL,
	event        bigint NOT NULL,
	n            bigint NOT NULL,
	hazard       {{.Text}} NOT NULL,
	drill        {{.Text}} NOT NULL,
	kind         {{.Text}} NOT NULL,
	stage        {{.Text}} NOT NULL,
	level        {{.Text}} NOT NULL,
	state        {{.Text}} NOT NULL,
	identifier   {{.Text}} NOT NULL,
	sender       {{.Text}} NOT NULL,
	sent_at      bigint NOT NULL,
	ends_at      bigint NOT NULL,
	over_at      bigint NOT NULL,
	alone        boolean NOT NULL, -- published by night by who wrote it
	confirm_by   bigint NOT NULL,
	confirmed_at bigint NOT NULL,
	note_at      bigint NOT NULL, -- when somebody is to be told next; 0: never
	data         text NOT NULL,
	PRIMARY KEY (county, event, n)
);
CREATE INDEX warning_version_state ON warning_version (county, state, event, n);
CREATE INDEX warning_version_note ON warning_version (county, note_at) WHERE note_at > 0;

-- Every CAP document that was published, byte for byte.
CREATE TABLE warning_document (
	county     {{.Text}} NOT NULL,
	identifier {{.Text}} NOT NULL,
	sender     {{.Text}} NOT NULL,
	sent_at    bigint NOT NULL,
	event      bigint NOT NULL,
	n          bigint NOT NULL,
	drill      boolean NOT NULL,
	sha256     {{.Text}} NOT NULL,
	bytes      {{.Blob}} NOT NULL,
	PRIMARY KEY (county, identifier)
);
CREATE UNIQUE INDEX warning_document_version ON warning_document (county, event, n);
{{.AppendOnly "warning_document"}}

-- What anybody may see of warnings. Public: no drill, no draft and no person's name stands here.
CREATE TABLE warning_public (
	county      {{.Text}} NOT NULL,
	event       bigint NOT NULL,
	n           bigint NOT NULL,
	identifier  {{.Text}} NOT NULL,
	hazard      {{.Text}} NOT NULL,
	name        {{.Text}} NOT NULL,
	issuer      {{.Text}} NOT NULL,
	source      {{.Text}} NOT NULL, -- whose warning is passed on; empty: its own
	kind        {{.Text}} NOT NULL,
	stage       {{.Text}} NOT NULL,
	level       {{.Text}} NOT NULL,
	headline    text NOT NULL,
	description text NOT NULL,
	instruction text NOT NULL,
	area        text NOT NULL,
	shape       text NOT NULL, -- JSON
	state       {{.Text}} NOT NULL,
	sent_at     bigint NOT NULL,
	onset_at    bigint NOT NULL,
	ends_at     bigint NOT NULL,
	over_at     bigint NOT NULL,
	document    {{.Blob}} NOT NULL,
	PRIMARY KEY (county, event, n)
);
CREATE UNIQUE INDEX warning_public_identifier ON warning_public (county, identifier);
CREATE INDEX warning_public_state ON warning_public (county, state, sent_at);
CREATE INDEX warning_public_sent ON warning_public (county, sent_at, event, n);

-- Who is to be told of a version and under which key the outbox has it. state: waits (until due_at), told, dropped. recipients are numbers in
-- rising order, each as the distance from the one before (unsigned varint).
CREATE TABLE warning_telling (
	county     {{.Text}} NOT NULL,
	event      bigint NOT NULL,
	n          bigint NOT NULL,
	part       bigint NOT NULL,
	hazard     {{.Text}} NOT NULL,
	drill      {{.Text}} NOT NULL,
	state      {{.Text}} NOT NULL,
	due_at     bigint NOT NULL,
	told_at    bigint NOT NULL,
	key        {{.Text}} NOT NULL,
	size       bigint NOT NULL,
	recipients {{.Blob}} NOT NULL,
	PRIMARY KEY (county, event, n, part)
);
CREATE INDEX warning_telling_due ON warning_telling (county, due_at) WHERE state = 'waits';
CREATE INDEX warning_telling_key ON warning_telling (county, key) WHERE key <> '';

-- What a warning orders of units: linked duties (联动) and stops (停工、停课、停业、停运). what tells the orders of an event apart.
CREATE TABLE warning_order (
	county    {{.Text}} NOT NULL,
	id        bigint NOT NULL,
	event     bigint NOT NULL,
	n         bigint NOT NULL, -- the version that opened it
	what      {{.Text}} NOT NULL,
	kind      {{.Text}} NOT NULL,
	unit      {{.Text}} NOT NULL,
	level     {{.Text}} NOT NULL,
	drill     {{.Text}} NOT NULL,
	opened_at bigint NOT NULL,
	due_at    bigint NOT NULL,
	seen_at   bigint NOT NULL,
	done_at   bigint NOT NULL,
	lifted_at bigint NOT NULL,
	data      text NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX warning_order_open ON warning_order (county, event, what) WHERE lifted_at = 0;
CREATE INDEX warning_order_unit ON warning_order (county, unit, lifted_at, id);

-- How an order is kept, as units report it: for a site, a school, a line.
CREATE TABLE warning_compliance (
	county   {{.Text}} NOT NULL,
	id       bigint NOT NULL, -- of the order
	n        bigint NOT NULL,
	at       bigint NOT NULL,
	subject  {{.Text}} NOT NULL,
	complied boolean NOT NULL,
	account  {{.Text}} NOT NULL,
	name     {{.Text}} NOT NULL,
	words    text NOT NULL,
	PRIMARY KEY (county, id, n)
);
{{.AppendOnly "warning_compliance"}}

-- What other issuers published, byte for byte, by what names a message: sender, identifier and time. state: new, taken, dismissed, replaced (by a
-- later one of theirs), held (it acts on what is not here, or cannot be read whole).
CREATE TABLE warning_foreign (
	county     {{.Text}} NOT NULL,
	sender     {{.Text}} NOT NULL,
	identifier {{.Text}} NOT NULL,
	sent_at    bigint NOT NULL,
	n          bigint NOT NULL,
	source     {{.Text}} NOT NULL,
	state      {{.Text}} NOT NULL,
	kind       {{.Text}} NOT NULL,
	hazard     {{.Text}} NOT NULL,
	event      bigint NOT NULL, -- of ours that passed it on; 0: none
	came_at    bigint NOT NULL,
	data       text NOT NULL,
	bytes      {{.Blob}} NOT NULL,
	PRIMARY KEY (county, sender, identifier, sent_at)
);
CREATE UNIQUE INDEX warning_foreign_n ON warning_foreign (county, n);

-- What documents of others replace or cancel, also before it has come.
CREATE TABLE warning_foreign_end (
	county     {{.Text}} NOT NULL,
	sender     {{.Text}} NOT NULL,
	identifier {{.Text}} NOT NULL,
	sent_at    bigint NOT NULL,
	by_n       bigint NOT NULL,
	PRIMARY KEY (county, sender, identifier, sent_at, by_n)
);

-- Who passed a version on, when, and how many it reached (再传播). who is the key of the re-broadcaster in its register.
CREATE TABLE warning_rebroadcast (
	county  {{.Text}} NOT NULL,
	event   bigint NOT NULL,
	n       bigint NOT NULL,
	who     {{.Text}} NOT NULL,
	name    {{.Text}} NOT NULL,
	at      bigint NOT NULL,
	reach   bigint NOT NULL, -- -1: not known
	words   text NOT NULL,
	account {{.Text}} NOT NULL,
	made_at bigint NOT NULL,
	PRIMARY KEY (county, event, n, who)
);
CREATE INDEX warning_rebroadcast_who ON warning_rebroadcast (county, who, at);

-- +goose Down
DROP TABLE warning_rebroadcast;
DROP TABLE warning_foreign_end;
DROP TABLE warning_foreign;
DROP TABLE warning_compliance;
DROP TABLE warning_order;
DROP TABLE warning_telling;
DROP TABLE warning_public;
DROP TABLE warning_document;
DROP TABLE warning_version;
DROP TABLE warning_event;
DROP TABLE warning_cause;
DROP TABLE warning_proposal;
