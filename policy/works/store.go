package works

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"zhixing/db"
)

// Version is the policies of a county as they were loaded at a time. It is in force until the next one.
type Version struct {
	N        int64
	Digest   string // over the names and contents of the files
	By       string // account
	From     time.Time
	Until    time.Time // zero: it is in force
	Policies []string  // ids
}

// Versions are all versions, newest first.
func Versions(ctx context.Context, tx *db.Tx, county string) ([]Version, error) {
	rows, err := tx.Query(ctx, `/* works.Versions */ SELECT id, digest, who, at, names FROM policy_version WHERE county = $1 ORDER BY id DESC`, county)
	if err != nil {
		return nil, fmt.Errorf("works.Versions: %w", err)
	}
	defer rows.Close()
	var out []Version
	var until time.Time
	for rows.Next() {
		var v Version
		var at int64
		var names string
		if err := rows.Scan(&v.N, &v.Digest, &v.By, &at, &names); err != nil {
			return nil, fmt.Errorf("works.Versions: %w", err)
		}
		v.From, v.Until, v.Policies = db.FromMicros(at), until, strings.Fields(names)
		until = v.From
		out = append(out, v)
	}
	return out, rows.Err()
}

// VersionFiles is the folder of a version as it was, without the gazette.
func VersionFiles(ctx context.Context, tx *db.Tx, county string, n int64) (fs.FS, error) {
	var b []byte
	err := tx.QueryRow(ctx, `/* works.VersionFiles */ SELECT files FROM policy_version WHERE county = $1 AND id = $2`, county, n).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("works.VersionFiles: %w", err)
	}
	return zip.NewReader(bytes.NewReader(b), int64(len(b)))
}

// newest is the newest version; false where none was ever loaded.
func newest(ctx context.Context, tx *db.Tx, county string) (v Version, ok bool, err error) {
	all, err := Versions(ctx, tx, county)
	if err != nil || len(all) == 0 {
		return v, false, err
	}
	return all[0], true, nil
}

func insertVersion(ctx context.Context, tx *db.Tx, county string, v *Version, files []byte) error {
	v.From = tx.Now()
	err := tx.QueryRow(ctx, `/* works.insertVersion */ INSERT INTO policy_version (county, id, digest, who, at, names, files)
		SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, $4, $5, $6 FROM policy_version WHERE county = $1 RETURNING id`,
		county, v.Digest, v.By, db.Micros(v.From), strings.Join(v.Policies, " "), files).Scan(&v.N)
	if err != nil {
		return fmt.Errorf("works.insertVersion: %w", err)
	}
	return nil
}
