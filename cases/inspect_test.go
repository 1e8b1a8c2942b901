package cases_test

import (
	"fmt"
	"slices"
	"testing"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/register"
	"zhixing/rule"
)

// sites is a county that inspects building sites, judge and all.
func (s *story) sites() {
	s.Helper()
	schema := &register.Schema{Name: "sites", Title: "施工工地台账", Custodian: housing, Key: []string{"编号"}, Label: "名称", Fields: []register.Field{
		{Name: "编号", Type: register.Text, Required: true}, {Name: "名称", Type: register.Text, Required: true}, {Name: "监管单位", Type: register.Unit},
		{Name: "位置", Type: register.Point}}}
	registers := &register.Registers{County: county, Schemas: []*register.Schema{schema}, Directory: directory(s.TB), Workdays: calendar.National()}
	s.c.Checklists = []cases.Checklist{{ID: "six", Title: "“六个百分百”检查", Register: "sites", Severity: finding.Serious, To: register.Whose{Field: "监管单位"}, Ladder: "site",
		Basis: rule.Basis{Document: "青政办发〔2023〕12号", Plan: "空气", Clause: "二/(五)/15"},
		Items: []cases.CheckItem{{Name: "围挡", Ask: "工地周边是否全部围挡"}, {Name: "冲洗", Ask: "出入车辆是否冲洗"}, {Name: "覆盖", Ask: "物料是否覆盖"}}}}
	s.c.Judge = &finding.Judge{County: county, Registers: registers, Workdays: calendar.National(), Opened: s.c.Opened, Over: s.c.Over, CaseOpen: s.c.CaseOpen}
	registers.Changed = s.c.Judge.EntryChanged
	s.write(func(tx *db.Tx) error {
		for i := range 30 {
			_, err := registers.Add(ctx, tx, register.System, "sites", register.Input{Fields: map[string]string{"编号": fmt.Sprintf("S%02d", i), "名称": fmt.Sprintf("%d号工地", i),
				"监管单位": housing, "位置": "111.4 35.5"}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func results(failed ...string) []cases.Result {
	var out []cases.Result
	for _, item := range []string{"围挡", "冲洗", "覆盖"} {
		out = append(out, cases.Result{Item: item, Pass: !slices.Contains(failed, item)})
	}
	return out
}

func (s *story) inspect(name string, in cases.Inspecting) (cases.Inspection, error) {
	var n cases.Inspection
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		n, err = s.c.Inspect(ctx, tx, as(name), in)
		return err
	})
	return n, err
}

// What fails an inspection is a finding and a case; what passes the next is the evidence by which the case may be closed.
func TestInspections(t *testing.T) {
	stories(t, func(s *story) {
		s.sites()
		in := cases.Inspecting{Checklist: "six", Entry: "S01", Results: results("围挡", "冲洗"), Words: "现场检查", Place: &cases.Point{Lon: 111.4, Lat: 35.5}, Once: "phone-1",
			Files: []cases.Upload{{Name: "a.jpg", Content: fakeJPEG("site")}}}
		n, err := s.inspect("住建经办", in)
		if err != nil || n.Failed != 2 || len(n.Cases) != 1 {
			t.Fatalf("%+v, %v", n, err)
		}
		again, err := s.inspect("住建经办", in)
		if err != nil || again.ID != n.ID || s.count(`SELECT count(*) FROM case_inspection`) != 1 {
			t.Errorf("sent twice: %+v, %v", again, err)
		}
		_, err = s.inspect("住建局长", in)
		s.refused(err, ledger.Conflict, "已被使用")
		id := n.Cases[0]
		s.sound(id)
		k := s.kase(id)
		if len(k.Findings) != 2 || k.Findings[0].Rule != "six/围挡" || k.Findings[0].Subject != "sites/S01" || k.Source != cases.ByCheck || k.Place == nil || k.Units()[0] != housing {
			t.Fatalf("%+v", k)
		}
		s.feed("住建局长", id)
		s.accept("住建经办", id)
		s.putRight("住建经办", id)
		s.check("督查甲", id)
		closing := func() error {
			_, err := s.does("督查甲", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
				return s.c.Close(ctx, tx, by, id, cases.Closure{Result: "已整改。"})
			})
			return err
		}
		s.refused(closing(), ledger.WrongState, "还没有恢复")
		in = cases.Inspecting{Checklist: "six", Entry: "S01", Results: results(), Files: []cases.Upload{{Name: "b.jpg", Content: fakeJPEG("all well")}}}
		if n, err = s.inspect("住建局长", in); err != nil || n.Failed != 0 || len(n.Cases) != 0 || len(n.Files) != 1 {
			t.Fatalf("%+v, %v", n, err)
		}
		_, err = s.does("督查甲", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			f, b, err := s.c.InspectionFile(ctx, tx, by, n.ID, n.Files[0].SHA256)
			if f.Name != "b.jpg" || string(b) != string(in.Files[0].Content) {
				t.Errorf("%+v", f)
			}
			return nil, err
		})
		if err != nil {
			t.Error("what shows that all is well is lost:", err)
		}
		if err := closing(); err != nil {
			t.Fatal(err)
		}
		for word, bad := range map[string]cases.Inspecting{
			"还没有检查：冲洗、覆盖": {Checklist: "six", Entry: "S01", Results: results()[:1]},
			"没有“天文”":      {Checklist: "six", Entry: "S01", Results: append(results(), cases.Result{Item: "天文"})},
			"没有这张检查表":     {Checklist: "seven", Entry: "S01"},
		} {
			_, err := s.inspect("住建经办", bad)
			if err == nil {
				t.Errorf("%s: taken", word)
				continue
			}
			s.refused(err, ledger.KindOf(err), word)
		}
		if _, err := s.inspect("住建经办", cases.Inspecting{Checklist: "six", Entry: "S99", Results: results()}); err == nil {
			t.Error("an entry that is not there was inspected")
		}
	})
}

// A draw can be drawn again by anybody who has the list and the seed.
func TestDraw(t *testing.T) {
	stories(t, func(s *story) {
		s.sites()
		staff := []string{"zh-住建经办", "zh-住建局长", "zh-督查甲"}
		draw := func(name string, d cases.Drawing) (cases.Draw, error) {
			var got cases.Draw
			err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
				got, err = s.c.Draw(ctx, tx, as(name), d)
				return err
			})
			return got, err
		}
		d := cases.Drawing{Checklist: "six", Entries: 5, Inspectors: staff, Each: 2, Due: day("2023-09-28")}
		_, err := draw("住建经办", d)
		s.refused(err, ledger.NotAllowed, "安排检查")
		got, err := draw("住建局长", d)
		if err != nil || len(got.Picked) != 5 || got.Of != 30 || len(got.Seed) != 32 {
			t.Fatalf("%+v, %v", got, err)
		}
		var keys []string
		for i := range 30 {
			keys = append(keys, fmt.Sprintf("S%02d", i))
		}
		slices.Sort(staff)
		for i, key := range cases.Lot(got.Seed, "entry", keys, 5) {
			p := got.Picked[i]
			if p.Entry != key || !slices.Equal(p.Inspectors, cases.Lot(got.Seed, fmt.Sprintf("inspector %d", i), staff, 2)) || len(p.Inspectors) != 2 {
				t.Errorf("%d: %+v, drawn again: %s", i, p, key)
			}
		}
		s.read(func(tx *db.Tx) error {
			list, err := s.c.Draws(ctx, tx, as("审计"), 10)
			if err != nil || len(list) != 1 || list[0].Seed != got.Seed || len(list[0].Picked) != 5 {
				t.Errorf("%+v, %v", list, err)
			}
			planned, err := s.c.Inspections(ctx, tx, as("审计"), cases.InspectionQuery{Planned: true})
			if err != nil || len(planned) != 5 || planned[0].Due != day("2023-09-28") {
				t.Errorf("%+v, %v", planned, err)
			}
			return nil
		})
		p := got.Picked[0]
		var plan int64 = 1
		who := map[string]string{"zh-住建经办": "住建经办", "zh-住建局长": "住建局长", "zh-督查甲": "督查甲"}
		_, err = s.inspect("分局经办", cases.Inspecting{Checklist: "six", Entry: p.Entry, Planned: plan, Results: results()})
		s.refused(err, ledger.NotAllowed, "抽取到的人员")
		_, err = s.inspect(who[p.Inspectors[0]], cases.Inspecting{Checklist: "six", Entry: got.Picked[1].Entry, Planned: plan, Results: results()})
		s.refused(err, ledger.Invalid, "安排检查的是")
		if _, err = s.inspect(who[p.Inspectors[0]], cases.Inspecting{Checklist: "six", Entry: p.Entry, Planned: plan, Results: results("覆盖")}); err != nil {
			t.Fatal(err)
		}
		_, err = s.inspect(who[p.Inspectors[0]], cases.Inspecting{Checklist: "six", Entry: p.Entry, Planned: plan, Results: results()})
		s.refused(err, ledger.WrongState, "已经完成")
		s.clock.Set("2023-09-29")
		s.read(func(tx *db.Tx) error {
			late, err := s.c.Inspections(ctx, tx, as("审计"), cases.InspectionQuery{Late: true})
			if err != nil || len(late) != 4 {
				t.Errorf("%+v, %v", late, err)
			}
			return nil
		})
	})
}

// A lot is fair: each is drawn about as often as every other.
func TestLotIsFair(t *testing.T) {
	list := []string{"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"}
	times := map[string]int{}
	for seed := range 10_000 {
		for _, name := range cases.Lot(fmt.Sprint(seed), "entry", list, 3) {
			times[name]++
		}
	}
	for _, name := range list {
		if n := times[name]; n < 2850 || n > 3150 { // 3,000 expected; three deviations are 137
			t.Errorf("%s was drawn %d times", name, n)
		}
	}
}
