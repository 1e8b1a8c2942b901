-- +goose Up

-- The mobile number under which an official is called, as he or his office entered it; empty: none any more. rev counts the changes of
-- the county. An old number is not kept. Not public.
CREATE TABLE person_phone (
	county      {{.Text}} NOT NULL,
	person      bigint    NOT NULL,
	number      {{.Text}} NOT NULL,
	rev         bigint    NOT NULL,
	recorded_at bigint    NOT NULL,
	recorded_by {{.Text}} NOT NULL,
	PRIMARY KEY (county, person)
);

-- +goose Down
DROP TABLE person_phone;
