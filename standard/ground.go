package standard

import (
	"math/big"
	"slices"
	"strings"

	"zhixing/quantity"
)

// GroundVerdict is what results say of a groundwater.
type GroundVerdict struct {
	Edition Edition
	Class   Class    // the worst item's
	Worst   []Judged // the items that have it; named also where the class is Ⅰ, then all
	Items   []Judged // in the order of the table
}

// groundItems are tables 1 and 2 of GB/T 14848-2017.
var groundItems = newBook(each("groundwater.csv", func(r record) Item {
	it := readItem(r, "GB/T 14848-2017")
	it.Group, it.Counts = r.text("group"), true
	return it
}))

// GroundItem finds an item of GB/T 14848-2017 by code, Chinese name or telemetry code.
func GroundItem(name string) (Item, bool) { return groundItems.find(name, "") }

// GroundItems are all lines of both tables.
func GroundItems() []Item { return slices.Clone(groundItems.items) }

// words for items and results that have no number.
var (
	notDetected = []string{"未检出", "不得检出", "ND", "NOTDETECTED"}
	absent      = []string{"无", "NONE", "NO", "ABSENT"}
	present     = []string{"有", "PRESENT", "YES"}
)

// Groundwater judges by GB/T 14848-2017, 6: each item by its range, of equal limits the better class, the worst item decides.
// A result below detection is class Ⅰ where the detection limit keeps that limit, else only “not worse than” the class that the
// detection limit keeps, and flagged. Radioactivity over Ⅲ is WorseThanIII.
func Groundwater(items map[Code]Measured) (GroundVerdict, error) {
	v := GroundVerdict{Edition: "GB/T 14848-2017"}
	for code, m := range items {
		it, ok := GroundItem(string(code))
		if !ok {
			return GroundVerdict{}, bad(string(code), "不是 GB/T 14848-2017 的项目")
		}
		if err := it.check(m); err != nil {
			return GroundVerdict{}, err
		}
		if slices.ContainsFunc(v.Items, func(j Judged) bool { return j.Code == it.Code }) {
			return GroundVerdict{}, bad(string(code), "给了两次")
		}
		j, err := it.ground(m)
		if err != nil {
			return GroundVerdict{}, err
		}
		j.Key = code
		v.Items = append(v.Items, j)
		v.Class = max(v.Class, j.Class)
	}
	if len(v.Items) == 0 {
		return GroundVerdict{}, bad("", "没有可评价的项目")
	}
	slices.SortFunc(v.Items, byTable)
	for _, j := range v.Items {
		if j.Class == v.Class {
			v.Worst = append(v.Worst, j)
		}
	}
	return v, nil
}

// ground classes one item.
func (i Item) ground(m Measured) (Judged, error) {
	j := Judged{Item: i, Measured: m, Target: i.Limits[III]}
	word := plain(m.Word)
	textItem := i.Limits[III].Word != ""
	switch {
	case textItem && slices.Contains(absent, word):
		j.Class = I
	case textItem && slices.Contains(present, word):
		j.Class = V
	case textItem:
		return Judged{}, bad(i.Name, "应写“无”或“有”，不是“%s”", m)
	case m.Word != "" && i.Limits[I].Word != "" && slices.Contains(notDetected, word):
		j.Class = I
	case m.Word != "" && slices.Contains(notDetected, word):
		return Judged{}, bad(i.Name, "未检出要写明检出限，如 0.0003L")
	case m.Word != "":
		return Judged{}, bad(i.Name, "应为数值，不是“%s”", m.Word)
	case m.Detection != nil && i.Limits[I].Word != "":
		j.Class = I
	case m.Detection != nil && m.Detection.Cmp(new(big.Rat).Add(m.Value, m.Value)) >= 0: // not a mean of more than half detections
		if j.Class = i.groundClass(Measured{Value: m.Detection}); j.Class > I {
			j.Flag = "检出限高于Ⅰ类限值，只能说不劣于" + j.Class.String() + "类"
		}
	default:
		j.Class = i.groundClass(m)
	}
	if j.Class == WorseThanIII {
		j.Flag = "Ⅳ、Ⅴ类限值相同，只能说劣于Ⅲ类，应作核素分析"
	}
	j.Passes = j.Class <= III
	return j, nil
}

func (i Item) groundClass(m Measured) Class {
	for _, c := range limits[:4] {
		if l := i.Limits[c]; l.Word == "" && l.allows(m.Value) || l.Word != "" && m.Value.Sign() == 0 {
			return c
		}
	}
	if i.Limits[IV].IsZero() {
		return WorseThanIII
	}
	return V
}

// ParseMeasured reads a result as it stands in a report: a number, 0.0003L, <0.0003, or a word.
func ParseMeasured(s string) (Measured, error) {
	s = strings.TrimSpace(s)
	if p := plain(s); slices.Contains(notDetected, p) || slices.Contains(absent, p) || slices.Contains(present, p) {
		return Measured{Word: s}, nil
	}
	sample, err := quantity.ParseSample(s)
	if err != nil {
		return Measured{}, bad("", "%v", err)
	}
	return OfSample(sample), nil
}
