package audience

import (
	"context"
	"database/sql"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

// ofAddress are the numbers of the recipients that have an address.
const ofAddress = `SELECT recipient FROM audience_address WHERE county = $1 AND address = $2`

// endedBefore are some of the recipients whose time was over before a day.
const endedBefore = `AND id IN (SELECT id FROM audience WHERE county = $1 AND until_on <> '' AND until_on < $2 ORDER BY until_on LIMIT 500)`

func dayBefore(now time.Time, days int) string { return calendar.DateOf(now).AddDays(-days).String() }

// code is a Code as it is kept.
type code struct {
	deed         Deed
	body, digits string
	tries        int
	until        time.Time
}

func insertCode(ctx context.Context, tx *db.Tx, county string, c Code, q Request, digits string) error {
	_, err := tx.Exec(ctx, `/* audience.ask */
		INSERT INTO audience_code (county, id, channel, address, deed, body, digits, tries, made_at, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)`,
		county, c.ID, string(q.Address.Channel), q.Address.To, string(q.Deed), spelling(q), digits, db.Micros(tx.Now()), db.Micros(c.Until))
	return err
}

func readCode(ctx context.Context, tx *db.Tx, county, id string) (c code, ok bool, err error) {
	var until int64
	ok, err = found(tx.QueryRow(ctx, `/* audience.code */
		SELECT deed, body, digits, tries, until_at FROM audience_code WHERE county = $1 AND id = $2 AND digits <> ''`, county, id).
		Scan(&c.deed, &c.body, &c.digits, &c.tries, &until))
	c.until = db.FromMicros(until)
	return c, ok, err
}

// codesSince counts the codes for an address, or for anybody.
func codesSince(ctx context.Context, tx *db.Tx, county, to string, since time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `/* audience.codesSince */
		SELECT count(*) FROM audience_code WHERE county = $1 AND ($2 = '' OR address = $2) AND made_at > $3`, county, to, db.Micros(since)).Scan(&n)
	return n, err
}

func countTry(ctx context.Context, tx *db.Tx, county, id string) error {
	_, err := tx.Exec(ctx, `/* audience.try */ UPDATE audience_code SET tries = tries + 1 WHERE county = $1 AND id = $2`, county, id)
	return err
}

// dropCode uses a code up. Its row still counts among those that were sent.
func dropCode(ctx context.Context, tx *db.Tx, county, id string) error {
	_, err := tx.Exec(ctx, `/* audience.used */ UPDATE audience_code SET body = '', digits = '' WHERE county = $1 AND id = $2`, county, id)
	return err
}

func dropCodes(ctx context.Context, tx *db.Tx, county, to string) error {
	_, err := tx.Exec(ctx, `/* audience.dropCodes */ DELETE FROM audience_code WHERE county = $1 AND address = $2`, county, to)
	return err
}

func oldCodes(ctx context.Context, tx *db.Tx, county string, before int64) error {
	_, err := tx.Exec(ctx, `/* audience.oldCodes */ DELETE FROM audience_code WHERE county = $1 AND made_at < $2`, county, before)
	return err
}

// dropTraces drops what a recipient was before imports, and makes each batch forget it.
func dropTraces(ctx context.Context, tx *db.Tx, county string, s *stored) error {
	_, err := tx.Exec(ctx, `/* audience.dropTraces */ DELETE FROM audience_before WHERE county = $1 AND recipient = $2`, county, int64(s.id))
	return err
}

func insertProof(ctx context.Context, tx *db.Tx, county string, deed Deed, mark, how, words string) error {
	_, err := tx.Exec(ctx, `/* audience.prove */
		INSERT INTO audience_proof (county, n, at, deed, mark, how, words)
		SELECT $1, coalesce((SELECT max(n) FROM audience_proof WHERE county = $1), 0) + 1, $2, $3, $4, $5, $6`,
		county, db.Micros(tx.Now()), string(deed), mark, how, words)
	return err
}

func scanProof(r *sql.Rows) (p Proof, mark string, err error) {
	var at int64
	err = r.Scan(&p.N, &at, &p.Deed, &p.How, &p.Words, &mark)
	p.At = db.FromMicros(at)
	return p, mark, err
}

func readProofs(ctx context.Context, tx *db.Tx, county, mark string) ([]Proof, error) {
	rows, err := tx.Query(ctx, `/* audience.proofs */
		SELECT n, at, deed, how, words, mark FROM audience_proof WHERE county = $1 AND mark = $2 ORDER BY n`, county, mark)
	return list(rows, err, func(r *sql.Rows) (p Proof, err error) {
		p, _, err = scanProof(r)
		return p, err
	})
}

// lastProofs are the newest of each mark.
func lastProofs(ctx context.Context, tx *db.Tx, county string) (map[string]Proof, error) {
	rows, err := tx.Query(ctx, `/* audience.lastProofs */
		SELECT n, at, deed, how, words, mark FROM audience_proof p WHERE county = $1 AND deed IN ('withdraw', 'erase')
			AND NOT EXISTS (SELECT 1 FROM audience_proof q WHERE q.county = p.county AND q.mark = p.mark AND q.n > p.n)`, county)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]Proof{}
	for rows.Next() {
		p, mark, err := scanProof(rows)
		if err != nil {
			return nil, err
		}
		out[mark] = p
	}
	return out, rows.Err()
}
