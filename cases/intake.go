package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/personnel"
)

// Found is a finding as a case takes it up.
type Found struct {
	ID       int64            `json:"id"` // of the finding; occurrences have the same
	Rule     string           `json:"rule"`
	Subject  string           `json:"subject"`
	Label    string           `json:"label,omitempty"` // of the subject, for people
	Title    string           `json:"title"`
	Says     string           `json:"says,omitempty"`
	Severity finding.Severity `json:"severity,omitempty"`
	Unit     string           `json:"unit,omitempty"` // that has to put it right
	Basis    string           `json:"basis,omitempty"`
	Place    *Point           `json:"place,omitempty"`
	Town     string           `json:"town,omitempty"`
	Ladder   string           `json:"ladder,omitempty"` // empty: no case
	Reading  bool             `json:"reading,omitempty"`
	Source   Source           `json:"source,omitempty"` // empty: ByFinding
	At       time.Time        `json:"at"`
}

// Open takes a finding up: into the open case that carries it, as one more occurrence; into an open case with which it agrees in
// the labels of its ladder; else into a new case. It gives 0 where there is none: the finding has no ladder, or its rule is silenced
// for its subject. The same finding opened twice makes one case.
func (c *Cases) Open(ctx context.Context, tx *db.Tx, f Found) (ID, error) {
	const op = "Open"
	if f.At.IsZero() {
		f.At = tx.Now()
	}
	quiet, err := silenced(ctx, tx, c.county(), f.Rule, f.Subject, tx.Now())
	if err == nil && quiet != nil {
		err = keepQuiet(ctx, tx, c.county(), f, quiet.Until)
	}
	if err != nil || f.Ladder == "" {
		return 0, wrap(op, err)
	}
	earlier, err := c.carrying(ctx, tx, f)
	if err != nil {
		return 0, wrap(op, err)
	}
	if earlier != nil && earlier.Open() {
		return earlier.ID, wrap(op, c.recur(ctx, tx, earlier, f))
	}
	if quiet != nil {
		return 0, nil
	}
	l := c.LadderOf(f.Ladder)
	group := groupKey(l, f)
	if id, err := joinable(ctx, tx, c.county(), group); err != nil || id != 0 {
		if err != nil {
			return 0, wrap(op, err)
		}
		k, err := load(ctx, tx, c.county(), id)
		if err != nil {
			return 0, wrap(op, err)
		}
		return id, wrap(op, c.join(ctx, tx, k, f))
	}
	data := Data{Findings: []Link{f.link()}}
	o := Opening{Source: f.Source, Ladder: f.Ladder, Title: titleOf(f), Text: f.Says, Basis: firstOf(f.Basis, l.Basis.String()), Severity: f.Severity,
		Place: f.Place, Town: f.Town, Group: group, Owner: c.owner(l)}
	if o.Source == "" {
		o.Source = ByFinding
	}
	if earlier == nil {
		if earlier, err = c.closedLike(ctx, tx, f); err != nil {
			return 0, wrap(op, err)
		}
	}
	if earlier != nil && earlier.State == Closed && !earlier.ClosedOn.IsZero() {
		o.Earlier = earlier.ID
		if l.Again.Unit != "" && !l.Again.After(earlier.ClosedOn, c.Ledger.Rules.Workdays).Before(today(tx)) {
			data.Held = earlier.Units()
		}
	}
	k, err := c.open(ctx, tx, ledger.System, personnel.Seat{}, o, f.Unit, data, "")
	if err != nil {
		return 0, wrap(op, err)
	}
	return k.ID, wrap(op, insertLink(ctx, tx, c.county(), k.ID, f))
}

// owner is the unit that feeds back, checks and closes by a ladder.
func (c *Cases) owner(l Ladder) string {
	if u, ok := c.Ledger.Book.Directory().Resolve(l.Owner); ok {
		return u.Name
	}
	return c.Ledger.Office
}

func titleOf(f Found) string {
	if f.Label == "" || strings.Contains(f.Title, f.Label) {
		return f.Title
	}
	return f.Label + f.Title
}

func (f Found) link() Link {
	return Link{ID: f.ID, Rule: f.Rule, Subject: f.Subject, Label: f.Label, Title: f.Title, Says: f.Says, Severity: f.Severity, Basis: f.Basis,
		Reading: f.Reading, Since: f.At, Times: 1}
}

// groupKey is what a finding has in common with those that join its case.
func groupKey(l Ladder, f Found) string {
	by := l.GroupBy
	if len(by) == 0 {
		by = []Label{ByRule, BySubject}
	}
	key := []string{l.ID}
	for _, b := range by {
		key = append(key, fmt.Sprintf("%s=%q", b, map[Label]string{ByRule: f.Rule, BySubject: f.Subject, ByUnit: f.Unit}[b]))
	}
	return strings.Join(key, " ")
}

