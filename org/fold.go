package org

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which names are compared: full-width signs made half-width, brackets of every shape made
// round, white space and quotation marks left out, letters in lower case.
//
//	Fold("县人民政府发展研究中心(县金融服务中心)") == Fold("县人民政府发展研究中心（县金融 服务中心）")
func Fold(name string) string {
	out := foldOnce(name)
	// What stood apart may combine when the space between is gone; then the result is no normal form yet.
	for range 3 {
		if norm.NFKC.IsNormalString(out) {
			break
		}
		out = foldOnce(out)
	}
	return out
}

func foldOnce(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	for _, r := range norm.NFKC.String(name) {
		switch r {
		case '〔', '[', '【', '〈', '<', '{':
			r = '('
		case '〕', ']', '】', '〉', '>', '}':
			r = ')'
		case '“', '”', '"', '「', '」', '『', '』', '‘', '’', '\'', '\u200b', '\ufeff':
			continue
		}
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// local takes the place's own name off a folded name where the level's common word can stand for it: a unit of
// the county 某县 may be printed 某县财政局 or 县财政局, one of the province 某省 某省农业农村厅 or 省农业农村厅.
func (p Place) local(folded string) string {
	for _, at := range []string{p.Province, p.City, p.County} {
		at = Fold(at)
		rest, ok := strings.CutPrefix(folded, at)
		if !ok || at == "" || rest == "" {
			continue
		}
		runes := []rune(at)
		return string(runes[len(runes)-1]) + rest
	}
	return folded
}

// within is what a folded name says behind the county's: 甲省乙市丙县东镇 is 东镇. Empty where the county is not in it.
func (p Place) within(folded string) string {
	folded = strings.TrimPrefix(strings.TrimPrefix(folded, Fold(p.Province)), Fold(p.City))
	rest, ok := strings.CutPrefix(folded, Fold(p.County))
	if !ok || p.County == "" {
		return ""
	}
	return rest
}
