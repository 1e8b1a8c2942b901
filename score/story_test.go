package score_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/personnel"
	"zhixing/score"
)

// TestStories tells the stories of testdata/stories on both databases. A line of a story is a day, who acts, what he does
// and to which duty:
//
//	2023-10-08 督查甲 issue 1 县能源局+县住建局 2023-10-31     leads, then with + those who support, and the last day
//	2023-10-09 县能源局 sign 1
//	2023-10-12 县能源局 uphold 1 ! 县政府办公室                the act is refused in words that hold these
//	2023-11-01 score 2023-10-01 2023-12-31                     the lines below it, set in, are the table on that day
//
// A line of the table is a unit, its points, rank and grade, and what is not 0 of owed, supports and done; below it its
// hits: fact, duty, step or -, day, points, and what pages say beside them.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			clock := dbtest.At("2023-09-01")
			dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
				s := &story{T: t, db: d, led: theLedger(t), clock: clock}
				s.tell(strings.Split(string(b), "\n"))
			})
		})
	}
}

type story struct {
	*testing.T
	db    *db.DB
	led   *ledger.Ledger
	clock *dbtest.Clock
}

func (s *story) tell(lines []string) {
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if line == "" || line[0] == '#' {
			continue
		}
		s.Run(fmt.Sprintf("line %d", i+1), func(t *testing.T) {
			told := *s
			told.T = t
			text, want, refused := strings.Cut(line, " ! ")
			f := strings.Fields(text)
			s.clock.Set(f[0])
			if f[1] == "score" {
				var expect []string
				for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  ") {
					i++
					expect = append(expect, lines[i][2:])
				}
				table := of(t, s.db, s.led, score.Period{From: day(f[2]), To: day(f[3])}, day(f[0]))
				readds(t, table)
				if got := shown(table); got != strings.Join(expect, "\n") {
					t.Fatalf("%s\ngot\n%s\nwant\n%s", line, got, strings.Join(expect, "\n"))
				}
				return
			}
			err := s.db.Write(ctx, func(tx *db.Tx) error { return told.act(tx, actor(f[1]), f[2], f[3:]) })
			switch {
			case !refused && err != nil:
				t.Fatalf("%s: %v", line, err)
			case refused && (ledger.KindOf(err) == 0 || !strings.Contains(err.Error(), want)):
				t.Fatalf("%s: got %v", line, err)
			}
		})
		if s.Failed() {
			return
		}
	}
}

