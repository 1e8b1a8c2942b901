package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/notice"
	"zhixing/personnel"
)

// Of reads one duty for somebody who may see it.
func (l *Ledger) Of(ctx context.Context, tx *db.Tx, by Actor, id ID) (*Duty, error) {
	d, err := load(ctx, tx, l.County, id)
	if err != nil {
		return nil, wrap("Of", err)
	}
	if !by.MayOn(ActSee, d) {
		// A line shows its way to those who have the duty that it was split from, and the other way round.
		ok, err := l.related(ctx, tx, by, d)
		if err != nil {
			return nil, wrap("Of", err)
		}
		if !ok {
			return nil, refuse(NotAllowed, "Of", "%s", noRight[ActSee])
		}
	}
	return d, nil
}

// related reports whether the actor sees the parent of a line. A line's units do not see their parent's other lines.
func (l *Ledger) related(ctx context.Context, tx *db.Tx, by Actor, d *Duty) (bool, error) {
	if d.Parent == 0 {
		return false, nil
	}
	p, err := load(ctx, tx, l.County, d.Parent)
	if err != nil {
		return false, err
	}
	return by.MayOn(ActSee, p), nil
}

// KidsOf are the lines that were split off a duty that the actor may see.
func (l *Ledger) KidsOf(ctx context.Context, tx *db.Tx, d *Duty) ([]*Duty, error) {
	kids, err := kidsOf(ctx, tx, l.County, d.ID)
	return kids, wrap("KidsOf", err)
}

// begin reads the duty and asks whether the actor may do the act and whether the duty is in one of the states.
func (l *Ledger) begin(ctx context.Context, tx *db.Tx, op string, by Actor, act Act, id ID, in ...State) (*Duty, personnel.Seat, error) {
	d, err := load(ctx, tx, l.County, id)
	if err != nil {
		return nil, personnel.Seat{}, wrap(op, err)
	}
	seat, err := by.must(op, act, d)
	if err != nil {
		return nil, seat, err
	}
	if len(in) > 0 && !slices.Contains(in, d.State) {
		return nil, seat, wrongState(op, d, in)
	}
	return d, seat, nil
}

func wrongState(op string, d *Duty, in []State) error {
	var names []string
	for _, s := range in {
		names = append(names, s.Chinese())
	}
	return refuse(WrongState, op, "第%s号任务现在是“%s”，只有“%s”的任务能办这一项。可能有人刚办过，请刷新后再看。", d.ID.Number(), d.State.Chinese(), strings.Join(names, "”或“"))
}

// Saw is the revision of the duty that the person at the screen saw; 0 does not ask.
type Saw int64

func (s Saw) check(op string, d *Duty) error {
	if s != 0 && int64(s) != d.Revision {
		return refuse(Conflict, op, "您打开这一页之后，第%s号任务又有了新的记录。请核对最新内容后再提交，您填写的内容仍在下面。", d.ID.Number())
	}
	return nil
}

// do records one step: applied, saved with all that lists and clocks need, journaled.
func (l *Ledger) do(ctx context.Context, tx *db.Tx, by Actor, seat personnel.Seat, d *Duty, what Deed, once string, data Data) error {
	s := Step{N: d.Revision + 1, What: what, At: tx.Now(), By: by.Account, Post: seat.Post, Unit: seat.Unit, Once: once, Data: data}
	created := d.Revision == 0
	if err := d.apply(s); err != nil {
		return err
	}
	if err := l.save(ctx, tx, d, created); err != nil {
		return err
	}
	written, err := insertStep(ctx, tx, d, s)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(written))
	_, err = journal.Append(ctx, tx, l.County, journal.Entry{
		Who: by.Account, What: "duty." + string(what), Subject: d.ID.About(), Basis: d.Source.Basis(),
		Detail: fmt.Sprintf("第%d步 %s sha256:%s", s.N, firstOf(data.Reason, seat.Unit), hex.EncodeToString(sum[:])),
	})
	return err
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return cut(t, 300)
		}
	}
	return ""
}

// cut keeps at most n bytes of valid text.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// tell puts a notice for a unit's heads and members, or others, in the transaction of the step that it is about.
func (l *Ledger) tell(ctx context.Context, tx *db.Tx, d *Duty, unit string, n notice.Notice, roles ...personnel.Role) error {
	n.To.Unit = unit
	for _, r := range roles {
		n.To.Roles = append(n.To.Roles, string(r))
	}
	n.About, n.Path = d.ID.About(), d.ID.Path()
	if n.Basis == "" {
		n.Basis = d.Source.Basis()
	}
	n.Subject = n.Subject + "：" + cut(d.Title, 90)
	n.Key = fmt.Sprintf("%s %d %s %s", n.About, d.Revision, n.Kind, unit)
	if n.Grade == "" {
		n.Grade = notice.Ordinary
	}
	_, err := notice.Put(ctx, tx, l.County, n)
	return err
}

// tellLeads and tellOffice are tell for the two sides of every step.
func (l *Ledger) tellLeads(ctx context.Context, tx *db.Tx, d *Duty, n notice.Notice) error {
	for _, u := range d.Leads() {
		if err := l.tell(ctx, tx, d, u, n, personnel.Head, personnel.Member); err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) tellOffice(ctx context.Context, tx *db.Tx, d *Duty, n notice.Notice) error {
	return l.tell(ctx, tx, d, l.Office, n, personnel.Office)
}

func today(tx *db.Tx) calendar.Date { return calendar.DateOf(tx.Now()) }
