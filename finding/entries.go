package finding

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/observation"
	"zhixing/register"
	"zhixing/rule"
)

// EntryChanged judges an entry that was written, and those that it refers to; set it as register.Registers.Changed.
func (j *Judge) EntryChanged(ctx context.Context, tx *db.Tx, c register.Change) error {
	j.ready()
	if err := j.entryChanged(ctx, tx, c); err != nil {
		return fmt.Errorf("finding.EntryChanged: %s: %w", c.After.Address(), err)
	}
	return nil
}

func (j *Judge) entryChanged(ctx context.Context, tx *db.Tx, c register.Change) error {
	w := j.world(tx)
	if c.Before != nil && c.Before.Key != c.After.Key {
		if err := j.renameSubject(ctx, tx, c.Before.Address(), c.After.Address()); err != nil {
			return err
		}
	}
	if err := w.placeSeries(ctx, c.After); err != nil {
		return err
	}
	if c.After.Removed() {
		if err := w.left(ctx, c); err != nil {
			return err
		}
	} else {
		for _, r := range j.byEntry[c.Schema.Name] {
			if err := w.entryOn(ctx, r, c.After, w.today()); err != nil {
				return err
			}
		}
	}
	if err := w.referred(ctx, c); err != nil {
		return err
	}
	for i := range c.Owed {
		if err := w.owed(ctx, &c.Owed[i]); err != nil {
			return err
		}
	}
	if c.Schema.Complete != nil {
		if err := w.complete(ctx, c.Schema); err != nil {
			return err
		}
	}
	return w.staleEntries(ctx, c)
}

// placeSeries makes and ends series as the entry now wants them.
func (w *world) placeSeries(ctx context.Context, e *register.Entry) error {
	o := w.j.Observations
	if o == nil || len(o.DefinitionsOf(string(e.Register))) == 0 {
		return nil
	}
	if e.Removed() {
		return o.Place(ctx, w.tx, string(e.Register), e.Key, nil)
	}
	f, ok := w.entryFacts(ctx, e, w.today())
	if !ok {
		return nil
	}
	return o.Place(ctx, w.tx, string(e.Register), e.Key, func(d *observation.Definition) (bool, error) { return wants(ctx, d, f) })
}

// wants reports whether an entry is to have a series: of one of which that cannot be told, nothing is asked.
func wants(ctx context.Context, d *observation.Definition, f rule.Facts) (bool, error) {
	wanted, err := d.When.Holds(ctx, f)
	if _, undecided := rule.Undecided(err); undecided {
		return false, nil
	}
	return wanted, err
}

// Unwanted says why an entry is to have no readings of a definition, for package observation; empty: it is.
func (j *Judge) Unwanted(ctx context.Context, tx *db.Tx, d *observation.Definition, key string) (why string, err error) {
	if d.When == nil {
		return "", nil
	}
	w := j.world(tx)
	e, err := w.entry(ctx, register.Name(d.Register), key, w.today())
	if err != nil || e == nil {
		return "", err
	}
	f, ok := w.entryFacts(ctx, e, w.today())
	if !ok {
		return "", nil
	}
	wanted, err := wants(ctx, d, f)
	if err != nil || wanted {
		return "", err
	}
	return fmt.Sprintf("“%s”不测“%s”：只测符合“%s”的。确实要测的，先把台账里的条目改对，再补报。", key, d.Title, d.When), nil
}

// left ends what was found about an entry that has left its register: there is nothing any more that it is true of.
func (w *world) left(ctx context.Context, c register.Change) error {
	address := c.After.Address()
	list, err := w.j.openOf(ctx, w.tx, address, "")
	if err != nil {
		return err
	}
	words := "条目已出册"
	if c.After.Into != "" {
		words = "条目已并入" + c.After.Into
	}
	if c.Record.Why != "" {
		words += "：" + c.Record.Why
	}
	for i := range list {
		f := &list[i]
		f.OverAt = w.tx.Now()
		open, err := w.j.episodesFrom(ctx, w.tx, trackKey{f.Rule, f.Subject}, f.OverAt)
		if err != nil {
			return err
		}
		for _, e := range open {
			if e.overAt.IsZero() {
				if err := w.j.endEpisode(ctx, w.tx, trackKey{f.Rule, f.Subject}, e.since, f.OverAt, f.ID); err != nil {
					return err
				}
			}
		}
		if err := w.j.over(ctx, w.tx, f, Recovered, words, []Seen{{"出册日期", c.After.RemovedOn.Chinese(), address}}); err != nil {
			return err
		}
	}
	return w.j.dropTracks(ctx, w.tx, address)
}

