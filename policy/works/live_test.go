package works

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/observation"
	"zhixing/policy"
	"zhixing/quantity"
	"zhixing/register"

	"zhixing/policy/policytest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// running is a server that keeps its policies.
type running struct {
	*testing.T
	d      *db.DB
	clock  *dbtest.Clock
	folder fstest.MapFS
	live   *Live
}

func run(t *testing.T, d *db.DB, clock *dbtest.Clock) *running {
	r := &running{T: t, d: d, clock: clock, folder: policytest.County(t)}
	r.start()
	return r
}

// start is a new process on the same record.
func (r *running) start() {
	r.Helper()
	r.live = &Live{DB: r.d, Folder: func() fs.FS { return r.folder }}
	if err := r.live.Start(context.Background(), "system"); err != nil {
		r.Fatal(err)
	}
}

// edit changes a file of the folder.
func (r *running) edit(file, from, to string) {
	r.Helper()
	old := r.folder[file]
	if old == nil || !bytes.Contains(old.Data, []byte(from)) {
		r.Fatalf("nothing to edit in %s: %s", file, from)
	}
	r.folder[file] = &fstest.MapFile{Data: bytes.Replace(old.Data, []byte(from), []byte(to), 1)}
}

func (r *running) enter(name register.Name, fields map[string]string) {
	r.Helper()
	err := r.d.Write(context.Background(), func(tx *db.Tx) error {
		_, err := r.live.Works().Registers.Put(context.Background(), tx, register.System, name, register.Input{Fields: fields})
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
}

func (r *running) versions() (out []Version) {
	r.Helper()
	err := r.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		out, err = Versions(context.Background(), tx, "990202")
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
	return out
}

// refused reloads and wants to be told, with what was there before going on.
func (r *running) refused(want string) {
	r.Helper()
	before := r.live.Works()
	_, err := r.live.Reload(context.Background(), "示例甲")
	if err == nil || !strings.Contains(err.Error(), want) {
		r.Errorf("want a refusal with %s, got %v", want, err)
	}
	if r.live.Works() != before || r.live.Trouble() == nil {
		r.Error("the old policies do not go on, or nobody is told")
	}
}

func (r *running) reload() Version {
	r.Helper()
	v, err := r.live.Reload(context.Background(), "示例甲")
	if err != nil {
		r.Fatal(err)
	}
	if r.live.Trouble() != nil {
		r.Error("trouble stays:", r.live.Trouble())
	}
	return v
}

const buses = "policies/campus-2031/registers/buses.yaml"

func eachRunning(t *testing.T, do func(r *running)) {
	clock := dbtest.At("2031-04-01")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2031-04-01")
		do(run(t, d, clock))
	})
}

func TestReload(t *testing.T) {
	eachRunning(t, func(r *running) {
		if v := r.versions(); len(v) != 1 || len(v[0].Policies) != 4 || v[0].By != "system" {
			r.Fatalf("at the start: %+v", v)
		}
		if v := r.reload(); v.N != 1 {
			r.Errorf("the same folder is version %d", v.N)
		}
		r.edit(buses, "每月检查一次\n        mechanisms", "每月安全检查一次\n        mechanisms")
		v := r.reload()
		all := r.versions()
		if v.N != 2 || len(all) != 2 || all[0].By != "示例甲" || !all[0].Until.IsZero() || all[1].Until != all[0].From || all[0].Digest == all[1].Digest {
			r.Errorf("after a change: %+v", all)
		}
		s, _ := r.live.Works().Registers.Schema("school-buses")
		if s.Obligations[0].Name != "每月安全检查一次" {
			r.Errorf("the obligation is called %s", s.Obligations[0].Name)
		}
		// What was loaded before can be read whole, with its dates.
		var old policy.County
		err := r.d.Read(context.Background(), func(tx *db.Tx) error {
			folder, err := VersionFiles(context.Background(), tx, "990202", 1)
			if err == nil {
				old, err = policy.LoadCounty(folder)
			}
			return err
		})
		if err != nil || old.Policies == nil || len(old.Policies.Registers) != 12 {
			r.Errorf("version 1: %d registers, %v", len(old.Policies.Registers), err)
		}
		// A folder with problems is refused, and after a restart too the one on record goes on.
		r.edit(buses, "type: person", "type: persons")
		r.refused("字段类型“persons”不在规定之内")
		r.start()
		if s, _ := r.live.Works().Registers.Schema("school-buses"); s == nil || s.Obligations[0].Name != "每月安全检查一次" || r.live.Trouble() == nil {
			r.Error("after a restart the version on record does not go on")
		}
		r.edit(buses, "type: persons", "type: person")
		if v := r.reload(); v.N != 2 {
			r.Errorf("mended, it is version %d", v.N)
		}
	})
}

