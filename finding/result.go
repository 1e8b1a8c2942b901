package finding

import (
	"regexp"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/observation"
	"zhixing/quantity"
)

// Result is an indicator's value for a period.
type Result struct {
	Indicator string
	Key       string // of the entry; empty: the county
	Label     string // what people call the entry
	Period    calendar.Period
	Over      bool // the period is over
	N         int  // how often it was computed with another result, from 1; 0: not kept

	Number *quantity.Decimal // or
	Class  string            // Ⅲ, 良, the worst factor
	Lacks  string            // what is missing, where it cannot be told

	Target   string // <= Ⅲ, >= 90; empty: none on the period's last day
	Met      Met
	Distance string // how far from the target: 差2.5个百分点, 差1个类别
	Forecast string // value at the year's end, where the indicator says how
	Trend    string // 上升, 下降, 持平 against the period before; 好转, 恶化 of a class

	From     []Source // what it was computed from
	Computed time.Time
	Why      string // 补到数据后重新计算
}

var (
	asked  = regexp.MustCompile(`指标\("([^"]*)"[^)]*\)`)
	pastOf = regexp.MustCompile(`(均值|最大|最小|次数)\("([^"]*)"(?:, "([^"]*)")?\)`)
)

// InWords is what lacks, or what was seen, as people say it: a field by its name alone, an indicator and another series by its title,
// 24小时均值.
func (j *Judge) InWords(lacks string) string {
	lacks = asked.ReplaceAllStringFunc(lacks, func(call string) string {
		if ind := j.Indicator(asked.FindStringSubmatch(call)[1]); ind != nil {
			return "指标“" + ind.Title + "”"
		}
		return call
	})
	lacks = pastOf.ReplaceAllStringFunc(lacks, func(call string) string {
		m := pastOf.FindStringSubmatch(call)
		title := ""
		if m[3] != "" && j.Observations != nil {
			if d := j.Observations.Definition(observation.SeriesName(m[3])); d != nil {
				title = d.Title
			}
		}
		return title + m[2] + m[1]
	})
	return strings.NewReplacer("条目.", "", "参数.", "").Replace(lacks)
}

var (
	numberWords = map[string]string{"<=": "不超过", "<": "低于", ">=": "不低于", ">": "高于", "=": "等于"}
	classWords  = map[string]string{"<=": "不劣于", "<": "优于", ">=": "不优于", ">": "劣于", "=": "等于"}
)

// TargetWords are the target as people write it, a number with the indicator's unit: 不低于 90%, 不劣于 Ⅲ.
func (r *Result) TargetWords(unit string) string {
	var out []string
	for part := range strings.SplitSeq(r.Target, "，") {
		op, number, ok := strings.Cut(part, " ")
		if !ok {
			continue
		}
		word := numberWords[op]
		if r.Number != nil {
			number += unit
		} else if r.Class != "" {
			word = classWords[op]
		}
		out = append(out, word+" "+number)
	}
	return strings.Join(out, "，")
}

// Met says whether a target is met.
type Met string

// The answers.
const (
	IsMet    Met = "达标"
	NotMet   Met = "未达标"
	NoTarget Met = ""
	CantTell Met = "不能判定"
)

// Source says what went into a result: how many entries or readings, and where they are found.
type Source struct {
	Address string `json:"address"` // register, series/key
	Count   int    `json:"count"`
	Note    string `json:"note,omitempty"` // 无效3个
}
