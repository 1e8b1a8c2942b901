package cases_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/rule"
)

const county = "990001"

const (
	office    = "青禾县人民政府办公室"
	bureau    = "县生态环境分局"
	housing   = "县住建局"
	hekou     = "河口镇"
	shangling = "上岭乡"
	village   = "河口镇柳村"
	grid      = "河口镇柳村第一网格"
	works     = "青禾污水处理公司"
	cityEPA   = "云台市生态环境局"
)

var ctx = context.Background()

func TestMain(m *testing.M) { dbtest.Main(m) }

func directory(t testing.TB) *org.Directory {
	dir := org.NewDirectory(org.Place{Code: county, County: "青禾县", City: "云台市", Province: "某省"})
	for _, u := range []org.Unit{
		{Name: "青禾县人民政府", Kind: org.Government}, {Name: office, Kind: org.Department, Aliases: []string{"县政府办"}},
		{Name: bureau, Kind: org.Branch, Aliases: []string{"生态分局"}}, {Name: housing, Kind: org.Department},
		{Name: hekou, Kind: org.Town, Code: "990001100"}, {Name: shangling, Kind: org.Town, Code: "990001200"},
		{Name: works, Kind: org.Company}, {Name: cityEPA, Kind: org.Superior, Level: org.City}, {Name: "各乡（镇）人民政府", Kind: org.Set, Of: []org.Kind{org.Town}},
	} {
		if err := dir.Add(u); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func theLedger(t testing.TB) *ledger.Ledger {
	t.Helper()
	book, err := personnel.NewBook(directory(t), []personnel.Post{
		{Unit: "青禾县人民政府", Title: "副县长", Role: personnel.Leader}, {Unit: office, Title: "督查专员", Role: personnel.Office},
		{For: []org.Kind{org.Department, org.Branch, org.Town}, Title: "负责人", Role: personnel.Head, Seats: 1},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	hours, err := calendar.ParseHours("08:00-12:00 14:30-18:00")
	if err != nil {
		t.Fatal(err)
	}
	return &ledger.Ledger{County: county, Office: office, Government: "青禾县人民政府", Book: book, Rules: ledger.Rules{
		Name: "《青禾县督办规则（虚构）》", Workdays: calendar.National(), Hours: hours,
		Letters: ledger.Letters{Agency: office, Contact: "督查科", Codes: map[letter.Kind]string{letter.Warn: "青政督警", letter.Supervise: "青政督办", letter.Interview: "青政督谈"}},
	}}
}

func workdays(n int) calendar.Span { return calendar.Span{N: n, Unit: calendar.WorkingDays} }

// the ladders of the story.
func ladders() []cases.Ladder {
	basis := rule.Basis{Document: "青政办发〔2023〕12号", Plan: "水环境", Clause: "三/(四)/18"}
	return []cases.Ladder{
		{ID: "outlet", Title: "排污口问题处置", Basis: basis, Owner: bureau, Evidence: true, Onsite: true, Confirm: true, Public: true,
			Again: calendar.Span{N: 3, Unit: calendar.Months},
			Limits: map[cases.State]calendar.Span{cases.Feedback: workdays(1), cases.Acceptance: workdays(1), cases.PuttingIt: workdays(10),
				cases.Checking: workdays(5), cases.Closing: workdays(3), cases.HandingOver: workdays(5)},
			Rungs: []cases.Rung{
				{Name: "提醒", Of: cases.PuttingIt, After: workdays(0)},
				{Name: "预警函", Of: cases.PuttingIt, After: workdays(3), Letter: letter.Warn, Sign: "office", Answer: 3},
				{Name: "督办单", Of: cases.PuttingIt, After: workdays(8), Letter: letter.Supervise, Sign: "office"},
				{Name: "约谈", Of: cases.PuttingIt, After: workdays(15), Letter: letter.Interview, Sign: "leader", Copy: []string{"leader"}},
				{Name: "问责清单", Of: cases.PuttingIt, After: workdays(20), Listed: true},
				{Name: "受理提醒", Of: cases.Acceptance, After: workdays(0)},
			}},
		{ID: "plain", Title: "一般问题", Owner: office, Limits: map[cases.State]calendar.Span{cases.Feedback: workdays(1), cases.Acceptance: workdays(1),
			cases.PuttingIt: workdays(5), cases.Checking: workdays(2), cases.Closing: workdays(2)}},
		{ID: "site", Title: "工地扬尘", Owner: housing, GroupBy: []cases.Label{cases.BySubject}, Limits: map[cases.State]calendar.Span{cases.PuttingIt: workdays(3)}},
		{ID: "citizen", Title: "群众反映", Owner: office, Confirm: true, Public: true, Limits: map[cases.State]calendar.Span{cases.Feedback: workdays(1),
			cases.Acceptance: workdays(1), cases.PuttingIt: workdays(5), cases.Checking: workdays(2), cases.Closing: workdays(2)}},
	}
}

func theCases(t testing.TB) *cases.Cases {
	return &cases.Cases{Ledger: theLedger(t), Ladders: ladders(), Services: []cases.Service{
		{Code: "river-trash", Name: "河道垃圾", Group: "水环境", Keywords: []string{"垃圾", "河道"}, Town: true, Ladder: "citizen", Public: true, Hint: "写明河段"},
		{Code: "tip", Name: "偷排举报", Group: "水环境", Unit: bureau, Public: true, Sensitive: true,
			Limits: map[cases.State]calendar.Span{cases.Feedback: workdays(1), cases.PuttingIt: workdays(10)}},
		{Code: "noise", Name: "噪声", Group: "其他", Unit: housing, Ladder: "citizen"},
	}, Below: []cases.Below{{Name: village, Level: cases.Village, Town: hekou}, {Name: grid, Level: cases.Grid, Town: hekou}},
		TownOf: func(p cases.Point) (string, string) {
			if p.Lon < 111.5 {
				return hekou, "柳村"
			}
			return shangling, ""
		}}
}

// the persons of the story, by the name under which it calls them: unit, role.
var cast = map[string]struct {
	unit string
	role personnel.Role
}{
	"督查甲": {office, personnel.Office}, "督查乙": {office, personnel.Office}, "副县长": {"青禾县人民政府", personnel.Leader}, "审计": {office, personnel.Auditor},
	"分局长": {bureau, personnel.Head}, "分局经办": {bureau, personnel.Member}, "分局经办乙": {bureau, personnel.Member},
	"住建局长": {housing, personnel.Head}, "住建经办": {housing, personnel.Member},
	"河口镇长": {hekou, personnel.Head}, "河口经办": {hekou, personnel.Member}, "上岭乡长": {shangling, personnel.Head},
}

func as(name string) cases.Actor {
	c, ok := cast[name]
	if !ok {
		panic("nobody is called " + name)
	}
	seat := personnel.Seat{Unit: c.unit, Title: string(c.role), Role: c.role}
	seat.Post = personnel.ID(seat.Unit, seat.Title)
	return cases.Actor{Account: "zh-" + name, Name: "示例" + name, Seats: []personnel.Seat{seat}}
}

// story is a county with its cases, on a clock that the story sets.
type story struct {
	testing.TB
	db    *db.DB
	clock *dbtest.Clock
	c     *cases.Cases
	dsn   string
	next  int64 // finding
}

// stories tells the story on both databases, from a Wednesday on.
func stories(t *testing.T, tell func(s *story)) {
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) { tell(open(t, dialect)) })
	}
}

func open(t testing.TB, dialect db.Dialect) *story {
	clock := dbtest.At("2023-09-20")
	s := &story{TB: t, clock: clock, dsn: dbtest.DSN(t, dialect), c: theCases(t)}
	s.db = dbtest.Open(t, s.dsn, clock.Now)
	return s
}

// restart is what a new process sees: nothing is kept but the record.
func (s *story) restart() {
	s.Helper()
	s.db = dbtest.Open(s.TB, s.dsn, s.clock.Now)
	s.c = theCases(s.TB)
}

func (s *story) write(do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.db.Write(ctx, do); err != nil {
		s.Fatal(err)
	}
}

func (s *story) read(do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.db.Read(ctx, do); err != nil {
		s.Fatal(err)
	}
}

// At sets the clock: a day means nine in the morning. The clocks of cases run as the server would have run them.
func (s *story) At(at string) int {
	s.Helper()
	s.clock.Set(at)
	return s.tick()
}

func (s *story) tick() int {
	s.Helper()
	n, err := s.c.Run(ctx, s.db)
	if err != nil {
		s.Fatal(err)
	}
	return n
}

// found opens a case as the judge would.
func (s *story) found(f cases.Found) cases.ID {
	s.Helper()
	if f.ID == 0 {
		s.next++
		f.ID = s.next
	}
	var id cases.ID
	s.write(func(tx *db.Tx) (err error) {
		id, err = s.c.Open(ctx, tx, f)
		return err
	})
	if id != 0 {
		s.sound(id)
	}
	return id
}

// over is what a limit exceeded looks like.
func over(subject string) cases.Found {
	return cases.Found{Rule: "outlet-over", Subject: subject, Label: "一号排口", Title: "入河排污口超标", Says: "一号排口化学需氧量61mg/L，超过限值50mg/L",
		Severity: finding.Serious, Unit: hekou, Basis: "青政办发〔2023〕12号 水环境 三(四)18", Ladder: "outlet", Reading: true, Place: &cases.Point{Lon: 111.4, Lat: 35.5}}
}

func (s *story) recovered(id int64) {
	s.Helper()
	s.write(func(tx *db.Tx) error { return s.c.Recovered(ctx, tx, id, "连续两次读数30mg/L，不超过50mg/L") })
}

type act func(tx *db.Tx, by cases.Actor) (*cases.Case, error)

// does is one act of a person, and the error that it gave.
func (s *story) does(name string, do act) (*cases.Case, error) {
	var k *cases.Case
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		k, err = do(tx, as(name))
		return err
	})
	return k, err
}

