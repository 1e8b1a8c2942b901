package standard

import (
	"encoding/json"
	"slices"
	"strings"

	"zhixing/quantity"
)

// bodies are the words for a body of water.
var bodies = map[string]Body{"RIVER": River, "河流": River, "河": River, "": River, "LAKE": Lake, "RESERVOIR": Lake, "LAKEORRESERVOIR": Lake, "湖": Lake, "库": Lake, "湖库": Lake, "湖泊": Lake, "水库": Lake}

// waterEdition takes the rules of evaluation for the table itself.
func (q question) waterEdition() (Edition, error) {
	if named := plain(q.standard); strings.Contains(named, "22号") || strings.Contains(named, "82号") {
		q.standard = ""
	}
	return q.edition(SurfaceWaterFamily)
}

// site reads body, target and do_saturation_percent.
func (q question) site() (Site, error) {
	var s Site
	word, err := q.text("body")
	if err != nil {
		return s, err
	}
	body, ok := bodies[plain(word)]
	if !ok {
		return s, bad("body", "不认识的水体类型“%s”，应为 river 或 lake", short(word))
	}
	s.Body = body
	if word, err = q.text("target"); err != nil {
		return s, err
	}
	if word != "" {
		if s.Target, ok = ParseClass(word); !ok {
			return s, bad("target", "不认识的类别“%s”", short(word))
		}
	}
	s.Saturation, err = q.number("do_saturation_percent")
	return s, err
}

// finder finds an item of a table.
type finder func(name string) (Item, bool)

// readResults reads {code: value}; a value is a number, 0.0003L, a word, or {"value", "unit"} in another unit; null is missing.
func readResults(raw json.RawMessage, find finder) (map[Code]Measured, []string, error) {
	o, err := readObject(raw)
	if err != nil {
		return nil, nil, bad("items", "应为 {项目: 数值}")
	}
	out := map[Code]Measured{}
	var order []string
	seen := map[Code]bool{}
	for _, m := range o {
		it, ok := find(m.key)
		if !ok {
			return nil, nil, bad(m.key, "不是这项标准的项目")
		}
		if seen[it.Code] {
			return nil, nil, bad(m.key, "给了两次")
		}
		seen[it.Code] = true
		value, err := readResult(it, m)
		if err != nil {
			return nil, nil, err
		}
		if value.Value != nil || value.Word != "" {
			out[Code(m.key)] = value
			order = append(order, m.key)
		}
	}
	return out, order, nil
}

func readResult(it Item, m member) (Measured, error) {
	unit, raw := "", m.raw
	if o, err := readObject(m.raw); err == nil {
		if raw, _ = o.get("value"); raw == nil {
			return Measured{}, bad(m.key, "缺少 value")
		}
		u, _ := o.get("unit")
		c, err := readCell(m.key, u)
		if err != nil {
			return Measured{}, err
		}
		unit = c.word
	}
	c, err := readCell(m.key, raw)
	if err != nil || c.missing() {
		return Measured{}, err
	}
	if c.number != nil && unit == "" {
		return Of(*c.number), nil
	}
	if unit == "" {
		v, err := ParseMeasured(c.word)
		if err != nil {
			return Measured{}, bad(m.key, "“%s”读不懂：应写数值，未检出写检出限加 L", short(c.word))
		}
		return v, nil
	}
	return it.read(m.key, c.word, unit)
}

// read reads a result in a unit of its own.
func (i Item) read(name, s, unit string) (Measured, error) {
	u, err := quantity.ParseUnit(unit)
	if err != nil {
		return Measured{}, bad(name, "不认识的单位“%s”", short(unit))
	}
	sample, err := quantity.ParseSample(s)
	if err != nil {
		return Measured{}, bad(name, "“%s”读不懂：应写数值，未检出写检出限加 L", short(s))
	}
	return i.In(sample, u)
}

func judgeSurface(q question) (fields, error) {
	if _, err := q.waterEdition(); err != nil {
		return nil, err
	}
	s, err := q.site()
	if err != nil {
		return nil, err
	}
	raw, err := q.need("items")
	if err != nil {
		return nil, err
	}
	items, order, err := readResults(raw, func(n string) (Item, bool) { return SurfaceItem(n, s.Body) })
	if err != nil {
		return nil, err
	}
	if s.saturated() && !slices.ContainsFunc(order, func(n string) bool { it, _ := SurfaceItem(n, s.Body); return it.Code == "DO" }) {
		order = append(order, "DO")
	}
	v, err := SurfaceWater(s, items)
	if err != nil {
		return nil, err
	}
	return v.fields(s.Target, order), nil
}

// fields is a verdict as cases have it.
func (v Verdict) fields(target Class, order []string) fields {
	var classes, over, drinking, flags, basis fields
	for _, name := range order {
		i := slices.IndexFunc(v.Items, func(j Judged) bool { return string(j.Key) == name })
		j := v.Items[i]
		if j.Class != 0 {
			classes = append(classes, field{name, j.Class.String()})
		} else if j.Single != nil {
			drinking = append(drinking, field{name, j.Passes})
		}
		if j.Over != nil {
			over = append(over, field{name, number(j.Over, 10)})
		}
		if j.Flag != "" {
			flags = append(flags, field{name, j.Flag})
		}
		basis = append(basis, field{name, j.Row.String() + " " + j.Target.String()})
	}
	var codes, written []string
	for _, j := range v.Main {
		codes, written = append(codes, string(j.Key)), append(written, j.Written())
	}
	out := fields{{"class", v.Class.String()}, {"grade", v.Grade.Word}, {"colour", v.Grade.Colour}, {"item_class", emptyObject(classes)}, {"exceed_multiple", emptyObject(over)},
		{"main_pollutants", list(codes)}, {"main_pollutants_written", list(written)}, {"sentence", v.Class.Sentence()}, {"tn_class", wordOrNull(v.TN.String())},
		{"class_with_tn", v.WithTN.String()}, {"class_without_tn", v.Class.String()}}
	if target != 0 && target != III {
		out = append(out, field{"exceed_against", target.String()})
	}
	if drinking != nil {
		out = append(out, field{"drinking_source_ok", drinking})
	}
	if flags != nil {
		out = append(out, field{"flags", flags})
	}
	return append(out, field{"basis", basis})
}

func emptyObject(f fields) fields {
	if f == nil {
		return fields{}
	}
	return f
}

func judgeGround(q question) (fields, error) {
	if _, err := q.edition(GroundwaterFamily); err != nil {
		return nil, err
	}
	raw, err := q.need("items")
	if err != nil {
		return nil, err
	}
	items, order, err := readResults(raw, GroundItem)
	if err != nil {
		return nil, err
	}
	v, err := Groundwater(items)
	if err != nil {
		return nil, err
	}
	var classes, flags, basis fields
	var worst []string
	for _, name := range order {
		i := slices.IndexFunc(v.Items, func(j Judged) bool { return string(j.Key) == name })
		j := v.Items[i]
		classes = append(classes, field{name, j.Class.String()})
		if j.Class == v.Class {
			worst = append(worst, name)
		}
		if j.Flag != "" {
			flags = append(flags, field{name, j.Flag})
		}
		basis = append(basis, field{name, j.Row.String()})
	}
	out := fields{{"class", v.Class.String()}, {"worst_items", worst}, {"item_class", classes}}
	if flags != nil {
		out = append(out, field{"flags", flags})
	}
	return append(out, field{"basis", basis}), nil
}
