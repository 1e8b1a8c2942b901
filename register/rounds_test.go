package register_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/register"
)

// lifts is a register whose entries are inspected a year after the last inspection, which a field holds, and looked after 15 days after the
// last visit, which another register holds.
func (s *story) lifts() *register.Schema {
	lifts := &register.Schema{Name: "lifts", Title: "电梯台账", Custodian: "县生态环境局", Key: []string{"编号"}, States: []string{"在用", "停用", "报废"}, End: []string{"报废"},
		Fields: []register.Field{{Name: "编号", Type: register.Text, Required: true}, {Name: "检验日期", Type: register.Day}},
		Moves:  []register.Move{{From: []string{"在用"}, To: "停用"}, {From: []string{"停用"}, To: "在用"}, {From: []string{"在用", "停用"}, To: "报废"}},
		Obligations: []register.Obligation{
			{ID: "inspect", Name: "检验", Start: register.Start{Field: "检验日期"}, Again: calendar.Span{N: 1, Unit: calendar.Years}, To: register.Whose{Unit: "东镇"}},
			{ID: "scrap", Name: "拆除", Start: register.Start{State: "报废"}, Within: calendar.Span{N: 30, Unit: calendar.Days},
				Record: &register.RecordOf{Register: "visits", Of: "电梯", On: "日期"}, To: register.Whose{Unit: "东镇"}},
			{ID: "visit", Name: "维保", Start: register.Start{State: "在用"}, Again: calendar.Span{N: 15, Unit: calendar.Days},
				Record: &register.RecordOf{Register: "visits", Of: "电梯", On: "日期"}, To: register.Whose{Unit: "西镇"}},
		}}
	visits := &register.Schema{Name: "visits", Title: "维保记录", Custodian: "县生态环境局",
		Fields: []register.Field{{Name: "电梯", Type: register.Ref, Register: "lifts", Required: true}, {Name: "日期", Type: register.Day, Required: true}}}
	s.reg.Schemas = append(s.reg.Schemas, lifts, visits)
	return lifts
}

// owes wants the rows of one obligation of the lift L1: from, last day, state, day done.
func (s *story) owes(obligation string, want ...string) {
	s.Helper()
	var got []string
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		got = nil
		list, _, err := s.reg.Owed(ctx, tx, register.OwedQuery{Register: "lifts", Key: "L1", Obligation: obligation, Size: 100})
		for _, o := range list {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", o.Period, o.Due, o.State.Chinese(), o.DoneOn)))
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		s.Errorf("%s: owes\n%s\nwant\n%s", obligation, g, w)
	}
}

func (s *story) correct(by register.Actor, name register.Name, key, text string) {
	s.Helper()
	s.must(func(tx *db.Tx) error {
		_, err := s.reg.Correct(ctx, tx, by, name, key, register.Input{Fields: fields(text), Why: "记错"})
		return err
	})
}

// A year after the last inspection, whenever that was; the inspection is the field itself.
func TestAgainByField(t *testing.T) {
	stories(t, func(s *story) { // 2023-09-20
		s.lifts()
		s.add(bureau, "lifts", "编号=L1")
		s.owes("inspect")
		s.amend(bureau, "lifts", "L1", "检验日期=2022-10-10")
		s.owes("inspect", "2022-10-10 2023-10-10 未完成")
		s.clock.Set("2023-10-11")
		if told := s.tick(); told != "lifts/L1#visit 2023-10-05 西镇; lifts/L1#inspect 2023-10-10 东镇" && told != "lifts/L1#inspect 2023-10-10 东镇; lifts/L1#visit 2023-10-05 西镇" {
			t.Errorf("told %s", told)
		}
		// Done late; the next year counts from the day on which it was done.
		s.seen = nil
		s.amend(bureau, "lifts", "L1", "检验日期=2023-10-20")
		s.owes("inspect", "2022-10-10 2023-10-10 已完成 2023-10-20", "2023-10-20 2024-10-20 未完成")
		if len(s.seen) != 1 || len(s.seen[0].Owed) != 2 || s.seen[0].Owed[0].State != register.Done {
			t.Errorf("changes told: %+v", s.seen)
		}
		// A mistake that is corrected was no inspection.
		s.correct(bureau, "lifts", "L1", "检验日期=2023-10-12")
		s.owes("inspect", "2022-10-10 2023-10-10 已完成 2023-10-12", "2023-10-12 2024-10-12 未完成")
		s.correct(bureau, "lifts", "L1", "检验日期=2023-10-14")
		s.owes("inspect", "2022-10-10 2023-10-10 已完成 2023-10-14", "2023-10-14 2024-10-14 未完成")
		// Nor was what stands before the one that is known.
		s.amend(bureau, "lifts", "L1", "检验日期=2022-10-10")
		s.owes("inspect", "2022-10-10 2023-10-10 未完成")
		if told := s.tick(); told != "lifts/L1#inspect 2023-10-10 东镇" {
			t.Errorf("told %s", told)
		}
		s.must(func(tx *db.Tx) error { return s.reg.Recount(ctx, tx, "lifts") })
		s.owes("inspect", "2022-10-10 2023-10-10 未完成")
		if told := s.tick(); told != "" {
			t.Errorf("a recount tells again: %s", told)
		}
	})
}

