package audience

import (
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

// Many ask while somebody writes: nobody is told a number that was never true, and nobody is left behind.
func TestManyAskWhileSomebodyWrites(t *testing.T) {
	stories(t, func(s *story) {
		q := Query{Area: Area{Towns: []string{"东镇"}}, Level: Red}
		const rounds, each = 20, 7
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				last := 0
				for {
					select {
					case <-stop:
						return
					default:
					}
					n, err := s.a.Count(ctx, s.db, q)
					if err != nil || n.Told%each != 0 || n.Told < last {
						t.Errorf("%d are told after %d: %v", n.Told, last, err)
						return
					}
					last = n.Told
				}
			})
		}
		for i := range rounds {
			var list []Recipient
			for k := range each {
				list = append(list, phone(fmt.Sprint(i, "-", k), Post, east, fmt.Sprint(13_800_000_000+i*each+k)))
			}
			if err := s.db.Write(ctx, func(tx *db.Tx) error { _, err := s.a.Put(ctx, tx, office, "posts", list, false); return err }); err != nil {
				t.Error(err)
			}
		}
		close(stop)
		wg.Wait()
		if got := len(s.told(q)); got != rounds*each {
			t.Error(got)
		}
	})
}

// What is asked of a million rows at each step goes by an index. SQLite says what it does; it chose otherwise once.
func TestLookupsGoByIndexes(t *testing.T) {
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	const head = `SELECT ` + columns + ` FROM audience WHERE county = $1 AND source <> '' `
	for _, c := range []struct {
		query, want string
		args        []any
	}{
		{numbersOf(2), "USING COVERING INDEX audience_key (county=? AND source=? AND key=?)", []any{"", "", "", ""}},
		{head + `AND id IN (` + ofAddress + `) ORDER BY id`, "audience_address_whose", []any{"", ""}},
		{head + endedBefore + ` ORDER BY id`, "audience_until", []any{"", ""}},
		{head + `AND id IN ` + db.In(2, 3) + ` ORDER BY id`, "USING PRIMARY KEY (county=? AND id=?)", []any{"", 1, 2, 3}},
	} {
		err := d.Read(ctx, func(tx *db.Tx) error {
			rows, err := tx.Query(ctx, `EXPLAIN QUERY PLAN `+c.query, c.args...)
			steps, err := list(rows, err, func(r *sql.Rows) (step string, err error) {
				var a, b, c int
				return step, r.Scan(&a, &b, &c, &step)
			})
			if plan := strings.Join(steps, "; "); !strings.Contains(plan, c.want) || strings.Contains(plan, "audience USING PRIMARY KEY (county=?)") {
				t.Errorf("%s\n  goes by %s", c.query, plan)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
