package ledger

import (
	"fmt"
	"slices"

	"zhixing/calendar"
)

// Fold makes a duty of its steps, oldest first. It is the only place that says what a step does.
func Fold(county string, id ID, steps []Step) (*Duty, error) {
	d := &Duty{County: county, ID: id}
	for _, s := range steps {
		if err := d.apply(s); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// apply does one step. It trusts the step: what may be done when and by whom was asked before it was recorded.
func (d *Duty) apply(s Step) error {
	if s.N != d.Revision+1 {
		return fmt.Errorf("ledger: duty %d: step %d follows step %d", d.ID, s.N, d.Revision)
	}
	do, ok := effects[s.What]
	if !ok {
		return fmt.Errorf("ledger: duty %d: unknown step %q", d.ID, s.What)
	}
	do(d, s)
	if s.N == 1 {
		d.CreatedAt = s.At
	}
	d.Revision, d.ChangedAt = s.N, s.At
	return nil
}

// effects is what each deed does to a duty.
var effects = map[Deed]func(*Duty, Step){
	DidDraft: func(d *Duty, s Step) {
		d.State, d.Parent, d.Batch = Drafted, s.Data.Parent, s.Data.Batch
		if s.Data.Source != nil {
			d.Source = *s.Data.Source
		}
		if s.Data.Fields != nil {
			d.Fields = *s.Data.Fields
		}
	},
	DidAmend: func(d *Duty, s Step) { d.setFields(s) },
	DidConfirm: func(d *Duty, s Step) {
		d.setFields(s)
		d.State = Confirmed
	},
	DidIssue: func(d *Duty, s Step) {
		d.State, d.Parties, d.IssuedOn, d.FirstDue = Issued, slices.Clone(s.Data.Party), s.Data.Day, d.Due
	},
	DidSign: func(d *Duty, s Step) {
		d.Parties = slices.Clone(d.Parties)
		for i := range d.Parties {
			if p := &d.Parties[i]; p.Unit == s.Data.Unit && p.SignedAt.IsZero() {
				p.SignedAt, p.SignedBy = s.At, s.By
			}
		}
		if d.State == Issued && d.signed() == Working {
			d.State, d.SignedOn = Working, s.Data.Day
		}
	},
	DidReport: func(d *Duty, s Step) {
		r := s.Data.Report
		d.Progress, d.Reported = r.Progress, s.Data.Day
		if d.Period.Before(r.Period) {
			d.Period = r.Period
		}
		d.measure(r.Measured, s.N)
	},
	DidSupport: func(*Duty, Step) {},
	DidClaim: func(d *Duty, s Step) {
		d.State, d.ClaimedOn, d.ClaimedBy, d.ClaimUnit = Claimed, s.Data.Day, s.By, s.Unit
		d.SentBack, d.CheckedBy, d.Asked = calendar.Date{}, "", nil
		if r := s.Data.Report; r != nil {
			d.Was, d.Progress, d.Reported = d.Progress, 100, s.Data.Day
			if d.Period.Before(r.Period) {
				d.Period = r.Period
			}
			d.measure(r.Measured, s.N)
		}
	},
	DidCheck: func(d *Duty, s Step) { d.State, d.CheckedBy = Checked, s.By },
	DidClose: func(d *Duty, s Step) { d.State, d.ClosedOn, d.Result = Closed, s.Data.Day, s.Data.Result },
	DidSendBack: func(d *Duty, s Step) {
		d.pause(d.ClaimedOn, s.Data.Day)
		d.Progress = d.Was // what was claimed is not agreed
		d.State, d.SentBack, d.ClaimedOn, d.ClaimedBy, d.ClaimUnit, d.CheckedBy = Working, s.Data.Day, calendar.Date{}, "", "", ""
		d.SendBacks++
	},
	DidAsk: func(d *Duty, s Step) {
		d.Asked = &Ask{Due: s.Data.Due, Reason: s.Data.Reason, Unit: s.Unit, By: s.By, At: s.At, Step: s.N}
	},
	DidExtend: func(d *Duty, s Step) {
		d.keepReading()
		d.Due, d.Asked = s.Data.Due, nil
		d.Extended++
	},
	DidRefuse: func(d *Duty, s Step) { d.Asked = nil },
	DidTransfer: func(d *Duty, s Step) {
		d.keepReading()
		d.Parties, d.IssuedOn, d.SignedOn = slices.Clone(s.Data.Party), s.Data.Day, calendar.Date{}
		d.Lead, d.Asked, d.SentBack = d.Leads(), nil, calendar.Date{}
		if d.State = d.signed(); d.State == Working { // a lead that has signed stays
			d.SignedOn = s.Data.Day
		}
		d.Letters = slices.Clone(d.Letters)
		for i := range d.Letters { // what a unit owed that has gone does not press those who have the duty now
			if l := &d.Letters[i]; !slices.ContainsFunc(l.To, func(u string) bool { _, in := d.RoleOf(u); return in }) {
				l.AnswerBy = calendar.Date{}
			}
		}
	},
	DidSuspend: func(d *Duty, s Step) {
		d.Before, d.State, d.Suspended, d.ResumeOn = d.State, Suspended, s.Data.Day, s.Data.Due
	},
	DidResume: func(d *Duty, s Step) {
		d.pause(d.Suspended, s.Data.Day)
		d.State, d.Before, d.Suspended, d.ResumeOn = d.Before, "", calendar.Date{}, calendar.Date{}
		if !s.Data.Due.IsZero() {
			d.keepReading()
			d.Due = s.Data.Due
		}
	},
	DidReopen: func(d *Duty, s Step) {
		d.keepReading()
		if d.ClaimedOn.IsZero() {
			d.pause(d.ClosedOn, s.Data.Day)
		} else {
			d.pause(d.ClaimedOn, s.Data.Day)
		}
		d.State, d.Due, d.Progress = d.signed(), s.Data.Due, d.Was
		d.ClosedOn, d.ClaimedOn, d.ClaimedBy, d.ClaimUnit, d.CheckedBy, d.Result = calendar.Date{}, calendar.Date{}, "", "", "", ""
	},
	DidSplit: func(*Duty, Step) {},
	DidCancel: func(d *Duty, s Step) {
		d.State, d.ClosedOn, d.Result, d.Asked = Cancelled, s.Data.Day, s.Data.Result, nil
	},
	DidFlag: func(d *Duty, s Step) {
		f := *s.Data.Flag
		f.Step = s.N
		d.Flags = append(slices.Clone(d.Flags), f)
	},
	DidDecide: func(d *Duty, s Step) {
		if f := s.Data.Flag; f != nil {
			d.Flags = slices.DeleteFunc(slices.Clone(d.Flags), func(o Flag) bool { return o.Step == f.Step })
		}
		if s.Data.Source != nil {
			d.Source, d.Hidden = *s.Data.Source, false
		}
		if f := s.Data.Fields; f != nil && s.Data.Choice != Adopt {
			if d.AsRead = f; len(Differences(d.Fields, *f)) == 0 {
				d.AsRead = nil
			}
		}
		if s.Data.Choice == Adopt {
			if d.AsRead = nil; s.Data.Fields != nil {
				d.Fields = *s.Data.Fields
			}
			if s.Data.Party != nil {
				d.Parties = slices.Clone(s.Data.Party)
				switch {
				case d.State.Running():
					d.State = d.signed()
				case d.State == Suspended:
					d.Before = d.signed()
				}
			}
		}
	},
	DidRung:   func(d *Duty, s Step) { d.Fired = append(slices.Clone(d.Fired), s.Data.Rung.Key) },
	DidLetter: func(d *Duty, s Step) { d.Letters = append(slices.Clone(d.Letters), *s.Data.Letter) },
	DidAnswer: func(d *Duty, s Step) {
		d.Letters = slices.Clone(d.Letters)
		for i := range d.Letters {
			if d.Letters[i].ID == s.Data.Letter.ID {
				d.Letters[i].Answered = true
			}
		}
	},
	DidNote: func(*Duty, Step) {},
	DidHide: func(d *Duty, s Step) { d.Hidden = true },
}

// signed is where an issued duty stands by its signatures: Working once one of its leads has signed for it. A lead that
// has not keeps a clock of its own and does not hold up the others.
func (d *Duty) signed() State {
	for _, p := range d.Parties {
		if p.Role == Lead && !p.SignedAt.IsZero() {
			return Working
		}
	}
	return Issued
}

func (d *Duty) setFields(s Step) {
	if s.Data.Fields != nil {
		d.keepReading()
		d.Fields = *s.Data.Fields
	}
}

// keepReading remembers what the document said before the duty says something else.
func (d *Duty) keepReading() {
	if d.AsRead == nil && d.Source.Doc != "" && d.Parent == 0 {
		f := d.Fields
		d.AsRead = &f
	}
}

// pause notes that the clocks stood still from one day to another.
func (d *Duty) pause(from, to calendar.Date) {
	if from.Before(to) {
		d.Pauses = append(slices.Clone(d.Pauses), Pause{from, to})
	}
}

// measure keeps the newest value of each target.
func (d *Duty) measure(ms []Measure, step int64) {
	d.Measured = slices.Clone(d.Measured)
	for _, m := range ms {
		m.Step = step
		i := slices.IndexFunc(d.Measured, func(o Measure) bool { return o.Target == m.Target })
		if i < 0 {
			d.Measured = append(d.Measured, m)
		} else {
			d.Measured[i] = m
		}
	}
}
