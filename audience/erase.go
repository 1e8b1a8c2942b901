package audience

import (
	"context"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

// Parting is what came of somebody's leaving.
type Parting struct {
	Own  int    // subscriptions of his own, which are gone
	Kept int    // lists of residents that he stays in, to be told what the law tells everybody in danger
	Held []Held // of a firm, a post, media: not his to leave
	New  bool   // something came of it; otherwise he had left before, or was never told
}

// WithdrawFrom ends the consent of whoever has the address; the caller knows that he has it, by a code or as a reply came
// from there. Who subscribed himself is gone with it: nothing else was the ground for keeping him. Who stands in a list of residents
// stays in it, and is told what the law tells everybody in danger. Who leaves twice has left once.
func (a *Audience) WithdrawFrom(ctx context.Context, tx *db.Tx, to, how string) (Parting, error) {
	const op = "WithdrawFrom"
	var out Parting
	to = Spelt(to)
	list, w, err := a.whose(ctx, tx, to)
	if err != nil {
		return out, wrap(op, err)
	}
	for i := range list {
		if err := a.leave(w, &list[i], how, &out); err != nil {
			return out, wrap(op, err)
		}
	}
	mark := keyed(w.head.secret, to)
	if !out.New { // a withdrawal of what no list has yet stands against those that come
		proofs, err := readProofs(ctx, tx, a.County, mark)
		if n := len(proofs); err != nil || n > 0 && proofs[n-1].Deed != Join {
			return out, wrap(op, err)
		}
	}
	if err := w.end(); err != nil {
		return out, wrap(op, err)
	}
	return out, wrap(op, insertProof(ctx, tx, a.County, Withdraw, mark, how, ""))
}

func (a *Audience) leave(w *writing, s *stored, how string, out *Parting) error {
	var r Recipient
	if err := a.readOne(s, &r); err != nil {
		return err
	}
	switch {
	case r.Kind != Person:
		out.Held = append(out.Held, Held{s.id, s.source, r.Kind})
		return nil
	case r.Source == SourceSelf:
		out.Own++
		if err := a.forget(w, s); err != nil {
			return err
		}
	case !r.Consent.Withdrawn.IsZero():
		out.Kept++
		return nil
	default:
		out.Kept++
		r.Consent.Withdrawn = w.tx.Now()
		if _, err := w.put(&r, s); err != nil {
			return err
		}
	}
	out.New = true
	return a.citizenEntry(w.ctx, w.tx, "public", "audience.withdraw", s.id, how)
}

// whose are the recipients that have an address, by whatever channel, and a writing to change them by.
func (a *Audience) whose(ctx context.Context, tx *db.Tx, to string) ([]stored, *writing, error) {
	list, err := recipients(ctx, tx, a.County, `AND id IN (`+ofAddress+`)`, to)
	if err != nil {
		return nil, nil, err
	}
	w, err := a.begin(ctx, tx, 0)
	return list, w, err
}

// forget removes a recipient, and what would bring it back.
func (a *Audience) forget(w *writing, s *stored) error {
	if err := w.remove(s); err != nil {
		return err
	}
	return dropTraces(w.ctx, w.tx, a.County, s)
}

// EraseAll removes whatever is kept of a resident, on his request. What remains is the proof, and that no later list brings the
// address in again unless he subscribes himself. Firms, posts and registers are not his to erase: they are told, for a clerk to look at.
func (a *Audience) EraseAll(ctx context.Context, tx *db.Tx, by Actor, to, how string) ([]Held, error) {
	const op = "EraseAll"
	if !by.Keeps {
		return nil, refuse(Forbidden, op, "您不能删除预警接收对象。")
	}
	to = Spelt(to)
	list, w, err := a.whose(ctx, tx, to)
	if err != nil {
		return nil, wrap(op, err)
	}
	var held []Held
	for i := range list {
		s := &list[i]
		t, err := a.memory().terms.read(s.terms)
		if err != nil {
			return nil, wrap(op, err)
		}
		if t.Kind != Person || strings.HasPrefix(s.source, viewSource) {
			held = append(held, Held{s.id, s.source, t.Kind})
			continue
		}
		if err := a.forget(w, s); err != nil {
			return nil, wrap(op, err)
		}
		if err := a.citizenEntry(ctx, tx, by.Account, "audience.erase", s.id, how); err != nil {
			return nil, wrap(op, err)
		}
	}
	if err := w.end(); err != nil {
		return nil, wrap(op, err)
	}
	if err := dropCodes(ctx, tx, a.County, to); err != nil {
		return nil, wrap(op, err)
	}
	return held, wrap(op, insertProof(ctx, tx, a.County, Erase, keyed(w.head.secret, to), how, ""))
}

// Proof says that somebody agreed, withdrew, or was erased.
type Proof struct {
	N     int64
	At    time.Time
	Deed  Deed
	How   string
	Words string // what he agreed to
}

// Proofs are those of an address, the oldest first, for whoever answers for it.
func (a *Audience) Proofs(ctx context.Context, tx *db.Tx, by Actor, to string) ([]Proof, error) {
	const op = "Proofs"
	if !by.Sees {
		return nil, refuse(Forbidden, op, "您不能查看订阅记录。")
	}
	h, err := loadHead(ctx, tx, a.County)
	if err != nil {
		return nil, wrap(op, err)
	}
	mark := keyed(h.secret, Spelt(to))
	list, err := readProofs(ctx, tx, a.County, mark)
	if err != nil {
		return nil, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, a.County, journal.Entry{Who: by.Account, What: "audience.proofs", Subject: "audience/proof/" + mark[:16]})
	return list, wrap(op, err)
}

// refusals are the addresses, by their marks, whose owners asked last to be erased, or withdrew.
type refusals struct {
	secret []byte
	last   map[string]Proof
}

func (a *Audience) refusals(ctx context.Context, tx *db.Tx) (refusals, error) {
	h, err := loadHead(ctx, tx, a.County)
	if err != nil {
		return refusals{}, err
	}
	last, err := lastProofs(ctx, tx, a.County)
	return refusals{h.secret, last}, err
}

// mind holds a resident whom a list brings against what he asked for himself. A consent that is older than his withdrawal is none.
func (f refusals) mind(r *Recipient) string {
	if len(f.last) == 0 || r.Kind != Person {
		return ""
	}
	for _, addr := range r.Addresses {
		p, ok := f.last[keyed(f.secret, addr.To)]
		switch {
		case !ok:
		case p.Deed == Erase:
			return "有一个联系方式已按本人要求删除，不能再导入。"
		case p.Deed == Withdraw && !r.Consent.Given.IsZero() && r.Consent.Given.Before(p.At):
			r.Consent.Withdrawn = p.At
		}
	}
	return ""
}

// How long things are kept after they are needed no more, in days.
const (
	keepImages = 30 // what an import may be taken back by
	keepEnded  = 90 // recipients whose time is over
)

// Tick erases what is kept no longer. It does a bounded amount of it each time.
func (a *Audience) Tick(ctx context.Context, tx *db.Tx, now time.Time) error {
	const op = "Tick"
	if err := oldCodes(ctx, tx, a.County, db.Micros(now.Add(-48*time.Hour))); err != nil { // the daily bound looks back a day
		return wrap(op, err)
	}
	if err := oldFiles(ctx, tx, a.County, db.Micros(now.AddDate(0, 0, -keepImages))); err != nil {
		return wrap(op, err)
	}
	ended, err := recipients(ctx, tx, a.County, endedBefore, dayBefore(now, keepEnded))
	if err != nil || len(ended) == 0 {
		return wrap(op, err)
	}
	w, err := a.begin(ctx, tx, 0)
	if err != nil {
		return wrap(op, err)
	}
	for i := range ended {
		if err := a.forget(w, &ended[i]); err != nil {
			return wrap(op, err)
		}
	}
	if err := w.end(); err != nil {
		return wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, a.County, journal.Entry{Who: System.Account, What: "audience.retire", Subject: "audience",
		Detail: Done{Gone: len(ended)}.Chinese()})
	return wrap(op, err)
}
