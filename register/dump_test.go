package register_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/register"
)

const squareWKT = "POLYGON((111.50_35.40,111.52_35.40,111.52_35.42,111.50_35.42,111.50_35.40))"

// fill tells a short story whose records have all that a record can have.
func (s *story) fill() {
	s.Helper()
	s.add(bureau, "sections", "名称=甲桥 目标类别=Ⅲ")
	s.add(bureau, "zones", "名称=一号区 范围="+squareWKT+" 乡镇=东镇")
	for _, key := range []string{"P1", "P2", "P3"} {
		s.add(bureau, "outlets", "编号="+key+" 名称="+key+"排口 位置=111.555,35.455 类型=工业 断面=甲桥 责任单位=东镇 联系人=示例己 备注=内部意见"+key)
	}
	s.clock.Set("2023-09-21")
	if err := s.move(town, "outlets", "P1", "已测"); err != nil {
		s.Fatal(err)
	}
	s.must(func(tx *db.Tx) error {
		_, err := s.reg.Amend(ctx, tx, town, "outlets", "P1", register.Input{Fields: fields("日排水量=30"), Why: "现场核实",
			Files: map[string]register.Upload{"方案": {Name: "一口一策.pdf", MediaType: "application/pdf", Bytes: []byte("%PDF-1.4 方案")}}})
		if err != nil {
			return err
		}
		_, err = s.reg.Correct(ctx, tx, bureau, "outlets", "P2", register.Input{Fields: fields("类型=生活"), Why: "当初写错", Holds: date("2023-09-20")})
		if err != nil {
			return err
		}
		_, err = s.reg.Remove(ctx, tx, bureau, "outlets", "P3", register.Leave{Why: "已封堵"})
		return err
	})
}

func (s *story) dump(v register.Viewer, name register.Name) string {
	s.Helper()
	var b bytes.Buffer
	if err := s.db.Read(ctx, func(tx *db.Tx) error { b.Reset(); return s.reg.Dump(ctx, tx, v, name, &b) }); err != nil {
		s.Fatal(err)
	}
	return b.String()
}

// rebuilt is an empty county of the same kind into which a dump was read.
func (s *story) rebuilt(text string) (*story, error) {
	s.Helper()
	clock := dbtest.At("2024-01-10")
	n := &story{T: s.T, db: dbtest.Open(s.T, dbtest.DSN(s.T, s.db.Dialect), clock.Now), clock: clock, reg: registers(s.T)}
	return n, n.write(func(tx *db.Tx) error {
		_, err := n.reg.Rebuild(ctx, tx, office, strings.NewReader(text))
		return err
	})
}

func TestDumpRebuildsTheSameRoot(t *testing.T) {
	stories(t, func(s *story) {
		s.fill()
		for _, name := range []register.Name{"outlets", "zones"} {
			whole := s.dump(register.Inside, name)
			n, err := s.rebuilt(whole)
			if err != nil {
				t.Fatal(err)
			}
			if again := n.dump(register.Inside, name); again != whole {
				t.Errorf("rebuilt:\n%s\nwas:\n%s", again, whole)
			}
			if a, b := s.keys(register.Inside, register.Query{Register: name, Removed: true}), n.keys(register.Inside, register.Query{Register: name, Removed: true}); a != b {
				t.Errorf("rebuilt %s, was %s", b, a)
			}
			open := s.dump(register.Viewer{}, name)
			p, err := s.rebuilt(open)
			if err != nil {
				t.Fatal(err)
			}
			if again := p.dump(register.Viewer{}, name); again != open {
				t.Errorf("rebuilt from the public dump:\n%s\nwas:\n%s", again, open)
			}
			if last(whole) != last(open) {
				t.Errorf("roots: %s and %s", last(whole), last(open))
			}
		}
		open := s.dump(register.Viewer{}, "outlets")
		for _, secret := range []string{"示例己", "内部意见", "现场核实", "当初写错", "已封堵", "huanbao"} {
			if strings.Contains(open, secret) {
				t.Errorf("the public dump holds %s", secret)
			}
			if !strings.Contains(s.dump(register.Inside, "outlets"), secret) {
				t.Errorf("the whole dump lacks %s: the test would see nothing", secret)
			}
		}
		if err := s.db.Read(ctx, func(tx *db.Tx) error { return s.reg.Dump(ctx, tx, register.Viewer{}, "samples", &bytes.Buffer{}) }); register.KindOf(err) != register.NotFound {
			t.Errorf("the dump of a register that is not public: %v", err)
		}
	})
}

func last(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// A dump in which anything was changed is refused.
func TestTamperedDumpIsRefused(t *testing.T) {
	s := lite(t)
	s.fill()
	whole := s.dump(register.Inside, "outlets")
	for _, c := range []struct{ from, to, want string }{
		{"P2排口", "P9排口", "不符"},
		{"= 3 ", "= 4 ", "应是第3条"},
		{" move ", " amend ", "不符"},
		{"zhixing register dump 1", "zhixing register dump 2", "第一行"},
		{"register outlets", "register nothing", "没有这本台账"},
		{`+ 责任单位 `, `+ 责任单价 `, ""},
		{"\n. ", "\n.. ", "认不出"},
		{"@ file ", "@ file 0", "校验值"},
	} {
		changed := strings.Replace(whole, c.from, c.to, 1)
		if changed == whole {
			t.Fatalf("%q is not in the dump", c.from)
		}
		if _, err := s.rebuilt(changed); register.KindOf(err) == 0 || !strings.Contains(register.Message(err), c.want) {
			t.Errorf("%q for %q: %v", c.to, c.from, err)
		}
	}
	for cut := 0; cut < len(whole); cut += 97 {
		if _, err := s.rebuilt(whole[:cut]); register.KindOf(err) == 0 {
			t.Errorf("cut after %d bytes: %v", cut, err)
		}
	}
}

func lite(t *testing.T) *story {
	clock := dbtest.At("2023-09-20")
	return &story{T: t, db: dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now), clock: clock, reg: registers(t)}
}

