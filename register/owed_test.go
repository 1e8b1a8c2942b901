package register_test

import (
	"fmt"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/register"
)

// owed is what an entry owes as text: obligation, turn, last day, state, day done, a line each.
func (s *story) owed(key string) string {
	s.Helper()
	var b strings.Builder
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		b.Reset()
		list, _, err := s.reg.Owed(ctx, tx, register.OwedQuery{Register: "outlets", Key: key, Size: 100})
		for _, o := range list {
			fmt.Fprintf(&b, "%s %s %s %s %s\n", o.Obligation.ID, o.Period, o.Due, o.State.Chinese(), o.DoneOn)
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return b.String()
}

// tick runs the clock until it has nothing more to do, and gives what it told.
func (s *story) tick() string {
	s.Helper()
	var told []string
	for more := true; more; {
		s.must(func(tx *db.Tx) error {
			late, again, err := s.reg.Tick(ctx, tx, 2)
			for _, o := range late {
				told = append(told, o.Address()+" "+o.Due.String()+" "+o.Unit)
			}
			more = again
			return err
		})
	}
	return strings.Join(told, "; ")
}

func (s *story) wantOwed(key string, want ...string) {
	s.Helper()
	if got, want := s.owed(key), strings.Join(want, "\n")+"\n"; got != want {
		s.Errorf("%s owes\n%swant\n%s", key, got, want)
	}
}

func TestObligations(t *testing.T) {
	stories(t, func(s *story) { // 2023-09-20
		s.add(bureau, "sections", "名称=甲桥 目标类别=Ⅲ")
		s.add(town, "outlets", "编号=P1 名称=一号 类型=工业 责任单位=东镇 断面=甲桥")
		s.wantOwed("P1", "monthly 2023-09-01 2023-09-30 未完成 ", "plan  2023-12-20 未完成 ")
		if told := s.tick(); told != "" {
			t.Errorf("told %s", told)
		}
		s.clock.Set("2023-10-01")
		if told := s.tick(); told != "outlets/P1#monthly 2023-09-30 县生态环境局" {
			t.Errorf("told %s", told)
		}
		if told := s.tick(); told != "" {
			t.Errorf("told again %s", told)
		}
		s.wantOwed("P1", "monthly 2023-09-01 2023-09-30 未完成 ", "monthly 2023-10-01 2023-10-31 未完成 ", "plan  2023-12-20 未完成 ")

		// A sample of September that comes late fulfils September; one of October fulfils October.
		s.seen = nil
		s.add(bureau, "samples", "排口=P1 采样日期=2023-09-25")
		s.wantOwed("P1", "monthly 2023-09-01 2023-09-30 已完成 2023-09-25", "monthly 2023-10-01 2023-10-31 未完成 ", "plan  2023-12-20 未完成 ")
		if n := len(s.seen); n != 1 || len(s.seen[0].Owed) != 1 || s.seen[0].Owed[0].DoneBy != "samples/1" {
			t.Errorf("changes told: %+v", s.seen)
		}
		s.add(bureau, "samples", "排口=P1 采样日期=2023-10-01")

		// The sample was of another outlet: corrected, and September is open again, and told again.
		s.add(bureau, "outlets", "编号=P2 名称=二号 责任单位=西镇")
		s.must(func(tx *db.Tx) error {
			_, err := s.reg.Correct(ctx, tx, bureau, "samples", "1", register.Input{Fields: fields("排口=P2"), Why: "记错排口"})
			return err
		})
		s.wantOwed("P1", "monthly 2023-09-01 2023-09-30 未完成 ", "monthly 2023-10-01 2023-10-31 已完成 2023-10-01", "plan  2023-12-20 未完成 ")
		if told := s.tick(); told != "outlets/P1#monthly 2023-09-30 县生态环境局" {
			t.Errorf("told %s", told)
		}

		// The plan is done by the entry itself; taken out of the entry it is owed again.
		s.must(func(tx *db.Tx) error {
			_, err := s.reg.Amend(ctx, tx, town, "outlets", "P1", register.Input{Files: map[string]register.Upload{"方案": {Name: "方案.pdf", Bytes: []byte("x")}}})
			return err
		})
		if got := s.owed("P1"); !strings.Contains(got, "plan  2023-12-20 已完成 2023-10-01") {
			t.Error(got)
		}
		s.amend(town, "outlets", "P1", "方案=")
		if got := s.owed("P1"); !strings.Contains(got, "plan  2023-12-20 未完成") {
			t.Error(got)
		}
		// Not of the kind any more: it is owed by nobody; and again once it is.
		s.amend(town, "outlets", "P1", "类型=生活")
		if got := s.owed("P1"); strings.Contains(got, "plan") {
			t.Error(got)
		}
		s.amend(town, "outlets", "P1", "类型=工业")

		// From a state on, in working days: 2023-10-09 is the first after the holidays.
		s.amend(town, "outlets", "P1", "溯源日期=2023-09-28")
		for _, state := range []string{"已测", "已溯源"} {
			if err := s.move(town, "outlets", "P1", state); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.owed("P1"); !strings.Contains(got, "cure  2023-10-18 未完成") { // 10-07 and 10-08 are worked
			t.Error(got)
		}

		// The clock stood still for two months: the turns between were not lost, each is told once.
		s.clock.Set("2023-12-21")
		told := s.tick()
		for _, want := range []string{"P1#monthly 2023-11-30", "P1#plan 2023-12-20 东镇", "P1#cure 2023-10-18 东镇", "P2#monthly 2023-10-31", "P2#monthly 2023-11-30"} {
			if strings.Count(told, want) != 1 {
				t.Errorf("want %s once in %s", want, told)
			}
		}
		if strings.Contains(told, "P1#monthly 2023-10-31") || strings.Contains(told, "2023-12-31") {
			t.Errorf("told too much: %s", told)
		}
		if told := s.tick(); told != "" {
			t.Errorf("told again: %s", told)
		}

		// Who leaves the register owes nothing more; what was done stays.
		s.must(func(tx *db.Tx) error {
			_, err := s.reg.Remove(ctx, tx, bureau, "outlets", "P1", register.Leave{Why: "封堵"})
			return err
		})
		s.wantOwed("P1", "monthly 2023-10-01 2023-10-31 已完成 2023-10-01")
		s.clock.Set("2024-02-01")
		if told := s.tick(); strings.Contains(told, "P1") {
			t.Errorf("told of what left: %s", told)
		}
		s.must(func(tx *db.Tx) error { return s.reg.Recount(ctx, tx, "outlets") })
		if told := s.tick(); told != "" {
			t.Errorf("a recount tells again: %s", told)
		}
	})
}

func TestLacking(t *testing.T) {
	stories(t, func(s *story) {
		missing := func() string {
			var units []string
			err := s.db.Read(ctx, func(tx *db.Tx) error {
				list, err := s.reg.Lacking(ctx, tx)
				units = nil
				for _, l := range list {
					units = append(units, l.Complete.ID+": "+strings.Join(l.Units, " "))
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(units, "; ")
		}
		if got := missing(); got != "all: 东镇 西镇 南乡" {
			t.Error(got)
		}
		s.add(bureau, "zones", "名称=一 乡镇=西镇")
		s.add(bureau, "zones", "名称=二 乡镇=东镇")
		if got := missing(); got != "all: 南乡" {
			t.Error(got)
		}
		s.must(func(tx *db.Tx) error {
			_, err := s.reg.Remove(ctx, tx, bureau, "zones", "一", register.Leave{Why: "撤销"})
			return err
		})
		if got := missing(); got != "all: 西镇 南乡" {
			t.Error(got)
		}
	})
}

// A Tick looks only at what is due: its question is answered out of the clock's index.
func TestTickLooksOnlyAtWhatIsDue(t *testing.T) {
	s := lite(t)
	s.must(func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `EXPLAIN QUERY PLAN SELECT register, entry FROM register_owed WHERE county = $1 AND next_on <> '' AND next_on <= $2
			GROUP BY register, entry ORDER BY min(next_on), register, entry LIMIT $3`, county, "2023-10-01", 10)
		if err != nil {
			return err
		}
		defer rows.Close()
		var plan strings.Builder
		for rows.Next() {
			var a, b, c any
			var text string
			if err := rows.Scan(&a, &b, &c, &text); err != nil {
				return err
			}
			plan.WriteString(text + "\n")
		}
		if !strings.Contains(plan.String(), "INDEX register_owed_clock (county=? AND next_on<?)") {
			t.Errorf("plan:\n%s", plan.String())
		}
		return rows.Err()
	})
}
