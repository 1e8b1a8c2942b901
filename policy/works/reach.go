package works

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/drill"
	"zhixing/emergency"
	"zhixing/personnel"
	"zhixing/warning"
)

// How warnings, plans and calls reach people: by the outbox, and by posts.

// Connect joins what warns and calls to the outbox, in the same transaction. Where there is no outbox, or none of its channels is
// configured, nothing leaves the house and all else goes on.
func (w *Works) Connect(out *channel.Outbox) {
	w.Outbox = out
	w.Warnings.Tell, w.Warnings.Withdraw, w.Warnings.Call = w.tell, w.withdraw, w.callFor
	w.Emergencies.Call = w.callPlan
	w.Callup.Send, w.Callup.Withdraw = w.sendCalls, w.withdrawCalls
}

// leads reports whether the outbox has the channel.
func (w *Works) leads(name string) bool {
	return w.Outbox != nil && slices.ContainsFunc(w.Outbox.Channels, func(c channel.Channel) bool { return c.Name == name && len(c.Drivers) > 0 })
}

// Ways are the channels by which a warning can leave the house, in the order of pages.
func (w *Works) Ways() (out []audience.Channel) {
	for _, c := range audience.Channels {
		if w.leads(string(c)) {
			out = append(out, c)
		}
	}
	return out
}

// tell puts a warning into the outbox, once for each address.
func (w *Works) tell(ctx context.Context, tx *db.Tx, t warning.Telling) error {
	by := w.Ways()
	if len(by) == 0 {
		return nil
	}
	ids := make([]audience.ID, len(t.To))
	for i, id := range t.To {
		ids[i] = audience.ID(id)
	}
	level := audience.Blue
	if t.Level > 0 {
		level = audience.Level(t.Level)
	}
	var list []channel.Message
	put := func() error {
		_, err := w.Outbox.PutAll(ctx, tx, list)
		list = list[:0]
		return err
	}
	for target, err := range w.Audience.Targets(ctx, tx, ids, level, by...) {
		if err != nil {
			return err
		}
		text := t.Text
		if target.MayLeave && target.Channel == audience.SMS {
			text = leavable(text)
		}
		list = append(list, channel.Message{Purpose: t.Key, Channel: string(target.Channel), To: target.To, Recipient: strconv.FormatInt(int64(target.Recipient), 10),
			Place: placeWords(target.Place.Town, target.Place.Village), Urgency: channel.Warning, Title: t.Title, Text: text, Level: t.Level, Drill: t.Drill, Expires: t.Expires,
			Siren: target.Channel == audience.Speaker && level <= audience.Orange && !t.Drill}) // a siren cannot say that it is a drill
		if len(list) == 1000 {
			if err := put(); err != nil {
				return err
			}
		}
	}
	return put()
}

func placeWords(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "/")
}

// withdraw takes back what still waits of a telling, and says who was not told.
func (w *Works) withdraw(ctx context.Context, tx *db.Tx, key string) ([]warning.Recipient, error) {
	if w.Outbox == nil {
		return nil, nil
	}
	_, untold, err := w.Outbox.Withdraw(ctx, tx, key, "预警已更新或者解除")
	if err != nil {
		return nil, err
	}
	var out []warning.Recipient
	for _, s := range untold {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			out = append(out, warning.Recipient(n))
		}
	}
	slices.Sort(out)
	return out, nil
}

// sendCalls puts calls into the outbox, each under its own purpose, so that one person's can be taken back.
func (w *Works) sendCalls(ctx context.Context, tx *db.Tx, calls []callup.Message) error {
	var list []channel.Message
	for _, m := range calls {
		if m.Channel == callup.App {
			if err := w.callInbox(ctx, tx, m); err != nil {
				return err
			}
			continue
		}
		if !w.leads(m.Channel) {
			continue
		}
		purpose := m.Call
		if purpose == "" {
			purpose = m.Purpose
		}
		text, err := w.linked(ctx, tx, m)
		if err != nil {
			return err
		}
		list = append(list, channel.Message{Purpose: purpose, Channel: m.Channel, To: m.To, Key: m.Key, Recipient: string(m.Person), Place: placeWords(m.Place.Town, m.Place.Village),
			Urgency: channel.Call, Title: m.Title, Text: text, Code: m.Code, Level: m.Level, Drill: m.Drill, Expires: m.Expires})
	}
	if len(list) == 0 {
		return nil
	}
	_, err := w.Outbox.PutAll(ctx, tx, list)
	return err
}

func (w *Works) withdrawCalls(ctx context.Context, tx *db.Tx, calls []string) error {
	if w.Outbox == nil {
		return nil
	}
	for _, c := range calls {
		if _, _, err := w.Outbox.Withdraw(ctx, tx, c, "已应答或者不再叫应"); err != nil {
			return err
		}
	}
	return nil
}

