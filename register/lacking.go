package register

import (
	"context"

	"zhixing/db"
)

// Lacking is a register in which each unit of a set must have an entry, and the units that have none.
type Lacking struct {
	Schema   *Schema
	Complete *Complete
	Units    []string
}

// Lacking are the registers that are not complete, with the units that are missing; those whose day has not come are among
// them.
func (r *Registers) Lacking(ctx context.Context, tx *db.Tx) ([]Lacking, error) {
	var out []Lacking
	for _, s := range r.Schemas {
		if s.Complete == nil {
			continue
		}
		units := s.Complete.Units
		if len(units) == 0 {
			units = r.members(s.Complete.Of)
		}
		l := Lacking{Schema: s, Complete: s.Complete}
		for _, u := range units {
			has, err := named(ctx, tx, r.County, u, s.Name, s.Complete.Field)
			if err != nil {
				return nil, wrap("Lacking", err)
			}
			if !has {
				l.Units = append(l.Units, u)
			}
		}
		if len(l.Units) > 0 {
			out = append(out, l)
		}
	}
	return out, nil
}