// must is an act that succeeds.
func (s *story) must(name string, do act) *cases.Case {
	s.Helper()
	k, err := s.does(name, do)
	if err != nil {
		s.Fatalf("%s: %v", name, err)
	}
	s.sound(k.ID)
	return k
}

func (s *story) feed(name string, id cases.ID, units ...string) *cases.Case {
	s.Helper()
	return s.must(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
		return s.c.Feed(ctx, tx, by, id, cases.Feeding{Units: units, Words: "请整改。"})
	})
}

func (s *story) accept(name string, id cases.ID) *cases.Case {
	s.Helper()
	return s.must(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
		return s.c.Accept(ctx, tx, by, id, cases.Sending{})
	})
}

func (s *story) putRight(name string, id cases.ID, files ...cases.Upload) *cases.Case {
	s.Helper()
	if files == nil {
		files = []cases.Upload{{Name: "整改.jpg", Content: fakeJPEG(fmt.Sprint(id, name, s.clock.Now()))}}
	}
	return s.must(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
		return s.c.PutRight(ctx, tx, by, id, cases.Sending{Words: "已清理。", Files: files})
	})
}

func (s *story) check(name string, id cases.ID) *cases.Case {
	s.Helper()
	return s.must(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
		return s.c.Check(ctx, tx, by, id, cases.Sending{Words: "现场核查属实。", Place: &cases.Point{Lon: 111.4, Lat: 35.5}})
	})
}

