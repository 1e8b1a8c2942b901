package policy

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/notice"
	"zhixing/personnel"
)

// supervisionFile is supervision.yaml: how the county runs its ledger. A county without it publishes and keeps no ledger.
type supervisionFile struct {
	Name    text       `yaml:"name"`
	Hours   text       `yaml:"hours"` // 08:00-12:00 14:30-18:00
	Rules   []ruleFile `yaml:"rules"`
	Seasons []struct {
		Name    text   `yaml:"name"`
		Aliases []text `yaml:"aliases"`
		From    text   `yaml:"from"` // 11-15
		To      text   `yaml:"to"`
		Source  text   `yaml:"source"`
	} `yaml:"seasons"`
	Limits struct {
		Sign      limitFile `yaml:"sign"`
		Check     limitFile `yaml:"check"`
		Decide    limitFile `yaml:"decide"`
		PutRight  limitFile `yaml:"put_right"`
		Near      limitFile `yaml:"near"`
		Probation limitFile `yaml:"probation"` // may be left out
	} `yaml:"limits"`
	Reports struct {
		Default text `yaml:"default"` // 每月25日前
		Least   text `yaml:"least"`   // day, week, month …
		Grace   text `yaml:"grace"`   // working days
		Rule    text `yaml:"rule"`
	} `yaml:"reports"`
	Behind struct {
		Points text `yaml:"points"`
		Rule   text `yaml:"rule"`
	} `yaml:"behind"`
	Evidence text `yaml:"evidence"`
	Lights   map[string]struct {
		Colour text `yaml:"colour"`
		Rule   text `yaml:"rule"`
	} `yaml:"lights"`
	Ladders []struct {
		Name  text       `yaml:"name"`
		Docs  []text     `yaml:"docs"`
		Rungs []rungFile `yaml:"rungs"`
	} `yaml:"ladders"`
	Letters struct {
		Agency  text            `yaml:"agency"`
		Contact text            `yaml:"contact"`
		Codes   map[string]text `yaml:"codes"`
	} `yaml:"letters"`
	Scores scoresFile `yaml:"scores"`
}

type ruleFile struct {
	ID     text `yaml:"id"`
	Text   text `yaml:"text"`
	Source text `yaml:"source"`
}

type limitFile struct {
	Within text `yaml:"within"` // 3个工作日, 10日
	Rule   text `yaml:"rule"`
}

type rungFile struct {
	Name   text   `yaml:"name"`
	On     text   `yaml:"on"` // a light, or none
	Causes []text `yaml:"causes"`
	After  text   `yaml:"after"`
	Letter text   `yaml:"letter"`
	Sign   text   `yaml:"sign"`
	Answer text   `yaml:"answer"`
	Copy   []text `yaml:"copy"`
	Urgent bool   `yaml:"urgent"`
	Rule   text   `yaml:"rule"`
}

const supervisionYAML = "supervision.yaml"

// colours are the words that style.css knows.
var colours = []string{"green", "blue", "amber", "red"}

// causes are what a rung may name. One that is misspelt would never fire, and nobody would see why.
var causes = []ledger.CauseKind{ledger.CauseNear, ledger.CauseDue, ledger.CauseSign, ledger.CauseReport, ledger.CauseSentBack, ledger.CauseBehind,
	ledger.CauseAnswer, ledger.CauseCheck, ledger.CauseAsk, ledger.CauseResume}

// listed writes words of the file for a message.
func listed[T ~string](all []T) string {
	out := make([]string, len(all))
	for i, w := range all {
		out[i] = string(w)
	}
	return strings.Join(out, "、")
}

// supervising reads supervision.yaml.
type supervising struct {
	*folder
	rules map[string]ledger.Rule
}

