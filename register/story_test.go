package register_test

import (
	"context"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/org"
	"zhixing/register"
	"zhixing/rule"
)

const county = "990001"

var ctx = context.Background()

func TestMain(m *testing.M) { dbtest.Main(m) }

// story is a county with registers, on a clock that the story sets.
type story struct {
	*testing.T
	db    *db.DB
	clock *dbtest.Clock
	reg   *register.Registers
	seen  []register.Change // what Changed was told
}

var (
	office = register.Actor{Account: "bangong", Name: "示例甲", Units: []string{"县政府办公室"}, Office: true}
	bureau = register.Actor{Account: "huanbao", Name: "示例乙", Units: []string{"县生态环境局"}}
	town   = register.Actor{Account: "dongzhen", Name: "示例丙", Units: []string{"东镇"}}
	other  = register.Actor{Account: "xizhen", Name: "示例丁", Units: []string{"西镇"}}
	nobody = register.Actor{Account: "jiaotong", Name: "示例戊", Units: []string{"县交通局"}}
)

// stories runs a story on both databases.
func stories(t *testing.T, do func(s *story)) {
	t.Helper()
	clock := dbtest.At("2023-09-20")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2023-09-20")
		s := &story{T: t, db: d, clock: clock, reg: registers(t)}
		s.reg.Changed = func(_ context.Context, _ *db.Tx, c register.Change) error {
			s.seen = append(s.seen, c)
			return nil
		}
		do(s)
	})
}

func registers(t testing.TB) *register.Registers {
	t.Helper()
	dir := org.NewDirectory(org.Place{Code: "990001", County: "乙县"})
	for _, u := range []org.Unit{{Name: "县政府办公室", Kind: org.Department}, {Name: "县生态环境局", Kind: org.Department, Aliases: []string{"环保局"}},
		{Name: "县交通局", Kind: org.Department}, {Name: "东镇", Kind: org.Town}, {Name: "西镇", Kind: org.Town}, {Name: "南乡", Kind: org.Town},
		{Name: "各乡镇", Kind: org.Set, Of: []org.Kind{org.Town}}} {
		if err := dir.Add(u); err != nil {
			t.Fatal(err)
		}
	}
	places, err := register.ParsePlaces([]byte(placesJSON))
	if err != nil {
		t.Fatal(err)
	}
	return &register.Registers{County: county, Schemas: schemas(), Directory: dir, Workdays: calendar.National(), Places: &register.Places{List: places}}
}

