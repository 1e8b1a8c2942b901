package works

import (
	"context"
	"slices"
	"time"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/db"
	"zhixing/notice"
	"zhixing/personnel"
)

// Who is called can answer on the site: the call goes to his inbox, and out as his notices do.

// calls reports whether people can be called by a channel.
func (w *Works) calls(channel string) bool { return channel == callup.App || w.leads(channel) }

// callInbox puts a call into somebody's inbox.
func (w *Works) callInbox(ctx context.Context, tx *db.Tx, m callup.Message) error {
	about := m.Call
	if about == "" {
		about = m.Purpose
	}
	_, err := notice.Put(ctx, tx, string(w.County.Place.Code), notice.Notice{To: notice.To{Account: m.To}, Kind: "callup", Subject: m.Title, Text: m.Text, Path: "/callups/mine", About: about,
		Grade: notice.Urgent, Key: m.Key})
	return err
}

// asHolder gives a recipient that stands for a post the name and the account of who holds it today.
func asHolder(p *callup.Person, h personnel.Holder) {
	p.Name = h.Name
	if h.Account != "" {
		p.Addresses[callup.App] = h.Account
	}
}

// held are who holds today the post that a recipient stands for; none where it is of a village, or nobody's.
func (w *Works) held(ctx context.Context, tx *db.Tx, r *audience.Recipient, at time.Time) ([]personnel.Holder, error) {
	unit := r.Unit
	if unit == "" {
		unit = r.Place.Town
	}
	if w.County.Book == nil || unit == "" || r.Place.Village != "" || r.Grid != "" {
		return nil, nil
	}
	for _, title := range r.Roles {
		held, err := personnel.HolderOf(ctx, tx, w.County.Book, string(w.County.Place.Code), personnel.ID(unit, title), calendar.DateOf(at))
		if err != nil || len(held) > 0 {
			return held, err
		}
	}
	return nil, nil
}

// byNumber is a person on record of whom no recipient is known.
func (w *Works) byNumber(ctx context.Context, tx *db.Tx, id callup.PersonID) (callup.Person, bool, error) {
	n, ok := personOnRecord(id)
	if !ok {
		return callup.Person{}, false, nil
	}
	p, err := personnel.PersonBy(ctx, tx, string(w.County.Place.Code), n)
	if personnel.KindOf(err) == personnel.NotFound {
		return callup.Person{}, false, nil
	}
	out := callup.Person{ID: id, Name: p.Name, Addresses: map[string]string{}}
	if p.Account != "" {
		out.Addresses[callup.App] = p.Account
	}
	return out, err == nil, err
}

// CalledAs are the names by which package callup knows the person of an account: himself, and the recipients that stand for a post
// which he holds at a moment.
func (w *Works) CalledAs(ctx context.Context, tx *db.Tx, account string, at time.Time) (out []callup.PersonID, err error) {
	if w.County.Book == nil || account == "" {
		return nil, nil
	}
	code := string(w.County.Place.Code)
	seats, err := personnel.SeatsOf(ctx, tx, w.County.Book, code, account, calendar.DateOf(at))
	if err != nil || len(seats) == 0 {
		return nil, err
	}
	posts, err := w.Audience.Posts(ctx, tx, audience.Area{County: true})
	if err != nil {
		return nil, err
	}
	for _, seat := range seats {
		held, err := personnel.HolderOf(ctx, tx, w.County.Book, code, seat.Post, calendar.DateOf(at))
		if err != nil {
			return nil, err
		}
		for _, h := range held {
			if id := personID(h.Person); h.Account == account && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
		for i := range posts {
			r := &posts[i]
			if !sits(r, w.seatOf(seat.Unit), "", seat.Unit, seat.Title) {
				continue
			}
			id := personOf(r).ID
			if h, ok := standsFor(r, held); ok && h.Account == account && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out, nil
}
