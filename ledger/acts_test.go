package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/personnel"
)

// doing is one act by the person whose it is.
type doing struct {
	name string
	by   string
	do   func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error
	to   map[ledger.State]ledger.State // where it is possible, and what follows; everywhere else it is refused
}

// stays is an act that leaves the state as it is.
func stays(in ...ledger.State) map[ledger.State]ledger.State {
	out := map[ledger.State]ledger.State{}
	for _, s := range in {
		out[s] = s
	}
	return out
}

// leads is an act after which the duty stands elsewhere.
func leads(to ledger.State, from ...ledger.State) map[ledger.State]ledger.State {
	out := map[ledger.State]ledger.State{}
	for _, s := range from {
		out[s] = to
	}
	return out
}

func sending(progress int) ledger.Sending {
	return ledger.Sending{Report: ledger.Report{Text: "按计划推进。", Progress: progress}, Evidence: []ledger.Evidence{photo}}
}

// doings are all acts of the ledger on one duty. The duties of these tests are led by 县能源局 and supported by 县住建局.
var doings = []doing{
	{"confirm", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Confirm(ctx, tx, by, id, 0, nil, "")
		return err
	}, leads(ledger.Confirmed, ledger.Drafted)},
	{"amend", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		f := handMade
		f.Title = fmt.Sprintf("改过的任务%d", rand.IntN(1_000_000))
		_, err := s.led.Amend(ctx, tx, by, id, 0, f, "写得更清楚")
		return err
	}, stays(ledger.Drafted, ledger.Confirmed, ledger.Issued, ledger.Working)},
	{"issue", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Issue(ctx, tx, by, id)
		return err
	}, leads(ledger.Issued, ledger.Confirmed)},
	{"sign", "县能源局", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Sign(ctx, tx, by, id, "")
		return err
	}, leads(ledger.Working, ledger.Issued)},
	{"sign as supporter", "县住建局", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Sign(ctx, tx, by, id, "")
		return err
	}, stays(ledger.Issued, ledger.Working)},
	{"report", "能源经办", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Report(ctx, tx, by, id, sending(rand.IntN(101)))
		return err
	}, stays(ledger.Working)},
	{"contribute", "县住建局", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Contribute(ctx, tx, by, id, sending(0))
		return err
	}, stays(ledger.Issued, ledger.Working)},
	{"claim", "县能源局", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Claim(ctx, tx, by, id, sending(100))
		return err
	}, leads(ledger.Claimed, ledger.Working)},
	{"check", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Check(ctx, tx, by, id, "现场看过，属实。")
		return err
	}, leads(ledger.Checked, ledger.Claimed)},
	{"close", "督查乙", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Close(ctx, tx, by, id, "已经完成。")
		return err
	}, leads(ledger.Closed, ledger.Checked)},
	{"send back", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.SendBack(ctx, tx, by, id, "缺少验收表。")
		return err
	}, leads(ledger.Working, ledger.Claimed, ledger.Checked)},
	{"ask for an extension", "县能源局", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.AskExtension(ctx, tx, by, id, day("2024-06-30"), "设备未到。")
		return err
	}, stays(ledger.Issued, ledger.Working)},
	{"grant", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.DecideExtension(ctx, tx, by, id, true, day(""), "同意")
		return err
	}, nil}, // nobody has asked
	{"transfer", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Transfer(ctx, tx, by, id, []string{"县财政局"}, []string{"县住建局"}, "职责调整。")
		return err
	}, leads(ledger.Issued, ledger.Issued, ledger.Working)},
	{"suspend", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Suspend(ctx, tx, by, id, day("2024-05-01"), "等待上级规划。")
		return err
	}, leads(ledger.Suspended, ledger.Issued, ledger.Working)},
	{"resume", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Resume(ctx, tx, by, id, false, "")
		return err
	}, leads(ledger.Working, ledger.Suspended)},
	{"reopen", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Reopen(ctx, tx, by, id, day("2024-08-31"), "又有反复。")
		return err
	}, leads(ledger.Working, ledger.Closed, ledger.Cancelled)},
	{"split", "县能源局", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Split(ctx, tx, by, id, []string{"河口镇"}, day(""), "")
		return err
	}, stays(ledger.Issued, ledger.Working)},
	{"cancel", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Cancel(ctx, tx, by, id, "上级文件已经废止。")
		return err
	}, leads(ledger.Cancelled, ledger.Drafted, ledger.Confirmed, ledger.Issued, ledger.Working, ledger.Suspended)},
	{"note", "副县长", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Note(ctx, tx, by, id, "请抓紧。")
		return err
	}, stays(ledger.States...)},
	{"decide", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.Decide(ctx, tx, by, id, 1, ledger.Keep, "维持。")
		return err
	}, nil}, // nothing was flagged
	{"letter", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
		_, err := s.led.DraftLetter(ctx, tx, by, id, letter.Warn, personnel.Office, 3, "进展迟缓。")
		return err
	}, stays(ledger.Issued, ledger.Working)},
}

