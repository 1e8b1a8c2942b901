package standard

import (
	"encoding/json"
	"slices"
	"strings"

	"zhixing/quantity"
)

// judgeKiln gives the pollutants at the top of the answer and, in short, once more under "result": the list of kinds can be read either way.
func judgeKiln(q question) (fields, error) {
	rows, err := q.kilnLimits()
	if err != nil {
		return nil, err
	}
	o2, err := q.number("o2_percent")
	if err != nil {
		return nil, err
	}
	raw, err := q.need("measured")
	if err != nil {
		return nil, err
	}
	o, err := readObject(raw)
	if err != nil {
		return nil, bad("measured", "应为 {污染物: 浓度}")
	}
	measured, asked := map[Code]quantity.Decimal{}, map[Code]string{}
	for _, m := range o {
		i := slices.IndexFunc(rows, func(l KilnLimit) bool {
			return slices.Contains([]string{plain(string(l.Pollutant)), plain(l.Name), plain(l.Telemetry)}, plain(m.key))
		})
		if i < 0 {
			return nil, bad(m.key, "没有这项污染物的限值")
		}
		d, err := readDecimal(m.key, m.raw)
		if err != nil {
			return nil, err
		}
		if d == nil {
			continue
		}
		code := rows[i].Pollutant
		if asked[code] != "" {
			return nil, bad(m.key, "给了两次")
		}
		measured[code], asked[code] = *d, m.key
	}
	if len(measured) == 0 {
		return nil, bad("measured", "没有实测浓度")
	}
	national, err := Emissions(rows, o2, measured)
	if err != nil {
		return nil, err
	}
	var out, inner fields
	for _, e := range national {
		f := fields{{"converted", number(e.Converted, 10)}, {"limit", e.Limit}, {"ok", e.Keeps}, {"basis", e.Row.String()}}
		for _, l := range q.local {
			if l.Process != e.Process || l.Pollutant != e.Pollutant || l.Set == e.Set || !q.date.IsZero() && !l.Holds(q.date) {
				continue
			}
			if second, err := Emissions([]KilnLimit{l}, o2, map[Code]quantity.Decimal{l.Pollutant: e.Measured}); err == nil {
				f = append(f, field{"encouraged", fields{{"set", l.Set}, {"converted", number(second[0].Converted, 10)}, {"limit", l.Limit}, {"ok", second[0].Keeps}, {"basis", l.Row.String()}}})
			}
		}
		out, inner = append(out, field{asked[e.Pollutant], f}), append(inner, field{asked[e.Pollutant], f[:3]})
	}
	return append(out, field{"result", inner}, field{"set", rows[0].Set}), nil
}

// kilnLimits chooses the set: by its name, else by the date, else by alpha_ref, which only the rule before the amendment has; else what holds
// now. alpha_ref and o2_ref replace the reference of the set.
func (q question) kilnLimits() ([]KilnLimit, error) {
	process := Firing
	if word, err := q.text("process"); err != nil {
		return nil, err
	} else if strings.Contains(word, "破碎") || strings.Contains(word, "成型") || strings.Contains(word, "crush") || strings.Contains(word, "form") {
		process = Crushing
	}
	alpha, err := q.number("alpha_ref")
	if err != nil {
		return nil, err
	}
	named := plain(q.standard)
	set, err := q.text("rule_set")
	if err != nil {
		return nil, err
	}
	rows := q.kilnSet(named+plain(set), process)
	switch {
	case rows != nil:
	case named != "" && !strings.Contains(named, "29620"):
		return nil, bad("standard", "不认识的标准“%s”，应为 GB 29620-2013", short(q.standard))
	case strings.Contains(named, "修改") || strings.Contains(named, "AMEND"):
		rows = KilnSet("table2-amended-2020", process)
	case !q.date.IsZero():
		rows = KilnLimits(process, q.date)
	case alpha != nil:
		rows = KilnSet("table2", process)
	default:
		rows = KilnSet("table2-amended-2020", process)
	}
	if len(rows) == 0 && !q.date.IsZero() {
		return nil, bad("date", "%s没有可用的砖瓦窑排放限值", q.date)
	}
	if len(rows) == 0 {
		rows = KilnSet("table2", process) // crushing and forming were not amended
	}
	if alpha != nil {
		if alpha.Cmp(quantity.Int(1)) < 0 || alpha.Cmp(quantity.Int(100)) > 0 {
			return nil, bad("alpha_ref", "过量空气系数 %s 应在 1 至 100 之间", alpha)
		}
		rows = slices.Clone(rows)
		for i := range rows {
			if rows[i].Reference != "" {
				rows[i].Reference = "alpha " + alpha.String()
			}
		}
	}
	return rows, nil
}

// kilnSet are the limits of the set that stands in a name, the longest of them: table2-amended-2020 is not table2.
func (q question) kilnSet(name string, p Process) []KilnLimit {
	longest := ""
	var rows []KilnLimit
	for _, l := range slices.Concat(kilnTable, q.local) {
		set := plain(l.Set)
		if l.Process != p || !strings.Contains(name, set) || len(set) < len(longest) {
			continue
		}
		if set != longest {
			longest, rows = set, nil
		}
		rows = append(rows, l)
	}
	return rows
}

// rainStandards are words in the names of the rules of weather signals.
var rainStandards = []string{"CMA", "16号", "气象", "预警", "SIGNAL", "RAIN", "NATIONAL", "全国", "ORDER16", "第16", "暴雨"}