// Arrived tells the calls of which of their messages have come.
func (w *Works) Arrived(ctx context.Context, tx *db.Tx, list []channel.Arrival) error {
	var out []callup.Receipt
	for _, a := range list {
		if strings.HasPrefix(a.Key, "callup/") {
			out = append(out, callup.Receipt{Key: a.Key, Arrived: a.Delivered, Reason: a.Reason, At: a.At})
		}
	}
	if len(out) == 0 {
		return nil
	}
	return w.Callup.Received(ctx, tx, out)
}

// callFor opens, follows or ends the calls of a warning.
func (w *Works) callFor(ctx context.Context, tx *db.Tx, v *warning.Version) error {
	if v.State == warning.Expired {
		return nil // the round has the same end, and its own clock
	}
	purpose := warningCause(v.Event)
	round, err := w.Callup.RoundOf(ctx, tx, purpose)
	if err != nil {
		return err
	}
	by := "system"
	if n := len(v.Steps); n > 0 {
		by = v.Steps[n-1].Account
	}
	title, text := drill.Unmarked(v.Headline), drill.Unmarked(v.Text())
	switch ladder := w.ladder(v.Ladder); {
	case round == nil && (v.Kind == warning.Cancel || ladder == nil):
		return nil
	case v.Kind == warning.Cancel:
		_, err = w.Callup.Cancel(ctx, tx, by, purpose, title, text, v.Basis)
	case round == nil:
		var places []callup.Place
		if places, err = w.callPlaces(ctx, tx, w.Question(v).Area); err != nil {
			return err
		}
		_, err = w.Callup.Open(ctx, tx, by, callup.Opening{Purpose: purpose, Version: v.N, Title: title, Text: text, Level: callLevel(warning.Rank(v.Level)), Drill: v.Drill != "",
			Ladder: *ladder, Places: places, Until: v.Ends, Basis: v.Basis})
	default:
		var places []callup.Place
		if places, err = w.callPlaces(ctx, tx, w.Question(v).Area); err != nil {
			return err
		}
		_, err = w.Callup.Update(ctx, tx, by, purpose, callup.Version{N: v.N, Title: title, Text: text, Level: callLevel(warning.Rank(v.Level)), Places: places, Until: v.Ends,
			Basis: v.Basis, Ladder: ladder})
	}
	return err
}

// callLevel is 1 for red to 4 for blue, and for what has no colour.
func callLevel(rank int) int {
	if rank == 0 {
		return 4
	}
	return 5 - rank
}

// ladder finds a ladder of calls; nil where none is named, or it is gone.
func (w *Works) ladder(name string) *callup.Ladder {
	i := slices.IndexFunc(w.County.Callups, func(l callup.Ladder) bool { return l.Name == name })
	if name == "" || i < 0 {
		return nil
	}
	return &w.County.Callups[i]
}

// callPlan opens, follows or ends the calls of an emergency response: its level decides whom.
func (w *Works) callPlan(ctx context.Context, tx *db.Tx, a *emergency.Activation) error {
	round, err := w.Callup.RoundOf(ctx, tx, a.Key())
	if err != nil {
		return err
	}
	var ladder *callup.Ladder
	if p := w.Emergencies.Plan(a.Plan); p != nil && a.State == emergency.Active {
		if l := p.Level(a.Level); l != nil {
			ladder = w.ladder(l.Ladder)
		}
	}
	title := fmt.Sprintf("启动《%s》%s响应", a.PlanName, emergency.LevelName(a.Level))
	text := fmt.Sprintf("%s：%s。%s", title, drill.Unmarked(a.Title), drill.Unmarked(a.Says))
	var area audience.Area
	for _, p := range a.Places {
		if p.Village == "" {
			area.Towns = append(area.Towns, p.Town)
		} else {
			area.Villages = append(area.Villages, audience.Place{Town: p.Town, Village: p.Village})
		}
	}
	area.County = len(a.Places) == 0
	switch {
	case a.State != emergency.Active && round != nil && round.State == callup.Open:
		title = fmt.Sprintf("《%s》响应终止", a.PlanName)
		_, err = w.Callup.Cancel(ctx, tx, a.By, a.Key(), title, title+"。", a.Basis.String())
	case ladder == nil:
		return nil
	case round == nil:
		var places []callup.Place
		if places, err = w.callPlaces(ctx, tx, area); err != nil {
			return err
		}
		_, err = w.Callup.Open(ctx, tx, a.By, callup.Opening{Purpose: a.Key(), Version: int(a.Revision) + 1, Title: title, Text: text, Level: a.Level, Drill: a.Drill, Ladder: *ladder,
			Places: places, Basis: a.Basis.String()})
	default:
		_, err = w.Callup.Update(ctx, tx, a.By, a.Key(), callup.Version{N: int(a.Revision) + 1, Title: title, Text: text, Level: a.Level, Places: round.Places, Basis: a.Basis.String(), Ladder: ladder})
	}
	return err
}

