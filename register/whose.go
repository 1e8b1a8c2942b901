package register

import (
	"context"
	"strings"

	"zhixing/db"
)

// UnitOf is the unit that something about an entry goes to today.
func (r *Registers) UnitOf(ctx context.Context, tx *db.Tx, w Whose, e *Entry) (string, error) {
	if w.Field == "" {
		return w.Unit, nil
	}
	path := strings.Split(w.Field, ".")
	for _, name := range path[:len(path)-1] {
		s, ok := r.Schema(e.Register)
		if !ok || e.Values[name] == "" {
			return w.Unit, nil
		}
		f, ok := s.Field(name)
		if !ok {
			return w.Unit, nil
		}
		other, err := byKey(ctx, tx, r.County, f.Register, e.Values[name])
		if err != nil || other == nil {
			return w.Unit, err
		}
		e = other
	}
	if unit := e.Values[path[len(path)-1]]; unit != "" {
		return unit, nil
	}
	return w.Unit, nil
}
