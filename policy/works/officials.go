package works

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/db"
	"zhixing/org"
	"zhixing/personnel"
)

// Holders of posts among those who can be told (decision 49): by whom the record of appointments has in the posts that ladders of calls
// name, and by the numbers that stand with these persons.

// calledPosts are the posts of units that ladders of calls name, once each.
func (w *Works) calledPosts() (out []personnel.Post) {
	if w.County.Book == nil {
		return nil
	}
	seen := map[personnel.PostID]bool{}
	add := func(unit, title string) {
		if p, ok := w.County.Book.Find(unit, title); ok && !seen[p.ID] {
			seen[p.ID] = true
			out = append(out, p)
		}
	}
	each := func(of callup.Scope, posts []string) {
		for _, words := range posts {
			for _, word := range strings.Split(words, "|") {
				switch unit, title, whole := strings.Cut(word, "/"); {
				case whole:
					add(unit, title)
				case of == callup.Town:
					for _, town := range townNames(w.County) {
						add(town, word)
					}
				}
			}
		}
	}
	for _, l := range w.County.Callups {
		each(callup.County, l.Office)
		for _, s := range l.Steps {
			each(s.Of, s.Posts)
			each(s.Of, s.Deputies)
		}
	}
	return out
}

// holding are the tenures of today, by post.
func (w *Works) holding(ctx context.Context, tx *db.Tx) (map[personnel.PostID][]personnel.Tenure, error) {
	list, err := personnel.Tenures(ctx, tx, string(w.County.Place.Code), personnel.TenureFilter{On: calendar.DateOf(tx.Now())}, time.Time{})
	out := map[personnel.PostID][]personnel.Tenure{}
	for _, t := range list {
		out[t.Post] = append(out[t.Post], t)
	}
	return out, err
}

// FollowPosts makes the recipients that stand for posts those who hold them today, at their numbers. It is to be called in the transaction
// that changes either; the clock calls it with the day, and after notices of appointment were taken in.
func (w *Works) FollowPosts(ctx context.Context, tx *db.Tx) error {
	held, err := w.holding(ctx, tx)
	if err != nil {
		return err
	}
	phones, err := personnel.Phones(ctx, tx, string(w.County.Place.Code))
	if err != nil {
		return err
	}
	var list []audience.Recipient
	for _, p := range w.calledPosts() {
		for _, t := range held[p.ID] {
			number := phones[t.Person]
			if number == "" {
				continue
			}
			list = append(list, audience.Recipient{Key: fmt.Sprintf("%s/%d", p.ID, t.Person), Kind: audience.Post, Name: t.Name, Unit: p.Unit, Place: w.seatOf(p.Unit),
				Roles: append([]string{p.Title}, p.Also...), Addresses: []audience.Address{{Channel: audience.SMS, To: number}}})
		}
	}
	_, err = w.Audience.Put(ctx, tx, audience.System, audience.SourcePosts, list, true)
	return err
}

// followed is up to which change of appointments and numbers, and for which day, recipients follow.
type followed struct {
	revision int64
	day      calendar.Date
}

// followPosts is FollowPosts for the clock: nothing is written where nothing has changed.
func (w *Works) followPosts(ctx context.Context, d *db.DB) error {
	var now followed
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		now.day = calendar.DateOf(tx.Now())
		now.revision, err = personnel.Revision(ctx, tx, string(w.County.Place.Code))
		return err
	})
	if last := w.followed.Load(); err == nil && (last == nil || *last != now) {
		if err = d.Write(ctx, func(tx *db.Tx) error { return w.FollowPosts(ctx, tx) }); err == nil {
			w.followed.Store(&now)
		}
	}
	if err != nil {
		return fmt.Errorf("works.Tick: posts: %w", err)
	}
	return nil
}

