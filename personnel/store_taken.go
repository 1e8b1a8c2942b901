package personnel

import (
	"context"

	"zhixing/db"
	"zhixing/publication"
)

// takenMove is a move of a document, by its words.
type takenMove struct {
	doc  publication.Key
	move string
}

func readTaken(ctx context.Context, tx *db.Tx, county string) (map[takenMove]TenureID, error) {
	rows, err := tx.Query(ctx, `/* personnel.readTaken */ SELECT doc, move, tenure FROM appointment_taken WHERE county = $1`, county)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[takenMove]TenureID{}
	for rows.Next() {
		var doc, move string
		var id TenureID
		if err := rows.Scan(&doc, &move, &id); err != nil {
			return nil, err
		}
		out[takenMove{publication.Key(doc), move}] = id
	}
	return out, rows.Err()
}

func insertTaken(ctx context.Context, tx *db.Tx, county string, m takenMove, id TenureID) error {
	_, err := tx.Exec(ctx, `/* personnel.insertTaken */
		INSERT INTO appointment_taken (county, doc, move, tenure, taken_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (county, doc, move) DO NOTHING`, county, string(m.doc), m.move, int64(id), db.Micros(tx.Now()))
	return err
}

func deleteTaken(ctx context.Context, tx *db.Tx, county string, m takenMove) error {
	_, err := tx.Exec(ctx, `/* personnel.deleteTaken */ DELETE FROM appointment_taken WHERE county = $1 AND doc = $2 AND move = $3`,
		county, string(m.doc), m.move)
	return err
}
