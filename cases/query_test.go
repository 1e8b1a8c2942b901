package cases_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
)

// Lists: what each may see, filters, pages, and the cases as they stood on a day.
func TestLists(t *testing.T) {
	stories(t, func(s *story) {
		var ids []cases.ID
		for i := range 7 {
			f := over(fmt.Sprintf("outlets/P%d", i))
			f.Label = fmt.Sprintf("%d号排口", i)
			if i%2 == 1 {
				f.Unit = shangling
			}
			ids = append(ids, s.found(f))
			s.feed("分局经办", ids[i])
		}
		s.accept("河口镇长", ids[0])
		s.At("2023-09-26")
		s.putRight("河口镇长", ids[0])
		list := func(name string, q cases.Query) string {
			s.Helper()
			var out []string
			s.read(func(tx *db.Tx) error {
				return s.c.Each(ctx, tx, as(name), q, func(r cases.Row) error {
					out = append(out, fmt.Sprintf("%d%s", int64(r.ID), r.State))
					return nil
				})
			})
			return strings.Join(out, " ")
		}
		for _, c := range []struct {
			name string
			q    cases.Query
			want string
		}{
			{"督查甲", cases.Query{}, "7受理 6受理 5受理 4受理 3受理 2受理 1核查"},
			{"河口经办", cases.Query{}, "7受理 5受理 3受理 1核查"},
			{"住建局长", cases.Query{}, ""},
			{"督查甲", cases.Query{Unit: shangling}, "6受理 4受理 2受理"},
			{"督查甲", cases.Query{Holder: bureau}, "1核查"},
			{"督查甲", cases.Query{State: cases.Checking}, "1核查"},
			{"督查甲", cases.Query{Text: "3号排口"}, "4受理"},
			{"督查甲", cases.Query{Text: "%"}, ""},
			{"督查甲", cases.Query{Text: "7"}, "7受理"}, // its number; the labels are 0 to 6
			{"督查甲", cases.Query{Late: true}, "7受理 6受理 5受理 4受理 3受理 2受理"},
			{"督查甲", cases.Query{Subject: "outlets/P2"}, "3受理"},
			{"督查甲", cases.Query{From: day("2023-09-21")}, ""},
			{"督查甲", cases.Query{Box: &cases.Box{West: 111, South: 35, East: 112, North: 36}}, "7受理 6受理 5受理 4受理 3受理 2受理 1核查"},
			{"督查甲", cases.Query{Box: &cases.Box{West: 112, South: 35, East: 113, North: 36}}, ""},
			{"督查甲", cases.Query{On: day("2023-09-20")}, "7受理 6受理 5受理 4受理 3受理 2受理 1整改"},
			{"督查甲", cases.Query{On: day("2023-09-20"), State: cases.PuttingIt}, "1整改"},
			{"督查甲", cases.Query{On: day("2023-09-20"), Holder: hekou}, "7受理 5受理 3受理 1整改"},
			{"督查甲", cases.Query{On: day("2023-09-19")}, ""},
			{"督查甲", cases.Query{Sort: cases.ByDue}, "2受理 3受理 4受理 5受理 6受理 7受理 1核查"},
		} {
			if got := list(c.name, c.q); got != c.want {
				t.Errorf("%s %+v: %s, want %s", c.name, c.q, got, c.want)
			}
		}
		for _, sort := range []cases.Sort{cases.Newest, cases.ByDue} { // pages give each case once
			var got []cases.ID
			q := cases.Query{Size: 2, Sort: sort}
			for {
				var p cases.Page
				s.read(func(tx *db.Tx) (err error) {
					p, err = s.c.List(ctx, tx, as("督查甲"), q)
					return err
				})
				if p.Total != 7 {
					t.Errorf("total %d", p.Total)
				}
				for _, r := range p.Rows {
					got = append(got, r.ID)
				}
				if q.After = p.Next; q.After == "" {
					break
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, ids) {
				t.Errorf("%q: %v", sort, got)
			}
		}
		for _, q := range []cases.Query{{Size: 1001}, {Size: -1}, {Sort: "x"}, {After: "x"}, {Text: "a\x00"}, {Text: strings.Repeat("x", 400)}, {On: day("2023-09-20"), Late: true}} {
			s.read(func(tx *db.Tx) error {
				_, err := s.c.List(ctx, tx, as("督查甲"), q)
				s.refused(err, ledger.Invalid, "")
				return nil
			})
		}
		s.read(func(tx *db.Tx) error {
			st, err := s.c.StatsOf(ctx, tx, as("督查甲"), cases.Query{})
			if err != nil || st.Total != 7 || st.Open != 7 || st.Late != 6 || st.States[cases.Acceptance] != 6 || st.Units[shangling] != 3 || st.Rules["outlet-over"] != 7 ||
				st.Steps != 9 || st.OnTime != 9 || st.Share() != 100 || st.Median != -1 {
				t.Errorf("%+v, %v", st, err)
			}
			d, err := s.c.DeskOf(ctx, tx, as("上岭乡长"), 2)
			if err != nil || d.Total != 3 || d.Late != 3 || len(d.Waiting) != 2 || !d.Waiting[0].Late {
				t.Errorf("%+v, %v", d, err)
			}
			var rows [][]string
			err = s.c.Export(ctx, tx, as("审计"), cases.Query{}, func(r []string) error {
				rows = append(rows, r)
				return nil
			})
			if err != nil || len(rows) != 7 || len(rows[0]) != len(cases.Columns) {
				t.Errorf("%v, %v", rows, err)
			}
			return nil
		})
	})
}

// Hits: each clock once, against who had it when it ran out; what is over stays as it was.
func TestHits(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		s.feed("分局经办", id)
		s.At("2023-09-25")
		s.accept("河口镇长", id) // due on the 21st: late since the 22nd
		s.At("2023-10-20")   // due on 13 October, handed up when it is late already
		s.must("河口镇长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.HandUp(ctx, tx, by, id, cases.Handing{To: bureau, Reason: "办不了"})
		})
		hits := func(from, to string) []cases.Hit {
			var out []cases.Hit
			s.read(func(tx *db.Tx) (err error) {
				out, err = cases.Overdue(ctx, tx, county, day(from), day(to))
				return err
			})
			return out
		}
		got := hits("2023-09-01", "2023-10-31")
		if len(got) != 2 || got[0].Unit != hekou || got[0].Day != day("2023-09-22") || got[1].Unit != hekou || got[1].Kind != cases.HitOverdue || got[1].Day != day("2023-10-14") {
			t.Errorf("%+v", got)
		}
		if one := hits("2023-09-01", "2023-09-30"); len(one) != 1 || one[0] != got[0] {
			t.Errorf("%+v", one)
		}
		s.putRight("分局长", id)
		s.check("督查甲", id)
		if again := hits("2023-09-01", "2023-10-31"); !slices.Equal(again, got) {
			t.Errorf("what was done later changes what was: %+v", again)
		}
	})
}
