package standard

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/quantity"
)

// Average is over what time a mean is taken.
type Average string

// The averages of the tables. EightHours is the daily maximum of the moving eight-hour mean.
const (
	Hour       Average = "1h"
	EightHours Average = "8h"
	Day        Average = "24h"
	Month      Average = "month"
	Quarter    Average = "quarter"
	Annual     Average = "annual"
	Season     Average = "season"
)

// AirLimit is one line of GB 3095. Grade 1 is for class-one areas (reserves, scenic areas), grade 2 for all others.
type AirLimit struct {
	Edition   Edition
	Phase     string // 过渡阶段, 最终阶段; empty where the standard has none
	Table     string // 1 basic, 2 other, A reference
	Pollutant Code
	Name      string
	Telemetry string
	Average   Average
	Unit      quantity.Unit
	Grade1    quantity.Decimal
	Grade2    quantity.Decimal
	Row
}

var airLimits = each("ambient-air.csv", func(r record) AirLimit {
	return AirLimit{Edition: Edition(r.text("edition")), Phase: r.text("phase"), Table: r.text("table"), Pollutant: Code(r.text("pollutant")), Name: r.text("zh"),
		Telemetry: r.text("telemetry"), Average: Average(r.text("averaging")), Unit: r.unit("unit"), Grade1: r.must("grade1"), Grade2: r.must("grade2"), Row: r.row(r.text("edition"))}
})

// AirLimits are the limits in force on the day of the measurement: of 2012 to 2026-02-28, of 2026 in its transition to 2030-12-31, then
// its final ones.
func AirLimits(on calendar.Date) []AirLimit {
	var out []AirLimit
	for _, l := range airLimits {
		if !on.IsZero() && l.Holds(on) {
			out = append(out, l)
		}
	}
	return out
}

// AirLimitOn is the limit of a pollutant, by code, Chinese name or telemetry code, for one average on one day.
func AirLimitOn(pollutant string, a Average, on calendar.Date) (AirLimit, error) {
	code, ok := AirPollutant(pollutant)
	if !ok {
		return AirLimit{}, bad(pollutant, "不是 GB 3095 的污染物")
	}
	for i := range airLimits {
		if l := &airLimits[i]; l.Pollutant == code && l.Average == a && !on.IsZero() && l.Holds(on) {
			return *l, nil
		}
	}
	return AirLimit{}, bad(pollutant, "%s没有%s平均的限值", on, a)
}

// Keeps reports whether a mean in the limit's unit keeps grade 1 or 2; equal keeps it.
func (l AirLimit) Keeps(v *big.Rat, grade int) bool {
	if grade == 1 {
		return v.Cmp(l.Grade1.Rat()) <= 0
	}
	return v.Cmp(l.Grade2.Rat()) <= 0
}

// AirPollutant finds the code of a pollutant of GB 3095: PM2.5, PM25, 细颗粒物, a34004.
func AirPollutant(name string) (Code, bool) {
	code, ok := pollutants[plain(name)]
	return code, ok
}

var pollutants = func() map[string]Code {
	m := map[string]Code{}
	for _, l := range airLimits {
		m[plain(string(l.Pollutant))], m[plain(l.Name)] = l.Pollutant, l.Pollutant
		if l.Telemetry != "" {
			m[plain(l.Telemetry)] = l.Pollutant
		}
	}
	return m
}()

// ReferenceState is the state of gases to which concentrations of a day are converted: 298.15 K and 1013.25 hPa from 2018-09-01
// (particles as they are), 273.15 K and 101.325 kPa before.
func ReferenceState(on calendar.Date) (kelvin quantity.Decimal, particlesAsTheyAre bool) {
	if on.Before(calendar.Date{Year: 2018, Month: time.September, Day: 1}) {
		return quantity.MustParse("273.15"), false
	}
	return quantity.MustParse("298.15"), true
}

// ValidMean reports whether a mean counts (GB 3095, data validity): 45 minutes for an hour, 6 hours for eight hours, 20 hours for a day,
// 27 days for a month (25 in February), 324 days for a year.
func ValidMean(a Average, n int, month time.Month) bool {
	least := map[Average]int{Hour: 45, EightHours: 6, Day: 20, Month: 27, Annual: 324}
	if a == Month && month == time.February {
		return n >= 25
	}
	need, ok := least[a]
	return ok && n >= need
}

