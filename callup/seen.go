package callup

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"zhixing/db"
)

// Told is what somebody says of what he sees or did.
type Told struct {
	Text   string  `json:"text,omitempty"`
	Photos []Photo `json:"photos,omitempty"`
	Spot   *Point  `json:"spot,omitempty"`
}

// Seen is one report of a round, by whatever way it came.
type Seen struct {
	N    int64 // number of its fact
	Call int
	At   time.Time
	Once string
	Told
}

// Reports are what was told in a round, or on one call of it (0: all), the newest first.
func (c *Callup) Reports(ctx context.Context, tx *db.Tx, id ID, call, limit int) ([]Seen, error) {
	rows, err := tx.Query(ctx, `/* callup.Reports */ SELECT n, call, at, once, data FROM callup_report
		WHERE county = $1 AND round = $2 AND ($3 = 0 OR call = $3) ORDER BY n DESC LIMIT $4`, c.County, int64(id), call, limit)
	out, err := list(rows, err, func(r *sql.Rows) (s Seen, err error) {
		var at int64
		var data string
		if err = r.Scan(&s.N, &s.Call, &at, &s.Once, &data); err != nil {
			return s, err
		}
		s.At = db.FromMicros(at)
		return s, json.Unmarshal([]byte(data), &s.Told)
	})
	return out, wrap("Reports", err)
}

// PhotoOf is a photograph that came with a report of a round.
func (c *Callup) PhotoOf(ctx context.Context, tx *db.Tx, id ID, sha string) (Photo, error) {
	const op = "PhotoOf"
	all, err := c.Reports(ctx, tx, id, 0, maxSeen)
	if err != nil {
		return Photo{}, wrap(op, err)
	}
	for _, s := range all {
		for _, p := range s.Photos {
			if p.SHA256 == sha {
				return p, nil
			}
		}
	}
	return Photo{}, refuse(NotFound, op, "这次叫应没有这张照片。")
}

// maxSeen is more than are told in any round.
const maxSeen = 100_000

func insertSeen(ctx context.Context, tx *db.Tx, county string, id ID, list []Seen) error {
	for _, s := range list {
		data, err := json.Marshal(s.Told)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `/* callup.insertSeen */ INSERT INTO callup_report (county, round, n, call, at, once, data) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			county, int64(id), s.N, s.Call, db.Micros(s.At), s.Once, string(data)); err != nil {
			return err
		}
	}
	return nil
}

// reportedOnce reports whether a call has a report with the token.
func reportedOnce(ctx context.Context, tx *db.Tx, county string, id ID, call int, once string) (bool, error) {
	var n int64
	err := tx.QueryRow(ctx, `/* callup.reportedOnce */ SELECT n FROM callup_report WHERE county = $1 AND round = $2 AND call = $3 AND once = $4 AND once <> ''`,
		county, int64(id), call, once).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
