package standard

import (
	"math/big"
	"slices"

	"zhixing/quantity"
)

// Concentration is one pollutant's mean for an index. Value is nil where it should have been measured and was not; Unplanned says
// that the station does not measure it by plan (printed as /), which is allowed where it led no polluted day in three years.
type Concentration struct {
	Key       string // as the asker calls it, and the answer too: O3_8h; the pollutant where empty
	Pollutant Code
	Average   Average
	Value     *quantity.Decimal
	Unplanned bool
}

// IAQI is the index of one pollutant.
type IAQI struct {
	Concentration
	Index   *int              // nil: no value, or over the top of a table that gives none
	Used    *quantity.Decimal // the concentration after the edition's rounding
	Instead *Instead          // what to judge by where the concentration is over the top of its table
	Capped  bool              // over the top: the highest index of the table stands
	Row
}

// Instead names another mean of the same pollutant: over 800 SO2 is judged by its 24 h mean, O3 by its 1 h mean (HJ 633-2012).
type Instead struct {
	Pollutant Code
	Average   Average
}

// String is SO2_24h, as a case would name it.
func (i Instead) String() string { return string(i.Pollutant) + "_" + string(i.Average) }

// AQI is the index of a day or an hour.
type AQI struct {
	Edition Edition
	Index   *int // nil: not to be published, see Missing
	Level   AQILevel
	Parts   []IAQI
	Primary []string // keys of the pollutants with the largest index, where it is over 50
	Over    []string // keys with an index over 100; the edition of 2026 has dropped the term
	Missing []string // keys that should have been measured
}

// AQILevel is a class of the index with its colour.
type AQILevel struct {
	Min, Max int // Max is 0 for the last
	Level    int
	Roman    string // 三级
	Class    string // 轻度污染
	Colour   string
	RGB      string
	Row
}

var aqiLevels = each("aqi-levels.csv", func(r record) AQILevel {
	l := AQILevel{Min: r.count("min"), Level: r.count("level"), Roman: r.text("level_zh"), Class: r.text("class"), Colour: r.text("colour"), RGB: r.text("rgb"), Row: r.row("HJ 633")}
	if r.text("max") != "" {
		l.Max = r.count("max")
	}
	return l
})

// LevelOf is the class of an index.
func LevelOf(aqi int) AQILevel {
	for _, l := range aqiLevels {
		if aqi >= l.Min && (l.Max == 0 || aqi <= l.Max) {
			return l
		}
	}
	return AQILevel{}
}

// breakpoints is one line of the IAQI table.
type breakpoints struct {
	edition   Edition
	pollutant Code
	average   Average
	unit      quantity.Unit
	at        []quantity.Decimal // concentrations at the indices of iaqiSteps, as far as the line goes
	top       int                // the index that stands for more than the last of them; 0: none
	instead   *Instead
	daily     bool
	hourly    bool
	Row
}

var iaqiSteps = [...]int{0, 50, 100, 150, 200, 300, 400, 500}

var iaqiTable = each("iaqi.csv", func(r record) breakpoints {
	b := breakpoints{edition: Edition(r.text("edition")), pollutant: Code(r.text("pollutant")), average: Average(r.text("averaging")), unit: r.unit("unit"),
		daily: r.text("daily") == "yes", hourly: r.text("hourly") == "yes", Row: r.row(r.text("edition"))}
	for _, col := range []string{"b0", "b50", "b100", "b150", "b200", "b300", "b400", "b500"} {
		if d := r.number(col); d != nil {
			b.at = append(b.at, *d)
		}
	}
	switch over := r.text("over"); over {
	case "none SO2 24h":
		b.instead = &Instead{"SO2", Day}
	case "none O3 1h":
		b.instead = &Instead{"O3", Hour}
	default:
		b.top = r.count("over")
	}
	return b
})

// breakpointsOf finds the line of a pollutant; the hourly means of PM10 and PM2.5 use the daily one.
func breakpointsOf(e Edition, p Code, a Average) (breakpoints, bool) {
	for i := range iaqiTable {
		b := &iaqiTable[i]
		if b.edition == e && b.pollutant == p && (b.average == a || a == Hour && b.average == Day && (p == "PM10" || p == "PM2.5")) {
			return *b, true
		}
	}
	return breakpoints{}, false
}

// roundsFirst is the edition that rounds concentrations before it looks them up: CO to one place, the others to whole numbers.
const roundsFirst Edition = "HJ 633-2026"

