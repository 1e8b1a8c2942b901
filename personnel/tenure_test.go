package personnel_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/personnel"
)

var names = []string{"子", "丑", "寅", "卯", "辰"}

// Whatever is appointed, removed and corrected, in whatever order: a single post never has two holders on a day, and
// what is refused is refused because it would have had.
func TestTenuresOfASinglePostNeverOverlap(t *testing.T) {
	const post, days, steps = personnel.PostID("县水务局/局长"), 40, 250
	first := day("2023-01-01")
	stories(t, func(s *story) {
		seed := uint64(time.Now().UnixNano())
		r := rand.New(rand.NewPCG(seed, 1))
		s.Logf("seed %d", seed)
		var persons []int64
		s.write(func(tx *db.Tx) error {
			for i := range 5 {
				id, err := personnel.AddPerson(ctx, tx, s.county, "管理丙", "示例"+names[i], "")
				if err != nil {
					return err
				}
				persons = append(persons, id)
			}
			return nil
		})
		all := func(tx *db.Tx) []personnel.Tenure {
			out, err := personnel.Tenures(ctx, tx, s.county, personnel.TenureFilter{Post: post}, time.Time{})
			if err != nil {
				s.Fatal(err)
			}
			return out
		}
		busy := func(ts []personnel.Tenure, but personnel.TenureID, from, until calendar.Date) bool {
			for _, o := range ts {
				if o.ID == but {
					continue
				}
				for d := from; d.Before(first.AddDays(2*days)) && (until.IsZero() || d.Before(until)); d = d.AddDays(1) {
					if o.Holds(d) {
						return true
					}
				}
			}
			return false
		}
		done := map[string]int{}
		for range steps {
			on, who := first.AddDays(r.IntN(days)), persons[r.IntN(len(persons))]
			m := personnel.Move{Person: who, Post: post, On: on, Reason: "试"}
			s.write(func(tx *db.Tx) error {
				before := all(tx)
				var err error
				what, may := "", false
				switch n := r.IntN(5); {
				case n < 2:
					what, may = "appoint", !busy(before, 0, on, calendar.Date{})
					_, err = personnel.Appoint(ctx, tx, s.book, s.county, "管理丙", m)
				case n < 4:
					what = "remove"
					if len(before) > 0 && n == 3 {
						who = before[len(before)-1].Person
						m.Person = who
					}
					may = slices.ContainsFunc(before, func(t personnel.Tenure) bool {
						return t.Person == who && t.Until.IsZero() && t.From.Before(on)
					})
					_, err = personnel.Remove(ctx, tx, s.book, s.county, "管理丙", m)
				case len(before) == 0:
					return nil
				default:
					t := before[r.IntN(len(before))]
					f := personnel.Fix{From: on, Reason: "更正"}
					if r.IntN(3) > 0 {
						f.Until = on.AddDays(1 + r.IntN(10))
					}
					f.Cancel = r.IntN(4) == 0
					what, may = "correct", f.Cancel || !busy(before, t.ID, f.From, f.Until)
					err = personnel.Correct(ctx, tx, s.book, s.county, "管理丙", t.ID, f)
				}
				if (err == nil) != may {
					s.Errorf("%s on %s with %v: %v", what, on, before, err)
				}
				if err != nil && personnel.KindOf(err) == 0 {
					return err
				}
				done[fmt.Sprint(what, " ", err == nil)]++
				after := all(tx)
				for d := first; d.Before(first.AddDays(days + 12)); d = d.AddDays(1) {
					n := 0
					for _, t := range after {
						if t.Holds(d) {
							n++
						}
					}
					if n > 1 {
						s.Fatalf("on %s %d hold the post: %v", d, n, after)
					}
				}
				return nil
			})
		}
		if len(done) != 6 {
			s.Errorf("not every outcome was seen: %v", done)
		}
	})
}