// open opens a case in 反馈.
func (c *Cases) open(ctx context.Context, tx *db.Tx, by Actor, seat personnel.Seat, o Opening, unit string, data Data, once string) (*Case, error) {
	id, err := nextID(ctx, tx, "case_record", c.county())
	if err != nil {
		return nil, err
	}
	k := &Case{County: c.county(), ID: ID(id), Ladder: o.Ladder}
	data.Opening, data.State, data.Parts = &o, Feedback, []Part{{Unit: unit, State: Feedback}}
	data.Begin = []Begin{c.start(k, 0, Feedback, o.Owner, today(tx))}
	if data.Day.IsZero() {
		data.Day = today(tx)
	}
	if err := c.do(ctx, tx, by, seat, k, DidOpen, once, data); err != nil {
		return nil, err
	}
	return k, c.tellHolders(ctx, tx, k, "发现问题，请反馈责任单位", firstOf(data.Words, o.Text))
}

// recur notes one more occurrence of a finding that an open case carries. What was said to be put right goes back: the facts say
// otherwise.
func (c *Cases) recur(ctx context.Context, tx *db.Tx, k *Case, f Found) error {
	i := slices.IndexFunc(k.Findings, func(l Link) bool { return l.ID == f.ID })
	if i < 0 {
		return c.join(ctx, tx, k, f)
	}
	l := k.Findings[i]
	if l.Recovered.IsZero() { // it goes on: the finding counts its own occurrences
		return nil
	}
	l.Times++
	l.Recovered, l.Evidence, l.Says, l.Severity = time.Time{}, "", firstOf(f.Says, l.Says), worse(l.Severity, f.Severity)
	data := Data{Finding: &l, Severity: worse(k.Severity, f.Severity), Words: f.Says}
	if k.State == Checking || k.State == Closing {
		back, err := c.backData("Open", k, nil, today(tx))
		if err != nil {
			return err
		}
		back.Finding, back.Severity, back.Words = data.Finding, data.Severity, data.Words
		data = back
	}
	if err := c.do(ctx, tx, ledger.System, personnel.Seat{}, k, DidRecur, "", data); err != nil {
		return err
	}
	return c.tellHolders(ctx, tx, k, "再次发生，退回整改", f.Says)
}

// join takes another finding into an open case.
func (c *Cases) join(ctx context.Context, tx *db.Tx, k *Case, f Found) error {
	l := f.link()
	if err := c.do(ctx, tx, ledger.System, personnel.Seat{}, k, DidJoin, "", Data{Finding: &l, Severity: worse(k.Severity, f.Severity), Words: f.Says}); err != nil {
		return err
	}
	return insertLink(ctx, tx, c.county(), k.ID, f)
}

// Recovered notes that a finding is over, by evidence. The case goes on: it has still to be checked and closed.
func (c *Cases) Recovered(ctx context.Context, tx *db.Tx, findingID int64, evidence string) error {
	const op = "Recovered"
	if err := wake(ctx, tx, c.county(), findingID); err != nil { // what is over is not opened when its silence ends
		return wrap(op, err)
	}
	id, err := caseOf(ctx, tx, c.county(), findingID)
	if err != nil || id == 0 {
		return wrap(op, err)
	}
	k, err := load(ctx, tx, c.county(), id)
	if err != nil {
		return wrap(op, err)
	}
	i := slices.IndexFunc(k.Findings, func(l Link) bool { return l.ID == findingID })
	if i < 0 || !k.Findings[i].Recovered.IsZero() {
		return nil
	}
	l := k.Findings[i]
	l.Recovered, l.Evidence = tx.Now(), cut(evidence, maxLetters)
	return wrap(op, c.do(ctx, tx, ledger.System, personnel.Seat{}, k, DidRecover, "", Data{Finding: &l, Words: l.Evidence}))
}

// carrying is the newest case that carries the finding, followed to where it was merged into; nil where there is none.
func (c *Cases) carrying(ctx context.Context, tx *db.Tx, f Found) (*Case, error) {
	id, err := caseOf(ctx, tx, c.county(), f.ID)
	if err != nil || id == 0 {
		return nil, err
	}
	return load(ctx, tx, c.county(), id)
}

// closedLike is the newest closed case of the same rule and subject.
func (c *Cases) closedLike(ctx context.Context, tx *db.Tx, f Found) (*Case, error) {
	id, err := newestOf(ctx, tx, c.county(), f.Rule, f.Subject)
	if err != nil || id == 0 {
		return nil, err
	}
	return load(ctx, tx, c.county(), id)
}
