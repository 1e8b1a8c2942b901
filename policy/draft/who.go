package draft

import (
	"regexp"
	"slices"
	"strings"

	"zhixing/gazette"
	"zhixing/org"
	"zhixing/personnel"
)

// Who is meant in the text of an emergency plan: units at the head of a sentence, posts, members of groups.

var (
	seatShape  = regexp.MustCompile(`((?:[\p{Han}]{0,10}办公室)?副?(?:总指挥|指挥长|组长|主任))(?:由|[：:])([^，。；：]+)`)
	groupName  = regexp.MustCompile(`^[\p{Han}]{2,10}?组`)
	groupLead  = regexp.MustCompile(`由([^，。；：]+?)负责|(?:由)?([^，。；：]+?)牵头|牵头(?:单位|部门)[：:]([^，。；]+)|组长单位[：:]([^，。；]+)`)
	groupOf    = regexp.MustCompile(`(?:成员|配合|参加|责任|参与)(?:单位|部门)[：:]([^。；]+)|由([^。；]+?)(?:等(?:部门|单位)?)?(?:组成|参加)|[，。；]([^。；，]+?)(?:等(?:部门|单位)?)?(?:参加|配合|参与|组成)`)
	groupDoes  = regexp.MustCompile(`(?:主要)?(?:职责|任务|负责)[：:]?([^：:]+)$`)
	andWords   = regexp.MustCompile(`^(?:、|和|与|及|以及)`)
	strangers  = regexp.MustCompile(`^(?:县|各|市|驻)[\p{Han}]{1,12}?(?:委员会|办公室|管理局|大队|支队|中队|联社|供销社|公司|中心|局|部门|部|委|社|站|队|院)`)
	titleWords = strings.NewReplacer("分管", "", "主管", "", "主要", "", "有关", "", "的", "")
)

// named are the units that a name means: one, all of a set, the seat of an office of the command.
func (r *planRead) named(name string) (units []string, group string) {
	if lead := r.leads[name]; lead != "" {
		return []string{lead}, name
	}
	if u, ok := r.offices[name]; ok {
		return []string{u}, ""
	}
	u, ok := r.county.Directory.ResolveIn(r.doc.No, name)
	if office, short := strings.CutPrefix(name, "县政府"); short && !ok {
		u, ok = r.county.Directory.Resolve(r.county.Government + office)
	}
	if !ok {
		return nil, ""
	}
	if u.Kind != org.Set {
		return []string{u.Name}, ""
	}
	for _, m := range r.county.Directory.Expand(u.Name) {
		units = append(units, m.Name)
	}
	return units, ""
}

// subject is the units with which a clause opens, and what is said of them.
func (r *planRead) subject(s string) (units []string, rest string) {
	units, _, rest = r.subjects(s)
	return units, rest
}

// subjects is subject with the working group, where a group stands for its leading unit.
func (r *planRead) subjects(s string) (units []string, group, rest string) {
	rest = strings.TrimSpace(s)
	more, of, after := r.first(rest)
	for more != nil {
		for _, u := range more {
			if !slices.Contains(units, u) {
				units = append(units, u)
			}
		}
		group, rest = of, after
		and := andWords.FindString(rest)
		if and == "" {
			break
		}
		more, of, after = r.first(strings.TrimPrefix(rest, and))
	}
	for _, etc := range []string{"等有关部门", "等有关单位", "等部门", "等单位", "等"} {
		if cut, ok := strings.CutPrefix(rest, etc); ok && units != nil {
			return units, group, cut
		}
	}
	return units, group, rest
}

// maxName is the longest name of a unit that is looked for, in characters.
const maxName = 24

// first is the longest name with which a text opens.
func (r *planRead) first(s string) (units []string, group, rest string) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "由"), "请")
	ends := make([]int, 0, maxName+1)
	for at := range s {
		if ends = append(ends, at); len(ends) > maxName {
			break
		}
	}
	if len(ends) <= maxName {
		ends = append(ends, len(s))
	}
	for n := len(ends) - 1; n >= 2; n-- {
		if units, group = r.named(s[:ends[n]]); units != nil {
			return units, group, strings.TrimLeft(s[ends[n]:], "：: 　")
		}
	}
	return nil, "", s
}

// list are the units of a list, and what of it the county does not know.
func (r *planRead) list(s string) (units, unknown []string) {
	for _, name := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune("、，, ", c) }) {
		more, rest := r.subject(strings.TrimSuffix(name, "等"))
		if len(more) == 0 || rest != "" {
			if !strings.Contains(name, "和") {
				unknown = append(unknown, name)
				continue
			}
			known, strange := r.list(strings.ReplaceAll(name, "和", "、")) // one of the two is not known
			more, unknown = known, append(unknown, strange...)
		}
		for _, u := range more {
			if !slices.Contains(units, u) {
				units = append(units, u)
			}
		}
	}
	return units, unknown
}

