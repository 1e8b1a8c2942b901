package notice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"zhixing/db"
)

// Channel is a way out of the house. The inbox is none: it is always there.
type Channel string

// The channels.
const (
	ByEmail Channel = "email"
	ByHook  Channel = "webhook"
	ByPush  Channel = "webpush"
)

// Channels are all, in the order of the pages.
var Channels = []Channel{ByEmail, ByHook, ByPush}

// Chinese is what the pages call the channel.
func (c Channel) Chinese() string {
	switch c {
	case ByEmail:
		return "电子邮件"
	case ByHook:
		return "群机器人"
	case ByPush:
		return "浏览器推送"
	}
	return "未知渠道"
}

// parcel is a notice made ready for one recipient by one channel.
type parcel struct {
	Notice
	id      string // the same each time this delivery is tried: Message-ID, Idempotency-Key, Topic
	thread  string // the same for all notices about one thing; empty where it is about nothing
	at      time.Time
	url     string       // of its page; empty where it has none
	channel Channel      //
	target  string       // webhook's name, subscription's id
	email   string       // ByEmail
	sub     subscription // ByPush
}

// failure is why a parcel was not handed over. Its reason is shown to the operator and holds no address.
type failure struct {
	verdict verdict
	reason  string
	sent    bool // it was written, and nobody answered: it may have gone all the same
}

// verdict is what is to be done after a failure.
type verdict uint8

const (
	again verdict = iota // a later try may succeed
	down                 // as again, and nothing else need be tried on this line in this pass
	never                // this recipient or this content is refused for good
	gone                 // the recipient's address has ceased to exist; it is forgotten
)

func (f *failure) Error() string { return f.reason }

func fail(v verdict, format string, args ...any) error {
	return &failure{verdict: v, reason: clip(fmt.Sprintf(format, args...), maxReason)}
}

// unanswered is fail for what may have gone.
func unanswered(v verdict, format string, args ...any) error {
	f := fail(v, format, args...).(*failure)
	f.sent = true
	return f
}

// unreached says that a request never left: no connection was made.
func unreached(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

const maxReason = 300 // bytes

// claim is a delivery that this courier, and no other, may send until the lease ends.
type claim struct {
	parcel
	delivery int64
	account  string
	lease    string
	tries    int // with this one
}

// carry hands over what is due by one channel and gives how many were taken.
func (c *Courier) carry(ctx context.Context, ch Channel, clock func() time.Time) (n int, err error) {
	var broken []string // targets that need not be tried again in this pass
	for range passLimit {
		if ctx.Err() != nil {
			return n, ctx.Err()
		}
		got, more, err := c.claim(ctx, ch, clock(), broken)
		if err != nil || !more {
			return n, err
		}
		if got == nil {
			continue // it needed no sending
		}
		sent := c.hand(ctx, got.parcel)
		if sent == nil {
			n++
		}
		var f *failure
		if errors.As(sent, &f) && f.verdict == down {
			broken = append(broken, got.target)
		}
		if err := c.settle(ctx, got, sent, clock()); err != nil {
			return n, err // its lease ends by itself, then it is tried again
		}
	}
	return n, nil
}

// claim takes the next delivery that is due. more says whether there was one; it is nil where that one was settled without
// sending.
func (c *Courier) claim(ctx context.Context, ch Channel, now time.Time, broken []string) (got *claim, more bool, err error) {
	open := c.Open(now)
	err = c.DB.Write(ctx, func(tx *db.Tx) error {
		got, more = nil, false
		next, ok, err := nextDelivery(ctx, tx, c.County, ch, now, open, broken)
		if err != nil || !ok {
			return err
		}
		more = true
		if next.tries >= maxTries { // each of them ended with the program
			return endDelivery(ctx, tx, c.County, next.delivery, Failed, now, "多次发送均因程序中断而未完成")
		}
		if why, err := c.prepare(ctx, tx, &next, now); err != nil {
			return err
		} else if why != "" {
			return endDelivery(ctx, tx, c.County, next.delivery, Dropped, now, why)
		}
		next.tries++
		got = &next
		return leaseDelivery(ctx, tx, c.County, next.delivery, next.lease, now.Add(leaseFor))
	})
	if err != nil {
		return nil, false, err
	}
	return got, more, nil
}

// prepare fills in where the parcel goes; why says that it goes nowhere any more.
func (c *Courier) prepare(ctx context.Context, tx *db.Tx, next *claim, now time.Time) (why string, err error) {
	next.at = now
	next.url = c.Config.page(next.Path)
	host := c.Config.host()
	next.id = stable(c.County, "delivery", fmt.Sprint(next.delivery), next.Key) + "@" + host
	if next.About != "" {
		next.thread = stable(c.County, "about", next.About) + "@" + host
	}
	switch next.channel {
	case ByHook:
		if c.Config.hook(next.target) == nil {
			return "该群机器人已不在配置中", nil
		}
		return "", nil
	case ByEmail:
		pref, err := PreferenceOf(ctx, tx, c.County, next.account)
		next.email = pref.Email
		if pref.Email == "" || !pref.Wants(ByEmail, next.Kind) {
			why = "收件人已撤销邮箱或关闭此渠道"
		}
		return why, err
	}
	sub, ok, err := subscriptionOf(ctx, tx, c.County, next.target)
	if !ok || sub.account != next.account {
		why = "该浏览器的订阅已取消"
	}
	next.sub = sub
	return why, err
}

// hand sends one parcel. When the program is told to end, what is being sent has a moment to come to its end, so that it need not be
// sent again.
func (c *Courier) hand(ctx context.Context, p parcel) error {
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	if c.send != nil {
		return c.send(sending, p)
	}
	switch {
	case p.channel == ByEmail && c.Config.Mail != nil:
		return c.Config.Mail.send(sending, p)
	case p.channel == ByHook:
		return c.Config.hook(p.target).send(sending, p)
	case p.channel == ByPush && c.Config.Push != nil:
		return c.Config.Push.send(sending, p)
	}
	return fail(down, "渠道“%s”未配置", p.channel.Chinese())
}

// settle records how sending went.
func (c *Courier) settle(ctx context.Context, got *claim, sent error, now time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout) // also when the program ends just now
	defer cancel()
	out := settled{state: Handed, at: now}
	if sent != nil {
		out = c.after(got, sent, now)
		c.log().Warn("notice: not handed over", "county", c.County, "delivery", got.delivery, "channel", string(got.channel),
			"tries", got.tries, "state", string(out.state), "reason", out.reason)
	}
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		if out.forget {
			if err := deleteSubscription(ctx, tx, c.County, got.target); err != nil {
				return err
			}
		}
		return settleDelivery(ctx, tx, c.County, got.delivery, got.lease, out)
	})
}

