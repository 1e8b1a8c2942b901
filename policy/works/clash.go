package works

import (
	"context"
	"errors"
	"fmt"

	"zhixing/db"
	"zhixing/observation"
	"zhixing/policy"
)

// clash says what of the record would no longer be what the definitions say it is, if w took the place of was: each with how many
// entries or places it concerns, and where it is written.
func (was *Works) clash(ctx context.Context, tx *db.Tx, w *Works) error {
	var all []error
	for _, old := range was.Set.Registers {
		next, ok := w.Registers.Schema(old.Name)
		at := old
		if ok {
			at = next
		}
		list, err := was.Registers.Misfits(ctx, tx, old.Name, next)
		if err != nil {
			return fmt.Errorf("works: compare %s: %w", old.Name, err)
		}
		for _, m := range list {
			all = append(all, &policy.Problem{File: at.File, Line: at.LineNo, Message: fmt.Sprintf("台账“%s”有 %d 条%s；不再登记的写 until，要改的另起一格或另起一本", old.Name, m.Count, m.Why)})
		}
	}
	for _, old := range was.Set.Series {
		next := w.Observations.Definition(old.Name)
		if next != nil && next.Register == old.Register && next.Unit == old.Unit && next.Kind == old.Kind {
			continue
		}
		have, err := was.Observations.Named(ctx, tx, old.Name)
		if err != nil {
			return err
		}
		if len(have) > 0 {
			all = append(all, seriesClash(old, next, len(have)))
		}
	}
	return errors.Join(all...)
}

func seriesClash(old, next *observation.Definition, n int) error {
	if next == nil {
		return &policy.Problem{File: old.File, Line: old.LineNo, Message: fmt.Sprintf("监测项目“%s”不见了，可是有 %d 个测点已有读数；不再测的写 until，不要删去", old.Name, n)}
	}
	return &policy.Problem{File: next.File, Line: next.LineNo, Message: fmt.Sprintf("监测项目“%s”的 of、unit 或 kind 改了，可是有 %d 个测点已有读数；请另起一个 id", old.Name, n)}
}
