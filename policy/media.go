package policy

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
}

// Rebroadcasters are the entries of the registers that a document names as an audience of media, in the states that it names.
func (w *Works) Rebroadcasters(ctx context.Context, tx *db.Tx) ([]Rebroadcaster, error) {
	var out []Rebroadcaster
	for _, s := range w.Set.Registers {
		v := w.Set.views[s]
		if v == nil || v.Kind != audience.Media {
			continue
		}
		page, err := w.Registers.List(ctx, tx, register.Inside, register.Query{Register: s.Name, Size: register.MaxSize})
		if err != nil {
			return nil, err
		}
		for _, e := range page.Entries {
			if len(v.States) == 0 || slices.Contains(v.States, e.State) {
				out = append(out, Rebroadcaster{s.Name, e.Key, e.Label})
			}
		}
	}
	return out, nil
}

// TellsOf reports whether a document names the register as whom to tell of danger.
func (w *Works) TellsOf(s *register.Schema) bool { return w.Set.views[s] != nil }
