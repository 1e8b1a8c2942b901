package callup

import (
	"fmt"
	"strings"
	"time"

	"zhixing/calendar"
)

// Voice is the one channel on which people press keys instead of writing.
const Voice = "voice"

// drillMark stands first and last in every text of a drill.
const drillMark = "【演练】"

// marked is a text as it may leave the house.
func marked(drill bool, s string) string {
	if !drill {
		return s
	}
	return drillMark + strings.TrimSuffix(strings.TrimPrefix(s, drillMark), drillMark) + drillMark
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

func unmarked(s string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(s), drillMark), drillMark))
}

// asking is the text by which a call asks for an answer.
func (r *Round) asking(c *Call, channel string) string {
	var b strings.Builder
	if c.ForName != "" {
		fmt.Fprintf(&b, "%s休假，由您代为应答。", c.ForName)
	}
	b.WriteString(sentence(c.Why))
	b.WriteString(r.body())
	if channel == Voice {
		b.WriteString("收到请按1，已经办好请按2。")
	} else {
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
