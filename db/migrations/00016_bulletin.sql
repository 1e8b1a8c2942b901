-- +goose Up

-- An issued bulletin (通报), kept as it was issued. period is the first day of what it reports on; nth counts the issues of the same
-- period, a later one replaces the one before.
CREATE TABLE bulletin (
	county    {{.Text}} NOT NULL,
	id        {{.Text}} NOT NULL,
	period    {{.Text}} NOT NULL,
	nth       bigint    NOT NULL,
	no        {{.Text}} NOT NULL,
	public    boolean   NOT NULL,
	body      {{.Text}} NOT NULL,
	issued_by {{.Text}} NOT NULL,
	issued_at bigint    NOT NULL,
	PRIMARY KEY (county, id, period, nth)
);
CREATE INDEX bulletin_issued ON bulletin (county, issued_at);

-- +goose Down
DROP TABLE bulletin;
