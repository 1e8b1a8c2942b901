package corpus

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/personnel"
)

// A document orders perDocument duties. Of each group of them the first has lines of its own that were split off.
const (
	perDocument = 100
	perGroup    = 25
	perSplit    = 4
)

// maxReports bounds how often an invented duty is reported on.
const maxReports = 8

// maxPapers is room for the letters of one duty, so that their numbers follow from the duty's.
const maxPapers = 32

// maker tells the life of one duty, step after step, as far as Today.
type maker struct {
	l   *ledger.Ledger
	r   *rand.Rand
	x   *ledger.Life
	now time.Time
	end time.Time // nothing happens after
	err error
}

// Life is the life of one duty of the n-th county, from number 1.
func (p Plan) Life(n int, id ledger.ID) (*ledger.Life, error) {
	l := p.Ledger(n)
	m := &maker{l: l, r: rand.New(rand.NewPCG(p.Seed<<32|uint64(n), uint64(id))), x: ledger.NewLife(l.County, id), end: Today.Time().Add(18 * time.Hour)}
	m.live(p, n)
	return m.x, m.err
}

func (m *maker) live(p Plan, n int) {
	id := int(m.x.Duty.ID)
	lead := (id - 1) / perGroup * perGroup // the group's first duty, less one
	group := rand.New(rand.NewPCG(p.Seed<<32|uint64(n), uint64(lead)<<20))
	span := daysBetween(first, Today) - 4
	issued := m.l.Rules.Workdays.Add(first.AddDays(lead*span/max(p.Duties, 1)+group.IntN(5)-1), 1)
	place := (id - 1) % perGroup
	f := m.fields(issued)
	data := ledger.Data{Source: m.source(id), Fields: &f}
	if place >= 1 && place <= perSplit {
		data.Parent = ledger.ID(lead + 1)
		f.Lead, f.Support = []string{towns[(group.IntN(len(towns))+place)%len(towns)]}, nil
	} else if place == 0 {
		f.Implement = []string{allTowns}
	}
	m.now = issued.AddDays(-6).Time().Add(9 * time.Hour)
	late := id*100 > p.Duties*97 && data.Parent == 0 && place != 0
	if !m.do(0, ledger.System, ledger.DidDraft, data) || late && m.r.IntN(2) == 0 {
		return
	}
	if !m.do(m.hours(2), Office(m.r.IntN(3)), ledger.DidConfirm, ledger.Data{}) || late {
		return
	}
	if m.issue(issued, place) && m.sign() {
		m.work(place == 0)
	}
	m.ladder(m.end)
}

// fields is what a duty says.
func (m *maker) fields(issued calendar.Date) ledger.Fields {
	f := ledger.Fields{Title: pick(m.r, actions) + pick(m.r, objects), Lead: []string{m.unit()}}
	f.Text = fmt.Sprintf("%s%s，%s%s%d处，%s%s", pick(m.r, linking), f.Title, pick(m.r, actions), pick(m.r, objects), 1+m.r.IntN(90), pick(m.r, actions), pick(m.r, objects))
	add := func(to []string) []string {
		if u := m.unit(); !slices.Contains(f.Lead, u) && !slices.Contains(f.Support, u) {
			return append(to, u)
		}
		return to
	}
	if m.r.IntN(12) == 0 {
		f.Lead = add(f.Lead)
	}
	for range m.r.IntN(4) {
		f.Support = add(f.Support)
	}
	switch m.r.IntN(10) {
	case 0:
		f.Standing, f.DueRaw = true, "长期坚持"
	default:
		f.Due = issued.AddDays(30 + m.r.IntN(m.r.IntN(400)+1))
		f.DueRaw = f.Due.Chinese() + "前"
	}
	if m.r.IntN(4) == 0 || f.Standing || daysBetween(issued, f.Due) > 240 {
		f.Recur = calendar.Recurrence{Every: calendar.Quarter, Raw: "每季度"}
	}
	if m.r.IntN(3) == 0 {
		f.Targets = target(m.r)
	}
	if m.r.IntN(5) == 0 {
		f.Registers = []string{pick(m.r, objects) + "台账"}
	}
	return f
}