// post is the post that a phrase names: 县人民政府分管副县长, 县水务局局长; empty where posts.yaml has none such.
func (r *planRead) post(s string) string {
	book := r.county.Book
	runes := []rune(strings.TrimSpace(s))
	for n := len(runes) - 1; n >= 0; n-- {
		unit := string(runes[:n])
		switch unit {
		case "", "县", "县政府", "县人民政府":
			unit = r.county.Government
		}
		name := r.drafting.unit(unit)
		if name == "" {
			continue
		}
		for _, title := range []string{string(runes[n:]), titleWords.Replace(string(runes[n:]))} {
			if p, ok := book.Find(name, title); ok {
				return string(p.ID)
			}
		}
	}
	return ""
}

// headOf is the post of a unit's head; empty where the county has written none.
func (r *planRead) headOf(unit string) string {
	u, ok := r.county.Directory.Resolve(unit)
	if !ok {
		return ""
	}
	for _, p := range r.county.Book.PostsOf(u) {
		if p.Role == personnel.Head || p.Role == personnel.Leader {
			return string(p.ID)
		}
	}
	return ""
}

// seated reads the posts of the command: 总指挥由县人民政府县长担任.
func (r *planRead) seated(text, clause string) {
	for _, m := range seatShape.FindAllStringSubmatch(text, -1) {
		s := planSeat{role: m[1], clause: clause}
		who := m[2]
		for _, end := range []string{"担任", "兼任", "兼"} {
			who = strings.TrimSuffix(who, end)
		}
		for _, name := range strings.FieldsFunc(who, func(c rune) bool { return c == '、' || c == '和' }) {
			if p := r.post(name); p != "" {
				s.posts = append(s.posts, p)
			} else {
				s.unknown = append(s.unknown, name)
			}
		}
		r.seats = append(r.seats, s)
		r.used[clause] = true
		r.note(clause, PlanReading{What: "指挥机构", Who: s.role, Says: strings.Join(append(slices.Clone(s.posts), s.unknown...), "、")})
	}
}

// deciders are the posts that a phrase means: a role of the command, a post, or the unit where an office of the command sits.
func (r *planRead) deciders(s string) (posts []string) {
	for _, name := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune("、或者和", c) }) {
		if p := r.post(name); p != "" {
			posts = append(posts, p)
			continue
		}
		for _, seat := range r.seats {
			if before, ok := strings.CutSuffix(name, seat.role); ok && !strings.HasSuffix(before, "副") {
				posts = append(posts, seat.posts...)
			}
		}
	}
	return posts
}

// group reads a working group where a paragraph opens with its name.
func (r *planRead) group(n *gazette.Node, clause string) {
	text := strings.TrimSpace(n.Body())
	name := groupName.FindString(text)
	parted := slices.ContainsFunc(n.Children, func(c *gazette.Node) bool { return c.Mark != "" }) // 现场工作组, with the groups below
	if name == "" || parted {
		return
	}
	g := planGroup{name: name, clause: clause}
	rest := strings.TrimLeft(strings.TrimPrefix(text, name), "：:。 　")
	for _, c := range n.Children { // the heading alone, its text below
		rest += "；" + c.Text
	}
	if m := groupLead.FindStringSubmatch(rest); m != nil {
		units, unknown := r.list(strings.Join(m[1:], ""))
		if len(units) > 0 {
			g.lead, g.members = units[0], units[1:]
		}
		g.unknown = unknown
		rest = strings.Replace(rest, m[0], "", 1)
	}
	if m := groupDoes.FindStringSubmatch(rest); m != nil {
		g.does = strings.Trim(m[1], "，。；")
		rest = strings.TrimSuffix(rest, m[0])
	}
	if m := groupOf.FindStringSubmatch(rest); m != nil {
		units, unknown := r.list(strings.Join(m[1:], ""))
		g.members, g.unknown = append(g.members, units...), append(g.unknown, unknown...)
	}
	if g.does == "" && g.lead != "" && len(g.members) == 0 {
		g.does = strings.Trim(rest, "，。；")
	}
	if g.lead == "" && len(g.members) > 0 {
		g.lead, g.members = g.members[0], g.members[1:]
		g.doubt = "条款没有写谁牵头，先写了第一个"
	}
	if g.lead == "" && g.does == "" {
		return
	}
	if _, twice := r.leads[name]; twice {
		return
	}
	r.leads[name] = g.lead
	r.groups = append(r.groups, g)
	r.used[clause] = true
	says := []string{g.does}
	if len(g.members) > 0 {
		says = []string{"成员 " + strings.Join(g.members, "、"), g.does}
	}
	if g.lead != "" {
		says = append([]string{"牵头 " + g.lead}, says...)
	}
	r.note(clause, PlanReading{What: "工作组", Who: name, Says: strings.Trim(strings.Join(says, "；"), "；")})
}