// standsFor finds whom of those who hold a post today a recipient stands for. A list may have a number under his name, or under that of
// the post or of nobody (值班手机), which is then his where he alone holds it.
func standsFor(r *audience.Recipient, held []personnel.Holder) (personnel.Holder, bool) {
	i := slices.IndexFunc(held, func(h personnel.Holder) bool { return h.Name == r.Name })
	if i < 0 && len(held) == 1 && ofThePost(r) {
		i = 0
	}
	if i < 0 {
		return personnel.Holder{}, false
	}
	return held[i], true
}

// ofThePost reports whether a list names no person beside a number, but the post or its office.
func ofThePost(r *audience.Recipient) bool {
	of := append([]string{r.Place.Town, r.Unit, "值班"}, r.Roles...)
	return r.Name == "" || slices.ContainsFunc(of, func(s string) bool { return s != "" && strings.Contains(r.Name, s) })
}

// callable are those of a post's recipients by whom its holders are called: with numbers of their own nobody else's, and on a single post
// none that stands under another's name.
func (w *Works) callable(post personnel.PostID, list []audience.Recipient, held []personnel.Holder) []audience.Recipient {
	if len(held) == 0 {
		return list
	}
	own := func(h personnel.Holder) bool {
		return slices.ContainsFunc(list, func(r audience.Recipient) bool { return r.Source == audience.SourcePosts && r.Name == h.Name })
	}
	every := !slices.ContainsFunc(held, func(h personnel.Holder) bool { return !own(h) })
	p, _ := w.County.Book.Post(post)
	return slices.DeleteFunc(slices.Clone(list), func(r audience.Recipient) bool {
		if r.Source == audience.SourcePosts {
			return false
		}
		h, his := standsFor(&r, held)
		return every || his && own(h) || !his && p.Seats == 1
	})
}

// PostGap is a post named by a ladder of calls that nobody holds, or whose holder has no number.
type PostGap struct {
	personnel.Post
	Person int64  // 0: nobody
	Name   string // of the person
	Other  string // under whose name a list has a number for the post, which is not called
}

// Vacant reports whether nobody holds the post.
func (g PostGap) Vacant() bool { return g.Person == 0 }

// PostGaps are the posts of ladders that cannot be reached by a number, in the order of the ladders.
func (w *Works) PostGaps(ctx context.Context, tx *db.Tx) (out []PostGap, err error) {
	list, err := w.Audience.Posts(ctx, tx, audience.Area{County: true})
	if err != nil {
		return nil, err
	}
	holding, err := w.holding(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, p := range w.calledPosts() {
		var held []personnel.Holder
		for _, t := range holding[p.ID] {
			held = append(held, personnel.Holder{Person: t.Person, Name: t.Name})
		}
		place := w.seatOf(p.Unit)
		mine := slices.DeleteFunc(slices.Clone(list), func(r audience.Recipient) bool { return !sits(&r, place, "", p.Unit, p.Title) })
		called := w.callable(p.ID, mine, held)
		if len(held) == 0 && len(called) == 0 && p.Seats == 1 {
			out = append(out, PostGap{Post: p})
		}
		for _, h := range held {
			if slices.ContainsFunc(called, func(r audience.Recipient) bool { of, ok := standsFor(&r, held); return ok && of.Person == h.Person }) {
				continue
			}
			g := PostGap{Post: p, Person: h.Person, Name: h.Name}
			if i := slices.IndexFunc(mine, func(r audience.Recipient) bool { return p.Seats == 1 && r.Name != h.Name }); i >= 0 {
				g.Other = mine[i].Name
			}
			out = append(out, g)
		}
	}
	return out, nil
}

// seatOf is where the posts of a unit sit: a town's there, all others in the whole county.
func (w *Works) seatOf(unit string) (p audience.Place) {
	if u, ok := w.County.Directory.Resolve(unit); ok && u.Kind == org.Town {
		p.Town = u.Name
	}
	return p
}

// sits reports whether a recipient stands for a post of a unit at a place. A list need not say the unit.
func sits(r *audience.Recipient, at audience.Place, grid, unit, title string) bool {
	return slices.Contains(r.Roles, title) && r.Grid == grid && r.Place == at && (at.Village != "" || r.Unit == "" || r.Unit == unit)
}