// unit is one of the units, the first more often than the last.
func (m *maker) unit() string { x := m.r.Float64(); return Units[int(x*x*float64(len(Units)))] }

func (m *maker) source(id int) *ledger.Source {
	doc, n := (id-1)/perDocument+1, (id-1)%perDocument+1
	return &ledger.Source{Doc: documentKey(doc), Version: 1, N: n, DocNo: documentNo(doc), Plan: documentTitle(doc), Section: chinese(n/10 + 1), No: fmt.Sprint(n),
		Part: 1, Clause: fmt.Sprintf("%s/%s/%d", chinese(n/30+1), chinese(n/10+1), n)}
}

func (m *maker) issue(day calendar.Date, place int) bool {
	d := m.x.Duty
	var parties []ledger.Party
	for _, u := range d.Lead {
		parties = append(parties, ledger.Party{Unit: u, Role: ledger.Lead})
	}
	for _, u := range d.Support {
		parties = append(parties, ledger.Party{Unit: u, Role: ledger.Support})
	}
	data := ledger.Data{Party: parties, Day: day}
	for k := 1; place == 0 && k <= perSplit; k++ {
		data.Kids = append(data.Kids, d.ID+ledger.ID(k))
	}
	return m.on(day, Office(m.r.IntN(3)), ledger.DidIssue, data)
}

// sign lets every party sign, most of them in time.
func (m *maker) sign() bool {
	day := m.today()
	for _, p := range m.x.Duty.Parties {
		n := m.r.IntN(3)
		if m.r.IntN(20) == 0 {
			n += 2 + m.r.IntN(4)
		}
		on := m.l.Rules.Workdays.Add(day, n)
		if on.Before(m.today()) {
			on = m.today()
		}
		if !m.on(on, m.of(p.Unit), ledger.DidSign, ledger.Data{Unit: p.Unit, Day: on}) {
			return false
		}
	}
	return true
}

// of is somebody of a unit.
func (m *maker) of(unit string) ledger.Actor {
	if n := m.r.IntN(Members + 1); n < Members {
		return Member(unit, n)
	}
	return Head(unit)
}

// on does a step on a day, in working hours; at once where the day has gone.
func (m *maker) on(day calendar.Date, by ledger.Actor, what ledger.Deed, data ledger.Data) bool {
	return m.do(day.Time().Add(8*time.Hour+time.Duration(m.r.IntN(9*60))*time.Minute).Sub(m.now), by, what, data)
}

func (m *maker) hours(n int) time.Duration { return time.Duration(n) * time.Hour }

// do does a step some time after the one before. It is false where that is in the future.
func (m *maker) do(after time.Duration, by ledger.Actor, what ledger.Deed, data ledger.Data) bool {
	at := m.now.Add(max(after, time.Minute)).UTC()
	if at.After(m.end) || m.err != nil {
		return false
	}
	m.ladder(at)
	if at.Before(m.now) { // a rung came first
		at = m.now
	}
	seat := personnel.Seat{}
	if len(by.Seats) > 0 {
		seat = by.Seats[0]
	}
	m.add(ledger.Step{What: what, At: at, By: by.Account, Post: seat.Post, Unit: seat.Unit, Data: data})
	return m.err == nil
}

func (m *maker) add(s ledger.Step) {
	if s.What == ledger.DidReport || s.What == ledger.DidClaim {
		s.Once = fmt.Sprintf("%d-%d-%08x", m.x.Duty.ID, len(m.x.Steps), m.r.Uint32())
	}
	if err := m.x.Add(s); err != nil && m.err == nil {
		m.err = err
	}
	m.now = s.At
}

