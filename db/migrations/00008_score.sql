-- +goose Up

-- Appeals against deductions. An appeal and its decision are two records, each written once: what the unit said cannot be
-- changed by who decides, and the key of the second lets nobody decide twice. unit to day name the fact (a step, or with
-- step 0 a day); there is one appeal for each. name and words are what the unit saw.
CREATE TABLE score_appeal (
	county      {{.Text}} NOT NULL,
	id          bigint NOT NULL,
	period_from {{.Text}} NOT NULL,
	period_to   {{.Text}} NOT NULL,
	unit        {{.Text}} NOT NULL,
	fact        {{.Text}} NOT NULL,
	duty        bigint NOT NULL,
	step        bigint NOT NULL,
	day         {{.Text}} NOT NULL,
	name        text NOT NULL,
	words       text NOT NULL,
	reason      text NOT NULL,
	who         {{.Text}} NOT NULL,
	at          bigint NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX score_appeal_fact ON score_appeal (county, duty, unit, fact, step, day);
CREATE INDEX score_appeal_unit ON score_appeal (county, unit, id);
{{.AppendOnly "score_appeal"}}

CREATE TABLE score_decision (
	county {{.Text}} NOT NULL,
	appeal bigint NOT NULL,
	upheld boolean NOT NULL,
	reason text NOT NULL,
	who    {{.Text}} NOT NULL,
	at     bigint NOT NULL,
	PRIMARY KEY (county, appeal)
);
{{.AppendOnly "score_decision"}}

-- A period's table as it was announced. data is the table as JSON, sha256 its hash, which the journal has too.
CREATE TABLE score_frozen (
	county      {{.Text}} NOT NULL,
	id          bigint NOT NULL,
	period_from {{.Text}} NOT NULL,
	period_to   {{.Text}} NOT NULL,
	who         {{.Text}} NOT NULL,
	at          bigint NOT NULL,
	sha256      {{.Text}} NOT NULL,
	data        text NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX score_frozen_period ON score_frozen (county, period_from, period_to, id);
{{.AppendOnly "score_frozen"}}

-- +goose Down
DROP TABLE score_frozen;
DROP TABLE score_decision;
DROP TABLE score_appeal;
