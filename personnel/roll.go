package personnel

import (
	"context"
	"maps"
	"slices"
	"strings"

	"zhixing/db"
	"zhixing/org"
	"zhixing/publication"
)

// roll is the book together with the units and posts that only the records have.
type roll struct {
	book  *Book
	units map[string]org.Unit // by folded name
	posts map[string][]recordedPost
}

type recordedPost struct {
	Post
	sameAs string // title of the unit's post that this one is another word for; empty for a post of its own
}

// unit is the unit with this canonical name.
func (r *roll) unit(name string) (org.Unit, bool) {
	if u, ok := r.book.dir.Resolve(name); ok {
		return u, true
	}
	u, ok := r.units[org.Fold(name)]
	return u, ok
}

// find is the post of the unit with this title.
func (r *roll) find(u org.Unit, title string) (Post, bool) {
	for _, p := range r.postsOf(u) {
		if p.called(title) {
			return p, true
		}
	}
	for _, q := range r.posts[u.Name] {
		if q.sameAs != "" && q.called(title) {
			return r.find(u, q.sameAs)
		}
	}
	return Post{}, false
}

// postsOf are all posts of a unit, those of the records last.
func (r *roll) postsOf(u org.Unit) []Post {
	out := slices.Clone(r.book.PostsOf(u))
	for _, q := range r.posts[u.Name] {
		if q.sameAs == "" {
			out = append(out, q.Post)
		}
	}
	return out
}

// post is what is known of a post that somebody holds. One that nobody lists any more lets its holder do the least.
func (r *roll) post(id PostID) Post {
	if u, ok := r.unit(id.Unit()); ok {
		if p, ok := r.find(u, id.Title()); ok && p.ID == id {
			return p
		}
	}
	return Post{ID: id, Unit: id.Unit(), Title: id.Title(), Role: Member}
}

// recordedUnits are the units that only the records have, by name.
func (r *roll) recordedUnits() []org.Unit {
	return slices.SortedFunc(maps.Values(r.units), func(a, b org.Unit) int { return strings.Compare(a.Name, b.Name) })
}

// recordedPosts are the posts that only the records have, by name.
func (r *roll) recordedPosts() []Post {
	var out []Post
	for _, posts := range r.posts {
		for _, q := range posts {
			if q.sameAs == "" {
				out = append(out, q.Post)
			}
		}
	}
	slices.SortFunc(out, func(a, b Post) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out
}

// AllPosts are the posts of the book and those of the records, the latter last.
func AllPosts(ctx context.Context, tx *db.Tx, p *Book, county string) ([]Post, error) {
	r, err := rollOf(ctx, tx, p, county)
	if err != nil {
		return nil, wrap("AllPosts", err)
	}
	return r.all(), nil
}

func (r *roll) all() []Post {
	out := slices.Clone(r.book.posts)
	for _, u := range r.recordedUnits() {
		out = append(out, r.book.PostsOf(u)...)
	}
	return append(out, r.recordedPosts()...)
}

// Resolve is the unit that a name in a document means: by the directory first, then by what the county office has
// answered. docNo is the document's number or key.
func Resolve(ctx context.Context, tx *db.Tx, p *Book, county, docNo, name string) (org.Unit, bool, error) {
	key, ok := publication.ParseKey(docNo)
	if !ok {
		key = publication.Key(docNo)
	}
	for _, no := range []string{docNo, key.No()} {
		if u, ok := p.dir.ResolveIn(no, name); ok {
			return u, true, nil
		}
	}
	if !writable(docNo, name) {
		return org.Unit{}, false, nil
	}
	r, err := rollOf(ctx, tx, p, county)
	if err != nil {
		return org.Unit{}, false, wrap("Resolve", err)
	}
	if u, ok := r.unit(name); ok {
		return u, true, nil
	}
	unit, err := aliasOf(ctx, tx, county, string(key), name)
	if err != nil || unit == "" {
		return org.Unit{}, false, wrap("Resolve", err)
	}
	u, ok := r.unit(unit)
	return u, ok, nil
}
