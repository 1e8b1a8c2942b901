package notice

import (
	"context"
	"database/sql"

	"zhixing/db"
)

func insertFeed(ctx context.Context, tx *db.Tx, county string, f Feed) error {
	_, err := tx.Exec(ctx, `/* feed_token.insert */
		INSERT INTO feed_token (county, token_hash, kind, name, made_by, made_at, revoked_by, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, '', 0)`,
		county, f.ID, string(f.Kind), f.Name, f.By, db.Micros(tx.Now()))
	return err
}

const feedColumns = `token_hash, kind, name, made_by, made_at, revoked_at`

func scanFeed(row scanner) (f Feed, err error) {
	var made, revoked int64
	err = row.Scan(&f.ID, &f.Kind, &f.Name, &f.By, &made, &revoked)
	f.Made, f.Revoked = db.FromMicros(made), when(revoked)
	return f, err
}

func readFeed(ctx context.Context, tx *db.Tx, county, id string) (f Feed, ok bool, err error) {
	f, err = scanFeed(tx.QueryRow(ctx, `/* feed_token.one */
		SELECT `+feedColumns+` FROM feed_token WHERE county = $1 AND token_hash = $2`, county, id))
	ok, err = found(err)
	return f, ok, err
}

func readFeeds(ctx context.Context, tx *db.Tx, county string, kind FeedKind, name string) ([]Feed, error) {
	rows, err := tx.Query(ctx, `/* feed_token.list */
		SELECT `+feedColumns+` FROM feed_token WHERE county = $1 AND kind = $2 AND name = $3 ORDER BY made_at DESC, token_hash`, county, string(kind), name)
	return list(rows, err, func(r *sql.Rows) (Feed, error) { return scanFeed(r) })
}

func revokeFeed(ctx context.Context, tx *db.Tx, county, id, by string) error {
	_, err := tx.Exec(ctx, `/* feed_token.revoke */
		UPDATE feed_token SET revoked_by = $3, revoked_at = $4 WHERE county = $1 AND token_hash = $2`, county, id, by, db.Micros(tx.Now()))
	return err
}
