package finding

import (
	"context"
	"errors"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/observation"
	"zhixing/register"
)

var errTodo = errors.New("finding: not built yet")

// EntryChanged judges an entry that was written, and what refers to it; set it as register.Registers.Changed.
func (j *Judge) EntryChanged(ctx context.Context, tx *db.Tx, c register.Change) error { return errTodo }

// Recorded judges readings that were recorded; set it as observation.Observations.Recorded.
func (j *Judge) Recorded(ctx context.Context, tx *db.Tx, changed []observation.Reading) error {
	return errTodo
}

// Tick does what time brings, at most so much at once; more says that it wants to be called again. Whatever the pause, and
// however often it is called, the same comes of it.
func (j *Judge) Tick(ctx context.Context, tx *db.Tx) (more bool, err error) { return false, errTodo }

// Raise finds something that no rule of this package finds. Seen again it is one more occurrence.
func (j *Judge) Raise(ctx context.Context, tx *db.Tx, r Raised) (Finding, error) {
	return Finding{}, errTodo
}

// Recover says that a finding is over, by evidence; false where none is open.
func (j *Judge) Recover(ctx context.Context, tx *db.Tx, rule, subject, over string, evidence []Seen) (bool, error) {
	return false, errTodo
}

// Findings is a page of findings.
func (j *Judge) Findings(ctx context.Context, tx *db.Tx, q Query) ([]Finding, error) {
	return nil, errTodo
}

// Finding is one of them; false where there is none.
func (j *Judge) Finding(ctx context.Context, tx *db.Tx, id ID) (Finding, bool, error) {
	return Finding{}, false, errTodo
}

// Occurrences are the first and the latest times that a finding was seen, newest first.
func (j *Judge) Occurrences(ctx context.Context, tx *db.Tx, id ID) ([]Occurrence, error) {
	return nil, errTodo
}

// Unknown lists what rules cannot tell, of one rule, or of all where it is empty.
func (j *Judge) Unknown(ctx context.Context, tx *db.Tx, rule string) ([]Unknown, error) {
	return nil, errTodo
}

// Rejudged lists what late facts changed, newest first; subject empty: of all.
func (j *Judge) Rejudged(ctx context.Context, tx *db.Tx, rule, subject string) ([]Rejudged, error) {
	return nil, errTodo
}

// Compute is an indicator in the period that a day lies in, as it stands now: key names the entry, empty for the county.
func (j *Judge) Compute(ctx context.Context, tx *db.Tx, id, key string, on calendar.Date) (Result, error) {
	return Result{}, errTodo
}

// ComputeAll is Compute for every entry, by key.
func (j *Judge) ComputeAll(ctx context.Context, tx *db.Tx, id string, on calendar.Date) ([]Result, error) {
	return nil, errTodo
}

// Kept are the results of periods that are over, newest first, at most n.
func (j *Judge) Kept(ctx context.Context, tx *db.Tx, id, key string, n int) ([]Result, error) {
	return nil, errTodo
}
