package forecast

import (
	"math"
	"testing"
	"time"

	"zhixing/forecast/grid"
	"zhixing/quantity"
	"zhixing/register"
)

// BenchmarkExceed looks for 50 mm in three hours in a county of 200 corners, on a grid of a kilometre over six hours, and names the towns.
func BenchmarkExceed(b *testing.B) {
	p, err := New("100000", []Definition{{Name: "rain", Title: "降水预报", Source: "示例市气象台", Element: "降水量", Unit: "mm", Places: 1, Amount: true, Step: time.Hour, Horizon: 6 * time.Hour}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	d := p.All()[0]
	now := time.Date(2023, 7, 20, 0, 0, 0, 0, time.UTC)
	r := &Run{At: now, Grid: grid.Grid{West: 1110000000, South: 350000000, DX: 100000, DY: 100000, NX: 120, NY: 120}}
	for h := range 6 {
		f := grid.New(r.Grid, 1)
		for i := range f.Values {
			f.Values[i] = int32(100 + 100*math.Sin(float64(i*(h+1))/700))
		}
		r.Fields = append(r.Fields, Field{Start: now.Add(time.Duration(h) * time.Hour), End: now.Add(time.Duration(h+1) * time.Hour), Data: f})
	}
	circle := func(x, y, radius float64, corners int) *register.Geometry {
		var ring []register.XY
		for k := range corners + 1 {
			sin, cos := math.Sincos(2 * math.Pi * float64(k%corners) / float64(corners))
			ring = append(ring, xy(x+radius*cos, y+radius*sin))
		}
		return &register.Geometry{Kind: register.Polygon, Parts: [][][]register.XY{{ring}}}
	}
	p.Places = &register.Places{}
	for k := range 10 {
		p.Places.List = append(p.Places.List, register.Place{Name: "示例镇", Kind: register.TownPlace, Shape: circle(111.35+0.05*float64(k), 35.5, 0.1, 60)})
	}
	county := circle(111.57, 35.5, 0.3, 200)
	th := Threshold{Op: ">=", Value: quantity.Int(50), Unit: "mm", Window: 3 * time.Hour, Fold: Sum}
	for b.Loop() {
		e, err := p.exceeds(d, r, th, county, now)
		if err != nil || e == nil {
			b.Fatal(e, err)
		}
	}
}
