package cases

import (
	"fmt"
	"slices"

	"zhixing/calendar"
)

// Fold makes a case of its steps, oldest first. It is the only place that says what a step does.
func Fold(county string, id ID, steps []Step) (*Case, error) {
	k := &Case{County: county, ID: id}
	for _, s := range steps {
		if err := k.apply(s); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// apply does one step. It trusts the step: what may be done when and by whom was asked before it was recorded.
func (k *Case) apply(s Step) error {
	if s.N != k.Revision+1 {
		return fmt.Errorf("cases: case %d: step %d follows step %d", k.ID, s.N, k.Revision)
	}
	do, ok := effects[s.What]
	if !ok {
		return fmt.Errorf("cases: case %d: unknown step %q", k.ID, s.What)
	}
	k.wind(s)
	if s.Data.Parts != nil {
		k.Parts = slices.Clone(s.Data.Parts)
	}
	if s.Data.State != "" && s.Data.State != k.State {
		k.State, k.Hands, k.Rung = s.Data.State, 0, ""
	}
	do(k, s)
	if s.N == 1 {
		k.OpenedAt = s.At
	}
	k.Revision, k.ChangedAt = s.N, s.At
	return nil
}

// wind stops and starts the clocks that the step names.
func (k *Case) wind(s Step) {
	k.Clocks = slices.Clone(k.Clocks)
	stop := func(of func(Clock) bool) (stopped Clock) {
		k.Clocks = slices.DeleteFunc(k.Clocks, func(c Clock) bool {
			if !of(c) {
				return false
			}
			k.Stays = append(slices.Clone(k.Stays), Stay{N: c.Stood, Clock: c.N, Part: c.Part, State: c.State, Unit: c.Unit, Level: c.Level,
				From: c.Since, To: s.At, Due: c.Due, Began: c.N, Ended: s.N})
			stopped = c
			return true
		})
		return stopped
	}
	if s.Data.Halt {
		stop(func(Clock) bool { return true })
	}
	for _, part := range s.Data.End {
		stop(func(c Clock) bool { return c.Part == part })
	}
	for _, b := range s.Data.Begin {
		was := stop(func(c Clock) bool { return c.Part == b.Part })
		k.Stood++
		c := Clock{N: s.N, Part: b.Part, State: b.State, Due: b.Due, Stood: k.Stood, Unit: b.Unit, Level: b.Level, Since: s.At}
		if b.On && was.N > 0 {
			c.N = was.N
		}
		k.Clocks = append(k.Clocks, c)
	}
}

// effects is what each deed does to a case, besides its parts, its state and its clocks.
var effects = map[Deed]func(*Case, Step){
	DidOpen: func(k *Case, s Step) {
		o := s.Data.Opening
		k.System, k.Ref = o.System, o.Ref
		k.Source, k.Ladder, k.Service, k.Title, k.Text, k.Basis = o.Source, o.Ladder, o.Service, o.Title, o.Text, o.Basis
		k.Severity, k.Place, k.Address, k.Town, k.Group, k.Owner = o.Severity, o.Place, o.Address, o.Town, o.Group, o.Owner
		k.Earlier, k.Held, k.Split = o.Earlier, s.Data.Held, o.Split
		k.Findings = slices.Clone(s.Data.Findings)
	},
	DidJoin: func(k *Case, s Step) {
		k.Findings = append(slices.Clone(k.Findings), *s.Data.Finding)
		k.raise(s)
	},
	DidRecur: func(k *Case, s Step) {
		k.link(s.Data.Finding)
		k.raise(s)
		if len(s.Data.Held) > 0 {
			k.again()
			k.Recurs++
		}
	},
	DidRecover: func(k *Case, s Step) { k.link(s.Data.Finding) },
	DidFeed:    func(*Case, Step) {},
	DidAccept:  func(*Case, Step) {},
	DidDecline: func(*Case, Step) {},
	DidPutRight: func(k *Case, s Step) {
		k.Parts = slices.Clone(k.Parts)
		for i := range k.Parts {
			if k.Parts[i].DoneStep == 0 && !k.Parts[i].DoneOn.IsZero() {
				k.Parts[i].DoneStep = s.N
			}
		}
	},
	DidCheck: func(k *Case, s Step) {
		k.Checked = Check{By: s.By, Unit: s.Unit, On: s.Data.Day, Words: s.Data.Words, Place: s.Data.Place}
	},
	DidClose: func(k *Case, s Step) {
		k.end(s)
		k.Despite, k.Asked.Until = s.Data.Despite, s.Data.Until
	},
	DidSendBack: func(k *Case, s Step) {
		k.again()
		k.Backs++
	},
	DidHandUp:   func(k *Case, s Step) { k.Hands++ },
	DidHandDown: func(k *Case, s Step) { k.Hands++ },
	DidHandOver: func(k *Case, s Step) { k.HandOver = s.Data.HandOver },
	DidReceipt: func(k *Case, s Step) {
		k.HandOver = s.Data.HandOver
		k.end(s)
	},
	DidTakeBack: func(k *Case, s Step) {
		k.HandOver = nil
		k.again()
	},
	DidRefuse: func(k *Case, s Step) { k.end(s) },
	DidMerge: func(k *Case, s Step) {
		k.end(s)
		k.Into = s.Data.Case
	},
	DidTakeIn: func(k *Case, s Step) {
		k.From = append(slices.Clone(k.From), s.Data.Case)
		k.Findings = append(slices.Clone(k.Findings), s.Data.Findings...)
		k.raise(s)
	},
	DidSplit: func(k *Case, s Step) { k.Kids = append(slices.Clone(k.Kids), s.Data.Kids...) },
	DidAdd:   func(*Case, Step) {},
	DidRung: func(k *Case, s Step) {
		r := s.Data.Rung
		k.Fired, k.Rung = append(slices.Clone(k.Fired), r.Key), r.Name
		if r.Listed && k.Listed.IsZero() {
			k.Listed, k.Decided = s.Data.Day, ""
		}
	},
	DidLetter: func(k *Case, s Step) { k.Letters = append(slices.Clone(k.Letters), *s.Data.Letter) },
	DidAnswer: func(k *Case, s Step) {
		k.Letters = slices.Clone(k.Letters)
		for i := range k.Letters {
			if k.Letters[i].ID == s.Data.Letter.ID {
				k.Letters[i].Answered = true
			}
		}
	},
	DidDecide: func(k *Case, s Step) { k.Decided = s.Data.Words },
	DidReply: func(k *Case, s Step) {
		k.Asked.On = s.Data.Day
		if s.Data.Yes {
			k.Asked.Yes++
			return
		}
		k.Asked.No++
		if s.Data.State != "" {
			k.again()
			k.Asked.Again = true
		}
	},
	DidSummarise: func(k *Case, s Step) { k.Title, k.Summary = s.Data.Title, s.Data.Words },
	DidExpose:    func(k *Case, s Step) { k.Sight = s.Data.Sight },
	DidConceal:   func(k *Case, s Step) { k.Sight = nil },
	DidHear:      func(*Case, Step) {},
}

// link writes what is newly known of a finding.
func (k *Case) link(l *Link) {
	k.Findings = slices.Clone(k.Findings)
	for i := range k.Findings {
		if k.Findings[i].ID == l.ID {
			k.Findings[i] = *l
		}
	}
}

func (k *Case) raise(s Step) {
	if s.Data.Severity != "" {
		k.Severity = s.Data.Severity
	}
}

func (k *Case) end(s Step) {
	k.ClosedOn, k.ClosedBy, k.CloseFor, k.Reason, k.Result = s.Data.Day, s.By, s.Unit, s.Data.Reason, s.Data.Words
}

// again takes back what was said of a case that is to be put right once more.
func (k *Case) again() {
	k.Checked, k.ClosedOn, k.ClosedBy, k.CloseFor, k.Reason, k.Result, k.Despite = Check{}, calendar.Date{}, "", "", "", "", ""
	k.Asked.Until = calendar.Date{}
}
