package score

import (
	"context"
	"database/sql"
	"errors"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
)

func insertAppeal(ctx context.Context, tx *db.Tx, county string, a Appeal) (id int64, err error) {
	if id, err = nextID(ctx, tx, "score_appeal", county); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `/* score.insertAppeal */ INSERT INTO score_appeal (county, id, period_from, period_to, unit, fact, duty, step, day, name, words,
		reason, who, at, case_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		county, id, a.Period.From.String(), a.Period.To.String(), a.Key.Unit, string(a.Key.Fact), int64(a.Key.Duty), a.Key.Step, a.Key.Day.String(),
		a.Name, a.Words, a.Reason, a.By, db.Micros(a.At), int64(a.Key.Case))
	return id, err
}

// nextID is the next free number of a table that counts from 1 within a county. Writers queue, so nobody else takes it.
func nextID(ctx context.Context, tx *db.Tx, table, county string) (n int64, err error) {
	err = tx.QueryRow(ctx, `/* score.nextID */ SELECT COALESCE(max(id), 0) + 1 FROM `+table+` WHERE county = $1`, county).Scan(&n)
	return n, err
}

func insertDecision(ctx context.Context, tx *db.Tx, county string, a Appeal) error {
	_, err := tx.Exec(ctx, `/* score.insertDecision */ INSERT INTO score_decision (county, appeal, upheld, reason, who, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		county, a.ID, a.Decision.Upheld, a.Decision.Reason, a.Decision.By, db.Micros(a.Decision.At))
	return err
}

const fromAppeals = `SELECT a.id, a.period_from, a.period_to, a.unit, a.fact, a.duty, a.case_id, a.step, a.day, a.name, a.words, a.reason, a.who, a.at,
	d.upheld, d.reason, d.who, d.at FROM score_appeal a LEFT JOIN score_decision d ON d.county = a.county AND d.appeal = a.id WHERE a.county = $1 `

func scanAppeal(scan func(...any) error) (Appeal, error) {
	var a Appeal
	var from, to, day string
	var at int64
	var upheld sql.NullBool
	var reason, by sql.NullString
	var decided sql.NullInt64
	err := scan(&a.ID, &from, &to, &a.Key.Unit, &a.Key.Fact, &a.Key.Duty, &a.Key.Case, &a.Key.Step, &day, &a.Name, &a.Words, &a.Reason, &a.By, &at,
		&upheld, &reason, &by, &decided)
	if err != nil {
		return a, err
	}
	a.At = db.FromMicros(at)
	if upheld.Valid {
		a.Decision = &Decision{Upheld: upheld.Bool, Reason: reason.String, By: by.String, At: db.FromMicros(decided.Int64)}
	}
	if a.Period, err = parsePeriod(from, to); err != nil {
		return a, err
	}
	a.Key.Day, err = calendar.ParseDate(day)
	return a, err
}

func parsePeriod(from, to string) (p Period, err error) {
	if p.From, err = calendar.ParseDate(from); err != nil {
		return p, err
	}
	p.To, err = calendar.ParseDate(to)
	return p, err
}