func (f *folder) supervision(c *County) {
	if !f.has(supervisionYAML) {
		return
	}
	var file supervisionFile
	if !f.decode(supervisionYAML, &file) {
		return
	}
	s := supervising{f, map[string]ledger.Rule{}}
	lines := map[string]int{}
	for _, r := range file.Rules {
		switch first, twice := lines[r.ID.s]; {
		case r.ID.s == "" || r.Text.s == "":
			f.bad(supervisionYAML, max(r.ID.line, r.Text.line), "规则要写明 id 和 text")
		case twice:
			f.bad(supervisionYAML, r.ID.line, "规则“%s”写了两次，第一次在第 %d 行", r.ID.s, first)
		}
		lines[r.ID.s] = r.ID.line
		s.rules[r.ID.s] = ledger.Rule{ID: r.ID.s, Text: r.Text.s, Source: r.Source.s}
	}
	before := len(f.problems)
	rules := &ledger.Rules{
		Name: file.Name.s, Workdays: c.Workdays, Hours: s.hours(file.Hours), Seasons: s.seasons(file),
		Sign: s.limit("sign", file.Limits.Sign), Check: s.limit("check", file.Limits.Check), Decide: s.limit("decide", file.Limits.Decide),
		PutRight: s.limit("put_right", file.Limits.PutRight), Near: s.limit("near", file.Limits.Near),
		Behind:    ledger.Behind{Points: s.number(file.Behind.Points, 100), Rule: s.optional(file.Behind.Rule)},
		Reporting: s.reporting(file),
		Evidence:  s.optional(file.Evidence),
		Colours:   map[ledger.Light]string{}, Lights: map[ledger.Light]ledger.Rule{},
		Letters: ledger.Letters{Agency: file.Letters.Agency.s, Contact: file.Letters.Contact.s, Codes: map[letter.Kind]string{}},
	}
	if file.Limits.Probation.Within.s != "" {
		rules.Probation = s.limit("probation", file.Limits.Probation)
	}
	for name, l := range file.Lights {
		light := ledger.Light(name)
		if light.Chinese() == "" || !slices.Contains(colours, l.Colour.s) {
			f.bad(supervisionYAML, l.Colour.line, "灯“%s”应为 normal、near、lagging、overdue 之一，颜色应为 %s 之一", name, strings.Join(colours, "、"))
		}
		rules.Colours[light], rules.Lights[light] = l.Colour.s, s.rule(l.Rule, text{name, l.Colour.line})
	}
	for name, code := range file.Letters.Codes {
		if !letter.Kind(name).Known() {
			f.bad(supervisionYAML, code.line, "没有“%s”这种文书", name)
		}
		rules.Letters.Codes[letter.Kind(name)] = code.s
	}
	for _, l := range file.Ladders {
		ladder := ledger.Ladder{Name: l.Name.s, Docs: words(l.Docs)}
		for i, g := range l.Rungs {
			ladder.Rungs = append(ladder.Rungs, s.rung(i+1, g))
		}
		rules.Ladders = append(rules.Ladders, ladder)
	}
	for _, r := range file.Rules {
		rules.All = append(rules.All, s.rules[r.ID.s])
	}
	scores := s.scores(file.Scores)
	if len(f.problems) == before {
		for _, p := range rules.Problems() {
			f.bad(supervisionYAML, 0, "%s", p)
		}
	}
	c.Rules, c.Scores = rules, scores
}

// rule finds the rule that what is of cites, which must be there.
func (s supervising) rule(t, of text) ledger.Rule {
	r, ok := s.rules[t.s]
	switch {
	case t.s == "":
		s.bad(supervisionYAML, max(t.line, of.line), "“%s”没有写明依据哪一条规则（rule）", of.s)
	case !ok:
		s.bad(supervisionYAML, t.line, "rules 里没有“%s”", t.s)
	}
	return r
}

func (s supervising) optional(t text) ledger.Rule {
	if t.s == "" {
		return ledger.Rule{}
	}
	return s.rule(t, t)
}

func (s supervising) hours(t text) calendar.Hours {
	h, err := calendar.ParseHours(t.s)
	if err != nil {
		s.bad(supervisionYAML, t.line, "办公时间 hours：%v", err)
	}
	return h
}

func (s supervising) number(t text, most int) int {
	if t.s == "" {
		return 0
	}
	n, err := strconv.Atoi(t.s)
	if err != nil || n < 0 || n > most {
		s.bad(supervisionYAML, t.line, "“%s”应为 0 至 %d 的整数", t.s, most)
	}
	return n
}

func (s supervising) limit(name string, l limitFile) ledger.Limit {
	if l == (limitFile{}) {
		s.bad(supervisionYAML, 0, "limits 里缺少 %s", name)
		return ledger.Limit{}
	}
	out := ledger.Limit{Rule: s.rule(l.Rule, text{name, l.Within.line})}
	for _, t := range calendar.Terms(l.Within.s+"内", 0) {
		if t.Kind == calendar.Within {
			out.Span = t.Span
		}
	}
	if out.Span.N == 0 {
		s.bad(supervisionYAML, l.Within.line, "时限 %s “%s”应写作“3个工作日”“10日”“一个月”的样子", name, l.Within.s)
	}
	return out
}

