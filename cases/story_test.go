package cases_test

import (
	"fmt"
	"testing"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/notice"
)

// TestTheWholeLoop: found, fed back, accepted, put right, checked by another on the spot, closed when its facts allow.
func TestTheWholeLoop(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		s.wantState(id, cases.Feedback)
		s.wantClock(id, bureau, "2023-09-21")
		if k := s.kase(id); k.Title != "一号排口入河排污口超标" || k.Basis == "" || k.Units()[0] != hekou {
			t.Fatalf("%+v", k)
		}
		s.feed("分局经办", id)
		s.wantState(id, cases.Acceptance)
		s.wantClock(id, hekou, "2023-09-21")
		s.accept("河口经办", id)
		s.wantState(id, cases.PuttingIt)
		s.wantClock(id, hekou, "2023-10-10") // ten working days, over the holidays with their made-up weekends

		_, err := s.does("河口镇长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.PutRight(ctx, tx, by, id, cases.Sending{Words: "已清理。"})
		})
		s.refused(err, ledger.Invalid, "须附照片")
		s.At("2023-10-09")
		s.putRight("河口镇长", id)
		s.wantState(id, cases.Checking)
		s.wantClock(id, bureau, "2023-10-16")

		check := func(name string, place *cases.Point) error {
			_, err := s.does(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
				return s.c.Check(ctx, tx, by, id, cases.Sending{Words: "属实。", Place: place})
			})
			return err
		}
		s.refused(check("河口镇长", nil), ledger.NotAllowed, "核查")
		s.refused(check("分局经办", nil), ledger.Invalid, "到现场")
		s.check("分局经办", id)
		s.wantState(id, cases.Closing)

		_, err = s.does("分局长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.Close(ctx, tx, by, id, cases.Closure{Result: "已整改。"})
		})
		s.refused(err, ledger.WrongState, "还没有恢复")
		s.recovered(1)
		if k := s.kase(id); k.Findings[0].Recovered.IsZero() || k.Findings[0].Evidence == "" {
			t.Fatal("the recovery is not on record")
		}
		k := s.close("分局长", id)
		if k.State != cases.Closed || k.ClosedBy != "zh-分局长" || k.Checked.By != "zh-分局经办" || k.Reason != "已整改" || k.Despite != "" {
			t.Errorf("%+v", k)
		}
		want := []string{"反馈 " + bureau, "受理 " + hekou, "整改 " + hekou, "核查 " + bureau, "办结 " + bureau}
		if len(k.Stays) != len(want) {
			t.Fatalf("%+v", k.Stays)
		}
		for i, st := range k.Stays {
			if got := string(st.State) + " " + st.Unit; got != want[i] {
				t.Errorf("stay %d: %s, want %s", i, got, want[i])
			}
		}
		s.read(func(tx *db.Tx) error {
			p, err := s.c.PublicOf(ctx, tx, id)
			if err != nil || p.State != cases.Closed || p.CheckedBy != bureau || p.ClosedBy != bureau || p.ClosedOn != day("2023-10-09") || p.Result == "" {
				t.Errorf("the public sees %+v, %v", p, err)
			}
			was, steps, err := s.c.On(ctx, tx, as("审计"), id, day("2023-09-25"))
			if err != nil || was.State != cases.PuttingIt || len(steps) != 3 {
				t.Errorf("on 25 September it was %+v, %v", was, err)
			}
			return nil
		})
		if n := s.count(`SELECT count(*) FROM journal WHERE county = $1 AND subject = $2`, county, id.About()); n != 6 {
			t.Errorf("%d records in the journal", n)
		}
		if n := s.count(`SELECT count(*) FROM notice WHERE county = $1 AND about = $2`, county, id.About()); n < 4 {
			t.Errorf("%d notices", n)
		}
	})
}

