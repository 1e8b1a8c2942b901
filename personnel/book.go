package personnel

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/org"
)

// PostID names a post: the unit's canonical name, a stroke, the title: 县审计局/局长.
type PostID string

// ID is the post of a unit.
func ID(unit, title string) PostID { return PostID(unit + "/" + title) }

// Unit is the part before the stroke.
func (id PostID) Unit() string { unit, _, _ := strings.Cut(string(id), "/"); return unit }

// Title is the part behind it.
func (id PostID) Title() string { _, title, _ := strings.Cut(string(id), "/"); return title }

// Role says what a post may do in the ledger.
type Role string

// The roles.
const (
	Office  Role = "office"  // 县政府办公室（督查）
	Leader  Role = "leader"  // 县领导
	Head    Role = "head"    // 单位（乡镇）主要负责人和分管负责人
	Member  Role = "member"  // 单位（乡镇）经办人
	Auditor Role = "auditor" // 只看不改
)

// Roles lists every role in the order of the pages.
var Roles = []Role{Office, Leader, Head, Member, Auditor}

var roleChinese = map[Role]string{Office: "县政府办公室（督查）", Leader: "县领导", Head: "单位负责人", Member: "单位经办人", Auditor: "审计查阅"}

// Chinese is what the pages call the role.
func (r Role) Chinese() string { return roleChinese[r] }

// Known reports whether r is one of Roles.
func (r Role) Known() bool { return roleChinese[r] != "" }

// Post is an office in a unit that a person holds. A post with For instead of Unit is a pattern: each unit of these
// kinds whose name ends so has such a post.
type Post struct {
	ID     PostID // given by NewBook
	Unit   string // any name of the unit; canonical once in a Book
	Title  string
	Also   []string // other right ways to write the title
	Role   Role
	Seats  int        // 1: one holder at most; 0: any number
	Fills  []string   // units of kind role that this post stands for: 分管农业副县长
	For    []org.Kind // of a pattern
	Ending []string   // of a pattern: what the unit's name ends with, brackets aside; any where empty
	Order  int        // given by NewBook: place in lists
	Source string     // number of a document that names the post
}

// Membership is the part that a post has in a leading group. In what NewBook is given, Of may stand instead of Post:
// the posts with one of these titles of a unit, or of every unit of a set; where no title is given, its single posts with
// role Head (主要负责人).
type Membership struct {
	Post   PostID
	As     string // 组长, 副组长, 成员
	Of     string
	Titles []string
}

// Group is a leading group (领导小组、专班): posts, not persons, so that a new holder is a member from his first day.
type Group struct {
	Unit        string // any name of the unit of kind group; canonical once in a Book
	Members     []Membership
	From, Until calendar.Date // days on which it exists, Until not included; zero where not said
	Source      string
}

// Exists reports whether the group exists on a day.
func (g Group) Exists(on calendar.Date) bool {
	return (g.From.IsZero() || !on.Before(g.From)) && (g.Until.IsZero() || on.Before(g.Until))
}

// Book is the posts and leading groups of a county as its folder gives them. It is pure and safe for many goroutines;
// what it returns is shared and not to be changed.
type Book struct {
	dir      *org.Directory
	posts    []Post // patterns written out
	patterns []Post
	byID     map[PostID]int
	byUnit   map[string][]int
	groups   []Group
	byGroup  map[string]int
	groupsOf map[PostID][]int
	fills    map[string][]PostID // unit of kind role → posts
}

// Unsound is what is wrong with one post or group that NewBook was given: the one at index N.
type Unsound struct {
	Group   bool // groups[N], else posts[N]
	N       int
	Member  int    // of the group, from 1; 0 for the group itself
	Message string // in Chinese
}

func (u *Unsound) Error() string { return u.Message }

