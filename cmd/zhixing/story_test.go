package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/publication"
	"zhixing/register"
)

// shownOn opens the demonstration on a day as demo does, without serving it.
func shownOn(t *testing.T, where []string, on string) (*site, error) {
	t.Helper()
	ctx := context.Background()
	c := newCall(commands[0], where, stdio{strings.NewReader(""), io.Discard, io.Discard})
	s := c.site()
	if err := c.parse(); err != nil {
		t.Fatal(err)
	}
	at, err := parseOn(on)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.loadCounty(c); err != nil {
		t.Fatal(err)
	}
	c.clock.hold(s.county.Story.Scenes[0].At.Add(-time.Hour))
	if err := c.openSite(ctx, s, opening{create: true, demo: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.db.Close() })
	return s, s.live(ctx, c, at)
}

// view is what the tests ask of a demonstration.
type view struct {
	states  map[ledger.State]int
	lights  map[ledger.Light]int
	letters map[ledger.LetterState]int
	kinds   map[letter.Kind]int // of letters that are signed
	rows    []ledger.Row
	papers  []ledger.Paper
}

func look(t *testing.T, s *site) view {
	t.Helper()
	v := view{states: map[ledger.State]int{}, lights: map[ledger.Light]int{}, letters: map[ledger.LetterState]int{}, kinds: map[letter.Kind]int{}}
	err := s.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		if v.rows, err = s.ledger.Rows(context.Background(), tx, everything, ledger.Query{}, calendar.DateOf(tx.Now())); err != nil {
			return err
		}
		v.papers, err = s.ledger.Letters(context.Background(), tx, everything, "", 0, 500)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range v.rows {
		v.states[r.State]++
		v.lights[r.Light]++
	}
	for _, p := range v.papers {
		v.letters[p.State]++
		if p.State == ledger.LetterSent || p.State == ledger.LetterAnswered {
			v.kinds[p.Letter.Kind]++
		}
	}
	return v
}

// TestTheDemonstrationHasSomethingTrueToShow looks at the story told up to its day, then goes on in the same folder.
func TestTheDemonstrationHasSomethingTrueToShow(t *testing.T) {
	data := []string{"--data", demoFolder(t)}
	t.Logf("told in %v", asTold.took.Round(100*time.Millisecond))
	s, err := shownOn(t, data, storyDay)
	if err != nil {
		t.Fatal(err)
	}
	s.leftOut = asTold.leftOut
	if got := calendar.DateOf(s.db.Now()).String(); got != "2023-11-01" {
		t.Errorf("the day is %s", got)
	}
	v := look(t, s)
	t.Logf("states %v, lights %v, letters %v %v", v.states, v.lights, v.letters, v.kinds)
	for _, st := range ledger.States {
		if v.states[st] == 0 {
			t.Errorf("no duty is %s", st.Chinese())
		}
	}
	for _, l := range ledger.Lights {
		if v.lights[l] == 0 {
			t.Errorf("no duty is %s", l.Chinese())
		}
	}
	for _, st := range []ledger.LetterState{ledger.LetterDrafted, ledger.LetterSent, ledger.LetterAnswered, ledger.LetterDropped} {
		if v.letters[st] == 0 {
			t.Errorf("no letter is %s", st.Chinese())
		}
	}
	s.shows(t, v)
	desks(t, s)
	before := v

	t.Run("in pieces on PostgreSQL", func(t *testing.T) { inPieces(t, before) })
	if again, err := shownOn(t, data, "2023-11-01T08:30:00+08:00"); err != nil { // earlier on the same day: time does not go back
		t.Error(err)
	} else if v := look(t, again); !maps.Equal(v.states, before.states) || len(v.papers) != len(before.papers) {
		t.Errorf("a restart changes the record: %v", v.states)
	}
	if _, err := shownOn(t, data, "2023-10-20"); err == nil || !strings.Contains(err.Error(), "2023年10月20日") {
		t.Errorf("time goes back: %v", err)
	}
	s, err = shownOn(t, data, "2023-11-20")
	if err != nil {
		t.Fatal(err)
	}
	v = look(t, s)
	t.Logf("later: states %v, lights %v, letters %v %v", v.states, v.lights, v.letters, v.kinds)
	if v.states[ledger.Closed] <= before.states[ledger.Closed] || v.kinds[letter.Circular] == 0 {
		t.Error("nothing was closed, or no circular went out")
	}
	if !slices.ContainsFunc(v.papers, func(p ledger.Paper) bool { return p.Letter.Kind == letter.Interview && p.State == ledger.LetterDrafted }) {
		t.Error("the ladder has not climbed to an interview")
	}
	if _, err := shownOn(t, data, "2023-11-01"); err == nil {
		t.Error("time goes back by weeks")
	}
}

