package works

import (
	"context"
	"slices"

	"zhixing/audience"
	"zhixing/db"
	"zhixing/register"
)

// Rebroadcaster is who passes warnings on (再传播), as its register knows it.
type Rebroadcaster struct {
	Register register.Name
	Key      string
	Name     string
	Unit     string // that is in charge of it
	Role     string // 广播电视
	Public   bool   // anybody may know of it
	Figures  []Figure
}

// Figure is a number that anybody may know of a re-broadcaster: how many it reaches, within how many minutes.
type Figure struct {
	register.Field
	Value string
}

// Who is the key by which what it passed on is kept.
func (r Rebroadcaster) Who() string { return string(r.Register) + "/" + r.Key }

// Rebroadcasters are the entries of the registers that a document names as an audience of media, in the states that it names.
func (w *Works) Rebroadcasters(ctx context.Context, tx *db.Tx) ([]Rebroadcaster, error) {
	var out []Rebroadcaster
	for _, s := range w.Set.Registers {
		v := w.Set.Views[s]
		if v == nil || v.Kind != audience.Media {
			continue
		}
		page, err := w.Registers.List(ctx, tx, register.Inside, register.Query{Register: s.Name, Size: register.MaxSize})
		if err != nil {
			return nil, err
		}
		for _, e := range page.Entries {
			if len(v.States) == 0 || slices.Contains(v.States, e.State) {
				out = append(out, rebroadcaster(s, v, e))
			}
		}
	}
	return out, nil
}

// rebroadcaster is an entry as its view names it; what only officials may see is left out where the public may see any of it.
func rebroadcaster(s *register.Schema, v *audience.View, e *register.Entry) Rebroadcaster {
	out := Rebroadcaster{Register: s.Name, Key: e.Key, Name: e.Label, Unit: e.Values[v.Unit], Role: e.Values[v.Role]}
	shown, ok := s.Show(register.Viewer{}, e)
	if out.Public = ok && shown.Key == e.Key && shown.Label == e.Label; !out.Public {
		return out
	}
	out.Role = shown.Values[v.Role]
	for _, f := range s.Columns(register.Viewer{}) {
		if f.Type == register.Number && shown.Values[f.Name] != "" {
			out.Figures = append(out.Figures, Figure{f, f.Written(shown.Values[f.Name])})
		}
	}
	return out
}

// PublicRebroadcasters are those that anybody may know of.
func (w *Works) PublicRebroadcasters(ctx context.Context, tx *db.Tx) ([]Rebroadcaster, error) {
	all, err := w.Rebroadcasters(ctx, tx)
	return slices.DeleteFunc(all, func(r Rebroadcaster) bool { return !r.Public }), err
}

// TellsOf reports whether a document names the register as whom to tell of danger.
func (w *Works) TellsOf(s *register.Schema) bool { return w.Set.Views[s] != nil }
