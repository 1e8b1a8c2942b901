package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
)

// batch is how many cases one call of Tick moves on, so that people do not wait behind it.
const batch = 50

// Tick does what has come due: the rungs whose time has come, each once, and the cases of findings whose silence has ended. It looks
// at no case that has nothing to do, may be called by many processes, and gives how many things it did: call it until it gives 0.
// Where the ladders are others than when clocks were last counted, all open cases are counted anew first, and what is public no
// longer leaves the public tables.
func (c *Cases) Tick(ctx context.Context, tx *db.Tx, now time.Time) (done int, err error) {
	const op = "Tick"
	if err := c.beat(ctx, tx); err != nil {
		return 0, wrap(op, err)
	}
	woken, err := awake(ctx, tx, c.county(), now, batch)
	if err != nil {
		return 0, wrap(op, err)
	}
	for _, f := range woken {
		if err := wake(ctx, tx, c.county(), f.ID); err != nil {
			return done, wrap(op, err)
		}
		if _, err := c.Open(ctx, tx, f); err != nil {
			return done, wrap(op, err)
		}
		if c.Woken != nil {
			if err := c.Woken(ctx, tx, finding.ID(f.ID)); err != nil {
				return done, wrap(op, err)
			}
		}
		done++
	}
	list, err := dueCases(ctx, tx, c.county(), now, batch)
	if err != nil {
		return done, wrap(op, err)
	}
	for _, k := range list {
		n, err := c.climb(ctx, tx, k, now)
		if err != nil {
			return done, wrap(op, fmt.Errorf("case %d: %w", k.ID, err))
		}
		done += n
	}
	return done, nil
}

// Run is Tick in transactions of its own until nothing is due.
func (c *Cases) Run(ctx context.Context, d *db.DB) (done int, err error) {
	for {
		n := 0
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = c.Tick(ctx, tx, tx.Now())
			return err
		})
		if done += n; err != nil || n == 0 || ctx.Err() != nil {
			return done, err
		}
	}
}

// beatEvery is how often the clock writes down that it runs.
const beatEvery = time.Minute

func (c *Cases) beat(ctx context.Context, tx *db.Tx) error {
	rules, err := c.fingerprint()
	if err != nil {
		return err
	}
	last, counted, err := readClock(ctx, tx, c.county())
	if err != nil || counted == rules && tx.Now().Sub(last) < beatEvery && !tx.Now().Before(last) {
		return err
	}
	if counted != rules {
		for last := ID(0); ; {
			list, err := openAfter(ctx, tx, c.county(), last, batch)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				break
			}
			for _, k := range list {
				if err := setNext(ctx, tx, k, c.next(k)); err != nil {
					return err
				}
				if err := c.savePublic(ctx, tx, k); err != nil {
					return err
				}
				last = k.ID
			}
		}
		if err := c.unpublish(ctx, tx); err != nil {
			return err
		}
	}
	return writeClock(ctx, tx, c.county(), rules)
}

// Beat is when the clock last ran; zero where it never has.
func (c *Cases) Beat(ctx context.Context, tx *db.Tx) (time.Time, error) {
	last, _, err := readClock(ctx, tx, c.county())
	return last, wrap("Beat", err)
}

// fingerprint tells these ladders, hours and working days from others.
func (c *Cases) fingerprint() (string, error) {
	type rung struct {
		Name  string
		Of    State
		After calendar.Span
	}
	type ladder struct {
		ID     string
		Public bool
		Rungs  []rung
	}
	type service struct {
		Code, Name        string
		Public, Sensitive bool
	}
	var all struct {
		Ladders  []ladder
		Services []service
	}
	for _, s := range c.Services {
		all.Services = append(all.Services, service{s.Code, s.Name, s.Public, s.Sensitive})
	}
	for _, l := range c.Ladders {
		x := ladder{ID: l.ID, Public: l.Public}
		for _, g := range l.Rungs {
			x.Rungs = append(x.Rungs, rung{g.Name, g.Of, g.After})
		}
		all.Ladders = append(all.Ladders, x)
	}
	b, err := json.Marshal(all)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	sum.Write(b)
	sum.Write([]byte(c.Ledger.Rules.Hours.String()))
	sum.Write([]byte(c.Ledger.Rules.Workdays.Fingerprint()))
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// climb fires the rungs of one case whose time has come, in their order.
func (c *Cases) climb(ctx context.Context, tx *db.Tx, k *Case, now time.Time) (n int, err error) {
	for {
		pending := c.Pending(k)
		if len(pending) == 0 || now.Before(pending[0].At) {
			if n == 0 { // the ladders have changed since the clock was set
				err = setNext(ctx, tx, k, c.next(k))
			}
			return n, err
		}
		if err := c.fire(ctx, tx, k, pending[0]); err != nil {
			return n, err
		}
		n++
	}
}

// fire does one rung: a reminder, or a letter drafted for signature; a listed one puts the case on the list for accountability.
func (c *Cases) fire(ctx context.Context, tx *db.Tx, k *Case, f Firing) error {
	l := c.LadderOf(k.Ladder)
	basis := firstOf(f.Rung.Basis.String(), l.Basis.String(), k.Basis)
	rec := RungRecord{Key: f.key(), N: f.N, Name: f.Rung.Name, State: f.Clock.State, Part: f.Clock.Part, Unit: f.Clock.Unit, Since: f.Since, Due: f.At,
		Basis: basis, Listed: f.Rung.Listed}
	if f.Rung.Letter != "" && c.Ledger.Rules.Letters.Codes[f.Rung.Letter] != "" { // a county that numbers no such letters reminds
		id, err := c.draftLetter(ctx, tx, k, f, basis)
		if err != nil {
			return err
		}
		rec.Letter = id
	}
	if err := c.do(ctx, tx, ledger.System, personnel.Seat{}, k, DidRung, "", Data{Rung: &rec}); err != nil {
		return err
	}
	n := notice.Notice{Kind: "rung", Subject: f.Rung.Name + "（" + string(f.Clock.State) + "逾期）", Basis: basis,
		Text: fmt.Sprintf("%s应于%s前办理“%s”，已逾期。按%s%s。", f.Clock.Unit, f.Clock.Due.Chinese(), f.Clock.State, firstOf(basis, l.Title), f.Rung.Name)}
	if k.Severity == finding.Grave {
		n.Grade = notice.Urgent
	}
	if rec.Letter != 0 {
		if err := c.tellSigner(ctx, tx, k, f.Rung, rec.Letter, n); err != nil {
			return err
		}
	} else if err := c.tell(ctx, tx, k, f.Clock.Unit, n); err != nil {
		return err
	}
	if f.Rung.Listed {
		listed := n
		listed.Kind, listed.Subject = "listed", "列入问责清单，请决定"
		if err := c.tell(ctx, tx, k, c.Ledger.Government, listed, personnel.Leader); err != nil {
			return err
		}
	}
	for _, role := range f.Rung.Copy {
		n.Kind = "copy"
		if err := c.tell(ctx, tx, k, c.seatOf(personnel.Role(role)), n, personnel.Role(role)); err != nil {
			return err
		}
	}
	return nil
}

// seatOf is the unit in which a role of the county sits.
func (c *Cases) seatOf(r personnel.Role) string {
	if r == personnel.Leader {
		return c.Ledger.Government
	}
	return c.Ledger.Office
}
