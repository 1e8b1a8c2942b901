package score

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
)

// Freeze keeps the table of a period that is over as it is announced (定稿), so that a later correction or appeal does not
// change what was said. It may be done again when the table has changed; the newest is what stands.
func Freeze(ctx context.Context, tx *db.Tx, led *ledger.Ledger, rules *Rules, by ledger.Actor, p Period) (Freezing, error) {
	const op = "Freeze"
	if !by.Everywhere(ledger.ActDecide) {
		return Freezing{}, refuse(ledger.NotAllowed, op, "只有县政府办公室可以将考核结果定稿。")
	}
	t, err := Of(ctx, tx, led, rules, p, calendar.DateOf(tx.Now()))
	if err != nil {
		return Freezing{}, err
	}
	if !t.Over {
		return Freezing{}, refuse(ledger.WrongState, op, "考核期到%s才结束，之后才能定稿。", p.To.Chinese())
	}
	b, err := json.Marshal(t)
	if err != nil {
		return Freezing{}, wrap(op, err)
	}
	sum := sha256.Sum256(b)
	f := Freezing{Period: p, By: by.Account, At: tx.Now(), SHA256: hex.EncodeToString(sum[:])}
	newest, err := newestFreezing(ctx, tx, led.County, p)
	switch {
	case err != nil:
		return f, wrap(op, err)
	case newest.SHA256 == f.SHA256:
		return f, refuse(ledger.Conflict, op, "这个考核期已经定稿，此后没有变化。")
	}
	if f.ID, err = insertFrozen(ctx, tx, led.County, f, b); err != nil {
		return f, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, led.County, journal.Entry{Who: by.Account, What: "score.freeze", Subject: f.About(), Basis: rules.Rule.Cite(),
		Detail: fmt.Sprintf("%s至%s %d个单位 sha256:%s", p.From, p.To, len(t.Units), f.SHA256)})
	return f, wrap(op, err)
}

// Path is the address of the kept table's page.
func (f Freezing) Path() string { return fmt.Sprintf("/scores/frozen/%d", f.ID) }

// About is the kept table's name in the journal.
func (f Freezing) About() string { return fmt.Sprintf("score/%d", f.ID) }

// Frozen reads a kept table, and checks it against its hash.
func Frozen(ctx context.Context, tx *db.Tx, county string, id int64) (Freezing, Table, error) {
	const op = "Frozen"
	f, b, err := loadFrozen(ctx, tx, county, id)
	if err != nil {
		return f, Table{}, wrap(op, err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != f.SHA256 {
		return f, Table{}, fmt.Errorf("score.Frozen: table %d of %s is not the one that was kept: its hash differs", id, county)
	}
	var t Table
	err = json.Unmarshal(b, &t)
	return f, t, wrap(op, err)
}