// ValidOzoneDay reports whether a daily maximum of eight-hour means counts: 14 of them, or any number where it is over the limit.
func ValidOzoneDay(n int, max, limit quantity.Decimal) bool {
	return n >= 14 || n > 0 && max.Cmp(limit) > 0
}

// Percentile sorts the values and takes the k-th, k = 1 + (n-1)p, between neighbours in proportion; p is a share, 0.95.
func Percentile(values []*big.Rat, p *big.Rat) (*big.Rat, error) {
	if len(values) == 0 {
		return nil, bad("", "没有数值，求不出百分位数")
	}
	if p.Sign() < 0 || p.Cmp(big.NewRat(1, 1)) > 0 {
		return nil, bad("p", "百分位 %s 应在 0 至 1 之间", p.RatString())
	}
	sorted := slices.SortedFunc(slices.Values(values), func(a, b *big.Rat) int { return a.Cmp(b) })
	k := new(big.Rat).Mul(big.NewRat(int64(len(values)-1), 1), p)
	whole := new(big.Int).Quo(k.Num(), k.Denom())
	i := int(whole.Int64())
	if i == len(sorted)-1 {
		return sorted[i], nil
	}
	part := k.Sub(k, new(big.Rat).SetInt(whole))
	step := new(big.Rat).Sub(sorted[i+1], sorted[i])
	return step.Add(sorted[i], step.Mul(step, part)), nil
}

// YearPercentile is the percentile of daily values by which a year is judged beside its mean: 98 % for SO2 and NO2, 95 % for PM10, PM2.5
// and CO, 90 % for the daily maxima of O3.
func YearPercentile(pollutant Code) (*big.Rat, bool) {
	p, ok := map[Code]int64{"SO2": 98, "NO2": 98, "PM10": 95, "PM2.5": 95, "CO": 95, "O3": 90}[pollutant]
	return big.NewRat(p, 100), ok
}

// AirYear judges the daily values of a year (mean against the annual limit, percentile against the daily one), grade 2.
type AirYear struct {
	Mean, Percentile           *big.Rat
	MeanLimit, PercentileLimit *AirLimit // MeanLimit is nil for CO and O3
	Valid                      bool      // 324 days
	Keeps                      bool
}

// JudgeAirYear judges one pollutant's year by the limits of its last day, for a year is judged when it is over.
func JudgeAirYear(pollutant Code, year int, daily []*big.Rat) (AirYear, error) {
	on := calendar.Date{Year: year, Month: time.December, Day: 31}
	p, ok := YearPercentile(pollutant)
	if !ok {
		return AirYear{}, bad(string(pollutant), "不参加年评价")
	}
	if len(daily) > 366 {
		return AirYear{}, bad(string(pollutant), "一年没有 %d 天", len(daily))
	}
	out := AirYear{Valid: ValidMean(Annual, len(daily), 0), Keeps: true}
	var err error
	if out.Percentile, err = Percentile(daily, p); err != nil {
		return AirYear{}, err
	}
	a := Day
	if pollutant == "O3" {
		a = EightHours
	}
	limit, err := AirLimitOn(string(pollutant), a, on)
	if err != nil {
		return AirYear{}, err
	}
	out.PercentileLimit, out.Keeps = &limit, limit.Keeps(out.Percentile, 2)
	sum := new(big.Rat)
	for _, v := range daily {
		sum.Add(sum, v)
	}
	out.Mean = sum.Quo(sum, big.NewRat(int64(len(daily)), 1))
	if yearly, err := AirLimitOn(string(pollutant), Annual, on); err == nil {
		out.MeanLimit, out.Keeps = &yearly, out.Keeps && yearly.Keeps(out.Mean, 2)
	}
	return out, nil
}

// averageOf reads 1h, 8h, daily_max_8h, 24h, 日均 …
func averageOf(s string) (Average, bool) {
	a, ok := map[string]Average{"1H": Hour, "1小时": Hour, "HOURLY": Hour, "8H": EightHours, "DAILYMAX8H": EightHours, "MAX8H": EightHours, "MDA8": EightHours, "8小时": EightHours,
		"日最大8小时": EightHours, "24H": Day, "24小时": Day, "DAILY": Day, "DAY": Day, "日均": Day, "日平均": Day, "MONTH": Month, "QUARTER": Quarter,
		"ANNUAL": Annual, "YEAR": Annual, "SEASON": Season}[strings.ToUpper(plain(s))]
	return a, ok
}
