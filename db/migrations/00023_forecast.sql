-- +goose Up

-- Gridded products. Not public: what a public page shows of them is asked through package forecast, by definitions that say public.

-- What was forecast at one time, or measured. A run that is sent again with other values is another run with a higher id. west to ny
-- are the grid, in 1e-7 degree. held says what rests on it: it is kept then, however old.
CREATE TABLE forecast_run (
	county      {{.Text}} NOT NULL,
	id          bigint NOT NULL,
	product     {{.Text}} NOT NULL,
	run_at      bigint NOT NULL,
	received_at bigint NOT NULL,
	made        boolean NOT NULL,
	note        text NOT NULL,
	held        text NOT NULL,
	places      bigint NOT NULL,
	west        bigint NOT NULL,
	south       bigint NOT NULL,
	dx          bigint NOT NULL,
	dy          bigint NOT NULL,
	nx          bigint NOT NULL,
	ny          bigint NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX forecast_run_newest ON forecast_run (county, product, run_at, id);

-- What a run says of one period; start_at is end_at for an instant. low and high are of its values.
CREATE TABLE forecast_field (
	county      {{.Text}} NOT NULL,
	run         bigint NOT NULL,
	end_at      bigint NOT NULL,
	start_at    bigint NOT NULL,
	received_at bigint NOT NULL,
	low         bigint NOT NULL,
	high        bigint NOT NULL,
	missing     bigint NOT NULL,
	data        {{.Blob}} NOT NULL,
	PRIMARY KEY (county, run, end_at)
);

-- Files that came, by the SHA-256 of their bytes: taken once. state: taken, aside (reason says why).
CREATE TABLE forecast_file (
	county {{.Text}} NOT NULL,
	hash   {{.Text}} NOT NULL,
	name   text NOT NULL,
	size   bigint NOT NULL,
	at     bigint NOT NULL,
	state  {{.Text}} NOT NULL,
	reason text NOT NULL,
	PRIMARY KEY (county, hash)
);
CREATE INDEX forecast_file_at ON forecast_file (county, at);

-- +goose Down
DROP TABLE forecast_file;
DROP TABLE forecast_field;
DROP TABLE forecast_run;
