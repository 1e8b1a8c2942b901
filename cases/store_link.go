package cases

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"zhixing/db"
)

func insertLink(ctx context.Context, tx *db.Tx, county string, id ID, f Found) error {
	_, err := tx.Exec(ctx, `/* cases.insertLink */ INSERT INTO case_finding (county, finding, id, rule, subject) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (county, finding, id) DO NOTHING`, county, f.ID, int64(id), f.Rule, f.Subject)
	return err
}

// caseOf is the newest case that carries a finding, 0 where none does.
func caseOf(ctx context.Context, tx *db.Tx, county string, finding int64) (ID, error) {
	var id int64
	err := tx.QueryRow(ctx, `/* cases.caseOf */ SELECT COALESCE(max(id), 0) FROM case_finding WHERE county = $1 AND finding = $2`, county, finding).Scan(&id)
	return ID(id), err
}

// CaseOf is the newest case that carries a finding, 0 where none does.
func (c *Cases) CaseOf(ctx context.Context, tx *db.Tx, finding int64) (ID, error) {
	id, err := caseOf(ctx, tx, c.county(), finding)
	return id, wrap("CaseOf", err)
}

// moveLinks gives the findings and the reporters of a merged case to the one that it was merged into.
func moveLinks(ctx context.Context, tx *db.Tx, county string, from, into ID) error {
	for _, q := range []string{
		`/* cases.moveLinks */ DELETE FROM case_finding WHERE county = $1 AND id = $2 AND finding IN (SELECT o.finding FROM case_finding o WHERE o.county = $1 AND o.id = $3)`,
		`/* cases.moveLinks */ UPDATE case_finding SET id = $3 WHERE county = $1 AND id = $2`,
		`/* cases.moveLinks */ UPDATE case_reporter SET id = $3 WHERE county = $1 AND id = $2`,
	} {
		if _, err := tx.Exec(ctx, q, county, int64(from), int64(into)); err != nil {
			return err
		}
	}
	return nil
}

// joinable is the newest open case that findings with the key join, 0 where there is none.
func joinable(ctx context.Context, tx *db.Tx, county, group string) (ID, error) {
	if group == "" {
		return 0, nil
	}
	var id int64
	err := tx.QueryRow(ctx, `/* cases.joinable */ SELECT COALESCE(max(id), 0) FROM case_record WHERE county = $1 AND grp = $2 AND grp <> ''`, county, group).Scan(&id)
	return ID(id), err
}

// newestOf is the newest closed case that carried a finding of the rule about the subject.
func newestOf(ctx context.Context, tx *db.Tx, county, rule, subject string) (ID, error) {
	var id int64
	err := tx.QueryRow(ctx, `/* cases.newestOf */ SELECT COALESCE(max(f.id), 0) FROM case_finding f JOIN case_record k ON k.county = f.county AND k.id = f.id
		WHERE f.county = $1 AND f.rule = $2 AND f.subject = $3 AND k.state = $4`, county, rule, subject, string(Closed)).Scan(&id)
	return ID(id), err
}

const silenceColumns = `id, rule, subject, from_at, until_at, reason, who, at, ended_by, ended_at`

func scanSilence(scan func(...any) error) (Silence, error) {
	var s Silence
	var from, until, at, ended int64
	if err := scan(&s.ID, &s.Rule, &s.Subject, &from, &until, &s.Reason, &s.By, &at, &s.EndedBy, &ended); err != nil {
		return s, err
	}
	s.From, s.Until, s.At = db.FromMicros(from), db.FromMicros(until), db.FromMicros(at)
	if ended > 0 {
		s.EndedAt = db.FromMicros(ended)
	}
	return s, nil
}

// silenced is the silence that holds for the rule and the subject at a moment; nil where none does.
func silenced(ctx context.Context, tx *db.Tx, county, rule, subject string, at time.Time) (*Silence, error) {
	s, err := scanSilence(tx.QueryRow(ctx, `/* cases.silenced */ SELECT `+silenceColumns+` FROM case_silence
		WHERE county = $1 AND rule = $2 AND (subject = $3 OR subject = '') AND from_at <= $4 AND until_at > $4 ORDER BY until_at DESC LIMIT 1`,
		county, rule, subject, db.Micros(at)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &s, nil
}

func insertSilence(ctx context.Context, tx *db.Tx, county string, s Silence) error {
	_, err := tx.Exec(ctx, `/* cases.insertSilence */ INSERT INTO case_silence (county, `+silenceColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0)`,
		county, s.ID, s.Rule, s.Subject, db.Micros(s.From), db.Micros(s.Until), s.Reason, s.By, db.Micros(s.At))
	return err
}

// endSilence ends a silence now: what waited for its end wakes.
func endSilence(ctx context.Context, tx *db.Tx, county string, id int64, by string) error {
	now := db.Micros(tx.Now())
	if _, err := tx.Exec(ctx, `/* cases.endSilence */ UPDATE case_silence SET until_at = $3, ended_by = $4, ended_at = $3 WHERE county = $1 AND id = $2 AND until_at > $3`,
		county, id, now, by); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `/* cases.endSilence */ UPDATE case_quiet SET wake_at = $2 WHERE county = $1 AND wake_at > $2`, county, now)
	return err
}

func silences(ctx context.Context, tx *db.Tx, county string, since time.Time) ([]Silence, error) {
	rows, err := tx.Query(ctx, `/* cases.silences */ SELECT `+silenceColumns+` FROM case_silence WHERE county = $1 AND until_at > $2 ORDER BY id DESC`,
		county, db.Micros(since))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Silence
	for rows.Next() {
		s, err := scanSilence(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// keepQuiet remembers a finding until its silence ends; the newest word of it counts.
func keepQuiet(ctx context.Context, tx *db.Tx, county string, f Found, until time.Time) error {
	data, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* cases.keepQuiet */ INSERT INTO case_quiet (county, finding, wake_at, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (county, finding) DO UPDATE SET wake_at = excluded.wake_at, data = excluded.data`, county, f.ID, db.Micros(until), string(data))
	return err
}

// wake forgets that a finding waits.
func wake(ctx context.Context, tx *db.Tx, county string, finding int64) error {
	_, err := tx.Exec(ctx, `/* cases.wake */ DELETE FROM case_quiet WHERE county = $1 AND finding = $2`, county, finding)
	return err
}

// awake are the findings whose silence has ended.
func awake(ctx context.Context, tx *db.Tx, county string, now time.Time, limit int) ([]Found, error) {
	rows, err := tx.Query(ctx, `/* cases.awake */ SELECT data FROM case_quiet WHERE county = $1 AND wake_at <= $2 ORDER BY wake_at, finding LIMIT $3`,
		county, db.Micros(now), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Found
	for rows.Next() {
		var data string
		var f Found
		if err := rows.Scan(&data); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(data), &f); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

func readClock(ctx context.Context, tx *db.Tx, county string) (beat time.Time, rules string, err error) {
	var at int64
	err = tx.QueryRow(ctx, `/* cases.readClock */ SELECT beat_at, rules FROM case_clock WHERE county = $1`, county).Scan(&at, &rules)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, "", nil
	}
	return db.FromMicros(at), rules, err
}

func writeClock(ctx context.Context, tx *db.Tx, county, rules string) error {
	_, err := tx.Exec(ctx, `/* cases.writeClock */ INSERT INTO case_clock (county, beat_at, rules) VALUES ($1, $2, $3)
		ON CONFLICT (county) DO UPDATE SET beat_at = excluded.beat_at, rules = excluded.rules`, county, db.Micros(tx.Now()), rules)
	return err
}
