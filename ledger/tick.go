package ledger

import (
	"context"
	"fmt"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/notice"
	"zhixing/personnel"
)

// batch is how many duties one transaction of the clock moves on, so that people who report do not wait behind it.
const batch = 20

// Tick does what has come due by the database's clock: it takes in what was published and fires the rungs whose time
// has come, each once, however often it is called, stopped or run in two processes. It gives how many things it did.
func (l *Ledger) Tick(ctx context.Context, d *db.DB) (done int, err error) {
	if err := l.beat(ctx, d); err != nil {
		return 0, wrap("Tick", err)
	}
	for more := true; more; {
		if err := d.Write(ctx, func(tx *db.Tx) (err error) {
			more, err = l.TakeIn(ctx, tx)
			return err
		}); err != nil {
			return done, err
		}
		if more {
			done++
		}
	}
	for {
		fired, left := 0, false
		err := d.Write(ctx, func(tx *db.Tx) error {
			list, err := due(ctx, tx, l.County, tx.Now(), batch)
			if err != nil {
				return err
			}
			fired, left = 0, len(list) == batch
			for _, duty := range list {
				n, err := l.climb(ctx, tx, duty)
				if err != nil {
					return fmt.Errorf("duty %d: %w", duty.ID, err)
				}
				fired += n
			}
			return nil
		})
		done += fired
		if err != nil || !left || ctx.Err() != nil {
			return done, wrap("Tick", err)
		}
	}
}

// climb fires the rungs of one duty whose time has come, in their order.
func (l *Ledger) climb(ctx context.Context, tx *db.Tx, d *Duty) (n int, err error) {
	for {
		pending := l.Rules.Pending(d)
		if len(pending) == 0 || tx.Now().Before(pending[0].At) {
			if n == 0 { // the rules have changed since the clock was set
				err = l.save(ctx, tx, d, false)
			}
			return n, err
		}
		if err := l.fire(ctx, tx, d, pending[0]); err != nil {
			return n, err
		}
		n++
	}
}

// fire does one rung: a notice, or a letter drafted for signature.
func (l *Ledger) fire(ctx context.Context, tx *db.Tx, d *Duty, f Firing) error {
	g, c := f.Rung, f.Cause
	rec := RungRecord{Key: f.key(), N: g.N, Name: g.Name, Light: c.Light, Cause: c.Kind, Words: c.Words, Since: c.On, Due: f.At, Rule: g.Rule}
	if g.Letter != "" {
		id, err := l.draftLetter(ctx, tx, d, f)
		if err != nil {
			return err
		}
		rec.Letter = id
	}
	if err := l.do(ctx, tx, System, personnel.Seat{}, d, DidRung, "", Data{Rung: &rec, Day: today(tx)}); err != nil {
		return err
	}
	if g.Letter != "" {
		return l.tellSigners(ctx, tx, d, g, rec.Letter)
	}
	n := notice.Notice{Kind: "rung", Subject: g.Name + "（" + c.Words + "）", Grade: g.Grade, Basis: g.Rule.Cite(), Text: rungText(d, c, g)}
	var err error
	switch {
	case c.Kind == CauseCheck || c.Kind == CauseAsk || c.Kind == CauseResume:
		err = l.tellOffice(ctx, tx, d, n)
	case c.Unit != "":
		err = l.tell(ctx, tx, d, c.Unit, n, personnel.Head, personnel.Member)
	default:
		err = l.tellLeads(ctx, tx, d, n)
	}
	if err != nil {
		return err
	}
	for _, r := range g.Copy {
		if err := l.tell(ctx, tx, d, l.seatOf(r), n, r); err != nil {
			return err
		}
	}
	return nil
}

// seatOf is the unit in which a role of the county sits.
func (l *Ledger) seatOf(r personnel.Role) string {
	if r == personnel.Leader {
		return l.Government
	}
	return l.Office
}

func rungText(d *Duty, c Cause, g Rung) string {
	s := c.Words + "，自" + c.On.Chinese() + "起。" + dueWords(d) + "依据 " + d.Source.Basis() + "；按" + g.Rule.Cite() + "提醒。"
	if !d.Reported.IsZero() {
		s += fmt.Sprintf("最近一次填报：%s，进度%d%%。", d.Reported.Chinese(), d.Progress)
	}
	return s
}

// On is the duty as it stood at the end of a day; nil where it was not on the ledger yet.
func (l *Ledger) On(ctx context.Context, tx *db.Tx, by Actor, id ID, day calendar.Date) (*Duty, []Step, error) {
	const op = "On"
	if _, err := l.Of(ctx, tx, by, id); err != nil {
		return nil, nil, err
	}
	steps, err := l.StepsOf(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	end := day.AddDays(1).Time()
	for i, s := range steps {
		if !s.At.Before(end) {
			steps = steps[:i]
			break
		}
	}
	if len(steps) == 0 {
		return nil, nil, nil
	}
	d, err := Fold(l.County, id, steps)
	return d, steps, wrap(op, err)
}