// way is how a duty comes to a state: names of doings.
var way = map[ledger.State]string{
	ledger.Drafted: "", ledger.Confirmed: "confirm", ledger.Issued: "confirm,issue", ledger.Working: "confirm,issue,sign",
	ledger.Claimed: "confirm,issue,sign,claim", ledger.Checked: "confirm,issue,sign,claim,check", ledger.Closed: "confirm,issue,sign,claim,check,close",
	ledger.Suspended: "confirm,issue,sign,suspend", ledger.Cancelled: "confirm,issue,sign,cancel",
}

var handMade = ledger.Fields{Title: "手工列入的任务", Lead: []string{"县能源局"}, Support: []string{"县住建局"}, Due: day("2024-03-31")}

// tries does something as its person.
func (s *story) tries(name string, id ledger.ID) error {
	s.Helper()
	i := slices.IndexFunc(doings, func(d doing) bool { return d.name == name })
	_, err := s.As(doings[i].by).does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) { return nil, doings[i].do(s, tx, by, id) })
	return err
}

// made is a new duty in a state.
func (s *story) made(state ledger.State) ledger.ID {
	s.Helper()
	d := s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
		return s.led.Enter(ctx, tx, by, handMade, ledger.Source{Words: "县政府常务会议纪要〔2023〕8号（虚构）"})
	})
	for _, name := range strings.Split(way[state], ",") {
		if name == "" {
			continue
		}
		if err := s.tries(name, d.ID); err != nil {
			s.Fatalf("on the way to %s: %s: %v", state, name, err)
		}
	}
	s.wantState(d.ID, state)
	return d.ID
}

// TestEveryActInEveryState tries every act in every state: it is done and leads where the table says, or it is refused
// in words and nothing has changed. What is kept for lists is what the steps say.
func TestEveryActInEveryState(t *testing.T) {
	stories(t, func(s *story) {
		for _, state := range ledger.States {
			id := s.made(state)
			for _, a := range doings {
				before := s.duty(id)
				err := s.tries(a.name, id)
				after := s.duty(id)
				s.sound(id)
				to, may := a.to[state]
				switch {
				case may && err != nil:
					t.Errorf("%s in %s: %v", a.name, state, err)
				case may && after.State != to:
					t.Errorf("%s in %s: it is %s, want %s", a.name, state, after.State, to)
				case !may && err == nil:
					t.Errorf("%s in %s is possible", a.name, state)
				case !may && ledger.KindOf(err) != ledger.WrongState && ledger.KindOf(err) != ledger.Conflict &&
					(ledger.KindOf(err) != ledger.NotAllowed || len(before.Parties) > 0): // before it is issued no unit has a part in it
					t.Errorf("%s in %s: refused as %v", a.name, state, err)
				}
				if !may && after.Revision != before.Revision {
					t.Errorf("%s in %s: refused, and it has changed", a.name, state)
				}
				if after.Revision != before.Revision {
					id = s.made(state)
				}
			}
		}
	})
}

