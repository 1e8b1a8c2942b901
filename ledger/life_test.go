package ledger_test

import (
	"fmt"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
)

// TestLifeOfADuty is the whole way of one duty over five people, with a restart in the middle of every step.
func TestLifeOfADuty(t *testing.T) {
	stories(t, func(s *story) {
		d := s.theDuty("散煤清零")
		if got := d.Source.Basis(); got != "青政办发〔2023〕12号 一/1" && d.Source.DocNo != "青政办发〔2023〕12号" {
			t.Errorf("the basis is %q", got)
		}
		if d.State != ledger.Drafted || d.Due != day("2023-10-31") || d.Lead[0] != "县能源局" || d.Support[0] != "县住建局" {
			t.Fatalf("read as %+v", d)
		}
		s.restart()
		s.At("2023-09-21")
		s.As("督查甲").confirm(d.ID)
		s.restart()
		s.As("督查甲").issue(d.ID)
		s.wantState(d.ID, ledger.Issued)
		s.restart()

		s.At("2023-09-22")
		s.As("县住建局").sign(d.ID)
		s.wantState(d.ID, ledger.Issued) // a supporter's signature does not start the work
		s.As("能源经办").sign(d.ID)
		s.wantState(d.ID, ledger.Working)
		s.wantLight(d.ID, ledger.Normal)
		s.restart()

		s.At("2023-10-20")
		s.As("能源经办").report(d.ID, 60)
		s.restart()
		s.At("2023-10-23")
		s.wantLight(d.ID, ledger.Near)
		_, err := s.As("能源经办").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Claim(ctx, tx, by, d.ID, ledger.Sending{Report: ledger.Report{Text: "完成"}})
		})
		s.wantRefusal(err, ledger.NotAllowed, "负责人")
		_, err = s.As("县能源局").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Claim(ctx, tx, by, d.ID, ledger.Sending{Report: ledger.Report{Text: "完成"}})
		})
		s.wantRefusal(err, ledger.Invalid, "第8条")
		s.As("县能源局").claim(d.ID)
		s.wantState(d.ID, ledger.Claimed)
		s.wantLight(d.ID, ledger.NoLight)
		s.restart()

		s.At("2023-10-24")
		s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.SendBack(ctx, tx, by, d.ID, "缺少两个村的验收表。")
		})
		s.wantState(d.ID, ledger.Working)
		s.At("2023-11-01")
		s.wantLight(d.ID, ledger.Overdue)
		s.As("县能源局").claim(d.ID)
		s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Check(ctx, tx, by, d.ID, "现场看过，属实。")
		})
		s.restart()
		s.As("督查乙").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Close(ctx, tx, by, d.ID, "禁煤区散煤已清零。")
		})
		s.wantState(d.ID, ledger.Closed)

		s.read(func(tx *db.Tx) error {
			out, err := ledger.Outcomes(ctx, tx, county, "青政办发/2023/12", day("2023-11-01"))
			if err != nil || len(out) != 1 || out[0].Result != "禁煤区散煤已清零。" || out[0].ClosedOn != day("2023-11-01") {
				t.Errorf("the public sees %+v, %v", out, err)
			}
			before, _, err := s.led.On(ctx, tx, s.As("督查甲").actor(tx), d.ID, day("2023-10-23"))
			if err != nil || before.State != ledger.Claimed {
				t.Errorf("on 2023-10-23 it was %+v, %v", before, err)
			}
			return nil
		})
		s.At("2023-11-10")
		s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Reopen(ctx, tx, by, d.ID, day("2023-12-20"), "巡查发现复燃。")
		})
		s.wantState(d.ID, ledger.Working)
	})
}

// TestLadderFiresEachRungOnce climbs the whole ladder of a duty that nobody does, day by day and with a restart each day,
// and once more all at a time.
func TestLadderFiresEachRungOnce(t *testing.T) {
	start := func(s *story) *ledger.Duty {
		d := s.theDuty("散煤清零")
		s.As("督查甲").confirm(d.ID)
		s.As("督查甲").issue(d.ID)
		s.As("县能源局").sign(d.ID)
		s.As("县住建局").sign(d.ID)
		return d
	}
	t.Run("day by day", func(t *testing.T) {
		stories(t, func(s *story) {
			d := start(s)
			for on := day("2023-09-21"); on.Before(day("2023-12-10")); on = on.AddDays(1) {
				s.clock.Set(on.String())
				s.tick()
				s.tick()
				for _, st := range s.steps(d.ID) {
					if st.What == ledger.DidRung && !s.led.Rules.Hours.Open(s.led.Rules.Workdays, st.Data.Rung.Due) {
						t.Errorf("%s was to fire at %v, out of hours", st.Data.Rung.Name, st.Data.Rung.Due)
					}
				}
			}
			s.restart()
			s.tick()
			if got := count(s.rungs(d.ID), "逾期提醒"); got != 1 {
				t.Errorf("逾期提醒 fired %d times", got)
			}
			s.onceEach(d.ID)
		})
	})
	t.Run("after a long stop", func(t *testing.T) {
		stories(t, func(s *story) {
			d := start(s)
			s.restart()
			s.At("2023-12-10")
			s.tick()
			s.onceEach(d.ID)
			for _, name := range []string{"逾期提醒", "督办单", "约谈", "通报"} {
				if got := count(s.rungs(d.ID), name); got != 1 {
					t.Errorf("%s fired %d times: %s", name, got, s.rungs(d.ID))
				}
			}
		})
	})
}

