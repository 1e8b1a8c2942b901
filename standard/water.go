package standard

import (
	"math/big"
	"slices"
	"strings"

	"zhixing/quantity"
)

// Body is what a surface water is graded as. It comes from the record of the site, never from its name: a stream may be called 湖.
type Body string

// The bodies of surface water.
const (
	River Body = "river"
	Lake  Body = "lake"
)

// Site is what judging a section or point needs besides its results.
type Site struct {
	Body       Body              // River where empty
	Target     Class             // the class that shall be met; Ⅲ where 0
	Saturation *quantity.Decimal // of dissolved oxygen, in percent; 90 and more meets class Ⅰ whatever the concentration
}

// Judged is what became of one item.
type Judged struct {
	Key Code // as the asker called it; Item.Code is the table's
	Item
	Measured
	Class  Class    // 0 where the table has no classes for it (水温, 总氮 of rivers, tables 2 and 3)
	Target Limit    // the limit of the target class, or the single limit; zero where there is none
	Passes bool     // keeps Target
	Over   *big.Rat // exceedance multiple over Target: (value - limit) / limit; nil where it is kept or the item has none
	Flag   string   // what a reader must know besides, such as a detection limit above the class
}

// Verdict is what a set of results says of a water.
type Verdict struct {
	Edition Edition
	Class   Class // the worst of the items that count
	Grade   Grade
	Items   []Judged // in the order of the table
	Worst   []Judged // the items that decide the class, where it is worse than Ⅰ
	Main    []Judged // main pollutants, at most three, in order; only where the class is worse than the target
	TN      Class    // of total nitrogen, apart; 0 where there is none or the water is a river
	WithTN  Class    // as if total nitrogen counted
}

// surfaceItems are tables 1 to 3 of GB 3838-2002.
var surfaceItems = newBook(each("surface-water.csv", func(r record) Item {
	it := readItem(r, "GB 3838-2002")
	if it.Table == "1" && r.text("body") != "all" {
		it.Body = Body(r.text("body"))
	}
	it.Single, it.Counts, it.Multiples, it.First = r.number("single"), r.text("counts") == "yes", r.text("multiple") == "yes", r.text("first") == "yes"
	return it
}))

// readItem reads what the tables of surface and groundwater share.
func readItem(r record, standard string) Item {
	it := Item{Code: Code(r.text("code")), Name: r.text("zh"), English: r.text("en"), Unit: r.unit("unit"), Table: r.text("table"), Limits: map[Class]Limit{},
		Telemetry: strings.Fields(r.text("telemetry")), aliases: strings.Fields(r.text("alias")), Row: r.row(standard)}
	for _, c := range limits {
		cell, ok := r.cells[[]string{"I", "II", "III", "IV", "V"}[slices.Index(limits[:], c)]]
		if !ok || cell == "" {
			continue
		}
		it.Limits[c] = readLimit(r, cell)
	}
	return it
}

// readLimit reads one cell: 0.5, 6-9, 未检出.
func readLimit(r record, cell string) Limit {
	number := func(s string) *quantity.Decimal {
		d, err := quantity.Parse(s)
		if err != nil {
			r.bad("限值%v", err)
		}
		return &d
	}
	switch r.text("direction") {
	case "min":
		return Limit{Low: number(cell)}
	case "range":
		low, high, _ := strings.Cut(cell, "-")
		return Limit{Low: number(low), High: number(high)}
	case "text":
		return Limit{Word: cell}
	}
	if _, err := quantity.Parse(cell); err != nil {
		return Limit{Word: cell}
	}
	return Limit{High: number(cell)}
}

// SurfaceItem finds an item of GB 3838-2002 by code, Chinese name or telemetry code (NH3N, NH3-N, 氨氮, w21003) for a body of water.
func SurfaceItem(name string, body Body) (Item, bool) {
	if it, ok := surfaceItems.find(name, body); ok {
		return it, true
	}
	it, ok := surfaceItems.find(name, "")
	it.Limits, it.Body = nil, body // total nitrogen of a river: known, without limits
	return it, ok
}

// SurfaceItems are all lines of the three tables.
func SurfaceItems() []Item { return slices.Clone(surfaceItems.items) }

// SurfaceWater judges one sample, or the means of several, by the single-factor rule of GB 3838-2002 and 环办〔2011〕22号: the worst item
// decides. Water temperature, total nitrogen and faecal coliform never count; items of tables 2 and 3 are judged kept or not, and
// do not count either.
func SurfaceWater(s Site, items map[Code]Measured) (Verdict, error) {
	if s.Body == "" {
		s.Body = River
	}
	if s.Body != River && s.Body != Lake {
		return Verdict{}, bad("", "水体类型“%s”不认识，应为 river（河流）或 lake（湖、库）", s.Body)
	}
	if s.Target == 0 {
		s.Target = III
	}
	if s.Target > V {
		return Verdict{}, bad("", "目标类别应为Ⅰ至Ⅴ类")
	}
	if s.Saturation != nil && (s.Saturation.Sign() < 0 || s.Saturation.Cmp(quantity.Int(500)) > 0) {
		return Verdict{}, bad("溶解氧饱和率", "%s%%超出 0 至 500%% 的范围", s.Saturation)
	}
	v := Verdict{Edition: "GB 3838-2002"}
	for code, m := range items {
		it, ok := SurfaceItem(string(code), s.Body)
		if !ok {
			return Verdict{}, bad(string(code), "不是 GB 3838-2002 的项目")
		}
		if err := it.check(m); err != nil {
			return Verdict{}, err
		}
		if m.Value == nil {
			return Verdict{}, bad(it.Name, "应为数值，不是“%s”", m.Word)
		}
		if other := v.find(it); other != nil {
			return Verdict{}, bad(string(code), "给了两次（%s）", other.Key)
		}
		v.Items = append(v.Items, s.judge(code, it, m))
	}
	if dissolved, _ := SurfaceItem("DO", s.Body); s.saturated() && v.find(dissolved) == nil {
		v.Items = append(v.Items, s.judge("DO", dissolved, Measured{Word: "饱和率" + s.Saturation.String() + "%"}))
	}
	slices.SortFunc(v.Items, byTable)
	return v, v.conclude(s.Target)
}

