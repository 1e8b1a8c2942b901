-- +goose Up

-- How far a version was carried, as anybody may see it: how many messages were put, how many of them a gateway had within 10 and 60 seconds and up to
-- counted_at. Public: these numbers and nothing of anybody. They are counted beside the messages a few times after these were put, and no more.
CREATE TABLE warning_reach (
	county     {{.Text}} NOT NULL,
	event      bigint NOT NULL,
	n          bigint NOT NULL,
	put        bigint NOT NULL,
	in10       bigint NOT NULL,
	in60       bigint NOT NULL,
	handed     bigint NOT NULL,
	counted_at bigint NOT NULL,
	PRIMARY KEY (county, event, n)
);
CREATE INDEX warning_telling_told ON warning_telling (county, told_at) WHERE state = 'told';

-- +goose Down
DROP INDEX warning_telling_told;
DROP TABLE warning_reach;
