package draft

import (
	"regexp"
	"strconv"
	"strings"
)

// Tasks of an emergency plan: a sentence is parted where another unit begins, what stands before the first unit belongs to its task.

var (
	withinShape = regexp.MustCompile(`(\d{1,4}|半|[一二两三四五六七八九十]{1,3})个?(分钟|小时|工作日|日|天)(?:之|以)?内`)
	everyShape  = regexp.MustCompile(`每隔?(?:(\d{1,3}|半|[一二两三四五六七八九十]{1,3})个?)?(分钟|小时|日|天)`)
	atOnce      = regexp.MustCompile(`立即|即刻|第一时间|马上`)
	picture     = regexp.MustCompile(`照片|图片|影像`)
	inlineMark  = regexp.MustCompile(`^(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[①-⑳]|\d{1,2}[.．、])`)
)

// tasks are those of a paragraph. A sentence without a unit is the last unit's, or the heading's, or nobody's yet.
func (r *planRead) tasks(text string, at place) (out []planTask) {
	for _, s := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune("。；;\n", c) }) {
		s = strings.TrimSpace(inlineMark.ReplaceAllString(strings.TrimSpace(s), ""))
		if s == "" || strings.HasSuffix(s, "：") || strings.HasSuffix(s, ":") {
			continue
		}
		var before []string // what stands before the first unit
		begun := len(out)
		for _, c := range strings.FieldsFunc(s, func(c rune) bool { return c == '，' || c == ',' }) {
			units, group, rest := r.subjects(c)
			unknown := ""
			if len(units) == 0 {
				unknown = strings.TrimPrefix(strangers.FindString(strings.TrimPrefix(c, "由")), "由")
			}
			switch {
			case len(units) > 0:
				out = append(out, planTask{units: units, group: group, said: append(before, rest), clause: at.clause})
				before = nil
			case unknown != "":
				out = append(out, planTask{said: append(before, c), clause: at.clause, doubt: "units/ 里没有“" + unknown + "”"})
				before = nil
			case len(out) > begun:
				t := &out[len(out)-1]
				t.said = append(t.said, c)
			default:
				before = append(before, c)
			}
		}
		if len(before) > 0 {
			t := planTask{units: at.units, said: before, clause: at.clause}
			if begun > 0 && len(out[begun-1].units) > 0 {
				t.units, t.group, t.doubt = out[begun-1].units, out[begun-1].group, "单位承前一句"
			}
			if len(t.units) == 0 {
				t.doubt = "没有写明单位"
			}
			out = append(out, t)
		}
	}
	kept := out[:0]
	for _, t := range out {
		if t.do = strings.Trim(strings.Join(t.said, "，"), "，：: 　"); t.do == "" {
			continue
		}
		t.limit(at.of == ofAfter)
		t.picture = picture.MatchString(t.do)
		kept = append(kept, t)
		r.noteTask(at, t)
		r.used[at.clause] = true // also where nobody was named: then it is asked
	}
	return kept
}

// limit reads how long a task may take. Every task has a limit; where the text gives none, one stands there to be put right.
func (t *planTask) limit(after bool) {
	if m := withinShape.FindStringSubmatch(t.do); m != nil {
		switch n := count(m[1]); {
		case m[1] == "半" && m[2] == "小时":
			t.within = "30分钟"
		case n == 0:
		case m[2] == "工作日":
			t.within, t.raw = strconv.Itoa(n)+"日", "原文是工作日，这里按自然日"
		default:
			t.within = strconv.Itoa(n) + m[2]
		}
	}
	if t.within != "" {
		return
	}
	if m := everyShape.FindStringSubmatch(t.do); m != nil {
		t.within = strconv.Itoa(max(count(m[1]), 1)) + m[2]
		if m[1] == "半" && m[2] == "小时" {
			t.within = "30分钟"
		}
		t.raw = "原文是“" + m[0] + "”，时限按第一次写"
		return
	}
	if m := atOnce.FindString(t.do); m != "" {
		t.within, t.raw = "30分钟", "原文只写“"+m+"”"
		return
	}
	t.within, t.raw = "1日", "条款没有写时限"
	if after {
		t.within = "30日"
	}
}

// count reads 24 and 二十四; 0 where it is neither.
func count(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	out, digit := 0, 0
	for _, c := range s {
		switch at := strings.IndexRune("一二三四五六七八九", c); {
		case c == '十':
			out, digit = out+10*max(digit, 1), 0
		case c == '两':
			digit = 2
		case at >= 0:
			digit = at/len("一") + 1
		default:
			return 0
		}
	}
	return out + digit
}
