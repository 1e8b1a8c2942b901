package warning

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/rule"
	"zhixing/warning/cap"
)

const county = "990001"

var ctx = context.Background()

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	weather = "县气象局"
	housing = "县住建局"
	schools = "县教体局"
	waters  = "县水利局"
)

// rainstorm is a hazard with two levels: yellow waits for the morning, orange passes.
func rainstorm() *Hazard {
	basis := rule.Basis{Document: "青政发〔2023〕5号", Clause: "二/(三)/5"}
	head := []personnel.PostID{personnel.ID(weather, "局长"), personnel.ID(weather, "副局长")}
	return &Hazard{
		ID: "rainstorm", Name: "暴雨", Code: "11B03", Category: "Met", Basis: basis,
		Issuing: Issuing{
			Unit: weather, Sender: "qxj@qinghe.example", Code: "41600000", Contact: "12379", Draft: []string{weather}, Approve: head,
			Night:   Night{From: 22 * 60, To: 6 * 60, Alone: []personnel.PostID{personnel.ID(weather, "值班首席")}, Confirm: 9 * 60},
			Quiet:   Quiet{From: 22 * 60, To: 6*60 + 30, Passes: orange, Gather: 2 * time.Minute},
			Sources: []Source{{Name: "云台市气象台", Sender: "qxt@yuntai.example", Dialect: "cap"}, {Name: "国家预警平台", Sender: "99000041600000@12379.example", Dialect: "national"}},
		},
		Quality: Quality{Lead: 45 * time.Minute, Accuracy: 85, Gap: 6 * time.Hour, Least: yellow},
		Signals: []Signal{
			{Level: yellow, Criteria: "6小时内降雨量将达50毫米以上", Urgency: "Expected", Severity: "Moderate", Certainty: "Likely", Responses: []string{"Prepare"},
				Instruction: "减少外出，检查排水。", Valid: 6 * time.Hour, Rules: []string{"rain-6h"},
				Duties: []Duty{{Unit: waters, Do: "巡查水库和淤地坝", Within: time.Hour}}},
			{Level: orange, Criteria: "3小时内降雨量将达50毫米以上", Urgency: "Immediate", Severity: "Severe", Certainty: "Likely", Responses: []string{"Prepare", "Avoid"},
				Instruction: "转移危险区群众，不涉水过河。", Valid: 3 * time.Hour, Rules: []string{"rain-3h"}, Ladder: "rain",
				Duties: []Duty{{Unit: waters, Do: "巡查水库和淤地坝", Within: time.Hour}},
				Stops: []Stop{{Kind: StopWork, Sector: "在建工地", Unit: housing, Order: "停止室外施工", Within: time.Hour},
					{Kind: StopSchool, Sector: "山区学校", Unit: schools, Order: "停课", Within: 2 * time.Hour}},
				Forecast: &Foreseen{Element: "降雨量", Window: 3 * time.Hour}},
		},
	}
}

var cast = map[string]personnel.Seat{
	"预报员甲": {Unit: weather, Title: "预报员", Role: personnel.Member}, "预报员乙": {Unit: weather, Title: "预报员", Role: personnel.Member},
	"值班首席": {Unit: weather, Title: "值班首席", Role: personnel.Member}, "局长": {Unit: weather, Title: "局长", Role: personnel.Head}, "副局长": {Unit: weather, Title: "副局长", Role: personnel.Head},
	"住建局长": {Unit: housing, Title: "局长", Role: personnel.Head}, "教体局长": {Unit: schools, Title: "局长", Role: personnel.Head}, "水利经办": {Unit: waters, Title: "经办", Role: personnel.Member},
	"督查": {Unit: "青禾县人民政府办公室", Title: "督查专员", Role: personnel.Office}, "审计": {Unit: weather, Title: "审计", Role: personnel.Auditor},
}

func as(name string) Actor {
	s, ok := cast[name]
	if !ok {
		panic("nobody is called " + name)
	}
	s.Post = personnel.ID(s.Unit, s.Title)
	return Actor{Account: "zh-" + name, Name: "示例" + name, Seats: []personnel.Seat{s}}
}

// story is a county with its warnings, on a clock that the story sets, and what went out.
type story struct {
	*testing.T
	db    *db.DB
	clock *dbtest.Clock
	w     *Warnings

	inside []Recipient // the audience
	sent   []Telling
	keep   map[string][]Recipient // what the outbox still has, by key
	calls  []string
	orders []string
	lifted []string
	notes  []string
	plans  []string
	reach  []Reached
}

