package gazette

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxSource is the largest source that Read takes, in bytes, and maxLines in lines: a century of issues has fewer.
const (
	maxSource = 64 << 20
	maxLines  = 500_000
)

// reader holds what is known while one source is read.
type reader struct {
	source   string
	lines    []line
	layout   layout
	paras    []*para
	issue    *Issue
	web      webFacts
	mends    *mending
	promised []promise
	before   int // paragraphs that stand before the first document
}

// Read reads the text of a whole issue, of one document, or of a plan alone. It fails, naming the line, where the
// source is no Chinese document at all (empty, binary, one character over and over) or a mend finds nothing to
// mend; whatever is merely odd becomes a Doubt.
func Read(source string, mends ...Mend) (*Issue, error) {
	if err := check(source); err != nil {
		return nil, fmt.Errorf("gazette.Read: %w", err)
	}
	r := &reader{source: simplified(source), issue: &Issue{Source: source}}
	if err := r.lay(mends); err != nil {
		return nil, fmt.Errorf("gazette.Read: %w", err)
	}
	r.mendText()
	markRows(r.source, r.paras)
	r.readDocuments()
	if err := r.mends.unused(source); err != nil {
		return nil, fmt.Errorf("gazette.Read: %w", err)
	}
	r.readMasthead()
	r.number()
	r.lookOver()
	r.tile()
	r.restore(source)
	return r.issue, nil
}

// lay cuts the source into lines, names those that belong to no document, and puts the others together to
// paragraphs.
func (r *reader) lay(mends []Mend) (err error) {
	r.lines = splitLines(r.source)
	markNoise(r.source, r.lines)
	r.promised = markContents(r.source, r.lines)
	for _, p := range r.promised {
		r.issue.Contents = append(r.issue.Contents, p.title)
	}
	markMasthead(r.source, r.lines)
	r.web = markNavigation(r.source, r.lines)
	r.layout = measure(r.source, r.lines)
	r.lines = cutLines(r.source, r.lines)
	if r.mends, err = newMending(r.source, r.lines, mends); err != nil {
		return err
	}
	r.paras = joinLines(r.source, r.lines, r.layout, r.mends)
	if len(r.paras) == 0 {
		return errors.New("第 1 行起只有封面、目录、页码或网页菜单，没有公文的正文")
	}
	return nil
}

// mendText sets the corrected text of paragraphs.
func (r *reader) mendText() {
	for _, p := range r.paras {
		if text, ok := r.mends.take(SetText, p.start()); ok {
			p.text = strings.TrimSpace(text)
			p.mark, _ = parseMark(p.text)
			p.mended = true
		}
	}
}

// check refuses what cannot be the text of a document.
func check(source string) error {
	if len(source) > maxSource {
		return fmt.Errorf("文本有 %d 字节，超过上限 %d 字节：请按期次或按公文拆开", len(source), maxSource)
	}
	han, all, broken, line := 0, 0, 0, 1
	var distinct [8]rune
	kinds := 0
	for i, r := range source {
		switch {
		case r == '\n':
			if line++; line > maxLines {
				return fmt.Errorf("文本超过 %d 行：请按期次或按公文拆开", maxLines)
			}
		case r == 0 || r < 0x20 && r != '\t' && r != '\r' && r != '\f' && r != '\v' && r != 0x1b:
			return fmt.Errorf("第 %d 行有控制字符 0x%02X：这不是文本文件，请先转换成文本", line, r)
		case r == utf8.RuneError && !strings.HasPrefix(source[i:], "\uFFFD"):
			if broken++; broken > 100 && broken*20 > all {
				return fmt.Errorf("第 %d 行起不是 UTF-8 文本：请先转换编码", line)
			}
		}
		if isSpace(r) {
			continue
		}
		all++
		if isHan(r) {
			han++
		}
		if kinds < len(distinct) {
			known := false
			for _, d := range distinct[:kinds] {
				known = known || d == r
			}
			if !known {
				distinct[kinds] = r
				kinds++
			}
		}
	}
	switch {
	case all == 0:
		return fmt.Errorf("第 1 行：文本是空的，没有可读的内容")
	case broken*20 > all:
		return fmt.Errorf("第 1 行起不是 UTF-8 文本：请先转换编码")
	case han == 0:
		return fmt.Errorf("第 1 行起没有一个汉字：这不是公报或公文的文本")
	case all > 1000 && kinds < len(distinct):
		return fmt.Errorf("第 1 行起只有 %d 种字符反复出现：这不是公报或公文的文本", kinds)
	}
	return nil
}