// NewBook checks posts and groups against the directory. The error joins one *Unsound for each
// thing that is wrong.
func NewBook(dir *org.Directory, posts []Post, groups []Group) (*Book, error) {
	b := &Book{dir: dir, byID: map[PostID]int{}, byUnit: map[string][]int{}, byGroup: map[string]int{},
		groupsOf: map[PostID][]int{}, fills: map[string][]PostID{}}
	var bad []error
	lame := map[int]bool{}
	named := map[PostID]bool{} // given by name, so that a pattern does not give them again
	for i, p := range posts {
		if len(p.For) == 0 {
			if u, ok := dir.Resolve(p.Unit); ok {
				named[ID(u.Name, p.Title)] = true
			}
		}
		if why := b.check(p); why != "" {
			lame[i] = true
			bad = append(bad, &Unsound{N: i, Message: why})
		}
	}
	for i, p := range posts {
		if lame[i] {
			continue
		}
		p.Order = i
		if len(p.For) > 0 {
			b.patterns = append(b.patterns, p)
			for _, u := range dir.Units() {
				if p.suits(u) && !named[ID(u.Name, p.Title)] {
					if why := b.add(p.of(u)); why != "" {
						bad = append(bad, &Unsound{N: i, Message: why})
						break // the next unit has the same fault
					}
				}
			}
			continue
		}
		u, _ := dir.Resolve(p.Unit)
		if why := b.add(p.of(u)); why != "" {
			bad = append(bad, &Unsound{N: i, Message: why})
		}
	}
	for i, g := range groups {
		if member, why := b.addGroup(g); why != "" {
			bad = append(bad, &Unsound{Group: true, N: i, Member: member, Message: why})
		}
	}
	if len(bad) > 0 {
		return nil, errors.Join(bad...)
	}
	return b, nil
}

// check says what is wrong with a post by itself, or "".
func (b *Book) check(p Post) string {
	switch {
	case strings.TrimSpace(p.Title) == "":
		return "职务没有名称"
	case strings.Contains(p.Title, "/"):
		return fmt.Sprintf("职务名称“%s”不能有斜线", p.Title)
	case !p.Role.Known():
		return fmt.Sprintf("职务“%s”的角色“%s”不在规定之内", p.Title, p.Role)
	case p.Seats != 0 && p.Seats != 1:
		return fmt.Sprintf("职务“%s”的席位应为 1（只能一人）或 0（人数不限）", p.Title)
	case (p.Unit == "") == (len(p.For) == 0):
		return fmt.Sprintf("职务“%s”要写明单位，或写明适用于哪些类别的单位，不能两样都写", p.Title)
	case len(p.Ending) > 0 && len(p.For) == 0:
		return fmt.Sprintf("职务“%s”写明了单位，不必再写名称结尾", p.Title)
	}
	for _, k := range p.For {
		if !k.Known() {
			return fmt.Sprintf("职务“%s”适用的类别“%s”不在规定之内", p.Title, k)
		}
	}
	for _, name := range append([]string{p.Unit}, p.Fills...) {
		if _, ok := b.dir.Resolve(name); name != "" && !ok {
			return fmt.Sprintf("职务“%s”提到“%s”，但没有哪个单位叫这个名称", p.Title, name)
		}
	}
	return ""
}

// suits reports whether the pattern is for the unit.
func (p Post) suits(u org.Unit) bool {
	if !slices.Contains(p.For, u.Kind) {
		return false
	}
	name, _, _ := strings.Cut(org.Fold(u.Name), "(")
	return len(p.Ending) == 0 || slices.ContainsFunc(p.Ending, func(e string) bool { return strings.HasSuffix(name, org.Fold(e)) })
}

// of is the post in a unit.
func (p Post) of(u org.Unit) Post {
	p.Unit, p.ID, p.For, p.Ending = u.Name, ID(u.Name, p.Title), nil, nil
	return p
}

func (b *Book) add(p Post) string {
	if _, twice := b.find(p.Unit, p.Title); twice {
		return fmt.Sprintf("职务“%s”重复", p.ID)
	}
	for _, also := range p.Also {
		if other, twice := b.find(p.Unit, also); twice {
			return fmt.Sprintf("职务“%s”的另一写法“%s”已属于“%s”", p.ID, also, other.ID)
		}
	}
	b.byID[p.ID] = len(b.posts)
	b.byUnit[p.Unit] = append(b.byUnit[p.Unit], len(b.posts))
	b.posts = append(b.posts, p)
	for _, name := range p.Fills {
		u, _ := b.dir.Resolve(name)
		b.fills[u.Name] = append(b.fills[u.Name], p.ID)
	}
	return ""
}

func (b *Book) addGroup(g Group) (member int, why string) {
	u, ok := b.dir.Resolve(g.Unit)
	switch {
	case !ok:
		return 0, fmt.Sprintf("没有哪个单位叫“%s”", g.Unit)
	case u.Kind != org.Group:
		return 0, fmt.Sprintf("“%s”不是议事协调机构（group）", u.Name)
	}
	g.Unit = u.Name
	if _, twice := b.byGroup[g.Unit]; twice {
		return 0, fmt.Sprintf("“%s”写了两次", g.Unit)
	}
	var members []Membership
	for i, m := range g.Members {
		posts, why := b.members(m)
		if why != "" {
			return i + 1, fmt.Sprintf("“%s”的成员%s", g.Unit, why)
		}
		for _, id := range posts {
			members = append(members, Membership{Post: id, As: m.As})
			if !slices.Contains(b.groupsOf[id], len(b.groups)) {
				b.groupsOf[id] = append(b.groupsOf[id], len(b.groups))
			}
		}
	}
	g.Members = members
	b.byGroup[g.Unit] = len(b.groups)
	b.groups = append(b.groups, g)
	return 0, ""
}

