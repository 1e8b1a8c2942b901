package gazette

import "strings"

// markRows finds lines set in columns: three or more in a row, each short, without a full stop and with a gap
// between words, as lists of names and flattened tables have them.
func markRows(paras []*para) {
	for i := 0; i < len(paras); {
		k := i
		for k < len(paras) && isRow(paras[k]) && (k == i || !paras[k].gap) {
			k++
		}
		if k-i >= 3 {
			for _, p := range paras[i:k] {
				p.row = true
			}
		}
		i = max(k, i+1)
	}
}

func isRow(p *para) bool {
	if len(p.spans) != 1 || len(p.text) > 240 || p.mark.style != noStyle {
		return false
	}
	if strings.ContainsAny(p.text, "。；？！") {
		return false
	}
	return strings.ContainsAny(p.text, " 　\t")
}