// TestRandomLives does whatever the persons think of, for months; whatever is refused is refused in words. Whatever comes
// out: the duty is what its steps say, the list's light is the rule's, a duty that waits for a signature has somebody who
// can sign it, and there is an act by which it moves on.
func TestRandomLives(t *testing.T) {
	stories(t, func(s *story) {
		rng := rand.New(rand.NewPCG(3, 8))
		var ids []ledger.ID
		for range 4 {
			ids = append(ids, s.made(ledger.Issued))
		}
		on := day("2023-09-21")
		moves := append(slices.Clone(doings),
			doing{"transfer to two", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
				_, err := s.led.Transfer(ctx, tx, by, id, []string{"县能源局", "县财政局"}, nil, "共同牵头。")
				return err
			}, nil},
			doing{"transfer to the first", "督查甲", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
				_, err := s.led.Transfer(ctx, tx, by, id, []string{"县能源局"}, []string{"县住建局"}, "由一家牵头。")
				return err
			}, nil},
			doing{"sign as the second", "县财政局", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
				_, err := s.led.Sign(ctx, tx, by, id, "")
				return err
			}, nil},
			doing{"sign a letter", "督查乙", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
				drafts, err := s.led.Letters(ctx, tx, by, ledger.LetterDrafted, id, 1)
				if err == nil && len(drafts) == 1 && drafts[0].MaySign(by) {
					_, err = s.led.SignLetter(ctx, tx, by, drafts[0].ID, "", "", "")
				}
				return err
			}, nil},
			doing{"answer a letter", "县能源局", func(s *story, tx *db.Tx, by ledger.Actor, id ledger.ID) error {
				sent, err := s.led.Letters(ctx, tx, by, ledger.LetterSent, id, 1)
				if err == nil && len(sent) == 1 {
					_, err = s.led.AnswerLetter(ctx, tx, by, sent[0].ID, "已经整改。", nil)
				}
				return err
			}, nil})
		for i := range 400 {
			if rng.IntN(3) == 0 && on.Before(day("2024-03-20")) { // duties are issued before their last day
				on = on.AddDays(rng.IntN(4))
				s.At(on.String())
			}
			a, id := moves[rng.IntN(len(moves))], ids[rng.IntN(len(ids))]
			_, err := s.As(a.by).does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) { return nil, a.do(s, tx, by, id) })
			if err != nil && ledger.KindOf(err) == 0 {
				t.Fatalf("%d, %s: %v", i, a.name, err)
			}
			s.sound(id)
			d := s.duty(id)
			s.wantLight(id, s.led.Rules.Status(d, on).Light)
			signed := slices.ContainsFunc(d.Parties, func(p ledger.Party) bool { return p.Role == ledger.Lead && !p.SignedAt.IsZero() })
			if signed == (d.State == ledger.Issued) && d.State.Running() {
				t.Fatalf("%d, after %s: duty %d is %s, parties %+v", i, a.name, id, d.State.Chinese(), d.Parties)
			}
			if d.State == ledger.Cancelled || d.State == ledger.Closed {
				ids = append(slices.DeleteFunc(ids, func(x ledger.ID) bool { return x == id && rng.IntN(2) == 0 }), s.made(ledger.Issued))
			}
		}
	})
}

// TestWhoHasSignedGoesOn: a lead that has not signed does not hold up the others, and has a clock of its own.
func TestWhoHasSignedGoesOn(t *testing.T) {
	stories(t, func(s *story) {
		transfer := func(id ledger.ID, leads ...string) {
			s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				return s.led.Transfer(ctx, tx, by, id, leads, nil, "职责调整。")
			})
		}
		id := s.made(ledger.Working)
		transfer(id, "县能源局", "县财政局")
		s.wantState(id, ledger.Working)
		s.At(calendar.DateOf(s.clock.Now()).AddDays(8).String())
		if st := s.led.Rules.Status(s.duty(id), calendar.DateOf(s.clock.Now())); st.Cause == nil || st.Cause.Kind != ledger.CauseSign || st.Cause.Unit != "县财政局" {
			t.Errorf("nobody minds that the second lead has not signed: %+v", st)
		}
		transfer(id, "县能源局")
		s.wantState(id, ledger.Working)
		s.As("能源经办").report(id, 50)

		// One that was taken off before it was signed for is signed for when it comes back.
		id = s.made(ledger.Issued)
		for _, name := range []string{"cancel", "reopen"} {
			if err := s.tries(name, id); err != nil {
				t.Fatal(err)
			}
		}
		s.wantState(id, ledger.Issued)
		s.As("县能源局").sign(id)
		s.wantState(id, ledger.Working)
	})
}

