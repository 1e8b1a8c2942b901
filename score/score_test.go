package score_test

import (
	"slices"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/score"
)

func TestPoints(t *testing.T) {
	for text, want := range map[string]score.Points{"100": 10000, "0.5": 50, "0.25": 25, "2": 200, "97.50": 9750, "0": 0} {
		got, err := score.ParsePoints(text)
		if err != nil || got != want {
			t.Errorf("%s is read as %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", ".", "1.", ".5", "1.234", "-1", "1,5", "+1", "0x10", "1.+5", "99999999999"} {
		if p, err := score.ParsePoints(text); err == nil {
			t.Errorf("%q is read as %s", text, p)
		}
	}
	for p, want := range map[score.Points]string{9750: "97.5", 10000: "100", -50: "-0.5", 5: "0.05", 0: "0"} {
		if p.String() != want {
			t.Errorf("%d is written %s, want %s", p, p, want)
		}
	}
}

func FuzzParsePoints(f *testing.F) {
	for _, s := range []string{"100", "0.5", "1.", "00.00", "4294967295.99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := score.ParsePoints(s)
		if err != nil {
			return
		}
		again, err := score.ParsePoints(p.String())
		if err != nil || again != p || p < 0 {
			t.Fatalf("%q is read as %d, written %s and read as %d, %v", s, p, p, again, err)
		}
	})
}

// charged is a county in which two units have been charged, and October is over.
func charged(t *testing.T, tell func(s *story, october score.Period)) {
	clock := dbtest.At("2023-09-01")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		s := &story{T: t, db: d, led: theLedger(t), clock: clock}
		s.tell(strings.Split(strings.TrimSpace(`
2023-10-09 督查甲 issue 1 县能源局、河口镇+县住建局 2023-10-20
2023-10-09 督查甲 issue 2 上岭乡 2023-12-20
2023-10-10 县能源局 sign 1
2023-10-10 上岭乡 sign 2
2023-10-24 河口镇 sign 1
`), "\n"))
		clock.Set("2023-11-02")
		tell(s, score.Period{From: day("2023-10-01"), To: day("2023-10-31")})
	})
}

// write does what the person does, and gives the error.
func (s *story) write(do func(tx *db.Tx) error) error { return s.db.Write(ctx, do) }

// TestFreeze keeps a table, changes the marks by an appeal, and finds the kept one as it was.
func TestFreeze(t *testing.T) {
	charged(t, func(s *story, october score.Period) {
		var kept score.Freezing
		freeze := func(who string, p score.Period) error {
			return s.write(func(tx *db.Tx) (err error) {
				kept, err = score.Freeze(ctx, tx, s.led, marking(), actor(who), p)
				return err
			})
		}
		refused := func(err error, kind ledger.Kind) {
			s.Helper()
			if ledger.KindOf(err) != kind {
				s.Errorf("got %v, want a refusal of kind %d", err, kind)
			}
		}
		refused(freeze("县能源局", october), ledger.NotAllowed)
		refused(freeze("督查甲", score.Period{From: october.From, To: day("2023-11-02")}), ledger.WrongState)
		refused(freeze("督查甲", score.Period{From: day("2023-12-01"), To: day("2023-12-31")}), ledger.Invalid)
		refused(freeze("督查甲", score.Period{From: october.To, To: october.From}), ledger.Invalid)
		before := printed(s, of(s, s.db, s.led, october, day("2023-11-02")))
		if err := freeze("督查甲", october); err != nil {
			s.Fatal(err)
		}
		first := kept
		refused(freeze("督查乙", october), ledger.Conflict)
		s.tell([]string{"2023-11-02 河口镇 appeal 1 2023-10-01 2023-10-31 unsigned 0 2023-10-12", "2023-11-03 督查乙 uphold 1"})
		now := of(s, s.db, s.led, october, day("2023-11-03"))
		if printed(s, now) == before {
			s.Error("an upheld appeal changed nothing")
		}
		if err := freeze("督查甲", october); err != nil || kept.ID != first.ID+1 {
			s.Fatal(kept, err)
		}
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			f, table, err := score.Frozen(ctx, tx, county, first.ID)
			if err != nil || f.Period != october || f.SHA256 != first.SHA256 || f.By != "zh-督查甲" || !f.At.Equal(first.At) {
				s.Errorf("kept as %+v, %v", f, err)
			}
			if got := printed(s, table); got != before {
				s.Errorf("kept\n%s\nannounced\n%s", got, before)
			}
			list, err := score.Freezings(ctx, tx, county, 10)
			if err != nil || len(list) != 2 || list[0].ID != kept.ID {
				s.Errorf("kept tables are %+v, %v", list, err)
			}
			_, _, err = score.Frozen(ctx, tx, county, 99)
			refused(err, ledger.NotFound)
			return nil
		})
		if err != nil {
			s.Fatal(err)
		}
		s.wantJournal("score.freeze", first.SHA256)
		for _, table := range []string{"score_frozen", "score_appeal", "score_decision"} {
			err := s.write(func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `DELETE FROM `+table)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				s.Errorf("%s can be emptied: %v", table, err)
			}
		}
	})
}

// wantJournal finds a record of the deed that holds the words.
func (s *story) wantJournal(what, words string) {
	s.Helper()
	var found []journal.Record
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		found, _, err = journal.List(ctx, tx, county, journal.Query{Limit: 200, What: what})
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	if !slices.ContainsFunc(found, func(r journal.Record) bool { return r.What == what && strings.Contains(r.Basis+r.Detail, words) }) {
		s.Errorf("the journal does not say %s %s", what, words)
	}
	if score.Deeds[what] == "" {
		s.Errorf("%s has no name on pages", what)
	}
}