func TestRefusals(t *testing.T) {
	stories(t, func(s *story) {
		a := s.seat("示例子", "县水务局/局长", "2023-01-01")
		s.write(func(tx *db.Tx) error {
			appoint := func(m personnel.Move) error {
				_, err := personnel.Appoint(ctx, tx, s.book, s.county, "管理丙", m)
				return err
			}
			good := personnel.Move{Person: a, Post: "县水务局/副局长", On: day("2023-01-01"), Reason: "建账"}
			bad := func(change func(*personnel.Move), kind personnel.Kind, says string) {
				s.Helper()
				m := good
				change(&m)
				s.Refuses(appoint(m), kind, says)
			}
			bad(func(m *personnel.Move) { m.Person = 0 }, personnel.Invalid, "人员")
			bad(func(m *personnel.Move) { m.Person = 99 }, personnel.NotFound, "编号为99")
			bad(func(m *personnel.Move) { m.On = calendar.Date{} }, personnel.Invalid, "哪一天")
			bad(func(m *personnel.Move) { m.Reason = " " }, personnel.Invalid, "依据")
			bad(func(m *personnel.Move) { m.Reason = "\x00" }, personnel.Invalid, "控制字符")
			bad(func(m *personnel.Move) { m.Months = 99 }, personnel.Invalid, "试用期")
			bad(func(m *personnel.Move) { m.Post = "县水务局/河长" }, personnel.NotFound, "河长")
			bad(func(m *personnel.Move) { m.Post = "县河神庙/局长" }, personnel.NotFound, "县河神庙")
			bad(func(m *personnel.Move) { m.Post = "县水务局/局长" }, personnel.Conflict, "示例子已担任县水务局局长（自2023年1月1日起）")
			if err := appoint(good); err != nil {
				return err
			}
			s.Refuses(appoint(good), personnel.Conflict, "已担任") // nobody holds a post twice, however many seats it has
			_, err := personnel.Remove(ctx, tx, s.book, s.county, "管理丙", personnel.Move{Person: a, Post: "县水务局/副局长", On: day("2023-01-01"), Reason: "误"})
			s.Refuses(err, personnel.NotFound, "没有担任")
			for name, says := range map[string]string{"": "姓名", "示": "姓名", "示\xff例": "姓名", strings.Repeat("示", 31): "姓名"} {
				_, err := personnel.AddPerson(ctx, tx, s.county, "管理丙", name, "")
				s.Refuses(err, personnel.Invalid, says)
			}
			id, err := personnel.AddPerson(ctx, tx, s.county, "管理丙", "示例　丑", "")
			if p, _ := personnel.PersonBy(ctx, tx, s.county, id); p.Name != "示例丑" {
				s.Errorf("the printer's blank stayed: %q", p.Name)
			}
			if err != nil {
				return err
			}
			if err := personnel.BindAccount(ctx, tx, s.county, "管理丙", a, "账号子"); err != nil {
				return err
			}
			s.Refuses(personnel.BindAccount(ctx, tx, s.county, "管理丙", a, "账号二"), personnel.Conflict, "已有账号")
			s.Refuses(personnel.BindAccount(ctx, tx, s.county, "管理丙", id, "账号子"), personnel.Conflict, "另一人")
			return personnel.BindAccount(ctx, tx, s.county, "管理丙", a, "账号子") // again, nothing
		})
	})
}

