package policy

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

// warnDeeds are what an example does with a warning, and a unit with what it orders of it.
var warnDeeds = []string{"发布", "更新", "解除", "签收", "执行"}

// warnFact reads a warning that is drafted and published in one.
func (t *scene) warnFact(f *Fact, s said, hazard text) {
	t.look(HazardItem, hazard)
	f.Do = oneOf(t.folder, t.file, "do", s.get("do").text, warnDeeds...)
	if f.Do == "" {
		f.Do = warnDeeds[0]
	}
	f.Level, f.Stage, f.Drill = string(t.colour(t.file, s.get("level").text)), string(oneOf(t.folder, t.file, "stage", s.get("stage").text, warning.Stages...)), s.get("drill").s
	f.Towns = t.units(t.file, s.get("towns").words())
	switch f.Do {
	case "发布":
		t.required(s, "text")
		t.required(s, "towns")
	case "签收":
		t.required(s, "by")
	case "执行":
		t.required(s, "by")
		t.required(s, "text")
	default:
		t.required(s, "text")
	}
}
