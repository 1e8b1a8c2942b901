package finding

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

// Raise finds something that no rule of this package finds. Seen again it is one more occurrence.
func (j *Judge) Raise(ctx context.Context, tx *db.Tx, r Raised) (Finding, error) {
	j.ready()
	at := r.At
	if at.IsZero() {
		at = tx.Now()
	}
	f := Finding{Rule: r.Rule, Subject: r.Subject, Entry: r.Entry, Unit: r.Unit, Severity: r.Severity, State: Open, Since: at, LastAt: at, Detail: r.Detail}
	if f.Severity == "" {
		f.Severity = Minor
	}
	return j.found(ctx, tx, f)
}

// Recover says that a finding is over, by evidence; false where none is open.
func (j *Judge) Recover(ctx context.Context, tx *db.Tx, rule, subject, over string, evidence []Seen) (bool, error) {
	j.ready()
	f, err := j.current(ctx, tx, rule, subject)
	if err != nil || f == nil || f.State != Open {
		return false, err
	}
	f.OverAt = tx.Now()
	return true, j.over(ctx, tx, f, Recovered, over, evidence)
}

// found writes what was found: one more occurrence of what is open, the same finding open again while its case is not closed,
// or a new finding.
func (j *Judge) found(ctx context.Context, tx *db.Tx, f Finding) (Finding, error) {
	seen := []Occurrence{{At: f.LastAt, Says: f.Says, Facts: f.Facts}}
	was, err := j.current(ctx, tx, f.Rule, f.Subject)
	if err != nil {
		return f, err
	}
	if was != nil && was.State == Open {
		was.Times++
		was.LastAt, was.Says = later(was.LastAt, f.LastAt), f.Says
		if err := j.updateFinding(ctx, tx, was, true); err != nil {
			return f, err
		}
		return *was, j.insertOccurrences(ctx, tx, was, seen)
	}
	if was != nil {
		carried, err := j.carried(ctx, tx, was.ID)
		if err != nil {
			return f, err
		}
		if carried {
			return j.reopen(ctx, tx, was, f, seen)
		}
		if err := j.updateFinding(ctx, tx, was, false); err != nil {
			return f, err
		}
	}
	return j.begin(ctx, tx, f, true)
}

// begin writes a new finding.
func (j *Judge) begin(ctx context.Context, tx *db.Tx, f Finding, current bool) (Finding, error) {
	f.Times, f.RaisedAt = 1, tx.Now()
	var err error
	if f.Inhibited, err = j.standsBefore(ctx, tx, &f); err != nil {
		return f, err
	}
	if err := j.insertFinding(ctx, tx, &f, current); err != nil {
		return f, err
	}
	if err := j.insertOccurrences(ctx, tx, &f, []Occurrence{{At: f.LastAt, Says: f.Says, Facts: f.Facts}}); err != nil {
		return f, err
	}
	return f, j.opened(ctx, tx, &f)
}

// carried reports whether an open case carries the finding.
func (j *Judge) carried(ctx context.Context, tx *db.Tx, id ID) (bool, error) {
	if j.CaseOpen == nil {
		return false, nil
	}
	return j.CaseOpen(ctx, tx, id)
}

func (j *Judge) reopen(ctx context.Context, tx *db.Tx, was *Finding, f Finding, seen []Occurrence) (Finding, error) {
	was.Times++
	was.State, was.LastAt, was.OverAt = Open, later(was.LastAt, f.LastAt), time.Time{}
	was.Says, was.Facts, was.Evidence, was.Over = f.Says, f.Facts, nil, ""
	var err error
	if was.Inhibited, err = j.standsBefore(ctx, tx, was); err != nil {
		return f, err
	}
	if err := j.updateFinding(ctx, tx, was, true); err != nil {
		return f, err
	}
	if err := j.insertOccurrences(ctx, tx, was, seen); err != nil {
		return f, err
	}
	return *was, j.opened(ctx, tx, was)
}

