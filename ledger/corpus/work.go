package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"zhixing/calendar"
	"zhixing/ledger"
)

// turn is something that happens on a day beside the reports.
type turn struct {
	day calendar.Date
	do  func(day calendar.Date) bool // false ends the life
}

// work is what happens from signing to closing. A duty with lines of its own is not claimed while these run.
func (m *maker) work(parent bool) {
	turns := m.turns()
	finish := m.finish()
	if parent {
		finish = calendar.Date{}
	}
	for n := 0; n < maxReports; n++ {
		p, ok := m.l.Rules.NextPeriod(m.x.Duty)
		if !ok {
			return
		}
		day, missed := m.reportDay(p), 0
		if m.r.IntN(30) == 0 { // one period is passed over
			p = m.recurrence().After(p, m.l.Rules.Seasons, m.l.Rules.Workdays)
			day, missed = m.reportDay(p), 1
		}
		for len(turns) > 0 && !day.Before(turns[0].day) && (finish.IsZero() || turns[0].day.Before(finish)) {
			before := m.x.Duty.Due
			if !turns[0].do(turns[0].day) {
				return
			}
			if now := m.x.Duty.Due; before != now && !finish.IsZero() {
				finish = finish.AddDays(daysBetween(before, now))
			}
			turns = turns[1:]
		}
		if !finish.IsZero() && !day.Before(finish) {
			break
		}
		if !m.report(p, day, missed) {
			return
		}
	}
	if !finish.IsZero() {
		m.complete(finish)
	}
}

func (m *maker) recurrence() calendar.Recurrence {
	if m.x.Duty.Recur.Every == calendar.Quarter {
		return m.x.Duty.Recur
	}
	return m.l.Rules.Reporting.Default
}

// finish is the day on which the duty will be claimed; zero for never.
func (m *maker) finish() calendar.Date {
	d := m.x.Duty
	switch k := m.r.IntN(100); {
	case d.Due.IsZero() && k < 40, !d.Due.IsZero() && k < 5:
		return calendar.Date{}
	case d.Due.IsZero():
		return d.IssuedOn.AddDays(30 + m.r.IntN(270))
	case k < 14:
		return d.Due.AddDays(1 + m.r.IntN(40))
	}
	return d.Due.AddDays(-m.r.IntN(min(40, daysBetween(d.IssuedOn, d.Due)-8)))
}

func (m *maker) reportDay(p calendar.Period) calendar.Date {
	day := p.Due.AddDays(-m.r.IntN(7))
	if m.r.IntN(14) == 0 {
		day = p.Due.AddDays(1 + m.r.IntN(10))
	}
	if day.Before(m.today()) {
		return m.today()
	}
	return day
}

func (m *maker) report(p calendar.Period, day calendar.Date, missed int) bool {
	d := m.x.Duty
	progress := m.progress(day)
	r := ledger.Report{Text: pick(m.r, linking) + pick(m.r, actions) + pick(m.r, objects) + fmt.Sprintf("%d处，", 1+m.r.IntN(90)) + pick(m.r, actions) + pick(m.r, objects) + "。",
		Progress: progress, Period: p.From, Label: p.Label(m.recurrence().Every), Due: p.Due, Late: p.Due.Before(day), Missed: missed}
	if len(d.Targets) > 0 {
		r.Measured = []ledger.Measure{{Target: 0, Value: fmt.Sprint(progress), AsOf: day}}
	}
	data := ledger.Data{Report: &r, Day: day}
	if m.r.IntN(5) == 0 {
		data.Files = []ledger.File{m.photo()}
	}
	if !m.on(day, m.of(d.Leads()[m.r.IntN(len(d.Leads()))]), ledger.DidReport, data) {
		return false
	}
	if s := d.Supports(); len(s) > 0 && m.r.IntN(4) == 0 {
		unit := s[m.r.IntN(len(s))]
		more := ledger.Report{Text: "配合" + pick(m.r, actions) + pick(m.r, objects) + "。"}
		return m.on(day, m.of(unit), ledger.DidSupport, ledger.Data{Report: &more, Day: day})
	}
	return true
}

// progress keeps to the time that has passed, more or less.
func (m *maker) progress(day calendar.Date) int {
	d := m.x.Duty
	if d.Due.IsZero() {
		return min(95, d.Progress+5+m.r.IntN(20))
	}
	passed := 100 * daysBetween(d.IssuedOn, day) / max(1, daysBetween(d.IssuedOn, d.Due))
	return max(d.Progress, min(95, passed*(70+m.r.IntN(50))/100))
}

// photo is a file that a step names; its bytes are not kept.
func (m *maker) photo() ledger.File {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", m.x.Duty.County, m.x.Duty.ID, len(m.x.Steps)))
	return ledger.File{SHA256: hex.EncodeToString(sum[:]), Name: "现场.jpg", MediaType: "image/jpeg", Size: 150_000 + m.r.Int64N(100_000)}
}

