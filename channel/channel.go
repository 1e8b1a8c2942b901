// Package channel carries warnings and calls out of the house (发布渠道): a table of what waits, workers that hand it to gateways, and
// what is heard of it afterwards.
//
// Messages are put in the transaction of the deed that makes them, so that there is no approved warning without its messages:
//
//	fresh, err := outbox.PutAll(ctx, tx, []channel.Message{{
//		Purpose: "warning/17/2", Channel: "sms", To: "13800000000", Place: "示例镇/示例村",
//		Urgency: channel.Warning, Text: "【示例县气象台】…", Expires: until,
//	}, …})
//	…
//	outbox.Wake() // after the commit, so that nobody waits for the next look
//
// What an Outbox promises:
//
//   - One message for one purpose, channel and address, however often it is put: two people behind one number are told once, unless
//     they have keys of their own.
//   - What has expired or was withdrawn is not sent any more. What is real goes before what is drill.
//   - What was committed is sent, whenever the process dies. A message that was being handed over at that moment is sent again
//     where the far side can tell doubles by its id (Driver.TellsDoubles); elsewhere it stands as unknown, for a person to decide.
//   - A gateway that refuses a message or is out of order is followed by the next one of the channel.
//   - Nothing is said to have been delivered before the far side has said so.
package channel

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"zhixing/drill"
	"zhixing/gateway"
)

// ID is the number of a message in its county; gateways get it as text.
type ID int64

// String is the id as gateways get it.
func (id ID) String() string { return fmt.Sprint(int64(id)) }

// Urgency says what goes first.
type Urgency uint8

// The urgencies. Calls are few, and whoever is called has to act; warnings are many.
const (
	Call    Urgency = iota // 叫应
	Warning                // 预警
	Notice                 // 通知: keeps the quiet hours
)

// urgencies is how many there are.
const urgencies = 3

// State is where a message stands.
type State string

// The states.
const (
	Waiting   State = "waiting"   // 待发
	Leased    State = "leased"    // 发送中
	Accepted  State = "accepted"  // 已交网关
	Delivered State = "delivered" // 已送达
	Failed    State = "failed"    // 未送达
	Unknown   State = "unknown"   // 不明: may have gone; a person decides whether it is sent again
	Expired   State = "expired"   // 过期未发
	Withdrawn State = "withdrawn" // 撤回未发
)

// Chinese is what the pages call the state.
func (s State) Chinese() string {
	switch s {
	case Waiting:
		return "待发"
	case Leased:
		return "发送中"
	case Accepted:
		return "已交网关"
	case Delivered:
		return "已送达"
	case Failed:
		return "未送达"
	case Unknown:
		return "不明"
	case Expired:
		return "过期未发"
	case Withdrawn:
		return "撤回未发"
	}
	return "未知状态"
}

// Message is one text for one recipient by one channel.
type Message struct {
	Purpose   string // why, in one word: warning/17/2; tallied and withdrawn together
	Channel   string // sms, voice, speaker …, as configured
	To        string // telephone number, device
	Key       string // tells doubles within purpose and channel; empty: the address, so that two behind one number are told once
	Recipient string // whom it is for, as the caller numbers them; Withdraw gives it back
	Place     string // where he is, from large to small: 示例镇/示例村; for the tally
	Urgency   Urgency

	Title, Text     string
	Code            string // what is to be answered
	Level           int    // 1 red … 4 blue, 0 none
	Expires         time.Time
	Drill           bool
	Siren           bool // loudspeakers: these three
	Volume, Repeats int
}

// Bounds of a message.
const (
	maxText = 8 << 10
	maxWord = 300 // bytes of every other field
	maxLife = 31 * 24 * time.Hour
)

func (m *Message) check(now time.Time) error {
	const op = "PutAll"
	for _, s := range [...]string{m.Purpose, m.Channel, m.To} {
		if s == "" {
			return refuse(Invalid, op, "信息须有事由、渠道和地址。")
		}
	}
	for _, s := range [...]string{m.Purpose, m.Channel, m.To, m.Key, m.Recipient, m.Place, m.Title, m.Code} {
		if len(s) > maxWord || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			return refuse(Invalid, op, "信息的字段过长或含控制字符。")
		}
	}
	switch {
	case m.Text == "" || len(m.Text) > maxText || !utf8.ValidString(m.Text) || strings.ContainsRune(m.Text, 0):
		return refuse(Invalid, op, "信息须有正文，不超过%d字节。", maxText)
	case m.Urgency >= urgencies:
		return refuse(Invalid, op, "信息的缓急只有叫应、预警、通知三种。")
	case !m.Expires.After(now):
		return refuse(Invalid, op, "信息须写明失效时间，且不早于现在。")
	case m.Expires.Sub(now) > maxLife:
		return refuse(Invalid, op, "信息的失效时间不得晚于31天以后。")
	case m.Level < 0 || m.Level > 4:
		return refuse(Invalid, op, "信息的级别为0至4。")
	case m.Volume < 0 || m.Volume > 100 || m.Repeats < 0 || m.Repeats > 20:
		return refuse(Invalid, op, "音量为0至100，遍数不超过20。")
	case m.Drill && (!drill.Is(m.Text) || m.Title != "" && !drill.Is(m.Title)):
		return refuse(Invalid, op, "演练的信息，标题和正文须以“%s”开头和结尾。", drill.Mark)
	case !m.Drill && (drill.Has(m.Text) || drill.Has(m.Title)):
		return refuse(Invalid, op, "不是演练的信息不得含“%s”。", drill.Mark)
	}
	return nil
}

// ordinal sorts what is sent: whatever is real before any drill.
func (m *Message) ordinal() int {
	n := int(m.Urgency)
	if m.Drill {
		n += urgencies
	}
	return n
}

const ordinals = 2 * urgencies

// Address is an address in the one form in which it is kept and compared: a Chinese mobile number without its country code.
func Address(s string) string {
	digits := s
	if strings.ContainsAny(s, " -") {
		digits = strings.NewReplacer(" ", "", "-", "").Replace(s)
	}
	for _, prefix := range []string{"+86", "0086", "86"} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok && len(rest) == 11 && rest[0] == '1' && onlyDigits(rest) {
			return rest
		}
	}
	if len(digits) == 11 && digits[0] == '1' && onlyDigits(digits) {
		return digits
	}
	return s
}

func onlyDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// words is what is said, as it is kept once for all that hear it.
type words struct {
	title, body, code      string
	level, volume, repeats int
	siren, drill           bool
}

func (m *Message) words() words {
	return words{m.Title, m.Text, m.Code, m.Level, m.Volume, m.Repeats, m.Siren, m.Drill}
}

// message is what a gateway gets.
func (w words) message(id ID, to string, expires time.Time) gateway.Message {
	return gateway.Message{ID: id.String(), To: to, Title: w.title, Text: w.body, Expires: expires, Level: w.level, Code: w.code,
		Drill: w.drill, Siren: w.siren, Volume: w.volume, Repeats: w.repeats}
}
