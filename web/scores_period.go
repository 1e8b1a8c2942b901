package web

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/ledger"
	"zhixing/score"
)

// parsePeriod reads a year, a quarter or a month as addresses write it: 2023, 2023-Q4, 2023-10.
func parsePeriod(s string) (score.Period, bool) {
	year, part, has := strings.Cut(s, "-")
	y, err := strconv.Atoi(year)
	if err != nil || len(year) != 4 || y < 1900 || strings.Contains(part, "+") {
		return score.Period{}, false
	}
	first, months := 1, 12
	if has {
		quarter, isQuarter := strings.CutPrefix(part, "Q")
		n, err := strconv.Atoi(quarter)
		switch {
		case err != nil, n < 1:
			return score.Period{}, false
		case isQuarter && len(quarter) == 1 && n <= 4:
			first, months = 3*n-2, 3
		case !isQuarter && len(part) == 2 && n <= 12:
			first, months = n, 1
		default:
			return score.Period{}, false
		}
	}
	return score.Period{From: calendar.Date{Year: y, Month: time.Month(first), Day: 1},
		To: calendar.DateOf(time.Date(y, time.Month(first+months), 0, 12, 0, 0, 0, calendar.Zone))}, true
}

// periodWord is what parsePeriod reads; empty for a period that is no year, quarter or month.
func periodWord(p score.Period) string {
	y, m := p.From.Year, int(p.From.Month)
	for _, word := range []string{fmt.Sprintf("%04d", y), fmt.Sprintf("%04d-Q%d", y, (m+2)/3), fmt.Sprintf("%04d-%02d", y, m)} {
		if q, ok := parsePeriod(word); ok && q == p {
			return word
		}
	}
	return ""
}

// periodName is 2023年, 2023年第四季度, 2023年10月, or the two days.
func periodName(p score.Period) string {
	year, part, has := strings.Cut(periodWord(p), "-")
	switch {
	case year == "":
		return p.From.Chinese() + "至" + p.To.Chinese()
	case !has:
		return year + "年"
	case part[0] == 'Q':
		return year + "年第" + [...]string{"一", "二", "三", "四"}[part[1]-'1'] + "季度"
	}
	return year + "年" + strings.TrimPrefix(part, "0") + "月"
}

// periodAsk is the period in an address.
func periodAsk(p score.Period) string {
	if w := periodWord(p); w != "" {
		return "period=" + w
	}
	return "from=" + p.From.String() + "&to=" + p.To.String()
}

// badPeriod is a period that nobody can be marked for, for the form that asked for it.
func badPeriod(field, message string) error {
	return &ledger.Error{Kind: ledger.Invalid, Op: "period", Field: field, Message: message}
}

// wrongPeriod is what is wrong with the period that was asked for; nil for any other error.
func wrongPeriod(err error) *ledger.Error {
	var le *ledger.Error
	if errors.As(err, &le) && le.Kind == ledger.Invalid {
		return le
	}
	return nil
}

// askedPeriod reads the period of an address: ?period=, or ?from= and ?to=; this year where it says nothing.
func askedPeriod(q url.Values, today calendar.Date) (score.Period, error) {
	var p score.Period
	if word := q.Get("period"); word != "" {
		p, ok := parsePeriod(word)
		if !ok {
			return p, badPeriod("period", "考核期写作 2023、2023-Q4 或 2023-10 的样子。")
		}
		return p, nil
	}
	if q.Get("from") == "" && q.Get("to") == "" {
		p, _ = parsePeriod(strconv.Itoa(today.Year))
		return p, nil
	}
	for _, d := range []struct {
		to          *calendar.Date
		name, title string
	}{{&p.From, "from", "开始"}, {&p.To, "to", "结束"}} {
		var err error
		if *d.to, err = calendar.ParseDate(strings.TrimSpace(q.Get(d.name))); err != nil {
			return p, badPeriod(d.name, d.title+"日期写作 2023-10-31 的样子。")
		}
	}
	if p.To.Before(p.From) {
		return p, badPeriod("to", "结束日期不能早于开始日期。")
	}
	return p, nil
}

// periodLinks are the periods of one year to choose from.
type periodLinks struct {
	Year, Quarters, Months []Link
	Before, After          Link // the years beside it
}

// periodsAround links the year of a period (this year's where it is zero) with its quarters and months. What has not
// begun yet is no link.
func periodsAround(today calendar.Date, now score.Period) periodLinks {
	year := now.From.Year
	if now.From.IsZero() {
		year = today.Year
	}
	link := func(word, text string) Link {
		p, _ := parsePeriod(word)
		l := Link{Text: text, Current: p == now}
		if !today.Before(p.From) {
			l.URL = "/scores?period=" + word
		}
		return l
	}
	y := fmt.Sprintf("%04d", year)
	out := periodLinks{Year: []Link{link(y, y+"年")}, Before: link(fmt.Sprintf("%04d", year-1), "上一年"), After: link(fmt.Sprintf("%04d", year+1), "下一年")}
	for i, name := range []string{"一季度", "二季度", "三季度", "四季度"} {
		out.Quarters = append(out.Quarters, link(fmt.Sprintf("%s-Q%d", y, i+1), name))
	}
	for m := 1; m <= 12; m++ {
		out.Months = append(out.Months, link(fmt.Sprintf("%s-%02d", y, m), strconv.Itoa(m)+"月"))
	}
	return out
}
