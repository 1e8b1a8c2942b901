package standard

import (
	"math/big"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/quantity"
)

// KilnLimit is one line of the emission limits of brick and tile works: of GB 29620-2013, or of a county that orders or encourages more.
type KilnLimit struct {
	Set       string // table2, table2-amended-2020; the name of a county's own
	Title     string // 表2（修改单）
	Process   Process
	Pollutant Code
	Name      string
	Fuel      string // only existing works' SO2: 煤矸石 or 其他
	Telemetry string
	Limit     quantity.Decimal
	Unit      quantity.Unit
	Reference string // o2 18, alpha 1.7; empty: as measured
	Row
}

// Process is where in the works a limit holds.
type Process string

// The processes of GB 29620-2013.
const (
	Firing   Process = "人工干燥及焙烧"
	Crushing Process = "破碎、成型"
	Boundary Process = "厂界"
)

// ParseKilnLimits reads limits of our own table's form, as a county's folder gives them. The error is a TableError.
func ParseKilnLimits(csv []byte) ([]KilnLimit, error) {
	return parse(csv, func(r record) KilnLimit {
		l := readKilnLimit(r)
		if l.Set == "" || l.Standard != "" {
			r.bad("set 栏是这一套限值的名字，不能空，也不能以 table 开头：那是国家标准的")
		}
		if l.Source == "" || l.From.IsZero() {
			r.bad("没有 source 或 effective_from：没有出处或日期的限值不收")
		}
		return l
	})
}

func readKilnLimit(r record) KilnLimit {
	standard := ""
	if set := r.text("set"); strings.HasPrefix(set, "table") {
		standard = "GB 29620-2013"
	}
	l := KilnLimit{r.text("set"), r.text("set_zh"), Process(r.text("process")), Code(r.text("pollutant")), r.text("zh"), r.text("fuel"), r.text("telemetry"),
		r.must("limit"), r.unit("unit"), r.text("reference"), r.row(standard)}
	if !slices.Contains([]Process{Firing, Crushing, Boundary}, l.Process) {
		r.bad("process 栏“%s”应为 %s、%s或%s", l.Process, Firing, Crushing, Boundary)
	}
	if _, err := l.reference(); err != nil {
		r.bad("%v", err)
	}
	if l.Limit.Sign() <= 0 {
		r.bad("limit 栏应大于 0")
	}
	return l
}

var kilnTable = each("brick-kiln.csv", readKilnLimit)

// KilnLimits are the national limits of a process on a day: for a kiln table 2, from its amendment on the amended ones.
func KilnLimits(p Process, on calendar.Date) []KilnLimit {
	var out []KilnLimit
	for _, l := range kilnTable {
		if l.Process == p && l.Set != "table1-existing" && l.Holds(on) {
			out = append(out, l)
		}
	}
	return out
}

// KilnSet are the limits of one set, whatever the day.
func KilnSet(set string, p Process) []KilnLimit {
	var out []KilnLimit
	for _, l := range kilnTable {
		if l.Set == set && l.Process == p {
			out = append(out, l)
		}
	}
	return out
}

// oxygenOfAir is the share of oxygen in air, in percent, as emission standards count it.
const oxygenOfAir = 21

// reference is the factor of a line apart from the measured oxygen: 21-18, or 21/1.7. nil: not converted.
func (l KilnLimit) reference() (*big.Rat, error) {
	if l.Reference == "" {
		return nil, nil
	}
	kind, number, _ := strings.Cut(l.Reference, " ")
	d, err := quantity.Parse(number)
	if err != nil {
		return nil, err
	}
	air := big.NewRat(oxygenOfAir, 1)
	switch {
	case kind == "o2" && d.Sign() >= 0 && d.Cmp(quantity.Int(oxygenOfAir)) < 0:
		return air.Sub(air, d.Rat()), nil
	case kind == "alpha" && d.Sign() > 0:
		return air.Quo(air, d.Rat()), nil
	}
	return nil, bad("", "基准“%s”应写作 o2 18 或 alpha 1.7", l.Reference)
}

// Emission is one measured concentration against one limit.
type Emission struct {
	KilnLimit
	Measured  quantity.Decimal
	Converted *big.Rat // to the reference oxygen
	Keeps     bool
}

// Emissions converts what was measured in dry flue gas to the reference oxygen of each limit and compares: C·(21-18)/(21-O2), before the
// amendment C·α/1.7 with α = 21/(21-O2). Vents of crushing and forming are not converted and need no oxygen. At 21 % oxygen and more
// there is no result. A pollutant without a limit in the set is an error.
func Emissions(rows []KilnLimit, o2 *quantity.Decimal, measured map[Code]quantity.Decimal) ([]Emission, error) {
	var out []Emission
	for code, c := range measured {
		if c.Sign() < 0 {
			return nil, bad(string(code), "浓度 %s 是负的", c)
		}
		if !slices.ContainsFunc(rows, func(l KilnLimit) bool { return l.Pollutant == code }) {
			return nil, bad(string(code), "没有这项污染物的限值")
		}
	}
	for _, l := range rows {
		c, ok := measured[l.Pollutant]
		if !ok {
			continue
		}
		r := c.Rat()
		factor, err := l.reference()
		if err != nil {
			return nil, err
		}
		if factor != nil {
			if o2 == nil {
				return nil, bad("氧含量", "缺少实测氧含量，不能折算")
			}
			if o2.Sign() < 0 {
				return nil, bad("氧含量", "%s%% 是负的", o2)
			}
			if o2.Cmp(quantity.Int(oxygenOfAir)) >= 0 {
				return nil, bad("氧含量", "实测 %s%%，不低于空气的 21%%，不能折算，请检查仪器和漏风", o2)
			}
			air := big.NewRat(oxygenOfAir, 1)
			r.Mul(r, factor)
			r.Quo(r, air.Sub(air, o2.Rat()))
		}
		out = append(out, Emission{l, c, r, r.Cmp(l.Limit.Rat()) <= 0})
	}
	return out, nil
}
