package register_test

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/register"
	"zhixing/rule"
)

// TestLoad brings a register of many points in, and one of many plots, and asks for what people ask for: by make
// load-registers. ZHIXING_LOAD_REGISTERS is how many entries. It fails for no duration.
func TestLoad(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("ZHIXING_LOAD_REGISTERS"))
	if n == 0 {
		n = 300
	}
	defer debug.SetGCPercent(debug.SetGCPercent(300)) // as serve has it
	plots := min(n, 50_000)
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			d := dbtest.Open(t, dbtest.DSN(t, dialect), time.Now)
			r := registers(t)
			r.Schemas = append(schemas(), loadSchemas()...)
			took := func(what string, do func()) { // the processor's time tells more where others use the machine too
				start, busy := time.Now(), cpu()
				do()
				t.Logf("%-50s %8.0f ms, %8.0f ms of processor", what, float64(time.Since(start).Microseconds())/1000, float64((cpu()-busy).Microseconds())/1000)
			}
			load := func(name register.Name, n int, rows func(io.Writer, int)) {
				in, out := io.Pipe()
				go func() {
					w := bufio.NewWriterSize(out, 1<<16)
					rows(w, n)
					w.Flush()
					out.Close()
				}()
				err := d.Write(ctx, func(tx *db.Tx) error {
					_, rep, err := r.Load(ctx, tx, office, name, "载入.csv", register.CSV, in)
					if err == nil && rep.New != n {
						err = fmt.Errorf("%d of %d: %+v", rep.New, n, rep.Rows)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			start := time.Now()
			took(fmt.Sprintf("%d wells loaded", n), func() { load("wells", n, wellRows) })
			t.Logf("%.0f entries a second", float64(n)/time.Since(start).Seconds())
			took(fmt.Sprintf("%d plots loaded", plots), func() { load("plots", plots, plotRows) })
			took(fmt.Sprintf("%d wells with what they owe loaded", n/10), func() { load("owing", n/10, wellRows) })
			read := func(do func(tx *db.Tx) error) {
				t.Helper()
				if err := d.Read(ctx, do); err != nil {
					t.Fatal(err)
				}
			}
			list := func(q register.Query) func(tx *db.Tx) error {
				q.Size = 100
				return func(tx *db.Tx) error { _, err := r.List(ctx, tx, register.Inside, q); return err }
			}
			box, _ := register.ParseBox("111.50,35.40,111.52,35.42")
			for _, q := range []struct {
				what string
				q    register.Query
			}{
				{"plots: first page and count", register.Query{Register: "plots"}},
				{"plots: by state", register.Query{Register: "plots", State: "在册"}},
				{"plots: by town unit", register.Query{Register: "plots", Unit: "东镇"}},
				{"plots: by two fields", register.Query{Register: "plots", Where: []register.Filter{{Field: "作物", Op: register.Is, Value: "小麦"}, {Field: "面积", Op: register.Least, Value: "10"}}}},
				{"plots: by text", register.Query{Register: "plots", Text: "777"}},
				{"plots: sorted by area", register.Query{Register: "plots", Sort: "-面积"}},
				{"plots: in a rectangle", register.Query{Register: "plots", Box: &box}},
				{"plots: as of yesterday", register.Query{Register: "plots", AsOf: register.AsOf{On: date("2020-01-01")}}},
				{"wells: first page and count", register.Query{Register: "wells"}},
				{"wells: by a field", register.Query{Register: "wells", Where: []register.Filter{{Field: "井深", Op: register.More, Value: "150"}}}},
				{"wells: by text", register.Query{Register: "wells", Text: "77777"}},
				{"wells: in a rectangle", register.Query{Register: "wells", Box: &box}},
			} {
				took(q.what, func() { read(list(q.q)) })
			}
			for _, zoom := range []int{9, 13, 16} {
				var size int
				took(fmt.Sprintf("plots: map layer of all, zoom %d", zoom), func() {
					read(func(tx *db.Tx) error {
						b, err := r.Map(ctx, tx, register.Inside, register.MapQuery{Query: register.Query{Register: "plots"}, Zoom: zoom})
						size = len(b)
						return err
					})
				})
				t.Logf("  %d KB", size/1024)
			}
			took("plots: map layer of a rectangle, zoom 16", func() {
				read(func(tx *db.Tx) error {
					_, err := r.Map(ctx, tx, register.Inside, register.MapQuery{Query: register.Query{Register: "plots", Box: &box}, Zoom: 16})
					return err
				})
			})
			took("plots: a point in which plot", func() {
				read(func(tx *db.Tx) error {
					_, err := r.Around(ctx, tx, register.XY{X: 1115100000, Y: 354100000}, "plots", "")
					return err
				})
			})
			took("Tick with nothing due", func() {
				if err := d.Write(ctx, func(tx *db.Tx) error { _, _, err := r.Tick(ctx, tx, 1000); return err }); err != nil {
					t.Fatal(err)
				}
			})
			took("plots: proof of one record", func() {
				read(func(tx *db.Tx) error {
					p, err := r.Prove(ctx, tx, register.Inside, "plots", "D-7", 1)
					if err == nil {
						err = p.Verify()
					}
					return err
				})
			})
			took("wells: whole CSV out", func() {
				read(func(tx *db.Tx) error {
					return r.Export(ctx, tx, register.Inside, register.Query{Register: "wells"}, register.CSV, io.Discard)
				})
			})
			took("wells: dump", func() {
				read(func(tx *db.Tx) error { return r.Dump(ctx, tx, register.Viewer{}, "wells", io.Discard) })
			})
		})
	}
}

