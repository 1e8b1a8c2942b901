package ledger_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/edition"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/publication"
)

const county = "990001"

//go:embed testdata/issue.txt
var issueText string

var ctx = context.Background()

func TestMain(m *testing.M) { dbtest.Main(m) }

// story is a county with its offices, on a clock that the story sets.
type story struct {
	*testing.T
	dialect db.Dialect
	dsn     string
	db      *db.DB
	clock   *dbtest.Clock
	led     *ledger.Ledger
	press   *publication.Press
}

// stories tells the story on both databases, from the day on which the county's gazette came out.
func stories(t *testing.T, tell func(s *story)) {
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			clock := dbtest.At("2023-09-20")
			s := &story{T: t, dialect: dialect, dsn: dbtest.DSN(t, dialect), clock: clock, led: theLedger(t)}
			s.db = dbtest.Open(t, s.dsn, clock.Now)
			s.openPress()
			s.people()
			s.publish(issueText)
			s.tick()
			tell(s)
		})
	}
}

// restart is what a new process sees: nothing is kept but the record.
func (s *story) restart() {
	s.Helper()
	s.db = dbtest.Open(s.T, s.dsn, s.clock.Now)
	s.led = theLedger(s.T)
}

func (s *story) openPress() {
	s.Helper()
	log, err := journal.OpenLog(ctx, s.db, county, "gazette.example.org/log", "")
	if err != nil {
		s.Fatal(err)
	}
	s.press = &publication.Press{DB: s.db, County: edition.County{Code: county, Name: "青禾县"}, Log: log, Directory: directory(s.T)}
}

