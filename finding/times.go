package finding

import (
	"context"
	"fmt"
	"math/big"

	"zhixing/calendar"
	"zhixing/rule"
)

// times counts the periods of another indicator within one, as far as they are over, of which a condition holds. A period that cannot
// be judged is not counted, and said; where none can, there is no number: no day was measured is not no good day.
func (w *world) times(ctx context.Context, c *Times, key string, p calendar.Period) (raw, error) {
	of := w.j.indicators[c.Of]
	if of == nil {
		return raw{lacks: c.Of}, nil
	}
	kept, err := w.j.keptFrom(ctx, w.tx, of.ID, key, p.From)
	if err != nil {
		return raw{}, err
	}
	n, judged, unknown := 0, 0, 0
	for day := p.From; !p.To.Before(day) && day.Before(w.today()); {
		q, err := w.period(of, day)
		if err != nil {
			return raw{}, err
		}
		if !q.To.Before(w.today()) || p.To.Before(q.To) {
			break
		}
		day = q.To.AddDays(1)
		if q.From.Before(p.From) {
			continue // a week that began in the period before
		}
		for len(kept) > 0 && kept[0].Period.From.Before(q.From) {
			kept = kept[1:]
		}
		var res Result
		if len(kept) > 0 && kept[0].Period.From == q.From && kept[0].Lacks == "" {
			res = kept[0]
		} else if res, err = w.compute(ctx, of, key, q); err != nil {
			return raw{}, err
		}
		facts := &resultFacts{about{w, q.To, of.Each, key, nil}, of, &res}
		holds, err := c.Where.Holds(ctx, facts)
		if _, undecided := rule.Undecided(err); undecided {
			unknown++
			continue
		}
		if err != nil {
			return raw{}, err
		}
		if judged++; holds {
			n++
		}
	}
	from := Source{Address: of.ID, Count: judged}
	if unknown > 0 {
		from.Note = fmt.Sprintf("另有%d期不能判定", unknown)
	}
	v := raw{from: []Source{from}}
	if judged == 0 {
		v.lacks = of.Title
		return v, nil
	}
	v.number = big.NewRat(int64(n), 1)
	return v, nil
}
