package publication_test

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/publication"
)

//go:embed testdata/moves.txt
var movesText string

func (s *story) moves(key publication.Key) (out []string) {
	s.Helper()
	s.Read(func(tx *db.Tx) error {
		moves, err := publication.Appointments(ctx, tx, county, key)
		for i, a := range moves {
			if a.N != i+1 || a.Clause == "" || a.Key != "青禾政任/2024/1" {
				s.Errorf("move %d is %+v", i+1, a)
			}
			out = append(out, fmt.Sprintf("%s %s %s/%s %d %s", a.Action, a.Person, a.Unit, a.Post, a.ProbationMonths, a.DecidedOn))
		}
		return err
	})
	return out
}

// Appointments follow the newest public text: a correction changes them, a withdrawal takes them away, a dump keeps them.
func TestAppointmentsFollowTheText(t *testing.T) {
	stories(t, func(s *story) {
		s.Issue(movesText)
		const key = "青禾政任/2024/1"
		want := "appoint 示例甲 县水务局/局长 12 2024-03-11\nremove 示例乙 县水务局/局长 0 2024-03-11"
		if got := strings.Join(s.moves(""), "\n"); got != want {
			s.Fatalf("got\n%s\nwant\n%s", got, want)
		}
		if got := s.moves("青禾政任/2024/2"); len(got) != 0 {
			s.Errorf("another document has %v", got)
		}
		clock := dbtest.At("2024-04-02")
		b := open(s.T, dbtest.Open(s.T, dbtest.DSN(s.T, s.db.Dialect), clock.Now), clock)
		if err := publication.Load(ctx, b.db, b.press.Log, county, publication.Actor{}, bytes.NewReader(s.dump(true)), nil); err != nil {
			s.Fatal(err)
		}
		if got := strings.Join(b.moves(key), "\n"); got != want {
			s.Errorf("after the dump was loaded:\n%s", got)
		}
		if _, err := s.press.Withdraw(ctx, key, s.As("签发乙").Actor, publication.Withdrawal{Reason: "误发"}); err != nil {
			s.Fatal(err)
		}
		if got := s.moves(""); len(got) != 0 || s.tableText("published_appointment") != "" {
			s.Errorf("after the withdrawal: %v", got)
		}
	})
}
