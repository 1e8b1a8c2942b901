package cases_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/personnel"
)

// What is found a thousand times at once is one case (complaint 5).
func TestAThousandAtOnce(t *testing.T) {
	for _, n := range []int{1000} {
		s := open(t, db.SQLite)
		var wg sync.WaitGroup
		ids := make([]cases.ID, n)
		for i := range n {
			wg.Go(func() {
				f := over("outlets/P1")
				f.ID = 7
				err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
					ids[i], err = s.c.Open(ctx, tx, f)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != 1 {
				t.Fatalf("case %d", id)
			}
		}
		if steps := s.steps(1); len(steps) != 1 {
			t.Errorf("%d steps of one and the same", len(steps))
		}
	}
}

// What comes again is one more time in its case; what was said to be put right goes back; after the end it is a new case that knows
// the earlier one, and is held against who put it right.
func TestItComesAgain(t *testing.T) {
	stories(t, func(s *story) {
		f := over("outlets/P1")
		f.ID = 7
		id := s.found(f)
		s.feed("分局经办", id)
		s.accept("河口镇长", id)
		s.recovered(7)
		if got := s.found(f); got != id {
			t.Fatalf("case %d", got)
		}
		if k := s.kase(id); k.Findings[0].Times != 2 || !k.Findings[0].Recovered.IsZero() || k.Recurs != 0 || k.State != cases.PuttingIt {
			t.Errorf("%+v", k)
		}
		s.recovered(7)
		s.putRight("河口镇长", id)
		s.check("分局经办", id)
		s.found(f)
		s.wantState(id, cases.PuttingIt)
		if k := s.kase(id); k.Recurs != 1 || k.Checked.By != "" {
			t.Errorf("%+v", k)
		}
		s.recovered(7)
		s.putRight("河口镇长", id)
		s.check("分局经办", id)
		s.close("分局长", id)
		f.ID = 8
		s.At("2023-11-01")
		next := s.found(f)
		k := s.kase(next)
		if next == id || k.Earlier != id || len(k.Held) != 1 || k.Held[0] != hekou {
			t.Errorf("%+v", k)
		}
		s.read(func(tx *db.Tx) error {
			hits, err := cases.Overdue(ctx, tx, county, day("2023-09-01"), day("2023-11-30"))
			if err != nil {
				return err
			}
			var kinds []string
			for _, h := range hits {
				if h.Unit == hekou {
					kinds = append(kinds, string(h.Kind))
				}
				if h.Step == 0 || h.Words == "" || h.Basis == "" {
					t.Errorf("%+v", h)
				}
			}
			if got := strings.Join(kinds, " "); got != "case_recurred case_recurred" {
				t.Errorf("%s: %+v", got, hits)
			}
			return nil
		})
	})
}

// Findings with the same labels join one case while it is being put right.
func TestGrouping(t *testing.T) {
	stories(t, func(s *story) {
		item := func(n int64, name, subject string) cases.Found {
			return cases.Found{ID: n, Rule: "six/" + name, Subject: subject, Label: "一号工地", Title: "“" + name + "”不合格", Unit: housing, Ladder: "site", Severity: "一般"}
		}
		id := s.found(item(1, "围挡", "sites/A"))
		f := item(2, "冲洗", "sites/A")
		f.Severity = "严重"
		if got := s.found(f); got != id {
			t.Errorf("case %d", got)
		}
		if got := s.found(item(3, "围挡", "sites/B")); got == id {
			t.Error("another site joins")
		}
		if k := s.kase(id); len(k.Findings) != 2 || k.Severity != "严重" {
			t.Errorf("%+v", k)
		}
		s.feed("住建经办", id)
		s.accept("住建经办", id)
		s.putRight("住建经办", id)
		if got := s.found(item(4, "覆盖", "sites/A")); got == id {
			t.Error("it joins what waits to be checked")
		}
		s.read(func(tx *db.Tx) error {
			p, err := s.c.List(ctx, tx, as("督查甲"), cases.Query{Rule: "six/冲洗", Subject: "sites/A"})
			if err != nil || p.Total != 1 || p.Rows[0].ID != id {
				t.Errorf("%+v, %v", p, err)
			}
			return nil
		})
	})
}

// A silenced rule makes no case and no notice; when its time is over, what still stands gets its case.
func TestSilence(t *testing.T) {
	stories(t, func(s *story) {
		silence := func(name string, x cases.Silence) (cases.Silence, error) {
			var got cases.Silence
			err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
				got, err = s.c.PutSilence(ctx, tx, as(name), x)
				return err
			})
			return got, err
		}
		now := s.clock.Now()
		x := cases.Silence{Rule: "outlet-over", Subject: "outlets/P1", Until: now.Add(5 * 24 * time.Hour), Reason: "设备检修"}
		_, err := silence("分局长", x)
		s.refused(err, ledger.NotAllowed, "静默")
		for word, bad := range map[string]cases.Silence{"规则": {Until: x.Until, Reason: "x"}, "终点": {Rule: "r", Until: now, Reason: "x"},
			"三个月": {Rule: "r", Until: now.Add(100 * 24 * time.Hour), Reason: "x"}, "理由": {Rule: "r", Until: x.Until}} {
			_, err := silence("督查甲", bad)
			s.refused(err, ledger.Invalid, word)
		}
		put, err := silence("督查甲", x)
		if err != nil {
			t.Fatal(err)
		}
		f, g := over("outlets/P1"), over("outlets/P1")
		f.ID, g.ID = 7, 8
		if id := s.found(f); id != 0 {
			t.Errorf("case %d", id)
		}
		s.found(g)
		s.found(over("outlets/P2")) // another subject is not silenced
		s.recovered(8)
		if n := s.count(`SELECT count(*) FROM case_record`); n != 1 {
			t.Errorf("%d cases", n)
		}
		s.At("2023-09-25T08:59:00+08:00")
		if n := s.count(`SELECT count(*) FROM case_record`); n != 1 {
			t.Errorf("%d cases before its end", n)
		}
		s.At("2023-09-25T09:00:00+08:00")
		s.restart()
		s.tick()
		if n := s.count(`SELECT count(*) FROM case_record`); n != 2 {
			t.Errorf("%d cases after its end, want 2: what stands, and not what is over", n)
		}
		s.read(func(tx *db.Tx) error {
			list, err := s.c.Silences(ctx, tx, as("分局长"), now)
			if err != nil || len(list) != 1 || list[0].Reason != "设备检修" || list[0].ID != put.ID {
				t.Errorf("%+v, %v", list, err)
			}
			return nil
		})
		x.Subject, x.Until = "", s.clock.Now().Add(time.Hour*240)
		if put, err = silence("督查甲", x); err != nil {
			t.Fatal(err)
		}
		f = over("outlets/P9")
		f.ID = 99
		if id := s.found(f); id != 0 {
			t.Errorf("case %d of a rule that is silenced for all", id)
		}
		s.write(func(tx *db.Tx) error { return s.c.EndSilence(ctx, tx, as("督查甲"), put.ID) })
		s.tick()
		if n := s.count(`SELECT count(*) FROM case_record`); n != 3 {
			t.Errorf("%d cases", n)
		}
	})
}

