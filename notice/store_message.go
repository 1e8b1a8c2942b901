package notice

import (
	"context"

	"zhixing/db"
)

func readMessage(ctx context.Context, tx *db.Tx, county, account string, id ID) (m Message, ok bool, err error) {
	var at, read int64
	m.ID, m.Notice, err = scanNotice(tx.QueryRow(ctx, `/* inbox.one */
		SELECT `+columns+`, i.at, i.read_at FROM inbox i JOIN notice n ON n.county = i.county AND n.n = i.n
		WHERE i.county = $1 AND i.account = $2 AND i.n = $3`, county, account, int64(id)), &at, &read)
	m.At, m.Read = db.FromMicros(at), when(read)
	ok, err = found(err)
	return m, ok, err
}
