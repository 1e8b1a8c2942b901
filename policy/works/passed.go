package works

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/register"
	"zhixing/warning"
)

// passed enters who passed a warning on into the registers that are for it, and puts right there what is said again.
func (w *Works) passed(ctx context.Context, tx *db.Tx, v *warning.Version, r warning.Rebroadcast) error {
	for _, s := range w.Set.Registers {
		p := w.Set.Passed[s]
		if p == nil {
			continue
		}
		key, ok := strings.CutPrefix(r.Who, string(p.Of)+"/")
		if !ok {
			continue
		}
		fields := map[string]string{p.Key: v.Identifier + "-" + key, p.Who: key, p.What: v.Headline, p.Day: calendar.DateOf(r.At).String(),
			p.After: fmt.Sprint(int(r.After(v).Truncate(time.Minute).Minutes())), p.Reach: ""}
		if r.Reach >= 0 {
			fields[p.Reach] = fmt.Sprint(r.Reach)
		}
		_, err := w.Registers.Put(ctx, tx, register.System, s.Name, register.Input{Fields: fields, Why: "再传播登记"})
		if err = w.notEntered(ctx, tx, s, "passed", "有一次再传播没有写进", fields[p.Key], err); err != nil {
			return err
		}
	}
	return nil
}
