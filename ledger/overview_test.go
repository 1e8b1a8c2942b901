package ledger_test

import (
	"fmt"
	"reflect"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/letter"
)

// underWay is the county some weeks later: one duty late with letters in three states, one split into the towns' lines of
// which one is closed, one signed for and reported, one not issued.
func (s *story) underWay() (late, split, monthly *ledger.Duty) {
	s.Helper()
	late, split, monthly = s.theDuty("散煤清零"), s.theDuty("企业提级"), s.theDuty("调度通报")
	for _, d := range []*ledger.Duty{late, split, monthly} {
		s.As("督查甲").confirm(d.ID)
		s.As("督查甲").issue(d.ID)
	}
	s.At("2023-09-21")
	s.As("县能源局").sign(late.ID)
	s.As("县能源局").report(late.ID, 30)
	s.As("生态分局").sign(monthly.ID)
	s.As("生态分局").sign(split.ID)
	s.At("2023-10-20")
	line := s.lines(split.ID)[0]
	s.As("河口镇").sign(line.ID)
	s.As("河口镇").claim(line.ID)
	s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
		return s.led.Check(ctx, tx, by, line.ID, "属实")
	})
	s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
		return s.led.Close(ctx, tx, by, line.ID, "完成")
	})
	s.At("2023-11-23") // the ladder has climbed to the interview
	return late, split, monthly
}

func (s *story) lines(id ledger.ID) (kids []*ledger.Duty) {
	s.Helper()
	s.read(func(tx *db.Tx) (err error) {
		kids, err = s.led.KidsOf(ctx, tx, s.duty(id))
		return err
	})
	return kids
}

func (s *story) docket(who string, q ledger.LetterQuery) (out ledger.Docket) {
	s.Helper()
	q.Page, q.Size = max(q.Page, 1), max(q.Size, 100)
	s.read(func(tx *db.Tx) (err error) {
		out, err = s.led.LettersOf(ctx, tx, s.As(who).actor(tx), q)
		return err
	})
	return out
}

// TestDocketShowsEverybodyHisLetters takes a letter from the office's queue to the unit's.
func TestDocketShowsEverybodyHisLetters(t *testing.T) {
	stories(t, func(s *story) {
		late, _, _ := s.underWay()
		drafts := s.docket("督查甲", ledger.LetterQuery{State: ledger.LetterDrafted})
		if drafts.Total < 3 || drafts.Mine == 0 || drafts.Mine >= drafts.Total {
			t.Fatalf("the office may sign %d of %d drafts; the interview is the leader's", drafts.Mine, drafts.Total)
		}
		for _, p := range s.docket("副县长", ledger.LetterQuery{Mine: true}).Papers {
			if p.Letter.Kind != letter.Interview && p.Letter.Kind != letter.Circular {
				t.Errorf("the leader is asked to sign a %s", p.Letter.Kind.Chinese())
			}
		}
		if got := s.docket("县能源局", ledger.LetterQuery{}); got.Total != 0 || len(got.States) != 0 {
			t.Errorf("a unit sees what is not sent: %+v", got)
		}
		var warn int64
		for _, p := range s.docket("督查甲", ledger.LetterQuery{Mine: true, Kind: letter.Warn, Unit: "县能源局"}).Papers {
			if p.Duty == late.ID {
				warn = p.ID
			}
		}
		s.write(func(tx *db.Tx) error {
			_, err := s.led.SignLetter(ctx, tx, s.As("督查甲").actor(tx), warn, "", "", "")
			return err
		})
		for who, want := range map[string]int{"县能源局": 1, "能源经办": 1, "县住建局": 0, "河口镇": 0} {
			if got := s.docket(who, ledger.LetterQuery{}); got.Total != want || got.States[ledger.LetterSent] != want {
				t.Errorf("%s sees %d letters, want %d: %+v", who, got.Total, want, got.States)
			}
		}
		if got := s.docket("督查甲", ledger.LetterQuery{Unit: "县能源局", State: ledger.LetterSent}); got.Total != 1 || got.Papers[0].ID != warn {
			t.Errorf("sent to 县能源局: %+v", got)
		}
		one := s.docket("审计", ledger.LetterQuery{Page: 2, Size: 100})
		if len(one.Papers) != 0 || one.Total != drafts.Total {
			t.Errorf("a page behind the last: %d of %d", len(one.Papers), one.Total)
		}
		for _, q := range []ledger.LetterQuery{{State: "x", Page: 1, Size: 1}, {Kind: "x", Page: 1, Size: 1}, {Page: 0, Size: 1}, {Page: 1}} {
			s.read(func(tx *db.Tx) error {
				_, err := s.led.LettersOf(ctx, tx, s.As("督查甲").actor(tx), q)
				s.wantRefusal(err, ledger.Invalid, "")
				return nil
			})
		}
	})
}

