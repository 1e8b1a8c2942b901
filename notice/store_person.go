package notice

import (
	"context"
	"database/sql"

	"zhixing/db"
)

func readPreference(ctx context.Context, tx *db.Tx, county, account string) (p Preference, err error) {
	err = tx.QueryRow(ctx, `/* notice_address.one */
		SELECT email FROM notice_address WHERE county = $1 AND account = $2`, county, account).Scan(&p.Email)
	if _, err = found(err); err != nil {
		return p, err
	}
	rows, err := tx.Query(ctx, `/* notice_choice.list */
		SELECT kind, channel, wanted FROM notice_choice WHERE county = $1 AND account = $2 ORDER BY kind, channel`, county, account)
	p.Choices, err = list(rows, err, func(r *sql.Rows) (c Choice, err error) { return c, r.Scan(&c.Kind, &c.Channel, &c.Wanted) })
	return p, err
}

func writePreference(ctx context.Context, tx *db.Tx, county, account string, p Preference) error {
	_, err := tx.Exec(ctx, `/* notice_address.set */
		INSERT INTO notice_address (county, account, email) VALUES ($1, $2, $3) ON CONFLICT (county, account) DO UPDATE SET email = excluded.email`,
		county, account, p.Email)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `/* notice_choice.clear */ DELETE FROM notice_choice WHERE county = $1 AND account = $2`, county, account); err != nil {
		return err
	}
	for _, c := range p.Choices {
		_, err := tx.Exec(ctx, `/* notice_choice.insert */
			INSERT INTO notice_choice (county, account, kind, channel, wanted) VALUES ($1, $2, $3, $4, $5)`, county, account, c.Kind, string(c.Channel), c.Wanted)
		if err != nil {
			return err
		}
	}
	return nil
}

func insertSubscription(ctx context.Context, tx *db.Tx, county, id string, s subscription) error {
	_, err := tx.Exec(ctx, `/* push_subscription.insert */
		INSERT INTO push_subscription (county, id, account, endpoint, p256dh, auth, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (county, id) DO UPDATE SET account = excluded.account, p256dh = excluded.p256dh, auth = excluded.auth, made_at = excluded.made_at`,
		county, id, s.account, s.endpoint, s.p256dh, s.auth, db.Micros(tx.Now()))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* push_subscription.trim */
		DELETE FROM push_subscription WHERE county = $1 AND account = $2 AND id NOT IN (
			SELECT id FROM push_subscription WHERE county = $1 AND account = $2 ORDER BY made_at DESC, id LIMIT $3)`,
		county, s.account, maxSubscriptions)
	return err
}

func subscriptionIDs(ctx context.Context, tx *db.Tx, county, account string) ([]string, error) {
	rows, err := tx.Query(ctx, `/* push_subscription.list */
		SELECT id FROM push_subscription WHERE county = $1 AND account = $2 ORDER BY id`, county, account)
	return list(rows, err, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) })
}

func subscriptionOf(ctx context.Context, tx *db.Tx, county, id string) (s subscription, ok bool, err error) {
	err = tx.QueryRow(ctx, `/* push_subscription.one */
		SELECT account, endpoint, p256dh, auth FROM push_subscription WHERE county = $1 AND id = $2`, county, id).
		Scan(&s.account, &s.endpoint, &s.p256dh, &s.auth)
	ok, err = found(err)
	return s, ok, err
}

func deleteSubscription(ctx context.Context, tx *db.Tx, county, id string) error {
	_, err := tx.Exec(ctx, `/* push_subscription.delete */ DELETE FROM push_subscription WHERE county = $1 AND id = $2`, county, id)
	return err
}

// keepPushKey keeps a key unless there is one, and gives the one that is kept.
func keepPushKey(ctx context.Context, tx *db.Tx, county string, raw []byte) (kept []byte, err error) {
	_, err = tx.Exec(ctx, `/* push_key.insert */
		INSERT INTO push_key (county, private, made_at) VALUES ($1, $2, $3) ON CONFLICT (county) DO NOTHING`, county, raw, db.Micros(tx.Now()))
	if err != nil {
		return nil, err
	}
	err = tx.QueryRow(ctx, `/* push_key.one */ SELECT private FROM push_key WHERE county = $1`, county).Scan(&kept)
	return kept, err
}