// referred looks again at the entries that a record of another register refers to, for rules that ask what refers to them.
func (w *world) referred(ctx context.Context, c register.Change) error {
	type target struct {
		name register.Name
		key  string
	}
	var done []target
	for i := range c.Schema.Fields {
		f := &c.Schema.Fields[i]
		if f.Type != register.Ref {
			continue
		}
		for _, e := range []*register.Entry{c.Before, c.After} {
			if e == nil || e.Values[f.Name] == "" || slices.Contains(done, target{f.Register, e.Values[f.Name]}) {
				continue
			}
			t := target{f.Register, e.Values[f.Name]}
			done = append(done, t)
			for _, r := range w.j.byEntry[t.name] {
				if !asksOf(r, c.Schema.Name) {
					continue
				}
				other, err := w.entry(ctx, t.name, t.key, calendar.Date{})
				if err != nil {
					return err
				}
				if other == nil || other.Removed() {
					continue
				}
				if err := w.entryOn(ctx, r, other, w.today()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// asksOf reports whether a rule asks for entries of a register.
func asksOf(r *Rule, name register.Name) bool {
	for _, e := range []*rule.Expr{r.When, r.Clears} {
		if e == nil {
			continue
		}
		for _, c := range e.Calls() {
			if c.Text(0) == string(name) {
				return true
			}
		}
	}
	return false
}

// entryOn is a rule's look at an entry on a day. A day counts once, as it was at its last look.
func (w *world) entryOn(ctx context.Context, r *Rule, e *register.Entry, on calendar.Date) error {
	tracks, err := w.j.tracksOf(ctx, w.tx, []string{r.ID}, []string{e.Address()})
	if err != nil {
		return err
	}
	return w.entryLook(ctx, r, e, on, tracks[trackKey{r.ID, e.Address()}])
}

func (w *world) entryLook(ctx context.Context, r *Rule, e *register.Entry, on calendar.Date, t track) error {
	facts, ok := w.entryFacts(ctx, e, on)
	if !ok {
		return nil
	}
	f := w.following(r, e.Address(), e.Address(), t)
	s := sight{look: look{at: on.Time()}, facts: facts, a: &facts.about, from: e.Address()}
	if on == w.today() {
		s.at = w.tx.Now()
	}
	if err := r.lookAt(ctx, &s, f.open); err != nil {
		return err
	}
	return f.day(ctx, s)
}

// day is a look at something that stands as it is until it changes: a day counts once, as it was at its last look, and what is open
// is not seen again for going on.
func (f *following) day(ctx context.Context, s sight) error {
	sameDay := !f.last.IsZero() && calendar.DateOf(f.last) == calendar.DateOf(s.at)
	switch {
	case f.open && s.holds:
		f.clears, f.last, f.lacks = 0, s.at, ""
		return f.done(ctx)
	case sameDay && !f.open && s.holds && f.holds > 0, sameDay && f.open && s.clears && f.clears > 0:
		return nil // the day is counted
	}
	if err := f.next(ctx, s); err != nil {
		return err
	}
	return f.done(ctx)
}

// Daily looks.

// restless reports whether what a rule says of an entry can change while the entry does not: it asks for the day, for values, for
// other entries or for the world, or counts days.
func restless(r *Rule) bool {
	if r.For > 1 || r.ClearFor > 1 {
		return true
	}
	for _, e := range []*rule.Expr{r.When, r.Clears} {
		if e == nil {
			continue
		}
		if len(e.Calls()) > 0 {
			return true
		}
		for _, n := range e.Names() {
			if n == "今天" || strings.Contains(n, ".") {
				return true
			}
		}
	}
	return false
}

// pageOf is how many entries one call of Tick looks at.
const pageOf = 500

// maxPause bounds for how many days that nobody counted an entry is looked at: after a longer one the older are left out.
const maxPause = 40

// daily looks at the entries of a restless rule, a page at a time; a rule is done with a day when all pages are. more says that
// there are others.
func (w *world) daily(ctx context.Context, r *Rule) (more bool, err error) {
	name := "entry/" + r.ID
	day, cursor, err := w.j.clock(ctx, w.tx, name)
	if err != nil || !day.Before(w.today()) {
		return false, err
	}
	if !restless(r) && !day.IsZero() { // looked at once as a whole, for entries that were there before the rule was
		return false, nil
	}
	page, err := w.j.Registers.List(ctx, w.tx, register.Inside, register.Query{Register: r.Entry, Size: pageOf, After: cursor, Uncounted: true})
	if err != nil {
		return false, err
	}
	var subjects []string
	for _, e := range page.Entries {
		subjects = append(subjects, e.Address())
	}
	tracks, err := w.j.tracksOf(ctx, w.tx, []string{r.ID}, subjects)
	if err != nil {
		return false, err
	}
	for _, e := range page.Entries {
		if err := w.days(ctx, r, e, day, tracks[trackKey{r.ID, e.Address()}]); err != nil {
			return false, err
		}
	}
	if page.Next != "" {
		return true, w.j.setClock(ctx, w.tx, name, day, page.Next)
	}
	return false, w.j.setClock(ctx, w.tx, name, w.today(), "")
}

// days looks at an entry on each day since the last one that was looked at, as far as it stood then as it stands now.
func (w *world) days(ctx context.Context, r *Rule, e *register.Entry, since calendar.Date, t track) error {
	today := w.today()
	first := today
	if since.IsZero() && !t.last.IsZero() { // a rule that was never counted by days has looked at this one when it changed
		since = calendar.DateOf(t.last)
	}
	if !since.IsZero() {
		first = since.AddDays(1)
		if oldest := today.AddDays(-maxPause); first.Before(oldest) {
			first = oldest
		}
		if changed := calendar.DateOf(e.ChangedAt); first.Before(changed) {
			first = changed
		}
	}
	for on := first; on.Before(today); on = on.AddDays(1) {
		if err := w.entryLook(ctx, r, e, on, t); err != nil {
			return err
		}
		tracks, err := w.j.tracksOf(ctx, w.tx, []string{r.ID}, []string{e.Address()})
		if err != nil {
			return err
		}
		t = tracks[trackKey{r.ID, e.Address()}]
	}
	return w.entryLook(ctx, r, e, today, t)
}
