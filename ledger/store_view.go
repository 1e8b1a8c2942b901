package ledger

import (
	"context"

	"zhixing/db"
)

// Views are the questions that a person has saved, by name.
func (l *Ledger) Views(ctx context.Context, tx *db.Tx, by Actor) ([]View, error) {
	rows, err := tx.Query(ctx, `/* ledger.Views */ SELECT name, query FROM ledger_view WHERE county = $1 AND account = $2 ORDER BY name`, l.County, by.Account)
	if err != nil {
		return nil, wrap("Views", err)
	}
	defer rows.Close()
	var out []View
	for rows.Next() {
		var v View
		if err := rows.Scan(&v.Name, &v.Query); err != nil {
			return nil, wrap("Views", err)
		}
		out = append(out, v)
	}
	return out, wrap("Views", rows.Err())
}

func putView(ctx context.Context, tx *db.Tx, county, account string, v View) error {
	_, err := tx.Exec(ctx, `/* ledger.putView */ INSERT INTO ledger_view (county, account, name, query) VALUES ($1, $2, $3, $4)
		ON CONFLICT (county, account, name) DO UPDATE SET query = excluded.query`, county, account, v.Name, v.Query)
	return err
}

func deleteView(ctx context.Context, tx *db.Tx, county, account, name string) error {
	_, err := tx.Exec(ctx, `/* ledger.deleteView */ DELETE FROM ledger_view WHERE county = $1 AND account = $2 AND name = $3`, county, account, name)
	return err
}