// Fifteen days after the last visit, and of a lift that was stopped, after it runs again.
func TestAgainByRecord(t *testing.T) {
	stories(t, func(s *story) { // 2023-09-20
		lifts := s.lifts()
		s.add(bureau, "lifts", "编号=L1")
		s.owes("visit", "2023-09-20 2023-10-05 未完成")
		s.add(bureau, "visits", "电梯=L1 日期=2023-09-20") // the day itself begins it
		s.owes("visit", "2023-09-20 2023-10-05 未完成")
		s.clock.Set("2023-10-20")
		s.tick()
		s.add(bureau, "visits", "电梯=L1 日期=2023-10-18")
		s.owes("visit", "2023-09-20 2023-10-05 已完成 2023-10-18", "2023-10-18 2023-11-02 未完成")
		// A record that comes late stands where it belongs; taken back, all is as before.
		s.add(bureau, "visits", "电梯=L1 日期=2023-10-04")
		s.owes("visit", "2023-09-20 2023-10-05 已完成 2023-10-04", "2023-10-04 2023-10-19 已完成 2023-10-18", "2023-10-18 2023-11-02 未完成")
		s.must(func(tx *db.Tx) error {
			_, err := s.reg.Remove(ctx, tx, bureau, "visits", "3", register.Leave{Why: "记错"})
			return err
		})
		s.owes("visit", "2023-09-20 2023-10-05 已完成 2023-10-18", "2023-10-18 2023-11-02 未完成")
		s.clock.Set("2023-11-10")
		if told := s.tick(); told != "lifts/L1#visit 2023-11-02 西镇" {
			t.Errorf("told %s", told)
		}
		for _, state := range []string{"停用", "在用"} {
			if err := s.move(bureau, "lifts", "L1", state); err != nil {
				t.Fatal(err)
			}
		}
		s.owes("visit", "2023-09-20 2023-10-05 已完成 2023-10-18", "2023-11-10 2023-11-25 未完成")

		// What is scrapped is owed no visit; what begins with the end is owed.
		if err := s.move(bureau, "lifts", "L1", "报废"); err != nil {
			t.Fatal(err)
		}
		s.owes("visit", "2023-09-20 2023-10-05 已完成 2023-10-18")
		s.owes("scrap", "2023-12-10 未完成")
		lifts.End = nil
		s.must(func(tx *db.Tx) error {
			done, err := s.reg.Settle(ctx, tx)
			if len(done) != 1 {
				t.Errorf("settled %v: the states that end are of what is reckoned by", done)
			}
			return err
		})
		s.owes("visit", "2023-09-20 2023-10-05 已完成 2023-10-18", "2023-11-10 2023-11-25 未完成")
	})
}

// Nobody has to look again at what has come to an end: what was written off is counted nowhere among what is to be reviewed, also where the
// state became an end only after the entry was written.
func TestAnEndIsNotReviewed(t *testing.T) {
	stories(t, func(s *story) {
		lifts := s.lifts()
		lifts.Review, lifts.Obligations = calendar.Span{N: 1, Unit: calendar.Months}, nil
		s.add(office, "lifts", "编号=L1")
		s.add(office, "lifts", "编号=L2")
		if err := s.move(office, "lifts", "L2", "报废"); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(60 * 24 * time.Hour)
		for _, c := range []struct {
			end  []string
			want string
		}{{[]string{"报废"}, "L1"}, {[]string{"报废", "在用"}, ""}, {nil, "L1 L2"}} {
			lifts.End = c.end
			var got, said []string
			var n int
			s.must(func(tx *db.Tx) error {
				page, err := s.reg.List(ctx, tx, register.Inside, register.Query{Register: "lifts", Stale: true, Size: 100})
				for _, e := range page.Entries {
					got = append(got, e.Key)
				}
				if err == nil {
					n, err = s.reg.StaleCount(ctx, tx, "lifts")
				}
				for _, key := range []string{"L1", "L2"} {
					e, err := s.reg.Get(ctx, tx, register.Inside, "lifts", key, register.AsOf{})
					if err != nil {
						return err
					}
					if lifts.Stale(e, calendar.DateOf(tx.Now())) {
						said = append(said, key)
					}
				}
				return err
			})
			if g := strings.Join(got, " "); g != c.want || n != len(got) || strings.Join(said, " ") != c.want {
				t.Errorf("ends %v: %s are listed, %d counted, %s say so; want %s", c.end, g, n, said, c.want)
			}
		}
	})
}