func directory(t testing.TB) *org.Directory {
	dir := org.NewDirectory(org.Place{Code: county, County: "青禾县", City: "云台市", Province: "某省"})
	for _, u := range []org.Unit{
		{Name: "青禾县人民政府", Kind: org.Government}, {Name: "青禾县人民政府办公室", Kind: org.Department, Aliases: []string{"县政府办"}},
		{Name: "县能源局", Kind: org.Department}, {Name: "县住建局", Kind: org.Department}, {Name: "县生态环境分局", Kind: org.Branch},
		{Name: "县财政局", Kind: org.Department},
		{Name: "河口镇", Kind: org.Town, Code: "990001100"}, {Name: "上岭乡", Kind: org.Town, Code: "990001200"},
		{Name: "各乡（镇）人民政府", Kind: org.Set, Of: []org.Kind{org.Town}}, {Name: "治气领导小组", Kind: org.Group},
	} {
		if err := dir.Add(u); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func theLedger(t testing.TB) *ledger.Ledger {
	t.Helper()
	units := []org.Kind{org.Department, org.Branch}
	book, err := personnel.NewBook(directory(t), []personnel.Post{
		{Unit: "青禾县人民政府", Title: "副县长", Role: personnel.Leader}, {Unit: "青禾县人民政府办公室", Title: "督查专员", Role: personnel.Office},
		{Unit: "青禾县人民政府办公室", Title: "审计联络员", Role: personnel.Auditor},
		{For: units, Title: "局长", Role: personnel.Head, Seats: 1}, {For: units, Title: "经办人", Role: personnel.Member},
		{For: []org.Kind{org.Town}, Title: "乡镇长", Role: personnel.Head, Seats: 1}, {For: []org.Kind{org.Town}, Title: "经办人", Role: personnel.Member},
	}, []personnel.Group{{Unit: "治气领导小组", Members: []personnel.Membership{{Post: "县能源局/局长", As: "组长"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return &ledger.Ledger{County: county, Office: "青禾县人民政府办公室", Government: "青禾县人民政府", Rules: rules(t), Book: book}
}

func rule(id, text string) ledger.Rule {
	return ledger.Rule{ID: id, Text: text, Source: "青禾县督办规则（虚构）"}
}

func workdays(n int) calendar.Span { return calendar.Span{N: n, Unit: calendar.WorkingDays} }

func rules(t testing.TB) ledger.Rules {
	t.Helper()
	hours, err := calendar.ParseHours("08:00-12:00 14:30-18:00")
	if err != nil {
		t.Fatal(err)
	}
	monthly := calendar.Terms("每月25日前", 2023)
	rung := func(n int, name string, on ledger.Light, after int, kind letter.Kind, sign personnel.Role, answer int) ledger.Rung {
		return ledger.Rung{N: n, Name: name, On: on, After: after, Letter: kind, Sign: sign, Answer: answer, Rule: rule("第10条", name)}
	}
	r := ledger.Rules{
		Name: "《青禾县督办规则（虚构）》", Workdays: calendar.National(), Hours: hours,
		Sign: ledger.Limit{Span: workdays(3), Rule: rule("第1条", "三个工作日内签收")}, Check: ledger.Limit{Span: workdays(5), Rule: rule("第6条", "五个工作日内复核")},
		Decide: ledger.Limit{Span: workdays(3), Rule: rule("第7条", "三个工作日内批复")}, PutRight: ledger.Limit{Span: workdays(5), Rule: rule("第6条", "五个工作日内改正")},
		Near:      ledger.Limit{Span: calendar.Span{N: 10, Unit: calendar.Days}, Rule: rule("第3条", "十天以内为临期")},
		Behind:    ledger.Behind{Points: 60, Rule: rule("第4条", "进度落后六十个百分点为滞后")},
		Reporting: ledger.Reporting{Default: monthly[0].Recur, Least: calendar.Month, Rule: rule("第2条", "每月填报")},
		Evidence:  rule("第8条", "销号须附证明材料"),
		Colours:   map[ledger.Light]string{ledger.Normal: "green", ledger.Near: "blue", ledger.Lagging: "amber", ledger.Overdue: "red"},
		Lights: map[ledger.Light]ledger.Rule{ledger.Normal: rule("第14条", "正常"), ledger.Near: rule("第3条", "临期"), ledger.Lagging: rule("第4条", "滞后"),
			ledger.Overdue: rule("第5条", "逾期")},
		Ladders: []ledger.Ladder{{Name: "一般", Rungs: []ledger.Rung{
			rung(1, "临期提醒", ledger.Near, 0, "", "", 0), rung(2, "提醒", ledger.Lagging, 0, "", "", 0),
			rung(3, "预警函", ledger.Lagging, 5, letter.Warn, personnel.Office, 3),
			rung(4, "逾期提醒", ledger.Overdue, 0, "", "", 0), rung(5, "预警函", ledger.Overdue, 3, letter.Warn, personnel.Office, 3),
			rung(6, "督办单", ledger.Overdue, 8, letter.Supervise, personnel.Office, 5), rung(7, "约谈", ledger.Overdue, 15, letter.Interview, personnel.Leader, 0),
			rung(8, "通报", ledger.Overdue, 20, letter.Circular, personnel.Leader, 0),
			{N: 9, Name: "签收提醒", Causes: []ledger.CauseKind{ledger.CauseSign}, Rule: rule("第1条", "签收")},
			{N: 10, Name: "复核提醒", Causes: []ledger.CauseKind{ledger.CauseCheck}, Rule: rule("第6条", "复核")},
			{N: 11, Name: "批复提醒", Causes: []ledger.CauseKind{ledger.CauseAsk}, Rule: rule("第7条", "批复")},
			{N: 12, Name: "恢复提醒", Causes: []ledger.CauseKind{ledger.CauseResume}, Rule: rule("第6条", "恢复")},
		}}},
		Letters: ledger.Letters{Agency: "青禾县人民政府办公室", Contact: "督查科", Codes: map[letter.Kind]string{letter.Remind: "青政督提", letter.Warn: "青政督警",
			letter.Supervise: "青政督办", letter.Interview: "青政督谈", letter.Circular: "青政督通"}},
	}
	if p := r.Problems(); len(p) > 0 {
		t.Fatal(p)
	}
	return r
}

// the persons of the story, by the name under which it calls them: account, unit, post.
var cast = map[string][3]string{
	"督查甲": {"ducha-jia", "青禾县人民政府办公室", "督查专员"}, "督查乙": {"ducha-yi", "青禾县人民政府办公室", "督查专员"},
	"副县长": {"lingdao", "青禾县人民政府", "副县长"}, "审计": {"shenji", "青禾县人民政府办公室", "审计联络员"},
	"县能源局": {"nengyuan", "县能源局", "局长"}, "能源经办": {"nengyuan-2", "县能源局", "经办人"}, "县住建局": {"zhujian", "县住建局", "局长"},
	"生态分局": {"shengtai", "县生态环境分局", "局长"}, "县财政局": {"caizheng", "县财政局", "局长"}, "河口镇": {"hekou", "河口镇", "乡镇长"},
	"上岭乡": {"shangling", "上岭乡", "乡镇长"},
}

func (s *story) people() {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		for name, c := range cast {
			id, err := personnel.AddPerson(ctx, tx, county, "system", "示例"+name, "虚构")
			if err != nil {
				return err
			}
			if err := personnel.BindAccount(ctx, tx, county, "system", id, c[0]); err != nil {
				return err
			}
			_, err = personnel.Appoint(ctx, tx, s.led.Book, county, "system", personnel.Move{Person: id, Post: personnel.ID(c[1], c[2]), On: day("2023-01-01"), Reason: "虚构"})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// publish takes a manuscript to the public record.
func (s *story) publish(text string) {
	s.Helper()
	drafter, publisher := publication.Actor{Name: "起草", MayDraft: true}, publication.Actor{Name: "签发", MayPublish: true}
	var d publication.Draft
	s.write(func(tx *db.Tx) (err error) {
		if d, err = publication.Upload(ctx, tx, county, drafter, publication.Manuscript{Filename: "3.txt", Raw: []byte(text), Source: text}); err != nil {
			return err
		}
		d, err = publication.Submit(ctx, tx, d.At(), drafter)
		return err
	})
	if _, err := s.press.Publish(ctx, d.At(), publisher); err != nil {
		s.Fatal(err)
	}
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

// At sets the clock: a day means nine in the morning. The ledger's clock runs as the server would have run it.
func (s *story) At(at string) {
	s.Helper()
	s.clock.Set(at)
	s.tick()
}

func (s *story) tick() int {
	s.Helper()
	n, err := s.led.Tick(ctx, s.db)
	if err != nil {
		s.Fatal(err)
	}
	return n
}

// actor is one person of the story at work.
type actor struct {
	s    *story
	name string
}

// As is the person who sits in a seat.
func (s *story) As(name string) actor {
	if _, ok := cast[name]; !ok {
		s.Fatalf("nobody is called %s", name)
	}
	return actor{s, name}
}

func (a actor) actor(tx *db.Tx) ledger.Actor {
	account := cast[a.name][0]
	seats, err := personnel.SeatsOf(ctx, tx, a.s.led.Book, county, account, calendar.DateOf(tx.Now()))
	if err != nil {
		a.s.Fatal(err)
	}
	return ledger.Actor{Account: account, Name: "示例" + a.name, Seats: seats}
}

// does is one act of the person, and the error that it gave.
func (a actor) does(act func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error)) (*ledger.Duty, error) {
	var d *ledger.Duty
	err := a.s.db.Write(ctx, func(tx *db.Tx) (err error) {
		d, err = act(tx, a.actor(tx))
		return err
	})
	return d, err
}

// must is an act that succeeds.
func (a actor) must(act func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error)) *ledger.Duty {
	a.s.Helper()
	d, err := a.does(act)
	if err != nil {
		a.s.Fatalf("%s: %v", a.name, err)
	}
	a.s.sound(d.ID)
	return d
}

func (a actor) confirm(id ledger.ID) *ledger.Duty {
	a.s.Helper()
	return a.must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
		return a.s.led.Confirm(ctx, tx, by, id, 0, nil, "")
	})
}

func (a actor) issue(id ledger.ID) *ledger.Duty {
	a.s.Helper()
	return a.must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) { return a.s.led.Issue(ctx, tx, by, id) })
}

func (a actor) sign(id ledger.ID) *ledger.Duty {
	a.s.Helper()
	return a.must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) { return a.s.led.Sign(ctx, tx, by, id, "") })
}

func (a actor) report(id ledger.ID, progress int) *ledger.Duty {
	a.s.Helper()
	return a.must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
		return a.s.led.Report(ctx, tx, by, id, ledger.Sending{Report: ledger.Report{Text: "按计划推进。", Progress: progress}})
	})
}

