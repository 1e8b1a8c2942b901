package duty

import "strings"

// tasks emits the duties of an item and those below it.
func (r *reader) tasks(it *item) {
	switch {
	case covers(it):
		r.spread(it, it.found[0])
		return
	case len(it.found) > 0:
		r.parts(it)
	case it.node == nil || !it.sets():
		r.paragraphsFirst(it)
	}
	if r.grouped && len(it.kids) > 1 && closesGroup(it) {
		r.group(it)
		return
	}
	first := r.unitFirst(it.kids)
	for i, k := range it.kids {
		if first[k] {
			r.holds(k)
			continue
		}
		if above := aboveOf(it.kids[i:]); above != nil && len(k.found) == 0 {
			r.whole(k, *above)
			continue
		}
		r.tasks(k)
	}
}

// aboveOf finds the 以上由… that covers the first of these items, which has no statement of its own.
func aboveOf(kids []*item) *found {
	for i, k := range kids {
		for j := range k.found {
			if k.found[j].above && i > 0 {
				return &k.found[j]
			}
		}
		if len(k.found) > 0 || i > 60 {
			return nil
		}
	}
	return nil
}

// covers says that the item is a heading whose statement holds for all that stands below it.
func covers(it *item) bool {
	if len(it.found) != 1 || len(it.kids) == 0 || it.found[0].kind == ruleOnly {
		return false
	}
	f := it.found[0]
	if f.start > it.first && it.labelsBelow(f) {
		return true
	}
	if f.start >= it.first || it.text.cut(f.end, max(f.end, it.first)).trim("。:;").len() > 0 || sentenceStop(it.text.f[:f.start]) < f.start {
		return false
	}
	return true
}

// labelsBelow says that the statement stands on lines of its own between a heading and the numbered tasks below it.
func (it *item) labelsBelow(f found) bool {
	if f.kind != labelled || sentenceStop(it.text.f[:it.first]) < it.first || it.text.cut(it.first, f.start).trim("").len() > 0 || it.text.from(f.end).trim("。").len() > 0 {
		return false
	}
	for _, k := range it.kids {
		own := 0
		k.walk(func(k *item) { own += len(k.found) })
		if own > 0 || strings.HasPrefix(newText(k.mark).squeeze().String(), "（") && len(it.kids) > 0 {
			return false
		}
	}
	return len(it.kids) > 1
}

// spread gives the statement of a heading to every task below it.
func (r *reader) spread(it *item, f found) {
	for _, k := range it.kids {
		if own := 0; true {
			k.walk(func(k *item) { own += len(k.found) })
			if own > 0 {
				r.tasks(k) // says itself who does it
				continue
			}
		}
		if len(k.kids) > 0 && sentenceStop(k.text.f) >= k.text.len()-1 {
			r.spread(k, f)
			continue
		}
		r.whole(k, f)
	}
}

// whole emits an item with all below it as one duty under a statement that stands elsewhere.
func (r *reader) whole(it *item, f found) {
	_, body, _ := it.title(it.text.len(), longTitle)
	all := it.all()
	t := all.from(body)
	if t.trim("。;,、:").len() == 0 {
		t = all // one sentence is the whole task
	}
	r.emit(it, part{no: 1, found: f, from: 0, to: it.text.len(), deep: true, text: t})
}

// group emits an item with its sub-items as one duty under the statement that closes the last of them.
func (r *reader) group(it *item) {
	last := it.kids[len(it.kids)-1]
	f := last.found[0]
	_, body, _ := it.title(it.text.len(), longTitle)
	all := it.all()
	r.emit(it, part{no: 1, found: f, to: it.text.len(), deep: true, text: all.cut(min(body, all.len()), all.len()-(last.text.len()-f.start))})
	r.inherited = add(r.inherited, f.inherit)
}

// part is one of the duties of an item: its statement, its text, and the stretch of the item's text where it stands.
type part struct {
	no       int
	found    found
	text     text
	from, to int
	deep     bool   // it takes in what stands below the item
	title    string // where it is not the item's
}

// parts emits one duty for each statement of an item.
func (r *reader) parts(it *item) {
	var rules []string // hold from the next task on
	n, from := 0, 0
	for i, f := range it.found {
		rules = add(rules, f.inherit)
		if f.kind == ruleOnly {
			if n > 0 {
				last := &r.out[len(r.out)-1]
				last.Deadlines = append(last.Deadlines, r.terms(f.terms)...)
			}
			continue
		}
		body := from
		if n == 0 {
			_, body, _ = it.title(f.start, r.longest)
		}
		if at := nextItem(it, from, f.start); at > 0 {
			r.glued(it, f, at)
		} else if at := lastItem(it, body, f.start); at > 0 {
			r.glued(it, f, at)
		} else {
			n++
			p := part{no: n, found: f, from: from, to: f.end, text: it.text.cut(min(body, f.start), f.start)}
			r.fill(it, i, &p)
			r.emit(it, p)
		}
		from = f.end
	}
	r.inherited = add(r.inherited, rules)
}

