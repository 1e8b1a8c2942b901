package finding

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/rule"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

// county is an invented one: outlets into a river, its sections, samples of the outlets.
func schemas() []*register.Schema {
	field := func(name string, t register.FieldType) register.Field { return register.Field{Name: name, Type: t} }
	sections := &register.Schema{Name: "sections", Title: "断面台账", Key: []string{"名称"}, Fields: []register.Field{field("名称", register.Text), field("目标类别", register.Text), field("责任单位", register.Text)}}
	outlets := &register.Schema{Name: "outlets", Title: "排污口台账", Key: []string{"编号"}, Label: "名称", States: []string{"在用", "停用"},
		Moves: []register.Move{{From: []string{"在用"}, To: "停用"}},
		Fields: []register.Field{field("编号", register.Text), field("名称", register.Text), field("责任单位", register.Text), field("限值", register.Number),
			field("溯源日期", register.Day), field("日排水量", register.Number), {Name: "断面", Type: register.Ref, Register: "sections"}, field("在线监测", register.YesNo)}}
	samples := &register.Schema{Name: "samples", Title: "采样台账", Fields: []register.Field{{Name: "排口", Type: register.Ref, Register: "outlets"}, field("采样日期", register.Day), field("合格", register.YesNo)}}
	outlets.Obligations = []register.Obligation{
		{ID: "plan", Name: "制定方案", Within: calendar.Span{N: 1, Unit: calendar.Months}, To: register.Whose{Field: "责任单位"}, Severity: "较重", Ladder: "outlet",
			Done: compile("有(溯源日期)", entryScope(outlets), rule.OfBool), Basis: rule.Basis{Document: "甲政办发〔2023〕1号", Clause: "二/1"}},
	}
	samples.Checks = nil
	return []*register.Schema{sections, outlets, samples}
}

func entryScope(s *register.Schema) *rule.Scope {
	sc := s.Scope(func(n register.Name) (*register.Schema, bool) { return nil, false })
	sc.Values = []string{"限值", "天数上限"}
	sc.World = anyWorld
	return &sc
}

func anyWorld(c *rule.Call) (rule.Type, error) {
	if c.Name == "指标" && strings.HasPrefix(c.Text(0), "class") {
		return rule.OfText, nil
	}
	return rule.OfNumber, nil
}

func compile(src string, s *rule.Scope, want rule.Type) *rule.Expr {
	return rule.MustCompile(src, s, want)
}

func readingScope() *rule.Scope {
	return &rule.Scope{Names: map[string]rule.Type{"值": rule.OfNumber, "时间": rule.OfInstant, "标志": rule.OfText, "名称": rule.OfText, "单位": rule.OfText, "条目": rule.OfEntry("outlets")},
		Fields: func(string) map[string]rule.Type {
			return map[string]rule.Type{"限值": rule.OfNumber, "名称": rule.OfText, "责任单位": rule.OfText, "目标类别": rule.OfText}
		}, Values: []string{"限值"}, World: anyWorld}
}

func resultScope(t rule.Type) *rule.Scope {
	return &rule.Scope{Names: map[string]rule.Type{"值": t, "目标": t, "达标": rule.OfBool, "名称": rule.OfText, "条目": rule.OfEntry("sections")},
		Fields: func(string) map[string]rule.Type {
			return map[string]rule.Type{"名称": rule.OfText, "目标类别": rule.OfText}
		}, World: anyWorld}
}

func names(list ...string) (out []observation.SeriesName) {
	for _, n := range list {
		out = append(out, observation.SeriesName(n))
	}
	return out
}

func template(src string, s *rule.Scope) *rule.Template {
	t, err := rule.CompileTemplate(src, s)
	if err != nil {
		panic(err)
	}
	return t
}

func definitions() []*observation.Definition {
	return []*observation.Definition{
		{Name: "cod", Title: "化学需氧量", Register: "outlets", Unit: "mg/L", Kind: observation.Hour, Silence: 4 * time.Hour, Item: "COD"},
		{Name: "flow", Title: "流量", Register: "outlets", Unit: "m3/h", Kind: observation.Hour},
		{Name: "nh3", Title: "氨氮", Register: "sections", Unit: "mg/L", Kind: observation.Sample, Item: "NH3N"},
		{Name: "tp", Title: "总磷", Register: "sections", Unit: "ug/L", Kind: observation.Sample, Item: "TP"},
	}
}

// story is a county with a clock and a database.
type story struct {
	*testing.T
	d     *db.DB
	j     *Judge
	clock *dbtest.Clock
	heard []string
	cases map[ID]bool // open ones
}

func tell(t *testing.T, now string, rules []Rule, indicators []Indicator, do func(s *story)) {
	t.Helper()
	start := instant(t, now).Format(time.RFC3339)
	clock := dbtest.At(start)
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(start)
		do(newStory(t, d, clock, rules, indicators))
	})
}

