package forecast

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/forecast/grid"
	"zhixing/register"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

// products are those of testdata/forecast.yaml, with two townships: 东镇 east of 111.55, 西镇 west of it.
func products(t *testing.T) *Products {
	t.Helper()
	b, err := os.ReadFile("testdata/forecast.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defs, err := ReadDefinitions("forecast.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	places := &register.Places{List: []register.Place{
		{Name: "示例西镇", Kind: register.TownPlace, Shape: box(111.38, 35.28, 111.55, 35.52)},
		{Name: "示例东镇", Kind: register.TownPlace, Shape: box(111.55, 35.28, 111.72, 35.52)},
	}}
	p, err := New("100000", defs, places)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func xy(lon, lat float64) register.XY {
	return register.XY{X: int32(lon*1e7 + 0.5), Y: int32(lat*1e7 + 0.5)}
}

// box is a rectangle as a surface.
func box(west, south, east, north float64) *register.Geometry {
	a, b := xy(west, south), xy(east, north)
	return &register.Geometry{Kind: register.Polygon, Parts: [][][]register.XY{{corners(register.Box{MinX: a.X, MinY: a.Y, MaxX: b.X, MaxY: b.Y})}}}
}

// table writes a CSV file of the product on the 7×5 nodes of 0.05° from 111.40 E 35.30 N: hour by hour from the run on, value gives what
// stands at a column and row in the hour, "" for nothing.
func table(product, run string, hours int, step time.Duration, value func(hour, col, row int) string) []byte {
	at, err := time.Parse(time.RFC3339, run)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "product,%s\nrun,%s\nunit,mm\nstart,end,lon,lat,value\n", product, run)
	for h := range hours {
		start := at.Add(time.Duration(h) * step)
		for row := range 5 {
			for col := range 7 {
				fmt.Fprintf(&b, "%s,%s,%.2f,%.2f,%s\n", start.Format(time.RFC3339), start.Add(step).Format(time.RFC3339), 111.40+0.05*float64(col), 35.30+0.05*float64(row), value(h, col, row))
			}
		}
	}
	return []byte(b.String())
}

func take(t *testing.T, p *Products, d *db.DB, name string, b []byte) *Taken {
	t.Helper()
	taken, err := p.Take(ctx, d, name, b, "")
	if err != nil {
		t.Fatal(name, err)
	}
	return taken
}

// read runs do in a transaction that changes nothing.
func read(t *testing.T, d *db.DB, do func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Read(ctx, do); err != nil {
		t.Fatal(err)
	}
}

func latest(t *testing.T, p *Products, d *db.DB, name Name) *Run {
	t.Helper()
	var r *Run
	read(t, d, func(tx *db.Tx) (err error) {
		if r, err = p.Latest(ctx, tx, name, tx.Now()); err == nil && r != nil {
			err = p.Load(ctx, tx, r)
		}
		return err
	})
	return r
}

// field is one hour of table, packed as the product is.
func field(t *testing.T, d *Definition, value func(hour, col, row int) string) *grid.Field {
	t.Helper()
	raws, err := grid.ReadCSV(table(string(d.Name), run8, 1, time.Hour, value))
	if err != nil {
		t.Fatal(err)
	}
	f, err := raws[0].Pack(d.Places, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
