package ledger

import (
	"context"
	"encoding/json"

	"zhixing/db"
)

// eachLetter gives every letter that the question asks for and the actor may see, newest first, its state left out of
// the question. known says that the letter's facts were read: those of drafts, and of all where the addressee counts.
func (l *Ledger) eachLetter(ctx context.Context, tx *db.Tx, by Actor, q LetterQuery, do func(p Paper, known bool)) error {
	all, units := by.Everywhere(ActSee), by.Units(ActSee)
	named := q.Unit != "" || !all
	rows, err := tx.Query(ctx, `/* ledger.eachLetter */ SELECT id, state, CASE WHEN $2 = 1 OR state = 'drafted' THEN data ELSE '' END FROM ledger_letter
		WHERE county = $1 AND ($3 = '' OR kind = $3) ORDER BY id DESC`, l.County, oneIf(named), string(q.Kind))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		p := Paper{County: l.County}
		var state, data string
		if err := rows.Scan(&p.ID, &state, &data); err != nil {
			return err
		}
		p.State = LetterState(state)
		if data != "" {
			if err := json.Unmarshal([]byte(data), &p); err != nil {
				return err
			}
		}
		if q.Unit != "" && !p.to([]string{q.Unit}) || !all && !p.sees(units) {
			continue
		}
		do(p, data != "")
	}
	return rows.Err()
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// papersOf reads letters by number, the newest first.
func papersOf(ctx context.Context, tx *db.Tx, county string, ids []int64) ([]Paper, error) {
	const most = 500 // parameters a question
	var out []Paper
	for len(ids) > 0 {
		part := ids[:min(most, len(ids))]
		ids = ids[len(part):]
		args := []any{county}
		for _, id := range part {
			args = append(args, id)
		}
		list, err := listPapers(ctx, tx, county, `/* ledger.papersOf */ SELECT `+paperColumns+` FROM ledger_letter WHERE county = $1 AND id IN `+db.In(2, len(part)), args...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	newestFirst(out)
	return out, nil
}