// settled is the state of a delivery after a try.
type settled struct {
	state  State
	at     time.Time // handed over, or to be tried again
	reason string
	forget bool // the subscription is gone
}

// after is what follows from a failure.
func (c *Courier) after(got *claim, sent error, now time.Time) settled {
	f := &failure{verdict: again, reason: "发送出错"}
	if !errors.As(sent, &f) {
		c.log().Error("notice: an error without a verdict", "channel", string(got.channel), "error", redact(sent.Error(), got.email, got.sub.endpoint))
	}
	reason := redact(f.reason, got.email, got.sub.endpoint)
	switch {
	case f.verdict == gone:
		return settled{Dropped, now, reason, true}
	case f.verdict == never:
		return settled{Failed, now, reason, false}
	case got.tries >= maxTries:
		return settled{Failed, now, fmt.Sprintf("已试%d次：%s", got.tries, reason), false}
	}
	return settled{Waiting, c.leaveAt(got.Grade, now.Add(pause(got.tries))), reason, false}
}

// stable is a word that is the same for the same things, and tells nothing of them.
func stable(parts ...string) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return hex.EncodeToString(h[:16])
}

// redact takes addresses out of what others answer: servers like to repeat them.
func redact(s string, addresses ...string) string {
	for _, a := range addresses {
		if a != "" {
			s = replaceFold(s, a, "（地址）")
		}
	}
	return s
}

func replaceFold(s, old, with string) string {
	lower := strings.ToLower(s)
	if len(lower) != len(s) {
		return strings.ReplaceAll(s, old, with)
	}
	var b strings.Builder
	for old = strings.ToLower(old); ; {
		i := strings.Index(lower, old)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i] + with)
		s, lower = s[i+len(old):], lower[i+len(old):]
	}
}

// clip shortens a text to so many bytes, between letters.
func clip(s string, most int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	if len(s) <= most {
		return s
	}
	const dots = "…"
	cut := 0
	for i := range s {
		if i > most-len(dots) {
			break
		}
		cut = i
	}
	return s[:cut] + dots
}

// cause is an error of net/http without the address in it, which may hold a secret.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
