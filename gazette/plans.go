package gazette

import "strings"

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

// matchPlan finds the issued title that a printed one stands for; a notice may name it more fully than its heading.
func matchPlan(title string, plans []string) string {
	t := stripTitle(bare(title))
	if runes(t) < 4 {
		return ""
	}
	for _, want := range plans {
		w := stripTitle(want)
		if w == t || runes(t) >= 8 && strings.HasSuffix(w, t) || runes(w) >= 8 && strings.HasSuffix(t, w) && len(t) <= len(w)+36 {
			return want
		}
	}
	return ""
}

// maxPlans is how many plans one notice may issue; the most met is about twenty.
const maxPlans = 200

// planTitle begins a plan where its title stands.
func (dr *docReader) planTitle() bool {
	if startsAttachment(dr.paras[dr.i].text) || len(dr.d.Plans) == maxPlans {
		return false
	}
	n := dr.titleLines(dr.i, func(t string, gap bool) bool {
		if want := matchPlan(t, dr.plans); want != "" && (!gap || strings.HasSuffix(t, bare(want))) {
			return true
		}
		if gap {
			return false
		}
		_, ok := hasAnySuffix(stripTitle(t), planKinds[:19])
		return ok && dr.tail && dr.tree.base == nil && dr.part == nil && balanced(t) && !dr.afterCell()
	})
	if n == 0 {
		return false
	}
	dr.beginPlan(dr.paras[dr.i : dr.i+n])
	dr.i += n
	return true
}

// afterCell says that a number or a bar of a table stands on the line above.
func (dr *docReader) afterCell() bool {
	return dr.i > 0 && strings.Trim(dr.paras[dr.i-1].text, "|0123456789. ") == ""
}

// titleLines reports how many paragraphs from i on make a title that ok accepts; gap says that blank lines stand
// between them where they stand between paragraphs too.
func (dr *docReader) titleLines(i int, ok func(title string, gap bool) bool) int {
	var b strings.Builder
	gap := false
	for n := 0; n < 5 && i+n < len(dr.paras); n++ {
		p := dr.paras[i+n]
		if !canBeTitle(p) || runes(p.text) > 90 || standsAlone(p.text) || dr.isSigner(p) {
			return 0
		}
		gap = gap || n > 0 && p.gap && dr.r.layout.spaced
		b.WriteString(bare(p.text))
		if ok(b.String(), gap) {
			return n + 1
		}
	}
	return 0
}

func (dr *docReader) beginPlan(title []*para) {
	plan := &Plan{}
	n := dr.node(PlanTitleNode, title...)
	n.Text = oneLine(n.Text)
	n.Title = n.Text
	plan.Title = n.Text
	dr.d.Plans = append(dr.d.Plans, plan)
	dr.part, dr.list = plan, false
	dr.tree.reset(&plan.Nodes, nil)
	plan.Nodes = append(plan.Nodes, n)
}

// issued lists the titles that a notice says it issues: 关于印发《甲》《乙》的通知, 关于印发甲方案的通知.
func issued(title string) []string {
	at := strings.Index(title, "印发")
	if at < 0 {
		if at = strings.Index(title, "公布"); at < 0 {
			return nil
		}
	}
	rest := title[at+len("印发"):]
	if names := bookTitles(rest); len(names) > 0 {
		return names
	}
	rest = stripTitle(rest)
	if kind, ok := hasAnySuffix(rest, kinds); ok {
		rest = strings.TrimSuffix(strings.TrimSuffix(rest, kind), "的")
	}
	if rest == "" {
		return nil
	}
	return []string{rest}
}

// announced lists the plans that a sentence says are issued: 《甲》《乙》已经县政府同意，现印发给你们.
func announced(s string) []string {
	if !strings.Contains(s, "《") || !containsAny(outsideBrackets(s), []string{"印发", "下发", "同意", "批准", "审定", "通过", "公布", "发布", "照此执行", "遵照执行", "贯彻执行", "组织实施"}) {
		return nil
	}
	var plans []string
	for _, t := range bookTitles(s) {
		if _, ok := hasAnySuffix(stripTitle(t), planKinds); ok && runes(t) >= 6 {
			plans = append(plans, t)
		}
	}
	return plans
}
