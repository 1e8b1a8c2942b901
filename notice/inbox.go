package notice

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"zhixing/db"
)

// Message is a notice in somebody's inbox (消息).
type Message struct {
	ID ID
	Notice
	At   time.Time // when it came into the inbox
	Read time.Time // zero while unread
}

// MaxLimit is how many rows of any list can be asked for at once.
const MaxLimit = 200

// InboxQuery asks for messages. The zero query is the first fifty.
type InboxQuery struct {
	Unread bool   // only those
	About  string // only those about this: duty/123
	Limit  int    // 1 to MaxLimit; 0 for 50
	Cursor string // Next of the page before; empty for the first
}

// Inbox lists the account's messages, unread first, then the newest. Next leads on and is empty at the end.
func Inbox(ctx context.Context, tx *db.Tx, county, account string, q InboxQuery) (list []Message, next string, err error) {
	const op = "Inbox"
	limit, err := checkLimit(op, q.Limit)
	if err != nil {
		return nil, "", err
	}
	after, err := parseCursor(op, q.Cursor, 2)
	if err != nil {
		return nil, "", err
	}
	if list, err = readInbox(ctx, tx, county, account, q, after, limit+1); err != nil {
		return nil, "", wrap(op, err)
	}
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		read := int64(0)
		if !last.Read.IsZero() {
			read = 1
		}
		next = cursor(read, int64(last.ID))
	}
	return list, next, nil
}

// Unread counts the account's unread messages.
func Unread(ctx context.Context, tx *db.Tx, county, account string) (int, error) {
	n, err := countUnread(ctx, tx, county, account)
	return n, wrap("Unread", err)
}

// MarkRead marks messages as read; those of other accounts are left alone. It says how many were unread.
func MarkRead(ctx context.Context, tx *db.Tx, county, account string, ids ...ID) (int, error) {
	const op = "MarkRead"
	if len(ids) > MaxLimit {
		return 0, refuse(TooLarge, op, "一次最多标记%d条消息。", MaxLimit)
	}
	n, err := markRead(ctx, tx, county, account, ids)
	return n, wrap(op, err)
}

// MarkAllRead marks all messages up to the given one as read: what came while the person was reading stays unread.
func MarkAllRead(ctx context.Context, tx *db.Tx, county, account string, upTo ID) (int, error) {
	n, err := markAllRead(ctx, tx, county, account, upTo)
	return n, wrap("MarkAllRead", err)
}

func checkLimit(op string, n int) (int, error) {
	if n == 0 {
		return 50, nil
	}
	if n < 1 || n > MaxLimit {
		return 0, refuse(Invalid, op, "每页条数应为1至%d。", MaxLimit)
	}
	return n, nil
}

// cursor is where a page ends; to whoever carries it it is a word without meaning.
func cursor(at ...int64) string {
	var words []string
	for _, n := range at {
		words = append(words, strconv.FormatInt(n, 10))
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(words, ".")))
}

// parseCursor gives the n numbers of a cursor; nil for the empty one.
func parseCursor(op, text string, n int) ([]int64, error) {
	if text == "" {
		return nil, nil
	}
	bad := refuse(Invalid, op, "翻页标记不对。请从第一页重新开始。")
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > 100 {
		return nil, bad
	}
	words := strings.Split(string(b), ".")
	if len(words) != n {
		return nil, bad
	}
	var at []int64
	for _, w := range words {
		v, err := strconv.ParseInt(w, 10, 64)
		if err != nil || v < 0 {
			return nil, bad
		}
		at = append(at, v)
	}
	return at, nil
}
