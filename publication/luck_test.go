package publication_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/gazette"
	"zhixing/journal"
	"zhixing/publication"
	"zhixing/publication/corpus"
)

// What bad luck and careless hands do to the record.

func TestAStepThatTheJournalCannotHold(t *testing.T) {
	stories(t, func(s *story) {
		e := s.As("编辑甲")
		d := e.Upload(issueText)
		at := s.offset("青禾县人民政府关于加强河道管护的实施意见\n\n青禾政发")
		_, err := e.try(e.mending(d.At(), gazette.Mend{At: at, What: gazette.SetPublicNote, Value: strings.Repeat("长", 30_000)}))
		s.Refuses(err, publication.TooLarge, "过长")
		e.Submit(d) // nothing of it is left
	})
}

// A correction that was on its way when the document was withdrawn must not make it public again by the way.
func TestACorrectionDoesNotUndoAWithdrawal(t *testing.T) {
	stories(t, func(s *story) {
		s.Issue(issueText)
		e, p := s.As("编辑甲"), s.As("签发乙")
		const key = "青禾政发/2024/1"
		d := e.must(func(tx *db.Tx) (publication.Draft, error) {
			return publication.BeginCorrection(ctx, tx, county, e.Actor, key, "更正误排。", "")
		})
		late := e.Submit(d)
		s.clock.Advance(time.Hour)
		if _, err := s.press.Withdraw(ctx, key, p.Actor, publication.Withdrawal{Reason: "含个人信息"}); err != nil {
			t.Fatal(err)
		}
		_, err := s.press.Publish(ctx, late.At(), p.Actor)
		s.Refuses(err, publication.Conflict, "重新公开")
		if !s.Document(key, "").Withdrawn {
			t.Error("the withdrawn text is public again")
		}
	})
}

// A clock that goes back, as clocks of servers do, spoils neither history nor log nor the order of versions.
func TestTheClockGoesBack(t *testing.T) {
	stories(t, func(s *story) {
		s.clock.Set("2024-05-06")
		s.Issue(issueText)
		s.clock.Set("2023-05-06")
		e, p := s.As("编辑甲"), s.As("签发乙")
		const key = "青禾政发/2024/1"
		d := e.must(func(tx *db.Tx) (publication.Draft, error) {
			return publication.BeginCorrection(ctx, tx, county, e.Actor, key, "更正误排。", "")
		})
		p.Publish(e.Submit(d))
		if n := s.Document(key, "").Shown.N; n != 2 {
			t.Errorf("version %d is shown, want the newest", n)
		}
		s.clock.Set("2022-05-06")
		if _, err := s.press.Withdraw(ctx, key, p.Actor, publication.Withdrawal{Reason: "含个人信息"}); err != nil {
			t.Fatal(err)
		}
		if !s.Document(key, "").Withdrawn {
			t.Error("the withdrawal is not shown")
		}
		for _, on := range []string{"2022-01-01", "2023-05-06", "2024-05-06"} {
			s.Read(func(tx *db.Tx) error {
				d, err := publication.DocumentOn(ctx, tx, county, key, day(s, on))
				if err == nil && len(d.Text.Parts) > 0 {
					t.Errorf("on %s the withdrawn text is shown", on)
				}
				return nil
			})
		}
		if _, err := journal.Verify(ctx, s.db, county); err != nil {
			t.Error(err)
		}
		if _, err := s.press.Log.Verify(ctx, s.db); err != nil {
			t.Error(err)
		}
	})
}

// Two servers on one database publish at the same moment: everything once, one after the other.
func TestTwoServersPublishAtOnce(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			dsn, clock := dbtest.DSN(t, dialect), dbtest.At("2024-04-01")
			servers := []*story{open(t, dbtest.Open(t, dsn, clock.Now), clock), open(t, dbtest.Open(t, dsn, clock.Now), clock)}
			e := servers[0].As("编辑甲")
			same := e.Submit(e.Upload(issueText))
			const issues, documents = 4, 2
			var wg sync.WaitGroup
			refused := make(chan error, len(servers))
			for i, s := range servers {
				wg.Go(func() {
					_, err := s.press.Publish(ctx, same.At(), s.As("签发乙").Actor) // both the same draft
					refused <- err
					for n := range issues {
						if _, err := corpus.Publish(ctx, s.press, corpus.Issue("青禾", i*issues+n, documents, 1<<10)); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			if a, b := <-refused, <-refused; (a == nil) == (b == nil) {
				t.Errorf("one draft, two publications: %v, %v", a, b)
			} else if k := publication.KindOf(errors.Join(a, b)); k != publication.Conflict {
				t.Errorf("the later one is told %v %v", a, b)
			}
			s := servers[0]
			size, err := s.press.Log.Verify(ctx, s.db)
			if err != nil {
				t.Error(err)
			}
			if want := int64(3 + 1 + 2*issues*(documents+1)); size.Size != want {
				t.Errorf("%d entries in the log, want %d", size.Size, want)
			}
			if _, err := journal.Verify(ctx, s.db, county); err != nil {
				t.Error(err)
			}
			s.Read(func(tx *db.Tx) error {
				list, err := publication.Issues(ctx, tx, county)
				if len(list) != 2*issues+1 {
					t.Errorf("%d issues", len(list))
				}
				return err
			})
		})
	}
}
