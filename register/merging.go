package register

import (
	"context"
	"encoding/json"

	"zhixing/db"
)

// MergingOf is the number of the merging that put an entry into another, by which Part takes it back; 0 where there is none, or it
// was taken back.
func (r *Registers) MergingOf(ctx context.Context, tx *db.Tx, name Name, loser ID) (int64, error) {
	const op = "MergingOf"
	rows, err := mergings(ctx, tx, r.County, name)
	if err != nil {
		return 0, wrap(op, err)
	}
	for _, b := range rows {
		var m Merger
		if err := json.Unmarshal([]byte(b.Data), &m); err != nil {
			return 0, wrap(op, err)
		}
		if m.LoserID == loser {
			return b.ID, nil
		}
	}
	return 0, nil
}
