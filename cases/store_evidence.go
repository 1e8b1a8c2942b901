package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"zhixing/cases/photo"
	"zhixing/db"
	"zhixing/personnel"
)

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func putEvidence(ctx context.Context, tx *db.Tx, k *Case, step int64, by Actor, seat personnel.Seat, f File, l looked) (int64, error) {
	n, err := nextID(ctx, tx, "case_evidence", k.County)
	if err != nil {
		return 0, err
	}
	taken := int64(0)
	if !f.TakenAt.IsZero() {
		taken = db.Micros(f.TakenAt)
	}
	_, err = tx.Exec(ctx, `/* cases.putEvidence */ INSERT INTO case_evidence (county, n, id, step, sha256, name, media, unit, who, at, taken_at, seen, across, down)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		k.County, n, int64(k.ID), step, f.SHA256, f.Name, f.MediaType, seat.Unit, by.Account, db.Micros(tx.Now()), taken, l.seen,
		int64(l.sight.Across), int64(l.sight.Down))
	if err != nil || !l.seen {
		return n, err
	}
	for _, band := range l.sight.Bands() {
		if _, err := tx.Exec(ctx, `/* cases.putEvidence */ INSERT INTO case_band (county, band, n) VALUES ($1, $2, $3)`, k.County, band, n); err != nil {
			return n, err
		}
	}
	return n, nil
}

type near struct {
	n    int64
	id   ID
	same bool
}

// maxMatches bounds what is said of one file: a picture that is everywhere is no news the tenth time.
const maxMatches = 10

// alike are earlier pieces of evidence that are the same bytes, or a picture that looks the same: of each case the newest.
func alike(ctx context.Context, tx *db.Tx, county string, n int64, sha string, l looked) ([]near, error) {
	var out []near
	seen := map[ID]bool{}
	gather := func(query string, args []any, keep func(across, down int64) bool, same bool) error {
		rows, err := tx.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m near
			var across, down int64
			if err := rows.Scan(&m.n, &m.id, &across, &down); err != nil {
				return err
			}
			if m.same = same; !seen[m.id] && keep(across, down) && len(out) < maxMatches {
				seen[m.id] = true
				out = append(out, m)
			}
		}
		return rows.Err()
	}
	err := gather(`/* cases.alike */ SELECT n, id, across, down FROM case_evidence WHERE county = $1 AND sha256 = $2 AND n < $3 ORDER BY n DESC LIMIT 100`,
		[]any{county, sha, n}, func(int64, int64) bool { return true }, true)
	if err != nil || !l.seen {
		return out, err
	}
	args := []any{county, n}
	for _, band := range l.sight.Bands() {
		args = append(args, band)
	}
	err = gather(`/* cases.alike */ SELECT e.n, e.id, e.across, e.down FROM case_evidence e WHERE e.county = $1 AND e.n < $2
		AND e.n IN (SELECT b.n FROM case_band b WHERE b.county = $1 AND b.band IN `+db.In(3, 8)+`) ORDER BY e.n DESC`, args,
		func(across, down int64) bool {
			return l.sight.Like(photo.Sight{Across: uint64(across), Down: uint64(down)})
		}, false)
	return out, err
}

func insertMatch(ctx context.Context, tx *db.Tx, county string, n, other int64, same bool) error {
	_, err := tx.Exec(ctx, `/* cases.insertMatch */ INSERT INTO case_match (county, n, other, same) VALUES ($1, $2, $3, $4) ON CONFLICT (county, n, other) DO NOTHING`,
		county, n, other, same)
	return err
}

func matches(ctx context.Context, tx *db.Tx, county string, id ID) ([]Match, error) {
	rows, err := tx.Query(ctx, `/* cases.matches */ SELECT m.same, a.id, b.id, a.step, b.step, a.name, b.name, b.at
		FROM case_evidence a JOIN case_match m ON m.county = a.county AND m.n = a.n JOIN case_evidence b ON b.county = m.county AND b.n = m.other
		WHERE a.county = $1 AND a.id = $2
		UNION ALL SELECT m.same, a.id, b.id, a.step, b.step, a.name, b.name, b.at
		FROM case_evidence a JOIN case_match m ON m.county = a.county AND m.other = a.n JOIN case_evidence b ON b.county = m.county AND b.n = m.n
		WHERE a.county = $1 AND a.id = $2 AND b.id <> $2 ORDER BY 8, 4`, county, int64(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Match
	for rows.Next() {
		var m Match
		var at int64
		if err := rows.Scan(&m.Same, &m.Case, &m.Other, &m.Step, &m.Their, &m.File, &m.OtherFile, &at); err != nil {
			return nil, err
		}
		m.At = db.FromMicros(at)
		out = append(out, m)
	}
	return out, rows.Err()
}
