-- +goose Up

-- Findings. Not public: a public page shows cases, and of findings only what bulletins say.

-- current is the one finding of a rule and a subject that may still be seen again. data is what it says, as JSON.
CREATE TABLE finding (
	county    {{.Text}} NOT NULL,
	id        bigint NOT NULL,
	rule      {{.Text}} NOT NULL,
	subject   {{.Text}} NOT NULL,
	entry     {{.Text}} NOT NULL,
	unit      {{.Text}} NOT NULL,
	state     {{.Text}} NOT NULL,
	severity  {{.Text}} NOT NULL,
	current   boolean NOT NULL,
	times     bigint NOT NULL,
	since     bigint NOT NULL,
	last_at   bigint NOT NULL,
	raised_at bigint NOT NULL,
	over_at   bigint NOT NULL, -- of the fact; 0: it is not over
	inhibited {{.Text}} NOT NULL,
	data      text NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX finding_current ON finding (county, rule, subject) WHERE current;
CREATE INDEX finding_entry ON finding (county, entry, state);
CREATE INDEX finding_subject ON finding (county, rule, subject, id);
CREATE INDEX finding_state ON finding (county, state, id);
CREATE INDEX finding_unit ON finding (county, unit, id);

-- Times that a finding was seen: the first, and the latest fifty.
CREATE TABLE finding_occurrence (
	county      {{.Text}} NOT NULL,
	finding     bigint NOT NULL,
	n           bigint NOT NULL,
	at          bigint NOT NULL,
	recorded_at bigint NOT NULL,
	data        text NOT NULL,
	PRIMARY KEY (county, finding, n)
);

-- What a rule found in the facts of a subject in the order of their own time: from the first fact of a run, through the one that
-- raised it, to the one by which it was over. Of one that is open times and last_at are counted up in its finding alone.
CREATE TABLE finding_episode (
	county   {{.Text}} NOT NULL,
	rule     {{.Text}} NOT NULL,
	subject  {{.Text}} NOT NULL,
	since    bigint NOT NULL,
	finding  bigint NOT NULL,
	raise_at bigint NOT NULL,
	last_at  bigint NOT NULL,
	over_at  bigint NOT NULL, -- 0: it is not over
	times    bigint NOT NULL,
	PRIMARY KEY (county, rule, subject, since)
);
CREATE INDEX finding_episode_finding ON finding_episode (county, finding);

-- Where rules stand with subjects, after the latest fact. There is a row only where something is on: a run has begun, an episode is open,
-- or the rule cannot tell.
CREATE TABLE finding_track (
	county   {{.Text}} NOT NULL,
	rule     {{.Text}} NOT NULL,
	subject  {{.Text}} NOT NULL,
	entry    {{.Text}} NOT NULL,
	finding  bigint NOT NULL, -- that is open; 0: none
	is_open  boolean NOT NULL,
	holds    bigint NOT NULL,
	clears   bigint NOT NULL,
	since    bigint NOT NULL,
	last_at  bigint NOT NULL,
	lacks    text NOT NULL,
	lacks_at bigint NOT NULL,
	PRIMARY KEY (county, rule, subject)
){{if .SQLite}} WITHOUT ROWID{{end}};
CREATE INDEX finding_track_entry ON finding_track (county, entry);

-- What facts that came late changed, a row a day.
CREATE TABLE finding_rejudged (
	county  {{.Text}} NOT NULL,
	rule    {{.Text}} NOT NULL,
	subject {{.Text}} NOT NULL,
	on_day  {{.Text}} NOT NULL,
	from_at bigint NOT NULL,
	to_at   bigint NOT NULL,
	facts   bigint NOT NULL,
	changed text NOT NULL,
	PRIMARY KEY (county, rule, subject, on_day)
);
CREATE INDEX finding_rejudged_day ON finding_rejudged (county, on_day);

-- Results of indicators for periods that are over, each time with another result. period is its first day, until its last.
CREATE TABLE finding_result (
	county    {{.Text}} NOT NULL,
	indicator {{.Text}} NOT NULL,
	subject   {{.Text}} NOT NULL, -- key of the entry; empty: the county
	period    {{.Text}} NOT NULL,
	n         bigint NOT NULL,
	until     {{.Text}} NOT NULL,
	latest    boolean NOT NULL,
	computed  bigint NOT NULL,
	value     {{.Text}} NOT NULL,
	met       {{.Text}} NOT NULL,
	data      text NOT NULL,
	PRIMARY KEY (county, indicator, subject, period, n)
);
CREATE INDEX finding_result_latest ON finding_result (county, indicator, period, subject) WHERE latest;

-- Periods that are over and have to be computed again, because facts of them came late.
CREATE TABLE finding_stale (
	county    {{.Text}} NOT NULL,
	indicator {{.Text}} NOT NULL,
	subject   {{.Text}} NOT NULL,
	period    {{.Text}} NOT NULL,
	PRIMARY KEY (county, indicator, subject, period)
);

-- How far daily work has come: through which day, and of the next one through which entry.
CREATE TABLE finding_clock (
	county {{.Text}} NOT NULL,
	name   {{.Text}} NOT NULL, -- entry/RULE, indicator/ID
	day    {{.Text}} NOT NULL,
	cursor {{.Text}} NOT NULL,
	PRIMARY KEY (county, name)
);

-- +goose Down
DROP TABLE finding_clock;
DROP TABLE finding_stale;
DROP TABLE finding_result;
DROP TABLE finding_rejudged;
DROP TABLE finding_track;
DROP TABLE finding_episode;
DROP TABLE finding_occurrence;
DROP TABLE finding;
