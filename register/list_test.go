package register_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/register"
)

func filters(text string) (out []register.Filter) {
	for _, w := range strings.Fields(text) {
		for _, op := range []register.Op{register.Not, register.Most, register.Least, register.Is, register.Less, register.More, ":has", ":lacks", "~"} {
			f, v, ok := strings.Cut(w, string(op))
			if !ok {
				continue
			}
			switch op {
			case ":has":
				op = register.Holds
			case ":lacks":
				op = register.Lacks
			case "~":
				op = register.InText
			}
			out = append(out, register.Filter{Field: f, Op: op, Value: v})
			break
		}
	}
	return out
}

func (s *story) many() {
	s.Helper()
	s.add(bureau, "sections", "名称=甲桥 目标类别=Ⅲ")
	for _, line := range []string{
		"编号=P1 名称=涑水一号排口 责任单位=东镇 类型=工业 日排水量=9 位置=111.51,35.41 溯源日期=2023-09-01 联系人=示例己 备注=内情 断面=甲桥 在线监测=是",
		"编号=P2 名称=涑水二号排口 责任单位=西镇 类型=生活 日排水量=10.50 位置=111.45,35.45 溯源日期=2023-08-01 在线监测=否",
		"编号=P3 名称=里册峪排口 责任单位=东镇 类型=工业 日排水量=100 位置=111.555,35.455",
		"编号=P4 名称=无名口 责任单位=南乡",
	} {
		s.add(bureau, "outlets", line)
	}
}

