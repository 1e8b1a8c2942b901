package warning

import (
	"fmt"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/drill"
)

// marked is a text of a drill with its marks, or the text as it is.
func marked(name, s string) string {
	if name == "" {
		return s
	}
	return drill.Marked(s)
}

// issuer is the unit's name as the public knows it: 县气象局 of 甲县 is 甲县气象局.
func (w *Warnings) issuer(h *Hazard) string {
	if rest, ok := strings.CutPrefix(h.Unit, "县"); ok && strings.HasSuffix(w.Place, "县") {
		return w.Place + rest
	}
	return h.Unit
}

// headline is 甲县气象局发布暴雨橙色预警[II级/严重].
func (w *Warnings) headline(h *Hazard, kind Kind, stage Stage, level Level) string {
	s := w.issuer(h) + kind.Chinese() + h.Name
	switch {
	case stage == Outlook:
		s += "天气展望"
	case stage == Forecast:
		s += "预报"
	case level != "":
		s += string(level) + "色预警"
		if c, ok := colour(level); ok && kind != Cancel {
			s += fmt.Sprintf("[%s级/%s]", c.Roman, c.Grade)
		}
	default:
		s += "预警"
	}
	return s
}

// Text is what a telephone shows of a version: who warns of what, since when, what comes, what to do, until when.
func (v *Version) Text() string {
	var b strings.Builder
	b.WriteString(drill.Unmarked(v.Headline))
	if v.Kind != Cancel {
		b.WriteString("（" + clockWords(v.Sent) + "）")
	}
	b.WriteString("：" + ended(drill.Unmarked(v.Description)))
	if v.Instruction != "" {
		b.WriteString(ended(drill.Unmarked(v.Instruction)))
	}
	if v.Kind != Cancel {
		b.WriteString("有效至" + clockWords(v.Ends) + "。")
	}
	if v.Source != nil {
		b.WriteString("据" + v.Source.Name + "发布。")
	}
	return marked(v.Drill, b.String())
}

// ended gives a text its full stop, where it has no end of its own, be it before a bracket: 。（演示）
func ended(s string) string {
	s = strings.TrimRight(s, "。")
	if i := strings.LastIndex(s, "（"); i > 0 && strings.HasSuffix(s, "）") && strings.HasSuffix(s[:i], "。") {
		return s
	}
	return s + "。"
}

// together is the text of several versions of one hazard in one message.
func together(list []*Version) string {
	var parts []string
	for _, v := range list {
		parts = append(parts, drill.Unmarked(v.Text()))
	}
	return marked(list[0].Drill, strings.Join(parts, "\n"))
}

// clockWords is 5日14时30分.
func clockWords(t time.Time) string {
	l := t.In(calendar.Zone)
	s := fmt.Sprintf("%d日%d时", l.Day(), l.Hour())
	if l.Minute() > 0 {
		s += fmt.Sprintf("%d分", l.Minute())
	}
	return s
}