// TestLettersAreTheirAddressees: a letter is read by the unit that it was sent to and answered by its head, and by no
// other unit of the duty; it stays theirs when the duty has gone, and presses the others no more.
func TestLettersAreTheirAddressees(t *testing.T) {
	stories(t, func(s *story) {
		id := s.made(ledger.Working)
		var p ledger.Paper
		draft := func(id ledger.ID) {
			s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (d *ledger.Duty, err error) {
				p, err = s.led.DraftLetter(ctx, tx, by, id, letter.Warn, personnel.Office, 3, "进展迟缓。")
				return s.duty(id), err
			})
		}
		sign := func() {
			s.As("督查乙").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				_, err := s.led.SignLetter(ctx, tx, by, p.ID, "", "", "")
				return s.duty(id), err
			})
		}
		read := func(name string) error {
			_, err := s.As(name).does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				_, _, err := s.led.LetterOf(ctx, tx, by, p.ID)
				return nil, err
			})
			return err
		}
		answer := func(name string) error {
			_, err := s.As(name).does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				_, err := s.led.AnswerLetter(ctx, tx, by, p.ID, "已经整改。", nil)
				return nil, err
			})
			return err
		}
		draft(id)
		s.wantRefusal(read("县能源局"), ledger.NotFound, "没有") // not sent: units do not know of it
		sign()
		s.wantRefusal(read("县住建局"), ledger.NotAllowed, "送贵单位")
		s.wantRefusal(answer("县住建局"), ledger.NotAllowed, "收文单位")
		s.wantRefusal(answer("能源经办"), ledger.NotAllowed, "负责人")
		for _, name := range []string{"县能源局", "能源经办", "督查甲", "副县长", "审计"} {
			if err := read(name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.tries("transfer", id); err != nil { // to 县财政局
			t.Fatal(err)
		}
		s.As("县财政局").sign(id)
		s.At("2023-09-29")
		s.wantLight(id, ledger.Normal) // the letter to 县能源局 does not make it lag
		s.wantRefusal(answer("县财政局"), ledger.NotAllowed, "收文单位")
		if err := answer("县能源局"); err != nil {
			t.Error(err)
		}
		s.sound(id)

		// A unit's desk has its letter, however many others came after it.
		other := s.made(ledger.Working)
		draft(other)
		sign()
		for range 35 {
			draft(id)
			sign()
		}
		s.read(func(tx *db.Tx) error {
			desk, err := s.led.DeskOf(ctx, tx, s.As("县能源局").actor(tx), day("2023-09-29"))
			if err == nil && len(desk.Answers) != 1 {
				t.Errorf("the desk has %d letters to answer, want 1", len(desk.Answers))
			}
			return err
		})
	})
}

// TestWhatWasNeverIssuedIsNotPublic: a duty that was misread and taken off tells the public nothing.
func TestWhatWasNeverIssuedIsNotPublic(t *testing.T) {
	stories(t, func(s *story) {
		d := s.theDuty("散煤清零")
		outcomes := func() (list []ledger.Outcome) {
			s.read(func(tx *db.Tx) (err error) {
				list, err = ledger.Outcomes(ctx, tx, county, string(d.Source.Doc), day("2023-09-20"))
				return err
			})
			return list
		}
		before := len(outcomes())
		if err := s.tries("cancel", d.ID); err != nil {
			t.Fatal(err)
		}
		if got := outcomes(); len(got) != before {
			t.Errorf("the public sees %+v", got)
		}
	})
}

// TestTokensAreTheirSenders: a token answers only the one who sent it, and a token that is no text is refused in words.
func TestTokensAreTheirSenders(t *testing.T) {
	stories(t, func(s *story) {
		id, other := s.made(ledger.Working), s.made(ledger.Working)
		report := func(name, once string, id ledger.ID) error {
			_, err := s.As(name).does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				send := sending(10)
				send.Once = once
				return s.led.Report(ctx, tx, by, id, send)
			})
			return err
		}
		for range 2 {
			if err := report("能源经办", "abc", id); err != nil {
				t.Fatal(err)
			}
		}
		s.wantRefusal(report("县能源局", "abc", id), ledger.Conflict, "刷新")
		s.wantRefusal(report("县财政局", "abc", id), ledger.Conflict, "刷新")
		s.wantRefusal(report("能源经办", "abc", other), ledger.Conflict, id.Number())
		for _, once := range []string{"\xff", "a\x00b", strings.Repeat("a", 101)} {
			s.wantRefusal(report("能源经办", once, id), ledger.Invalid, "刷新")
		}
		n := 0
		for _, st := range s.steps(id) {
			if st.What == ledger.DidReport {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d reports, want 1", n)
		}
	})
}