func count(rungs, name string) int {
	n := 0
	for _, r := range strings.Fields(rungs) {
		if r == name {
			n++
		}
	}
	return n
}

// onceEach holds that no rung fired twice for one cause, and that every step is in the order of its time.
func (s *story) onceEach(id ledger.ID) {
	s.Helper()
	seen := map[string]bool{}
	for _, st := range s.steps(id) {
		if st.What != ledger.DidRung {
			continue
		}
		if seen[st.Data.Rung.Key] {
			s.Errorf("rung %s fired twice", st.Data.Rung.Key)
		}
		seen[st.Data.Rung.Key] = true
		if st.At.Before(st.Data.Rung.Due) {
			s.Errorf("rung %s fired at %v, before its time %v", st.Data.Rung.Key, st.At, st.Data.Rung.Due)
		}
		if st.Data.Rung.Rule.ID == "" {
			s.Errorf("rung %s names no rule", st.Data.Rung.Key)
		}
	}
}

// TestImplementersGetLinesOfTheirOwn issues a duty that all towns implement.
func TestImplementersGetLinesOfTheirOwn(t *testing.T) {
	stories(t, func(s *story) {
		d := s.theDuty("企业提级")
		s.As("督查甲").confirm(d.ID)
		s.As("督查甲").issue(d.ID)
		var kids []*ledger.Duty
		s.read(func(tx *db.Tx) (err error) {
			kids, err = s.led.KidsOf(ctx, tx, d)
			return err
		})
		if len(kids) != 2 || kids[0].Lead[0] != "河口镇" || kids[1].Lead[0] != "上岭乡" || kids[0].State != ledger.Issued || kids[0].Due != d.Due {
			t.Fatalf("lines: %+v", kids)
		}
		s.As("生态分局").sign(d.ID)
		_, err := s.As("生态分局").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Claim(ctx, tx, by, d.ID, ledger.Sending{Report: ledger.Report{Text: "完成"}, Evidence: []ledger.Evidence{photo}})
		})
		s.wantRefusal(err, ledger.WrongState, "分解任务没有销号")
		_, err = s.As("上岭乡").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) { return s.led.Sign(ctx, tx, by, kids[0].ID, "") })
		s.wantRefusal(err, ledger.NotAllowed, "")
		for i, who := range []string{"河口镇", "上岭乡"} {
			s.As(who).sign(kids[i].ID)
			s.As(who).claim(kids[i].ID)
			s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				return s.led.Check(ctx, tx, by, kids[i].ID, "属实")
			})
			s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				return s.led.Close(ctx, tx, by, kids[i].ID, "完成")
			})
		}
		s.As("生态分局").claim(d.ID)
	})
}

// TestUnknownNameIsAskedOnce holds back a duty whose supporter fits no unit until the office has said who that is.
func TestUnknownNameIsAskedOnce(t *testing.T) {
	stories(t, func(s *story) {
		d := s.theDuty("扬尘管控")
		if len(d.Unknown) != 1 || d.Unknown[0] != "县城管中队" {
			t.Fatalf("unknown names: %q", d.Unknown)
		}
		s.As("督查甲").confirm(d.ID)
		_, err := s.As("督查甲").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) { return s.led.Issue(ctx, tx, by, d.ID) })
		s.wantRefusal(err, ledger.WrongState, "县城管中队")
		s.answer("县城管中队", "县住建局")
		got := s.As("督查甲").issue(d.ID)
		if len(got.Supports()) != 0 || len(got.Leads()) != 1 {
			t.Errorf("parties: %+v: a unit that leads does not support besides", got.Parties)
		}
	})
}

