package register

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"zhixing/db"
)

// fingerprint tells whether the obligations of a register are those by which its rows were last reckoned.
func (s *Schema) fingerprint() string {
	h := sha256.New()
	for _, o := range s.Obligations {
		fmt.Fprintf(h, "%s\x00%+v\x00%+v\x00%s\x00%+v\x00", o.ID, o.Start, o.Within, o.By, o.Every)
		if o.When != nil {
			fmt.Fprintf(h, "when %s\x00", o.When)
		}
		if o.Done != nil {
			fmt.Fprintf(h, "done %s\x00", o.Done)
		}
		if o.Record != nil {
			fmt.Fprintf(h, "record %+v\x00", *o.Record)
		}
		if o.Again.N > 0 {
			fmt.Fprintf(h, "again %+v\x00", o.Again)
		}
		fmt.Fprintf(h, "%+v\n", o.To)
	}
	if len(s.End) > 0 {
		fmt.Fprintf(h, "end %s\n", s.End)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Settle reckons the obligations of every register anew whose definition is not the one by which they were reckoned: to be
// called when definitions were loaded. It gives the registers that it went through.
func (r *Registers) Settle(ctx context.Context, tx *db.Tx) ([]Name, error) {
	const op = "Settle"
	var done []Name
	for _, s := range r.Schemas {
		h, err := loadHead(ctx, tx, r.County, s.Name)
		if err != nil {
			return nil, wrap(op, err)
		}
		if h.fresh || h.rules == s.fingerprint() {
			continue
		}
		if err := r.Recount(ctx, tx, s.Name); err != nil {
			return nil, err
		}
		h.rules = s.fingerprint()
		if err := saveHead(ctx, tx, r.County, s.Name, h); err != nil {
			return nil, wrap(op, err)
		}
		done = append(done, s.Name)
	}
	return done, nil
}

// Misfit says how many entries of a register would not fit a new definition of it, and why.
type Misfit struct {
	Register Name
	Count    int
	Why      string
}

// Misfits are what in the register does not fit a new definition of it: entries in a state that there will not be, with fields that
// there will not be or that will be of another type or unit, keyed by other fields. r has the definition that is in force; next is
// what shall follow, nil where the register shall go.
func (r *Registers) Misfits(ctx context.Context, tx *db.Tx, name Name, next *Schema) ([]Misfit, error) {
	const op = "Misfits"
	now, err := r.schema(op, name)
	if err != nil {
		return nil, err
	}
	counts, err := r.CountsOf(ctx, tx, Inside, name)
	if err != nil {
		return nil, err
	}
	all := 0
	var out []Misfit
	for state, n := range counts {
		all += n
		if state != "" && next != nil && !next.HasState(state) {
			out = append(out, Misfit{name, n, "处于“" + state + "”，新的定义里没有这种状态"})
		}
	}
	switch {
	case all == 0:
		return nil, nil
	case next == nil:
		return []Misfit{{name, all, "台账里还有条目，不能去掉"}}, nil
	case !slices.Equal(now.Key, next.Key):
		out = append(out, Misfit{name, all, "认定条目的字段改了"})
	}
	slices.SortFunc(out, func(a, b Misfit) int { return b.Count - a.Count })
	for _, f := range now.Fields {
		g, ok := next.Field(f.Name)
		why := ""
		switch {
		case !ok:
			why = "填了“" + f.Name + "”，新的定义里没有这一格"
		case g.Type != f.Type:
			why = fmt.Sprintf("填了“%s”，类型由%s改成了%s", f.Name, f.Type, g.Type)
		case f.Type == Number && g.Unit != f.Unit:
			why = fmt.Sprintf("填了“%s”，单位由%s改成了%s", f.Name, f.Unit, g.Unit)
		case f.Type == Ref && g.Register != f.Register:
			why = "填了“" + f.Name + "”，指向的台账改了"
		}
		values := []string(nil)
		if why == "" && f.Type == Choice {
			for _, o := range f.Options {
				if !slices.Contains(g.Options, o) {
					values = append(values, o)
				}
			}
			if len(values) == 0 {
				continue
			}
			why = fmt.Sprintf("“%s”选了新的定义里没有的选项", f.Name)
		}
		if why == "" {
			continue
		}
		n, err := r.holding(ctx, tx, now, &f, values)
		if err != nil {
			return nil, wrap(op, err)
		}
		if n > 0 {
			out = append(out, Misfit{name, n, why})
		}
	}
	return out, nil
}

// holding counts the entries that hold something in a field: one of the values, where some are given.
func (r *Registers) holding(ctx context.Context, tx *db.Tx, s *Schema, f *Field, values []string) (int, error) {
	if len(values) == 0 {
		return r.counted(ctx, tx, r.where(tx, s, Inside, Query{Removed: true}, []filter{{field: f, op: Holds}}, 0))
	}
	n := 0
	for _, v := range values {
		k, err := r.counted(ctx, tx, r.where(tx, s, Inside, Query{Removed: true}, []filter{{field: f, op: Is, value: v}}, 0))
		if err != nil {
			return 0, err
		}
		n += k
	}
	return n, nil
}
