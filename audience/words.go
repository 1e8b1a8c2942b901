package audience

import (
	"fmt"
	"strings"
	"time"
)

// How people write wishes into a cell of a table:
//
//	暴雨 黄色以上；霜冻 樱桃；全部 红色 示例镇/示例一村
//
// Each is a hazard, 全部 for all of them, and then in any order a level, a place with its town, and a crop.

const anyHazard = "全部"

// ParseWants reads a cell of wishes; the sentence says what is wrong.
func ParseWants(s string) ([]Want, string) {
	var out []Want
	if len(s) > 5000 || !readable(s) {
		return nil, "订阅写得太长。"
	}
	for _, item := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("；;，,、", r) }) {
		words := strings.Fields(strings.ReplaceAll(item, "　", " "))
		if len(words) == 0 {
			continue
		}
		var w Want
		if words[0] != anyHazard {
			w.Hazard = words[0]
		}
		for _, word := range words[1:] {
			level, isLevel := parseLevel(word)
			town, village, isPlace := strings.Cut(word, "/")
			switch {
			case isLevel && w.Level == 0:
				w.Level = level
			case isPlace && w.Place == (Place{}) && town != "" && !strings.Contains(village, "/"):
				w.Place = Place{town, village}
			case !isLevel && !isPlace && w.Crop == "":
				w.Crop = word
			default:
				return nil, fmt.Sprintf("订阅“%s”看不懂：依次写灾种、等级、地方（乡镇/村）、作物，如“暴雨 黄色以上；霜冻 樱桃”。", cut(item, 60))
			}
		}
		if _, isLevel := parseLevel(w.Hazard); isLevel || strings.Contains(w.Hazard, "/") {
			return nil, fmt.Sprintf("订阅“%s”缺灾种：都要就写“%s”。", cut(item, 60), anyHazard)
		}
		out = append(out, w)
	}
	if len(out) > maxWants {
		return nil, fmt.Sprintf("订阅有%d项，最多%d项。", len(out), maxWants)
	}
	return out, ""
}

func parseLevel(s string) (Level, bool) {
	for l := Red; l <= Blue; l++ {
		if s == l.Chinese() || s == l.Chinese()+"以上" {
			return l, true
		}
	}
	return 0, false
}

// WantsText is wishes as ParseWants reads them.
func WantsText(list []Want) string {
	var out []string
	for _, w := range list {
		words := []string{w.Hazard}
		if w.Hazard == "" {
			words[0] = anyHazard
		}
		if w.Level != 0 {
			words = append(words, w.Level.Chinese()+"以上")
		}
		if w.Place != (Place{}) {
			words = append(words, w.Place.Town+"/"+w.Place.Village)
		}
		if w.Crop != "" {
			words = append(words, w.Crop)
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, "；")
}

// ParseQuiet reads 22:00-06:30; empty is never.
func ParseQuiet(s string) (Quiet, string) {
	s = strings.NewReplacer("：", ":", "—", "-", "－", "-", "至", "-", "~", "-", " ", "").Replace(strings.TrimSpace(s))
	if s == "" {
		return Quiet{}, ""
	}
	from, to, ok := strings.Cut(s, "-")
	a, err1 := time.Parse("15:04", from)
	b, err2 := time.Parse("15:04", to)
	if !ok || err1 != nil || err2 != nil {
		return Quiet{}, "免打扰时间写成 22:00-06:30。"
	}
	return Quiet{a.Hour()*60 + a.Minute(), b.Hour()*60 + b.Minute()}, ""
}

// Text is the time as ParseQuiet reads it, empty for never.
func (q Quiet) Text() string {
	if q.From == q.To {
		return ""
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", q.From/60, q.From%60, q.To/60, q.To%60)
}
