-- +goose Up

-- The keys that documents of warnings were signed with, by their certificates, and from when until when each was used; until_at 0: still. Public.
CREATE TABLE warning_key (
	county      {{.Text}} NOT NULL,
	fingerprint {{.Text}} NOT NULL, -- SHA-256 of the certificate, in hexadecimal
	certificate {{.Blob}} NOT NULL, -- DER
	from_at     bigint NOT NULL,
	until_at    bigint NOT NULL,
	PRIMARY KEY (county, from_at)
);

-- +goose Down
DROP TABLE warning_key;