func stories(t *testing.T, at string, tell func(s *story)) {
	clock := dbtest.At(at)
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(at)
		s := &story{T: t, db: d, clock: clock, inside: []Recipient{3, 5, 8}, keep: map[string][]Recipient{}}
		s.w = &Warnings{County: county, Place: "青禾县", Hazards: []*Hazard{rainstorm()}}
		s.w.CodeOf = func(town, _ string) string {
			return map[string]string{"河口镇": "990001100", "上岭乡": "990001200"}[town]
		}
		s.w.Audience = func(context.Context, *db.Tx, *Version) ([]Recipient, error) { return s.inside, nil }
		s.w.Tell = func(_ context.Context, _ *db.Tx, g Telling) error { s.sent = append(s.sent, g); return nil }
		s.w.Withdraw = func(_ context.Context, _ *db.Tx, key string) ([]Recipient, error) {
			out := s.keep[key]
			delete(s.keep, key)
			return out, nil
		}
		s.w.Call = func(_ context.Context, _ *db.Tx, v *Version) error {
			s.calls = append(s.calls, fmt.Sprint(v.Subject(), v.Kind, v.State, v.Level))
			return nil
		}
		s.w.Ordered = func(_ context.Context, _ *db.Tx, _ *Version, list []Order) error {
			s.orders = append(s.orders, whats(list)...)
			return nil
		}
		s.w.Lifted = func(_ context.Context, _ *db.Tx, _ *Version, list []Order) error {
			s.lifted = append(s.lifted, whats(list)...)
			return nil
		}
		s.w.Start = func(_ context.Context, _ *db.Tx, v *Version) error {
			s.plans = append(s.plans, v.Kind.Chinese()+string(v.Level))
			return nil
		}
		s.w.Note = func(_ context.Context, _ *db.Tx, n Note) error { s.notes = append(s.notes, string(n.Kind)); return nil }
		s.w.Reached = func(context.Context, *db.Tx, string, time.Time, time.Time) ([]Reached, error) { return s.reach, nil }
		tell(s)
	})
}

func whats(list []Order) (out []string) {
	for _, o := range list {
		out = append(out, o.What)
	}
	return out
}

func (s *story) at(t string) { s.clock.Set("2023-07-" + strings.Replace(t, " ", "T", 1) + ":00+08:00") }

func (s *story) do(act func(tx *db.Tx) error) {
	s.Helper()
	if err := s.db.Write(ctx, act); err != nil {
		s.Fatal(err)
	}
}

// refused wants a refusal that says some words.
func (s *story) refused(kind ledger.Kind, words string, act func(tx *db.Tx) error) {
	s.Helper()
	err := s.db.Write(ctx, act)
	var e *ledger.Error
	if !errors.As(err, &e) || e.Kind != kind || !strings.Contains(e.Message, words) {
		s.Errorf("want a refusal of kind %d with %q, got %v", kind, words, err)
	}
}

func (s *story) draft(who string, d Draft) *Version {
	s.Helper()
	var v *Version
	s.do(func(tx *db.Tx) (err error) { v, err = s.w.Draft(ctx, tx, as(who), d); return err })
	return v
}

func (s *story) submit(who string, v *Version) {
	s.Helper()
	s.do(func(tx *db.Tx) error { _, err := s.w.Submit(ctx, tx, as(who), v.Event, v.N); return err })
}

func (s *story) publish(who string, v *Version) *Version {
	s.Helper()
	var out *Version
	s.do(func(tx *db.Tx) (err error) { out, err = s.w.Publish(ctx, tx, as(who), v.Event, v.N); return err })
	return out
}

// warn drafts, submits and publishes.
func (s *story) warn(d Draft) *Version {
	s.Helper()
	v := s.draft("预报员甲", d)
	s.submit("预报员甲", v)
	return s.publish("局长", v)
}

func (s *story) tick() {
	s.Helper()
	for more := true; more; {
		s.do(func(tx *db.Tx) (err error) { more, err = s.w.Tick(ctx, tx, tx.Now()); return err })
	}
}

// read gives what a reading function finds.
func read[T any](s *story, do func(tx *db.Tx) (T, error)) T {
	s.Helper()
	var out T
	if err := s.db.Read(ctx, func(tx *db.Tx) (err error) { out, err = do(tx); return err }); err != nil {
		s.Fatal(err)
	}
	return out
}

func (s *story) event(id EventID) *Event {
	s.Helper()
	return read(s, func(tx *db.Tx) (*Event, error) { return s.w.event(ctx, tx, "test", id) })
}

func (s *story) version(id EventID, n int) *Version {
	s.Helper()
	return read(s, func(tx *db.Tx) (*Version, error) { return s.w.version(ctx, tx, "test", id, n) })
}

// document is the CAP document of a version, read back by the rules of CAP.
func (s *story) document(id EventID, n int) *cap.Alert {
	s.Helper()
	b := read(s, func(tx *db.Tx) ([]byte, error) { return s.w.Document(ctx, tx, id, n) })
	a, problems := cap.Parse(b)
	if a == nil {
		s.Fatalf("version %d/%d is no valid document: %v\n%s", id, n, problems, b)
	}
	return a
}

func hekou() Area { return Area{Places: []Place{{Code: "990001100", Town: "河口镇"}}} }

func orangeDraft() Draft {
	return Draft{Hazard: "rainstorm", Level: orange, Content: Content{Area: hekou(), Description: "预计未来3小时河口镇降雨量将达50毫米以上。"}}
}

func yellowDraft() Draft {
	d := orangeDraft()
	d.Level, d.Description = yellow, "预计未来6小时河口镇降雨量将达50毫米以上。"
	return d
}

func (s *story) want(what string, got, want []string) {
	s.Helper()
	if !slices.Equal(got, want) {
		s.Errorf("%s are %q, want %q", what, got, want)
	}
}

func day(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2023-07-"+s, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return t
}
