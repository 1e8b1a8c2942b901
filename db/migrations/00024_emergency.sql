-- +goose Up

-- Emergency plans that were started. None of these tables is public.

-- What may be started: by a warning or a finding (cause). state: open, taken, dismissed, over (what proposed it is).
CREATE TABLE emergency_proposal (
	county   {{.Text}} NOT NULL,
	id       bigint NOT NULL,
	plan     {{.Text}} NOT NULL,
	level    bigint NOT NULL,
	cause    {{.Text}} NOT NULL,
	drill    boolean NOT NULL,
	state    {{.Text}} NOT NULL,
	made_at  bigint NOT NULL,
	ended_at bigint NOT NULL,
	data     text NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX emergency_proposal_open ON emergency_proposal (county, plan, cause) WHERE state = 'open';
CREATE INDEX emergency_proposal_state ON emergency_proposal (county, state, id);

-- One time a plan was started. revision counts what was done.
CREATE TABLE emergency_activation (
	county     {{.Text}} NOT NULL,
	id         bigint NOT NULL,
	plan       {{.Text}} NOT NULL,
	level      bigint NOT NULL,
	drill      boolean NOT NULL,
	state      {{.Text}} NOT NULL,
	cause      {{.Text}} NOT NULL,
	began_at   bigint NOT NULL,
	ended_at   bigint NOT NULL,
	settled_at bigint NOT NULL,
	revision   bigint NOT NULL,
	data       text NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX emergency_activation_state ON emergency_activation (county, state, id);

-- A plan is started once at a time, as an exercise and in earnest.
CREATE UNIQUE INDEX emergency_activation_plan ON emergency_activation (county, plan, drill) WHERE state = 'active';

-- What a unit has to do. level 0: an order of the command; -1: what follows the end.
CREATE TABLE emergency_task (
	county      {{.Text}} NOT NULL,
	activation  bigint NOT NULL,
	n           bigint NOT NULL,
	what        {{.Text}} NOT NULL,
	unit        {{.Text}} NOT NULL,
	level       bigint NOT NULL,
	opened_at   bigint NOT NULL,
	due_at      bigint NOT NULL,
	received_at bigint NOT NULL,
	done_at     bigint NOT NULL,
	lifted_at   bigint NOT NULL,
	late        boolean NOT NULL,
	data        text NOT NULL,
	PRIMARY KEY (county, activation, n)
);
CREATE UNIQUE INDEX emergency_task_open ON emergency_task (county, activation, what) WHERE lifted_at = 0;
CREATE INDEX emergency_task_unit ON emergency_task (county, unit, activation) WHERE done_at = 0 AND lifted_at = 0;
CREATE INDEX emergency_task_due ON emergency_task (county, due_at) WHERE done_at = 0 AND lifted_at = 0 AND NOT late;

-- The log of an activation.
CREATE TABLE emergency_log (
	county     {{.Text}} NOT NULL,
	activation bigint NOT NULL,
	n          bigint NOT NULL,
	at         bigint NOT NULL,
	kind       {{.Text}} NOT NULL,
	who        {{.Text}} NOT NULL,
	data       text NOT NULL,
	PRIMARY KEY (county, activation, n)
);
{{.AppendOnly "emergency_log"}}

-- What a review says must be done better. ref is where it stands as a duty.
CREATE TABLE emergency_lesson (
	county     {{.Text}} NOT NULL,
	activation bigint NOT NULL,
	n          bigint NOT NULL,
	unit       {{.Text}} NOT NULL,
	due_at     bigint NOT NULL,
	ref        {{.Text}} NOT NULL,
	words      text NOT NULL,
	PRIMARY KEY (county, activation, n)
);

-- +goose Down
DROP TABLE emergency_lesson;
DROP TABLE emergency_log;
DROP TABLE emergency_task;
DROP TABLE emergency_activation;
DROP TABLE emergency_proposal;