// ladder fires the rungs that come before an instant, as Tick would have.
func (m *maker) ladder(until time.Time) {
	for m.err == nil && m.x.Duty.Revision > 2 {
		pending := m.l.Rules.Pending(m.x.Duty)
		if len(pending) == 0 || pending[0].At.After(until) {
			return
		}
		f := pending[0]
		rec := ledger.RungRecord{Key: string(f.Cause.Kind) + " " + f.Cause.Key + " " + fmt.Sprint(f.Rung.N), N: f.Rung.N, Name: f.Rung.Name, Light: f.Cause.Light,
			Cause: f.Cause.Kind, Words: f.Cause.Words, Since: f.Cause.On, Due: f.At.UTC(), Rule: f.Rung.Rule}
		at := f.At.UTC()
		if at.Before(m.now) {
			at = m.now
		}
		var p *ledger.Paper
		if f.Rung.Letter != "" && len(m.x.Papers) < maxPapers {
			p = m.draft(f, at)
			rec.Letter = p.ID
		}
		m.add(ledger.Step{What: ledger.DidRung, At: at, By: ledger.System.Account, Data: ledger.Data{Rung: &rec, Day: calendar.DateOf(at)}})
		if p != nil {
			m.send(p, at)
		}
	}
}

func (m *maker) draft(f ledger.Firing, at time.Time) *ledger.Paper {
	d := m.x.Duty
	item := letter.Item{No: d.ID.Number(), Title: d.Title, Unit: d.Leads()[0], Basis: d.Source.Basis(), Due: d.Due, State: f.Cause.Light.Chinese(), Finding: f.Cause.Words}
	return &ledger.Paper{County: d.County, ID: int64(d.ID)*maxPapers + int64(len(m.x.Papers)), Duty: d.ID, State: ledger.LetterDrafted, Sign: f.Rung.Sign,
		Letter: letter.Letter{Kind: f.Rung.Letter, Agency: TheOffice, To: d.Leads(), Items: []letter.Item{item}, AsOf: calendar.DateOf(at), Rule: f.Rung.Rule.ID},
		Answer: f.Rung.Answer, Rule: f.Rung.Rule, Cause: f.Cause.Words, DraftedBy: ledger.System.Account, DraftedAt: at}
}

// send signs most letters some hours after they were drafted; the others wait.
func (m *maker) send(p *ledger.Paper, at time.Time) {
	signed := at.Add(2 * time.Hour)
	if m.r.IntN(5) > 0 && !signed.After(m.end) {
		day := calendar.DateOf(signed)
		by := Office(m.r.IntN(3))
		p.State, p.SignedAt, p.SignedBy = ledger.LetterSent, signed, by.Account
		p.Letter.No = letter.Number{Code: m.l.Rules.Letters.Codes[p.Letter.Kind], Year: day.Year, N: int(p.ID)}.String()
		if p.Answer > 0 {
			p.AnswerBy = m.l.Rules.Workdays.Add(day, p.Answer)
		}
		ref := ledger.Letter{ID: p.ID, Kind: string(p.Letter.Kind), Sent: day, AnswerBy: p.AnswerBy}
		m.add(ledger.Step{What: ledger.DidLetter, At: signed, By: by.Account, Post: by.Seats[0].Post, Unit: TheOffice,
			Data: ledger.Data{Letter: &ref, Reason: p.Letter.No, Day: day}})
		if p.Answer > 0 && m.r.IntN(4) > 0 { // answered within the hour, so that it does not bring rungs of its own
			head := Head(m.x.Duty.Leads()[0])
			p.State, p.Reply, p.RepliedBy, p.RepliedOn = ledger.LetterAnswered, "已经整改。", head.Account, day
			m.add(ledger.Step{What: ledger.DidAnswer, At: signed.Add(time.Hour), By: head.Account, Post: head.Seats[0].Post, Unit: head.Seats[0].Unit,
				Data: ledger.Data{Letter: &ledger.Letter{ID: p.ID, Kind: string(p.Letter.Kind)}, Reason: p.Reply, Day: day}})
		}
	}
	m.x.Papers = append(m.x.Papers, *p)
}

func (m *maker) today() calendar.Date { return calendar.DateOf(m.now) }

func daysBetween(from, to calendar.Date) int {
	return int(to.Time().Sub(from.Time()) / (24 * time.Hour))
}
