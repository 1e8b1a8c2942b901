package ledger

import (
	"fmt"
	"slices"

	"zhixing/calendar"
	"zhixing/letter"
	"zhixing/notice"
	"zhixing/personnel"
)

// Rule is one written rule, so that whatever follows from it can name it.
type Rule struct {
	ID     string `json:"id"`     // 第3条
	Text   string `json:"text"`   // in words
	Source string `json:"source"` // the document and clause that lay it down, or that the office has made it
}

// Cite is how pages and letters name the rule.
func (r Rule) Cite() string {
	if r.Source == "" {
		return r.ID
	}
	return r.ID + "（" + r.Source + "）"
}

// Limit is a span of time with the rule that sets it.
type Limit struct {
	Span calendar.Span
	Rule Rule
}

// Rules are how a county runs its ledger. All of it is data of the county's folder.
type Rules struct {
	Name     string // 《某县督办规则》
	All      []Rule // every rule, in the order in which the county writes them
	Workdays *calendar.Workdays
	Hours    calendar.Hours
	Seasons  calendar.Seasons

	Sign      Limit // units sign for a duty within this, from the day of issue
	Check     Limit // the office checks what is claimed, and closes what is checked
	Decide    Limit // the office decides on an extension
	PutRight  Limit // a duty that was sent back is claimed again
	Probation Limit // so long before a probation ends the office is told; zero: it is not
	Near      Limit // so long before its last day a duty is near it (临期)
	Behind    Behind
	Reporting Reporting
	Evidence  Rule // a claim carries evidence; empty ID: not demanded

	Colours map[Light]string // name of the colour, as style.css knows it
	Lights  map[Light]Rule   // the entry rule of each light, in words
	Ladders []Ladder
	Letters Letters
}

// Behind is the rule by which a duty lags whose progress trails the share of time that has passed by so many points.
type Behind struct {
	Points int // 0: no such rule
	Rule   Rule
}

// Reporting says how often units report on a duty.
type Reporting struct {
	Default calendar.Recurrence // where the clause names no interval
	Least   calendar.Every      // a clause's finer interval (daily patrols) is reported at this one
	Grace   int                 // working days after the period's last day
	Rule    Rule
}

// Letters is how letters are numbered and signed.
type Letters struct {
	Agency  string // 某县人民政府办公室
	Contact string
	Codes   map[letter.Kind]string // 某政督
}

// Ladder is what happens, rung by rung, while a cause stands. The first ladder whose Docs hold the duty's document
// number is its ladder; one without Docs is everybody's.
type Ladder struct {
	Name  string
	Docs  []string
	Rungs []Rung
}

// Rung is one step of a ladder. It fires once for each cause.
type Rung struct {
	N      int
	Name   string           // 提醒, 预警函, 督办 …
	On     Light            // the light under which it comes
	Causes []CauseKind      // only for these causes; empty: for all of that light
	After  int              // working days after the cause began
	Letter letter.Kind      // a letter is drafted for signature; empty: a notice goes out at once
	Grade  notice.Grade     // Urgent may go out outside office hours
	Copy   []personnel.Role // who else is told
	Sign   personnel.Role   // who signs the letter
	Answer int              // working days in which a written answer is due; 0: none
	Rule   Rule
}

// ladder is the ladder of a duty.
func (r *Rules) ladder(d *Duty) []Rung {
	for _, l := range r.Ladders {
		if len(l.Docs) == 0 || slices.Contains(l.Docs, d.Source.DocNo) {
			return l.Rungs
		}
	}
	return nil
}

// Problems reports what is missing or contradicts itself in the rules, one sentence each.
func (r *Rules) Problems() []string {
	var out []string
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if r.Workdays == nil {
		bad("没有工作日历")
	}
	if r.Hours == (calendar.Hours{}) {
		bad("没有写明办公时间 hours")
	}
	for _, l := range []struct {
		name string
		Limit
	}{{"sign", r.Sign}, {"check", r.Check}, {"decide", r.Decide}, {"put_right", r.PutRight}, {"near", r.Near}} {
		if l.Span.N <= 0 {
			bad("时限 %s 要大于零", l.name)
		}
		if l.Rule.ID == "" || l.Rule.Text == "" {
			bad("时限 %s 没有写明依据哪一条规则", l.name)
		}
	}
	for _, l := range Lights {
		if r.Lights[l].Text == "" {
			bad("灯“%s”没有写明进入规则", l.Chinese())
		}
		if r.Colours[l] == "" {
			bad("灯“%s”没有写明颜色", l.Chinese())
		}
	}
	if len(r.Ladders) == 0 {
		bad("没有督办阶梯 ladders")
	}
	for _, l := range r.Ladders {
		for i, g := range l.Rungs {
			if g.N != i+1 {
				bad("阶梯“%s”的第 %d 级编号写成了 %d", l.Name, i+1, g.N)
			}
			if g.Letter != "" && !g.Letter.Known() {
				bad("阶梯“%s”第 %d 级的文书种类“%s”不在规定之内", l.Name, g.N, g.Letter)
			}
			if g.Letter != "" && r.Letters.Codes[g.Letter] == "" {
				bad("阶梯“%s”第 %d 级的文书“%s”没有发文代字", l.Name, g.N, g.Letter.Chinese())
			}
			if g.Rule.ID == "" {
				bad("阶梯“%s”第 %d 级没有写明依据哪一条规则", l.Name, g.N)
			}
		}
	}
	if r.Reporting.Default.Every == "" {
		bad("没有写明默认的填报频次")
	}
	return out
}
