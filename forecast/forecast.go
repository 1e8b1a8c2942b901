// Package forecast keeps gridded products: what a weather service forecasts for the next hours on a grid of some kilometres, what a
// radar or gauges measured, and the county's own extrapolation of that. It takes files in (GRIB2, NetCDF, CSV), once each and
// checked for resolution and delay; it samples them at places, along roads and over townships; it says where and when a limit will
// be reached, and why it thinks so.
//
// A product is data in the county's folder (see ReadDefinitions). A run of it is what was forecast at one time; a run has a field
// for each hour. Values are whole numbers of the product's last place, and limits are exact.
//
//	p, err := forecast.New("100000", definitions, places)
//	taken, err := p.Take(ctx, d, "rain_2023072008.grb2", file, "")
//	err = d.Read(ctx, func(tx *db.Tx) error {
//		found, err := p.Exceed(ctx, tx, "rain-6h", forecast.Threshold{Op: ">=", Value: quantity.Int(50), Window: 6 * time.Hour, Fold: forecast.Sum}, area)
//		…
//	})
package forecast

import (
	"context"
	"fmt"
	"time"

	"zhixing/db"
	"zhixing/forecast/grid"
	"zhixing/forecast/nowcast"
	"zhixing/quantity"
	"zhixing/register"
)

// Name is the name of a product in addresses: small ASCII letters, digits and hyphens, one in the county.
type Name string

// Definition is a product.
type Definition struct {
	Name    Name
	Title   string // 0—6小时降水临近预报
	Source  string // who makes it
	Element string // 降水量
	Unit    quantity.Unit
	Places  int  // after the decimal point
	Amount  bool // what gathers over a period, as rain does; else an instant, a mean or an extreme

	Pick        Pick          // where it is found in files
	Extrapolate Name          // of which measured product this one is the nowcast; empty: none
	Before      Name          // measured product that tells what fell before the run; empty: none
	Gauges      string        // series of readings it is made of; empty: none
	Radius      int           // metres that a gauge speaks for
	Every       time.Duration // from run to run
	Step        time.Duration // from field to field
	Horizon     time.Duration // 0: measured, not forecast
	Latency     time.Duration // how long after its time a run may come; 0: nobody said
	Keep        time.Duration
	Resolution  int32        // the coarsest step that will do, in 1e-7 degree; 0: any
	Area        register.Box // what is kept of larger grids, and must be covered; zero: all
	Low, High   *quantity.Decimal
	Legend      []Class

	File   string
	LineNo int
}

// Pick finds a product in files: by name of the file, and by what each form calls it.
type Pick struct {
	Files  []string // patterns as in a shell; none: any
	GRIB   string   // discipline/category/number of table 4.2: 0/1/8
	Level  string   // of GRIB, kind/value of the first surface: 103/2; empty: any
	NetCDF string   // variable; of one with several levels, variable@number
	CSV    string   // name in the product line; empty: Name
	Unit   string   // that of the file where it names none
}

// Class is a line of a legend: from which value on, in which colour.
type Class struct {
	From   quantity.Decimal
	Colour string // #rrggbb
	Title  string
}

// Products are those of a county.
type Products struct {
	county string
	defs   []*Definition
	byName map[Name]*Definition
	// Places are the townships and villages that reasons name; may be nil.
	Places *register.Places
	// Readings gives what the gauges of a product measured in a period, in its unit and places. nil: there are no gauges.
	Readings func(ctx context.Context, tx *db.Tx, d *Definition, start, end time.Time) ([]nowcast.Gauge, error)
}

// New checks the definitions.
func New(county string, defs []Definition, places *register.Places) (*Products, error) {
	p := &Products{county: county, byName: map[Name]*Definition{}, Places: places}
	for i := range defs {
		d := &defs[i]
		if p.byName[d.Name] != nil {
			return nil, d.wrong("产品“%s”写了两次", d.Name)
		}
		if err := d.check(); err != nil {
			return nil, err
		}
		p.byName[d.Name] = d
		p.defs = append(p.defs, d)
	}
	for _, d := range p.defs {
		if of := p.byName[d.Before]; d.Before != "" && (of == nil || of.Horizon != 0 || of.Unit != d.Unit || !of.Amount || !d.Amount) {
			return nil, d.wrong("产品“%s”的 before 应是有相同单位的实况产品，两者都写 amount", d.Name)
		}
		if d.Extrapolate == "" {
			continue
		}
		of := p.byName[d.Extrapolate]
		switch {
		case of == nil:
			return nil, d.wrong("产品“%s”外推“%s”，而没有这个产品", d.Name, d.Extrapolate)
		case of.Horizon != 0:
			return nil, d.wrong("产品“%s”外推“%s”，后者应是实况（不写 horizon）", d.Name, d.Extrapolate)
		case of.Unit != d.Unit || of.Places != d.Places || of.Amount != d.Amount:
			return nil, d.wrong("产品“%s”与它外推的“%s”应有相同的单位、小数位数和 amount", d.Name, d.Extrapolate)
		case d.Step%of.Step != 0 || d.Horizon%d.Step != 0 || d.Horizon/of.Step > nowcast.MaxSteps:
			return nil, d.wrong("产品“%s”的 step 应是“%s”的整数倍，horizon 应是 step 的整数倍，外推至多%d步", d.Name, d.Extrapolate, nowcast.MaxSteps)
		}
	}
	return p, nil
}

// Definition is the product of a name.
func (p *Products) Definition(name Name) (*Definition, bool) {
	d, ok := p.byName[name]
	return d, ok
}

// All are the products in the order of the county's folder.
func (p *Products) All() []*Definition { return p.defs }

func (p *Products) need(op string, name Name) (*Definition, error) {
	if d := p.byName[name]; d != nil {
		return d, nil
	}
	return nil, refuse(NotFound, op, "没有网格产品“%s”。", name)
}

func (d *Definition) wrong(format string, args ...any) error {
	return fmt.Errorf("%s:%d："+format, append([]any{d.File, d.LineNo}, args...)...)
}

// Decimal is a stored value as a number with the product's places.
func (d *Definition) Decimal(v int32) quantity.Decimal { return quantity.New(int64(v), d.Places) }

// Run is one forecast of a product, or one measurement.
type Run struct {
	ID       int64
	Product  Name
	At       time.Time // when the forecast starts, or the measurement ends
	Received time.Time // when the first of it came
	Made     bool      // by this program
	Note     string    // how, where it was made
	Held     string    // what rests on it, so that it is kept; empty: nothing
	Grid     grid.Grid
	Fields   []Field
}

// Field is what a run says of one period, or of an instant where Start is End. Data is nil until it is asked for.
type Field struct {
	Start, End time.Time
	Received   time.Time
	Low, High  int32 // of its values; both grid.Missing where there is none
	Missing    int   // cells without a value
	Data       *grid.Field

	measured bool // put before a forecast, by what was measured
}