// inPieces tells the story on the other database, stopped in between: it must come to the same.
func inPieces(t *testing.T, want view) {
	where := []string{"--database", dbtest.DSN(t, db.PostgreSQL)}
	var s *site
	for _, on := range []string{"2023-01-05T09:30:00+08:00", "2023-09-25T09:05:00+08:00", "2023-10-19T12:00:00+08:00", "2023-11-01"} {
		var err error
		if s, err = shownOn(t, where, on); err != nil {
			t.Fatal(err)
		}
		s.shows(t, look(t, s))
	}
	got := look(t, s)
	if len(got.rows) != len(want.rows) || len(got.papers) != len(want.papers) {
		t.Fatalf("%d duties and %d letters, want %d and %d", len(got.rows), len(got.papers), len(want.rows), len(want.papers))
	}
	for i, r := range got.rows {
		w := want.rows[i]
		if r.ID != w.ID || r.Title != w.Title || r.State != w.State || r.Progress != w.Progress || r.Revision != w.Revision || r.Light != w.Light || !r.ChangedAt.Equal(w.ChangedAt) {
			t.Errorf("%s %s: %s %d%% %s at %v, want %s %d%% %s at %v", r.ID.Number(), r.Title, r.State, r.Progress, r.Light, r.ChangedAt, w.State, w.Progress, w.Light, w.ChangedAt)
		}
	}
}

// shows checks what the story says: it left nothing out, rungs fired at their time, the overdue duty is so by one day.
func (s *site) shows(t *testing.T, v view) {
	t.Helper()
	ctx := context.Background()
	for _, what := range s.leftOut {
		t.Error("the story left out:", what)
	}
	for _, r := range v.rows {
		day := calendar.DateOf(s.db.Now()).String()
		if day == "2023-11-01" && strings.HasSuffix(r.Source.Basis(), "空气/二/(三)/10") && r.Parent == 0 && (r.Light != ledger.Overdue || r.Days != 1) {
			t.Errorf("%s is %s by %d days, want overdue by one", r.Title, r.Light, r.Days)
		}
	}
	late := 0
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		for _, r := range v.rows {
			steps, err := s.ledger.StepsOf(ctx, tx, r.ID)
			if err != nil {
				return err
			}
			for i, st := range steps {
				// A cause may lie in the past when a fact brings it up, as signing does; then its rung comes with that fact.
				if st.What == ledger.DidRung && st.At.Sub(st.Data.Rung.Due) > time.Minute && st.At.Sub(steps[i-1].At) > time.Minute {
					late++
					t.Logf("%s %s: due %v, came %v", r.ID.Number(), st.Data.Rung.Name, st.Data.Rung.Due, st.At)
				}
			}
		}
		key, _ := publication.ParseKey("绛政办发〔2023〕12号")
		public, err := ledger.Outcomes(ctx, tx, s.ledger.County, string(key), calendar.DateOf(tx.Now()))
		if day := calendar.DateOf(tx.Now()); day.String() > "2023-10" && len(public) < 75 {
			t.Errorf("the public sees %d duties of %s", len(public), key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if late > 0 {
		t.Errorf("%d rungs came late", late)
	}
}

// desks wants something on the desk of everybody whose name a visitor is told.
func desks(t *testing.T, s *site) {
	t.Helper()
	ctx := context.Background()
	for _, p := range s.county.Story.Persons {
		if !p.LogsIn {
			continue
		}
		if _, err := s.accounts.Find(ctx, account.Name(p.Name)); err != nil {
			t.Errorf("%s has no account: %v", p.Name, err)
		}
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			day := calendar.DateOf(tx.Now())
			seats, err := personnel.SeatsOf(ctx, tx, s.county.Book, s.ledger.County, p.Name, day)
			if err != nil {
				return err
			}
			by := ledger.Actor{Account: p.Name, Name: p.Name, Seats: seats}
			d, err := s.ledger.DeskOf(ctx, tx, by, day)
			if err != nil {
				return err
			}
			n := len(d.ToSign) + len(d.SentBack) + len(d.Late) + len(d.DueSoon) + len(d.ToReport) + len(d.Support) + d.Working + d.Drafted + len(d.ToCheck) + len(d.ToSignLetters)
			if n == 0 && !by.Everywhere(ledger.ActSee) {
				t.Errorf("%s has nothing on his desk", p.Name)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What the story leaves out is told to who wrote it: where it stands, and why, in the words in which it was refused.
func TestWhatTheStoryLeavesOut(t *testing.T) {
	told := &teller{site: &site{}}
	told.leave(moment{scene: &policy.Scene{Line: 7, Act: "close"}}, fmt.Errorf("close: %w", &ledger.Error{Kind: ledger.WrongState, Op: "Close", Message: "还没有申请销号。"}))
	told.leave(moment{facts: []policy.Fact{{File: "policies/a/demo.yaml", Line: 9, Kind: policy.MoveFact, ID: "outlets"}}}, &register.Error{Kind: register.Invalid, Op: "Move", Message: "没有溯源日期。"})
	if got, want := strings.Join(told.leftOut, "\n"), "demo.yaml:7: close：还没有申请销号。\npolicies/a/demo.yaml:9: move outlets：没有溯源日期。"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
