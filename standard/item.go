package standard

import (
	"math/big"
	"strings"

	"zhixing/quantity"
)

// Code is the short name of an item or pollutant in the tables: NH3N, PM2.5.
type Code string

// Limit is what one class allows: at most High, at least Low, between both, or a word (无, 未检出).
type Limit struct {
	Low, High *quantity.Decimal
	Word      string
}

// IsZero reports whether there is no limit.
func (l Limit) IsZero() bool { return l == Limit{} }

// allows reports whether the value keeps the limit; equal keeps it.
func (l Limit) allows(v *big.Rat) bool {
	switch {
	case l.Low != nil && v.Cmp(l.Low.Rat()) < 0, l.High != nil && v.Cmp(l.High.Rat()) > 0:
		return false
	case l.Word != "":
		return v.Sign() == 0
	}
	return !l.IsZero()
}

func (l Limit) String() string {
	switch {
	case l.Low != nil && l.High != nil:
		return l.Low.String() + "～" + l.High.String()
	case l.Low != nil:
		return "≥" + l.Low.String()
	case l.High != nil:
		return "≤" + l.High.String()
	}
	return l.Word
}

// Item is one line of a table of water.
type Item struct {
	Code      Code
	Name      string // 氨氮
	English   string
	Unit      quantity.Unit
	Group     string          // of groundwater
	Body      Body            // of surface water: the body that the limits are for; empty for all
	Table     string          // 1: of classes, 2 and 3 of surface water: of drinking-water sources
	Limits    map[Class]Limit // by class
	Single    *quantity.Decimal
	Counts    bool // in the class of a surface-water section
	Multiples bool // has an exceedance multiple
	First     bool // named first among the main pollutants
	Telemetry []string
	aliases   []string
	Row
}

// Measured is what stands for an item: an exact value, or a word for those that have no number. Detection is set where the
// laboratory found less than it can detect; Value then is half of it, as in means.
type Measured struct {
	Value     *big.Rat
	Detection *big.Rat
	Word      string
	text      string // as it was written, where it is one result
}

// Of is a single result as a decimal.
func Of(d quantity.Decimal) Measured { return Measured{Value: d.Rat(), text: d.String()} }

// OfSample is a single result as a laboratory writes it, 0.0003L for less than it can detect.
func OfSample(s quantity.Sample) Measured {
	m := Measured{Value: s.Mean(), text: s.String()}
	if s.Below {
		m.Detection = s.Rat()
	}
	return m
}

// OfRat is a value that was computed, such as a mean.
func OfRat(r *big.Rat) Measured { return Measured{Value: r} }

// String is what a table shows: the result as written, L kept, or at most six places of what was computed.
func (m Measured) String() string {
	switch {
	case m.text != "":
		return m.text
	case m.Word != "":
		return m.Word
	case m.Value == nil:
		return ""
	}
	return trim(m.Value, 6)
}

// In converts a result into the unit of the item: instruments send ug/L where the limit is in mg/L.
func (i Item) In(s quantity.Sample, unit quantity.Unit) (Measured, error) {
	r, err := quantity.Convert(s.Decimal, unit, i.Unit)
	if err != nil {
		return Measured{}, bad(i.Name, "单位应为 %s 或可以换算的单位，不是 %s", i.Unit, unit)
	}
	m := Measured{Value: r}
	if unit == i.Unit {
		m.text = s.String()
	}
	if s.Below {
		m.Detection, m.Value = r, new(big.Rat).Quo(r, big.NewRat(2, 1))
	}
	return m, nil
}

// ClassOf is the class of one result, as each reading comes in; 0 where the table has no classes for the item.
func (i Item) ClassOf(m Measured) (Class, error) {
	if err := i.check(m); err != nil {
		return 0, err
	}
	switch {
	case i.Group != "":
		j, err := i.ground(m)
		return j.Class, err
	case m.Value == nil:
		return 0, bad(i.Name, "应为数值，不是“%s”", m.Word)
	case len(i.Limits) == 0:
		return 0, nil
	}
	return i.class(m), nil
}

// Load is what stands for the result in a total of loads, where less than the detection limit is nothing (SL 219-2013).
func (m Measured) Load() *big.Rat {
	if m.Detection != nil || m.Value == nil {
		return new(big.Rat)
	}
	return m.Value
}

// check refuses what no laboratory reports.
func (i Item) check(m Measured) error {
	switch {
	case m.Value == nil && m.Word == "":
		return bad(i.Name, "没有数值")
	case m.Value == nil:
		return nil
	case i.Code == "TEMP":
	case m.Value.Sign() < 0:
		return bad(i.Name, "数值 %s 是负的", m)
	case i.Code == "PH" && m.Value.Cmp(big.NewRat(14, 1)) > 0:
		return bad(i.Name, "pH 应在 0 至 14 之间，不是 %s", m)
	}
	if m.Detection != nil && i.Low() {
		return bad(i.Name, "不能写未检出")
	}
	return nil
}

// Low reports whether the item is judged by being too low or out of a range, so that “not detected” says nothing.
func (i Item) Low() bool { return i.Limits[III].Low != nil }

// book finds items by code, Chinese name, other name or telemetry code.
type book struct {
	items []Item
	names map[string][]int
}

func newBook(items []Item) book {
	b := book{items, map[string][]int{}}
	for i, it := range items {
		for _, n := range append(append([]string{string(it.Code), it.Name}, it.aliases...), it.Telemetry...) {
			key := plain(n)
			if key != "" && (len(b.names[key]) == 0 || b.names[key][len(b.names[key])-1] != i) {
				b.names[key] = append(b.names[key], i)
			}
		}
	}
	return b
}

// plain makes NH3-N, nh3n and NH₃-N one name.
func plain(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	return strings.Map(func(r rune) rune {
		switch {
		case '₀' <= r && r <= '₉':
			return r - '₀' + '0'
		case strings.ContainsRune(" -_.+（）()[]〔〕《》、,，'′—–―－", r):
			return -1
		}
		return r
	}, s)
}

// find is the item of that name for the body; the first of them where several tables have it.
func (b book) find(name string, body Body) (Item, bool) {
	for _, i := range b.names[plain(name)] {
		if it := b.items[i]; it.Body == "" || body == "" || it.Body == body {
			return it, true
		}
	}
	return Item{}, false
}