// saturated reports whether dissolved oxygen is class Ⅰ whatever its concentration.
func (s Site) saturated() bool {
	return s.Saturation != nil && s.Saturation.Cmp(quantity.Int(90)) >= 0
}

func (v Verdict) find(it Item) *Judged {
	for i := range v.Items {
		if v.Items[i].Code == it.Code {
			return &v.Items[i]
		}
	}
	return nil
}

// byTable sorts by the place in the table.
func byTable(a, b Judged) int {
	if c := strings.Compare(a.Table, b.Table); c != 0 {
		return c
	}
	if c := place(a.Clause) - place(b.Clause); c != 0 {
		return c
	}
	return strings.Compare(string(a.Code), string(b.Code)) // never: an item stands once
}

func place(clause string) (n int) {
	_, no, _ := strings.Cut(clause, "第")
	for _, r := range no {
		if '0' <= r && r <= '9' {
			n = n*10 + int(r-'0')
		}
	}
	return n
}

// judge classes one item.
func (s Site) judge(key Code, it Item, m Measured) Judged {
	j := Judged{Key: key, Item: it, Measured: m, Target: it.Limits[s.Target], Passes: true}
	if it.Single != nil {
		j.Target = Limit{High: it.Single}
	} else if len(it.Limits) > 0 {
		if it.Code == "DO" && s.saturated() {
			j.Class, j.Flag = I, "饱和率不低于90%，符合Ⅰ类"
		} else {
			j.Class = it.class(m)
		}
	}
	switch {
	case j.Target.IsZero():
	case j.Class != 0:
		j.Passes = j.Class <= s.Target
	default:
		j.Passes = j.Target.allows(m.Value)
	}
	if !j.Passes && it.Multiples {
		l := j.Target.High.Rat()
		j.Over = new(big.Rat).Sub(m.Value, l)
		j.Over.Quo(j.Over, l)
	}
	if m.Detection != nil && j.Passes && !j.Target.IsZero() && !j.Target.allows(m.Detection) {
		j.Flag = "检出限高于限值，不能证明达标"
	} else if m.Detection != nil && j.Class != 0 && j.Class < it.class(Measured{Value: m.Detection}) {
		j.Flag = "检出限高于" + j.Class.String() + "类限值，不能证明达到该类"
	}
	return j
}

// class is the best class whose limit the value keeps.
func (i Item) class(m Measured) Class {
	for _, c := range limits {
		if i.Limits[c].allows(m.Value) {
			return c
		}
	}
	return WorseThanV
}

// conclude draws the class, grade and main pollutants from the items.
func (v *Verdict) conclude(target Class) error {
	for _, j := range v.Items {
		if j.Counts {
			v.Class = max(v.Class, j.Class)
		} else if j.Table == "1" && j.Code == "TN" {
			v.TN = j.Class
		}
	}
	if v.Class == 0 {
		return bad("", "没有参加评价的项目：水温、总氮、粪大肠菌群和水源地项目不参加水质类别评价")
	}
	v.WithTN = max(v.Class, v.TN)
	v.Grade = grade("section", "class", big.NewRat(v.Class.level(), 1))
	for _, j := range v.Items {
		if j.Counts && j.Class == v.Class && v.Class > I {
			v.Worst = append(v.Worst, j)
		}
	}
	if v.Class > target {
		v.Main = mainPollutants(v.Items, target)
	}
	return nil
}

// mainPollutants are at most three items worse than the target: cyanide and the heavy metals that regulation
// puts first (lead, chromium, mercury, cadmium, arsenic; not copper and zinc), then by class, then by multiple;
// what has no multiple (溶解氧, pH) comes behind its class.
func mainPollutants(items []Judged, target Class) []Judged {
	var out []Judged
	for _, j := range items {
		if j.Counts && j.Class > target {
			out = append(out, j)
		}
	}
	slices.SortStableFunc(out, func(a, b Judged) int {
		switch {
		case a.First != b.First:
			if a.First {
				return -1
			}
			return 1
		case a.Class != b.Class:
			return int(b.Class) - int(a.Class)
		case a.Over == nil && b.Over == nil:
			return 0
		case a.Over == nil:
			return 1
		case b.Over == nil:
			return -1
		}
		return b.Over.Cmp(a.Over)
	})
	return out[:min(3, len(out))]
}

// Sentence is the class as reports put it: 符合Ⅳ类, 劣于Ⅴ类.
func (c Class) Sentence() string {
	switch c {
	case 0:
		return ""
	case WorseThanV:
		return "劣于Ⅴ类"
	case WorseThanIII:
		return "劣于Ⅲ类"
	}
	return "符合" + c.String() + "类"
}

// Written is an item with its multiple in brackets as reports print it, one place: 氨氮（0.2）; 溶解氧 has none.
func (j Judged) Written() string {
	if j.Over == nil {
		return j.Name
	}
	d, err := quantity.Round(j.Over, 1)
	if err != nil {
		return j.Name
	}
	return j.Name + "（" + d.String() + "）"
}