func judgeRain(q question) (fields, error) {
	if err := q.fits(rainStandards...); err != nil {
		return nil, err
	}
	scope, err := q.scope()
	if err != nil {
		return nil, err
	}
	w := Weather{}
	for _, m := range q.input {
		if !strings.HasPrefix(m.key, "rain_") {
			if slices.Contains([]string{"scope", "date", "forecast", "observed", "kind", "unit"}, m.key) {
				continue
			}
			return nil, bad(m.key, "不是降雨量，应写作 rain_3h、rain_6h、rain_12h")
		}
		if err := w.rain(m); err != nil {
			return nil, err
		}
	}
	if s := SignalLevel("暴雨", scope, q.date, w); s != nil {
		return fields{{"level", s.Level}, {"basis", s.Row.String()}, {"criteria", s.Criteria}}, nil
	}
	return fields{{"level", nil}}, nil
}

// scope is whose thresholds are asked for.
func (q question) scope() (string, error) {
	scope, err := q.text("scope")
	if err != nil || scope == "" || strings.HasPrefix(scope, "national") {
		return National, err
	}
	if len(Signals("暴雨", scope, q.date)) == 0 {
		return "", bad("scope", "没有“%s”的暴雨预警标准", short(scope))
	}
	return scope, nil
}

// maxRain is more rain in mm than has ever fallen in a day anywhere.
const maxRain = 5000

func (w Weather) rain(m member) error {
	d, err := readDecimal(m.key, m.raw)
	if err != nil || d == nil {
		return err
	}
	hours, ok := strings.CutSuffix(strings.TrimPrefix(m.key, "rain_"), "h")
	if n, err := quantity.Parse(hours); !ok || err != nil || n.Scale() > 0 || n.Cmp(quantity.Int(1)) < 0 || n.Cmp(quantity.Int(72)) > 0 {
		return bad(m.key, "应写作 rain_3h、rain_6h、rain_12h")
	}
	if d.Sign() < 0 || d.Cmp(quantity.Int(maxRain)) > 0 {
		return bad(m.key, "降雨量 %s 毫米不在 0 至 %d 之间", d, maxRain)
	}
	w["rain_"+hours+"h"] = *d
	return nil
}

func judgeRainSeries(q question) (fields, error) {
	if err := q.fits(rainStandards...); err != nil {
		return nil, err
	}
	scope, err := q.scope()
	if err != nil {
		return nil, err
	}
	raw, err := q.need("steps")
	if err != nil {
		return nil, err
	}
	steps, err := readArray("steps", raw)
	if err != nil {
		return nil, err
	}
	if len(steps) > 10_000 {
		return nil, bad("steps", "最多 10000 步")
	}
	out := []any{}
	var now Level
	for _, s := range steps {
		o, err := readObject(s)
		if err != nil {
			return nil, bad("steps", "应为 [{\"time\", \"text\"}]")
		}
		w := Weather{}
		text := ""
		for _, m := range o {
			if strings.HasPrefix(m.key, "rain_") {
				if err := w.rain(m); err != nil {
					return nil, err
				}
			} else if m.key == "text" {
				c, err := readCell("text", m.raw)
				if err != nil {
					return nil, err
				}
				text = c.word
			}
		}
		now = readNotice(text, w).level(scope, q, now)
		out = append(out, wordOrNull(string(now)))
	}
	return fields{{"levels", out}}, nil
}

// level is the level after a notice: the one it names; else what its amounts meet; else the one before.
func (n notice) level(scope string, q question, before Level) Level {
	switch {
	case n.named != "" || n.lifted:
		return n.named
	case len(n.amounts) > 0 || n.denied:
		if s := SignalLevel("暴雨", scope, q.date, n.amounts); s != nil {
			return s.Level
		}
		return ""
	}
	return before
}

func judgeHeavy(q question) (fields, error) {
	if err := q.fits("重污染", "HEAVY", "环大气", "2024", "UNIFIED", "20192023", "20162018", "应急", "633"); err != nil {
		return nil, err
	}
	raw, err := q.need("forecast_daily_aqi")
	if err != nil {
		return nil, err
	}
	entries, err := readArray("forecast_daily_aqi", raw)
	if err != nil {
		return nil, err
	}
	if len(entries) > 366 {
		return nil, bad("forecast_daily_aqi", "最多 366 天")
	}
	var days []ForecastDay
	for _, e := range entries {
		d, err := readForecastDay(e)
		if err != nil {
			return nil, err
		}
		days = append(days, d)
	}
	var out fields
	for _, r := range Regimes() {
		l, _ := HeavyLevel(r, days)
		out = append(out, field{string(r), wordOrNull(string(l))})
	}
	if !q.date.IsZero() {
		r, err := RegimeOn(q.date)
		if err != nil {
			return nil, err
		}
		l, row := HeavyLevel(r, days)
		out = append(out, field{"regime", r}, field{"level", wordOrNull(string(l))}, field{"basis", row.String()})
	}
	return out, nil
}

// readForecastDay reads 210, or {"aqi": 210, "primary": "O3"}.
func readForecastDay(raw json.RawMessage) (ForecastDay, error) {
	const name = "forecast_daily_aqi"
	var day ForecastDay
	if o, err := readObject(raw); err == nil {
		raw, _ = o.get("aqi")
		for _, key := range []string{"primary", "cause"} {
			why, _ := o.get(key)
			c, err := readCell(key, why)
			if err != nil {
				return day, err
			}
			word := plain(c.word)
			day.Excluded = day.Excluded || strings.HasPrefix(word, "O3") || strings.Contains(word, "臭氧") || strings.Contains(word, "沙") || strings.Contains(word, "浮尘") ||
				strings.Contains(word, "DUST") || strings.Contains(word, "SAND") || strings.Contains(word, "OZONE")
		}
	}
	d, err := readDecimal(name, raw)
	if err != nil || d == nil {
		return day, err
	}
	n, err := readCount(name, raw, 500)
	day.AQI = &n
	return day, err
}
