package sms

import (
	"strings"

	"zhixing/drill"
	"zhixing/gateway"
)

// Check gives the number that a message goes to, or why it must not go. Outside the marks of a drill
// only a signature may stand, for carriers want it at an end.
func Check(m *gateway.Message) (number, reason string) {
	number, ok := Number(m.To)
	text := strings.TrimSpace(m.Text)
	switch {
	case !ok:
		return "", "接收号码不是电话号码"
	case text == "":
		return "", "短信没有内容"
	case m.Drill && !marked(text):
		return "", "演练短信首尾没有" + drill.Mark + "，不予发送"
	case !m.Drill && drill.Has(text):
		return "", "不是演练，短信却带有" + drill.Mark + "，不予发送"
	}
	return number, ""
}

func marked(text string) bool {
	if strings.HasPrefix(text, "【") && !strings.HasPrefix(text, drill.Mark) {
		_, text, _ = strings.Cut(text, "】")
	} else if strings.HasSuffix(text, "】") && !strings.HasSuffix(text, drill.Mark) {
		text = text[:max(strings.LastIndex(text, "【"), 0)]
	}
	return drill.Is(text) && drill.Unmarked(text) != ""
}