func TestQueries(t *testing.T) {
	stories(t, func(s *story) {
		s.many()
		if err := s.move(bureau, "outlets", "P2", "已测"); err != nil {
			t.Fatal(err)
		}
		box := func(text string) *register.Box {
			b, ok := register.ParseBox(text)
			if !ok {
				t.Fatal(text)
			}
			return &b
		}
		area, bad := register.ParseGeoJSON([]byte(`{"type":"Polygon","coordinates":[[[111.5,35.4],[111.56,35.4],[111.56,35.46],[111.5,35.4]]]}`))
		if bad != "" {
			t.Fatal(bad)
		}
		for i, c := range []struct {
			q    register.Query
			v    register.Viewer
			want string
		}{
			{register.Query{}, register.Inside, "P1 P2 P3 P4"},
			{register.Query{State: "已测"}, register.Inside, "P2"},
			{register.Query{Unit: "东镇"}, register.Inside, "P1 P3"},
			{register.Query{Town: "东镇"}, register.Inside, "P1 P3"},
			{register.Query{Village: "示例一村"}, register.Inside, "P3"},
			{register.Query{Where: filters("日排水量>9")}, register.Inside, "P2 P3"},
			{register.Query{Where: filters("日排水量>=9.0")}, register.Inside, "P1 P2 P3"},
			{register.Query{Where: filters("日排水量=10.5")}, register.Inside, "P2"},
			{register.Query{Where: filters("日排水量<>10.5")}, register.Inside, "P1 P3 P4"},
			{register.Query{Where: filters("日排水量<100 类型=工业")}, register.Inside, "P1"},
			{register.Query{Where: filters("溯源日期>=2023年8月15日")}, register.Inside, "P1"},
			{register.Query{Where: filters("溯源日期:lacks")}, register.Inside, "P3 P4"},
			{register.Query{Where: filters("类型:has 在线监测=否")}, register.Inside, "P2"},
			{register.Query{Where: filters("名称~水二")}, register.Inside, "P2"},
			{register.Query{Where: filters("责任单位=东镇")}, register.Viewer{}, "P1 P3"},
			{register.Query{Text: "涑水 排口"}, register.Inside, "P1 P2"},
			{register.Query{Text: "ｐ1"}, register.Inside, "P1"},
			{register.Query{Text: "内情"}, register.Inside, "P1"},
			{register.Query{Text: "内情"}, register.Viewer{}, ""},
			{register.Query{Text: "示例己"}, register.Viewer{}, ""},
			{register.Query{Box: box("111.50,35.40,111.52,35.42")}, register.Inside, "P1"},
			{register.Query{Box: box("111.40,35.40,111.60,35.50")}, register.Inside, "P1 P2 P3"},
			{register.Query{Box: box("-180,-90,180,90")}, register.Inside, "P1 P2 P3"},
			{register.Query{Area: area}, register.Inside, "P1 P3"},
			{register.Query{Area: area, Where: filters("日排水量=100")}, register.Inside, "P3"},
			{register.Query{Sort: "日排水量"}, register.Inside, "P4 P1 P2 P3"},
			{register.Query{Sort: "-日排水量"}, register.Inside, "P3 P2 P1 P4"},
			{register.Query{Sort: "-编号"}, register.Inside, "P4 P3 P2 P1"},
			{register.Query{Sort: "名称"}, register.Inside, "P4 P1 P2 P3"},
		} {
			c.q.Register = "outlets"
			if got := s.keys(c.v, c.q); got != c.want {
				t.Errorf("case %d: %q, want %q", i, got, c.want)
			}
			// Pages of one, after one another, are the same list, also where nobody asks how long it is.
			c.q.Size, c.q.Uncounted = 1, c.q.Sort == "" && i%2 == 1
			var paged []string
			for range 6 {
				err := s.db.Read(ctx, func(tx *db.Tx) error {
					p, err := s.reg.List(ctx, tx, c.v, c.q)
					if c.q.Uncounted && p.Total != -1 {
						t.Errorf("case %d is counted: %d", i, p.Total)
					}
					for _, e := range p.Entries {
						paged = append(paged, e.Key)
					}
					c.q.After = p.Next
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if c.q.After == "" {
					break
				}
			}
			if got := strings.Join(paged, " "); got != c.want {
				t.Errorf("case %d, page by page: %q, want %q", i, got, c.want)
			}
			// A list of today by its records is the list of today.
			if c.q.Sort == "" {
				c.q.Size, c.q.After, c.q.AsOf = 0, "", register.AsOf{On: date("2023-09-20")}
				if got := s.keys(c.v, c.q); got != c.want {
					t.Errorf("case %d, as of today: %q, want %q", i, got, c.want)
				}
			}
		}
		for _, c := range []struct {
			q     register.Query
			v     register.Viewer
			words string
		}{
			{register.Query{Size: 1001}, register.Inside, "可以是1至1000条"},
			{register.Query{Size: 10, State: "没有"}, register.Inside, "没有“没有”这种状态"},
			{register.Query{Size: 10, Where: filters("备注=内情")}, register.Viewer{}, "没有“备注”这一格"},
			{register.Query{Size: 10, Sort: "联系人"}, register.Viewer{}, "不能按“联系人”排序"},
			{register.Query{Size: 10, Where: filters("日排水量>多")}, register.Inside, "不是数"},
			{register.Query{Size: 10, After: "x"}, register.Inside, "翻页标记不对"},
			{register.Query{Size: 10, Text: "，。"}, register.Inside, "没有文字或数字"},
		} {
			c.q.Register = "outlets"
			err := s.db.Read(ctx, func(tx *db.Tx) error { _, err := s.reg.List(ctx, tx, c.v, c.q); return err })
			if !strings.Contains(register.Message(err), c.words) {
				t.Errorf("want %q in %v", c.words, err)
			}
		}
	})
}

// Whatever the public can get holds nothing that is not public.
func TestPublicSeesOnlyWhatIsPublic(t *testing.T) {
	stories(t, func(s *story) {
		s.fill()
		s.add(bureau, "samples", "排口=P1 采样日期=2023-09-19")
		var out bytes.Buffer
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			var v register.Viewer
			p, err := s.reg.List(ctx, tx, v, register.Query{Register: "outlets", Removed: true, Size: 10})
			if err != nil {
				return err
			}
			for _, e := range p.Entries {
				h, err := s.reg.History(ctx, tx, v, "outlets", e.Key)
				if err != nil {
					return err
				}
				fmt.Fprintf(&out, "%+v %+v\n", e, h)
				one, err := s.reg.Get(ctx, tx, v, "outlets", e.Key, register.AsOf{On: date("2023-09-20")})
				if err != nil {
					return err
				}
				proof, err := s.reg.Prove(ctx, tx, v, "outlets", e.Key, 1)
				if err != nil {
					return err
				}
				fmt.Fprintf(&out, "%+v %+v\n", one, proof)
			}
			layer, err := s.reg.Map(ctx, tx, v, register.MapQuery{Query: register.Query{Register: "outlets"}, Zoom: 12})
			out.Write(layer)
			if err != nil {
				return err
			}
			if _, err := s.reg.List(ctx, tx, v, register.Query{Register: "samples", Size: 10}); register.KindOf(err) != register.NotFound {
				t.Errorf("a register that is not public: %v", err)
			}
			if _, err := s.reg.Get(ctx, tx, v, "samples", "1", register.AsOf{}); register.KindOf(err) != register.NotFound {
				t.Errorf("an entry of it: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"示例己", "内部意见", "现场核实", "当初写错", "已封堵", "huanbao", "dongzhen"} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("the public sees %s", secret)
			}
		}
		if !strings.Contains(out.String(), "P1排口") {
			t.Error("the public sees nothing: the test would see nothing")
		}
	})
}

// On random lives: the row is the fold of the records, a past day is the fold up to it, squares find what boxes hold.
func TestRandomLives(t *testing.T) {
	clock := "2023-01-10"
	stories(t, func(s *story) {
		s.clock.Set(clock)
		rnd := rand.New(rand.NewPCG(5, 6))
		sch, _ := s.reg.Schema("outlets")
		type point struct{ x, y float64 }
		at := map[string]point{}
		for step := range 150 {
			s.clock.Advance(time.Duration(rnd.IntN(30)) * time.Hour)
			key := fmt.Sprintf("P%d", rnd.IntN(12))
			p := point{111.4 + float64(rnd.IntN(2000))/1e4, 35.4 + float64(rnd.IntN(1000))/1e4}
			in := register.Input{Fields: map[string]string{"编号": key, "名称": fmt.Sprint("名", step), "责任单位": "东镇", "日排水量": fmt.Sprint(rnd.IntN(50)),
				"位置": fmt.Sprintf("%.4f %.4f", p.x, p.y)}}
			err := s.write(func(tx *db.Tx) error {
				var err error
				switch rnd.IntN(6) {
				case 0:
					_, err = s.reg.Remove(ctx, tx, bureau, "outlets", key, register.Leave{Why: "出"})
				case 1:
					_, err = s.reg.Restore(ctx, tx, bureau, "outlets", key, register.Leave{Why: "回"})
				case 2:
					in.Holds, in.Why = date(fmt.Sprintf("2023-01-%02d", 10+rnd.IntN(5))), "补记"
					delete(in.Fields, "位置")
					_, err = s.reg.Correct(ctx, tx, bureau, "outlets", key, in)
				default:
					if _, err = s.reg.Put(ctx, tx, bureau, "outlets", in); err == nil {
						at[key] = p
					}
				}
				return err
			})
			if err != nil && register.KindOf(err) == 0 {
				t.Fatal(err)
			}
		}
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			p, err := s.reg.List(ctx, tx, register.Inside, register.Query{Register: "outlets", Removed: true, Size: 100})
			if err != nil {
				return err
			}
			if len(p.Entries) < 8 {
				t.Errorf("only %d entries: the test would see little", len(p.Entries))
			}
			for _, e := range p.Entries {
				h, err := s.reg.History(ctx, tx, register.Inside, "outlets", e.Key)
				if err != nil {
					return err
				}
				for _, day := range []string{"", "2023-01-12", "2023-01-20", "2023-02-10"} {
					for _, known := range []time.Time{{}, date("2023-02-01").Time()} {
						as := register.AsOf{On: date(day), Known: known}
						want := sch.Fold(h, as.On, as.Known)
						got, err := s.reg.Get(ctx, tx, register.Inside, "outlets", e.Key, as)
						if want == nil {
							if register.KindOf(err) != register.NotFound {
								t.Errorf("%s as of %v: %v", e.Key, as, err)
							}
							continue
						}
						if err != nil {
							return err
						}
						want.Town, want.Village = got.Town, got.Village
						a, _ := json.Marshal(got)
						b, _ := json.Marshal(want)
						if string(a) != string(b) {
							t.Errorf("%s as of %v:\n%s\nfolded\n%s", e.Key, as, a, b)
						}
					}
				}
			}
			for range 50 {
				x, y := 111.4+0.2*rnd.Float64(), 35.4+0.1*rnd.Float64()
				b, _ := register.ParseBox(fmt.Sprintf("%f,%f,%f,%f", x, y, x+0.1*rnd.Float64(), y+0.05*rnd.Float64()))
				found, err := s.reg.List(ctx, tx, register.Inside, register.Query{Register: "outlets", Removed: true, Box: &b, Size: 100})
				if err != nil {
					return err
				}
				n := 0
				for _, p := range at {
					if b.Holds(register.XY{X: int32(p.x*1e7 + 0.5), Y: int32(p.y*1e7 + 0.5)}) {
						n++
					}
				}
				if n != len(found.Entries) {
					t.Errorf("%v: found %d, there are %d", b, len(found.Entries), n)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.rebuilt(s.dump(register.Inside, "outlets")); err != nil {
			t.Error(err)
		}
	})
}

// Many at once: each record has its place, none is lost, the same form counts once.
func TestManyAtOnce(t *testing.T) {
	stories(t, func(s *story) {
		s.reg.Changed = nil
		var wg sync.WaitGroup
		var mu sync.Mutex
		same := 0
		for i := range 16 {
			wg.Go(func() {
				err := s.db.Write(ctx, func(tx *db.Tx) error {
					_, err := s.reg.Add(ctx, tx, bureau, "outlets", register.Input{Fields: fields(fmt.Sprintf("编号=K%d 名称=甲 责任单位=东镇", i))})
					return err
				})
				if err != nil {
					t.Error(err)
				}
				err = s.db.Write(ctx, func(tx *db.Tx) error {
					e, err := s.reg.Add(ctx, tx, bureau, "zones", register.Input{Fields: fields("名称=同一处"), Once: "form-1"})
					if err == nil {
						mu.Lock()
						same++
						mu.Unlock()
						if e.ID != 1 {
							return fmt.Errorf("entry %d", e.ID)
						}
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if same < 16 {
			t.Errorf("%d forms were answered", same)
		}
		if _, err := s.rebuilt(s.dump(register.Inside, "outlets")); err != nil {
			t.Error(err)
		}
		if got := s.keys(register.Inside, register.Query{Register: "zones"}); got != "同一处" {
			t.Error(got)
		}
	})
}