// An officer may close what still stands, and the reason is shown.
func TestClosedDespite(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		s.feed("分局经办", id)
		s.accept("河口镇长", id)
		s.putRight("河口镇长", id)
		s.check("分局经办", id)
		k := s.must("分局长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.Close(ctx, tx, by, id, cases.Closure{Reason: "无法整改", Result: "设备已拆除，另案处理。", Despite: "监测点停用，不再有读数"})
		})
		s.read(func(tx *db.Tx) error {
			p, err := s.c.PublicOf(ctx, tx, id)
			if err != nil || p.Despite != k.Despite || p.Despite == "" || p.Reason != "无法整改" {
				t.Errorf("%+v, %v", p, err)
			}
			return nil
		})
	})
}

// Each rung of a ladder fires once, in office hours, whatever the pause and however often the program starts.
func TestRungsFireOnceEach(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		s.feed("分局经办", id)
		s.accept("河口镇长", id) // until 10 October
		for _, at := range []struct{ day, want string }{
			{"2023-10-10T23:59:00+08:00", ""},
			{"2023-10-11T07:59:00+08:00", ""},
			{"2023-10-11T08:00:00+08:00", "提醒"},
			{"2023-10-12", "提醒"},
			{"2023-10-14", "提醒"}, // a Saturday
			{"2023-10-16", "提醒 预警函"},
			{"2023-10-16T18:00:00+08:00", "提醒 预警函"},
		} {
			s.At(at.day)
			if got := s.rungs(id); got != at.want {
				t.Fatalf("%s: %q, want %q", at.day, got, at.want)
			}
			s.restart()
			if n := s.tick(); n != 0 {
				t.Fatalf("%s: a restart fires %d more", at.day, n)
			}
		}
		s.At("2023-12-01") // the program stood still for six weeks
		if got, want := s.rungs(id), "提醒 预警函 督办单 约谈 问责清单"; got != want {
			t.Fatalf("%q, want %q", got, want)
		}
		if k := s.kase(id); k.Listed != day("2023-12-01") || k.Rung != "问责清单" {
			t.Errorf("listed %s, rung %s", k.Listed, k.Rung)
		}
		s.restart()
		if n := s.At("2024-03-01"); n != 0 {
			t.Errorf("%d more", n)
		}
		if got := s.count(`SELECT count(*) FROM notice WHERE kind IN ('rung', 'letter')`); got != 5 {
			t.Errorf("%d notices of rungs, want 5", got)
		}
		s.read(func(tx *db.Tx) error {
			p, err := s.c.List(ctx, tx, as("副县长"), cases.Query{Listed: true})
			if err != nil || len(p.Rows) != 1 {
				t.Errorf("on the list: %+v, %v", p, err)
			}
			return nil
		})
		decide := func(name string) error {
			_, err := s.does(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
				return s.c.Decide(ctx, tx, by, id, "对主要负责人约谈。")
			})
			return err
		}
		s.refused(decide("督查甲"), ledger.NotAllowed, "县领导")
		if err := decide("副县长"); err != nil {
			t.Fatal(err)
		}
		s.refused(decide("副县长"), ledger.WrongState, "清单")
	})
}

// Where the ladders change, the clocks of open cases are counted anew; what is public no longer leaves the public table.
func TestLaddersChange(t *testing.T) {
	stories(t, func(s *story) {
		id, over2 := s.found(over("outlets/P1")), s.found(over("outlets/P2"))
		s.feed("分局经办", id)
		s.recovered(2)
		s.must("分局长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.Refuse(ctx, tx, by, over2, "反映不属实", "查无此事")
		})
		s.At("2023-09-25")
		if got := s.rungs(id); got != "受理提醒" {
			t.Fatalf("%q", got)
		}
		public := func() int { return s.count(`SELECT count(*) FROM case_public`) }
		if public() != 2 {
			t.Errorf("%d public cases", public())
		}
		l := &s.c.Ladders[0]
		l.Public, l.Rungs = false, append(l.Rungs, cases.Rung{Name: "再提醒", Of: cases.Acceptance, After: workdays(1)})
		if n := s.tick(); n != 1 || s.rungs(id) != "受理提醒 再提醒" {
			t.Errorf("%d: %q", n, s.rungs(id))
		}
		if public() != 0 {
			t.Errorf("%d public cases", public())
		}
		l.Public = true
		s.tick()
		if public() != 1 {
			t.Errorf("%d public cases", public())
		}
	})
}