const placesJSON = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"name":"东镇","kind":"town"},"geometry":{"type":"Polygon","coordinates":[[[111.5,35.4],[111.6,35.4],[111.6,35.5],[111.5,35.5],[111.5,35.4]]]}},
{"type":"Feature","properties":{"name":"西镇","kind":"town"},"geometry":{"type":"Polygon","coordinates":[[[111.4,35.4],[111.5,35.4],[111.5,35.5],[111.4,35.5],[111.4,35.4]]]}},
{"type":"Feature","properties":{"name":"示例一村","kind":"village","town":"东镇"},"geometry":{"type":"Polygon","coordinates":[[[111.55,35.45],[111.56,35.45],[111.56,35.46],[111.55,35.46],[111.55,35.45]]]}}]}`

// schemas are registers of an invented document.
func schemas() []*register.Schema {
	basis := func(clause string) rule.Basis {
		return rule.Basis{Document: "乙政办发〔2023〕5号", Clause: clause}
	}
	sections := &register.Schema{Name: "sections", Title: "断面名录", Basis: basis("一"), Custodian: "县生态环境局", Public: true, Key: []string{"名称"},
		Fields: []register.Field{{Name: "名称", Type: register.Text, Required: true}, {Name: "目标类别", Type: register.Choice, Options: []string{"Ⅲ", "Ⅳ"}}}}
	outlets := &register.Schema{Name: "outlets", Title: "入河排污口台账", Basis: basis("二"), Custodian: "县生态环境局", Whose: "责任单位", Public: true, Key: []string{"编号"}, Label: "名称",
		Review: calendar.Span{N: 3, Unit: calendar.Months},
		Fields: []register.Field{{Name: "编号", Type: register.Text, Required: true}, {Name: "名称", Type: register.Text, Required: true},
			{Name: "位置", Type: register.Point}, {Name: "类型", Type: register.Choice, Options: []string{"工业", "生活"}},
			{Name: "断面", Type: register.Ref, Register: "sections"}, {Name: "责任单位", Type: register.Unit, Required: true},
			{Name: "联系人", Type: register.Person}, {Name: "备注", Type: register.Text, Private: true},
			{Name: "日排水量", Type: register.Number, Unit: "m3/d"}, {Name: "溯源日期", Type: register.Day}, {Name: "方案", Type: register.File},
			{Name: "投资", Type: register.Money, Unit: "万元"}, {Name: "在线监测", Type: register.YesNo}},
		States: []string{"待查", "已测", "已溯源", "已治理"}}
	samples := &register.Schema{Name: "samples", Title: "采样记录", Basis: basis("三"), Custodian: "县生态环境局",
		Fields: []register.Field{{Name: "排口", Type: register.Ref, Register: "outlets", Required: true}, {Name: "采样日期", Type: register.Day, Required: true},
			{Name: "化学需氧量", Type: register.Number, Unit: "mg/L"}}}
	zones := &register.Schema{Name: "zones", Title: "禁养区", Basis: basis("四"), Custodian: "县生态环境局", Public: true, Key: []string{"名称"},
		Fields: []register.Field{{Name: "名称", Type: register.Text, Required: true}, {Name: "范围", Type: register.Polygon}, {Name: "乡镇", Type: register.Unit}},
		States: []string{"划定", "撤销"},
		Moves:  []register.Move{{From: []string{"划定"}, To: "撤销"}},
	}
	all := []*register.Schema{sections, outlets, samples, zones}
	find := register.Finder(func(n register.Name) (*register.Schema, bool) {
		for _, s := range all {
			if s.Name == n {
				return s, true
			}
		}
		return nil, false
	})
	expr := func(s *register.Schema, src string) *rule.Expr {
		scope := s.Scope(find)
		return rule.MustCompile(src, &scope, rule.OfBool)
	}
	outlets.Moves = []register.Move{
		{From: []string{"待查"}, To: "已测"},
		{From: []string{"已测"}, To: "已溯源", When: expr(outlets, `有(溯源日期)`), Refusal: "没有溯源日期，不能转为已溯源", Basis: basis("二/(三)")},
		{From: []string{"已溯源"}, To: "已治理", When: expr(outlets, `断面.目标类别 == "Ⅲ" && 条数("samples", "排口") > 0`), Basis: basis("二/(四)")},
	}
	outlets.Checks = []register.Check{{Must: expr(outlets, `日排水量 >= 0`), Refusal: "日排水量不能是负数", Basis: basis("二/(一)")}}
	outlets.Obligations = []register.Obligation{
		{ID: "plan", Name: "制定方案", Within: calendar.Span{N: 3, Unit: calendar.Months}, When: expr(outlets, `类型 == "工业"`), Done: expr(outlets, `有(方案)`),
			To: register.Whose{Field: "责任单位"}, Basis: basis("二/(五)")},
		{ID: "monthly", Name: "按月监测", Every: calendar.Recurrence{Every: calendar.Month}, Record: &register.RecordOf{Register: "samples", Of: "排口", On: "采样日期"},
			To: register.Whose{Unit: "县生态环境局"}, Basis: basis("二/(六)")},
		{ID: "cure", Name: "治理", Start: register.Start{State: "已溯源"}, Within: calendar.Span{N: 10, Unit: calendar.WorkingDays}, Done: expr(outlets, `状态 == "已治理"`),
			To: register.Whose{Field: "责任单位"}},
	}
	zones.Complete = &register.Complete{ID: "all", Name: "每个乡镇划定一处", Field: "乡镇", Of: "各乡镇", By: calendar.Date{Year: 2023, Month: 12, Day: 31}}
	return all
}

func (s *story) write(do func(tx *db.Tx) error) error {
	s.Helper()
	return s.db.Write(ctx, do)
}

func (s *story) must(do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.write(do); err != nil {
		s.Fatal(err)
	}
}

// fields reads "编号=P1 名称=一号排口": a value ends at the next blank.
func fields(text string) map[string]string {
	out := map[string]string{}
	for _, w := range strings.Fields(text) {
		k, v, _ := strings.Cut(w, "=")
		out[k] = strings.ReplaceAll(v, "_", " ")
	}
	return out
}

func (s *story) add(by register.Actor, name register.Name, text string) *register.Entry {
	s.Helper()
	var e *register.Entry
	s.must(func(tx *db.Tx) (err error) {
		e, err = s.reg.Add(ctx, tx, by, name, register.Input{Fields: fields(text)})
		return err
	})
	return e
}

func (s *story) amend(by register.Actor, name register.Name, key, text string) *register.Entry {
	s.Helper()
	var e *register.Entry
	s.must(func(tx *db.Tx) (err error) {
		e, err = s.reg.Amend(ctx, tx, by, name, key, register.Input{Fields: fields(text)})
		return err
	})
	return e
}

func (s *story) move(by register.Actor, name register.Name, key, state string) error {
	s.Helper()
	return s.write(func(tx *db.Tx) error {
		_, err := s.reg.Move(ctx, tx, by, name, key, register.MoveTo{State: state})
		return err
	})
}

func (s *story) get(v register.Viewer, name register.Name, key string, as register.AsOf) *register.Entry {
	s.Helper()
	var e *register.Entry
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		e, err = s.reg.Get(ctx, tx, v, name, key, as)
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return e
}

// refused wants a refusal of the kind whose sentence holds the words.
func (s *story) refused(err error, kind register.Kind, words ...string) {
	s.Helper()
	if register.KindOf(err) != kind {
		s.Fatalf("want kind %d, got %d: %v", kind, register.KindOf(err), err)
	}
	for _, w := range words {
		if !strings.Contains(register.Message(err), w) {
			s.Errorf("want %q in %q", w, register.Message(err))
		}
	}
}

func (s *story) keys(v register.Viewer, q register.Query) string {
	s.Helper()
	if q.Size == 0 {
		q.Size = 100
	}
	var keys []string
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		keys = nil
		p, err := s.reg.List(ctx, tx, v, q)
		for _, e := range p.Entries {
			keys = append(keys, e.Key)
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return strings.Join(keys, " ")
}

func date(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func TestLife(t *testing.T) {
	stories(t, func(s *story) {
		s.add(bureau, "sections", "名称=甲桥 目标类别=Ⅲ")
		e := s.add(town, "outlets", "编号=P1 名称=一号排口 位置=111.555,35.455 类型=工业 断面=甲桥 责任单位=东镇 联系人=示例己 备注=内部意见 日排水量=1,200吨/日 投资=12.5 在线监测=有")
		if e.Key != "P1" || e.Label != "一号排口" || e.State != "待查" || e.Town != "东镇" || e.Village != "示例一村" {
			t.Errorf("%+v", e)
		}
		if e.Values["日排水量"] != "1200" || e.Values["投资"] != "12500000" || e.Values["在线监测"] != "是" || e.Values["位置"] != "111.555 35.455" {
			t.Errorf("%v", e.Values)
		}
		s.refused(s.write(func(tx *db.Tx) error {
			_, err := s.reg.Add(ctx, tx, town, "outlets", register.Input{Fields: fields("编号=P1 名称=又一个 责任单位=东镇")})
			return err
		}), register.Conflict, "已经在册")
		s.refused(s.move(town, "outlets", "P1", "已治理"), register.WrongState, "不能从“待查”直接转为“已治理”", "已测")
		if err := s.move(town, "outlets", "P1", "已测"); err != nil {
			t.Fatal(err)
		}
		err := s.move(town, "outlets", "P1", "已溯源")
		s.refused(err, register.WrongState, "没有溯源日期", "乙政办发〔2023〕5号 二(三)")
		s.amend(town, "outlets", "P1", "溯源日期=2023年9月18日")
		if err := s.move(town, "outlets", "P1", "已溯源"); err != nil {
			t.Fatal(err)
		}
		s.refused(s.move(town, "outlets", "P1", "已治理"), register.WrongState, "条数")
		s.add(bureau, "samples", "排口=P1 采样日期=2023-09-19 化学需氧量=61")
		if err := s.move(bureau, "outlets", "P1", "已治理"); err != nil {
			t.Fatal(err)
		}
		s.refused(s.write(func(tx *db.Tx) error {
			_, err := s.reg.Amend(ctx, tx, town, "outlets", "P1", register.Input{Fields: fields("日排水量=-3")})
			return err
		}), register.Invalid, "日排水量不能是负数")
		// What cannot be decided is no yes: this outlet names no section.
		s.add(town, "outlets", "编号=P7 名称=七号 责任单位=东镇 溯源日期=2023-09-01")
		for _, state := range []string{"已测", "已溯源"} {
			if err := s.move(town, "outlets", "P7", state); err != nil {
				t.Fatal(err)
			}
		}
		s.add(bureau, "samples", "排口=P7 采样日期=2023-09-19")
		s.refused(s.move(town, "outlets", "P7", "已治理"), register.WrongState, "缺“断面", "不能判定")
		if n := len(s.seen); n != 11 {
			t.Errorf("%d changes were told, want 7", n)
		}
	})
}
