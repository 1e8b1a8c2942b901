package callup

import (
	"fmt"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/drill"
)

// Voice is the one channel on which people press keys instead of writing.
const Voice = "voice"

// App is the site itself: the call stands on the person's own page, and he hears of it as of his notices. The address is his account.
const App = "app"

// marked is a text as it may leave the house.
func marked(exercise bool, s string) string {
	if !exercise {
		return s
	}
	return drill.Marked(s)
}

// maxHead bounds the title of a message, in characters; the text has the whole.
const maxHead = 60

// head is the title of a message: one line, not too long for any channel.
func head(exercise bool, kind, title string) string {
	return marked(exercise, cut(kind+"："+unmarked(title), maxHead))
}

// sentence ends a text with a full stop where it has no end.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(lastRune(s), "。！？；.!?;】") {
		return s
	}
	return s + "。"
}

func lastRune(s string) string {
	r := []rune(s)
	return string(r[len(r)-1:])
}

// body is what the round says, without marks.
func (r *Round) body() string { return sentence(unmarked(r.Title)) + sentence(unmarked(r.Text)) }

func unmarked(s string) string { return strings.TrimSpace(drill.Unmarked(strings.TrimSpace(s))) }

// asking is the text by which a call asks for an answer.
func (r *Round) asking(c *Call, channel string) string {
	var b strings.Builder
	if c.ForName != "" {
		fmt.Fprintf(&b, "%s休假，由您代为应答。", c.ForName)
	}
	b.WriteString(sentence(c.Why))
	b.WriteString(r.body())
	switch channel {
	case Voice:
		b.WriteString("收到请按1，已经办好请按2。")
	case App:
		b.WriteString("请点开应答；办好后再报办好，并可写明情况、附照片。")
	default:
		fmt.Fprintf(&b, "收到请回复%s；办好后回复%s办，并可写明情况。", c.Code, c.Code)
	}
	return b.String()
}

// clock is a time of the day, or with its day where that is another.
func clock(t, now time.Time) string {
	t, now = t.In(calendar.Zone), now.In(calendar.Zone)
	if calendar.DateOf(t) == calendar.DateOf(now) {
		return t.Format("15:04")
	}
	return fmt.Sprintf("%d月%d日%s", t.Month(), t.Day(), t.Format("15:04"))
}

// maxNames is how many persons a text names; the board has all.
const maxNames = 20

// names are persons with their posts, for a sentence, each once.
func names(calls []*Call) string {
	var list []string
	for _, c := range calls {
		list = union(list, []string{c.who()})
	}
	if len(list) > maxNames {
		return strings.Join(list[:maxNames], "、") + fmt.Sprintf("等%d人，其余见应答台", len(list))
	}
	return strings.Join(list, "、")
}
