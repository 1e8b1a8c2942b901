package finding

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/observation"
	"zhixing/register"
	"zhixing/rule"
)

// runRule is a rule over the readings of cod that holds and clears after so many.
func runRule(id, when, clears string, holds, clear int) Rule {
	sc := readingScope()
	out := Rule{ID: id, Title: id, Readings: names("cod"), When: compile(when, sc, rule.OfBool), For: holds, ClearFor: clear, Says: template("{值}", sc)}
	if clears != "" {
		out.Clears = compile(clears, sc, rule.OfBool)
	}
	return out
}

// orderRules are rules of all kinds of runs over one series.
func orderRules() []Rule {
	r := runRule
	return []Rule{
		r("one", "值 > 5", "", 1, 1), r("runs", "值 > 5", "", 3, 2), r("between", "值 > 7", "值 < 4", 2, 2), r("mean", `均值("3小时") > 5`, "", 2, 1),
		r("flag", `标志 == "D"`, "", 1, 2), r("count", `次数("5小时") < 3 && 值 > 2`, "", 2, 2),
	}
}

// found is what rules found in the end: every episode of findings that stand.
func (s *story) found() string {
	s.Helper()
	var out []string
	for _, f := range s.findings(Query{Size: 1000}) {
		var list []episode
		err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
			if list, err = s.j.episodesOf(ctx, tx, f.ID); err == nil && len(list) > 0 && list[len(list)-1].overAt.IsZero() {
				err = s.j.countUp(ctx, tx, &list[len(list)-1])
			}
			return err
		})
		if err != nil {
			s.Fatal(err)
		}
		open := Recovered
		for _, e := range list {
			out = append(out, episodeText(f.Rule, e))
			if e.overAt.IsZero() {
				open = Open
			}
		}
		if len(list) == 0 || f.State != open {
			s.Errorf("finding %d is %s with %d episodes", f.ID, f.State, len(list))
		}
		if o := s.occurrences(f.ID); len(o) != min(f.Times, maxKept+1) || o[0].N != f.Times || !o[0].At.Equal(f.LastAt) {
			s.Errorf("finding %d was seen %d times; %d are listed, the last is number %d at %s, not %s", f.ID, f.Times, len(o), o[0].N, o[0].At, f.LastAt)
		}
	}
	sortLines(out)
	return strings.Join(out, "\n")
}

func (s *story) occurrences(id ID) (out []Occurrence) {
	s.Helper()
	err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = s.j.Occurrences(ctx, tx, id)
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return out
}

func episodeText(rule string, e episode) string {
	t := func(at time.Time) string {
		if at.IsZero() {
			return "open"
		}
		return at.In(calendar.Zone).Format("02T15")
	}
	return fmt.Sprintf("%s %s %s–%s ×%d", rule, t(e.since), t(e.raiseAt), t(e.overAt), e.times)
}

// TestOrderOfArrivalDoesNotMatter: whatever order and batches readings come in, the same is found in the end; the first order is
// that of their time.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for seed := range rounds {
		tell(t, "2023-09-29 08:00", orderRules(), nil, func(s *story) {
			r := rand.New(rand.NewPCG(uint64(seed), 7))
			n := 20 + r.IntN(30)
			var lines []string
			for i := range n {
				flag := ""
				if r.IntN(8) == 0 {
					flag = " D"
				}
				lines = append(lines, fmt.Sprintf("2023-09-%02d %02d:00 %d%s", 20+i/24, i%24, r.IntN(10), flag))
			}
			s.entry("outlets", "编号=P1", "名称=一号排口", "责任单位=甲镇人民政府")
			var first string
			for order := range 4 {
				key := fmt.Sprintf("P%d", order+1)
				if order > 0 {
					r.Shuffle(n, func(i, k int) { lines[i], lines[k] = lines[k], lines[i] })
				}
				for rest := lines; len(rest) > 0; {
					k := min(1+r.IntN(5), len(rest))
					var batch []string
					for _, l := range rest[:k] {
						batch = append(batch, "cod/"+key+" "+l)
					}
					s.give(batch...)
					rest = rest[k:]
				}
				got := s.foundOf("cod/" + key)
				if order == 0 {
					first = got
				} else if got != first {
					s.Fatalf("seed %d, order %d: found\n%s\nbut in the order of time\n%s\nreadings %s", seed, order, got, first, strings.Join(lines, "; "))
				}
			}
			if first == "" {
				s.Error("nothing was found at all")
			}
			s.found()
		})
	}
}