// An enterprise has no seats: whose case it is acts for it, is told for it, and another of them checks.
func TestNobodySitsInAnEnterprise(t *testing.T) {
	stories(t, func(s *story) {
		f := over("outlets/P1")
		f.Unit = works
		id := s.found(f)
		s.feed("分局经办", id)
		s.wantClock(id, works, "2023-09-21")
		if n := s.count(`SELECT count(*) FROM notice WHERE to_unit = $1`, bureau); n != 2 {
			t.Errorf("its owner is told %d times", n)
		}
		_, err := s.does("河口镇长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.Accept(ctx, tx, by, id, cases.Sending{})
		})
		s.refused(err, ledger.NotAllowed, "")
		s.accept("分局经办", id)
		s.putRight("分局经办", id)
		k := s.kase(id)
		if k.Parts[0].DoneUnit != works || k.Clocks[0].Unit != bureau {
			t.Errorf("%+v", k)
		}
		_, err = s.does("分局经办", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.Check(ctx, tx, by, id, cases.Sending{Words: "属实。", Place: &cases.Point{Lon: 111.4, Lat: 35.5}})
		})
		s.refused(err, ledger.NotAllowed, "本人")
		s.check("分局经办乙", id)
	})
}

// A grave case does not wait for office hours.
func TestGraveRungsComeAtOnce(t *testing.T) {
	stories(t, func(s *story) {
		f := over("outlets/P1")
		f.Severity = "严重"
		id := s.found(f)
		s.feed("分局经办", id)
		s.accept("河口镇长", id)
		s.At("2023-10-11T00:00:00+08:00")
		if got := s.rungs(id); got != "提醒" {
			t.Errorf("%q", got)
		}
		if n := s.count(`SELECT count(*) FROM notice WHERE kind = 'rung' AND grade = $1`, string(notice.Urgent)); n != 1 {
			t.Errorf("%d urgent notices", n)
		}
	})
}

// What is put right in time has no rung; what is sent back goes on with the time that was left.
func TestSentBackTimeIsUsedTime(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		s.feed("分局经办", id)
		s.accept("河口镇长", id)
		s.At("2023-09-28")
		s.putRight("河口镇长", id) // six working days used, four left
		s.At("2023-10-16")
		back := func(name string) (*cases.Case, error) {
			return s.does(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
				return s.c.SendBack(ctx, tx, by, id, nil, cases.Sending{Words: "仍有积存。"})
			})
		}
		_, err := back("河口镇长")
		s.refused(err, ledger.NotAllowed, "核查")
		if _, err := back("分局经办"); err != nil {
			t.Fatal(err)
		}
		s.sound(id)
		s.wantClock(id, hekou, "2023-10-20")
		k := s.kase(id)
		if k.Backs != 1 || k.Parts[0].Backs != 1 || k.Checked.By != "" {
			t.Errorf("%+v", k)
		}
		s.At("2023-10-20")
		s.putRight("河口镇长", id)
		s.At("2023-10-23")
		if got := s.rungs(id); got != "" {
			t.Errorf("rungs on what was in time: %q", got)
		}
		if _, err := back("分局经办"); err != nil {
			t.Fatal(err)
		}
		s.wantClock(id, hekou, "2023-10-24") // no time is left: one day is
	})
}

