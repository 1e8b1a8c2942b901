package policy

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zhixing/db"
	"zhixing/observation"
	"zhixing/register"
)

// clash says what of the record would no longer be what the definitions say it is, if w took the place of was: each with how many
// entries or series it concerns, and where it is written.
func (was *Works) clash(ctx context.Context, tx *db.Tx, w *Works) error {
	var all []error
	for _, old := range was.Set.Registers {
		list, err := was.clashOf(ctx, tx, old, w)
		if err != nil {
			return fmt.Errorf("policy: compare %s: %w", old.Name, err)
		}
		all = append(all, list...)
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
		return &Problem{old.File, old.LineNo, fmt.Sprintf("监测项目“%s”不见了，可是有 %d 个测点已有读数；不再测的写 until，不要删去", old.Name, n)}
	}
	return &Problem{next.File, next.LineNo, fmt.Sprintf("监测项目“%s”的 of、unit 或 kind 改了，可是有 %d 个测点已有读数；请另起一个 id", old.Name, n)}
}

// clashOf compares a register with what takes its place.
func (was *Works) clashOf(ctx context.Context, tx *db.Tx, old *register.Schema, w *Works) (all []error, err error) {
	count := func(q register.Query) int {
		if err != nil {
			return 0
		}
		q.Register, q.Size = old.Name, 1
		var p register.Page
		p, err = was.Registers.List(ctx, tx, register.Inside, q)
		return p.Total
	}
	next, ok := w.Registers.Schema(old.Name)
	if !ok {
		if n := count(register.Query{}); n > 0 {
			all = append(all, &Problem{old.File, old.LineNo, fmt.Sprintf("台账“%s”不见了，可是有 %d 条在册；不再登记的写 until，不要删去", old.Name, n)})
		}
		return all, err
	}
	bad := func(format string, args ...any) {
		all = append(all, &Problem{next.File, next.LineNo, "台账“" + string(next.Name) + "”" + fmt.Sprintf(format, args...)})
	}
	if !slices.Equal(old.Key, next.Key) {
		if n := count(register.Query{}); n > 0 {
			bad("的 key 改了，可是有 %d 条在册，会认不出来", n)
		}
	}
	for _, s := range old.States {
		if !next.HasState(s) {
			if n := count(register.Query{State: s}); n > 0 {
				bad("没有状态“%s”了，可是有 %d 条在这个状态；请先把它们转走", s, n)
			}
		}
	}
	for i := range old.Fields {
		f := &old.Fields[i]
		g, ok := next.Field(f.Name)
		has := register.Query{Where: []register.Filter{{Field: f.Name, Op: "has"}}}
		switch {
		case !ok:
			if n := count(has); n > 0 {
				bad("没有“%s”这一格了，可是有 %d 条填着", f.Name, n)
			}
		case f.Type != g.Type || f.Register != g.Register || f.Unit != g.Unit && f.Type != register.Money:
			if n := count(has); n > 0 {
				bad("的“%s”改了类型、单位或所指的台账，可是有 %d 条填着；请另起一格", f.Name, n)
			}
		case f.Type == register.Choice:
			for _, o := range f.Options {
				if slices.Contains(g.Options, o) {
					continue
				}
				if n := count(register.Query{Where: []register.Filter{{Field: f.Name, Op: "=", Value: o}}}); n > 0 {
					bad("的“%s”没有选项“%s”了，可是有 %d 条选着它", f.Name, o, n)
				}
			}
		}
	}
	return all, err
}