// opened tells of a finding, and puts it before those that it inhibits.
func (j *Judge) opened(ctx context.Context, tx *db.Tx, f *Finding) error {
	if r := j.byID[f.Rule]; r != nil && len(r.Inhibits) > 0 {
		list, err := j.openOf(ctx, tx, f.Entry, f.Subject)
		if err != nil {
			return err
		}
		for i := range list {
			g := &list[i]
			if g.ID != f.ID && slices.Contains(r.Inhibits, g.Rule) && (g.Inhibited == "" || f.Rule < g.Inhibited) {
				g.Inhibited = f.Rule
				if err := j.updateFinding(ctx, tx, g, true); err != nil {
					return err
				}
			}
		}
	}
	if f.Inhibited != "" || j.Opened == nil {
		return nil
	}
	return j.Opened(ctx, tx, *f)
}

// standsBefore is the rule whose open finding about the same thing stands before this one; empty where none does.
func (j *Judge) standsBefore(ctx context.Context, tx *db.Tx, f *Finding) (string, error) {
	rules := j.inhibitors[f.Rule]
	if len(rules) == 0 {
		return "", nil
	}
	list, err := j.openOf(ctx, tx, f.Entry, f.Subject)
	first := ""
	for _, g := range list {
		if g.ID != f.ID && slices.Contains(rules, g.Rule) && (first == "" || g.Rule < first) {
			first = g.Rule
		}
	}
	return first, err
}

// over ends a finding: by evidence, or because what it was found by no longer stands. f.OverAt is set already.
func (j *Judge) over(ctx context.Context, tx *db.Tx, f *Finding, as State, words string, evidence []Seen) error {
	f.State, f.Over, f.Evidence, f.Inhibited = as, words, evidence, ""
	// Without a case nothing carries it on: what comes again is another finding. Nor is it the one that may be seen again where a later one is.
	current := as == Recovered && f.Ladder != ""
	if current {
		newest, err := j.current(ctx, tx, f.Rule, f.Subject)
		if err != nil {
			return err
		}
		current = newest == nil || newest.ID == f.ID
	}
	if err := j.updateFinding(ctx, tx, f, current); err != nil {
		return err
	}
	if j.Over != nil {
		if err := j.Over(ctx, tx, *f, words); err != nil {
			return err
		}
	}
	return j.release(ctx, tx, f)
}

// release tells of what stood behind a finding that is over.
func (j *Judge) release(ctx context.Context, tx *db.Tx, f *Finding) error {
	r := j.byID[f.Rule]
	if r == nil || len(r.Inhibits) == 0 {
		return nil
	}
	list, err := j.openOf(ctx, tx, f.Entry, f.Subject)
	if err != nil {
		return err
	}
	for i := range list {
		g := &list[i]
		if g.Inhibited != f.Rule {
			continue
		}
		if g.Inhibited, err = j.standsBefore(ctx, tx, g); err != nil {
			return err
		}
		if err := j.updateFinding(ctx, tx, g, true); err != nil {
			return err
		}
		if g.Inhibited == "" && j.Opened != nil {
			if err := j.Opened(ctx, tx, *g); err != nil {
				return err
			}
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// inWords is a list of facts as a sentence: 值30，时间2023年9月20日12时.
func (j *Judge) inWords(seen []Seen) string {
	var parts []string
	for _, s := range seen {
		if len(parts) == 6 {
			break
		}
		parts = append(parts, j.InWords(s.Name)+" "+s.Value)
	}
	return strings.Join(parts, "，")
}

// timeWords is an instant in a sentence: 2023年9月20日12时.
func timeWords(t time.Time) string {
	l := t.In(calendar.Zone)
	s := calendar.DateOf(t).Chinese()
	if l.Hour() == 0 && l.Minute() == 0 {
		return s
	}
	s += l.Format("15时")
	if l.Minute() > 0 {
		s += l.Format("04分")
	}
	return s
}

func lines(s string) (out []string) {
	for _, l := range strings.Split(s, "\n") {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}