func (a actor) claim(id ledger.ID) *ledger.Duty {
	a.s.Helper()
	return a.must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
		return a.s.led.Claim(ctx, tx, by, id, ledger.Sending{Report: ledger.Report{Text: "已经完成。"}, Evidence: []ledger.Evidence{photo}})
	})
}

// photo is a file that is a JPEG to whoever looks at its first bytes.
var photo = ledger.Evidence{Name: "现场.jpg", Content: []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01")}

// theDuty finds a duty by its title.
func (s *story) theDuty(title string) *ledger.Duty {
	s.Helper()
	var found *ledger.Duty
	s.read(func(tx *db.Tx) error {
		p, err := s.led.List(ctx, tx, s.As("督查甲").actor(tx), ledger.Query{Text: title, Lines: ledger.Whole}, calendar.DateOf(tx.Now()))
		if err != nil {
			return err
		}
		if len(p.Rows) != 1 {
			s.Fatalf("%d duties are called %s", len(p.Rows), title)
		}
		found = p.Rows[0].Duty
		return nil
	})
	return found
}

func (s *story) duty(id ledger.ID) *ledger.Duty {
	s.Helper()
	var d *ledger.Duty
	s.read(func(tx *db.Tx) (err error) {
		d, err = s.led.Of(ctx, tx, s.As("督查甲").actor(tx), id)
		return err
	})
	return d
}

func (s *story) steps(id ledger.ID) []ledger.Step {
	s.Helper()
	var steps []ledger.Step
	s.read(func(tx *db.Tx) (err error) {
		steps, err = s.led.StepsOf(ctx, tx, id)
		return err
	})
	return steps
}

// sound checks that what is kept for lists is what the steps say.
func (s *story) sound(id ledger.ID) {
	s.Helper()
	want, err := ledger.Fold(county, id, s.steps(id))
	if err != nil {
		s.Fatal(err)
	}
	wanted, err := json.Marshal(want)
	if err != nil {
		s.Fatal(err)
	}
	kept := s.duty(id)
	got, err := json.Marshal(kept)
	if err != nil {
		s.Fatal(err)
	}
	if string(got) != string(wanted) || kept.Revision != want.Revision {
		s.Fatalf("duty %d is not what its steps say:\nkept  %s\nsteps %s", id, got, wanted)
	}
}

func (s *story) wantState(id ledger.ID, want ledger.State) {
	s.Helper()
	if d := s.duty(id); d.State != want {
		s.Fatalf("%s: duty %d is %s, want %s", s.clock.Now().Format(time.DateTime), id, d.State.Chinese(), want.Chinese())
	}
}

// wantLight holds the light of a duty, as the list's SQL and the pure rule both have it.
func (s *story) wantLight(id ledger.ID, want ledger.Light) {
	s.Helper()
	today := calendar.DateOf(s.clock.Now())
	got := s.led.Rules.Status(s.duty(id), today)
	if got.Light != want {
		s.Fatalf("%s: duty %d is %q (%+v), want %q", today, id, got.Light, got.Cause, want)
	}
	if want == ledger.NoLight {
		return
	}
	s.read(func(tx *db.Tx) error {
		p, err := s.led.List(ctx, tx, s.As("督查甲").actor(tx), ledger.Query{Light: want}, today)
		if err != nil {
			return err
		}
		for _, r := range p.Rows {
			if r.Duty.ID == id {
				return nil
			}
		}
		s.Fatalf("%s: the list of %s does not hold duty %d", today, want.Chinese(), id)
		return nil
	})
}

// rungs are the names of the rungs that have fired on a duty, in order.
func (s *story) rungs(id ledger.ID) string {
	s.Helper()
	var out []string
	for _, st := range s.steps(id) {
		if st.What == ledger.DidRung {
			out = append(out, st.Data.Rung.Name)
		}
	}
	return strings.Join(out, " ")
}

// wantRefusal holds an error to its kind.
func (s *story) wantRefusal(err error, kind ledger.Kind, word string) {
	s.Helper()
	var e *ledger.Error
	if !errors.As(err, &e) || e.Kind != kind || !strings.Contains(e.Message, word) {
		s.Fatalf("got %v, want a refusal of kind %d that says %q", err, kind, word)
	}
}
