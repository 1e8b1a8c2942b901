package ledger

import (
	"context"
	"slices"

	"zhixing/db"
	"zhixing/letter"
)

// LetterQuery asks for letters. Zero fields do not narrow it.
type LetterQuery struct {
	State LetterState
	Mine  bool // that the actor may sign
	Kind  letter.Kind
	Unit  string // canonical name, to which it is addressed
	Page  int    // from 1
	Size  int    // rows a page; 1 to MaxRows
}

// Docket is one page of the letters that an actor may see, newest first.
type Docket struct {
	Papers []Paper
	Total  int
	States map[LetterState]int // of all that the question asks for, its state and Mine left out
	Mine   int                 // of these, that the actor may sign
}

// LettersOf is the docket of an actor: all letters for those who see the whole county, what was sent to his units for
// everybody else.
func (l *Ledger) LettersOf(ctx context.Context, tx *db.Tx, by Actor, q LetterQuery) (Docket, error) {
	const op = "LettersOf"
	out := Docket{States: map[LetterState]int{}}
	switch {
	case q.State != "" && q.State.Chinese() == "":
		return out, wrong(op, "state", "没有这种文书状态。")
	case q.Kind != "" && !q.Kind.Known():
		return out, wrong(op, "kind", "没有这种文书。")
	case q.Page < 1 || q.Size < 1 || q.Size > MaxRows || q.Page > 1_000_000/q.Size:
		return out, refuse(Invalid, op, "没有这一页。")
	case len(q.Unit) > 300:
		return out, wrong(op, "unit", "没有这个单位。")
	}
	var ids []int64
	err := l.eachLetter(ctx, tx, by, q, func(p Paper, known bool) {
		mine := known && p.MaySign(by)
		out.States[p.State]++
		if mine {
			out.Mine++
		}
		if (q.State == "" || q.State == p.State) && (!q.Mine || mine) {
			ids = append(ids, p.ID)
		}
	})
	if err != nil {
		return out, wrap(op, err)
	}
	out.Total = len(ids)
	from := min((q.Page-1)*q.Size, len(ids))
	out.Papers, err = papersOf(ctx, tx, l.County, ids[from:min(from+q.Size, len(ids))])
	return out, wrap(op, err)
}

// sees reports whether an actor who does not see the whole county may see the letter: one that was sent to his units.
func (p Paper) sees(units []string) bool {
	return p.State != LetterDrafted && p.State != LetterDropped && p.to(units)
}

func newestFirst(list []Paper) {
	slices.SortFunc(list, func(a, b Paper) int { return int(b.ID - a.ID) })
}
