package audience

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
)

// A recipient can be entered, corrected and taken out by hand, one at a time, with the checks that tables have. Only those of lists:
// what registers, the record of appointments and citizens themselves bring is changed there.

// listSource opens the source of recipients that are in a list.
const listSource = "import:"

// ListOf is the list that a recipient is in; empty where something else brings it.
func (r *Recipient) ListOf() string {
	name, _ := strings.CutPrefix(r.Source, listSource)
	if name == r.Source {
		return ""
	}
	return name
}

// Number is the key that its list gives a recipient; empty where the key only says an address again.
func (r *Recipient) Number() string {
	if c, _, ok := strings.Cut(r.Key, ":"); ok && slices.Contains(Channels, Channel(c)) {
		return ""
	}
	return r.Key
}

// Typed is one recipient as somebody typed it.
type Typed struct {
	List  string            // for a new one: which list it is entered in
	Cells map[string]string // by the titles of the columns of tables; an address here is one more
	Keep  []int             // which of the addresses that it has stay, by their places
	Saw   int64             // its Rev when it was shown
	Why   string
}

// Enter adds a recipient to a list.
func (a *Audience) Enter(ctx context.Context, tx *db.Tx, by Actor, t Typed) (*Recipient, error) {
	const op = "Enter"
	if !by.Keeps {
		return nil, refuse(Forbidden, op, "您不能维护预警接收对象。")
	}
	r := Recipient{}
	wrong := map[string]string{}
	if t.List = strings.TrimSpace(t.List); t.List == "" || len(t.List) > 90 || !readable(t.List) {
		wrong["名单"] = "请写明记入哪一份名单，不超过30个字。"
	}
	r.Source = listSource + t.List
	return &r, wrap(op, a.byHand(ctx, tx, op, by, &r, nil, t, wrong))
}

// Correct puts a recipient of a list right.
func (a *Audience) Correct(ctx context.Context, tx *db.Tx, by Actor, id ID, t Typed) (*Recipient, error) {
	const op = "Correct"
	s, before, err := a.ofList(ctx, tx, op, by, id, t.Saw)
	if err != nil {
		return nil, err
	}
	r := Recipient{ID: id, Source: before.Source}
	wrong := map[string]string{}
	for _, n := range t.Keep {
		if n >= 0 && n < len(before.Addresses) {
			r.Addresses = append(r.Addresses, before.Addresses[n])
		}
	}
	return &r, wrap(op, a.byHand(ctx, tx, op, by, &r, s, t, wrong))
}

// ofList is a recipient of a list, which somebody is about to change as he saw it.
func (a *Audience) ofList(ctx context.Context, tx *db.Tx, op string, by Actor, id ID, saw int64) (*stored, *Recipient, error) {
	if !by.Keeps {
		return nil, nil, refuse(Forbidden, op, "您不能维护预警接收对象。")
	}
	list, err := recipients(ctx, tx, a.County, `AND id = $2`, int64(id))
	if err != nil {
		return nil, nil, wrap(op, err)
	}
	if len(list) == 0 {
		return nil, nil, refuse(NotFound, op, "没有这个接收对象，可能已经移出。")
	}
	var r Recipient
	if err := a.readOne(&list[0], &r); err != nil {
		return nil, nil, wrap(op, err)
	}
	switch {
	case r.ListOf() == "":
		return nil, nil, refuse(Conflict, op, "这个接收对象不是名单里的，请到它的来源处修改。")
	case r.Rev != saw:
		return nil, nil, refuse(Conflict, op, "您打开以后有人改过这个接收对象，请看过现在的内容再改。")
	}
	return &list[0], &r, nil
}

// byHand takes what was typed and writes it; before is nil for a new one.
func (a *Audience) byHand(ctx context.Context, tx *db.Tx, op string, by Actor, r *Recipient, before *stored, t Typed, wrong map[string]string) error {
	var was Recipient
	if before != nil {
		if err := a.readOne(before, &was); err != nil {
			return err
		}
	}
	a.readCells(r, &was, t.Cells, wrong)
	if len(t.Why) > 600 || !readable(t.Why) {
		wrong["说明"] = "说明太长，或有不能显示的字符。"
	}
	refused, err := a.refusals(ctx, tx)
	if err != nil {
		return err
	}
	if len(wrong) == 0 {
		if why := refused.mind(r); why != "" {
			wrong[columnOf[r.Addresses[0].Channel]] = why
		}
	}
	if len(wrong) == 0 {
		if err := a.giveKey(ctx, tx, r, wrong); err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return &Error{Kind: Invalid, Op: "audience." + op, Message: fmt.Sprintf("有%d处要改，见下面标红的格。", len(wrong)), Columns: wrong}
	}
	w, err := a.begin(ctx, tx, 0)
	if err != nil {
		return err
	}
	fate, err := w.put(r, before)
	if err != nil || fate == FateSame {
		return err
	}
	if err := w.end(); err != nil {
		return err
	}
	e := journal.Entry{Who: by.Account, What: "audience.enter", Subject: fmt.Sprintf("audience/%d", r.ID), Basis: strings.TrimSpace(t.Why), Detail: "名单：" + r.ListOf()}
	if before != nil { // the journal is for ever, so it names what was changed and not from what to what
		e.What, e.Detail = "audience.correct", "改了"+strings.Join(changed(&was, r), "、")
	}
	_, err = journal.Append(ctx, tx, a.County, e)
	return err
}

