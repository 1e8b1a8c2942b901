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
	return v.fields(order), nil
}

// fields is a verdict as cases have it.
func (v Verdict) fields(order []string) fields {
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
			over = append(over, field{name, number(j.Over, 4)})
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
	out := fields{{"class", v.Class.String()}, {"grade", v.Grade.Word}, {"item_class", emptyObject(classes)}, {"exceed_multiple", emptyObject(over)},
		{"main_pollutants", list(codes)}, {"main_pollutants_written", list(written)}, {"sentence", v.Class.Sentence()}, {"tn_class", wordOrNull(v.TN.String())},
		{"class_with_tn", v.WithTN.String()}, {"class_without_tn", v.Class.String()}}
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

func judgeRiver(q question) (fields, error) {
	if err := q.fits("3838", "22号", "河流", "SURFACEWATERGRADES", "RIVER"); err != nil {
		return nil, err
	}
	if raw, ok := q.input.get("sections"); ok {
		return q.sections(raw)
	}
	raw, err := q.need("classes")
	if err != nil {
		return nil, err
	}
	o, err := readObject(raw)
	if err != nil {
		return nil, bad("classes", "应为 {类别: 断面数}")
	}
	counts := map[Class]int{}
	for _, m := range o {
		c, ok := readClassRange(m.key)
		if !ok {
			return nil, bad(m.key, "不认识的类别")
		}
		n, err := readCount(m.key, m.raw, 1_000_000)
		if err != nil {
			return nil, err
		}
		counts[c] += n
	}
	s, err := RiverShares(counts)
	if err != nil {
		return nil, err
	}
	return s.fields(), nil
}

// readClassRange reads a class, or a range of them by its worse end: Ⅰ～Ⅲ, IV-V.
func readClassRange(s string) (Class, bool) {
	t := strings.NewReplacer("～", "-", "~", "-", "—", "-", "–", "-", "至", "-", "_", "-").Replace(s)
	if a, b, ok := strings.Cut(t, "-"); ok {
		low, ok1 := ParseClass(a)
		high, ok2 := ParseClass(b)
		if ok1 && ok2 {
			return high, low <= high && (low > III || high <= III) && high <= V
		}
	}
	return ParseClass(s)
}

// readCount reads a whole number of at most most; nothing is 0.
func readCount(name string, raw json.RawMessage, most int64) (int, error) {
	d, err := readDecimal(name, raw)
	if err != nil || d == nil {
		return 0, err
	}
	r := d.Rat()
	if !r.IsInt() || r.Sign() < 0 || !r.Num().IsInt64() || r.Num().Int64() > most {
		return 0, bad(name, "%s 应为 0 至 %d 的整数", d, most)
	}
	return int(r.Num().Int64()), nil
}

func (s Shares) fields() fields {
	share, _ := quantity.Round(s.Good, 1)
	worse, _ := quantity.Round(s.Worse, 1)
	out := fields{{"share_I_III", share}, {"share_worse_V", worse}, {"grade", wordOrNull(s.ByShare.Word)}, {"sections", s.Total}}
	if s.Total < fewSections {
		out = append(out, field{"note", "断面少于5个，应按各断面平均浓度评价；没有浓度，只能按类别比例"})
	}
	return out
}

// maxSections bounds a river.
const maxSections = 10_000

func (q question) sections(raw json.RawMessage) (fields, error) {
	entries, err := readArray("sections", raw)
	if err != nil {
		return nil, err
	}
	if len(entries) > maxSections {
		return nil, bad("sections", "最多 %d 个断面", maxSections)
	}
	s, err := q.site()
	if err != nil {
		return nil, err
	}
	var sections []map[Code]Measured
	for _, e := range entries {
		o, err := readObject(e)
		if err != nil {
			return nil, bad("sections", "应为 [{\"items\": {项目: 数值}}]")
		}
		if inner, ok := o.get("items"); ok {
			e = inner
		}
		items, _, err := readResults(e, func(n string) (Item, bool) { return SurfaceItem(n, s.Body) })
		if err != nil {
			return nil, err
		}
		sections = append(sections, items)
	}
	shares, v, err := RiverGrade(s, sections)
	if err != nil {
		return nil, err
	}
	out := shares.fields()
	if len(sections) >= fewSections {
		return out, nil
	}
	var means fields
	var order []string
	for _, j := range v.Items {
		means = append(means, field{string(j.Key), number(j.Value, 10)})
		order = append(order, string(j.Key))
	}
	return append(fields{{"means", means}}, append(v.fields(order), out[0], out[1], out[3])...), nil
}

// trophicKeys are the names of the five items.
var trophicKeys = map[string]Code{"CHLA": "CHLA", "CHLAMGM3": "CHLA", "CHLAUGL": "CHLA", "叶绿素A": "CHLA", "TP": "TP", "TPMGL": "TP", "总磷": "TP", "TN": "TN", "TNMGL": "TN", "总氮": "TN",
	"SD": "SD", "SDM": "SD", "透明度": "SD", "CODMN": "CODMN", "CODMNMGL": "CODMN", "高锰酸盐指数": "CODMN"}

func judgeTLI(q question) (fields, error) {
	if err := q.fits(trophicStandards...); err != nil {
		return nil, err
	}
	items, asked := map[Code]Measured{}, map[Code]string{}
	for _, m := range q.input {
		if m.key == "date" || m.key == "body" {
			continue
		}
		code, ok := trophicKeys[plain(m.key)]
		if !ok {
			return nil, bad(m.key, "不参加营养状态指数计算")
		}
		c, err := readCell(m.key, m.raw)
		if err != nil {
			return nil, err
		}
		if c.missing() {
			continue
		}
		v, err := ParseMeasured(c.word)
		if err != nil || v.Value == nil {
			if c.number == nil {
				return nil, bad(m.key, "“%s”不是数", short(c.word))
			}
			v = Of(*c.number)
		}
		if asked[code] != "" {
			return nil, bad(m.key, "给了两次")
		}
		items[code], asked[code] = v, m.key
	}
	t, err := TrophicIndex(items)
	if err != nil {
		return nil, err
	}
	var parts fields
	for _, p := range t.Parts {
		parts = append(parts, field{asked[p.Code], p.Index})
	}
	return fields{{"tli", t.Index}, {"parts", parts}, {"grade", t.Grade.Word}}, nil
}

// trophicStandards are words in the names of the method.
var trophicStandards = []string{"3838", "22号", "TLI", "营养", "TROPHIC", "湖", "总站", "RECALL"}

func judgeTLIGrade(q question) (fields, error) {
	if err := q.fits(trophicStandards...); err != nil {
		return nil, err
	}
	raw, err := q.need("tli")
	if err != nil {
		return nil, err
	}
	one := func(x json.RawMessage) (any, error) {
		d, err := readDecimal("tli", x)
		if err != nil || d == nil {
			return nil, err
		}
		if d.Cmp(quantity.Int(-1000)) < 0 || d.Cmp(quantity.Int(1000)) > 0 {
			return nil, bad("tli", "%s 超出范围", d)
		}
		return TrophicGrade(*d).Word, nil
	}
	if raw[0] != '[' {
		g, err := one(raw)
		return fields{{"grade", g}}, err
	}
	values, err := readArray("tli", raw)
	if err != nil {
		return nil, err
	}
	words := []any{}
	for _, x := range values {
		g, err := one(x)
		if err != nil {
			return nil, err
		}
		words = append(words, g)
	}
	return fields{{"grade", words}}, nil
}

func judgeMean(q question) (fields, error) {
	if err := q.fits("3838", "14848", "82号", "22号", "SL219", "SL2192013", "8170"); err != nil {
		return nil, err
	}
	ground := strings.Contains(q.standard, "14848")
	s, err := q.site()
	if err != nil {
		return nil, err
	}
	name, err := q.text("item")
	if err != nil {
		return nil, err
	}
	it, ok := SurfaceItem(name, s.Body)
	if ground {
		it, ok = GroundItem(name)
	}
	if !ok {
		return nil, bad("item", "“%s”不是标准的项目", short(name))
	}
	unit, err := q.text("unit")
	if err != nil {
		return nil, err
	}
	if unit == "" {
		unit = string(it.Unit)
	}
	raw, err := q.need("samples")
	if err != nil {
		return nil, err
	}
	list, err := readArray("samples", raw)
	if err != nil {
		return nil, err
	}
	var samples []Measured
	for _, x := range list {
		c, err := readCell(name, x)
		if err != nil {
			return nil, err
		}
		if c.missing() {
			continue
		}
		if c.number != nil { // 2.1e-3 too
			c.word = c.number.String()
		}
		m, err := it.read(name, c.word, unit)
		if err != nil {
			return nil, err
		}
		if err := it.check(m); err != nil {
			return nil, err
		}
		samples = append(samples, m)
	}
	return it.meanFields(s, samples, quantity.Unit(unit), ground)
}

// meanFields gives the mean in the unit of the samples and its class in that of the table.
func (i Item) meanFields(s Site, samples []Measured, unit quantity.Unit, ground bool) (fields, error) {
	mean, err := Mean(samples)
	if err != nil {
		return nil, err
	}
	u, err := quantity.ParseUnit(string(unit))
	if err != nil {
		return nil, bad(i.Name, "不认识的单位“%s”", unit)
	}
	one, err := quantity.Convert(quantity.Int(1), i.Unit, u)
	if err != nil {
		return nil, bad(i.Name, "%v", err)
	}
	shown := one.Mul(one, mean.Value)
	var j Judged
	if ground {
		j, err = i.ground(mean)
	} else {
		j = s.judge(i.Code, i, mean)
	}
	if err != nil {
		return nil, err
	}
	below := 0
	for _, m := range samples {
		if m.Detection != nil {
			below++
		}
	}
	out := fields{{"mean", number(shown, 12)}, {"class", wordOrNull(j.Class.String())}, {"unit", u}, {"n", len(samples)}, {"below_detection", below}, {"flagged", mean.Detection != nil && j.Flag != ""}}
	if u != i.Unit {
		out = append(out, field{"mean_" + string(i.Unit), number(mean.Value, 12)})
	}
	if j.Flag != "" {
		out = append(out, field{"flag", j.Flag})
	}
	return append(out, field{"basis", j.Row.String()}), nil
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
