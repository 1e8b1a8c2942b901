package notice

import (
	"context"

	"zhixing/db"
)

// MessageBy is one message of the account's inbox.
func MessageBy(ctx context.Context, tx *db.Tx, county, account string, id ID) (Message, error) {
	const op = "MessageBy"
	m, ok, err := readMessage(ctx, tx, county, account, id)
	if err == nil && !ok {
		return m, refuse(NotFound, op, "没有这条消息。")
	}
	return m, wrap(op, err)
}

// Subscriptions counts the browsers of the account that asked for web push.
func Subscriptions(ctx context.Context, tx *db.Tx, county, account string) (int, error) {
	ids, err := subscriptionIDs(ctx, tx, county, account)
	return len(ids), wrap("Subscriptions", err)
}
