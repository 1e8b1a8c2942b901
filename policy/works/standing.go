package works

import (
	"context"
	"fmt"
	"strings"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/db"
	"zhixing/personnel"
)

// To whom a warning to a post goes: whoever holds it at that moment by the record of appointments, or who stands in for him while he is on leave. What
// a list has for the post is told where nobody is appointed (decision 52).

// Standing is a recipient that is a post, as it is told now.
type Standing struct {
	audience.Recipient        // Name and Addresses are those of whoever stands for it; no address: nobody can be told
	Words              string // how he was found; empty for what is no post
}

// stands is Standing for the audience.
func (w *Works) stands(ctx context.Context, tx *db.Tx, r *audience.Recipient) error {
	s, err := w.Standing(ctx, tx, *r)
	*r = s.Recipient
	return err
}

// Standing is who is told for a post.
func (w *Works) Standing(ctx context.Context, tx *db.Tx, r audience.Recipient) (Standing, error) {
	if r.Kind != audience.Post {
		return Standing{Recipient: r}, nil
	}
	post, known := w.postOf(&r)
	switch {
	case !known && r.Place.Village != "":
		return w.onList(ctx, tx, r, "村级没有任免记录")
	case !known:
		return w.onList(ctx, tx, r, "任免记录里没有这个职务")
	}
	held, err := personnel.HolderOf(ctx, tx, w.County.Book, string(w.County.Place.Code), post.ID, calendar.DateOf(tx.Now()))
	if err != nil {
		return Standing{}, err
	}
	h, his := standsFor(&r, held)
	switch {
	case len(held) == 0 && r.Source == audience.SourcePosts:
		r.Addresses = nil
		return Standing{r, "已不任职"}, nil
	case len(held) == 0:
		return w.onList(ctx, tx, r, "无人任职")
	case his:
		held = []personnel.Holder{h}
	}
	return w.byHolders(ctx, tx, r, held, his, post.Seats)
}

// onList is a post for which a list alone knows whom to tell; a leave that is on record under that counts.
func (w *Works) onList(ctx context.Context, tx *db.Tx, r audience.Recipient, why string) (Standing, error) {
	p, off, err := w.Callup.StandIn(ctx, tx, tx.Now(), recipientID(r.ID))
	if err != nil {
		return Standing{}, err
	}
	if off {
		number, err := w.numberOf(ctx, tx, p)
		if err != nil || number != "" {
			words := r.Name + "请假，" + p.Name + "代"
			r.Name, r.Addresses = p.Name, reached(r.Addresses, []string{number}, false)
			return Standing{r, words}, err
		}
	}
	return Standing{r, why + "，用名单上的号码"}, nil
}

// byHolders is a post for which these persons stand. his says that the recipient is one of them, whatever else a list has of him.
func (w *Works) byHolders(ctx context.Context, tx *db.Tx, r audience.Recipient, held []personnel.Holder, his bool, seats int) (Standing, error) {
	var names, words, numbers []string
	for _, h := range held {
		name, number, how, err := w.byHolder(ctx, tx, &r, h, his)
		if err != nil {
			return Standing{}, err
		}
		if number != "" {
			numbers = append(numbers, number)
		}
		names, words = append(names, name), append(words, how)
	}
	out := Standing{r, strings.Join(words, "；")}
	switch {
	case len(numbers) > 0:
		out.Name, out.Addresses = strings.Join(names, "、"), reached(r.Addresses, numbers, his)
	case his && r.Source != audience.SourcePosts, seats != 1 && !his: // of a post of many it cannot be told whose number a list has
		out.Words += "，用名单上的号码"
	default:
		out.Name, out.Addresses = strings.Join(names, "、"), nil
		if r.Name != "" && r.Source != audience.SourcePosts {
			out.Words += "；名单上是" + r.Name + "的号码，不发"
		}
	}
	return out, nil
}

// byHolder is who is told for one who holds a post: himself, or his stand-in if that one has a number.
func (w *Works) byHolder(ctx context.Context, tx *db.Tx, r *audience.Recipient, h personnel.Holder, his bool) (name, number, how string, err error) {
	ids := []callup.PersonID{personID(h.Person)}
	own, ok, err := w.Audience.Of(ctx, tx, audience.SourcePosts, fmt.Sprintf("%s/%d", h.Post, h.Person))
	if err != nil {
		return "", "", "", err
	}
	if ok {
		ids = append(ids, recipientID(own.ID))
	}
	if his {
		ids = append(ids, recipientID(r.ID))
	}
	how = "现任" + h.Name
	p, off, err := w.Callup.StandIn(ctx, tx, tx.Now(), ids...)
	if err != nil {
		return "", "", "", err
	}
	if off {
		if number, err = w.numberOf(ctx, tx, p); err != nil || number != "" {
			return p.Name, number, h.Name + "请假，" + p.Name + "代", err
		}
		how = h.Name + "请假，代班的" + p.Name + "没有号码，仍发给本人"
	}
	phone, err := personnel.PhoneOf(ctx, tx, string(w.County.Place.Code), h.Person)
	if phone.Number == "" {
		how += "，没有登记手机"
	}
	return h.Name, phone.Number, how, err
}

// numberOf is the mobile number of who stands in: his own, or what a list has of him.
func (w *Works) numberOf(ctx context.Context, tx *db.Tx, p callup.Person) (string, error) {
	if n, ok := personOnRecord(p.ID); ok {
		phone, err := personnel.PhoneOf(ctx, tx, string(w.County.Place.Code), n)
		return phone.Number, err
	}
	id, ok := recipientCalled(p.ID)
	if !ok {
		return p.Addresses[string(audience.SMS)], nil
	}
	r, err := w.Audience.ByID(ctx, tx, id)
	if err != nil || r == nil {
		return "", err
	}
	held, err := w.held(ctx, tx, r, tx.Now())
	if h, ok := standsFor(r, held); ok && err == nil {
		phone, err := personnel.PhoneOf(ctx, tx, string(w.County.Place.Code), h.Person)
		if err != nil || phone.Number != "" {
			return phone.Number, err
		}
	}
	return p.Addresses[string(audience.SMS)], err
}

// reached are the addresses of a post with the numbers of who stands for it in the place of those on record. Mail and the like of the one whom a
// list has stays only with himself; what machines are told stays.
func reached(list []audience.Address, numbers []string, his bool) (out []audience.Address) {
	done := map[audience.Channel]bool{}
	for _, a := range list {
		switch a.Channel {
		case audience.SMS, audience.Voice:
			if done[a.Channel] {
				continue
			}
			done[a.Channel] = true
			for _, n := range numbers {
				out = append(out, audience.Address{Channel: a.Channel, To: n})
			}
		case audience.Mail, audience.Push:
			if his {
				out = append(out, a)
			}
		default:
			out = append(out, a)
		}
	}
	return out
}

// postOf is the post of a unit that a recipient stands for; villages and their grids have none on record.
func (w *Works) postOf(r *audience.Recipient) (personnel.Post, bool) {
	unit := r.Unit
	if unit == "" {
		unit = r.Place.Town
	}
	if w.County.Book == nil || unit == "" || r.Place.Village != "" || r.Grid != "" {
		return personnel.Post{}, false
	}
	if u, ok := w.County.Directory.Resolve(unit); ok {
		unit = u.Name
	}
	for _, title := range r.Roles {
		if p, ok := w.County.Book.Find(unit, title); ok {
			return p, true
		}
	}
	return personnel.Post{}, false
}