// callPlaces are the towns, villages and grids of an area in which somebody holds a post.
func (w *Works) callPlaces(ctx context.Context, tx *db.Tx, area audience.Area) ([]callup.Place, error) {
	posts, err := w.Audience.Posts(ctx, tx, area)
	if err != nil {
		return nil, err
	}
	var out []callup.Place
	seen := map[callup.Place]bool{}
	add := func(p callup.Place) {
		if p.Town != "" && !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	towns := area.Towns
	if area.County {
		towns = townNames(w.County)
	}
	for _, t := range towns {
		add(callup.Place{Town: t})
	}
	for _, v := range area.Villages {
		add(callup.Place{Town: v.Town, Village: v.Village})
	}
	for _, r := range posts {
		add(callup.Place{Town: r.Place.Town, Village: r.Place.Village, Grid: r.Grid})
	}
	return out, nil
}

// seatHolders are who holds a post at a place: those whom the audience has for it, as far as they are who holds it today by the record of
// appointments, and those on record of whom no number is known.
func (w *Works) seatHolders(ctx context.Context, tx *db.Tx, seat callup.Seat, at time.Time) ([]callup.Person, error) {
	area := audience.Area{County: true}
	switch {
	case seat.Village != "":
		area = audience.Area{Villages: []audience.Place{{Town: seat.Town, Village: seat.Village}}}
	case seat.Town != "":
		area = audience.Area{Towns: []string{seat.Town}}
	}
	posts, err := w.Audience.Posts(ctx, tx, area)
	if err != nil {
		return nil, err
	}
	var out []callup.Person
	for _, post := range strings.Split(seat.Post, "|") {
		unit, title, whole := strings.Cut(post, "/")
		if !whole {
			unit, title = seat.Town, post
		}
		if u, ok := w.County.Directory.Resolve(unit); ok {
			unit = u.Name
		}
		var held []personnel.Holder
		if seat.Village == "" && w.County.Book != nil {
			if held, err = personnel.HolderOf(ctx, tx, w.County.Book, string(w.County.Place.Code), personnel.ID(unit, title), calendar.DateOf(at)); err != nil {
				return nil, err
			}
		}
		var mine []audience.Recipient
		for _, r := range posts {
			if sits(&r, audience.Place{Town: seat.Town, Village: seat.Village}, seat.Grid, unit, title) {
				mine = append(mine, r)
			}
		}
		known := map[int64]bool{}
		for _, r := range w.callable(personnel.ID(unit, title), mine, held) {
			p := personOf(&r)
			if h, ok := standsFor(&r, held); ok {
				asHolder(&p, h)
				known[h.Person] = true
			}
			out = append(out, p)
		}
		for _, h := range held {
			if known[h.Person] {
				continue
			}
			p := callup.Person{ID: personID(h.Person), Name: h.Name, Addresses: map[string]string{}}
			if h.Account != "" {
				p.Addresses[callup.App] = h.Account
			}
			out = append(out, p)
		}
	}
	return out, nil
}

// Who can be called is known as a recipient, or by the record of persons where no recipient stands for him.

func recipientID(id audience.ID) callup.PersonID {
	return callup.PersonID(fmt.Sprintf("recipient/%d", id))
}

func personID(n int64) callup.PersonID { return callup.PersonID(fmt.Sprintf("person/%d", n)) }

func recipientCalled(id callup.PersonID) (audience.ID, bool) {
	n, ok := numbered(id, "recipient/")
	return audience.ID(n), ok
}

func personOnRecord(id callup.PersonID) (int64, bool) { return numbered(id, "person/") }

func numbered(id callup.PersonID, kind string) (int64, bool) {
	s, ok := strings.CutPrefix(string(id), kind)
	n, err := strconv.ParseInt(s, 10, 64)
	return n, ok && err == nil
}

// personOf is a recipient as somebody who can be called. Who has a telephone for short messages can be rung up on it.
func personOf(r *audience.Recipient) callup.Person {
	p := callup.Person{ID: recipientID(r.ID), Name: r.Name, Addresses: map[string]string{}}
	for _, a := range r.Addresses {
		if p.Addresses[string(a.Channel)] == "" {
			p.Addresses[string(a.Channel)] = a.To
		}
	}
	if p.Addresses[string(audience.Voice)] == "" && p.Addresses[string(audience.SMS)] != "" {
		p.Addresses[string(audience.Voice)] = p.Addresses[string(audience.SMS)]
	}
	return p
}

// person is somebody as he can be reached now.
func (w *Works) person(ctx context.Context, tx *db.Tx, id callup.PersonID) (callup.Person, bool, error) {
	n, ok := recipientCalled(id)
	if !ok {
		return w.byNumber(ctx, tx, id)
	}
	r, err := w.Audience.ByID(ctx, tx, n)
	if err != nil || r == nil {
		return callup.Person{}, false, err
	}
	p := personOf(r)
	held, err := w.held(ctx, tx, r, tx.Now())
	if h, ok := standsFor(r, held); ok {
		asHolder(&p, h)
	}
	return p, err == nil, err
}
