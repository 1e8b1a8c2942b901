package gazette

import (
	"fmt"
	"slices"
	"strings"
)

// doubt notes a place that a person should look at.
func (r *reader) doubt(p *para, format string, args ...any) {
	r.doubtAt(p.start(), p.line, format, args...)
}

func (r *reader) doubtAt(at, line int, format string, args ...any) {
	r.issue.Doubts = append(r.issue.Doubts, Doubt{At: at, Line: line, Message: fmt.Sprintf(format, args...)})
}

// lookOver notes what is odd about the reading as a whole, and puts all doubts in the order of the text.
func (r *reader) lookOver() {
	r.compareContents()
	at := map[int]int{} // where a paragraph begins → its line
	for _, p := range r.paras {
		at[p.start()] = p.line
		if p.node != nil && p.node.Kind != TableNode {
			r.lookAtSigns(p)
		}
	}
	numbers := map[string]int{}
	for _, d := range r.issue.Documents {
		line := at[d.Span.Start]
		say := func(format string, args ...any) { r.doubtAt(d.Span.Start, line, format, args...) }
		switch {
		case d.Title == "":
			say("第 %d 件公文没有找到标题，请补上", d.Seq)
		case d.Issuer == "":
			say("《%s》没有找到发文机关，请补上", d.Title)
		}
		if d.SignedOn.IsZero() {
			say("《%s》没有找到成文日期，或日期没有填全，请补上", d.Title)
		}
		if d.No == "" {
			say("《%s》没有找到发文字号，请确认原件确实没有", d.Title)
		} else if first, ok := numbers[d.No]; ok {
			say("第 %d 件与第 %d 件的发文字号都是 %s，请核对", d.Seq, first, d.No)
		} else {
			numbers[d.No] = d.Seq
		}
		d.lookAtFacts(say)
	}
	slices.SortStableFunc(r.issue.Doubts, func(a, b Doubt) int { return a.At - b.At })
}

// compareContents holds the table of contents against the documents.
func (r *reader) compareContents() {
	if len(r.promised) == 0 {
		return
	}
	promised, printed := map[string]bool{}, map[string]bool{}
	for _, d := range r.issue.Documents {
		printed[stripTitle(d.Title)] = true
	}
	for _, p := range r.promised {
		promised[stripTitle(p.title)] = true
		if !printed[stripTitle(p.title)] {
			r.doubtAt(p.line.Start, p.line.no, "目录里有《%s》，正文里没有找到，请核对", p.title)
		}
	}
	for _, d := range r.issue.Documents {
		if !promised[stripTitle(d.Title)] {
			r.doubtAt(d.Span.Start, Line(r.source, d.Span.Start), "《%s》不在目录里，请核对", d.Title)
		}
	}
}

// lookAtSigns notes brackets and book-title marks of a paragraph that have no partner.
func (r *reader) lookAtSigns(p *para) {
	round, book := 0, 0
	for _, c := range p.text[p.mark.end:] {
		switch c {
		case '（', '(':
			round++
		case '）', ')':
			round--
		case '《':
			book++
		case '》':
			book--
		}
		if round < 0 || book < 0 {
			break
		}
	}
	switch {
	case strings.ContainsRune(p.text, '\uFFFD'): // also what is no UTF-8 at all
		r.doubt(p, "有认不出的字符，请对照原件改正")
	case round > 0:
		r.doubt(p, "括号只有前一半，请核对原件")
	case round < 0:
		r.doubt(p, "括号只有后一半，请核对原件")
	case book != 0:
		r.doubt(p, "书名号不成对，请核对原件")
	}
}

// lookAtFacts notes what does not go together: attachments that the public note speaks of and the list does not have,
// withheld ones whose text is in the manuscript, a number of another year than the date.
func (d *Document) lookAtFacts(say func(string, ...any)) {
	listed, printed := map[int]bool{}, map[int]bool{}
	for _, a := range d.Attachments {
		listed[a.No], printed[a.No] = true, printed[a.No] || a.Printed
	}
	for _, w := range d.Withheld {
		switch {
		case w.Whole:
			say("“%s”，发布前请确认这件公文可以公开", w.Phrase)
		case !listed[w.Attachment]:
			say("“%s”，可是附件目录里没有附件 %d，请核对", w.Phrase, w.Attachment)
		case printed[w.Attachment]:
			say("“%s”，可是来稿里有附件 %d 的正文，发布前请确认已经隐去", w.Phrase, w.Attachment)
		}
	}
	if at := strings.Index(d.No, "〔"); at >= 0 && !d.SignedOn.IsZero() {
		if year, _ := yearNumber(d.No[at+len("〔"):]); year != d.SignedOn.Year {
			say("%s 的年份与成文日期 %s 不合，请核对", d.No, d.SignedOn)
		}
	}
	if strings.Contains(d.PublicNote, "删减") {
		say("附注说“%s”，请确认本稿是公开的文本", d.PublicNote)
	}
}