// act does one line of a story.
func (s *story) act(tx *db.Tx, by ledger.Actor, verb string, args []string) (err error) {
	n, err := strconv.ParseInt(args[0], 10, 64)
	id := ledger.ID(n)
	arg := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	sending := func(i int) ledger.Sending {
		out := ledger.Sending{Report: ledger.Report{Text: "按计划推进。", Progress: 50}}
		if arg(i) != "bare" {
			out.Evidence = []ledger.Evidence{{Name: "现场.jpg", Content: []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01")}}
		}
		return out
	}
	l, office := s.led, actor("督查甲")
	switch verb {
	case "issue":
		leads, supports := parties(arg(1))
		f := ledger.Fields{Title: "任务" + args[0], Lead: leads, Support: supports, Standing: arg(2) == ""}
		if arg(2) != "" {
			f.Due = day(arg(2))
		}
		var d *ledger.Duty
		if d, err = l.Enter(ctx, tx, by, f, ledger.Source{Words: "县政府常务会议（虚构）"}); err != nil {
			return err
		}
		if d.ID != id {
			s.Fatalf("duty %d has the number %d", id, d.ID)
		}
		if _, err = l.Confirm(ctx, tx, by, id, 0, nil, ""); err == nil {
			_, err = l.Issue(ctx, tx, by, id)
		}
	case "sign":
		_, err = l.Sign(ctx, tx, by, id, "")
	case "report":
		_, err = l.Report(ctx, tx, by, id, sending(1))
	case "claim":
		_, err = l.Claim(ctx, tx, by, id, sending(1))
	case "return":
		_, err = l.SendBack(ctx, tx, by, id, "材料不全。")
	case "close":
		if _, err = l.Check(ctx, tx, by, id, "属实。"); err == nil {
			_, err = l.Close(ctx, tx, by, id, "已完成。")
		}
	case "extend":
		if _, err = l.AskExtension(ctx, tx, by, id, day(arg(1)), "工期顺延。"); err == nil {
			_, err = l.DecideExtension(ctx, tx, office, id, true, calendar.Date{}, "")
		}
	case "transfer":
		leads, supports := parties(arg(1))
		_, err = l.Transfer(ctx, tx, by, id, leads, supports, "职责调整。")
	case "suspend":
		_, err = l.Suspend(ctx, tx, by, id, calendar.Date{}, "等待上级方案。")
	case "resume":
		_, err = l.Resume(ctx, tx, by, id, arg(1) == "keep", "")
	case "reopen":
		_, err = l.Reopen(ctx, tx, by, id, day(arg(1)), "巡查发现反弹。")
	case "cancel":
		_, err = l.Cancel(ctx, tx, by, id, "任务已无必要。")
	case "letter":
		var p ledger.Paper
		if p, err = l.DraftLetter(ctx, tx, by, id, letter.Kind(arg(1)), personnel.Office, 0, "进度滞后"); err == nil && arg(2) != "draft" {
			_, err = l.SignLetter(ctx, tx, actor("督查乙"), p.ID, "", "", "")
		}
	case "send":
		_, err = l.SignLetter(ctx, tx, by, n, "", "", "")
	case "appeal": // DUTY FROM TO FACT STEP DAY
		step, _ := strconv.ParseInt(arg(4), 10, 64)
		_, err = score.MakeAppeal(ctx, tx, l, marking(), by, score.Period{From: day(arg(1)), To: day(arg(2))},
			score.Key{Unit: by.Seats[0].Unit, Fact: score.Fact(arg(3)), Duty: id, Step: step, Day: day(arg(5))}, "当日系统停电，有记录。")
	case "uphold", "refuse":
		_, err = score.DecideAppeal(ctx, tx, l, by, n, verb == "uphold", "经核实。")
	default:
		s.Fatalf("nobody can %s", verb)
	}
	return err
}

func parties(text string) (leads, supports []string) {
	a, b, _ := strings.Cut(text, "+")
	if b != "" {
		supports = strings.Split(b, "、")
	}
	return strings.Split(a, "、"), supports
}

// shown is the table as the stories write it.
func shown(t score.Table) string {
	var out []string
	for _, u := range t.Units {
		line := fmt.Sprintf("%s %s %s %s", u.Unit, u.Points, u.RankText(), u.Grade)
		for _, c := range []struct {
			name string
			n    int
		}{{"owed", u.Owed}, {"supports", u.Supports}, {"done", u.Done}} {
			if c.n > 0 {
				line += fmt.Sprintf(" %s=%d", c.name, c.n)
			}
		}
		out = append(out, line)
		for _, h := range u.Hits {
			step := "-"
			if h.Step > 0 {
				step = strconv.FormatInt(h.Step, 10)
			}
			line := fmt.Sprintf("  %s %d %s %s %s", h.Fact, h.Duty, step, h.Day, h.Points)
			for _, w := range []string{h.Why(), appealWord(h)} {
				if w != "" {
					line += " " + w
				}
			}
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func appealWord(h score.Hit) string {
	if h.Appeal == nil || h.Waived() {
		return ""
	}
	return h.Appeal.State().Chinese()
}

// readds adds every mark again from its hits, and holds the counts against them.
func readds(t testing.TB, table score.Table) {
	t.Helper()
	for _, u := range table.Units {
		left, sums, count := u.Base, make([]score.Deducted, len(u.Deducted)), map[score.Fact]int{}
		for _, h := range u.Hits {
			left -= h.Points
			count[h.Fact]++
			if !h.Waived() {
				sums[h.By].Points += h.Points
				sums[h.By].Times++
			}
			switch {
			case h.Unit != u.Unit, h.Each != table.Rules.Deduct[h.By].Points, h.Points < 0, h.Points > h.Each, h.Words == "", h.Title == "":
				t.Errorf("%s: a hit that cannot be: %+v", u.Unit, h)
			case h.Waived() && h.Points != 0, !h.Waived() && h.Capped != (h.Points < h.Each):
				t.Errorf("%s: a hit that says other than it takes: %+v", u.Unit, h)
			}
		}
		if left != u.Points || left < 0 {
			t.Errorf("%s: its hits leave %s of %s, it is marked %s", u.Unit, left, u.Base, u.Points)
		}
		for i, s := range sums {
			d := u.Deducted[i]
			if s.Points != d.Points || s.Times != d.Times || table.Rules.Deduct[i].Most < d.Points {
				t.Errorf("%s: %s took %+v, its hits %+v", u.Unit, table.Rules.Deduct[i].Name, d, s)
			}
		}
		for f, n := range map[score.Fact]int{score.Overdue: u.Overdue, score.Late: u.Late, score.Unsigned: u.Unsigned, score.Unreported: u.Unreported,
			score.ReportedLate: u.ReportedLate, score.SentBack: u.SentBack, score.Extended: u.Extended, score.NoEvidence: u.NoEvidence} {
			if count[f] != n {
				t.Errorf("%s: %d × %s counted, %d hits", u.Unit, n, f, count[f])
			}
		}
	}
}