func newStory(t *testing.T, d *db.DB, clock *dbtest.Clock, rules []Rule, indicators []Indicator) *story {
	s := &story{T: t, d: d, clock: clock, cases: map[ID]bool{}}
	o, err := observation.New("990101", definitions())
	if err != nil {
		t.Fatal(err)
	}
	regs := &register.Registers{County: "990101", Schemas: schemas()}
	s.j = &Judge{County: "990101", Registers: regs, Observations: o, Rules: rules, Indicators: indicators,
		Values: []Value{{Name: "限值", Unit: "mg/L", Dated: []Dated{
			{Value: quantity.MustParse("50"), From: calendar.Date{Year: 2023, Month: 1, Day: 1}, Source: "甲政办发〔2023〕1号 二(1)"},
			{Value: quantity.MustParse("30"), From: calendar.Date{Year: 2024, Month: 1, Day: 1}, Source: "甲政办发〔2024〕1号 二(1)"}}},
			{Name: "天数上限", Dated: []Dated{{Value: quantity.MustParse("10"), From: calendar.Date{Year: 2023, Month: 1, Day: 1}}}}},
		Opened: func(_ context.Context, _ *db.Tx, f Finding) error {
			s.heard = append(s.heard, fmt.Sprintf("opened %d %s %s", f.ID, f.Rule, f.Subject))
			return nil
		},
		Over: func(_ context.Context, _ *db.Tx, f Finding, why string) error {
			s.heard = append(s.heard, fmt.Sprintf("over %d %s", f.ID, f.State))
			return nil
		},
		CaseOpen: func(_ context.Context, _ *db.Tx, id ID) (bool, error) { return s.cases[id], nil },
	}
	o.Recorded, o.Unwanted, regs.Changed, regs.Beyond = s.j.Recorded, s.j.Unwanted, s.j.EntryChanged, s.j.Beyond
	return s
}

func (s *story) write(do func(tx *db.Tx) error) {
	s.Helper()
	heard := len(s.heard)
	err := s.d.Write(ctx, func(tx *db.Tx) error {
		s.heard = s.heard[:heard] // a transaction may be tried again
		return do(tx)
	})
	if err != nil {
		s.Fatal(err)
	}
}

func (s *story) entry(name register.Name, fields ...string) {
	s.Helper()
	in := register.Input{Fields: map[string]string{}}
	for _, f := range fields {
		k, v, _ := strings.Cut(f, "=")
		in.Fields[k] = v
	}
	s.write(func(tx *db.Tx) error {
		_, err := s.j.Registers.Put(ctx, tx, register.System, name, in)
		return err
	})
}

// give records readings written as "cod/P1 2023-09-20 09:00 61 N".
func (s *story) give(lines ...string) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		r, err := s.j.Observations.Record(ctx, tx, readings(s.T, lines...))
		if err == nil && len(r.Refused) > 0 {
			s.Fatal(r.Refused)
		}
		return err
	})
}

func readings(t testing.TB, lines ...string) (out []observation.Reading) {
	for _, line := range lines {
		f := strings.Fields(line)
		name, key, _ := strings.Cut(f[0], "/")
		r := observation.Reading{Name: observation.SeriesName(name), Key: key, At: instant(t, f[1]+" "+f[2]), Source: "test"}
		r.Value = observation.Value{Empty: true, Flag: observation.Normal}
		if len(f) > 3 && f[3] != "-" {
			v, err := quantity.ParseSample(f[3])
			if err != nil {
				t.Fatal(err)
			}
			r.Value = observation.Measured(v)
		}
		if len(f) > 4 {
			r.Flag = observation.Flag(f[4][0])
		}
		out = append(out, r)
	}
	return out
}

func instant(t testing.TB, s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

func (s *story) now(t string) {
	s.Helper()
	if len(t) == len("2006-01-02") {
		t += " 08:00"
	}
	s.clock.Set(instant(s, t).Format(time.RFC3339))
}

func (s *story) tick() {
	s.Helper()
	for more := true; more; {
		s.write(func(tx *db.Tx) (err error) {
			more, err = s.j.Tick(ctx, tx)
			return err
		})
	}
}

// at sets the clock and lets it tick.
func (s *story) at(t string) {
	s.Helper()
	s.now(t)
	s.tick()
}

func (s *story) findings(q Query) (out []Finding) {
	s.Helper()
	q.Inhibited = true
	err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = s.j.Findings(ctx, tx, q)
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return out
}

// all is every finding in a line, oldest first.
func (s *story) all() string {
	s.Helper()
	var out []string
	for _, state := range []State{Open, Recovered, Void} {
		for _, f := range s.findings(Query{State: state}) {
			line := fmt.Sprintf("%d %s %s %s ×%d", f.ID, f.Rule, f.Subject, f.State, f.Times)
			if f.Inhibited != "" {
				line += " behind " + f.Inhibited
			}
			out = append(out, line)
		}
	}
	sortLines(out)
	return strings.Join(out, "; ")
}

func sortLines(l []string) {
	for i := range l {
		for k := i; k > 0 && l[k] < l[k-1]; k-- {
			l[k], l[k-1] = l[k-1], l[k]
		}
	}
}

func (s *story) want(what, got, want string) {
	s.Helper()
	if got != want {
		s.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func (s *story) wantAll(what, want string) {
	s.Helper()
	s.want(what, s.all(), want)
}

// said empties what was heard.
func (s *story) said() string {
	out := strings.Join(s.heard, "; ")
	s.heard = nil
	return out
}