// TestOverviewCounts holds every figure of the screen and the units' table against the list behind it.
func TestOverviewCounts(t *testing.T) {
	stories(t, func(s *story) {
		late, split, _ := s.underWay()
		on := calendar.DateOf(s.clock.Now())
		s.read(func(tx *db.Tx) error {
			by := s.As("督查甲").actor(tx)
			total := func(q ledger.Query) int {
				p, err := s.led.List(ctx, tx, by, q, on)
				if err != nil {
					t.Fatal(err)
				}
				return p.Total
			}
			units, err := s.led.UnitCounts(ctx, tx, by, on)
			if err != nil {
				return err
			}
			if len(units) < 5 {
				t.Errorf("only %d units have duties", len(units))
			}
			for name, u := range units {
				for role, c := range map[ledger.Role]ledger.Counts{ledger.Lead: u.Lead, ledger.Support: u.Support} {
					if want := total(ledger.Query{Unit: name, Role: role}); c.Total != want {
						t.Errorf("%s %s: %d, the list has %d", name, role, c.Total, want)
					}
					for _, l := range ledger.Lights {
						if want := total(ledger.Query{Unit: name, Role: role, Light: l}); c.Lights[l] != want {
							t.Errorf("%s %s %s: %d, the list has %d", name, role, l, c.Lights[l], want)
						}
					}
				}
			}
			mine, err := s.led.UnitCounts(ctx, tx, s.As("县能源局").actor(tx), on)
			if err != nil || len(mine) != 1 || mine["县能源局"] == nil {
				t.Errorf("a unit sees the counts of %v: %v", mine, err)
			}
			docs, err := s.led.DocumentProgresses(ctx, tx, on)
			if err != nil {
				return err
			}
			if len(docs) != 1 || docs[0].Total != 3 || docs[0].Overdue != 1 || docs[0].Running != 3 || docs[0].Progress != 10 || docs[0].Title == "" {
				t.Errorf("documents: %+v", docs)
			}
			q := ledger.Query{From: day("2023-10-01"), To: day("2023-12-31"), Lines: ledger.Whole}
			days, err := s.led.DueDays(ctx, tx, by, q, on)
			if err != nil {
				return err
			}
			for d, n := range days {
				if want := total(ledger.Query{From: d, To: d, Lines: ledger.Whole}); n.Total != want || n.Running > n.Total {
					t.Errorf("%s: %+v, the list has %d", d, n, want)
				}
			}
			if len(days) != 3 || days[late.Due].Running != 1 || days[split.Due].Running != 1 {
				t.Errorf("days: %+v", days)
			}
			return nil
		})
	})
}

// TestOutcomesArePublicAndMarked follows the public figures of a document, and the mark that tells that they moved.
func TestOutcomesArePublicAndMarked(t *testing.T) {
	stories(t, func(s *story) {
		look := func() (list []ledger.DocumentOutcome, mark string) {
			s.read(func(tx *db.Tx) (err error) {
				if list, err = ledger.OutcomeList(ctx, tx, county, calendar.DateOf(tx.Now())); err == nil {
					mark, err = ledger.PublicMark(ctx, tx, county)
				}
				return err
			})
			return list, mark
		}
		list, first := look()
		if len(list) != 0 {
			t.Fatalf("nothing is issued, and yet: %+v", list)
		}
		late, _, _ := s.underWay()
		list, mark := look()
		if len(list) != 1 || list[0].Duties != 3 || list[0].Done != 0 || list[0].Running != 3 || list[0].Overdue != 1 || mark == first {
			t.Errorf("outcomes: %+v mark %s after %s", list, mark, first)
		}
		s.As("县能源局").claim(late.ID) // at the very instant of the last step
		list, again := look()
		if again == mark || list[0].Overdue != 0 || list[0].Running != 2 {
			t.Errorf("the claim is not seen: %+v mark %s after %s", list, again, mark)
		}
		if _, same := look(); same != again {
			t.Errorf("the mark moved by itself: %s after %s", same, again)
		}
	})
}

