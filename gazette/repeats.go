package gazette

// dropRepeats takes out what a web page prints twice: a title above its index table, and a whole document or its
// text behind itself.
func (r *reader) dropRepeats(starts []docStart) []docStart {
	kept := starts[:0]
	for i := range starts {
		s := starts[i]
		end := len(r.paras)
		if i+1 < len(starts) {
			end = starts[i+1].open
		}
		if k := len(kept); k > 0 && kept[k-1].title == s.title && !s.forced {
			before := r.paras[kept[k-1].open:s.open]
			if !hasText(before) { // the heading of the page
				setParas(before, Navigation)
				s.open = max(s.open, kept[k-1].open)
				kept[k-1] = s
				continue
			}
			if n := sameRun(r.paras[kept[k-1].at:s.open], r.paras[s.at:end]); n > 0 {
				r.doubt(r.paras[s.at], "这里起的 %d 段与前一件公文完全相同，已作为重复内容略去，请核对", n)
				setParas(r.paras[s.open:s.at+n], Repeated)
				continue
			}
		}
		kept = append(kept, s)
		r.dropBody(r.paras[s.at+s.n : end])
	}
	return kept
}

// hasText reports whether running text stands among the paragraphs.
func hasText(paras []*para) bool {
	for _, p := range paras {
		if runes(p.text) > 25 && endsSentence(lastRune(p.text)) || p.mark.style != noStyle {
			return true
		}
	}
	return false
}

func setParas(paras []*para, n Noise) {
	for _, p := range paras {
		p.noise = n
	}
}

// sameRun reports how many paragraphs of b repeat a from its beginning: as many as a has, or none.
func sameRun(a, b []*para) int {
	if len(a) < 3 || len(b) < len(a) {
		return 0
	}
	for i := range a {
		if a[i].text != b[i].text {
			return 0
		}
	}
	return len(a)
}

// dropBody finds a text that stands twice under one title.
func (r *reader) dropBody(body []*para) {
	for j := 0; j < len(body) && j < 4; j++ {
		if runes(body[j].text) < 15 {
			continue
		}
		for k := j + 3; k+k-j <= len(body); k++ {
			if body[k].text == body[j].text && sameRun(body[j:k], body[k:]) > 0 {
				r.doubt(body[k], "这里起的 %d 段与前文完全相同，已作为重复内容略去，请核对", k-j)
				setParas(body[k:k+k-j], Repeated)
				return
			}
		}
	}
}
