// Package works runs what a county's policies order (施行): it wires registers, readings, judgement, cases, warnings, calls and plans
// together, keeps them at work while folders are loaded anew, and knows which person stands for a post today. Package policy reads the
// folders and knows nothing of it.
package works

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"zhixing/audience"
	"zhixing/bulletin"
	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/cases"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/emergency"
	"zhixing/finding"
	"zhixing/forecast"
	"zhixing/ledger"
	"zhixing/observation"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/register"
	"zhixing/relay"
	"zhixing/warning"
)

// Works is what runs the policies of a county: its registers, readings, judgement, cases, sends and bulletins, wired together in
// the one place where that is done. The server, tests and examples use the same. It is never changed; where policies are loaded
// again, or another one comes into force, another Works takes its place.
//
//	w, err := works.New(&county, ledger, calendar.DateOf(now), nil)
//	entry, err := w.Registers.Add(ctx, tx, by, "outlets", input) // judged, and a case opened, in the same transaction
//	err = w.Tick(ctx, d)                                          // everything that has come due
type Works struct {
	County       *policy.County
	Set          *policy.Set   // in force on Day
	Day          calendar.Date // of the definitions
	Ledger       *ledger.Ledger
	Registers    *register.Registers
	Observations *observation.Observations
	Judge        *finding.Judge
	Cases        *cases.Cases
	Relay        *relay.Relay
	Bulletins    *bulletin.Bulletins
	Audience     *audience.Audience // set its Memory before it is used, where one is there
	Warnings     *warning.Warnings
	Forecasts    *forecast.Products
	Emergencies  *emergency.Emergencies
	Callup       *callup.Callup
	Outbox       *channel.Outbox // nil: nothing leaves the house
	Site         string          // https://… by which people outside reach the pages; empty: messages carry no links

	followed atomic.Pointer[followed]
}

// New wires what the policies order, as they are in force on a day. A county that keeps no ledger hands in nil: its cases go by
// working days all the same, around the clock. to are the platforms of higher levels that can be reached.
func New(c *policy.County, l *ledger.Ledger, day calendar.Date, to map[string]relay.Destination) (*Works, error) {
	set := c.Policies
	if set == nil {
		set = &policy.Set{}
	}
	if l == nil {
		l = &ledger.Ledger{County: string(c.Place.Code), Office: c.Office, Government: c.Government, Book: c.Book, Rules: ledger.Rules{Workdays: c.Workdays}}
	}
	w := &Works{County: c, Set: set.On(day), Day: day, Ledger: l}
	code := string(c.Place.Code)
	w.Registers = &register.Registers{County: code, Schemas: w.Set.Registers, Directory: c.Directory, Places: set.Places, Workdays: c.Workdays, Seasons: l.Rules.Seasons}
	var err error
	if w.Observations, err = observation.New(code, w.Set.Series); err != nil {
		return nil, fmt.Errorf("works.New: %w", err)
	}
	w.Judge = &finding.Judge{County: code, Registers: w.Registers, Observations: w.Observations, Rules: w.Set.Rules, Indicators: w.Set.Indicators,
		Values: w.Set.Values, Workdays: c.Workdays}
	w.Cases = &cases.Cases{Ledger: l, Ladders: w.Set.Ladders, Checklists: w.Set.Checklists, Services: w.Set.Services, Judge: w.Judge,
		Below: villages(set, c.Directory), TownOf: func(p cases.Point) (town, village string) {
			return set.Places.Find(register.XY{X: tenMillionths(p.Lon), Y: tenMillionths(p.Lat)})
		}}
	w.Relay = &relay.Relay{County: code, Sends: w.Set.Sends, Destinations: to}
	w.Bulletins = &bulletin.Bulletins{County: code, Definitions: w.Set.Bulletins, Judge: w.Judge, Registers: w.Registers, Workdays: c.Workdays, Seasons: l.Rules.Seasons,
		CaseOf: w.caseOf, Listed: w.listed}
	w.Audience = &audience.Audience{County: code, Towns: townNames(c), Places: set.Places, Line: audience.OfRegisters(w.Registers), Stands: w.stands}
	w.Warnings = &warning.Warnings{County: code, Place: c.Place.County, Hazards: w.Set.Hazards, CodeOf: w.codeOf, Audience: w.told, Reached: w.reached}
	w.Emergencies = &emergency.Emergencies{County: code, Plans: w.Set.Plans, Ledger: l, Registers: w.Registers, Observations: w.Observations}
	if w.Forecasts, err = forecast.New(code, slices.Clone(c.Grids), set.Places); err != nil {
		return nil, fmt.Errorf("works.New: %w", err)
	}
	w.Forecasts.Readings, w.Warnings.Exceed, w.Warnings.Rests, w.Warnings.PassedOn = w.gauges, w.exceed, w.rests, w.passed
	w.Warnings.Start, w.Warnings.Note, w.Warnings.Ordered, w.Warnings.Lifted = w.start, w.noteWarning, w.orderedByWarning, w.liftedByWarning
	if c.Rules != nil { // a ledger is kept
		w.Emergencies.Lesson = w.lesson
	}
	w.Emergencies.Note, w.Emergencies.Ordered = w.noteEmergency, w.orderedByPlan
	w.Callup = &callup.Callup{County: code, Holders: w.seatHolders, Person: w.person, Has: w.calls, Reported: w.heard}
	w.Connect(nil)
	w.hook()
	return w, nil
}