// turns is what happens beside the reports, by day.
func (m *maker) turns() []turn {
	d := m.x.Duty
	var out []turn
	if !d.Due.IsZero() && m.r.IntN(9) == 0 {
		out = append(out, turn{d.Due.AddDays(-5 - m.r.IntN(10)), m.extension})
	}
	day := m.today().AddDays(5 + m.r.IntN(90))
	switch m.r.IntN(100) {
	case 0:
		out = append(out, turn{day, m.suspension})
	case 1:
		out = append(out, turn{day, func(day calendar.Date) bool {
			m.on(day, Office(0), ledger.DidCancel, ledger.Data{Reason: "上级已另行部署。", Result: "上级已另行部署，终止办理。", Day: day})
			return false
		}})
	case 2:
		out = append(out, turn{day, m.transfer})
	case 3:
		out = append(out, turn{day, func(day calendar.Date) bool {
			return m.on(day, ledger.System, ledger.DidFlag, ledger.Data{Flag: &ledger.Flag{Kind: ledger.Amended, Doc: documentKey(1), Words: "依据的公文已修改"}})
		}})
	}
	slices.SortStableFunc(out, func(a, b turn) int { return daysBetween(b.day, a.day) })
	return out
}

func (m *maker) extension(day calendar.Date) bool {
	d := m.x.Duty
	due := d.Due.AddDays(15 + m.r.IntN(60))
	if !m.on(day, Head(d.Leads()[0]), ledger.DidAsk, ledger.Data{Due: due, Reason: "受天气影响，工期顺延。", Day: m.later(day)}) {
		return false
	}
	decided := m.l.Rules.Workdays.Add(day, 1+m.r.IntN(3))
	if m.r.IntN(4) == 0 {
		return m.on(decided, Office(1), ledger.DidRefuse, ledger.Data{Reason: "理由不充分，请按期完成。", Day: m.later(decided)})
	}
	return m.on(decided, Office(1), ledger.DidExtend, ledger.Data{Due: due, Day: m.later(decided)})
}

func (m *maker) suspension(day calendar.Date) bool {
	until := day.AddDays(20 + m.r.IntN(40))
	if !m.on(day, Office(1), ledger.DidSuspend, ledger.Data{Reason: "等待上级方案。", Day: m.later(day), Due: until}) {
		return false
	}
	data := ledger.Data{Day: m.later(until)}
	if due := m.x.Duty.Due; !due.IsZero() {
		data.Due = due.AddDays(daysBetween(day, until))
	}
	return m.on(until, Office(1), ledger.DidResume, data)
}

func (m *maker) transfer(day calendar.Date) bool {
	to := m.unit()
	if _, in := m.x.Duty.RoleOf(to); in {
		return true
	}
	parties := []ledger.Party{{Unit: to, Role: ledger.Lead}}
	for _, p := range m.x.Duty.Parties {
		if p.Role == ledger.Support {
			parties = append(parties, p)
		}
	}
	if !m.on(day, Office(1), ledger.DidTransfer, ledger.Data{Party: parties, Reason: "职责已划转。", Day: m.later(day)}) {
		return false
	}
	on := m.l.Rules.Workdays.Add(m.today(), 1)
	return m.on(on, m.of(to), ledger.DidSign, ledger.Data{Unit: to, Day: on})
}

// complete is the way from the claim to the end of the duty, sometimes by way of a return.
func (m *maker) complete(day calendar.Date) {
	for {
		day = m.later(day)
		p, ok := m.l.Rules.NextPeriod(m.x.Duty)
		r := ledger.Report{Text: "已经完成" + pick(m.r, actions) + pick(m.r, objects) + "。", Progress: 100}
		if ok && !day.Before(p.From) {
			r.Period, r.Label, r.Due, r.Late = p.From, p.Label(m.recurrence().Every), p.Due, p.Due.Before(day)
		}
		if !m.on(day, Head(m.x.Duty.Leads()[0]), ledger.DidClaim, ledger.Data{Report: &r, Day: day, Files: []ledger.File{m.photo()}}) {
			return
		}
		day = m.l.Rules.Workdays.Add(day, 1+m.r.IntN(5))
		if m.r.IntN(12) > 0 {
			break
		}
		if !m.on(day, Office(1), ledger.DidSendBack, ledger.Data{Reason: "缺少验收记录。", Day: m.later(day)}) {
			return
		}
		day = day.AddDays(1 + m.r.IntN(9))
	}
	if m.on(day, Office(1), ledger.DidCheck, ledger.Data{Reason: "经现场复核，属实。", Day: m.later(day)}) {
		day = m.l.Rules.Workdays.Add(day, m.r.IntN(3))
		m.on(day, Office(2), ledger.DidClose, ledger.Data{Result: "已经完成并通过复核。", Day: m.later(day)})
	}
}

// later is the day, or today where a rung or another step has come after it.
func (m *maker) later(day calendar.Date) calendar.Date {
	if day.Before(m.today()) {
		return m.today()
	}
	return day
}
