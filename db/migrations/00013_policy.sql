-- +goose Up

-- The policies of a county as they were loaded: one row each time that they changed. files is the folder as a zip, without the
-- gazette; digest is over the names and contents of its files. A version is in force until the next one is loaded. Not public.
CREATE TABLE policy_version (
	county {{.Text}} NOT NULL,
	id     bigint NOT NULL,
	digest {{.Text}} NOT NULL,
	who    {{.Text}} NOT NULL,
	at     bigint NOT NULL,
	names  {{.Text}} NOT NULL, -- of the policies, joined by blanks
	files  {{.Blob}} NOT NULL,
	PRIMARY KEY (county, id)
);
{{.AppendOnly "policy_version"}}

-- +goose Down
DROP TABLE policy_version;
