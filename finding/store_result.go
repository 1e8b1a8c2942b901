package finding

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/quantity"
)

// Results of periods that are over.

// resultData is what is stored of a result beside its columns.
type resultData struct {
	Label    string   `json:"label,omitempty"`
	Lacks    string   `json:"lacks,omitempty"`
	Target   string   `json:"target,omitempty"`
	Distance string   `json:"distance,omitempty"`
	Forecast string   `json:"forecast,omitempty"`
	Trend    string   `json:"trend,omitempty"`
	From     []Source `json:"from,omitempty"`
	Why      string   `json:"why,omitempty"`
	Class    bool     `json:"class,omitempty"`
}

const resultColumns = `indicator, subject, period, until, n, computed, value, met, data`

func listResults(ctx context.Context, tx *db.Tx, query string, args ...any) (out []Result, err error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r Result
		var from, until, value, text string
		var computed int64
		if err := rows.Scan(&r.Indicator, &r.Key, &from, &until, &r.N, &computed, &value, &r.Met, &text); err != nil {
			return nil, err
		}
		var d resultData
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			return nil, err
		}
		if r.Period.From, err = calendar.ParseDate(from); err != nil {
			return nil, err
		}
		if r.Period.To, err = calendar.ParseDate(until); err != nil {
			return nil, err
		}
		r.Over, r.Computed, r.Label, r.Lacks, r.Target, r.Distance, r.Forecast = true, db.FromMicros(computed), d.Label, d.Lacks, d.Target, d.Distance, d.Forecast
		r.Trend, r.From, r.Why = d.Trend, d.From, d.Why
		switch {
		case d.Class:
			r.Class = value
		case value != "":
			n, err := quantity.Parse(value)
			if err != nil {
				return nil, err
			}
			r.Number = &n
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Kept are the results of periods that are over, newest first, at most n.
func (j *Judge) Kept(ctx context.Context, tx *db.Tx, id, key string, n int) ([]Result, error) {
	return listResults(ctx, tx, `/* finding.Kept */ SELECT `+resultColumns+` FROM finding_result WHERE county = $1 AND indicator = $2 AND subject = $3 AND latest
		ORDER BY period DESC LIMIT $4`, j.County, id, key, min(max(n, 1), 1000))
}

// KeptAll are the results of a period for every entry.
func (j *Judge) KeptAll(ctx context.Context, tx *db.Tx, id string, from calendar.Date) ([]Result, error) {
	return listResults(ctx, tx, `/* finding.KeptAll */ SELECT `+resultColumns+` FROM finding_result WHERE county = $1 AND indicator = $2 AND period = $3 AND latest
		ORDER BY subject`, j.County, id, from.String())
}

// Versions are all results that were ever computed for a period, oldest first.
func (j *Judge) Versions(ctx context.Context, tx *db.Tx, id, key string, from calendar.Date) ([]Result, error) {
	return listResults(ctx, tx, `/* finding.Versions */ SELECT `+resultColumns+` FROM finding_result WHERE county = $1 AND indicator = $2 AND subject = $3 AND period = $4
		ORDER BY n`, j.County, id, key, from.String())
}

// keptBefore are the results of periods before a day, newest first.
func (j *Judge) keptBefore(ctx context.Context, tx *db.Tx, id, key string, before calendar.Date, n int) ([]Result, error) {
	return listResults(ctx, tx, `/* finding.keptBefore */ SELECT `+resultColumns+` FROM finding_result WHERE county = $1 AND indicator = $2 AND subject = $3 AND latest AND period < $4
		ORDER BY period DESC LIMIT $5`, j.County, id, key, before.String(), n)
}

// keptFrom are the results of periods from a day on, oldest first.
func (j *Judge) keptFrom(ctx context.Context, tx *db.Tx, id, key string, from calendar.Date) ([]Result, error) {
	return listResults(ctx, tx, `/* finding.keptFrom */ SELECT `+resultColumns+` FROM finding_result WHERE county = $1 AND indicator = $2 AND subject = $3 AND latest AND period >= $4
		ORDER BY period`, j.County, id, key, from.String())
}

// same reports whether a result says nothing new against one that was kept.
func (r *Result) same(was *Result) bool {
	return r.String() == was.String() && r.Met == was.Met && r.Target == was.Target && r.Lacks == was.Lacks
}

// keep writes a result if it says something new, and numbers it.
func (j *Judge) keep(ctx context.Context, tx *db.Tx, r *Result) (changed bool, err error) {
	was, err := listResults(ctx, tx, `/* finding.kept */ SELECT `+resultColumns+` FROM finding_result WHERE county = $1 AND indicator = $2 AND subject = $3 AND period = $4 AND latest`,
		j.County, r.Indicator, r.Key, r.Period.From.String())
	if err != nil {
		return false, err
	}
	r.N = 1
	if len(was) > 0 {
		if r.N = was[0].N; r.same(&was[0]) {
			return false, nil
		}
		r.N++
		if _, err := tx.Exec(ctx, `/* finding.outdate */ UPDATE finding_result SET latest = false WHERE county = $1 AND indicator = $2 AND subject = $3 AND period = $4 AND latest`,
			j.County, r.Indicator, r.Key, r.Period.From.String()); err != nil {
			return false, err
		}
	} else {
		r.Why = ""
	}
	value := r.Class
	if r.Number != nil {
		value = r.Number.String()
	}
	_, err = tx.Exec(ctx, `/* finding.keep */ INSERT INTO finding_result (county, latest, `+resultColumns+`) VALUES ($1, true, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		j.County, r.Indicator, r.Key, r.Period.From.String(), r.Period.To.String(), r.N, micros(tx.Now()), value, string(r.Met),
		encode(resultData{r.Label, r.Lacks, r.Target, r.Distance, r.Forecast, r.Trend, r.From, r.Why, r.Class != ""}))
	return true, err
}

// stale is a period that has to be computed again.
type stale struct {
	indicator, key string
	from           calendar.Date
}

func (j *Judge) markStale(ctx context.Context, tx *db.Tx, s stale) error {
	_, err := tx.Exec(ctx, `/* finding.markStale */ INSERT INTO finding_stale (county, indicator, subject, period) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		j.County, s.indicator, s.key, s.from.String())
	return err
}

func (j *Judge) takeStale(ctx context.Context, tx *db.Tx, n int) (out []stale, err error) {
	rows, err := tx.Query(ctx, `/* finding.takeStale */ SELECT indicator, subject, period FROM finding_stale WHERE county = $1 ORDER BY period, indicator, subject LIMIT $2`, j.County, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s stale
		var from string
		if err := rows.Scan(&s.indicator, &s.key, &from); err != nil {
			return nil, err
		}
		if s.from, err = calendar.ParseDate(strings.TrimSpace(from)); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func (j *Judge) dropStale(ctx context.Context, tx *db.Tx, s stale) error {
	_, err := tx.Exec(ctx, `/* finding.dropStale */ DELETE FROM finding_stale WHERE county = $1 AND indicator = $2 AND subject = $3 AND period = $4`,
		j.County, s.indicator, s.key, s.from.String())
	return err
}

// after is the instant at which a period's result is a fact: the first of the day after it.
func (r *Result) after() time.Time { return r.Period.To.AddDays(1).Time() }
