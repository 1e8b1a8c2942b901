package policy

import (
	"errors"
	"io/fs"
	"strconv"

	"zhixing/calendar"
	"zhixing/org"
	"zhixing/personnel"
)

// postsFile is posts.yaml: the posts of the county and who is in its leading groups. It names no person.
type postsFile struct {
	Posts  []postFile  `yaml:"posts"`
	Groups []groupFile `yaml:"groups"`
}

type postFile struct {
	Unit   text   `yaml:"unit"`   // whose post it is
	For    []text `yaml:"for"`    // or: every unit of these kinds has one
	Ending []text `yaml:"ending"` // of these, whose name ends so
	Title  text   `yaml:"title"`
	Also   []text `yaml:"also"` // other right ways to write the title
	Role   text   `yaml:"role"` // office, leader, head, member, auditor
	Seats  text   `yaml:"seats"`
	Fills  []text `yaml:"fills"` // units of kind role that it stands for
	Source text   `yaml:"source"`
}

type groupFile struct {
	Unit    text         `yaml:"unit"`
	From    text         `yaml:"from"` // days on which it exists; may be left out
	Until   text         `yaml:"until"`
	Members []memberFile `yaml:"members"`
	Source  text         `yaml:"source"`
}

type memberFile struct {
	Post   text   `yaml:"post"`   // unit/title
	Of     text   `yaml:"of"`     // or: the head of this unit, or of every unit of this set
	Titles []text `yaml:"titles"` // with of: the posts so called instead of the head
	As     text   `yaml:"as"`     // 组长, 副组长, 成员
}

const postsYAML = "posts.yaml"

// book reads posts.yaml; without the file the book is empty.
func (f *folder) book(d *org.Directory) *personnel.Book {
	var file postsFile
	if _, err := fs.Stat(f.fsys, postsYAML); errors.Is(err, fs.ErrNotExist) || f.lost || d == nil {
		file = postsFile{} // a post of a unit that could not be read would only say the same again
	} else if !f.decode(postsYAML, &file) {
		return nil
	}
	if d == nil {
		return nil
	}
	var posts []personnel.Post
	for _, p := range file.Posts {
		posts = append(posts, f.post(p))
	}
	var groups []personnel.Group
	for _, g := range file.Groups {
		groups = append(groups, f.group(g))
	}
	book, err := personnel.NewBook(d, posts, groups)
	if err == nil {
		return book
	}
	all := []error{err}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		all = many.Unwrap()
	}
	for _, err := range all {
		var u *personnel.Unsound
		if errors.As(err, &u) {
			f.bad(postsYAML, file.lineOf(u), "%s", u.Message)
		}
	}
	return nil
}

// lineOf is where the post, the group or its member stands.
func (file postsFile) lineOf(u *personnel.Unsound) int {
	if !u.Group {
		p := file.Posts[u.N]
		return max(p.Title.line, p.Unit.line)
	}
	g := file.Groups[u.N]
	if u.Member > 0 {
		m := g.Members[u.Member-1]
		return max(m.Post.line, m.Of.line, m.As.line)
	}
	return g.Unit.line
}

func (f *folder) post(p postFile) personnel.Post {
	out := personnel.Post{Unit: p.Unit.s, Title: p.Title.s, Also: words(p.Also), Role: personnel.Role(p.Role.s), Fills: words(p.Fills),
		Ending: words(p.Ending), Source: p.Source.s}
	for _, k := range p.For {
		out.For = append(out.For, org.Kind(k.s))
	}
	if p.Seats.s != "" {
		n, err := strconv.Atoi(p.Seats.s)
		if err != nil {
			f.bad(postsYAML, p.Seats.line, "席位“%s”应为 1（只能一人）或 0（人数不限）", p.Seats.s)
		}
		out.Seats = n
	}
	return out
}

func (f *folder) group(g groupFile) personnel.Group {
	out := personnel.Group{Unit: g.Unit.s, Source: g.Source.s, From: f.day(g.From), Until: f.day(g.Until)}
	for _, m := range g.Members {
		if (m.Post.s == "") == (m.Of.s == "") {
			f.bad(postsYAML, max(m.Post.line, m.Of.line, m.As.line), "成员要写 post（单位/职务）或 of（单位、统称），不能两样都写")
		}
		out.Members = append(out.Members, personnel.Membership{Post: personnel.PostID(m.Post.s), Of: m.Of.s, Titles: words(m.Titles), As: m.As.s})
	}
	return out
}

func (f *folder) day(t text) calendar.Date {
	d, err := calendar.ParseDate(t.s)
	if err != nil {
		f.bad(postsYAML, t.line, "日期“%s”应写作 2023-10-31", t.s)
	}
	return d
}