// What is kept must stay what it is said to be.
func TestReloadKeepsWhatIsStored(t *testing.T) {
	eachRunning(t, func(r *running) {
		// Nobody has used them: everything may change.
		r.edit(buses, "name: 核载, type: number, unit: 人, min: 1, max: 60", "name: 核载, type: text")
		r.reload()
		r.edit(buses, "name: 核载, type: text", "name: 核载, type: number, unit: 人, min: 1, max: 60")
		r.reload()
		r.enter("school-buses", map[string]string{"车号": "丁1", "学校": "示例小学", "检验有效期": "2031-12-31", "终端": "是", "责任单位": "县教体局", "核载": "45"})
		r.enter("danger-spots", map[string]string{"编号": "S1", "名称": "示例坑塘", "类型": "坑塘", "责任单位": "上坪镇政府"})
		err := r.d.Write(context.Background(), func(tx *db.Tx) error {
			sample, _ := quantity.ParseSample("38")
			_, err := r.live.Works().Observations.Record(context.Background(), tx, []observation.Reading{{Name: "bus-speed", Key: "丁1", At: r.clock.Now(), Value: observation.Measured(sample)}})
			return err
		})
		if err != nil {
			r.Fatal(err)
		}
		for _, x := range []struct{ file, from, to, want string }{
			{buses, "name: 核载, type: number, unit: 人, min: 1, max: 60", "name: 核载, type: text", "有 1 条填了“核载”，类型由number改成了text"},
			{buses, "states: [在用, 停驶, 报废]\n    moves:\n      - { from: 在用, to: 停驶 }", "states: [停驶, 报废]\n    moves:", "有 1 条处于“在用”，新的定义里没有这种状态"},
			{buses, "key: [车号]", "key: [车号, 学校]", "有 1 条认定条目的字段改了"},
			{"policies/campus-2031/registers/water.yaml", "options: [河道, 水库, 坑塘]", "options: [河道, 水库]", "有 1 条“类型”选了新的定义里没有的选项"},
			{"policies/campus-2031/registers/water.yaml", "      - { name: 类型, type: choice, options: [河道, 水库, 坑塘], hint: 按水面选 }\n", "", "有 1 条填了“类型”，新的定义里没有这一格"},
			{"policies/campus-2031/series.yaml", "kind: realtime", "kind: minute", "监测项目“bus-speed”的 of、unit 或 kind 改了，可是有 1 个测点已有读数"},
		} {
			was := r.folder[x.file]
			r.edit(x.file, x.from, x.to)
			if x.file == buses && strings.Contains(x.from, "states") { // what speaks of the state goes with it
				r.edit(buses, "[在用, 停驶], to: 报废", "[停驶], to: 报废")
				r.edit(buses, "      - { from: 停驶, to: 在用, when: \"检验有效期 >= 今天\", refuse: 检验过期的校车不能恢复使用, clause: 二/(一)/1 }\n", "")
				for _, file := range []string{buses, "policies/campus-2031/indicators.yaml", "policies/campus-2031/rules.yaml"} {
					r.folder[file] = &fstest.MapFile{Data: bytes.ReplaceAll(r.folder[file].Data, []byte(`状态 == "在用"`), []byte(`状态 == "停驶"`))}
				}
				r.folder["policies/campus-2031/examples/buses.yaml"] = &fstest.MapFile{Data: []byte("examples: []\n")}
			}
			if strings.Contains(x.from, "options") || strings.Contains(x.from, "类型") {
				r.folder["policies/campus-2031/examples/water.yaml"] = &fstest.MapFile{Data: []byte("examples: []\n")}
			}
			r.refused(x.want)
			good := policytest.County(r.T)
			r.folder[x.file] = was
			for _, e := range []string{"examples/buses", "examples/water", "indicators", "rules"} {
				r.folder["policies/campus-2031/"+e+".yaml"] = good["policies/campus-2031/"+e+".yaml"]
			}
		}
		r.reload()
	})
}

// A policy that begins in June is not there in May, and is in June without anybody doing anything.
func TestTurn(t *testing.T) {
	eachRunning(t, func(r *running) {
		r.edit("policies/noise-2031/policy.yaml", "from: 2031-02-16", "from: 2031-06-01")
		r.folder["policies/noise-2031/examples/noise.yaml"] = &fstest.MapFile{Data: []byte("examples: []\n")}
		r.reload()
		there := func() bool {
			_, ok := r.live.Works().Registers.Schema("noise-points")
			return ok
		}
		may := there()
		r.clock.Set("2031-06-01")
		if _, err := r.live.Turn(context.Background()); err != nil {
			r.Fatal(err)
		}
		if may || !there() {
			r.Errorf("in May %v, in June %v", may, there())
		}
	})
}

// A first start with a broken folder and nothing on record fails with every problem.
func TestNothingToGoOnWith(t *testing.T) {
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	live := &Live{DB: d, Folder: func() fs.FS { return os.DirFS("testdata/nowhere") }}
	if err := live.Start(context.Background(), "system"); err == nil {
		t.Error("started without a county")
	}
}

// Warnings are signed by whatever works are in place, also after the folder was loaded again.
func TestLiveSigns(t *testing.T) {
	clock := dbtest.At("2031-07-01T13:00:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		folder := policytest.Storm(t)
		sign := func(b []byte) ([]byte, error) { return append(b, "signed"...), nil }
		live := &Live{DB: d, Folder: func() fs.FS { return folder }, Sign: sign}
		if err := live.Start(context.Background(), "system"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			w := live.Works().Warnings
			if w.Sign == nil {
				t.Fatal("nothing signs")
			}
			if b, err := w.Sign([]byte("a ")); err != nil || string(b) != "a signed" {
				t.Error(string(b), err)
			}
			if _, err := live.Reload(context.Background(), "示例甲"); err != nil {
				t.Fatal(err)
			}
		}
	})
}
