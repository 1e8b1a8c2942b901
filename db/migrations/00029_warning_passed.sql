-- +goose Up

-- Who passed a version on, when, and how many it reached, as anybody may see it: of re-broadcasters whose register is public. Public: that and
-- nothing of who entered it. who is the key in the register.
CREATE TABLE warning_passed (
	county {{.Text}} NOT NULL,
	event  bigint NOT NULL,
	n      bigint NOT NULL,
	who    {{.Text}} NOT NULL,
	name   {{.Text}} NOT NULL,
	at     bigint NOT NULL,
	reach  bigint NOT NULL, -- -1: not known
	PRIMARY KEY (county, event, n, who)
);
CREATE INDEX warning_passed_at ON warning_passed (county, at);

-- +goose Down
DROP TABLE warning_passed;
