package score

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
)

// Of marks the units of a county for a period, as of today.
func Of(ctx context.Context, tx *db.Tx, led *ledger.Ledger, rules *Rules, p Period, today calendar.Date) (Table, error) {
	return Table{}, nil
}

// SeenBy is the part of the table that the actor may see: all of it, or the lines of his units.
func (t Table) SeenBy(by ledger.Actor) Table { return t }

// Summary is the table for XLSX and CSV, headings first: a line a unit.
func (t Table) Summary() [][]string { return nil }

// Details is the table for XLSX and CSV, headings first: a line a deduction.
func (t Table) Details() [][]string { return nil }

// MakeAppeal appeals against a deduction (申诉), for the unit that was charged.
func MakeAppeal(ctx context.Context, tx *db.Tx, led *ledger.Ledger, rules *Rules, by ledger.Actor, p Period, k Key, reason string) (Appeal, error) {
	return Appeal{}, nil
}

// DecideAppeal decides on an appeal (裁定).
func DecideAppeal(ctx context.Context, tx *db.Tx, led *ledger.Ledger, by ledger.Actor, id int64, upheld bool, reason string) (Appeal, error) {
	return Appeal{}, nil
}

// Appeals are the appeals that the actor may see, newest first; with undecided only those that wait.
func Appeals(ctx context.Context, tx *db.Tx, led *ledger.Ledger, by ledger.Actor, undecided bool, limit int) ([]Appeal, error) {
	return nil, nil
}

// Freeze keeps the table of a period that is over as it is announced (定稿).
func Freeze(ctx context.Context, tx *db.Tx, led *ledger.Ledger, rules *Rules, by ledger.Actor, p Period) (Freezing, error) {
	return Freezing{}, nil
}

// Freezings are the kept tables, newest first.
func Freezings(ctx context.Context, tx *db.Tx, county string, limit int) ([]Freezing, error) {
	return nil, nil
}

// Frozen reads a kept table, and checks it against its hash.
func Frozen(ctx context.Context, tx *db.Tx, county string, id int64) (Freezing, Table, error) {
	return Freezing{}, Table{}, nil
}

// Deeds gives what pages call this package's records in the journal.
var Deeds = map[string]string{"score.appeal": "对扣分申诉", "score.decide": "裁定申诉", "score.freeze": "考核结果定稿"}