// Up and down the tree the clock passes with the case, and who had it how long is kept.
func TestHandedUpAndDown(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		s.feed("分局经办", id)
		s.accept("河口镇长", id)
		down := func(name string, h cases.Handing) error {
			_, err := s.does(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) { return s.c.HandDown(ctx, tx, by, id, h) })
			return err
		}
		up := func(name string, h cases.Handing) error {
			_, err := s.does(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) { return s.c.HandUp(ctx, tx, by, id, h) })
			return err
		}
		s.refused(down("河口镇长", cases.Handing{To: bureau, Reason: "请办"}), ledger.Invalid, "不低于")
		s.refused(down("河口镇长", cases.Handing{To: "各乡（镇）人民政府", Reason: "请办"}), ledger.Invalid, "统称")
		s.refused(down("河口镇长", cases.Handing{To: village, Reason: ""}), ledger.Invalid, "理由")
		s.refused(down("河口镇长", cases.Handing{To: village, Reason: "请清理", Within: workdays(30)}), ledger.Invalid, "最晚到2023年10月10日")
		s.refused(down("上岭乡长", cases.Handing{To: village, Reason: "请清理"}), ledger.NotAllowed, "无关")
		if err := down("河口镇长", cases.Handing{To: village, Reason: "请清理", Within: workdays(5)}); err != nil {
			t.Fatal(err)
		}
		s.sound(id)
		s.wantClock(id, village, "2023-09-27")
		if err := down("河口经办", cases.Handing{To: grid, Reason: "请到现场"}); err != nil { // the town speaks for its village
			t.Fatal(err)
		}
		s.wantClock(id, grid, "2023-09-27")
		s.At("2023-09-25")
		s.refused(up("河口经办", cases.Handing{To: grid, Reason: "办不了"}), ledger.Invalid, "不高于")
		if err := up("河口经办", cases.Handing{Reason: "办不了"}); err != nil { // to its town, without saying so
			t.Fatal(err)
		}
		s.wantClock(id, hekou, "2023-09-27")
		if err := up("河口镇长", cases.Handing{Reason: "须县级执法", Within: workdays(8)}); err != nil {
			t.Fatal(err)
		}
		s.wantClock(id, bureau, "2023-10-11")
		k := s.kase(id)
		for _, c := range k.Clocks {
			if c.N != 3 {
				t.Errorf("the clock is another: %+v", c)
			}
		}
		if err := up("分局长", cases.Handing{To: cityEPA, Reason: "市级权限"}); err != nil {
			t.Fatal(err)
		}
		s.sound(id)
		// who sits above the county has no seats here: the county office records what it did
		s.putRight("督查甲", id)
		k = s.kase(id)
		if k.Parts[0].DoneUnit != cityEPA || k.Parts[0].Unit != hekou {
			t.Errorf("%+v", k.Parts[0])
		}
		var spent []int
		for _, h := range s.c.Holdings(k, s.clock.Now()) {
			spent = append(spent, h.Workdays)
			if h.Late {
				t.Errorf("late: %+v", h)
			}
		}
		if fmt.Sprint(spent) != "[0 0 0 0 3 0 0 0 0]" { // the grid had it from Wednesday to Monday
			t.Errorf("%v", spent)
		}
		var who []string
		for _, st := range k.Stays[2:] {
			who = append(who, st.Unit)
		}
		if len(who) != 6 || who[1] != village || who[2] != grid || who[3] != hekou || who[4] != bureau {
			t.Errorf("%v", who)
		}
	})
}

// Two towns have a village of one name: it is told apart by its town.
func TestVillagesOfOneName(t *testing.T) {
	stories(t, func(s *story) {
		s.c.Below = append(s.c.Below, cases.Below{Name: "柳村", Level: cases.Village, Town: hekou}, cases.Below{Name: "柳村", Level: cases.Village, Town: shangling})
		s.c.Below = s.c.Below[2:]
		id := s.found(over("outlets/P1"))
		s.feed("分局经办", id)
		s.accept("河口镇长", id)
		down := func(to string) error {
			_, err := s.does("河口镇长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
				return s.c.HandDown(ctx, tx, by, id, cases.Handing{To: to, Reason: "请办"})
			})
			return err
		}
		s.refused(down("柳村"), ledger.Invalid, "连乡镇名称一起写")
		if err := down("河口镇柳村"); err != nil {
			t.Fatal(err)
		}
		s.wantClock(id, "河口镇柳村", "2023-10-10")
		s.putRight("河口经办", id)
	})
}

