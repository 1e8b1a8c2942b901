package standard

import (
	"encoding/json"
	"strings"

	"zhixing/quantity"
)

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
	out := fields{{"share_I_III", number(s.Good, 10)}, {"share_worse_V", number(s.Worse, 10)}, {"grade", wordOrNull(s.ByShare.Word)}, {"sections", s.Total}}
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
	if v.Class == 0 {
		return out, nil
	}
	var means fields
	var order []string
	for _, j := range v.Items {
		means = append(means, field{string(j.Key), number(j.Value, 10)})
		order = append(order, string(j.Key))
	}
	return append(fields{{"means", means}}, append(v.fields(s.Target, order), out[0], out[1], out[3])...), nil
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
var trophicStandards = []string{"3838", "395", "22号", "TLI", "营养", "TROPHIC", "湖", "总站", "RECALL"}

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