func (s supervising) seasons(file supervisionFile) calendar.Seasons {
	var out calendar.Seasons
	for _, x := range file.Seasons {
		from, err := calendar.ParseMonthDay(x.From.s)
		to, err2 := calendar.ParseMonthDay(x.To.s)
		if err != nil || err2 != nil || x.Name.s == "" {
			s.bad(supervisionYAML, x.Name.line, "季节要有名称，from 和 to 写作“11-15”的样子")
		}
		out = append(out, calendar.Season{Name: x.Name.s, Aliases: words(x.Aliases), From: from, To: to, Source: x.Source.s})
	}
	return out
}

func (s supervising) reporting(file supervisionFile) ledger.Reporting {
	r := file.Reports
	out := ledger.Reporting{Least: calendar.Every(r.Least.s), Grace: s.number(r.Grace, 60), Rule: s.rule(r.Rule, text{"reports", r.Default.line})}
	for _, t := range calendar.Terms(r.Default.s, 0) {
		if t.Kind == calendar.Recurring {
			out.Default = t.Recur
		}
	}
	if out.Default.Every == "" {
		s.bad(supervisionYAML, r.Default.line, "默认频次“%s”应写作“每月25日前”“每季度”的样子", r.Default.s)
	}
	return out
}

func (s supervising) rung(n int, g rungFile) ledger.Rung {
	out := ledger.Rung{N: n, Name: g.Name.s, On: ledger.Light(g.On.s), After: s.number(g.After, 400), Letter: letter.Kind(g.Letter.s),
		Sign: personnel.Role(g.Sign.s), Answer: s.number(g.Answer, 60), Rule: s.rule(g.Rule, g.Name)}
	if g.On.s == "none" {
		out.On = ledger.NoLight
	} else if out.On.Chinese() == "" {
		s.bad(supervisionYAML, g.On.line, "灯“%s”应为 near、lagging、overdue 或 none", g.On.s)
	}
	if g.Urgent {
		out.Grade = notice.Urgent
	}
	for _, c := range g.Causes {
		if !slices.Contains(causes, ledger.CauseKind(c.s)) {
			s.bad(supervisionYAML, c.line, "没有“%s”这种原因，可写：%s", c.s, listed(causes))
		}
		out.Causes = append(out.Causes, ledger.CauseKind(c.s))
	}
	if out.On == ledger.NoLight && len(out.Causes) == 0 {
		s.bad(supervisionYAML, g.Name.line, "“%s”不跟着灯，要写明 causes", g.Name.s)
	}
	if out.Letter != "" && !out.Letter.Known() {
		s.bad(supervisionYAML, g.Letter.line, "没有“%s”这种文书", g.Letter.s)
	}
	if out.Letter != "" && out.Sign != personnel.Office && out.Sign != personnel.Leader {
		s.bad(supervisionYAML, g.Name.line, "“%s”起草文书，sign 应为 office 或 leader", g.Name.s)
	}
	for _, c := range g.Copy {
		role := personnel.Role(c.s)
		if role != personnel.Office && role != personnel.Leader {
			s.bad(supervisionYAML, c.line, "抄送应为 office 或 leader")
		}
		out.Copy = append(out.Copy, role)
	}
	return out
}

// holidaysCSV adds days off and make-up days that the program does not know yet, in the form of calendar.ParseHolidays.
const holidaysCSV = "holidays.csv"

func (f *folder) has(name string) bool {
	_, err := fs.Stat(f.fsys, name)
	return err == nil
}

// workdays are the nation's working days with what the county's holidays.csv adds.
func (f *folder) workdays() *calendar.Workdays {
	w := calendar.National()
	if !f.has(holidaysCSV) {
		return w
	}
	b, ok := f.read(holidaysCSV, maxYAML)
	if !ok {
		return w
	}
	rows, err := calendar.ParseHolidays(b)
	if err == nil {
		var more *calendar.Workdays
		if more, err = w.With(rows); err == nil {
			return more
		}
	}
	f.bad(holidaysCSV, 0, "%v", err)
	return w
}
