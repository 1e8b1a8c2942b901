package duty

// Some plans name the unit first and then say what it does: 甲局：负责…；会同乙局…。 The holder may be a post
// (县级总路长职责：) or a joint list (甲、乙等公司（简称“各运营商”）：), and what it does may be items below.

// holder reads the units that a text opens with before a colon, and where what they do begins.
func holder(t text) (units []string, body int, ok bool) {
	for i := 0; i < t.len() && i < 120; i++ {
		switch t.f[i] {
		case '(':
			if c := closing(t.f, i); c > 0 {
				i = c
				continue
			}
			return nil, 0, false
		case '。', ';', '\n', '"', '!':
			return nil, 0, false
		case ':':
			name := t.cut(0, i).trim("")
			if _, r := labelBefore(t.f, 0, i); r != noRole || name.len() < 2 {
				return nil, 0, false
			}
			units, ok = holders(name)
			return units, i + 1, ok
		}
	}
	return nil, 0, false
}

var dutyEnds = newEnds("职责 主要职责 工作职责 具体职责 的职责 的主要职责 职责分工 职责任务 主要任务 工作任务 责任")

func holders(name text) ([]string, bool) {
	if n := dutyEnds.of(name.f); n > 0 && name.len() > n+1 {
		name = name.cut(0, name.len()-n).trim("的")
		if units, whole := unitsOf(name, false); whole {
			return units, true
		}
		if name.len() <= 20 && !clauseLike(unbracket(name.f)) {
			return splitUnits(name), name.len() > 2
		}
		return nil, false
	}
	bare := name
	if n := name.len(); n > 0 && name.f[n-1] == ')' {
		if o := opening(name.f, 0); o > 2 && explains(name.cut(o+1, n-1)) {
			bare = name.cut(0, o) // 甲、乙等公司（简称“各运营商”）
		}
	}
	units, whole := unitsOf(bare, false)
	if !whole && stripEtc(bare).len() < bare.len() {
		units = splitUnits(bare)
		return units, len(units) > 1
	}
	return units, whole
}

// unitFirst emits the duties of items that name the unit first, where at least two stand side by side; it reports
// which of the items it took.
func (r *reader) unitFirst(kids []*item) map[*item]bool {
	took := map[*item]bool{}
	for _, k := range kids {
		if len(k.found) == 0 && !k.sets() {
			if _, _, ok := holder(k.text); ok {
				took[k] = true
			}
		}
	}
	if len(took) < 2 {
		return nil
	}
	return took
}

// holds emits the duties of one item that names the unit first.
func (r *reader) holds(it *item) {
	units, body, _ := holder(it.text)
	t := it.text.from(body)
	if t.trim("").len() == 0 {
		for _, k := range it.kids {
			r.whole(k, found{statement: statement{lead: units, support: helpers(k.text), kind: verbal}, inner: it.text.cut(0, body-1)})
		}
		return
	}
	f := found{statement: statement{lead: units, support: helpers(t), kind: verbal}, inner: it.text.cut(0, body-1)}
	f.support = without(f.support, units)
	r.emit(it, part{no: 1, found: f, to: it.text.len(), deep: true, text: it.all().from(body), title: f.inner.tight()})
}

// helpers are the units that a text says the work is done with: 会同乙局….
func helpers(t text) []string {
	var out []string
	for i := range t.f {
		if hasAt(t.f, i, []rune("会同")) {
			out = add(out, leadingUnits(t.from(i+2)))
		}
	}
	return out
}

// paragraphsFirst emits the duties of an item whose paragraphs, without numbers, name the unit first.
func (r *reader) paragraphsFirst(it *item) bool {
	type stretch struct {
		units      []string
		start, end int
		body       int
	}
	var out []stretch
	for i, p := range it.paras {
		end := it.text.len()
		if i+1 < len(it.paras) {
			end = it.paras[i+1].start
		}
		if i == 0 && it.node != nil && p.node == it.node {
			continue
		}
		if units, body, ok := holder(it.text.cut(p.start, end)); ok && end-p.start-body > 6 {
			out = append(out, stretch{units, p.start, end, p.start + body})
		} else if len(out) > 0 {
			out[len(out)-1].end = end
		}
	}
	if len(out) < 2 {
		return false
	}
	for i, s := range out {
		t := it.text.cut(s.body, s.end)
		f := found{start: s.start, end: s.end, statement: statement{lead: s.units, support: without(helpers(t), s.units), kind: verbal}, inner: it.text.cut(s.start, s.body-1)}
		r.emit(it, part{no: i + 1, found: f, from: s.start, to: s.end, text: t})
	}
	return true
}
