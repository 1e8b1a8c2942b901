package gazette

import (
	"strings"
	"unicode/utf8"
)

// cutLines cuts lines that hold more than one paragraph: a text that has lost its line breaks, an issuer and a date
// side by side, a number behind its title, a page number in the middle of a sentence.
func cutLines(source string, lines []line) []line {
	c := cutter{source: source}
	lines = c.each(lines, c.unglue)
	lines = c.each(lines, c.recipients)
	lines = c.each(lines, c.sideBySide)
	for i := range lines {
		if lines[i].cut && isPageNumber(lines[i].textOf(source)) {
			lines[i].noise = PageNumber
			lines[i-1].noisy = true
		}
	}
	return lines
}

// each cuts every line that belongs to the text where find, called with it, says.
func (c *cutter) each(lines []line, find func(s string, base int)) []line {
	out := make([]line, 0, len(lines)+len(lines)/8)
	for _, ln := range lines {
		c.at = c.at[:0]
		if ln.noise == NotNoise {
			find(ln.textOf(c.source), ln.Start)
			sortInts(c.at)
		}
		for _, at := range c.at {
			if at <= ln.Start || at >= ln.End {
				continue
			}
			head, tail := cutAt(c.source, ln, at)
			if head.Start < head.End && tail.Start < tail.End {
				out = append(out, head)
				ln = tail
			}
		}
		out = append(out, ln)
	}
	return out
}

// cutter finds the places where one line is to be cut.
type cutter struct {
	source string
	at     []int          // in order
	seen   [lastStyle]int // the last number of each style
	plans  []string       // titles that a notice says it issues
}

// sortInts sorts a handful of numbers and is linear where they are in order already.
func sortInts(a []int) {
	for i := 1; i < len(a); i++ {
		for k := i; k > 0 && a[k-1] > a[k]; k-- {
			a[k-1], a[k] = a[k], a[k-1]
		}
	}
}

// sideBySide cuts 甲县人民政府 2021年9月1日, and a title from the number before or behind it.
func (c *cutter) sideBySide(s string, base int) {
	if len(s) > glued*3 || holdsAny(s, "。；") {
		return
	}
	if d, ok := findDate(s); ok && d.End == len(s) && d.Start > 0 {
		before := strings.TrimRightFunc(s[:d.Start], isSpace)
		if !holdsAny(before, "，、：:（(《") && runes(bare(before)) <= 60 {
			if _, ok := hasAnySuffix(bare(before), offices); ok {
				c.at = append(c.at, base+d.Start)
			}
		}
		return
	}
	d, ok := findDocNo(s)
	if !ok {
		return
	}
	head, tail := bare(s[:d.Start]), bare(s[d.End:])
	switch {
	case head != "" && tail == "" && isTitle(head):
		c.at = append(c.at, base+d.Start)
	case head == "" && tail != "" && (isTitle(tail) || isTitle(strings.Trim(tail, "《》"))):
		c.at = append(c.at, base+d.End)
	}
}

// recipients cuts 各乡镇人民政府：现将… behind the colon.
func (c *cutter) recipients(s string, base int) {
	head, tail, ok := cutColon(s[:min(len(s), 450)])
	if !ok || tail == "" || !isAddressed(head) {
		return
	}
	for _, w := range []string{"现将", "为", "根据", "按照", "经", "《", "近", "你"} {
		if strings.HasPrefix(strings.TrimLeftFunc(tail, isSpace), w) {
			_, size := utf8.DecodeRuneInString(s[len(head):])
			c.at = append(c.at, base+len(head)+size)
			return
		}
	}
}

// pages cuts page numbers such as — 4 — out of a long line.
func (c *cutter) pages(s string, base int) {
	if !containsAny(s, []string{"—", "－", "–", "- "}) {
		return
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r != '—' && r != '－' && r != '–' && r != '-' {
			i += size
			continue
		}
		at := i + size
		gap := spaces(s[at:])
		n, used := digits(s[at+gap:])
		end := at + gap + used
		gap2 := spaces(s[end:])
		q, qsize := utf8.DecodeRuneInString(s[end+gap2:])
		if used == 0 || n > 999 || q != r || r == '-' && (gap == 0 || gap2 == 0) || isWord(lastRune(s[:i])) {
			i += size
			continue
		}
		end += gap2 + qsize
		if isWord(firstRune(s[end:])) || firstRune(s[end:]) == r {
			i = end
			continue
		}
		c.at = append(c.at, base+i, base+end)
		i = end
	}
}
