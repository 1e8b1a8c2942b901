package gazette

import "strings"

// signature reads issuers and date under a text.
func (dr *docReader) signature() bool {
	k := 0
	for k < 20 && dr.peek(k) != nil && dr.isSigner(dr.peek(k)) {
		k++
	}
	at := dr.peek(k)
	if dr.tree.base != nil {
		return false
	}
	var date foundDate
	ok := false
	if at != nil {
		date, ok = isDateLine(at.text)
	}
	if !ok { // without a date only the issuer himself signs
		if k == 0 || dr.tail || bare(dr.paras[dr.i].text) != issuerOf(dr.d.Title) {
			return false
		}
		k = 1
	}
	for ; k > 0; k-- {
		n := dr.node(SignatureNode, dr.paras[dr.i])
		dr.tree.loose(n)
		if dr.d.Issuer == "" {
			dr.d.Issuer = strings.Join(strings.Fields(n.Text), "、")
		}
		dr.i++
	}
	if ok {
		dr.tree.loose(dr.node(DateNode, at))
		if dr.d.SignedOn.IsZero() { // a later date is that of a plan, or of its revision
			dr.d.SignedOn = date.date
		}
		dr.i++
	}
	dr.tail, dr.list = true, false
	dr.tree.stack = nil
	return true
}

// isSigner reports a line that can stand above the date: one office or more, or an office-holder with his name.
func (dr *docReader) isSigner(p *para) bool {
	if p.mark.style != noStyle || len(p.text) > 300 || holdsAny(p.text, "，。；：、《（:;") && !strings.HasSuffix(p.text, "（代章）") {
		return false
	}
	s := stripTitle(bare(p.text))
	if _, ok := hasAnySuffix(s, offices); ok {
		return true
	}
	for _, holder := range []string{"代县长", "代市长", "代区长", "县长", "市长", "区长", "省长", "镇长", "乡长", "州长", "盟长", "旗长", "主席"} {
		if name, ok := strings.CutPrefix(s, holder); ok && runes(name) >= 2 && runes(name) <= 4 {
			return true // 县长　甲某某, under an order
		}
	}
	return false
}

// issuerOf is what stands before 关于 in a title.
func issuerOf(title string) string {
	at := strings.Index(title, "关于")
	if at < 0 {
		for _, k := range []string{"公告", "通告", "命令", "令"} {
			if head, ok := strings.CutSuffix(title, k); ok {
				if _, ok := hasAnySuffix(head, offices); ok {
					return head
				}
			}
		}
		return ""
	}
	return title[:at]
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
