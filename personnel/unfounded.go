package personnel

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/journal"
	"zhixing/publication"
)

// head is what lists show of a document, withdrawn or not; false where nothing of it was ever published.
func (k *taker) head(key publication.Key) (publication.Head, bool, error) {
	d, err := publication.DocumentOn(k.ctx, k.tx, k.county, key, calendar.Date{})
	if publication.KindOf(err) == publication.NotFound {
		return publication.Head{Key: key}, false, nil
	}
	return d.Head, err == nil, err
}

// settleGone answers open questions about moves that no public text makes any more.
func (k *taker) settleGone(moves []publication.Appointment) error {
	open, err := Questions(k.ctx, k.tx, k.county, true)
	if err != nil {
		return err
	}
	var keys []publication.Key
	for _, q := range open {
		keys = append(keys, q.Doc)
	}
	heads, err := publication.Heads(k.ctx, k.tx, k.county, keys)
	if err != nil {
		return err
	}
	public := map[publication.Key]bool{}
	for _, h := range heads {
		public[h.Key] = true
	}
	asked := map[string]bool{}
	for _, a := range moves {
		asked[string(a.Key)+"|"+moveText(a)] = true
	}
	for _, q := range open {
		switch q.Kind {
		case Occupied, NoHolder, Namesakes, NoDay:
			if asked[string(q.Doc)+"|"+strings.ReplaceAll(q.Name, again, "")] {
				continue
			}
		case UnknownName, UnknownPost: // others ask about names too, of documents that make no moves
			if public[q.Doc] {
				continue
			}
			if h, known, err := k.head(q.Doc); err != nil {
				return err
			} else if !known || !h.Withdrawn {
				continue
			}
		default:
			continue
		}
		if err := k.moot(q, "所在公文已撤回或更正"); err != nil {
			return err
		}
	}
	return nil
}

// askUnfounded asks about tenures whose notice does not say so any more.
func (k *taker) askUnfounded(moves []publication.Appointment, taken map[takenMove]TenureID) error {
	gone, err := k.unfounded(moves, taken)
	if err != nil {
		return err
	}
	var keys []publication.Key
	for key := range gone {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		h, _, err := k.head(key)
		if err != nil {
			return err
		}
		what := "更正"
		if h.Withdrawn {
			what = "撤回"
		}
		var texts []string
		for _, g := range gone[key] {
			texts = append(texts, g.text)
		}
		q, err := Ask(k.ctx, k.tx, k.county, Question{Kind: Unfounded, Name: fmt.Sprintf("%s（第%d版，%s）", cmp.Or(h.No, string(key)), h.Version, what),
			Doc: key, Context: strings.Join(texts, "；")})
		if err != nil {
			return err
		}
		if q.Answer == nil {
			k.done.Waiting += len(gone[key])
		}
	}
	return nil
}

// groundless is a move that was taken in and is in no public text any more.
type groundless struct {
	move   takenMove
	remove bool
	tenure Tenure
	text   string
}

func (k *taker) unfounded(moves []publication.Appointment, taken map[takenMove]TenureID) (map[publication.Key][]groundless, error) {
	there := map[takenMove]bool{}
	for _, a := range moves {
		there[takenMove{a.Key, moveKey(a)}] = true
	}
	gone := map[publication.Key][]groundless{}
	for m, id := range taken {
		if id == 0 || there[m] {
			continue
		}
		t, err := TenureBy(k.ctx, k.tx, k.county, id)
		if err != nil {
			return nil, err
		}
		g := groundless{move: m, tenure: t, remove: strings.HasPrefix(m.move, "remove|"), text: t.Name + "任" + t.Post.chinese()}
		if g.remove {
			g.text = "免去" + t.Name + "的" + t.Post.chinese() + "职务"
		}
		gone[m.doc] = append(gone[m.doc], g)
	}
	for _, g := range gone {
		slices.SortFunc(g, func(a, b groundless) int { return strings.Compare(a.move.move, b.move.move) })
	}
	return gone, nil
}

// undo takes back what rested on a document and does not any more: tenures that it began never were, those that it
// ended go on.
func (k *taker) undo(doc publication.Key, reason string) error {
	moves, err := publication.Appointments(k.ctx, k.tx, k.county, "")
	if err != nil {
		return err
	}
	taken, err := readTaken(k.ctx, k.tx, k.county)
	if err != nil {
		return err
	}
	gone, err := k.unfounded(moves, taken)
	if err != nil {
		return err
	}
	var reopen []Tenure
	for _, g := range gone[doc] {
		if err := deleteTaken(k.ctx, k.tx, k.county, g.move); err != nil {
			return err
		}
		if g.remove {
			reopen = append(reopen, g.tenure)
			continue
		}
		if !g.tenure.Cancelled {
			if err := Correct(k.ctx, k.tx, k.book, k.county, k.by, g.tenure.ID, Fix{Cancel: true, Reason: reason}); err != nil {
				return err
			}
		}
		// Whom an answer had make way for him.
		displaced, err := Tenures(k.ctx, k.tx, k.county, TenureFilter{Post: g.tenure.Post, Doc: doc}, time.Time{})
		if err != nil {
			return err
		}
		for _, t := range displaced {
			if t.UntilBasis.Doc == doc && t.Until == g.tenure.From && !endsByMove(taken, doc, t.ID) {
				reopen = append(reopen, t)
			}
		}
	}
	for _, t := range reopen {
		if t.Cancelled || t.UntilBasis.Doc != doc {
			continue
		}
		if err := Correct(k.ctx, k.tx, k.book, k.county, k.by, t.ID, Fix{From: t.From, Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}

// endsByMove reports whether a move of the document itself ended the tenure.
func endsByMove(taken map[takenMove]TenureID, doc publication.Key, id TenureID) bool {
	for m, t := range taken {
		if t == id && m.doc == doc && strings.HasPrefix(m.move, "remove|") {
			return true
		}
	}
	return false
}

// leave lets what rested on a document stay as it is.
func (k *taker) leave(doc publication.Key) error {
	moves, err := publication.Appointments(k.ctx, k.tx, k.county, "")
	if err != nil {
		return err
	}
	taken, err := readTaken(k.ctx, k.tx, k.county)
	if err != nil {
		return err
	}
	gone, err := k.unfounded(moves, taken)
	if err != nil {
		return err
	}
	for _, g := range gone[doc] {
		if err := deleteTaken(k.ctx, k.tx, k.county, g.move); err != nil {
			return err
		}
		if err := insertTaken(k.ctx, k.tx, k.county, g.move, 0); err != nil {
			return err
		}
	}
	_, err = journal.Append(k.ctx, k.tx, k.county, journal.Entry{Who: k.by, What: "personnel.leave", Subject: "document/" + string(doc), Detail: "任免记录保留不动"})
	return err
}
