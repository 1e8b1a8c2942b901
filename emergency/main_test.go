package emergency_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/emergency"
	"zhixing/ledger"
	"zhixing/observation"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/rule"
	"zhixing/standard"
)

var ctx = context.Background()

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	county     = "990101"
	government = "青禾县人民政府"
	water      = "县水务局"
	rescue     = "县应急管理局"
	bureau     = "县环境局"
	hekou      = "河口镇"
)

func directory(t testing.TB) *org.Directory {
	t.Helper()
	d := org.NewDirectory(org.Place{Code: county, County: "青禾县", City: "云台市", Province: "某省"})
	for _, u := range []org.Unit{{Name: government, Kind: org.Government}, {Name: water, Kind: org.Department}, {Name: rescue, Kind: org.Department}, {Name: bureau, Kind: org.Department},
		{Name: hekou, Kind: org.Town, Code: "990101100"}} {
		if err := d.Add(u); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// The persons of the stories, by the name under which they are called.
func as(name string) emergency.Actor {
	seat := func(unit, title string, role personnel.Role) emergency.Actor {
		return emergency.Actor{Account: "zh-" + name, Name: "示例" + name, Seats: []personnel.Seat{{Post: personnel.PostID(unit + "/" + title), Unit: unit, Title: title, Role: role}}}
	}
	switch name {
	case "县长":
		return seat(government, "县长", personnel.Leader)
	case "副县长":
		return seat(government, "副县长", personnel.Leader)
	case "水务局长":
		return seat(water, "局长", personnel.Head)
	case "应急局长":
		return seat(rescue, "局长", personnel.Head)
	case "河口镇长":
		return seat(hekou, "镇长", personnel.Head)
	case "环境局长":
		return seat(bureau, "局长", personnel.Head)
	case "居民":
		return emergency.Actor{Account: "zh-居民", Name: "示例居民"}
	}
	panic(name)
}

func basis(clause string) rule.Basis {
	return rule.Basis{Document: "青政办发〔2023〕9号", Plan: "防汛", Clause: clause}
}

func flood() *emergency.Plan {
	task := func(do, unit, group string, within time.Duration, proof string) emergency.Task {
		return emergency.Task{Do: do, Unit: unit, Group: group, Within: within, Proof: proof}
	}
	patrol := task("巡查堤防", water, "抢险组", time.Hour, "")
	deputy, chief := []personnel.PostID{government + "/副县长", government + "/县长"}, []personnel.PostID{government + "/县长"}
	return &emergency.Plan{ID: "flood", Title: "青禾县防汛应急预案", Policy: "emergency-2023", Basis: basis("三"), Edition: "2023年版", Template: "模板",
		Command: []emergency.Seat{{Role: "指挥长", Posts: chief}, {Role: "副指挥长", Posts: []personnel.PostID{government + "/副县长"}}},
		Groups:  []emergency.Group{{Name: "抢险组", Lead: water, Members: []string{rescue}}, {Name: "转移组", Lead: hekou}},
		Levels: []emergency.Level{
			{N: 2, Trigger: "暴雨红色预警", Starts: []emergency.Start{{Hazard: "rainstorm", Level: standard.Red}}, Approve: chief, Ladder: "flood",
				Tasks: []emergency.Task{patrol, task("转移危险区群众", hekou, "转移组", 2*time.Hour, emergency.Picture)}},
			{N: 3, Trigger: "暴雨橙色预警", Starts: []emergency.Start{{Hazard: "rainstorm", Level: standard.Orange}}, Rules: []string{"river-high"}, Approve: deputy,
				Tasks: []emergency.Task{patrol, task("抢险队伍待命", rescue, "抢险组", 30*time.Minute, "")}},
		},
		After: []emergency.Task{{Do: "统计灾情", Unit: rescue, Within: 48 * time.Hour, Basis: basis("六")}}}
}

// works is a list of enterprises that have measures of their own for bad air, and what their meters send.
func works(t testing.TB) (*register.Schema, *observation.Observations, *emergency.Plan) {
	t.Helper()
	kw, err := quantity.ParseUnit("kW")
	if err != nil {
		t.Fatal(err)
	}
	s := &register.Schema{Name: "works", Title: "应急减排清单", Custodian: bureau, Key: []string{"编号"}, Label: "名称", Fields: []register.Field{{Name: "编号", Type: register.Text, Required: true},
		{Name: "名称", Type: register.Text, Required: true}, {Name: "橙色措施", Type: register.Text}, {Name: "橙色限值", Type: register.Number, Unit: kw}, {Name: "监管单位", Type: register.Unit}}}
	o, err := observation.New(county, []*observation.Definition{{Name: "power", Title: "用电负荷", Register: "works", Unit: kw, Kind: observation.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	scope := s.Scope(nil)
	where, err := rule.Compile(`橙色措施 != "自主减排"`, &scope, rule.OfBool)
	if err != nil {
		t.Fatal(err)
	}
	do, err := rule.CompileTemplate("{名称}：{橙色措施}", &scope)
	if err != nil {
		t.Fatal(err)
	}
	return s, o, &emergency.Plan{ID: "smog", Title: "青禾县重污染天气应急预案", Basis: basis("四"), Levels: []emergency.Level{{N: 2, Approve: []personnel.PostID{government + "/副县长"},
		Each: []emergency.Each{{Register: "works", Where: where, Do: do, Unit: register.Whose{Field: "监管单位", Unit: bureau}, Within: 2 * time.Hour,
			Proof: &emergency.Proof{Series: "power", Limit: "橙色限值"}}}}}}
}

type story struct {
	*testing.T
	*dbtest.Clock
	d     *db.DB
	e     *emergency.Emergencies
	heard []string
}

func stories(t *testing.T, do func(s *story)) {
	t.Helper()
	const start = "2023-07-11T14:00:00+08:00"
	clock := dbtest.At(start)
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(start)
		schema, o, smog := works(t)
		s := &story{T: t, Clock: clock, d: d}
		hear := func(format string, args ...any) error {
			s.heard = append(s.heard, fmt.Sprintf(format, args...))
			return nil
		}
		s.e = &emergency.Emergencies{County: county, Plans: []*emergency.Plan{flood(), smog}, Ledger: &ledger.Ledger{County: county}, Observations: o,
			Registers: &register.Registers{County: county, Schemas: []*register.Schema{schema}, Directory: directory(t), Workdays: calendar.National()},
			Call: func(_ context.Context, _ *db.Tx, a *emergency.Activation) error {
				return hear("call %s %s", emergency.LevelName(a.Level), a.State)
			},
			Ordered: func(_ context.Context, _ *db.Tx, _ *emergency.Activation, list []*emergency.Todo) error {
				for _, x := range list {
					if err := hear("order %s %s", x.Unit, x.Do); err != nil {
						return err
					}
				}
				return nil
			},
			Note: func(_ context.Context, _ *db.Tx, n emergency.Note) error { return hear("note %s", n.Says) },
			Lesson: func(_ context.Context, _ *db.Tx, _ emergency.Actor, _ *emergency.Activation, l emergency.Lesson) (string, error) {
				return "/duties/9", hear("lesson %s %s", l.Unit, l.Do)
			},
		}
		do(s)
	})
}

// do writes, and gives what was heard meanwhile.
func (s *story) do(f func(tx *db.Tx) error) (heard string, err error) {
	s.Helper()
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		s.heard = nil // a transaction may be tried again
		return f(tx)
	})
	return strings.Join(s.heard, "；"), err
}

func (s *story) must(f func(tx *db.Tx) error) string {
	s.Helper()
	heard, err := s.do(f)
	if err != nil {
		s.Fatal(err)
	}
	return heard
}

func (s *story) refused(want string, f func(tx *db.Tx) error) {
	s.Helper()
	_, err := s.do(f)
	if ledger.KindOf(err) == 0 || !strings.Contains(err.Error(), want) {
		s.Errorf("%v, want a refusal with %q", err, want)
	}
}

func (s *story) start(name string, in emergency.Opening) *emergency.Activation {
	s.Helper()
	var a *emergency.Activation
	s.must(func(tx *db.Tx) (err error) {
		a, err = s.e.Activate(ctx, tx, as(name), in)
		return err
	})
	return a
}

func (s *story) situation(id emergency.ID) (x *emergency.Situation) {
	s.Helper()
	err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
		x, err = s.e.Situation(ctx, tx, as("县长"), id)
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return x
}

// log is the log in lines, the first first.
func (s *story) log(id emergency.ID) string {
	s.Helper()
	var out []string
	err := s.d.Read(ctx, func(tx *db.Tx) error {
		lines, err := s.e.Log(ctx, tx, as("县长"), id, 100, 0)
		for i := len(lines) - 1; i >= 0; i-- {
			out = append(out, lines[i].Kind.Chinese()+" "+lines[i].Name+" "+lines[i].Words)
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return strings.Join(out, "\n")
}

func (s *story) proposals() (list []*emergency.Proposal) {
	s.Helper()
	err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = s.e.Proposals(ctx, tx, as("县长"))
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return list
}