// hook lets each package tell the next one, in the same transaction.
func (w *Works) hook() {
	w.Registers.Beyond = w.Judge.Beyond
	w.Registers.Changed = func(ctx context.Context, tx *db.Tx, c register.Change) error {
		if err := w.Judge.EntryChanged(ctx, tx, c); err != nil {
			return err
		}
		if err := w.follow(ctx, tx, c); err != nil {
			return err
		}
		return w.Relay.Changed(ctx, tx, c)
	}
	w.Observations.Recorded = func(ctx context.Context, tx *db.Tx, readings []observation.Reading) error {
		if err := w.Judge.Recorded(ctx, tx, readings); err != nil {
			return err
		}
		return w.Relay.Recorded(ctx, tx, readings, func(name observation.SeriesName) string {
			if d := w.Observations.Definition(name); d != nil {
				return string(d.Unit)
			}
			return ""
		})
	}
	w.Observations.Known = func(ctx context.Context, tx *db.Tx, name, key string) (bool, error) {
		e, err := w.Registers.Get(ctx, tx, register.Inside, register.Name(name), key, register.AsOf{})
		if register.KindOf(err) == register.NotFound {
			return false, nil
		}
		return err == nil && !e.Removed(), err
	}
	w.Observations.Unwanted = w.Judge.Unwanted
	w.Judge.CaseOpen = w.Cases.CaseOpen
	w.Judge.Opened = func(ctx context.Context, tx *db.Tx, f finding.Finding) error {
		if err := w.propose(ctx, tx, f); err != nil {
			return err
		}
		return w.Cases.Opened(ctx, tx, f)
	}
	w.Cases.Woken = w.woken
	w.Judge.Over = func(ctx context.Context, tx *db.Tx, f finding.Finding, words string) error {
		if err := w.Warnings.Over(ctx, tx, f); err != nil {
			return err
		}
		if err := w.Emergencies.Withdraw(ctx, tx, findingCause(f.ID), words); err != nil {
			return err
		}
		return w.Cases.Over(ctx, tx, f, words)
	}
}

// villages are those whose outlines are known: they hold cases, and their town speaks for them.
func villages(s *policy.Set, d *org.Directory) []cases.Below {
	var out []cases.Below
	if s.Places == nil {
		return nil
	}
	for _, p := range s.Places.List {
		if p.Kind != register.VillagePlace {
			continue
		}
		town := p.Town
		if u, ok := d.Resolve(town); ok {
			town = u.Name
		}
		out = append(out, cases.Below{Name: p.Name, Level: cases.Village, Town: town})
	}
	return out
}

// tenMillionths is how package register counts degrees.
func tenMillionths(degrees float64) int32 { return int32(math.Round(degrees * 1e7)) }

// clerk reads for bulletins, which go out in the county office's name.
func (w *Works) clerk() cases.Actor {
	return cases.Actor{Account: ledger.System.Account, Name: ledger.System.Name, Seats: []personnel.Seat{{Unit: w.County.Office, Role: personnel.Office}}}
}

// caseOf says how the case of a finding stands.
func (w *Works) caseOf(ctx context.Context, tx *db.Tx, f finding.ID) (string, error) {
	id, err := w.Cases.CaseOf(ctx, tx, int64(f))
	if err != nil || id == 0 {
		return "", err
	}
	k, err := w.Cases.Of(ctx, tx, w.clerk(), id)
	if err != nil {
		return "", err
	}
	out := string(k.State)
	if due := k.Due(); !due.IsZero() && k.Open() {
		out += "，应于" + due.String() + "前完成"
	}
	return out, nil
}

// listed are the cases that wait for a decision on accountability: case, units, since when, basis.
func (w *Works) listed(ctx context.Context, tx *db.Tx) (out [][]string, err error) {
	err = w.Cases.Each(ctx, tx, w.clerk(), cases.Query{Listed: true}, func(r cases.Row) error {
		units := ""
		for i, u := range r.Units() {
			if i > 0 {
				units += "、"
			}
			units += u
		}
		out = append(out, []string{r.Title, units, r.Listed.String(), r.Basis})
		return nil
	})
	return out, err
}

// Tick does what has come due, in transactions of its own, until nothing is: means, days, silence, obligations, indicators, rungs.
// Whatever the pause, the same comes of it.
func (w *Works) Tick(ctx context.Context, d *db.DB) error {
	for _, part := range []struct {
		name string
		do   func(*db.Tx) (more bool, err error)
	}{
		{"observation", func(tx *db.Tx) (bool, error) { return w.Observations.Tick(ctx, tx, tx.Now()) }},
		{"finding", func(tx *db.Tx) (bool, error) { return w.Judge.Tick(ctx, tx) }},
		{"cases", func(tx *db.Tx) (bool, error) { n, err := w.Cases.Tick(ctx, tx, tx.Now()); return n > 0, err }},
		{"warning", func(tx *db.Tx) (bool, error) { return w.Warnings.Tick(ctx, tx, tx.Now()) }},
		{"audience", func(tx *db.Tx) (bool, error) { return false, w.Audience.Tick(ctx, tx, tx.Now()) }},
		{"emergency", func(tx *db.Tx) (bool, error) { return w.Emergencies.Tick(ctx, tx, tx.Now()) }},
	} {
		for more := true; more; {
			err := d.Write(ctx, func(tx *db.Tx) (err error) {
				more, err = part.do(tx)
				return err
			})
			if err != nil {
				return fmt.Errorf("works.Tick: %s: %w", part.name, err)
			}
		}
	}
	if err := w.followPosts(ctx, d); err != nil {
		return err
	}
	return w.carried(ctx, d)
}
