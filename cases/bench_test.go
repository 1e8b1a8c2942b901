package cases_test

import (
	"fmt"
	"testing"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/db/dbtest"
)

// BenchmarkTick is a look of the clock at a county with so many open cases of which none is due: it must not grow with them.
func BenchmarkTick(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := open(b, db.SQLite)
			s.fill(n)
			s.tick()
			for b.Loop() {
				s.write(func(tx *db.Tx) error {
					done, err := s.c.Tick(ctx, tx, tx.Now())
					if done > 0 {
						b.Fatal("something was due")
					}
					return err
				})
			}
		})
	}
}

// BenchmarkOpen opens cases, on both databases.
func BenchmarkOpen(b *testing.B) {
	for _, dialect := range dbtest.Dialects {
		b.Run(string(dialect), func(b *testing.B) {
			s := open(b, dialect)
			for b.Loop() {
				s.next++
				s.write(func(tx *db.Tx) error {
					f := over(fmt.Sprintf("outlets/P%d", s.next))
					f.ID = s.next
					_, err := s.c.Open(ctx, tx, f)
					return err
				})
			}
		})
	}
}

// BenchmarkList is a page of 10,000 cases, with its count.
func BenchmarkList(b *testing.B) {
	s := open(b, db.SQLite)
	s.fill(10_000)
	for name, q := range map[string]cases.Query{"newest": {}, "late": {Late: true, Sort: cases.ByDue}, "unit": {Unit: hekou}, "text": {Text: "77号"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.read(func(tx *db.Tx) error {
					_, err := s.c.List(ctx, tx, as("督查甲"), q)
					return err
				})
			}
		})
	}
}

// fill opens so many cases.
func (s *story) fill(n int) {
	for done := 0; done < n; {
		s.write(func(tx *db.Tx) error {
			for range min(500, n-done) {
				s.next++
				done++
				f := over(fmt.Sprintf("outlets/P%d", s.next))
				f.ID, f.Label = s.next, fmt.Sprintf("%d号排口", s.next)
				if _, err := s.c.Open(ctx, tx, f); err != nil {
					return err
				}
			}
			return nil
		})
	}
}