// members are the posts that a membership means, or why it means none.
func (b *Book) members(m Membership) (ids []PostID, why string) {
	if m.Of == "" {
		post, ok := b.Find(m.Post.Unit(), m.Post.Title())
		if !ok {
			return nil, fmt.Sprintf("“%s”不是已列出的职务", m.Post)
		}
		return []PostID{post.ID}, ""
	}
	units := b.dir.Expand(m.Of)
	if len(units) == 0 {
		return nil, fmt.Sprintf("“%s”不是单位，或没有列出它代表的单位", m.Of)
	}
	for _, u := range units {
		before := len(ids)
		for _, at := range b.byUnit[u.Name] {
			p := b.posts[at]
			if len(m.Titles) == 0 && p.Seats == 1 && p.Role == Head || slices.ContainsFunc(m.Titles, p.called) {
				ids = append(ids, p.ID)
			}
		}
		if len(ids) == before {
			return nil, fmt.Sprintf("“%s”没有所说的职务", u.Name)
		}
	}
	return ids, ""
}

// Directory is the directory that the book was made with.
func (b *Book) Directory() *org.Directory { return b.dir }

// Posts are all posts in the order of the folder.
func (b *Book) Posts() []Post { return b.posts }

// Post is the post with this ID.
func (b *Book) Post(id PostID) (Post, bool) {
	at, ok := b.byID[id]
	if !ok {
		return Post{}, false
	}
	return b.posts[at], true
}

// PostsOf are the posts of a unit; a unit that the directory does not have gets those that patterns give it.
func (b *Book) PostsOf(u org.Unit) []Post {
	var out []Post
	if _, known := b.dir.Resolve(u.Name); known {
		for _, at := range b.byUnit[u.Name] {
			out = append(out, b.posts[at])
		}
		return out
	}
	for _, p := range b.patterns {
		if p.suits(u) {
			out = append(out, p.of(u))
		}
	}
	return out
}

// Find is the post of a unit with this title, in any of their right names.
func (b *Book) Find(unit, title string) (Post, bool) {
	u, ok := b.dir.Resolve(unit)
	if !ok {
		return Post{}, false
	}
	return b.find(u.Name, title)
}

func (b *Book) find(unit, title string) (Post, bool) {
	for _, at := range b.byUnit[unit] {
		if b.posts[at].called(title) {
			return b.posts[at], true
		}
	}
	return Post{}, false
}

// called reports whether the post is called so.
func (p Post) called(title string) bool {
	want := org.Fold(title)
	return want == org.Fold(p.Title) || slices.ContainsFunc(p.Also, func(s string) bool { return org.Fold(s) == want })
}

// Groups are the leading groups in the order of the folder.
func (b *Book) Groups() []Group { return b.groups }

// Group is the leading group with this name.
func (b *Book) Group(unit string) (Group, bool) {
	at, ok := b.byGroup[unit]
	if !ok {
		return Group{}, false
	}
	return b.groups[at], true
}

// Stands are the posts that stand for a leading group or a unit of kind role on a day.
func (b *Book) Stands(unit string, on calendar.Date) []PostID {
	out := slices.Clone(b.fills[unit])
	if g, ok := b.Group(unit); ok && g.Exists(on) {
		for _, m := range g.Members {
			if !slices.Contains(out, m.Post) && m.Post.Unit() != unit { // the group's own posts are found by its name
				out = append(out, m.Post)
			}
		}
	}
	return out
}

// seat is the post as a seat on a day.
func (b *Book) seat(p Post, on calendar.Date) Seat {
	s := Seat{Post: p.ID, Unit: p.Unit, Title: p.Title, Role: p.Role}
	if u, ok := b.dir.Resolve(p.Unit); ok {
		s.Town = u.Kind == org.Town
	}
	for _, at := range b.groupsOf[p.ID] {
		if g := b.groups[at]; g.Exists(on) {
			s.Groups = append(s.Groups, g.Unit)
		}
	}
	for _, name := range p.Fills {
		if u, ok := b.dir.Resolve(name); ok {
			s.Groups = append(s.Groups, u.Name)
		}
	}
	return s
}
