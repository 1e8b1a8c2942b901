package standard

import (
	"math/big"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/quantity"
)

// Signal is one level of a weather warning signal.
type Signal struct {
	Type     string // 暴雨
	TypeCode string
	Level    Level
	Code     string // of the level, 01 blue to 04 red
	Criteria string // in words
	Scope    string // 全国, or whose variant
	when     condition
	Row
}

// Level is a colour of warning: 蓝 黄 橙 红; empty for none.
type Level string

// The levels.
const (
	Blue   Level = "蓝"
	Yellow Level = "黄"
	Orange Level = "橙"
	Red    Level = "红"
)

var levels = []Level{Red, Orange, Yellow, Blue} // the highest first

var signals = each("signals.csv", func(r record) Signal {
	return Signal{r.text("type"), r.text("type_code"), Level(r.text("level")), r.text("level_code"), r.text("criteria"), r.text("scope"), r.condition("condition"), r.row("")}
})

// National is the scope of the table that holds where a province has none of its own.
const National = "全国"

// Signals are the levels of a type in a scope on a day, as the table has them.
func Signals(kind, scope string, on calendar.Date) []Signal {
	var out []Signal
	for _, s := range signals {
		if s.Type == kind && s.Scope == scope && s.Holds(on) {
			out = append(out, s)
		}
	}
	return out
}

// Computable reports whether the level follows from numbers; hail, lightning and drought are a forecaster's judgement.
func (s Signal) Computable() bool { return len(s.when) > 0 }

// Weather is what was forecast or observed, by the names of the conditions: rain_3h (mm), wind_24h and gust_24h (Beaufort), temp_max_24h,
// temp_min_24h, temp_drop_48h, ground_min_24h (℃), visibility_12h or visibility (m), humidity (%), pm25 (ug/m3), snow_12h (mm), heat_days_35.
type Weather map[string]quantity.Decimal

// SignalLevel is the highest level that is met, forecast or observed alike; nil where none is.
func SignalLevel(kind, scope string, on calendar.Date, w Weather) *Signal {
	rows := Signals(kind, scope, on)
	for _, l := range levels {
		for _, s := range rows {
			if s.Level == l && s.when.met(w.value) {
				return &s
			}
		}
	}
	return nil
}

// value finds a number. What fell within a shorter window fell within the longer one too.
func (w Weather) value(name, _ string) *big.Rat {
	kind, hours, ok := strings.Cut(name, "_")
	if !ok || kind != "rain" && kind != "snow" {
		if d, ok := w[name]; ok {
			return d.Rat()
		}
		return nil
	}
	window, err := strconv.Atoi(strings.TrimSuffix(hours, "h"))
	if err != nil {
		return nil
	}
	var most *big.Rat
	for n, d := range w {
		k, h, _ := strings.Cut(n, "_")
		if have, err := strconv.Atoi(strings.TrimSuffix(h, "h")); k == kind && err == nil && have <= window {
			if r := d.Rat(); most == nil || r.Cmp(most) > 0 {
				most = r
			}
		}
	}
	return most
}

// Regime is a set of start rules of heavy-pollution warnings, as it held in some years.
type Regime string

type heavyRow struct {
	regime   Regime
	level    Level
	response string
	when     condition
	Row
}

var heavyTable = each("heavy-pollution.csv", func(r record) heavyRow {
	return heavyRow{Regime(r.text("regime")), Level(r.text("level")), r.text("response"), r.condition("condition"), r.row("")}
})

// Regimes are all regimes, the newest first.
func Regimes() []Regime {
	var out []Regime
	for _, r := range heavyTable {
		if len(out) == 0 || out[len(out)-1] != r.regime {
			out = append(out, r.regime)
		}
	}
	return out
}

// RegimeOn is the regime in force on a day.
func RegimeOn(on calendar.Date) (Regime, error) {
	for _, r := range heavyTable {
		if r.Holds(on) {
			return r.regime, nil
		}
	}
	return "", bad("", "%s没有重污染天气预警启动规则", on)
}

// ForecastDay is the forecast of one day. Days caused by ozone or by sand and dust do not start a coloured warning; a day without a forecast
// ends a run.
type ForecastDay struct {
	AQI      *int
	Excluded bool
}

// HeavyLevel is the highest level that a forecast of consecutive days starts, with its row; empty where none. All thresholds are strict:
// exactly 150, 200 or 300 does not count.
func HeavyLevel(r Regime, days []ForecastDay) (Level, Row) {
	for _, l := range levels {
		for _, row := range heavyTable {
			if row.regime == r && row.level == l && row.when.met(func(name, arg string) *big.Rat { return heavyFact(days, name, arg) }) {
				return l, row.Row
			}
		}
	}
	return "", Row{}
}

// heavyFact is max, the largest index, or run(150), the longest stretch of days above 150.
func heavyFact(days []ForecastDay, name, arg string) *big.Rat {
	above, longest, run, largest := -1, 0, 0, 0
	if name == "run" {
		above, _ = strconv.Atoi(arg)
	}
	for _, d := range days {
		if d.AQI == nil || d.Excluded || *d.AQI <= above {
			run = 0
			continue
		}
		run++
		longest, largest = max(longest, run), max(largest, *d.AQI)
	}
	if name == "run" {
		return big.NewRat(int64(longest), 1)
	}
	return big.NewRat(int64(largest), 1)
}
