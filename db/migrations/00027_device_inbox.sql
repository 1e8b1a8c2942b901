-- +goose Up

-- How far what devices sent is on record: so many bytes into a file of the inbox of that name. Not public.
CREATE TABLE device_inbox (
	county      {{.Text}} NOT NULL,
	id          {{.Text}} NOT NULL,
	file        bigint NOT NULL,
	at          bigint NOT NULL,
	recorded_at bigint NOT NULL,
	PRIMARY KEY (county, id)
);

-- +goose Down
DROP TABLE device_inbox;