func loadAppeal(ctx context.Context, tx *db.Tx, county string, id int64) (Appeal, error) {
	a, err := scanAppeal(tx.QueryRow(ctx, `/* score.loadAppeal */ `+fromAppeals+`AND a.id = $2`, county, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = refuse(ledger.NotFound, "loadAppeal", "没有这份申诉。")
	}
	return a, err
}

// appealsByKey are the appeals of a county, or of one duty or case, by the fact that they are about.
func appealsByKey(ctx context.Context, tx *db.Tx, county string, only Key) (map[Key]*Appeal, error) {
	list, err := listAppeals(ctx, tx, `/* score.appealsByKey */ `+fromAppeals+`AND (a.duty = $2 OR $2 = 0) AND (a.case_id = $3 OR $3 = 0)`, county, int64(only.Duty), int64(only.Case))
	out := map[Key]*Appeal{}
	for i := range list {
		out[list[i].Key] = &list[i]
	}
	return out, err
}

func listAppeals(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Appeal, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Appeal
	for rows.Next() {
		a, err := scanAppeal(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// Appeals are the appeals that the actor may see, newest first; with undecided only those that wait.
func Appeals(ctx context.Context, tx *db.Tx, led *ledger.Ledger, by ledger.Actor, undecided bool, limit int) ([]Appeal, error) {
	where, args := "", []any{led.County, limit}
	if undecided {
		where = "AND d.appeal IS NULL "
	}
	if !by.Everywhere(ledger.ActSee) {
		mine := by.Units(ledger.ActSee)
		where += "AND a.unit IN " + db.In(3, len(mine)) + " "
		for _, u := range mine {
			args = append(args, u)
		}
	}
	out, err := listAppeals(ctx, tx, `/* score.Appeals */ `+fromAppeals+where+`ORDER BY a.id DESC LIMIT $2`, args...)
	return out, wrap("Appeals", err)
}

// AppealOf reads one appeal for somebody who may see it.
func AppealOf(ctx context.Context, tx *db.Tx, led *ledger.Ledger, by ledger.Actor, id int64) (Appeal, error) {
	a, err := loadAppeal(ctx, tx, led.County, id)
	if err == nil && !maySee(by, a.Key.Unit) {
		return Appeal{}, refuse(ledger.NotFound, "AppealOf", "没有这份申诉。")
	}
	return a, wrap("AppealOf", err)
}

func insertFrozen(ctx context.Context, tx *db.Tx, county string, f Freezing, data []byte) (id int64, err error) {
	if id, err = nextID(ctx, tx, "score_frozen", county); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `/* score.insertFrozen */ INSERT INTO score_frozen (county, id, period_from, period_to, who, at, sha256, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, county, id, f.Period.From.String(), f.Period.To.String(), f.By, db.Micros(f.At), f.SHA256, string(data))
	return id, err
}

const freezingColumns = `id, period_from, period_to, who, at, sha256`

func scanFreezing(scan func(...any) error, more ...any) (Freezing, error) {
	var f Freezing
	var from, to string
	var at int64
	if err := scan(append([]any{&f.ID, &from, &to, &f.By, &at, &f.SHA256}, more...)...); err != nil {
		return f, err
	}
	f.At = db.FromMicros(at)
	var err error
	f.Period, err = parsePeriod(from, to)
	return f, err
}

// newestFreezing is the kept table of a period that stands; zero where there is none.
func newestFreezing(ctx context.Context, tx *db.Tx, county string, p Period) (Freezing, error) {
	f, err := scanFreezing(tx.QueryRow(ctx, `/* score.newestFreezing */ SELECT `+freezingColumns+` FROM score_frozen
		WHERE county = $1 AND period_from = $2 AND period_to = $3 ORDER BY id DESC LIMIT 1`, county, p.From.String(), p.To.String()).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Freezing{}, nil
	}
	return f, err
}

func loadFrozen(ctx context.Context, tx *db.Tx, county string, id int64) (Freezing, []byte, error) {
	var data []byte
	f, err := scanFreezing(tx.QueryRow(ctx, `/* score.loadFrozen */ SELECT `+freezingColumns+`, data FROM score_frozen WHERE county = $1 AND id = $2`,
		county, id).Scan, &data)
	if errors.Is(err, sql.ErrNoRows) {
		err = refuse(ledger.NotFound, "Frozen", "没有这份定稿。")
	}
	return f, data, err
}

// Freezings are the kept tables, newest first.
func Freezings(ctx context.Context, tx *db.Tx, county string, limit int) ([]Freezing, error) {
	rows, err := tx.Query(ctx, `/* score.Freezings */ SELECT `+freezingColumns+` FROM score_frozen WHERE county = $1 ORDER BY id DESC LIMIT $2`, county, limit)
	if err != nil {
		return nil, wrap("Freezings", err)
	}
	defer rows.Close()
	var out []Freezing
	for rows.Next() {
		f, err := scanFreezing(rows.Scan)
		if err != nil {
			return nil, wrap("Freezings", err)
		}
		out = append(out, f)
	}
	return out, wrap("Freezings", rows.Err())
}
