-- +goose Up

-- What people who were called told of what they saw or did, in their own words; n is the number of its fact. data is JSON: words,
-- photographs by where they were kept, where he stood. once is the sender's token: what is sent twice with it is one report. Not public.
CREATE TABLE callup_report (
	county {{.Text}} NOT NULL,
	round  bigint    NOT NULL,
	n      bigint    NOT NULL,
	call   bigint    NOT NULL,
	at     bigint    NOT NULL,
	once   {{.Text}} NOT NULL,
	data   text      NOT NULL,
	PRIMARY KEY (county, round, n)
);
CREATE UNIQUE INDEX callup_report_once ON callup_report (county, round, call, once) WHERE once <> '';
{{.AppendOnly "callup_report"}}

-- What a loudspeaker or a screen was last told is asked by its id; there are few of them, and their messages are few.
CREATE INDEX channel_message_device ON channel_message (county, channel, address, id) WHERE channel IN ('speaker', 'screen');

-- +goose Down
DROP INDEX channel_message_device;
DROP TABLE callup_report;