// readCells reads what was typed, and collects what is wrong in which column.
func (a *Audience) readCells(r, was *Recipient, cells map[string]string, wrong map[string]string) {
	r.Kind = Person
	for i := range tableColumns {
		c := &tableColumns[i]
		cell := strings.TrimSpace(cells[c.title])
		if cell == "" {
			continue
		}
		if why := c.read(r, cell); why != "" {
			wrong[c.title] = why
		}
	}
	for _, addr := range r.Addresses { // of several that are wrong each is named
		if why := addr.tidy(); why != "" {
			wrong[columnOf[addr.Channel]] = why
		}
	}
	switch c := was.Consent; {
	case c.Given.IsZero():
	case r.Consent == (Consent{}) && !c.Withdrawn.IsZero(), // he left, and nothing new is said
		r.Consent.How == c.How && calendar.DateOf(r.Consent.Given) == calendar.DateOf(c.Given):
		r.Consent = c
	}
	if len(wrong) == 0 {
		if column, why := a.unfit(r); why != "" {
			wrong[column] = why
		}
	}
}

// giveKey gives a recipient its key, which nobody else in the list may have.
func (a *Audience) giveKey(ctx context.Context, tx *db.Tx, r *Recipient, wrong map[string]string) error {
	column := "编号"
	if r.Key == "" {
		r.Key, column = keyBy(r.Addresses[0]), columnOf[r.Addresses[0].Channel]
	}
	have, err := byKeys(ctx, tx, a.County, r.Source, []string{r.Key})
	if s := have[r.Key]; err == nil && s != nil && s.id != r.ID {
		wrong[column] = fmt.Sprintf("这份名单里已经有了（第%d号），请改那一个。", s.id)
	}
	return err
}

// changed are the columns in which two differ. A key that only says an address again is no change of its own.
func changed(was, is *Recipient) []string {
	var out []string
	if was.Number() != is.Number() {
		out = append(out, tableColumns[0].title)
	}
	for _, c := range tableColumns[1:] {
		if c.write(was) != c.write(is) {
			out = append(out, c.title)
		}
	}
	return out
}

// Cells are what a form shows of a recipient of a list, by the titles of columns; addresses it shows masked, from the recipient.
func Cells(r *Recipient) map[string]string {
	out := map[string]string{}
	for _, c := range tableColumns {
		out[c.title] = c.write(r)
	}
	for _, title := range columnOf {
		delete(out, title)
	}
	out["编号"] = r.Number()
	if !r.Consent.Stands() {
		delete(out, "同意方式")
	}
	return out
}

// Remove takes a recipient out of its list.
func (a *Audience) Remove(ctx context.Context, tx *db.Tx, by Actor, id ID, saw int64, why string) error {
	const op = "Remove"
	s, r, err := a.ofList(ctx, tx, op, by, id, saw)
	if err != nil {
		return err
	}
	if why = strings.TrimSpace(why); why == "" || len(why) > 600 || !readable(why) {
		return refuse(Invalid, op, "请写明移出的原因。")
	}
	w, err := a.begin(ctx, tx, 0)
	if err != nil {
		return wrap(op, err)
	}
	if err := a.forget(w, s); err != nil {
		return wrap(op, err)
	}
	if err := w.end(); err != nil {
		return wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, a.County, journal.Entry{Who: by.Account, What: "audience.remove", Subject: fmt.Sprintf("audience/%d", id), Basis: why, Detail: "名单：" + r.ListOf()})
	return wrap(op, err)
}

// Look shows one recipient. That somebody looked is on the journal, so it needs a transaction that writes.
func (a *Audience) Look(ctx context.Context, tx *db.Tx, by Actor, id ID) (*Recipient, error) {
	const op = "Look"
	if !by.Sees {
		return nil, refuse(Forbidden, op, "您不能查看预警接收对象。")
	}
	r, err := a.ByID(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, refuse(NotFound, op, "没有这个接收对象，可能已经移出。")
	}
	_, err = journal.Append(ctx, tx, a.County, journal.Entry{Who: by.Account, What: "audience.look", Subject: "audience", Detail: fmt.Sprintf("第%d号", id)})
	return r, wrap(op, err)
}
