-- +goose Up

-- Calling of named persons (叫应). None of these tables is public.

-- A round: one purpose for which people are called. revision counts its facts; next_at is when its clocks have something to do, 0
-- where nothing. ladder and places are JSON.
CREATE TABLE callup_round (
	county    {{.Text}} NOT NULL,
	id        bigint    NOT NULL,
	purpose   {{.Text}} NOT NULL,
	version   bigint    NOT NULL,
	title     {{.Text}} NOT NULL,
	body      {{.Text}} NOT NULL,
	level     bigint    NOT NULL,
	drill     boolean   NOT NULL,
	state     {{.Text}} NOT NULL,
	ladder    {{.Text}} NOT NULL,
	places    {{.Text}} NOT NULL,
	basis     {{.Text}} NOT NULL,
	opened_by {{.Text}} NOT NULL,
	opened_at bigint    NOT NULL,
	until_at  bigint    NOT NULL,
	ended_at  bigint    NOT NULL,
	revision  bigint    NOT NULL,
	calls     bigint    NOT NULL,
	next_at   bigint    NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX callup_round_purpose ON callup_round (county, purpose);
CREATE INDEX callup_round_due ON callup_round (county, next_at) WHERE next_at > 0;

-- One person who is called until he answers. person is empty where a post has no holder. rungs and agains are how far its clock has
-- come. live says that its seats are his: a call that took them over has them now.
CREATE TABLE callup_call (
	county      {{.Text}} NOT NULL,
	round       bigint    NOT NULL,
	n           bigint    NOT NULL,
	step        bigint    NOT NULL,
	kind        {{.Text}} NOT NULL,
	origin      bigint    NOT NULL,
	version     bigint    NOT NULL,
	person      {{.Text}} NOT NULL,
	name        {{.Text}} NOT NULL,
	off_person  {{.Text}} NOT NULL,
	off_name    {{.Text}} NOT NULL,
	why         {{.Text}} NOT NULL,
	code        {{.Text}} NOT NULL,
	state       {{.Text}} NOT NULL,
	live        boolean   NOT NULL,
	began_at    bigint    NOT NULL,
	shift_at    bigint    NOT NULL,
	rungs       bigint    NOT NULL,
	agains      bigint    NOT NULL,
	told_at     bigint    NOT NULL,
	answered_at bigint    NOT NULL,
	acted_at    bigint    NOT NULL,
	ended_at    bigint    NOT NULL,
	answered_by {{.Text}} NOT NULL,
	trouble     {{.Text}} NOT NULL,
	PRIMARY KEY (county, round, n)
);
CREATE INDEX callup_call_person ON callup_call (county, person, state);

-- The posts for which a call is.
CREATE TABLE callup_seat (
	county  {{.Text}} NOT NULL,
	round   bigint    NOT NULL,
	n       bigint    NOT NULL,
	k       bigint    NOT NULL,
	town    {{.Text}} NOT NULL,
	village {{.Text}} NOT NULL,
	grid    {{.Text}} NOT NULL,
	post    {{.Text}} NOT NULL,
	PRIMARY KEY (county, round, n, k)
);

-- Where the person of a call is reached: personal data, found by replies.
CREATE TABLE callup_address (
	county  {{.Text}} NOT NULL,
	round   bigint    NOT NULL,
	n       bigint    NOT NULL,
	channel {{.Text}} NOT NULL,
	address {{.Text}} NOT NULL,
	PRIMARY KEY (county, round, n, channel)
);
CREATE INDEX callup_address_of ON callup_address (county, address);

-- What happened in a round; n is its revision after it. once is filled where a thing happens once to a call.
CREATE TABLE callup_fact (
	county {{.Text}} NOT NULL,
	round  bigint    NOT NULL,
	n      bigint    NOT NULL,
	call   bigint    NOT NULL,
	what   {{.Text}} NOT NULL,
	at     bigint    NOT NULL,
	who    {{.Text}} NOT NULL,
	once   {{.Text}} NOT NULL,
	body   {{.Text}} NOT NULL,
	PRIMARY KEY (county, round, n)
);
CREATE UNIQUE INDEX callup_fact_once ON callup_fact (county, round, call, what, once) WHERE once <> '';
CREATE INDEX callup_fact_call ON callup_fact (county, round, call, n);
{{.AppendOnly "callup_fact"}}

-- Which call a reply code is for. One whose call is long past is given out again.
CREATE TABLE callup_code (
	county {{.Text}} NOT NULL,
	code   {{.Text}} NOT NULL,
	round  bigint    NOT NULL,
	n      bigint    NOT NULL,
	at     bigint    NOT NULL,
	PRIMARY KEY (county, code)
);

-- Every reply as it came, and what became of it: heard is answer, late, asked, stranger.
CREATE TABLE callup_reply (
	county  {{.Text}} NOT NULL,
	id      bigint    NOT NULL,
	once    {{.Text}} NOT NULL,
	at      bigint    NOT NULL,
	sent_at bigint    NOT NULL,
	channel {{.Text}} NOT NULL,
	sender  {{.Text}} NOT NULL,
	body    {{.Text}} NOT NULL,
	heard   {{.Text}} NOT NULL,
	round   bigint    NOT NULL,
	n       bigint    NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX callup_reply_once ON callup_reply (county, once);
CREATE INDEX callup_reply_sender ON callup_reply (county, sender, at);

-- Who is on duty for a seat from when to when, and who is away and has whom stand in. dropped_at and ended_at are 0 while they hold.
CREATE TABLE callup_shift (
	county     {{.Text}} NOT NULL,
	id         bigint    NOT NULL,
	seat       {{.Text}} NOT NULL,
	town       {{.Text}} NOT NULL,
	village    {{.Text}} NOT NULL,
	grid       {{.Text}} NOT NULL,
	post       {{.Text}} NOT NULL,
	person     {{.Text}} NOT NULL,
	name       {{.Text}} NOT NULL,
	from_at    bigint    NOT NULL,
	to_at      bigint    NOT NULL,
	made_by    {{.Text}} NOT NULL,
	made_at    bigint    NOT NULL,
	dropped_by {{.Text}} NOT NULL,
	dropped_at bigint    NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX callup_shift_seat ON callup_shift (county, seat, to_at) WHERE dropped_at = 0;

CREATE TABLE callup_leave (
	county      {{.Text}} NOT NULL,
	id          bigint    NOT NULL,
	person      {{.Text}} NOT NULL,
	name        {{.Text}} NOT NULL,
	deputy      {{.Text}} NOT NULL,
	deputy_name {{.Text}} NOT NULL,
	from_at     bigint    NOT NULL,
	to_at       bigint    NOT NULL, -- as it was granted, or when it was ended
	reason      {{.Text}} NOT NULL,
	made_by     {{.Text}} NOT NULL,
	made_at     bigint    NOT NULL,
	ended_by    {{.Text}} NOT NULL,
	ended_at    bigint    NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX callup_leave_person ON callup_leave (county, person, to_at);

-- +goose Down
DROP TABLE callup_leave;
DROP TABLE callup_shift;
DROP TABLE callup_reply;
DROP TABLE callup_code;
DROP TABLE callup_fact;
DROP TABLE callup_address;
DROP TABLE callup_seat;
DROP TABLE callup_call;
DROP TABLE callup_round;
