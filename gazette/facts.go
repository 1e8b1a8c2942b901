package gazette

import (
	"strings"
	"unicode/utf8"
)

// facts works out what is said about a document as a whole from its nodes.
func (dr *docReader) facts() {
	d := dr.d
	if by := dr.titleIssuer(); by != "" && (d.Issuer == "" || isIssuer(by)) {
		d.Issuer = by
	}
	d.Kind = kindOf(d.Title)
	dr.r.mends.document(d)
	if only := len(dr.r.paras) == len(dr.paras)+dr.r.before; only {
		dr.fromWeb()
	}
	if d.Plans != nil {
		keys := planKeys(d.Plans)
		for i, p := range d.Plans {
			p.Key = keys[i]
			p.Span = spanOf(p.Nodes)
			p.InterpretedBy = interpreterIn(p.Nodes)
			if d.InterpretedBy == "" {
				d.InterpretedBy = p.InterpretedBy
			}
		}
	}
	if by := interpreterIn(d.Nodes); by != "" {
		d.InterpretedBy = by
	}
	d.setPaths()
	d.tellAvailability()
	d.Withheld = withheld(d.PublicNote, len(d.Attachments))
	d.cite()
	if d.Kind == "任免" {
		d.Appointments = appointments(d)
	}
}

// titleIssuer is what stands before 关于 in the title; joint issuers, which a space parts in print, are parted by 、.
func (dr *docReader) titleIssuer() string {
	by := issuerOf(dr.d.Title)
	for _, n := range dr.d.Nodes {
		if n.Kind != TitleNode {
			continue
		}
		printed, _, ok := strings.Cut(tidy(dr.r.source, n.Spans, true), "关于")
		parts := strings.Fields(printed)
		if !ok || len(parts) < 2 || bare(printed) != by {
			break
		}
		for _, p := range parts {
			if _, office := hasAnySuffix(p, offices); !office {
				return by
			}
		}
		return strings.Join(parts, "、")
	}
	return by
}

// fromWeb fills in from the index table of a web page what the text of its only document does not say.
func (dr *docReader) fromWeb() {
	d, web := dr.d, dr.r.web
	if d.No == "" {
		d.No = web.no
	}
	if d.SignedOn.IsZero() {
		d.SignedOn = web.signedOn
	}
	if d.Issuer == "" {
		d.Issuer = web.issuer
	}
}

// walk calls do with every node below the list, parents before children.
func walk(nodes []*Node, do func(*Node)) {
	for _, n := range nodes {
		do(n)
		walk(n.Children, do)
	}
}

// Walk calls do with every node of the document in the order of the text, plans included.
func (d *Document) Walk(do func(*Node)) {
	walk(d.Nodes, do)
	for _, p := range d.Plans {
		walk(p.Nodes, do)
	}
}

func spanOf(nodes []*Node) Span {
	sp := Span{-1, 0}
	walk(nodes, func(n *Node) {
		for _, s := range n.Spans {
			if sp.Start < 0 || s.Start < sp.Start {
				sp.Start = s.Start
			}
			sp.End = max(sp.End, s.End)
		}
	})
	return sp
}

func interpreterIn(nodes []*Node) (by string) {
	walk(nodes, func(n *Node) {
		if by == "" {
			by = interpreter(n.Text)
		}
	})
	return by
}

// planKeys shortens titles to what tells them apart: without the longest head and the longest tail that another
// title shares. 甲县水环境提升计划 and 甲县空气提升计划 become 水环境 and 空气.
func planKeys(plans []*Plan) []string {
	keys := make([]string, len(plans))
	if len(plans) == 1 {
		return keys
	}
	seen := map[string]bool{}
	for i, p := range plans {
		t := []rune(p.Title)
		head, tail := 0, 0
		for k, q := range plans {
			if k == i {
				continue
			}
			u := []rune(q.Title)
			head = max(head, sharedHead(t, u))
			tail = max(tail, sharedTail(t, u))
		}
		if head+tail >= len(t) {
			head, tail = 0, 0
		}
		key := strings.Trim(string(t[head:len(t)-tail]), "《》/#~")
		key = strings.NewReplacer("/", "", "#", "", "~", "").Replace(key)
		if key == "" || seen[key] {
			key += hanNumber(i + 1)
		}
		seen[key] = true
		keys[i] = key
	}
	return keys
}

func sharedHead(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func sharedTail(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// withheld reads from a public note what it keeps back. 附件不公开 without a number means all that are listed.
func withheld(note string, listed int) []Withheld {
	var out []Withheld
	for _, clause := range noteClauses(note) {
		if !containsAny(clause, []string{"不公开", "不予公开", "依申请公开", "不宜公开", "免予公开", "不对外公开", "暂不公开"}) {
			continue
		}
		if !strings.Contains(clause, "附件") {
			out = append(out, Withheld{Whole: true, Phrase: clause})
			continue
		}
		nos := attachmentNos(clause)
		for n := 1; len(nos) < max(listed, 1) && !strings.ContainsAny(clause, "0123456789０１２３４５６７８９一二三四五六七八九"); n++ {
			nos = append(nos, n)
		}
		for _, n := range nos {
			out = append(out, Withheld{Attachment: n, Phrase: clause})
		}
	}
	return out
}

// noteClauses parts a public note at its commas; 附件1，3不公开 stays whole.
func noteClauses(note string) []string {
	var out []string
	for _, c := range strings.FieldsFunc(note, func(r rune) bool { return r == '，' || r == ',' || r == '；' || r == '。' }) {
		if n := len(out); n > 0 && isDigit(firstRune(c)) {
			out[n-1] += "、" + c
			continue
		}
		out = append(out, c)
	}
	return out
}

// attachmentNos reads the numbers in 附件1、3 and 附件1-3.
func attachmentNos(s string) []int {
	at := strings.Index(s, "附件")
	if at < 0 {
		return nil
	}
	s = s[at:]
	var nos []int
	through := false
	for s != "" {
		if rest, ok := strings.CutPrefix(s, "附件"); ok {
			s = rest
			continue
		}
		if n, used := number(s); used > 0 {
			for k := 1; through && len(nos) > 0 && nos[len(nos)-1] < n-1 && k < 100; k++ {
				nos = append(nos, nos[len(nos)-1]+1)
			}
			if n > 0 && n < 100 {
				nos = append(nos, n)
			}
			through, s = false, s[used:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case isDash(r) || r == '至' || r == '到':
			through = true
		case r != '、' && r != '和' && r != '及' && r != '与' && !isSpace(r):
			return nos
		}
		s = s[size:]
	}
	return nos
}
