package works

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/drill"
	"zhixing/gateway/sms"
	"zhixing/warning"
)

// Who is told because he agreed can leave by answering, and every message to him says so.

// howToLeave ends messages to residents who agreed; holders of posts cannot leave, and are not told that they could.
const howToLeave = "回复TD退订"

// leavable is a text with how to leave at its end, inside the marks of a drill. One that would become too long to go stays as it is.
func leavable(text string) string {
	longer := text + howToLeave
	if drill.Is(text) {
		longer = drill.Marked(drill.Unmarked(text) + howToLeave)
	}
	if _, parts := sms.Size(longer); parts == 0 {
		return text
	}
	return longer
}

// Length is how long a short message is, and as how many it is paid.
type Length struct{ Characters, Parts int }

// SMSLengths are those of a warning's short message, as everybody gets it and as those get it who may leave.
func (*Works) SMSLengths(v *warning.Version) (plain, leaving Length) {
	plain.Characters, plain.Parts = sms.Size(v.Text())
	leaving.Characters, leaving.Parts = sms.Size(leavable(v.Text()))
	return plain, leaving
}

// What people write who want to leave: what the message tells them to, and what they take it for.
var leaveWords = []string{"TD", "T", "退订", "TD退订", "退订TD", "回复TD", "回复TD退订"}

// leaves reports whether a reply says that its sender wants to leave, and nothing else. No code is among these words: codes have five
// symbols and more.
func leaves(text string) bool {
	said := strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r += '!' - '！'
		case r == '　':
			r = ' '
		}
		if unicode.IsSpace(r) || strings.ContainsRune("。，、“”.,!\"'", r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, text)
	return slices.Contains(leaveWords, said)
}

// Replied takes what people sent back: that they want to leave, or else answers to calls. The outbox keeps every reply.
func (w *Works) Replied(ctx context.Context, tx *db.Tx, list []channel.Reply) error {
	for _, r := range list {
		if r.Channel == string(audience.SMS) && leaves(r.Text) {
			if err := w.leave(ctx, tx, r); err != nil {
				return err
			}
			continue
		}
		if _, err := w.Callup.Reply(ctx, tx, callup.Incoming{Channel: r.Channel, From: r.From, Text: r.Text, Ref: r.Key, At: r.At}); err != nil {
			return err
		}
	}
	return nil
}

// leave ends the subscription of whoever sent the reply, and tells him once. Who leaves again is told so once a day, as it may be a machine
// that answers.
func (w *Works) leave(ctx context.Context, tx *db.Tx, r channel.Reply) error {
	came, err := w.Audience.WithdrawFrom(ctx, tx, r.From, "短信回复")
	if err != nil {
		return err
	}
	waits, err := w.Callup.Waits(ctx, tx, r.From)
	if err != nil || w.Outbox == nil {
		return err
	}
	now := tx.Now()
	purpose := "audience/leave/" + calendar.DateOf(now).String()
	if came.New {
		purpose = fmt.Sprintf("audience/leave/%d", now.UnixMicro())
	}
	_, err = w.Outbox.PutAll(ctx, tx, []channel.Message{{Purpose: purpose, Channel: r.Channel, To: r.From, Urgency: channel.Warning, Title: "退订",
		Text: "【" + w.County.Place.County + "预警】" + leftWords(came, waits, w.issuerWord()), Expires: now.Add(time.Hour)}})
	return err
}

// leftWords say what came of leaving, and what it does not end.
func leftWords(came audience.Parting, waits bool, keeper string) string {
	var b strings.Builder
	is := func(k audience.Kind) bool {
		return slices.ContainsFunc(came.Held, func(h audience.Held) bool { return h.Kind == k })
	}
	switch {
	case came.New && came.Kept == 0:
		b.WriteString("已退订，不再给您发预警短信。")
	case came.Kept > 0:
		b.WriteString("已退订。您在危险范围内时，红色、橙色预警仍依法告知。")
	case len(came.Held) == 0:
		b.WriteString("您没有订阅预警短信。")
	}
	if is(audience.Post) || waits {
		b.WriteString("您担任职务，预警和叫应照旧发给您。")
	}
	if waits {
		b.WriteString("叫应还没有应答，请按叫应短信里的码回复。")
	}
	if is(audience.Firm) || is(audience.Media) {
		b.WriteString("单位名单里的号码，请与" + keeper + "联系更改。")
	}
	return b.String()
}

// issuerWord is who keeps the lists of those who are told: the unit that warns.
func (w *Works) issuerWord() string {
	if len(w.Warnings.Hazards) == 0 {
		return w.County.Office
	}
	return w.Warnings.Hazards[0].Unit
}