// TestAppealIsToldAndSeen follows an appeal to the desks of those whom it concerns.
func TestAppealIsToldAndSeen(t *testing.T) {
	charged(t, func(s *story, october score.Period) {
		s.tell([]string{"2023-11-02 河口镇 appeal 1 2023-10-01 2023-10-31 unsigned 0 2023-10-12", "2023-11-02 县能源局 appeal 1 2023-10-01 2023-10-31 overdue 0 2023-10-31",
			"2023-11-03 督查乙 refuse 1"})
		s.wantJournal("score.appeal", "系统停电")
		s.wantJournal("score.decide", "申诉不成立")
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			for who, want := range map[string][2]int{"督查甲": {2, 1}, "河口镇": {1, 0}, "县能源局": {1, 1}, "县住建局": {0, 0}} {
				for i, undecided := range []bool{false, true} {
					list, err := score.Appeals(ctx, tx, s.led, actor(who), undecided, 10)
					if err != nil || len(list) != want[i] {
						s.Errorf("%s sees %d appeals, undecided %v, want %d: %v", who, len(list), undecided, want[i], err)
					}
				}
			}
			if a, err := score.AppealOf(ctx, tx, s.led, actor("河口镇"), 1); err != nil || a.State() != score.Refused || a.Decision.By != "zh-督查乙" || a.Name != "未按时签收" {
				s.Errorf("the appeal is %+v, %v", a, err)
			}
			if _, err := score.AppealOf(ctx, tx, s.led, actor("县能源局"), 1); ledger.KindOf(err) != ledger.NotFound {
				s.Errorf("another unit sees the appeal: %v", err)
			}
			for unit, n := range map[string]int{"青禾县人民政府办公室": 2, "河口镇": 1, "县能源局": 0} {
				var got int
				err := tx.QueryRow(ctx, `SELECT count(*) FROM notice WHERE county = $1 AND kind = 'appeal' AND to_unit = $2`, county, unit).Scan(&got)
				if err != nil || got != n {
					s.Errorf("%s is told %d times, want %d: %v", unit, got, n, err)
				}
			}
			return nil
		})
		if err != nil {
			s.Fatal(err)
		}
		// Who sits in the office and heads a unit does not decide on his own appeal.
		both := actor("河口镇")
		both.Seats = append(both.Seats, actor("督查甲").Seats...)
		err = s.write(func(tx *db.Tx) error {
			a, err := score.MakeAppeal(ctx, tx, s.led, marking(), both, october, score.Key{Unit: "河口镇", Fact: score.Overdue, Duty: 1, Day: october.To}, "情况特殊。")
			if err == nil {
				_, err = score.DecideAppeal(ctx, tx, s.led, both, a.ID, true, "属实。")
			}
			return err
		})
		if ledger.KindOf(err) != ledger.NotAllowed || !strings.Contains(err.Error(), "本人") {
			s.Errorf("he decided for himself: %v", err)
		}
		for _, reason := range []string{"", "  ", strings.Repeat("长", 3000), "a\x00b", "\xff"} {
			err := s.write(func(tx *db.Tx) error {
				_, err := score.DecideAppeal(ctx, tx, s.led, actor("督查甲"), 2, true, reason)
				return err
			})
			if ledger.KindOf(err) != ledger.Invalid {
				s.Errorf("the reason %.20q is taken: %v", reason, err)
			}
		}
	})
}

// TestSeenByAndExport holds what a unit sees, and the rows of the downloads.
func TestSeenByAndExport(t *testing.T) {
	charged(t, func(s *story, october score.Period) {
		table := of(s, s.db, s.led, october, day("2023-11-02"))
		if n := len(table.SeenBy(actor("督查甲")).Units); n != 4 {
			s.Errorf("the office sees %d units", n)
		}
		mine := table.SeenBy(actor("河口镇"))
		if len(mine.Units) != 1 || mine.Units[0].RankText() != "2/2" {
			s.Errorf("河口镇 sees %+v", mine.Units)
		}
		if nobody := table.SeenBy(ledger.Actor{Seats: []personnel.Seat{}}); len(nobody.Units) != 0 || len(table.Units) != 4 {
			s.Error("a stranger sees a unit, or the table was changed")
		}
		for _, rows := range [][][]string{table.Summary(), table.Details()} {
			for i, row := range rows {
				if len(row) != len(rows[0]) {
					s.Errorf("row %d has %d cells under %d headings: %q", i, len(row), len(rows[0]), row)
				}
			}
		}
		if got := strings.Join(table.Summary()[3], " "); got != "上岭乡 乡镇 1/2 99.5 优秀 1 0 0 0 0 0 0 1 0 0 0 0 0 0 0 100 0 0 0 0.5 0 0 0 0 0" {
			s.Errorf("the summary says %s", got)
		}
		if got := strings.Join(table.Details()[1], "|"); got !=
			"县能源局|未填报|0001|任务1|县政府常务会议（虚构）||2023-10-25|2023年10月进展应于2023年10月25日前填报，未填报|第13条（青禾县督办规则（虚构））|0.5|0.5||||" {
			s.Errorf("the details say %s", got)
		}
	})
}
