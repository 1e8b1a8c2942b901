package notice

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"zhixing/db"
)

// FeedKind says whose calendar a feed shows.
type FeedKind string

// The kinds of feed.
const (
	OfUnit FeedKind = "unit"
	OfPost FeedKind = "post"
)

// Feed is a secret address under which a calendar program reads the deadlines of a unit or a post: such programs cannot log in.
type Feed struct {
	ID      string // what lists and revocation call it; it does not open the feed
	Kind    FeedKind
	Name    string
	By      string
	Made    time.Time
	Revoked time.Time // zero while it is good
}

// MakeFeed makes a feed and gives its token, which is shown this once: only its hash is kept.
func MakeFeed(ctx context.Context, tx *db.Tx, county string, kind FeedKind, name, by string) (token string, err error) {
	const op = "MakeFeed"
	if kind != OfUnit && kind != OfPost || name == "" || len(name) > maxWord || hasControl(name) {
		return "", refuse(Invalid, op, "日历订阅须指明一个单位或一个职务。")
	}
	b := make([]byte, 32)
	rand.Read(b)
	token = base64.RawURLEncoding.EncodeToString(b)
	if err := insertFeed(ctx, tx, county, Feed{ID: feedID(token), Kind: kind, Name: name, By: by}); err != nil {
		return "", wrap(op, err)
	}
	return token, wrap(op, note(ctx, tx, county, by, deedMakeFeed, string(kind)+"/"+name, ""))
}

// OpenFeed gives the feed that a token opens. A wrong and a revoked token are told apart by nobody.
func OpenFeed(ctx context.Context, tx *db.Tx, county, token string) (Feed, error) {
	const op = "OpenFeed"
	bad := refuse(NotFound, op, "没有这个日历订阅，或它已停用。")
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return Feed{}, bad
	}
	f, ok, err := readFeed(ctx, tx, county, feedID(token))
	switch {
	case err != nil:
		return Feed{}, wrap(op, err)
	case !ok || !f.Revoked.IsZero():
		return Feed{}, bad
	}
	return f, nil
}

// Feeds lists the feeds of a unit or post, the newest first, revoked ones too.
func Feeds(ctx context.Context, tx *db.Tx, county string, kind FeedKind, name string) ([]Feed, error) {
	list, err := readFeeds(ctx, tx, county, kind, name)
	return list, wrap("Feeds", err)
}

// RevokeFeed ends a feed for good.
func RevokeFeed(ctx context.Context, tx *db.Tx, county, id, by string) error {
	const op = "RevokeFeed"
	f, ok, err := readFeed(ctx, tx, county, id)
	switch {
	case err != nil:
		return wrap(op, err)
	case !ok:
		return refuse(NotFound, op, "没有这个日历订阅。")
	case !f.Revoked.IsZero():
		return nil
	}
	if err := revokeFeed(ctx, tx, county, id, by); err != nil {
		return wrap(op, err)
	}
	return wrap(op, note(ctx, tx, county, by, deedRevokeFeed, string(f.Kind)+"/"+f.Name, ""))
}

// feedID is the token's hash. The token has 256 random bits, so the hash needs no salt.
func feedID(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}
