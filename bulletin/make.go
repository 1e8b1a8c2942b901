package bulletin

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/register"
)

// mostRows bounds a part; a bulletin that would be longer says how many there are in all.
const mostRows = 500

// Make is the bulletin of the period in which the day lies, as the record stands now.
func (b *Bulletins) Make(ctx context.Context, tx *db.Tx, id string, on calendar.Date) (Bulletin, error) {
	d, ok := b.Find(id)
	if !ok {
		return Bulletin{}, &Error{"没有这一种通报。"}
	}
	p, ok := b.Period(d, on)
	if !ok {
		return Bulletin{}, &Error{fmt.Sprintf("%s不在“%s”的任何一期里。", on.Chinese(), d.Title)}
	}
	if calendar.DateOf(tx.Now()).Before(p.From) {
		return Bulletin{}, &Error{"这一期还没有开始。"}
	}
	out := Bulletin{ID: d.ID, Title: d.Title, Period: p, Label: p.Label(d.Every.Every), Basis: d.Basis.String(), To: d.To, Public: d.Public, AsOf: tx.Now()}
	m := making{b, ctx, tx, d, p, register.Inside}
	if d.Public {
		m.viewer = register.Viewer{}
	}
	for _, part := range []func() (Part, bool, error){m.indicators, m.findings, m.registers, m.owing, m.listed} {
		x, ok, err := part()
		if err != nil {
			return out, fmt.Errorf("bulletin.Make: %s: %w", id, err)
		}
		if ok {
			if len(x.Rows) > mostRows {
				x.Says += fmt.Sprintf("共%d条，以下列出前%d条。", len(x.Rows), mostRows)
				x.Rows = x.Rows[:mostRows]
			}
			out.Parts = append(out.Parts, x)
		}
	}
	return out, nil
}

// making makes the parts of one bulletin.
type making struct {
	*Bulletins
	ctx    context.Context
	tx     *db.Tx
	d      *Definition
	period calendar.Period
	viewer register.Viewer
}

// day is the one on which the period is looked at: its last, or today while it runs.
func (m making) day() calendar.Date {
	if today := calendar.DateOf(m.tx.Now()); today.Before(m.period.To) {
		return today
	}
	return m.period.To
}

func (m making) indicators() (Part, bool, error) {
	out := Part{Title: "指标", Columns: []string{"指标", "对象", "数值", "目标", "是否达标", "差距", "比上期"}}
	met, unmet, lacking := 0, 0, 0
	for _, id := range m.d.Indicators {
		in := m.Judge.Indicator(id)
		if in == nil {
			continue
		}
		results, err := m.Judge.ComputeAll(m.ctx, m.tx, id, m.day())
		if err != nil {
			return out, false, err
		}
		for _, r := range results {
			label, ok, err := m.label(string(in.Each), r.Key)
			if err != nil {
				return out, false, err
			}
			if !ok {
				continue
			}
			value := r.Class
			switch {
			case r.Lacks != "":
				value = "不能判定（缺" + m.Judge.InWords(r.Lacks) + "）"
				lacking++
			case r.Number != nil:
				value = r.Number.String() + unitWord(string(in.Unit))
			}
			switch r.Met {
			case finding.IsMet:
				met++
			case finding.NotMet:
				unmet++
			}
			out.Rows = append(out.Rows, []string{in.Title, label, value, r.TargetWords(unitWord(string(in.Unit))), string(r.Met), r.Distance, r.Trend})
		}
	}
	out.Says = fmt.Sprintf("达标%d项，未达标%d项。", met, unmet)
	if lacking > 0 {
		out.Says = fmt.Sprintf("达标%d项，未达标%d项，缺数据不能判定%d项。", met, unmet, lacking)
	}
	return out, len(m.d.Indicators) > 0, nil
}

func unitWord(u string) string {
	if u == "1" || u == "pH" {
		return ""
	}
	return u
}

