package gazette

import (
	"strings"
	"unicode/utf8"
)

// promise is an entry of the table of contents: a title, and the line where it ends.
type promise struct {
	title string
	line  *line
}

// markContents finds tables of contents and the cover before them, and returns the titles that they promise.
func markContents(source string, lines []line) []promise {
	var promised []promise
	masthead := false // the gazette has named itself, and no document has begun
	begun := false
	for i := 0; i < len(lines); i++ {
		if lines[i].noise != NotNoise {
			continue
		}
		if lines[i].End-lines[i].Start > 120 {
			begun = begun || isHeadLine(lines[i].textOf(source))
			continue
		}
		s := bare(lines[i].textOf(source))
		if !isContentsHead(s) {
			_, title := issueTitle(s)
			begun = begun || isTitle(s)
			masthead = !begun && (masthead || title || isMastheadLine(s))
			continue
		}
		titles, end := contentsEnd(source, lines, i)
		if len(titles) == 0 {
			continue
		}
		for k := i; k < end; k++ {
			setNoise(&lines[k], Contents)
		}
		if masthead || ofDocuments(titles) {
			for k := 0; k < i && !begun; k++ {
				setNoise(&lines[k], Cover)
			}
			promised = append(promised, titles...)
		}
		i = end - 1
	}
	return promised
}

// ofDocuments tells the contents of an issue from those of a long plan inside a document: the entries are titles of
// documents.
func ofDocuments(titles []promise) bool {
	n := 0
	for _, t := range titles {
		if isTitle(t.title) {
			n++
		}
	}
	return n*2 > len(titles)
}

func setNoise(ln *line, n Noise) {
	if ln.noise == NotNoise {
		ln.noise = n
	}
}

func isContentsHead(s string) bool {
	switch s {
	case "目录", "目次", "本期目录", "要目", "目录CONTENTS", "CONTENTS":
		return true
	}
	return false
}

// contentsEnd reads the entries below a line 目录. The table ends where the title of one of its entries is printed a
// second time, or, where none is, behind the last line that ends in a page number.
func contentsEnd(source string, lines []line, head int) (titles []promise, end int) {
	var entry strings.Builder
	numbered := head // the last line with a page number
	known := map[string]bool{}
	for i := head + 1; i < min(len(lines), head+600); i++ {
		if lines[i].noise != NotNoise {
			continue
		}
		printed := lines[i].textOf(source)
		if len(printed) <= 60 && isContentsHead(bare(printed)) || numbered > head && i > numbered+12 || entry.Len() > 3000 {
			break
		}
		if len(titles) > 0 && entry.Len() == 0 && repeats(source, lines, i, titles) {
			return titles, i
		}
		text, paged := cutPage(printed)
		text = entryTitle(text)
		if entry.Len() == 0 && !paged && !strings.Contains(text, "关于") && isSectionName(text) {
			continue
		}
		entry.WriteString(text)
		if paged {
			numbered = i
		} else if !isTitle(entry.String()) || i+1 < len(lines) && strings.HasPrefix(bare(lines[i+1].textOf(source)), "的") {
			continue
		}
		if t := entry.String(); t != "" && !known[t] {
			titles = append(titles, promise{t, &lines[i]})
			known[t] = true
		}
		entry.Reset()
	}
	if numbered == head {
		return nil, 0 // neither page numbers nor a title printed again: no table of contents
	}
	return titles, numbered + 1
}

// cutPage takes dots and a page number off the end of a contents line: ……(12), ..... 12.
func cutPage(s string) (text string, ok bool) {
	s = strings.TrimLeft(s, "-—·•●◆■*○ 　\t")
	t, bracket := s, false
	if r := lastRune(t); r == ')' || r == '）' {
		t, bracket = strings.TrimRight(t, ")）"), true
	}
	n := len(t)
	for n > 0 {
		r, size := utf8.DecodeLastRuneInString(t[:n])
		if !isDigit(r) {
			break
		}
		n -= size
	}
	if n == len(t) || len(t)-n > 12 {
		return s, false
	}
	t = t[:n]
	if bracket {
		if r := lastRune(t); r != '(' && r != '（' {
			return s, false
		}
		t = strings.TrimRight(t, "(（")
	}
	t = strings.TrimRightFunc(t, isSpace)
	dotted := strings.TrimRightFunc(t, func(r rune) bool { return isSpace(r) || strings.ContainsRune(".．…·。-—－/", r) })
	if !bracket && dotted == t {
		return s, false
	}
	return dotted, true
}

// entryTitle is a line of the contents without the number of the document.
func entryTitle(s string) string {
	if d, ok := findDocNo(s); ok && bare(s[d.End:]) == "" {
		s = s[:d.Start]
	}
	if m, ok := parseMark(s); ok { // 1. 甲县人民政府关于…
		s = s[m.end:]
	}
	return strings.TrimRight(bare(s), "（(")
}

// isSectionName reports a heading inside the table of contents, such as 县政府文件.
func isSectionName(s string) bool {
	_, ok := hasAnySuffix(s, []string{"文件", "任免", "规章", "大事记", "公告", "通告", "发布", "动态", "机构", "工作", "解读", "讲话"})
	return ok && runes(s) <= 16
}

// repeats reports whether a title of the table is printed again from line i on.
func repeats(source string, lines []line, i int, titles []promise) bool {
	first := bare(lines[i].textOf(source))
	if runes(first) < 4 {
		return false
	}
	for _, t := range titles {
		rest, ok := strings.CutPrefix(t.title, first)
		if !ok {
			continue
		}
		for k := i + 1; rest != "" && k < len(lines) && k < i+10; k++ {
			if lines[k].noise != NotNoise {
				continue
			}
			s := bare(lines[k].textOf(source))
			if !strings.HasPrefix(rest, s) {
				break
			}
			rest = rest[len(s):]
		}
		if rest == "" {
			return true
		}
	}
	return false
}