// The ladder's letters are drafted, signed by whom the rung says, numbered in one series with those of duties, and answered.
func TestLetters(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		s.feed("分局经办", id)
		s.accept("河口镇长", id)
		s.At("2023-10-16")
		papers := func(name string) []ledger.Paper {
			var out []ledger.Paper
			s.read(func(tx *db.Tx) (err error) {
				out, err = s.c.LettersOf(ctx, tx, as(name), id)
				return err
			})
			return out
		}
		drafts := papers("督查甲")
		if len(drafts) != 1 || drafts[0].State != ledger.LetterDrafted || drafts[0].Letter.To[0] != hekou || len(papers("河口镇长")) != 0 {
			t.Fatalf("%+v", drafts)
		}
		paper := drafts[0].ID
		sign := func(name string) error {
			return s.db.Write(ctx, func(tx *db.Tx) error {
				_, err := s.c.SignLetter(ctx, tx, as(name), paper, "请立即整改。", "", "")
				return err
			})
		}
		s.refused(sign("分局长"), ledger.NotAllowed, "签发")
		s.read(func(tx *db.Tx) error { // the functions for duties do not know it
			_, _, err := s.c.Ledger.LetterOf(ctx, tx, as("督查甲"), paper)
			s.refused(err, ledger.NotFound, "没有这份文书")
			list, err := s.c.Ledger.Letters(ctx, tx, as("督查甲"), "", 0, 10) // but it stands in the list of what waits
			if err != nil || len(list) != 1 || list[0].Path() != fmt.Sprintf("%s/letters/%d", id.Path(), paper) {
				t.Errorf("%+v, %v", list, err)
			}
			desk, err := s.c.Ledger.DeskOf(ctx, tx, as("督查甲"), day("2023-10-16"))
			if err != nil || len(desk.ToSignLetters) != 1 {
				t.Errorf("the desk of who signs: %+v, %v", desk.ToSignLetters, err)
			}
			return nil
		})
		if err := sign("督查甲"); err != nil {
			t.Fatal(err)
		}
		s.sound(id)
		s.refused(sign("督查乙"), ledger.WrongState, "不能再签发")
		k := s.kase(id)
		if len(k.Letters) != 1 || k.Letters[0].No != "青政督警〔2023〕1号" || k.Letters[0].AnswerBy != day("2023-10-19") {
			t.Errorf("%+v", k.Letters)
		}
		answer := func(name string) error {
			return s.db.Write(ctx, func(tx *db.Tx) error {
				_, err := s.c.AnswerLetter(ctx, tx, as(name), paper, cases.Sending{Words: "已安排清理。"})
				return err
			})
		}
		s.refused(answer("河口经办"), ledger.NotAllowed, "负责人")
		if err := answer("河口镇长"); err != nil {
			t.Fatal(err)
		}
		s.read(func(tx *db.Tx) error {
			b, err := s.c.LetterFile(ctx, tx, as("河口镇长"), paper, "docx")
			if err != nil || len(b) < 1000 {
				t.Errorf("%d bytes, %v", len(b), err)
			}
			_, err = s.c.LetterFile(ctx, tx, as("上岭乡长"), paper, "docx")
			s.refused(err, ledger.NotFound, "没有这份文书")
			return nil
		})
		// a reason that is gone is not signed for
		s.At("2023-10-23")
		var supervise int64
		for _, p := range papers("督查甲") {
			if p.Letter.Kind == letter.Supervise {
				supervise = p.ID
			}
		}
		s.putRight("河口镇长", id)
		paper = supervise
		s.refused(sign("督查甲"), ledger.WrongState, "事由已经消失")
		s.write(func(tx *db.Tx) error {
			_, err := s.c.DropLetter(ctx, tx, as("督查甲"), paper, "已整改")
			return err
		})
	})
}