// TestExtensionTransferSuspension are the side ways of a duty.
func TestExtensionTransferSuspension(t *testing.T) {
	stories(t, func(s *story) {
		d := s.theDuty("散煤清零")
		s.As("督查甲").confirm(d.ID)
		s.As("督查甲").issue(d.ID)
		s.As("县能源局").sign(d.ID)
		s.At("2023-10-25")
		ask := func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.AskExtension(ctx, tx, by, d.ID, day("2023-11-20"), "管网施工受阻。")
		}
		s.As("县能源局").must(ask)
		_, err := s.As("县能源局").does(ask)
		s.wantRefusal(err, ledger.WrongState, "等待批复")
		_, err = s.As("县能源局").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.DecideExtension(ctx, tx, by, d.ID, true, calendar.Date{}, "")
		})
		s.wantRefusal(err, ledger.NotAllowed, "办公室")
		got := s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.DecideExtension(ctx, tx, by, d.ID, true, day("2023-11-15"), "同意到15日。")
		})
		if got.Due != day("2023-11-15") || got.Extended != 1 || got.FirstDue != day("2023-10-31") {
			t.Errorf("after the extension: %+v", got)
		}
		s.At("2023-11-01")
		s.wantLight(d.ID, ledger.Lagging) // the report of October is missing, but it is not overdue

		s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Suspend(ctx, tx, by, d.ID, day("2023-11-21"), "等待上级资金。")
		})
		s.At("2023-11-20")
		s.wantLight(d.ID, ledger.NoLight)
		s.At("2023-11-21")
		if count(s.rungs(d.ID), "恢复提醒") != 1 {
			t.Errorf("rungs: %s", s.rungs(d.ID))
		}
		got = s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Resume(ctx, tx, by, d.ID, false, "")
		})
		if got.Due != day("2023-12-05") { // twenty days later
			t.Errorf("after the pause it is due on %s", got.Due)
		}
		got = s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Transfer(ctx, tx, by, d.ID, []string{"县财政局"}, []string{"县住建局"}, "职能划转。")
		})
		s.wantState(d.ID, ledger.Issued)
		_, err = s.As("县能源局").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) { return s.led.Of(ctx, tx, by, d.ID) })
		s.wantRefusal(err, ledger.NotAllowed, "无关")
		s.As("县财政局").sign(d.ID)
		s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Cancel(ctx, tx, by, d.ID, "上级政策调整。")
		})
		s.wantState(d.ID, ledger.Cancelled)
	})
}

// TestSentOnceNeverTwice sends one report three times, as a phone on a weak line does.
func TestSentOnceNeverTwice(t *testing.T) {
	stories(t, func(s *story) {
		d := s.theDuty("调度通报")
		s.As("督查甲").confirm(d.ID)
		s.As("督查甲").issue(d.ID)
		s.As("生态分局").sign(d.ID)
		for range 3 {
			s.As("生态分局").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				return s.led.Report(ctx, tx, by, d.ID, ledger.Sending{Report: ledger.Report{Text: "已通报。", Progress: 10}, Once: "token-1", Evidence: []ledger.Evidence{photo}})
			})
		}
		n := 0
		for _, st := range s.steps(d.ID) {
			if st.What == ledger.DidReport {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the report was kept %d times", n)
		}
		_, err := s.As("生态分局").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Report(ctx, tx, by, s.theDuty("企业提级").ID, ledger.Sending{Report: ledger.Report{Text: "已通报。"}, Once: "token-1"})
		})
		s.wantRefusal(err, ledger.Conflict, "不能再提交")
	})
}

// TestReportsFallDueByPeriod follows a monthly report over three months.
func TestReportsFallDueByPeriod(t *testing.T) {
	stories(t, func(s *story) {
		d := s.theDuty("调度通报")
		s.As("督查甲").confirm(d.ID)
		s.As("督查甲").issue(d.ID) // 20 September
		s.As("生态分局").sign(d.ID)
		s.At("2023-09-28")
		s.As("生态分局").report(d.ID, 10) // September
		s.At("2023-10-31")
		s.wantLight(d.ID, ledger.Normal)
		s.At("2023-11-01")
		s.wantLight(d.ID, ledger.Lagging) // October's, by the clause: to its last day
		s.At("2023-11-03")
		s.As("生态分局").report(d.ID, 20) // October's, late
		s.wantLight(d.ID, ledger.Normal)
		s.At("2024-02-02") // November, December and January have passed
		s.wantLight(d.ID, ledger.Lagging)
		s.As("生态分局").report(d.ID, 30)
		s.wantLight(d.ID, ledger.Normal)
		var got []string
		for _, st := range s.steps(d.ID) {
			if r := st.Data.Report; r != nil {
				got = append(got, fmt.Sprint(r.Label, " ", r.Late, " ", r.Missed))
			}
		}
		if want := "2023年9月 false 0, 2023年10月 true 0, 2024年1月 true 2"; strings.Join(got, ", ") != want {
			t.Errorf("reports: %q, want %q", got, want)
		}
	})
}
