-- +goose Up

-- Series and readings. Not public: what a public page shows of them is asked through package observation, by definitions that say public.

-- An entry of a register at which something is measured. latest is the newest value of each of its series, as text:
-- h17@1695171600000000=61.0/N is hour series 17. silent lists its series that are silent. heard_at is when anything last came.
CREATE TABLE observation_place (
	county   {{.Text}} NOT NULL,
	id       bigint NOT NULL,
	register {{.Text}} NOT NULL,
	entry    {{.Text}} NOT NULL,
	heard_at bigint NOT NULL,
	silent   {{.Text}} NOT NULL,
	latest   {{.Text}} NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX observation_place_entry ON observation_place (county, register, entry);

CREATE TABLE observation_series (
	county     {{.Text}} NOT NULL,
	id         bigint NOT NULL,
	name       {{.Text}} NOT NULL,
	entry      {{.Text}} NOT NULL,
	place      bigint NOT NULL,
	kind       bigint NOT NULL,
	unit       {{.Text}} NOT NULL,
	created_at bigint NOT NULL,
	ended_at   bigint NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX observation_series_name ON observation_series (county, name, entry, kind, unit);
CREATE INDEX observation_series_place ON observation_series (county, place);

-- What one place gave for one instant: 17=61.0;18=0.0003L;19=/M. A later version (n) of the instant holds what changed.
CREATE TABLE observation_reading (
	county      {{.Text}} NOT NULL,
	place       bigint NOT NULL,
	kind        bigint NOT NULL,
	at          bigint NOT NULL,
	n           bigint NOT NULL,
	recorded_at bigint NOT NULL,
	source      {{.Text}} NOT NULL,
	data        {{.Text}} NOT NULL,
	PRIMARY KEY (county, place, kind, at, n)
){{if .SQLite}} WITHOUT ROWID{{end}};
{{.AppendOnly "observation_reading"}}

-- Sums of past days, per place and kind: made from the readings, and again after late ones. stale names those to be made.
CREATE TABLE observation_day (
	county {{.Text}} NOT NULL,
	place  bigint NOT NULL,
	kind   bigint NOT NULL,
	day    bigint NOT NULL, -- its start
	stale  boolean NOT NULL,
	data   {{.Text}} NOT NULL,
	PRIMARY KEY (county, place, kind, day)
){{if .SQLite}} WITHOUT ROWID{{end}};
CREATE INDEX observation_day_stale ON observation_day (county, day) WHERE stale;

-- Periods whose mean is to be made: of series, from start, not before due_at.
CREATE TABLE observation_mean (
	county {{.Text}} NOT NULL,
	series bigint NOT NULL,
	start  bigint NOT NULL,
	due_at bigint NOT NULL,
	PRIMARY KEY (county, series, start)
);
CREATE INDEX observation_mean_due ON observation_mean (county, due_at);

-- When to look whether a series has fallen silent. A reading does not move the clock; the look does.
CREATE TABLE observation_clock (
	county {{.Text}} NOT NULL,
	series bigint NOT NULL,
	due_at bigint NOT NULL,
	PRIMARY KEY (county, series)
);
CREATE INDEX observation_clock_due ON observation_clock (county, due_at);

-- Times of silence. back_at is 0 while it lasts; untold, until Silent has told of its beginning or end.
CREATE TABLE observation_silence (
	county    {{.Text}} NOT NULL,
	series    bigint NOT NULL,
	since     bigint NOT NULL, -- end of the last reading
	silent_at bigint NOT NULL,
	back_at   bigint NOT NULL,
	untold    boolean NOT NULL,
	PRIMARY KEY (county, series, silent_at)
);
CREATE INDEX observation_silence_untold ON observation_silence (county, silent_at) WHERE untold;
CREATE INDEX observation_silence_open ON observation_silence (county, silent_at) WHERE back_at = 0;

-- An upload of hand samples: its lines, then what became of each, so that it can be taken back.
CREATE TABLE observation_import (
	county {{.Text}} NOT NULL,
	id     bigint NOT NULL,
	who    {{.Text}} NOT NULL,
	at     bigint NOT NULL,
	file   text NOT NULL,
	state  {{.Text}} NOT NULL, -- ready, done, undone, dropped
	data   text NOT NULL,
	PRIMARY KEY (county, id)
);

-- Programs that may send readings, by the SHA-256 of their token. series are the names they may send, joined by spaces.
CREATE TABLE observation_sender (
	county     {{.Text}} NOT NULL,
	id         bigint NOT NULL,
	name       text NOT NULL,
	token      {{.Text}} NOT NULL,
	series     text NOT NULL,
	created_at bigint NOT NULL,
	ended_at   bigint NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX observation_sender_token ON observation_sender (county, token);

-- +goose Down
DROP TABLE observation_sender;
DROP TABLE observation_import;
DROP TABLE observation_silence;
DROP TABLE observation_clock;
DROP TABLE observation_mean;
DROP TABLE observation_day;
DROP TABLE observation_reading;
DROP TABLE observation_series;
DROP TABLE observation_place;
