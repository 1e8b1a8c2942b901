package cases

import (
	"context"
	"fmt"
	"time"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
)

// Silence keeps a rule quiet for a subject for a time, with the reason: its findings go on being recorded, but there is neither case
// nor notice, and nothing is proposed. Open cases go on.
type Silence struct {
	ID      int64
	Rule    string
	Subject string // empty: every subject
	From    time.Time
	Until   time.Time
	Reason  string
	By      string // account
	At      time.Time
	EndedBy string // before its time
	EndedAt time.Time
}

// maxSilence is how long a rule can be silenced at once: nothing is quiet for good by forgetting.
const maxSilence = 92 * 24 * time.Hour

// PutSilence silences a rule.
func (c *Cases) PutSilence(ctx context.Context, tx *db.Tx, by Actor, s Silence) (Silence, error) {
	const op = "PutSilence"
	if _, err := can(op, by, ActSilence); err != nil {
		return s, err
	}
	if s.From.IsZero() || s.From.Before(tx.Now()) {
		s.From = tx.Now()
	}
	switch {
	case s.Rule == "" || len(s.Rule) > 200 || len(s.Subject) > 300 || !readable(s.Rule+s.Subject):
		return s, wrong(op, "rule", "请写明静默哪一条规则。")
	case !s.From.Before(s.Until):
		return s, wrong(op, "until", "静默的终点应在起点之后。")
	case s.Until.Sub(s.From) > maxSilence:
		return s, wrong(op, "until", "一次最多静默三个月，到期再看。")
	}
	if err := checkWords(op, "reason", "静默理由", s.Reason, true); err != nil {
		return s, err
	}
	var err error
	if s.ID, err = nextID(ctx, tx, "case_silence", c.county()); err != nil {
		return s, wrap(op, err)
	}
	s.By, s.At = by.Account, tx.Now()
	if err := insertSilence(ctx, tx, c.county(), s); err != nil {
		return s, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, c.county(), journal.Entry{Who: by.Account, What: "case.silence", Subject: "rule/" + s.Rule, Basis: cut(s.Reason, 300),
		Detail: fmt.Sprintf("%s 至 %s %s", s.From.UTC().Format(time.RFC3339), s.Until.UTC().Format(time.RFC3339), s.Subject)})
	return s, wrap(op, err)
}

// EndSilence ends a silence before its time. What was found meanwhile and still stands gets its case with the next Tick.
func (c *Cases) EndSilence(ctx context.Context, tx *db.Tx, by Actor, id int64) error {
	const op = "EndSilence"
	if _, err := can(op, by, ActSilence); err != nil {
		return err
	}
	if err := endSilence(ctx, tx, c.county(), id, by.Account); err != nil {
		return wrap(op, err)
	}
	_, err := journal.Append(ctx, tx, c.county(), journal.Entry{Who: by.Account, What: "case.unsilence", Subject: fmt.Sprintf("silence/%d", id)})
	return wrap(op, err)
}

// Silences are the silences that hold or have ended since a moment, newest first.
func (c *Cases) Silences(ctx context.Context, tx *db.Tx, by Actor, since time.Time) ([]Silence, error) {
	const op = "Silences"
	if !May(by, ActSee) {
		return nil, refuse(ledger.NotAllowed, op, "您不能查看静默的规则。")
	}
	list, err := silences(ctx, tx, c.county(), since)
	return list, wrap(op, err)
}

// Quiet reports whether a rule is silenced for a subject, and by what.
func (c *Cases) Quiet(ctx context.Context, tx *db.Tx, rule, subject string) (*Silence, error) {
	s, err := silenced(ctx, tx, c.county(), rule, subject, tx.Now())
	return s, wrap("Quiet", err)
}