// Rights are one table: each act is refused in words to everybody whom the table does not name.
func TestRightsAreOneTable(t *testing.T) {
	for _, row := range cases.Acts {
		if row.What == "" || row.No == "" || len(row.Roles) == 0 {
			t.Errorf("%+v", row)
		}
		for role, scope := range row.Roles {
			if !role.Known() || scope == ledger.None {
				t.Errorf("%s: %s", row.Act, role)
			}
		}
		auditor := as("审计")
		if may := cases.May(auditor, row.Act); may != (row.Act == cases.ActSee || row.Act == cases.ActExport) {
			t.Errorf("an auditor may %s: %v", row.Act, may)
		}
	}
	if cases.May(cases.Actor{Seats: []personnel.Seat{}}, cases.ActSee) {
		t.Error("who has no seat sees cases")
	}
}

// Every act in every state: done, or refused in a sentence; never an error for the operator.
func TestEveryActInEveryState(t *testing.T) {
	for _, person := range []string{"督查甲", "分局长", "河口镇长", "上岭乡长", "副县长", "审计"} {
		s := open(t, db.SQLite)
		acts := everyAct(s)
		for state, id := range oneInEachState(s) {
			for name, do := range acts {
				err := s.db.Write(ctx, func(tx *db.Tx) error {
					_, err := do(tx, as(person), id)
					if err == nil {
						return fmt.Errorf("rolled back: %w", errDone)
					}
					return err
				})
				kind := ledger.KindOf(err)
				if kind == 0 && !strings.Contains(err.Error(), "rolled back") {
					t.Errorf("%s %s in %s: %v", person, name, state, err)
				}
				if person == "审计" && kind != ledger.NotAllowed && kind != ledger.WrongState {
					t.Errorf("an auditor did %s in %s: %v", name, state, err)
				}
				if person == "上岭乡长" && kind == 0 {
					t.Errorf("a stranger did %s in %s", name, state)
				}
			}
		}
	}
}

var errDone = fmt.Errorf("done")

