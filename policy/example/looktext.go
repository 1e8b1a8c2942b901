package example

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/duty"
	"zhixing/gazette"
	"zhixing/org"
	"zhixing/policy"
)

// lookDuty holds what the reader finds in the county's gazette against what the author says of a clause.
func (p *Player) lookDuty(_ context.Context, _ *db.Tx, w policy.Want) (string, error) {
	var found []duty.Duty
	for _, i := range p.County.Issues {
		issue, err := gazette.Read(string(i.Text))
		if err != nil {
			continue // no document of it can be named
		}
		for _, d := range issue.Documents {
			if org.Fold(d.No) != org.Fold(w.Basis.Document) {
				continue
			}
			for _, x := range duty.ReadDocument(issue, d) {
				if x.Clause == strings.TrimPrefix(w.Basis.Plan+"/"+w.Basis.Clause, "/") {
					found = append(found, x)
				}
			}
		}
	}
	switch {
	case w.None && len(found) > 0:
		return name(w) + "：应当没有任务，读出了：" + found[0].Title, nil
	case w.None:
		return "", nil
	case len(found) == 0:
		return name(w) + "：公报里没有读出任务", nil
	}
	var best *differ
	for _, x := range found { // the statements of one clause
		d := &differ{name: name(w)}
		for _, is := range w.Is {
			now := p.ofDuty(x, is.Name)
			same := slices.Contains(now, is.Value)
			if is.Values != nil {
				same = sameSet(now, is.Values)
			}
			d.want(is, strings.Join(now, "、"), same)
		}
		if best == nil || len(d.all) < len(best.all) {
			best = d
		}
	}
	return best.String(), nil
}

// everyWords are other ways to write a cadence than the document's.
var everyWords = map[calendar.Every][]string{calendar.Day: {"每日", "每天"}, calendar.Week: {"每周"}, calendar.Month: {"每月"}, calendar.Quarter: {"每季度"},
	calendar.HalfYear: {"每半年"}, calendar.Year: {"每年"}}

// ofDuty is a property of a duty: units by their names, days, cadences.
func (p *Player) ofDuty(x duty.Duty, property string) []string {
	var out []string
	units := func(lists ...[]string) {
		for _, list := range lists {
			for _, n := range list {
				if u, ok := p.County.Directory.ResolveIn(x.Doc, n); ok {
					n = u.Name
				}
				out = append(out, n)
			}
		}
	}
	switch property {
	case "lead":
		units(x.Lead)
	case "support":
		units(x.Support)
	case "implement":
		units(x.Implement, x.Inherited)
	case "due":
		for _, d := range x.Deadlines {
			out = append(out, d.Date.String())
		}
	case "every":
		for _, c := range x.Cadence {
			out = append(out, c.Raw)
			out = append(out, everyWords[c.Every]...)
		}
	}
	return out
}

func (p *Player) lookBulletin(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	on := dayOf(tx.Now())
	for _, is := range w.Is {
		if is.Name == "period" {
			var ok bool
			if on, ok = periodDay(is.Value); !ok {
				return fmt.Sprintf("%s：period“%s”应写作 2023年9月、2023年第3季度、2023年 或一个日期", name(w), is.Value), nil
			}
		}
	}
	b, err := p.Works.Bulletins.Make(ctx, tx, w.ID, on)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	fmt.Fprintln(&text, b.Heading(), b.Basis)
	for _, part := range b.Parts {
		fmt.Fprintln(&text, part.Title, part.Says, strings.Join(part.Columns, " "))
		for _, r := range part.Rows {
			fmt.Fprintln(&text, strings.Join(r, " "))
		}
	}
	for _, is := range w.Is {
		for _, v := range is.Values {
			if !strings.Contains(text.String(), v) {
				return fmt.Sprintf("%s：应当有“%s”，通报是：%s", name(w), v, strings.ReplaceAll(strings.TrimSpace(text.String()), "\n", "／")), nil
			}
		}
	}
	return "", nil
}

var periodShape = regexp.MustCompile(`^(\d{4})(?:年|-|$)(?:(\d{1,2})月?|[第Q]([1-4])(?:季度)?|(上|下)半年)?$`)

// periodDay is a day in the period that is named.
func periodDay(s string) (calendar.Date, bool) {
	if d, err := calendar.ParseDate(s); err == nil && !d.IsZero() {
		return d, true
	}
	m := periodShape.FindStringSubmatch(s)
	if m == nil {
		return calendar.Date{}, false
	}
	year, month := m[1], m[2]
	switch {
	case m[3] != "":
		q, _ := strconv.Atoi(m[3])
		month = strconv.Itoa(3 * q)
	case m[4] == "下":
		month = "12"
	case month == "":
		month = "6"
	}
	d, err := calendar.ParseDate(fmt.Sprintf("%s-%02s-01", year, month))
	return d, err == nil
}

// deliver sends what waits to a platform that answers, where an example asks for its receipt.
func (p *Player) deliver(ctx context.Context, w policy.Want) error {
	if !slices.ContainsFunc(w.Is, func(is policy.Is) bool { return is.Name == "receipt" }) {
		return nil
	}
	if err := p.open(); err != nil {
		return err
	}
	for {
		n, err := p.Works.Relay.Carry(ctx, p.DB)
		if err != nil || n == 0 {
			return err
		}
	}
}

func (p *Player) lookSent(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	s, ok := p.Works.Relay.Find(w.ID)
	if !ok {
		return name(w) + "：今天不施行", nil
	}
	var subjects []string
	for _, x := range s.Series {
		subjects = append(subjects, string(x)+"/"+w.Key)
	}
	for _, x := range s.Registers {
		subjects = append(subjects, string(x)+"/"+w.Key)
	}
	var queued, delivered int64
	for _, x := range subjects {
		q, d, err := p.Works.Relay.ItemsOf(ctx, tx, w.ID, x)
		if err != nil {
			return "", err
		}
		queued, delivered = queued+q, delivered+d
	}
	d := differ{name: name(w)}
	for _, is := range w.Is {
		switch is.Name {
		case "times":
			now := strconv.FormatInt(queued, 10)
			d.want(is, now, now == is.Value)
		case "receipt":
			all := queued > 0 && delivered == queued
			d.want(is, yesNo(all), truth(is.Value) == all)
		}
	}
	if len(w.Is) == 0 && queued == 0 {
		return name(w) + "：应当送出，现在没有", nil
	}
	return d.String(), nil
}