// The clocks of a probation, on the days on which they turn.
func TestProbation(t *testing.T) {
	stories(t, func(s *story) {
		var id [3]personnel.TenureID
		for i, post := range []personnel.PostID{"县水务局/局长", "县能源局/局长", "县林业局/局长"} {
			s.write(func(tx *db.Tx) error {
				p, err := personnel.AddPerson(ctx, tx, s.county, "管理丙", "示例"+names[i], "")
				if err != nil {
					return err
				}
				id[i], err = personnel.Appoint(ctx, tx, s.book, s.county, "管理丙", personnel.Move{Person: p, Post: post, On: day("2023-02-28").AddDays(i), Months: 12, Reason: "建账"})
				return err
			})
		}
		due := func(on string, within int) (out string) {
			s.Helper()
			s.read(func(tx *db.Tx) error {
				rs, err := personnel.Reminders(ctx, tx, s.book, s.county, day(on), within)
				for _, r := range rs {
					if !r.Vacancy() {
						out += fmt.Sprintf("%s %s %v;", r.Tenure.Post.Unit(), r.Tenure.ProbationUntil, r.Overdue)
					}
				}
				return err
			})
			return out
		}
		for on, want := range map[string]string{
			"2024-01-27": "", "2024-01-28": "县水务局 2024-02-27 false;", "2024-01-29": "县水务局 2024-02-27 false;",
			"2024-01-30": "县水务局 2024-02-27 false;县能源局 2024-02-29 false;",
			"2024-02-28": "县水务局 2024-02-27 true;县能源局 2024-02-29 false;县林业局 2024-03-01 false;",
			"2024-03-01": "县水务局 2024-02-27 true;县能源局 2024-02-29 true;县林业局 2024-03-01 false;",
		} {
			if got := due(on, 30); got != want {
				s.Errorf("on %s: %s, want %s", on, got, want)
			}
		}
		decide := func(i int, d personnel.Decision, on string) error {
			return s.db.Write(ctx, func(tx *db.Tx) error {
				return personnel.Decide(ctx, tx, s.county, "办公室丁", id[i], d, day(on), personnel.Basis{}, "考核")
			})
		}
		s.clock.Set("2024-02-20")
		s.Refuses(decide(0, personnel.Extended, "2024-02-27"), personnel.Invalid, "更晚")
		s.Refuses(decide(0, "promoted", "2024-02-27"), personnel.Invalid, "只能是")
		s.Refuses(decide(0, personnel.Confirmed, "2022-02-27"), personnel.Invalid, "早于")
		for i, d := range []personnel.Decision{personnel.Confirmed, personnel.Extended, personnel.Removed} {
			if err := decide(i, d, []string{"2024-02-28", "2024-08-28", "2024-02-28"}[i]); err != nil {
				s.Fatal(err)
			}
		}
		s.Refuses(decide(0, personnel.Confirmed, "2024-03-01"), personnel.Conflict, "没有待决定")
		if got, want := due("2024-08-20", 30), "县能源局 2024-08-28 false;"; got != want {
			s.Errorf("after the decisions: %s", got)
		}
		s.Holders("县林业局/局长", "2024-02-27", "示例寅")
		s.Holders("县林业局/局长", "2024-02-28", "")
		s.read(func(tx *db.Tx) error {
			vs, err := personnel.Versions(ctx, tx, s.county, id[1])
			if len(vs) != 2 || vs[0].ProbationUntil != day("2024-02-29") || vs[1].Decision != personnel.Extended || vs[1].Reason != "考核" {
				s.Errorf("versions %+v", vs)
			}
			rs, err2 := personnel.Reminders(ctx, tx, s.book, s.county, day("2024-08-20"), 30)
			vacant := 0
			for _, r := range rs {
				if r.Vacancy() && slices.Contains([]personnel.PostID{"县林业局/局长", "县水务局/局长", "县水务局/副局长"}, r.Post.ID) {
					vacant++
					if r.Post.ID != "县林业局/局长" {
						s.Errorf("%s is told as vacant", r.Post.ID)
					}
				}
			}
			if vacant != 1 {
				s.Error("the vacancy is not told")
			}
			return cmpErr(err, err2)
		})
	})
}

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// A correction is a new record; what was believed before can still be shown.
func TestTwoTimes(t *testing.T) {
	stories(t, func(s *story) {
		s.clock.Set("2024-01-10")
		a := s.seat("示例子", "县水务局/局长", "2023-06-01")
		s.clock.Set("2024-02-10")
		s.write(func(tx *db.Tx) error {
			ts, err := personnel.Tenures(ctx, tx, s.county, personnel.TenureFilter{Person: a}, time.Time{})
			if err != nil {
				return err
			}
			return personnel.Correct(ctx, tx, s.book, s.county, "管理丙", ts[0].ID, personnel.Fix{From: day("2023-09-01"), Reason: "任职日期误录"})
		})
		for _, c := range []struct{ on, recorded, want string }{
			{"2023-07-01", "", ""}, {"2023-09-01", "", "示例子"}, {"2023-07-01", "2024-02-09", "示例子"}, {"2023-07-01", "2024-02-11", ""},
			{"2023-07-01", "2024-01-09", ""},
		} {
			at := time.Time{}
			if c.recorded != "" {
				at = day(c.recorded).Time()
			}
			s.read(func(tx *db.Tx) error {
				ts, err := personnel.Tenures(ctx, tx, s.county, personnel.TenureFilter{Post: "县水务局/局长", On: day(c.on)}, at)
				got := ""
				for _, t := range ts {
					got += t.Name
				}
				if got != c.want {
					s.Errorf("on %s as recorded %s: %q, want %q", c.on, c.recorded, got, c.want)
				}
				return err
			})
		}
		s.read(func(tx *db.Tx) error {
			_, err := personnel.TenureBy(ctx, tx, s.county, 77)
			s.Refuses(err, personnel.NotFound, "编号为77")
			_, err = personnel.QuestionBy(ctx, tx, s.county, 77)
			s.Refuses(err, personnel.NotFound, "编号为77")
			return nil
		})
	})
}