// TestListOnIsTheLedgerOfThatDay holds the folded list against today's own list, and each of its duties against the duty
// as it stood on that day.
func TestListOnIsTheLedgerOfThatDay(t *testing.T) {
	stories(t, func(s *story) {
		late, _, _ := s.underWay()
		today := calendar.DateOf(s.clock.Now())
		ids := func(rows []ledger.Row) (out []string) {
			for _, r := range rows {
				out = append(out, fmt.Sprint(r.ID, r.State, r.Light, r.Revision))
			}
			return out
		}
		for _, who := range []string{"督查甲", "县能源局", "县住建局", "河口镇", "审计"} {
			for _, q := range []ledger.Query{{}, {Light: ledger.Overdue}, {State: ledger.Working}, {Unit: "县能源局"}, {Unit: "县住建局", Role: ledger.Support},
				{Text: "提级"}, {Text: "2"}, {Text: "12号"}, {From: day("2023-10-31"), To: day("2023-10-31")}, {To: day("2023-11-30")}, {Lines: ledger.Whole},
				{Lines: ledger.SplitOnly}, {Running: true}, {Asked: true}, {Flagged: true}, {Back: true}, {Batch: 9}, {Doc: string(late.Source.Doc)},
				{Sort: ledger.ByDue}, {Sort: ledger.ByLight}, {Sort: ledger.ByChange}, {Size: 2, Page: 2}} {
				s.read(func(tx *db.Tx) error {
					by := s.As(who).actor(tx)
					want, err := s.led.List(ctx, tx, by, q, today)
					if err != nil {
						return err
					}
					got, err := s.led.ListOn(ctx, tx, by, q, today)
					if err != nil {
						return err
					}
					counts, err := s.led.CountsOf(ctx, tx, by, q, today)
					if err != nil {
						return err
					}
					if got.Total != want.Total || !reflect.DeepEqual(ids(got.Rows), ids(want.Rows)) || !reflect.DeepEqual(got.Counts, counts) {
						t.Errorf("%s, %+v:\nfolded %d %v %+v\nkept   %d %v %+v", who, q, got.Total, ids(got.Rows), got.Counts, want.Total, ids(want.Rows), counts)
					}
					return nil
				})
			}
		}
		s.read(func(tx *db.Tx) error {
			office := s.As("督查甲").actor(tx)
			for _, past := range []string{"2023-09-20", "2023-09-21", "2023-10-20", "2023-11-01"} {
				p, err := s.led.ListOn(ctx, tx, office, ledger.Query{}, day(past))
				if err != nil {
					return err
				}
				for _, r := range p.Rows {
					d, _, err := s.led.On(ctx, tx, office, r.ID, day(past))
					if err != nil {
						return err
					}
					if !reflect.DeepEqual(d, r.Duty) || r.Light != s.led.Rules.Status(d, day(past)).Light {
						t.Errorf("%s: duty %d in the list is not the duty of that day", past, r.ID)
					}
				}
			}
			if p, _ := s.led.ListOn(ctx, tx, office, ledger.Query{}, day("2023-09-19")); p.Total != 0 {
				t.Errorf("before the gazette came out the ledger had %d duties", p.Total)
			}
			p, err := s.led.ListOn(ctx, tx, office, ledger.Query{Light: ledger.Overdue, Lines: ledger.Whole}, day("2023-11-01"))
			if err != nil || p.Total != 1 || p.Rows[0].ID != late.ID || p.Rows[0].Days != 1 {
				t.Errorf("overdue on 2023-11-01: %v %+v", err, ids(p.Rows))
			}
			return nil
		})
	})
}