// A case cannot be handed about for ever.
func TestHandingComesToRest(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		s.feed("分局经办", id)
		s.accept("河口镇长", id)
		for range 3 {
			s.must("河口镇长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
				return s.c.HandDown(ctx, tx, by, id, cases.Handing{To: village, Reason: "请办"})
			})
			s.must("河口镇长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
				return s.c.HandUp(ctx, tx, by, id, cases.Handing{Reason: "不办"})
			})
		}
		_, err := s.does("河口镇长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.HandDown(ctx, tx, by, id, cases.Handing{To: village, Reason: "请办"})
		})
		s.refused(err, ledger.WrongState, "不能再移转")
	})
}

// Several units put a case right together: each has its part and its clock.
func TestJointCases(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		_, err := s.does("分局经办", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.Feed(ctx, tx, by, id, cases.Feeding{Units: []string{hekou, housing, hekou}})
		})
		s.refused(err, ledger.Invalid, "已经有")
		s.feed("分局经办", id, hekou, housing, shangling)
		if k := s.kase(id); len(k.Clocks) != 3 || k.State != cases.Acceptance {
			t.Fatalf("%+v", k)
		}
		s.accept("河口镇长", id)
		s.wantState(id, cases.Acceptance)
		s.must("上岭乡长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.Decline(ctx, tx, by, id, cases.Sending{Words: "不在本乡。"})
		})
		s.wantState(id, cases.Feedback)
		s.accept("住建经办", id) // others are not held up
		s.putRight("住建经办", id)
		s.feed("分局经办", id, bureau)
		s.accept("分局经办", id)
		s.wantState(id, cases.PuttingIt)
		s.putRight("河口镇长", id)
		s.wantState(id, cases.PuttingIt)
		s.putRight("分局经办", id)
		s.wantState(id, cases.Checking)
		s.wantClock(id, office, "2023-09-27") // the owner put right itself, so the county office checks
		_, err = s.does("分局长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.Check(ctx, tx, by, id, cases.Sending{Words: "属实。", Place: &cases.Point{Lon: 111.4, Lat: 35.5}})
		})
		s.refused(err, ledger.NotAllowed, "核查")
		s.must("督查甲", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.SendBack(ctx, tx, by, id, []string{housing}, cases.Sending{Words: "住建部分未完成。"})
		})
		if k := s.kase(id); len(k.Clocks) != 1 || k.Clocks[0].Unit != housing || k.Parts[0].DoneBy == "" {
			t.Fatalf("%+v", k)
		}
		s.putRight("住建局长", id)
		s.wantState(id, cases.Checking)
	})
}

// A transfer counts only with its receipt.
func TestHandedOver(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		s.feed("分局经办", id)
		_, err := s.does("分局经办", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.HandOver(ctx, tx, by, id, "青禾县公安局", "涉嫌污染环境罪")
		})
		s.refused(err, ledger.NotAllowed, "移送")
		s.must("分局长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.HandOver(ctx, tx, by, id, "青禾县公安局", "涉嫌污染环境罪")
		})
		s.wantState(id, cases.HandingOver)
		s.wantClock(id, bureau, "2023-09-27")
		receipt := func(no, on string) error {
			_, err := s.does("分局长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) { return s.c.Receipt(ctx, tx, by, id, no, day(on)) })
			return err
		}
		s.refused(receipt("", "2023-09-20"), ledger.Invalid, "回执编号")
		s.refused(receipt("青公受案〔2023〕1号", ""), ledger.Invalid, "回执日期")
		s.refused(receipt("青公受案〔2023〕1号", "2023-09-19"), ledger.Invalid, "早于")
		s.refused(receipt("青公受案〔2023〕1号", "2023-09-21"), ledger.Invalid, "还没有到")
		if err := receipt("青公受案〔2023〕1号", "2023-09-20"); err != nil {
			t.Fatal(err)
		}
		s.sound(id)
		k := s.kase(id)
		if k.State != cases.HandedOver || k.HandOver.No == "" || k.HandOver.GotOn != day("2023-09-20") || k.Open() {
			t.Errorf("%+v", k)
		}
		s.must("分局长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.TakeBack(ctx, tx, by, id, "公安机关退回")
		})
		s.wantState(id, cases.Feedback)
		s.feed("分局经办", id)
	})
}