// label is what people call an entry, false where the viewer may not know of it; the county itself has none.
func (m making) label(reg, key string) (string, bool, error) {
	if reg == "" || key == "" {
		return "全县", true, nil
	}
	e, err := m.Registers.Get(m.ctx, m.tx, m.viewer, register.Name(reg), key, register.AsOf{})
	if register.KindOf(err) == register.NotFound {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	return e.Label, true, nil
}

func (m making) findings() (Part, bool, error) {
	out := Part{Title: "问题", Columns: []string{"问题", "对象", "责任单位", "程度", "发现", "次数", "现状"}}
	if m.CaseOf != nil {
		out.Columns = append(out.Columns, "办理")
	}
	if len(m.d.Rules) == 0 {
		return out, false, nil
	}
	open, over := 0, 0
	for q := (finding.Query{Rules: m.d.Rules, Size: 1000}); ; {
		list, err := m.Judge.Findings(m.ctx, m.tx, q)
		if err != nil {
			return out, false, err
		}
		for _, f := range list {
			from, to := m.period.From, m.period.To
			if to.Before(calendar.DateOf(f.RaisedAt)) || !f.OverAt.IsZero() && calendar.DateOf(f.OverAt).Before(from) {
				continue // not of this period
			}
			row, ok, err := m.finding(f)
			if err != nil {
				return out, false, err
			}
			if !ok {
				continue
			}
			if f.State == finding.Open {
				open++
			} else {
				over++
			}
			out.Rows = append(out.Rows, row)
		}
		if len(list) < q.Size {
			break
		}
		q.After = list[len(list)-1].ID
	}
	out.Says = fmt.Sprintf("本期涉及问题%d个：未恢复%d个，已恢复%d个。", open+over, open, over)
	if open+over == 0 {
		out.Says, out.Columns = "本期没有发现问题。", nil
	}
	return out, true, nil
}

func (m making) finding(f finding.Finding) ([]string, bool, error) {
	subject := f.Unit
	if reg, key, ok := strings.Cut(f.Entry, "/"); ok {
		label, ok, err := m.label(reg, key)
		if err != nil || !ok {
			return nil, false, err
		}
		subject = label
	}
	row := []string{f.Title, subject, f.Unit, string(f.Severity), calendar.DateOf(f.RaisedAt).String(), strconv.Itoa(f.Times), string(f.State)}
	if m.CaseOf != nil {
		c, err := m.CaseOf(m.ctx, m.tx, f.ID)
		if err != nil {
			return nil, false, err
		}
		row = append(row, c)
	}
	return row, true, nil
}

func (m making) registers() (Part, bool, error) {
	out := Part{Title: "台账", Columns: []string{"台账", "条目", "其中"}}
	total := 0
	for _, name := range m.d.Registers {
		s, ok := m.Registers.Schema(name)
		if !ok || m.d.Public && !s.Public {
			continue
		}
		counts, err := m.Registers.CountsOf(m.ctx, m.tx, m.viewer, name)
		if err != nil {
			return out, false, err
		}
		n := 0
		var by []string
		states := s.States
		if len(states) == 0 {
			states = []string{register.OnlyState}
		}
		for _, state := range states {
			if counts[state] > 0 {
				n += counts[state]
				by = append(by, fmt.Sprintf("%s%d", state, counts[state]))
			}
		}
		total += n
		out.Rows = append(out.Rows, []string{s.Title, strconv.Itoa(n), strings.Join(by, "，")})
	}
	out.Says = fmt.Sprintf("%d本台账，%d条。", len(out.Rows), total)
	return out, len(out.Rows) > 0, nil
}

// owing is what entries of the registers owe and have not done in time.
func (m making) owing() (Part, bool, error) {
	out := Part{Title: "逾期未做", Columns: []string{"台账", "条目", "应做", "责任单位", "期数", "最早应于"}}
	if len(m.d.Registers) == 0 {
		return out, false, nil
	}
	type key struct {
		register   register.Name
		entry      register.ID
		obligation string
	}
	type turns struct { // of one obligation of one entry that comes round
		row []string
		n   int
		due calendar.Date
	}
	at := map[key]*turns{}
	var order []key
	for _, name := range m.d.Registers {
		s, ok := m.Registers.Schema(name)
		if !ok || m.d.Public && !s.Public || len(s.Obligations) == 0 {
			continue
		}
		q := register.OwedQuery{Register: name, State: register.Open, DueBefore: calendar.DateOf(m.tx.Now()), Size: 200}
		for {
			list, next, err := m.Registers.Owed(m.ctx, m.tx, q)
			if err != nil {
				return out, false, err
			}
			for _, o := range list {
				label, ok, err := m.label(string(name), o.Key)
				if err != nil {
					return out, false, err
				}
				if !ok {
					continue
				}
				turn := key{name, o.Entry, o.Obligation.ID}
				if at[turn] == nil {
					at[turn] = &turns{row: []string{s.Title, label, o.Obligation.Name, o.Unit}, due: o.Due}
					order = append(order, turn)
				}
				at[turn].n++
				if o.Due.Before(at[turn].due) {
					at[turn].due = o.Due
				}
			}
			if q.After = next; next == "" || len(order) > 10*mostRows {
				break
			}
		}
	}
	for _, k := range order {
		out.Rows = append(out.Rows, append(at[k].row, strconv.Itoa(at[k].n), at[k].due.String()))
	}
	out.Says = fmt.Sprintf("逾期未做的%d件。", len(out.Rows))
	return out, len(out.Rows) > 0, nil
}

func (m making) listed() (Part, bool, error) {
	if !m.d.Listed || m.Bulletins.Listed == nil {
		return Part{}, false, nil
	}
	rows, err := m.Bulletins.Listed(m.ctx, m.tx)
	out := Part{Title: "待研究问责", Says: fmt.Sprintf("列入待研究问责的%d件，由有权机关决定。", len(rows)), Columns: []string{"事项", "单位", "列入日期", "依据"}, Rows: rows}
	return out, true, err
}
