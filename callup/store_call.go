package callup

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"zhixing/db"
)

const callColumns = `n, step, kind, origin, version, person, name, off_person, off_name, why, code, state, live, began_at, shift_at, rungs, agains,
	told_at, answered_at, acted_at, ended_at, answered_by, trouble`

// load reads a round with all its calls, or with those that are named.
func (c *Callup) load(ctx context.Context, tx *db.Tx, id ID, now time.Time, only ...int) (*work, error) {
	r, err := readRound(ctx, tx, c.County, id)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, refuse(NotFound, "load", "没有编号为%d的叫应。", id)
	}
	w := &work{c: c, r: r, now: now, part: len(only) > 0}
	slices.Sort(only)
	only = slices.Compact(only)
	for _, some := range portions(only) {
		args, cond := []any{c.County, int64(id)}, ``
		for _, n := range some {
			args = append(args, n)
		}
		if len(some) > 0 {
			cond = ` AND n IN ` + db.In(3, len(some))
		}
		if err := w.read(ctx, tx, cond, args); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// portions cuts a list into parts that a statement takes; of an empty one there is one part, which means all.
func portions(ns []int) [][]int {
	if len(ns) == 0 {
		return [][]int{nil}
	}
	return slices.Collect(slices.Chunk(ns, 500))
}

func (w *work) read(ctx context.Context, tx *db.Tx, cond string, args []any) error {
	rows, err := tx.Query(ctx, `/* callup.load */ SELECT `+callColumns+` FROM callup_call WHERE county = $1 AND round = $2`+cond+` ORDER BY n`, args...)
	calls, err := list(rows, err, func(r *sql.Rows) (*Call, error) {
		k := &Call{Round: w.r.ID, Addresses: map[string]string{}, saved: true}
		var began, shift, told, answered, acted, ended int64
		err := r.Scan(&k.N, &k.Step, (*string)(&k.Kind), &k.Of, &k.Version, (*string)(&k.Person), &k.Name, (*string)(&k.For), &k.ForName, &k.Why, &k.Code,
			(*string)(&k.State), &k.Current, &began, &shift, &k.Rungs, &k.Agains, &told, &answered, &acted, &ended, &k.By, &k.Trouble)
		k.Began, k.Shift, k.Told, k.Answered, k.Acted, k.Ended = when(began), when(shift), when(told), when(answered), when(acted), when(ended)
		return k, err
	})
	if err != nil {
		return err
	}
	byN := make(map[int]*Call, len(calls))
	for _, k := range calls {
		byN[k.N] = k
	}
	rows, err = tx.Query(ctx, `/* callup.load */ SELECT n, town, village, grid, post FROM callup_seat WHERE county = $1 AND round = $2`+cond+` ORDER BY n, k`, args...)
	if _, err = list(rows, err, func(r *sql.Rows) (s Seat, err error) {
		var n int
		if err = r.Scan(&n, &s.Town, &s.Village, &s.Grid, &s.Post); err == nil {
			byN[n].Seats = append(byN[n].Seats, s)
			byN[n].savedSeats++
		}
		return s, err
	}); err != nil {
		return err
	}
	rows, err = tx.Query(ctx, `/* callup.load */ SELECT n, channel, address FROM callup_address WHERE county = $1 AND round = $2`+cond, args...)
	if _, err = list(rows, err, func(r *sql.Rows) (to string, err error) {
		var n int
		var channel string
		if err = r.Scan(&n, &channel, &to); err == nil {
			byN[n].Addresses[channel] = to
		}
		return to, err
	}); err != nil {
		return err
	}
	w.calls = append(w.calls, calls...)
	return nil
}

// saveCall writes a call as it stands; what was written of its seats and addresses stays.
func saveCall(ctx context.Context, tx *db.Tx, county string, k *Call) error {
	_, err := tx.Exec(ctx, `/* callup.saveCall */ INSERT INTO callup_call (county, round, `+callColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
		ON CONFLICT (county, round, n) DO UPDATE SET version = excluded.version, why = excluded.why, code = excluded.code, state = excluded.state,
			live = excluded.live, began_at = excluded.began_at, shift_at = excluded.shift_at, rungs = excluded.rungs, agains = excluded.agains,
			told_at = excluded.told_at, answered_at = excluded.answered_at, acted_at = excluded.acted_at, ended_at = excluded.ended_at,
			answered_by = excluded.answered_by, trouble = excluded.trouble`,
		county, int64(k.Round), k.N, k.Step, string(k.Kind), k.Of, k.Version, string(k.Person), k.Name, string(k.For), k.ForName, k.Why, k.Code, string(k.State),
		k.Current, db.Micros(k.Began), micros(k.Shift), k.Rungs, k.Agains, micros(k.Told), micros(k.Answered), micros(k.Acted), micros(k.Ended), k.By, k.Trouble)
	if err != nil {
		return err
	}
	for i := k.savedSeats; i < len(k.Seats); i++ {
		s := k.Seats[i]
		_, err := tx.Exec(ctx, `/* callup.saveCall */ INSERT INTO callup_seat (county, round, n, k, town, village, grid, post) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, county, int64(k.Round), k.N, i, s.Town, s.Village, s.Grid, s.Post)
		if err != nil {
			return err
		}
	}
	if k.saved {
		return nil
	}
	for _, channel := range slices.Sorted(maps.Keys(k.Addresses)) {
		_, err := tx.Exec(ctx, `/* callup.saveCall */ INSERT INTO callup_address (county, round, n, channel, address) VALUES ($1, $2, $3, $4, $5)`,
			county, int64(k.Round), k.N, channel, number(k.Addresses[channel]))
		if err != nil {
			return err
		}
	}
	return nil
}

