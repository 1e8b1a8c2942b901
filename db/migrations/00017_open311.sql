-- +goose Up
-- Programs that may report matters (Open311), besides or instead of sending readings; used_at is when one was last heard of, to within
-- some minutes.
ALTER TABLE observation_sender ADD COLUMN reports boolean NOT NULL DEFAULT FALSE;
ALTER TABLE observation_sender ADD COLUMN used_at bigint NOT NULL DEFAULT 0;

-- What the other system last said of its request, and when it was last heard of.
ALTER TABLE case_foreign ADD COLUMN status {{.Text}} NOT NULL DEFAULT '';
ALTER TABLE case_foreign ADD COLUMN notes text NOT NULL DEFAULT '';
ALTER TABLE case_foreign ADD COLUMN heard_at bigint NOT NULL DEFAULT 0;

-- Servers of others that are asked for requests. All that was asked for until upto is taken in.
CREATE TABLE case_server (
	county   {{.Text}} NOT NULL,
	name     {{.Text}} NOT NULL,
	upto     bigint NOT NULL,
	asked_at bigint NOT NULL,
	next_at  bigint NOT NULL,
	fails    bigint NOT NULL, -- in a row
	trouble  text NOT NULL,
	skipped  text NOT NULL, -- what could not be taken in when it was last asked
	PRIMARY KEY (county, name)
);

-- By which open pages learn what has changed.
CREATE INDEX case_record_changed ON case_record (county, changed_at);

-- +goose Down
DROP INDEX case_record_changed;
DROP TABLE case_server;
ALTER TABLE case_foreign DROP COLUMN heard_at;
ALTER TABLE case_foreign DROP COLUMN notes;
ALTER TABLE case_foreign DROP COLUMN status;
ALTER TABLE observation_sender DROP COLUMN used_at;
ALTER TABLE observation_sender DROP COLUMN reports;