func (s *story) foundOf(subject string) string {
	s.Helper()
	var out []string
	for _, r := range s.j.Rules {
		var list []episode
		err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
			list, err = s.j.episodesFrom(ctx, tx, trackKey{r.ID, subject}, time.Unix(1, 0))
			return err
		})
		if err != nil {
			s.Fatal(err)
		}
		for _, e := range list {
			out = append(out, episodeText(r.ID, e))
		}
	}
	return strings.Join(out, "\n")
}

// TestSuperseded: readings that are replaced and taken back leave what there would be had they come right at once.
func TestSuperseded(t *testing.T) {
	for seed := range 6 {
		tell(t, "2023-09-29 08:00", orderRules(), nil, func(s *story) {
			r := rand.New(rand.NewPCG(uint64(seed), 9))
			final := map[int]string{}
			var wrong, right []string
			for i := range 30 {
				at := fmt.Sprintf("2023-09-20 %02d:00", i%24)
				if i >= 24 {
					at = fmt.Sprintf("2023-09-21 %02d:00", i-24)
				}
				wrong = append(wrong, fmt.Sprintf("cod/P1 %s %d", at, r.IntN(10)))
				switch r.IntN(4) {
				case 0:
					final[i] = fmt.Sprintf("%s %d", at, r.IntN(10))
				case 1:
					final[i] = at + " - V"
				default:
					final[i] = strings.TrimPrefix(wrong[i], "cod/P1 ")
				}
			}
			s.give(wrong...)
			for _, i := range r.Perm(30) {
				s.give("cod/P1 " + final[i])
				if !strings.HasSuffix(final[i], "V") {
					right = append(right, "cod/P2 "+final[i])
				}
			}
			s.give(right...)
			s.want(fmt.Sprintf("seed %d", seed), s.foundOf("cod/P1"), s.foundOf("cod/P2"))
			s.found()
		})
	}
}

// TestThousandAtOnce: a thousand identical events at once make one finding, seen a thousand times.
func TestThousandAtOnce(t *testing.T) {
	tell(t, "2023-09-20 08:00", nil, nil, func(s *story) {
		n := 1000
		if s.d.Dialect == db.PostgreSQL {
			n = 200 // a round trip each
		}
		errs := make(chan error, n)
		for range n {
			go func() {
				errs <- s.d.Write(ctx, func(tx *db.Tx) error {
					_, err := s.j.Raise(ctx, tx, Raised{Rule: "six/围挡", Subject: "sites/S1", Entry: "sites/S1", Unit: "甲公司", Detail: Detail{Title: "围挡不合格", Says: "工地周边没有全部围挡"}})
					return err
				})
			}()
		}
		for range n {
			if err := <-errs; err != nil {
				s.Fatal(err)
			}
		}
		s.wantAll("one", fmt.Sprintf("1 six/围挡 sites/S1 未恢复 ×%d", n))
		o := s.occurrences(1)
		if len(o) != maxKept+1 || o[0].N != n || o[len(o)-1].N != 1 {
			s.Errorf("%d occurrences are kept, from %d to %d", len(o), o[len(o)-1].N, o[0].N)
		}
		s.write(func(tx *db.Tx) error {
			ok, err := s.j.Recover(ctx, tx, "six/围挡", "sites/S1", "复查合格", []Seen{{"围挡", "合格", "检查"}})
			if !ok {
				s.Error("it was not open")
			}
			return err
		})
		s.wantAll("over", fmt.Sprintf("1 six/围挡 sites/S1 已恢复 ×%d", n))
	})
}

func BenchmarkJudge(b *testing.B) {
	j := &Judge{County: "990101", Rules: []Rule{overRule()}, Registers: &register.Registers{County: "990101", Schemas: schemas()}}
	o, err := observation.New("990101", definitions())
	if err != nil {
		b.Fatal(err)
	}
	j.Observations = o
	j.Values = []Value{{Name: "限值", Dated: []Dated{{Value: readings(b, "cod/P1 2023-09-20 08:00 50")[0].Decimal, From: calendar.Date{Year: 2023, Month: 1, Day: 1}}}}}
	r := readings(b, "cod/P1 2023-09-20 08:00 12.5")[0]
	w := j.world(&db.Tx{})
	d := o.Definition("cod")
	f := w.following(&j.Rules[0], "cod/P1", "outlets/P1", track{})
	b.ReportAllocs()
	for b.Loop() {
		if err := f.reading(ctx, d, &r); err != nil {
			b.Fatal(err)
		}
	}
}
