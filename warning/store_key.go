package warning

import (
	"context"
	"crypto/x509"
	"time"

	"zhixing/db"
)

// Keys are those that documents were signed with, the newest first.
func Keys(ctx context.Context, tx *db.Tx, county string) ([]Key, error) {
	out, err := collect(ctx, tx, func(scan func(...any) error) (k Key, err error) {
		var der []byte
		var from, until int64
		if err := scan(&k.Fingerprint, &der, &from, &until); err != nil {
			return k, err
		}
		k.From, k.Until = moment(from), moment(until)
		k.Certificate, err = x509.ParseCertificate(der)
		return k, err
	}, `/* warning.Keys */ SELECT fingerprint, certificate, from_at, until_at FROM warning_key WHERE county = $1 ORDER BY from_at DESC`, county)
	return out, wrap("Keys", err)
}

func insertKey(ctx context.Context, tx *db.Tx, county string, k Key) error {
	_, err := tx.Exec(ctx, `/* warning.insertKey */ INSERT INTO warning_key (county, fingerprint, certificate, from_at, until_at) VALUES ($1, $2, $3, $4, 0)`,
		county, k.Fingerprint, k.Certificate.Raw, micros(k.From))
	return err
}

func endKey(ctx context.Context, tx *db.Tx, county string, k Key, at time.Time) error {
	_, err := tx.Exec(ctx, `/* warning.endKey */ UPDATE warning_key SET until_at = $3 WHERE county = $1 AND from_at = $2`, county, micros(k.From), micros(at))
	return err
}

// publicBy is the public version of an identifier.
func publicBy(ctx context.Context, tx *db.Tx, county, identifier string) (Public, bool, error) {
	list, err := collect(ctx, tx, scanPublic, `/* warning.publicBy */ SELECT `+publicColumns+` FROM warning_public WHERE county = $1 AND identifier = $2`, county, identifier)
	if err != nil || len(list) == 0 {
		return Public{}, false, err
	}
	return list[0], true, nil
}