func (s *story) close(name string, id cases.ID) *cases.Case {
	s.Helper()
	return s.must(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
		return s.c.Close(ctx, tx, by, id, cases.Closure{Result: "已完成整改。"})
	})
}

// fakeJPEG is a file that is a JPEG to whoever looks at its first bytes only.
func fakeJPEG(seed string) []byte { return []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + seed) }

func (s *story) kase(id cases.ID) *cases.Case {
	s.Helper()
	var k *cases.Case
	s.read(func(tx *db.Tx) (err error) {
		k, err = s.c.Of(ctx, tx, as("督查甲"), id)
		return err
	})
	return k
}

func (s *story) steps(id cases.ID) []cases.Step {
	s.Helper()
	var steps []cases.Step
	s.read(func(tx *db.Tx) (err error) {
		steps, err = s.c.StepsOf(ctx, tx, id)
		return err
	})
	return steps
}

// sound checks that what is kept for lists is what the steps say, and that clocks are held once.
func (s *story) sound(id cases.ID) {
	s.Helper()
	want, err := cases.Fold(county, id, s.steps(id))
	if err != nil {
		s.Fatal(err)
	}
	wanted, err := json.Marshal(want)
	if err != nil {
		s.Fatal(err)
	}
	kept := s.kase(id)
	got, err := json.Marshal(kept)
	if err != nil {
		s.Fatal(err)
	}
	if string(got) != string(wanted) || kept.Revision != want.Revision {
		s.Fatalf("case %d is not what its steps say:\nkept  %s\nsteps %s", id, got, wanted)
	}
	if why := unsound(kept); why != "" {
		s.Fatalf("case %d: %s\n%s", id, why, got)
	}
	var running, stays int
	s.read(func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT COALESCE(sum(CASE WHEN to_at = 0 THEN 1 ELSE 0 END), 0), count(*) FROM case_stay WHERE county = $1 AND id = $2`, county, int64(id)).
			Scan(&running, &stays)
	})
	if running != len(kept.Clocks) || stays != len(kept.Clocks)+len(kept.Stays) {
		s.Fatalf("case %d has %d clocks and %d stays, its table %d running of %d", id, len(kept.Clocks), len(kept.Stays), running, stays)
	}
}

// unsound says what is wrong with the clocks of a case: two holders of one, a state without its clock, time that is lost or
// counted twice.
func unsound(k *cases.Case) string {
	parts := map[int]bool{}
	for _, c := range k.Clocks {
		if parts[c.Part] {
			return fmt.Sprintf("part %d has two clocks", c.Part)
		}
		parts[c.Part] = true
		if c.Unit == "" {
			return "nobody holds a clock"
		}
	}
	if k.Open() != (len(k.Clocks) > 0) {
		return fmt.Sprintf("open %v with %d clocks", k.Open(), len(k.Clocks))
	}
	if parts[cases.Whole] && len(k.Clocks) > 1 {
		return "a clock of the whole beside those of its parts"
	}
	for i, p := range k.Parts {
		under := p.State == cases.Feedback || p.State == cases.Acceptance || p.State == cases.PuttingIt
		if k.Open() && k.State != cases.HandingOver && under != parts[i] {
			return fmt.Sprintf("part %d in %s has a clock: %v", i, p.State, parts[i])
		}
	}
	until := map[int]time.Time{} // of each part: where its stays have come to
	for _, st := range k.Stays {
		if st.To.Before(st.From) {
			return "a stay ends before it begins"
		}
		if at, ok := until[st.Part]; ok && st.From.Before(at) {
			return fmt.Sprintf("two holders of part %d at once", st.Part)
		}
		until[st.Part] = st.To
	}
	for _, c := range k.Clocks {
		if c.Since.Before(until[c.Part]) {
			return fmt.Sprintf("part %d was held until after it was given on", c.Part)
		}
	}
	fired := map[string]bool{}
	for _, f := range k.Fired {
		if fired[f] {
			return "rung " + f + " fired twice"
		}
		fired[f] = true
	}
	return ""
}

func (s *story) wantState(id cases.ID, want cases.State) {
	s.Helper()
	if k := s.kase(id); k.State != want {
		s.Fatalf("%s: case %d is in %s, want %s", s.clock.Now().Format(time.DateTime), id, k.State, want)
	}
}

// wantClock holds the one clock of a case: who has it, until when.
func (s *story) wantClock(id cases.ID, unit, due string) {
	s.Helper()
	k := s.kase(id)
	if len(k.Clocks) != 1 || k.Clocks[0].Unit != unit || k.Clocks[0].Due.String() != due {
		s.Fatalf("case %d: clocks %+v, want one of %s until %s", id, k.Clocks, unit, due)
	}
}

// rungs are the names of the rungs that have fired on a case, in order.
func (s *story) rungs(id cases.ID) string {
	s.Helper()
	var out []string
	for _, st := range s.steps(id) {
		if st.What == cases.DidRung {
			out = append(out, st.Data.Rung.Name)
		}
	}
	return strings.Join(out, " ")
}

// refused holds an error to its kind.
func (s *story) refused(err error, kind ledger.Kind, word string) {
	s.Helper()
	var e *ledger.Error
	if !errors.As(err, &e) || e.Kind != kind || !strings.Contains(e.Message, word) {
		s.Fatalf("got %v, want a refusal of kind %d that says %q", err, kind, word)
	}
}

func (s *story) count(query string, args ...any) (n int) {
	s.Helper()
	s.read(func(tx *db.Tx) error { return tx.QueryRow(ctx, query, args...).Scan(&n) })
	return n
}

func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func dbOf(t testing.TB) *db.DB { return open(t, db.SQLite).db }
