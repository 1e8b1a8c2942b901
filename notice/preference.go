package notice

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/mail"
	"slices"
	"strings"

	"zhixing/db"
	"zhixing/journal"
)

// Preference is how a person wants to be reached beside the inbox. The zero Preference is: the inbox only. An address is a
// personal matter: it is shown to its owner and to nobody else.
type Preference struct {
	Email   string // empty: none
	Choices []Choice
}

// Choice turns a channel on or off for one kind of notice; the empty kind stands for all that have no choice of their own.
type Choice struct {
	Kind    string
	Channel Channel
	Wanted  bool
}

const maxChoices = 100

// Wants reports whether notices of the kind shall go by the channel.
func (p Preference) Wants(ch Channel, kind string) bool {
	wanted := false
	for _, c := range p.Choices {
		switch {
		case c.Channel != ch:
		case c.Kind == kind:
			return c.Wanted
		case c.Kind == "":
			wanted = c.Wanted
		}
	}
	return wanted
}

// PreferenceOf is the account's own preference.
func PreferenceOf(ctx context.Context, tx *db.Tx, county, account string) (Preference, error) {
	p, err := readPreference(ctx, tx, county, account)
	return p, wrap("PreferenceOf", err)
}

// SetPreference replaces the account's preference. The journal says that it was changed, and not to which address.
func SetPreference(ctx context.Context, tx *db.Tx, county, account string, p Preference) error {
	const op = "SetPreference"
	if account == "" {
		return refuse(Invalid, op, "没有账号。")
	}
	if p.Email != "" {
		a, err := mail.ParseAddress(p.Email)
		if err != nil || a.Address != p.Email || len(p.Email) > 254 || !plainAddress(p.Email) {
			return refuse(Invalid, op, "邮箱地址不对，应如 name@example.cn，不含姓名、空格和汉字。")
		}
	}
	if len(p.Choices) > maxChoices {
		return refuse(TooLarge, op, "选项过多，最多%d项。", maxChoices)
	}
	var seen []Choice
	for _, c := range p.Choices {
		if len(c.Kind) > maxWord || hasControl(c.Kind) || c.Channel != ByEmail && c.Channel != ByPush {
			return refuse(Invalid, op, "个人可以选择的渠道只有电子邮件和浏览器推送。")
		}
		c.Wanted = false
		if slices.Contains(seen, c) {
			return refuse(Invalid, op, "同一类通知的同一渠道只能选择一次。")
		}
		seen = append(seen, c)
	}
	if err := writePreference(ctx, tx, county, account, p); err != nil {
		return wrap(op, err)
	}
	return wrap(op, note(ctx, tx, county, account, deedPreference, "account/"+account, ""))
}

// plainAddress allows in an address what every relay takes, and nothing that could end the line it stands in.
func plainAddress(s string) bool {
	for _, r := range s {
		if r <= ' ' || r > '~' || strings.ContainsRune(`<>()[]\,;:"`, r) {
			return false
		}
	}
	return true
}

// Deeds of this package in the journal. That notices were carried is no deed: it stands in their deliveries.
const (
	deedPreference = "notice.preference"
	deedRetry      = "notice.retry"
	deedMakeFeed   = "feed.make"
	deedRevokeFeed = "feed.revoke"
)

// Deeds gives what pages call them.
var Deeds = map[string]string{
	deedPreference: "修改通知方式", deedRetry: "重新发送通知", deedMakeFeed: "新建日历订阅", deedRevokeFeed: "停用日历订阅",
}

func note(ctx context.Context, tx *db.Tx, county, who, what, subject, detail string) error {
	_, err := journal.Append(ctx, tx, county, journal.Entry{Who: who, What: what, Subject: subject, Detail: detail})
	return err
}

// subscription is a browser that asked for web push.
type subscription struct {
	account, endpoint string
	p256dh, auth      []byte
}

// maxSubscriptions is how many browsers one person has; the oldest goes when another comes.
const maxSubscriptions = 10

// Subscribe keeps a browser's subscription for the account, with what its PushSubscription says: endpoint and the keys p256dh and
// auth in base64url. A browser belongs to whoever logged in last.
func (p *Push) Subscribe(ctx context.Context, tx *db.Tx, county, account, endpoint, p256dh, auth string) error {
	const op = "Subscribe"
	bad := refuse(Invalid, op, "浏览器给出的订阅不能用。请更新浏览器，或改用电子邮件。")
	key, err1 := unbase64(p256dh)
	secret, err2 := unbase64(auth)
	if account == "" || err1 != nil || err2 != nil || len(secret) != 16 {
		return bad
	}
	if _, err := ecdh.P256().NewPublicKey(key); err != nil {
		return bad
	}
	if !p.allows(endpoint) {
		return refuse(Invalid, op, "该浏览器所用的推送服务未经本站允许。请改用电子邮件。")
	}
	return wrap(op, insertSubscription(ctx, tx, county, subscriptionID(endpoint), subscription{account, endpoint, key, secret}))
}

// Unsubscribe forgets a browser of the account.
func Unsubscribe(ctx context.Context, tx *db.Tx, county, account, endpoint string) error {
	sub, ok, err := subscriptionOf(ctx, tx, county, subscriptionID(endpoint))
	if err != nil || !ok || sub.account != account {
		return wrap("Unsubscribe", err)
	}
	return wrap("Unsubscribe", deleteSubscription(ctx, tx, county, subscriptionID(endpoint)))
}

func subscriptionID(endpoint string) string {
	h := sha256.Sum256([]byte(endpoint))
	return hex.EncodeToString(h[:])
}

// unbase64 reads base64url with or without its padding: browsers differ.
func unbase64(s string) ([]byte, error) {
	if len(s) > 200 {
		return nil, base64.CorruptInputError(200)
	}
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}

// LoadPushKey is the county's key for web push; it is made when it is first asked for. A new key would cut off every browser that
// subscribed under the old one.
func LoadPushKey(ctx context.Context, d *db.DB, county string) (k PushKey, err error) {
	fresh, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return k, wrap("LoadPushKey", err)
	}
	raw, err := fresh.Bytes()
	if err != nil {
		return k, wrap("LoadPushKey", err)
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		kept, err := keepPushKey(ctx, tx, county, raw)
		if err == nil {
			k, err = parsePushKey(kept)
		}
		return err
	})
	return k, wrap("LoadPushKey", err)
}