// takeCodes gives calls those of the codes that nobody has, or had since a moment. It gives the codes in the order of the calls.
func takeCodes(ctx context.Context, tx *db.Tx, county string, id ID, calls []*Call, codes []string, since time.Time) ([]string, error) {
	args := []any{county, db.Micros(since)}
	for _, code := range codes {
		args = append(args, code)
	}
	rows, err := tx.Query(ctx, `/* callup.takeCodes */ SELECT code FROM callup_code WHERE county = $1 AND at > $2 AND code IN `+db.In(3, len(codes)), args...)
	taken, err := list(rows, err, func(r *sql.Rows) (code string, err error) { return code, r.Scan(&code) })
	if err != nil {
		return nil, err
	}
	free := slices.DeleteFunc(codes, func(code string) bool { return slices.Contains(taken, code) })
	for i, code := range free {
		_, err := tx.Exec(ctx, `/* callup.takeCodes */ INSERT INTO callup_code (county, code, round, n, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (county, code) DO UPDATE SET round = excluded.round, n = excluded.n, at = excluded.at`,
			county, code, int64(id), calls[i].N, db.Micros(tx.Now()))
		if err != nil {
			return nil, err
		}
	}
	return free, nil
}

// candidateColumns are a call as replies see it; $3 is now. A call is live that takes answers.
const candidateColumns = `c.round, c.n, c.code, r.title, r.drill, c.person, c.name,
	CASE WHEN c.ended_at > 0 THEN c.ended_at WHEN r.ended_at > 0 THEN r.ended_at ELSE r.until_at END,
	c.live AND c.state IN ('calling', 'answered') AND r.state = 'open' AND (r.until_at = 0 OR r.until_at > $3),
	c.state = 'calling'`

func scanCandidate(row interface{ Scan(...any) error }) (o candidate, err error) {
	var ended int64
	err = row.Scan(&o.round, &o.n, &o.code, &o.title, &o.drill, (*string)(&o.person), &o.name, &ended, &o.live, &o.unheard)
	o.ended = when(ended)
	return o, err
}

// readAt are the calls of an address in rounds that were opened since a moment, oldest first. Those that have not begun are none.
func readAt(ctx context.Context, tx *db.Tx, county, address string, since time.Time) ([]candidate, error) {
	if address == "" {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `/* callup.readAt */ SELECT DISTINCT `+candidateColumns+`
		FROM callup_address a JOIN callup_call c ON c.county = a.county AND c.round = a.round AND c.n = a.n
		JOIN callup_round r ON r.county = a.county AND r.id = a.round
		WHERE a.county = $1 AND a.address = $2 AND r.opened_at > $4 AND c.rungs > 0 ORDER BY c.round, c.n`,
		county, address, db.Micros(tx.Now()), db.Micros(since))
	return list(rows, err, func(r *sql.Rows) (candidate, error) { return scanCandidate(r) })
}

// readCode is the call of a code.
func readCode(ctx context.Context, tx *db.Tx, county, code string) (candidate, bool, error) {
	rows, err := tx.Query(ctx, `/* callup.readCode */ SELECT `+candidateColumns+`
		FROM callup_code k JOIN callup_call c ON c.county = k.county AND c.round = k.round AND c.n = k.n
		JOIN callup_round r ON r.county = k.county AND r.id = k.round
		WHERE k.county = $1 AND k.code = $2`, county, code, db.Micros(tx.Now()))
	found, err := list(rows, err, func(r *sql.Rows) (candidate, error) { return scanCandidate(r) })
	if err != nil || len(found) == 0 {
		return candidate{}, false, err
	}
	return found[0], true, nil
}

// readMine are the calls of a person that take answers, newest round first.
func readMine(ctx context.Context, tx *db.Tx, county string, person PersonID, now time.Time) ([]candidate, error) {
	rows, err := tx.Query(ctx, `/* callup.readMine */ SELECT `+candidateColumns+`
		FROM callup_call c JOIN callup_round r ON r.county = c.county AND r.id = c.round
		WHERE c.county = $1 AND c.person = $2 AND c.state IN ('calling', 'answered') AND c.live AND r.state = 'open' AND (r.until_at = 0 OR r.until_at > $3)
		ORDER BY c.round DESC, c.n`, county, string(person), db.Micros(now))
	return list(rows, err, func(r *sql.Rows) (candidate, error) { return scanCandidate(r) })
}