func TestProofs(t *testing.T) {
	stories(t, func(s *story) {
		for i := range 700 { // more than two stored nodes
			s.add(bureau, "sections", "名称=断面"+string(rune('一'+i))+" 目标类别=Ⅳ")
			if i == 300 {
				s.clock.Advance(time.Hour)
			}
		}
		var first register.Head
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			for i := 0; i < 700; i += 37 {
				p, err := s.reg.Prove(ctx, tx, register.Viewer{}, "sections", "断面"+string(rune('一'+i)), 1)
				if err != nil {
					return err
				}
				if err := p.Verify(); err != nil {
					t.Errorf("record %d: %v", i, err)
				}
				if p.Open["目标类别"].Value != "Ⅳ" || p.Open["@by"].Value != "" {
					t.Errorf("opened: %v", p.Open)
				}
				forged := p
				forged.Open = map[string]register.Opened{"目标类别": {Salt: p.Open["目标类别"].Salt, Value: "Ⅲ"}}
				if forged.Verify() == nil {
					t.Error("a forged value is believed")
				}
				forged = p
				forged.Leaf = strings.Replace(p.Leaf, " add ", " move ", 1)
				if forged.Verify() == nil {
					t.Error("a forged leaf is believed")
				}
			}
			heads, err := s.reg.Heads(ctx, tx)
			if err != nil {
				return err
			}
			first = heads[0]
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.add(bureau, "sections", "名称=末桥")
		err = s.db.Read(ctx, func(tx *db.Tx) error {
			heads, err := s.reg.Heads(ctx, tx)
			if err != nil {
				return err
			}
			proof, err := s.reg.Consistency(ctx, tx, "sections", first.Size, heads[0].Size)
			if err != nil {
				return err
			}
			return tlog.CheckTree(proof, heads[0].Size, heads[0].Root, first.Size, first.Root)
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A correction of the past leaves what came after it in force; what was known then can still be shown.
func TestBothTimes(t *testing.T) {
	stories(t, func(s *story) {
		must := func(day string, do func(tx *db.Tx) (*register.Entry, error)) {
			t.Helper()
			s.clock.Set(day)
			s.must(func(tx *db.Tx) error { _, err := do(tx); return err })
		}
		must("2023-03-01", func(tx *db.Tx) (*register.Entry, error) {
			return s.reg.Add(ctx, tx, bureau, "outlets", register.Input{Fields: fields("编号=P1 名称=甲 责任单位=东镇 日排水量=10"), Holds: date("2023-01-05")})
		})
		must("2023-06-01", func(tx *db.Tx) (*register.Entry, error) {
			return s.reg.Amend(ctx, tx, bureau, "outlets", "P1", register.Input{Fields: fields("日排水量=20 名称=乙")})
		})
		must("2023-08-01", func(tx *db.Tx) (*register.Entry, error) {
			return s.reg.Correct(ctx, tx, bureau, "outlets", "P1", register.Input{Fields: fields("日排水量=15 类型=生活"), Holds: date("2023-02-01"), Why: "二月起已改"})
		})
		known := date("2023-07-01").Time()
		for _, c := range []struct {
			as   register.AsOf
			want string // 日排水量 名称 类型
		}{
			{register.AsOf{}, "20 乙 生活"},
			{register.AsOf{On: date("2023-01-31")}, "10 甲 "},
			{register.AsOf{On: date("2023-02-01")}, "15 甲 生活"},
			{register.AsOf{On: date("2023-05-31")}, "15 甲 生活"},
			{register.AsOf{On: date("2023-06-01")}, "20 乙 生活"},
			{register.AsOf{On: date("2023-02-01"), Known: known}, "10 甲 "},
			{register.AsOf{Known: known}, "20 乙 "},
		} {
			e := s.get(register.Inside, "outlets", "P1", c.as)
			if got := e.Values["日排水量"] + " " + e.Values["名称"] + " " + e.Values["类型"]; got != c.want {
				t.Errorf("%+v: %q, want %q", c.as, got, c.want)
			}
			if got := s.keys(register.Inside, register.Query{Register: "outlets", AsOf: c.as, Where: []register.Filter{{Field: "日排水量", Op: register.Is, Value: e.Values["日排水量"]}}}); got != "P1" {
				t.Errorf("%+v: list %q", c.as, got)
			}
		}
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			_, err := s.reg.Get(ctx, tx, register.Inside, "outlets", "P1", register.AsOf{On: date("2023-01-04")})
			return err
		})
		s.refused(err, register.NotFound, "那时还没有")
		s.refused(s.write(func(tx *db.Tx) error {
			_, err := s.reg.Amend(ctx, tx, bureau, "outlets", "P1", register.Input{Fields: fields("名称=丙"), Holds: calendar.Date{Year: 2023, Month: 8, Day: 2}})
			return err
		}), register.Invalid, "今天之后")
	})
}
