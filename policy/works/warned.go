package works

import (
	"context"
	"time"

	"zhixing/db"
	"zhixing/finding"
	"zhixing/warning"
)

// What warnings are held against: the findings of the rules that warn say where and when a criterion was reached.

// codeOf is the code of a town; villages have none in the county's folder.
func (w *Works) codeOf(town, village string) string {
	if u, ok := w.County.Directory.Resolve(town); ok && village == "" {
		return string(u.Code)
	}
	return ""
}

// reached are the times at which rules found the criteria of a hazard reached, those included that are over.
func (w *Works) reached(ctx context.Context, tx *db.Tx, hazard string, from, to time.Time) ([]warning.Reached, error) {
	h := w.Warnings.Hazard(hazard)
	if h == nil {
		return nil, nil
	}
	var out []warning.Reached
	for _, s := range h.Signals {
		for _, rule := range s.Rules {
			q := finding.Query{Rule: rule, Inhibited: true, Size: 1000}
			for {
				list, err := w.Judge.Findings(ctx, tx, q)
				if err != nil {
					return nil, err
				}
				for _, f := range list {
					if f.Since.Before(to) && !f.LastAt.Before(from) {
						out = append(out, warning.ReachedBy(f, s.Level))
					}
				}
				if len(list) < q.Size {
					break
				}
				q.After = list[len(list)-1].ID
			}
		}
	}
	return out, nil
}
