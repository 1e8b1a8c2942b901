// Package bulletin makes the reports that documents order to come round (通报): for a period, how indicators stand against their
// targets, what problems were found and whose they are, what lists hold and what is late. Nothing in it is written by hand.
//
//	b, err := bulletins.Make(ctx, tx, "section-month", september12) // of September, as it stands now
//	b, err = bulletins.Issue(ctx, tx, "示例账号", "section-month", on, "水质通报〔2023〕9号") // kept as it is
//	docx, err := b.Paper("甲县生态环境分局", false).DOCX()
//
// A bulletin of a Definition that is Public shows only what the public may see, whoever asks for it, so that issuing it lets
// nothing out: entries go through their register's public view, and the sentences of findings, which may name anything, stay in.
package bulletin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/journal"
	"zhixing/register"
	"zhixing/rule"
)

// Definition is a bulletin as a document orders it.
type Definition struct {
	ID         string // one in the county
	Title      string
	Policy     string
	Basis      rule.Basis
	Mechanisms []string
	Every      calendar.Recurrence
	Indicators []string
	Rules      []string // of findings: also register/obligation, register/complete, checklist/item
	Registers  []register.Name
	Listed     bool     // with the list of cases that wait for a decision on accountability
	To         []string // canonical names, sets among them
	Public     bool
	File       string
	LineNo     int
}

// Bulletins are the bulletins of a county. It is safe for use by many goroutines.
type Bulletins struct {
	County      string
	Definitions []*Definition
	Judge       *finding.Judge
	Registers   *register.Registers
	Workdays    *calendar.Workdays
	Seasons     calendar.Seasons

	// CaseOf says in a few words how the case of a finding stands: 整改，应于2023-10-20前完成. nil: nothing is said of cases.
	CaseOf func(ctx context.Context, tx *db.Tx, f finding.ID) (string, error)
	// Listed are the cases that wait for a decision on accountability: 事项, 单位, 自, 依据. nil: none are.
	Listed func(ctx context.Context, tx *db.Tx) ([][]string, error)
}

// Find is the definition with this id.
func (b *Bulletins) Find(id string) (*Definition, bool) {
	i := slices.IndexFunc(b.Definitions, func(d *Definition) bool { return d.ID == id })
	if i < 0 {
		return nil, false
	}
	return b.Definitions[i], true
}

// Bulletin is one of them, for a period.
type Bulletin struct {
	ID     string          `json:"id"`
	Title  string          `json:"title"`
	Period calendar.Period `json:"period"`
	Label  string          `json:"label"` // 2023年9月
	Basis  string          `json:"basis"` // document and clause
	To     []string        `json:"to"`
	Public bool            `json:"public"`
	AsOf   time.Time       `json:"as_of"` // when the record was looked at
	Parts  []Part          `json:"parts"`

	// Of an issued one.
	No     string    `json:"no,omitempty"`
	Nth    int       `json:"-"`
	Issued time.Time `json:"-"`
	By     string    `json:"-"`
}

// Part is a table, and what it says in one sentence.
type Part struct {
	Title   string     `json:"title"`
	Says    string     `json:"says"`
	Columns []string   `json:"columns,omitempty"`
	Rows    [][]string `json:"rows,omitempty"`
}

// Period is the period of a bulletin in which a day lies; false where it has none then.
func (b *Bulletins) Period(d *Definition, on calendar.Date) (calendar.Period, bool) {
	return d.Every.Period(on, b.Seasons, b.Workdays)
}

// Issue makes the bulletin of the period in which the day lies and keeps it. Issued again, it replaces the one before, which
// stays on record.
func (b *Bulletins) Issue(ctx context.Context, tx *db.Tx, by, id string, on calendar.Date, no string) (Bulletin, error) {
	out, err := b.Make(ctx, tx, id, on)
	if err != nil {
		return out, err
	}
	out.No = no
	body, err := json.Marshal(out)
	if err != nil {
		return out, err
	}
	if out.Nth, err = keep(ctx, tx, b.County, out, string(body), by); err != nil {
		return out, fmt.Errorf("bulletin.Issue: %w", err)
	}
	out.Issued, out.By = tx.Now(), by
	_, err = journal.Append(ctx, tx, b.County, journal.Entry{Who: by, What: "bulletin.issue", Subject: "bulletins/" + id + "/" + out.Period.From.String(), Basis: out.Basis, Detail: no})
	return out, err
}

// Issued lists issued bulletins, newest first, at most limit; id empty: of all. Of each period it has the one in force, which replaced
// those before.
func (b *Bulletins) Issued(ctx context.Context, tx *db.Tx, id string, public bool, limit int) ([]Bulletin, error) {
	return issued(ctx, tx, b.County, id, public, limit)
}

// Kept are the bulletins that were issued for the period in which a day lies: first the one in force, then those that it replaced. One
// that no policy orders any more is found by the first day of its period. The public sees none where the one in force is not for it.
func (b *Bulletins) Kept(ctx context.Context, tx *db.Tx, id string, on calendar.Date, public bool) ([]Bulletin, error) {
	if d, ok := b.Find(id); ok {
		if p, ok := b.Period(d, on); ok {
			on = p.From
		}
	}
	list, err := ofPeriod(ctx, tx, b.County, id, on.String())
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if public && !list[0].Public {
		return nil, nil
	}
	return slices.DeleteFunc(list, func(x Bulletin) bool { return public && !x.Public }), nil
}

// Deeds are the journal's words of this package in Chinese.
var Deeds = map[string]string{"bulletin.issue": "印发通报"}

// Error is a refusal, with a sentence for people.
type Error struct{ Sentence string }

func (e *Error) Error() string { return e.Sentence }