// fill finds the text of a part that has none before its statement: what follows a statement right behind the title,
// a title that is the whole task, or the statement itself where that says what is to be done.
func (r *reader) fill(it *item, i int, p *part) {
	f := p.found
	if s := p.text.trim("。;,、:"); s.len() > 0 && !onlyNote(s.f) {
		return
	}
	p.text = text{}
	if i+1 < len(it.found) {
		p.text, p.to = it.text.cut(f.end, it.found[i+1].start).trim("。;,"), it.found[i+1].start
	} else {
		p.text, p.to, p.deep = it.all().from(f.end).trim("。;,"), it.text.len(), true
	}
	if p.text.len() == 0 {
		p.text = it.text.cut(0, min(it.first, f.start))
	}
	if p.text.len() == 0 {
		p.text = f.inner
	}
}

// nextItem finds a number of the item's own kind right behind a statement: the next task, run together with this one.
func nextItem(it *item, from, to int) int {
	if from == 0 || it.mark == "" {
		return 0
	}
	for from < to && (blank(it.text.f[from]) || isEnd(it.text.f[from])) {
		from++
	}
	own := newText(it.mark).squeeze().f
	if n := markLength(it.text.f[from:to]); n > 0 && markKind(own) == markKind(it.text.f[from:from+n]) {
		return from
	}
	return 0
}

// markKind tells 1. from （1） from （一） from 一、 from 一是.
func markKind(f []rune) string {
	var b strings.Builder
	for _, r := range f {
		switch {
		case r >= '0' && r <= '9':
			r = '1'
		case hanNumerals[r]:
			r = '一'
		case r == '、' && strings.HasSuffix(b.String(), "1"), r == '。':
			r = '.'
		}
		if s := b.String(); (r == '1' || r == '一') && strings.HasSuffix(s, string(r)) {
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// lastItem finds the last number before a statement in a text that should have none: paragraphs that were run together.
func lastItem(it *item, from, to int) int {
	if it.mark != "" {
		return 0
	}
	f := it.text.f
	for i := to - 6; i > from; i-- {
		if !opensItem(f, i) || f[i-1] >= '0' && f[i-1] <= '9' || f[i-1] == '.' || f[i-1] == '第' || hanNumerals[f[i-1]] {
			continue
		}
		n := i + markLength(f[i:])
		if f[n-1] == '是' || runeAt(f, n) < 0x4e00 && runeAt(f, n) != '“' || f[n] == '项' || f[n] == '款' {
			continue
		}
		return i
	}
	return 0
}

// glued emits the duty of a numbered task that stands inside another paragraph.
func (r *reader) glued(it *item, f found, at int) {
	n := at + markLength(it.text.f[at:])
	inner := &item{node: it.node, mark: it.text.cut(at, n).tight(), parent: it.parent, text: it.text.cut(n, f.start), paras: it.paras}
	inner.first = inner.text.len()
	if inner.node == nil && len(it.paras) > 0 {
		inner.node = it.paras[0].node
	}
	_, body, _ := inner.title(inner.first, r.longest)
	t := inner.text.from(body)
	if t.len() == 0 {
		t = inner.text
	}
	r.emit(inner, part{no: 1, found: f, text: t})
	r.out[len(r.out)-1].Spans = it.spans(r.issue.Source, at, f.end)
}

// title finds where the title of an item ends and its body begins, both before stop; heads says that the title reads
// as a heading, so that the task is told in what follows.
func (it *item) title(stop, longest int) (end, body int, heads bool) {
	if it.node == nil {
		return 0, 0, true
	}
	first := min(it.first, stop)
	more := stop > first+1 || stop == it.text.len() && len(it.kids) > 0
	end, body, heads = titleEnd(it.text.cut(0, first), more, longest)
	if body >= first && stop > first {
		body = first + 1
	}
	return end, min(body, stop), heads
}

// emit writes one duty.
func (r *reader) emit(it *item, p part) {
	f := p.found
	d := Duty{Doc: r.doc.No, Plan: r.title, Part: p.no, No: it.no(), Section: it.section(),
		Responsibility: f.inner.trim("。;").tight(),
		Lead:           f.lead, Support: f.support, Implement: f.implement, Guide: f.guide,
		Inherited: append([]string(nil), r.inherited...)}
	if it.node != nil {
		r.titles(&d, it, p)
	}
	t := p.text.trimLeft("。;,、:")
	if f.mid { // the sentence goes on with its statement
		t, f.terms = newText(t.String()+f.inner.String()), nil
	}
	d.BodyHead = head(t, 15)
	d.Text = t.String()
	r.phrases(&d, t, true)
	r.due(&d, f.terms)
	d.Spans = it.spans(r.issue.Source, p.from, p.to)
	if p.deep {
		for _, k := range it.kids {
			k.walk(func(k *item) { d.Spans = append(d.Spans, k.spans(r.issue.Source, 0, k.text.len())...) })
		}
	}
	r.out = append(r.out, d)
}

// titles gives a duty its title and what the title says. A first clause that only stands for a title is a part of the
// task; of a heading only the deadlines count.
func (r *reader) titles(d *Duty, it *item, p part) {
	if it.heads.text.raw == nil {
		stop := it.text.len()
		if len(it.found) > 0 {
			stop = it.found[0].start
		}
		end, _, heads := it.title(stop, r.longest)
		it.heads.text, it.heads.ok = it.text.cut(0, min(end, it.first)).trim("。;:,"), heads
	}
	title := it.heads.text
	d.Title, d.Clause = title.tight(), it.node.Path
	if p.title != "" {
		d.Title = p.title
		return
	}
	if p.no > 1 || p.text.len() >= title.len() && title.len() > 0 && hasAt(p.text.f, 0, title.f) {
		return
	}
	r.phrases(d, title, !it.heads.ok)
}