// cpu is the processor time that this process has used; PostgreSQL's is not in it.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func loadSchemas() []*register.Schema {
	basis := rule.Basis{Document: "乙政办发〔2023〕5号"}
	wells := func(name register.Name) *register.Schema {
		return &register.Schema{Name: name, Title: "机井台账", Basis: basis, Custodian: "县生态环境局", Public: true, Key: []string{"编号"}, Label: "名称",
			Fields: []register.Field{{Name: "编号", Type: register.Text, Required: true}, {Name: "名称", Type: register.Text}, {Name: "位置", Type: register.Point},
				{Name: "用途", Type: register.Choice, Options: []string{"灌溉", "饮用", "工业"}}, {Name: "井深", Type: register.Number, Unit: "m"},
				{Name: "成井日期", Type: register.Day}, {Name: "所属乡镇", Type: register.Unit}, {Name: "管护人", Type: register.Person}}}
	}
	plots := &register.Schema{Name: "plots", Title: "地块台账", Basis: basis, Custodian: "县生态环境局", Public: true, Key: []string{"编号"}, Label: "编号",
		Fields: []register.Field{{Name: "编号", Type: register.Text, Required: true}, {Name: "范围", Type: register.Polygon},
			{Name: "作物", Type: register.Choice, Options: []string{"小麦", "玉米", "山楂"}}, {Name: "面积", Type: register.Number, Unit: "亩"}, {Name: "乡镇", Type: register.Unit}}}
	owing := wells("owing")
	owing.Obligations = []register.Obligation{{ID: "check", Name: "检查", Within: calendar.Span{N: 1, Unit: calendar.Years}, Record: &register.RecordOf{Register: "samples", Of: "排口"},
		To: register.Whose{Field: "所属乡镇"}}}
	return []*register.Schema{wells("wells"), plots, owing}
}

func wellRows(w io.Writer, n int) {
	r := rand.New(rand.NewPCG(1, 2))
	towns := []string{"东镇", "西镇", "南乡"}
	uses := []string{"灌溉", "饮用", "工业"}
	io.WriteString(w, "编号,名称,位置,用途,井深,成井日期,所属乡镇,管护人\n")
	for i := range n {
		fmt.Fprintf(w, "J%07d,第%d号机井,%.6f %.6f,%s,%d.5,20%02d-0%d-1%d,%s,示例%d\n", i, i, 111.4+0.2*r.Float64(), 35.4+0.1*r.Float64(), uses[i%3], 20+r.IntN(200), 10+i%13, 1+i%9, i%10,
			towns[i%3], i%977)
	}
}

// plotRows are plots of some twelve corners, side by side.
func plotRows(w io.Writer, n int) {
	r := rand.New(rand.NewPCG(3, 4))
	crops := []string{"小麦", "玉米", "山楂"}
	towns := []string{"东镇", "西镇", "南乡"}
	io.WriteString(w, "编号,范围,作物,面积,乡镇\n")
	side := int(math.Ceil(math.Sqrt(float64(n))))
	for i := range n {
		x, y := 111.4+0.2*float64(i%side)/float64(side), 35.4+0.1*float64(i/side)/float64(side)
		var b strings.Builder
		for k := range 12 {
			a := float64(k) / 12 * 2 * math.Pi
			fmt.Fprintf(&b, "%.7f %.7f, ", x+0.0004*(1+0.2*r.Float64())*math.Cos(a), y+0.0002*(1+0.2*r.Float64())*math.Sin(a))
		}
		ring := b.String()
		first, _, _ := strings.Cut(ring, ",")
		fmt.Fprintf(w, "D-%d,\"POLYGON((%s%s))\",%s,%d.%d,%s\n", i, ring, first, crops[i%3], 1+r.IntN(30), r.IntN(10), towns[i%3])
	}
}
