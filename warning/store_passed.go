package warning

import (
	"context"
	"time"

	"zhixing/db"
)

// Who passed versions on, as anybody may see it.

// putPassed follows a passing-on; of one that is not public there is no row.
func (w *Warnings) putPassed(ctx context.Context, tx *db.Tx, r Rebroadcast) error {
	if !r.Public {
		_, err := tx.Exec(ctx, `/* warning.dropPassed */ DELETE FROM warning_passed WHERE county = $1 AND event = $2 AND n = $3 AND who = $4`, w.County, int64(r.Event), r.N, r.Who)
		return err
	}
	_, err := tx.Exec(ctx, `/* warning.putPassed */ INSERT INTO warning_passed (county, event, n, who, name, at, reach) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (county, event, n, who) DO UPDATE SET name = excluded.name, at = excluded.at, reach = excluded.reach`,
		w.County, int64(r.Event), r.N, r.Who, r.Name, micros(r.At), r.Reach)
	return err
}

func scanPassed(scan func(...any) error) (r Rebroadcast, err error) {
	var at int64
	err = scan(&r.Event, &r.N, &r.Who, &r.Name, &at, &r.Reach)
	r.At, r.Public = moment(at), true
	return r, err
}

const passedColumns = `event, n, who, name, at, reach`

// PublicPassed are the public passings-on of an event, in the order of time.
func PublicPassed(ctx context.Context, tx *db.Tx, county string, id EventID) ([]Rebroadcast, error) {
	out, err := collect(ctx, tx, scanPassed, `/* warning.PublicPassed */ SELECT `+passedColumns+` FROM warning_passed WHERE county = $1 AND event = $2 ORDER BY at, who`, county, int64(id))
	return out, wrap("PublicPassed", err)
}

// PassedBy is how often one re-broadcaster has publicly passed warnings on since a time, and the last of it.
type PassedBy struct {
	Times int
	Last  Rebroadcast
}

// PublicPassedBy are the re-broadcasters that have passed anything on since a time, by their keys.
func PublicPassedBy(ctx context.Context, tx *db.Tx, county string, since time.Time) (map[string]PassedBy, error) {
	list, err := collect(ctx, tx, scanPassed, `/* warning.PublicPassedBy */ SELECT `+passedColumns+` FROM warning_passed WHERE county = $1 AND at >= $2 ORDER BY at, event, n`,
		county, micros(since))
	out := map[string]PassedBy{}
	for _, r := range list {
		out[r.Who] = PassedBy{out[r.Who].Times + 1, r}
	}
	return out, wrap("PublicPassedBy", err)
}