func everyAct(s *story) map[string]func(*db.Tx, cases.Actor, cases.ID) (*cases.Case, error) {
	photo := []cases.Upload{{Name: "a.jpg", Content: fakeJPEG("y")}}
	place := &cases.Point{Lon: 111.4, Lat: 35.5}
	return map[string]func(*db.Tx, cases.Actor, cases.ID) (*cases.Case, error){
		"feed": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Feed(ctx, tx, by, id, cases.Feeding{Units: []string{hekou}})
		},
		"accept": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Accept(ctx, tx, by, id, cases.Sending{})
		},
		"decline": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Decline(ctx, tx, by, id, cases.Sending{Words: "x"})
		},
		"put right": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.PutRight(ctx, tx, by, id, cases.Sending{Words: "x", Files: photo})
		},
		"check": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Check(ctx, tx, by, id, cases.Sending{Words: "x", Place: place})
		},
		"close": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Close(ctx, tx, by, id, cases.Closure{Result: "x", Despite: "y"})
		},
		"send back": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.SendBack(ctx, tx, by, id, nil, cases.Sending{Words: "x"})
		},
		"up": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.HandUp(ctx, tx, by, id, cases.Handing{To: cityEPA, Reason: "x"})
		},
		"down": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.HandDown(ctx, tx, by, id, cases.Handing{To: grid, Reason: "x"})
		},
		"hand over": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.HandOver(ctx, tx, by, id, "公安局", "x")
		},
		"receipt": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Receipt(ctx, tx, by, id, "1", calendar.DateOf(tx.Now()))
		},
		"take back": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.TakeBack(ctx, tx, by, id, "x")
		},
		"refuse": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Refuse(ctx, tx, by, id, "反映不属实", "x")
		},
		"add": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Add(ctx, tx, by, id, cases.Sending{Words: "x"})
		},
		"decide": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Decide(ctx, tx, by, id, "x")
		},
		"summarise": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Summarise(ctx, tx, by, id, "x", "y")
		},
		"expose": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Expose(ctx, tx, by, id, "x", nil)
		},
		"conceal": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Conceal(ctx, tx, by, id, "x")
		},
		"merge": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			return s.c.Merge(ctx, tx, by, id, 1, "x")
		},
		"split": func(tx *db.Tx, by cases.Actor, id cases.ID) (*cases.Case, error) {
			k, _, err := s.c.Split(ctx, tx, by, id, []cases.Splitting{{Title: "x"}}, "y")
			return k, err
		},
	}
}

// oneInEachState makes a case of each state.
func oneInEachState(s *story) map[cases.State]cases.ID {
	out := map[cases.State]cases.ID{}
	n := 0
	fresh := func() cases.ID {
		n++
		f := over(fmt.Sprintf("outlets/X%d", n))
		return s.found(f)
	}
	out[cases.Feedback] = fresh()
	id := fresh()
	s.feed("分局经办", id)
	out[cases.Acceptance] = id
	working := func() cases.ID {
		id := fresh()
		s.feed("分局经办", id)
		s.accept("河口镇长", id)
		return id
	}
	out[cases.PuttingIt] = working()
	checking := func() cases.ID {
		id := working()
		s.putRight("河口经办", id)
		return id
	}
	out[cases.Checking] = checking()
	id = checking()
	s.check("分局经办", id)
	out[cases.Closing] = id
	id = checking()
	s.check("分局经办", id)
	s.recovered(s.kase(id).Findings[0].ID)
	s.close("分局长", id)
	out[cases.Closed] = id
	id = working()
	s.must("分局长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
		return s.c.HandOver(ctx, tx, by, id, "公安局", "x")
	})
	out[cases.HandingOver] = id
	id2 := working()
	s.must("分局长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
		return s.c.HandOver(ctx, tx, by, id2, "公安局", "x")
	})
	s.must("分局长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
		return s.c.Receipt(ctx, tx, by, id2, "1", day("2023-09-20"))
	})
	out[cases.HandedOver] = id2
	id3 := fresh()
	s.recovered(s.kase(id3).Findings[0].ID)
	s.must("分局长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
		return s.c.Refuse(ctx, tx, by, id3, "反映不属实", "查无此事")
	})
	out[cases.Refused] = id3
	id4 := fresh()
	s.must("督查甲", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
		return s.c.Merge(ctx, tx, by, id4, out[cases.Feedback], "x")
	})
	out[cases.Merged] = id4
	for state, id := range out {
		s.wantState(id, state)
	}
	return out
}