// SingleIAQI is the index of one concentration (ug/m3, CO in mg/m3): straight lines between the breakpoints, rounded up.
func SingleIAQI(e Edition, c Concentration) (IAQI, error) {
	if c.Key == "" {
		c.Key = string(c.Pollutant)
	}
	out := IAQI{Concentration: c}
	b, ok := breakpointsOf(e, c.Pollutant, c.Average)
	if !ok {
		return IAQI{}, bad(c.Key, "%s 没有这项污染物 %s 平均的分指数", e, c.Average)
	}
	out.Row = b.Row
	if c.Value == nil {
		return out, nil
	}
	if c.Value.Sign() < 0 {
		return IAQI{}, bad(c.Key, "浓度 %s 是负的", c.Value)
	}
	v := *c.Value
	if e == roundsFirst {
		places := 0
		if c.Pollutant == "CO" {
			places = 1
		}
		v = v.Round(places)
	}
	out.Used = &v
	index := 0
	switch last := len(b.at) - 1; {
	case v.Cmp(b.at[last]) <= 0:
		index = b.index(v)
	case b.instead != nil:
		out.Instead = b.instead
		return out, nil
	default:
		index, out.Capped = b.top, true
	}
	out.Index = &index
	return out, nil
}

// index is the formula of HJ 633: (IAQIhi-IAQIlo)/(BPhi-BPlo)·(C-BPlo)+IAQIlo, rounded up.
func (b breakpoints) index(v quantity.Decimal) int {
	i := 1
	for v.Cmp(b.at[i]) > 0 {
		i++
	}
	lo, hi := b.at[i-1].Rat(), b.at[i].Rat()
	r := v.Rat()
	r.Sub(r, lo)
	r.Quo(r, hi.Sub(hi, lo))
	r.Mul(r, big.NewRat(int64(iaqiSteps[i]-iaqiSteps[i-1]), 1))
	r.Add(r, big.NewRat(int64(iaqiSteps[i-1]), 1))
	return int(quantity.Ceil(r).Int64())
}

// AQIDaily is the index of a day: SO2, NO2, PM10, PM2.5 and CO by 24 h means, O3 by its daily maximum of 8 h means and, in the edition of
// 2012, of 1 h means too; ozone counts once, with the larger.
func AQIDaily(e Edition, in []Concentration) (AQI, error) {
	return aqi(e, in, func(b breakpoints) bool { return b.daily })
}

// AQIHourly is the index of an hour, by 1 h means; in the edition of 2012 the moving 8 h mean of O3 and 24 h means of particles may stand
// beside them, and the 24 h mean of SO2 replaces the hourly one over 800.
func AQIHourly(e Edition, in []Concentration) (AQI, error) {
	return aqi(e, in, func(b breakpoints) bool {
		return b.hourly || b.edition != roundsFirst && b.pollutant == "SO2"
	})
}

func aqi(e Edition, in []Concentration, counts func(breakpoints) bool) (AQI, error) {
	out := AQI{Edition: e}
	if len(in) == 0 {
		return AQI{}, bad("", "没有污染物浓度")
	}
	known, largest := 0, 0
	for _, c := range in {
		part, err := SingleIAQI(e, c)
		if err != nil {
			return AQI{}, err
		}
		if b, _ := breakpointsOf(e, c.Pollutant, c.Average); !counts(b) {
			continue // such as the hourly ozone of a day in the edition of 2026
		}
		if slices.ContainsFunc(out.Parts, func(p IAQI) bool { return p.Key == part.Key || p.Pollutant == c.Pollutant && p.Average == c.Average }) {
			return AQI{}, bad(part.Key, "给了两次")
		}
		out.Parts = append(out.Parts, part)
		switch {
		case part.Index != nil:
			known++
			largest = max(largest, *part.Index)
		case part.Instead == nil && !part.Unplanned:
			out.Missing = append(out.Missing, part.Key)
		}
	}
	if known == 0 {
		return out, nil
	}
	// 2026, 5.3: what is left is published only where it is over 100, for it may be too low. 2012 prints NA for the pollutant alone.
	if e == roundsFirst && len(out.Missing) > 0 && largest <= 100 {
		return out, nil
	}
	out.Index, out.Level = &largest, LevelOf(largest)
	for _, p := range out.Parts {
		if p.Index == nil || slices.ContainsFunc(out.Parts, func(q IAQI) bool { return q.outdoes(p) }) {
			continue
		}
		if *p.Index == largest && largest > 50 {
			out.Primary = append(out.Primary, p.Key)
		}
		if *p.Index > 100 && e != roundsFirst {
			out.Over = append(out.Over, p.Key)
		}
	}
	return out, nil
}

// outdoes reports whether p stands for a pollutant in place of q, another mean of it: the larger index, of equal ones the longer mean.
func (p IAQI) outdoes(q IAQI) bool {
	if p.Pollutant != q.Pollutant || p.Average == q.Average || p.Index == nil {
		return false
	}
	return *p.Index > *q.Index || *p.Index == *q.Index && p.Average != Hour && q.Average == Hour
}