// TestNamesThatAreNone: what a form may send as the name of a unit is refused in words, on both databases.
func TestNamesThatAreNone(t *testing.T) {
	stories(t, func(s *story) {
		id := s.made(ledger.Working)
		for _, name := range []string{"\xff\xfe", "县\x00局", strings.Repeat("局", 101)} {
			_, err := s.As("督查甲").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				f := handMade
				f.Lead = []string{name}
				return s.led.Enter(ctx, tx, by, f, ledger.Source{Words: "会议"})
			})
			s.wantRefusal(err, ledger.Invalid, "单位名称")
			_, err = s.As("督查甲").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				return s.led.Split(ctx, tx, by, id, []string{name}, day(""), "")
			})
			s.wantRefusal(err, ledger.Invalid, "单位名称")
			_, err = s.As("督查甲").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				_, err := s.led.List(ctx, tx, by, ledger.Query{Unit: "县能源局", Role: ledger.Role(name)}, day("2023-09-21"))
				return nil, err
			})
			s.wantRefusal(err, ledger.Invalid, "牵头")
			_, err = s.As("督查甲").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				return nil, s.led.SaveView(ctx, tx, by, ledger.View{Name: "看" + name, Query: ""})
			})
			s.wantRefusal(err, ledger.Invalid, "名称")
		}
	})
}

// TestTwoAtOnce lets two persons do the same at the same time: one of them does it, the other is told in words.
func TestTwoAtOnce(t *testing.T) {
	stories(t, func(s *story) {
		for _, c := range []struct {
			state    ledger.State
			one, two string // doings
		}{
			{ledger.Drafted, "confirm", "confirm"}, {ledger.Confirmed, "issue", "issue"}, {ledger.Confirmed, "issue", "cancel"}, {ledger.Issued, "sign", "sign"},
			{ledger.Working, "claim", "claim"}, {ledger.Claimed, "check", "send back"}, {ledger.Checked, "close", "send back"}, {ledger.Working, "split", "split"},
			{ledger.Working, "ask for an extension", "ask for an extension"}, {ledger.Working, "suspend", "claim"}, {ledger.Closed, "reopen", "reopen"},
		} {
			id := s.made(c.state)
			errs := make([]error, 2)
			var wg sync.WaitGroup
			for i, name := range []string{c.one, c.two} {
				wg.Go(func() { errs[i] = s.tries(name, id) })
			}
			wg.Wait()
			done := 0
			for i, err := range errs {
				if err == nil {
					done++
				} else if k := ledger.KindOf(err); k == 0 || k == ledger.NotAllowed {
					t.Errorf("%s and %s in %s: %d: %v", c.one, c.two, c.state, i, err)
				}
			}
			after := c.one == "issue" && c.two == "cancel" || c.one == "check" && c.two == "send back" // the second may follow on the first
			if done != 1 && !(after && done == 2) {
				t.Errorf("%s and %s in %s: %d of them were done: %v", c.one, c.two, c.state, done, errs)
			}
			s.sound(id)
		}
		// Ten letters signed at once are numbered without a gap.
		id := s.made(ledger.Working)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var numbers []string
		var drafts []int64
		for range 10 {
			s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				p, err := s.led.DraftLetter(ctx, tx, by, id, letter.Warn, personnel.Office, 3, "进展迟缓。")
				drafts = append(drafts, p.ID)
				return s.duty(id), err
			})
		}
		for _, draft := range drafts {
			wg.Go(func() {
				var no string
				_, err := s.As("督查乙").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
					signed, err := s.led.SignLetter(ctx, tx, by, draft, "", "", "")
					no = signed.Letter.No
					return nil, err
				})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				numbers = append(numbers, no)
			})
		}
		wg.Wait()
		if slices.Sort(numbers); len(slices.Compact(slices.Clone(numbers))) != 10 || !slices.Contains(numbers, "青政督警〔2023〕10号") {
			t.Errorf("ten letters are numbered %v", numbers)
		}
		s.sound(id)
	})
}
