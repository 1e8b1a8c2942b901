package audience

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/register"
)

// viewSource opens the source of recipients that are entries of a register.
const viewSource = "register:"

// View says how the entries of a register are recipients: which fields name them and tell where to reach them. The list itself
// stays in its register, with its states, proofs and imports; what is kept here follows it (see Follow).
type View struct {
	Register  register.Name
	Kind      Kind
	Name      string // fields; empty: the entry's label
	Unit      string
	Role      string   // a field whose value is a role besides Roles
	Roles     []string // of every entry: 学校
	Addresses []ViewAddress
	States    []string // of these states only; empty: of all
}

// ViewAddress is a field that holds an address.
type ViewAddress struct {
	Channel Channel
	Field   string
}

func (v *View) source() string { return viewSource + string(v.Register) }

// recipient is what an entry is here; false where it is none: it left, its state is another, or nothing in it can be reached. A
// number that is no number must not keep the entry from being written, so it is passed over.
func (a *Audience) recipient(ctx context.Context, tx *db.Tx, v *View, regs *register.Registers, s *register.Schema, e *register.Entry) (*Recipient, bool, error) {
	if e == nil || e.Removed() || e.Into != "" || len(v.States) > 0 && !slices.Contains(v.States, e.State) {
		return nil, false, nil
	}
	r := &Recipient{Source: v.source(), Key: strconv.FormatInt(int64(e.ID), 10), Kind: v.Kind, Name: cut(e.Label, 250), Unit: cut(e.Values[v.Unit], 250),
		Place: Place{e.Town, e.Village}, Roles: slices.Clone(v.Roles)}
	if v.Name != "" {
		r.Name = cut(e.Values[v.Name], 250)
	}
	if role := e.Values[v.Role]; role != "" && len(role) <= 60 {
		r.Roles = append(r.Roles, role)
	}
	for _, from := range v.Addresses {
		for _, to := range split(e.Values[from.Field]) {
			addr := Address{from.Channel, to}
			if addr.tidy() == "" && len(r.Addresses) < maxAddresses {
				r.Addresses = append(r.Addresses, addr)
			}
		}
	}
	if len(r.Addresses) == 0 {
		return nil, false, nil
	}
	g, err := regs.Geometry(ctx, tx, register.Inside, s, e)
	if err != nil {
		return nil, false, err
	}
	if g != nil {
		at := g.Middle()
		r.At = &at
	}
	if why := a.tidy(r); why != "" { // a place that the county does not know: then none
		r.Place, r.At = Place{}, nil
		if why := a.tidy(r); why != "" {
			return nil, false, nil
		}
	}
	return r, true, nil
}

// Follow brings what became of an entry over, in the transaction in which it was written: for register.Changed.
func (a *Audience) Follow(ctx context.Context, tx *db.Tx, v *View, regs *register.Registers, c register.Change) error {
	const op = "Follow"
	if c.Schema.Name != v.Register || c.After == nil {
		return nil
	}
	r, ok, err := a.recipient(ctx, tx, v, regs, c.Schema, c.After)
	if err != nil {
		return wrap(op, err)
	}
	key := strconv.FormatInt(int64(c.After.ID), 10)
	have, err := byKeys(ctx, tx, a.County, v.source(), []string{key})
	if err != nil || !ok && have[key] == nil {
		return wrap(op, err)
	}
	w, err := a.begin(ctx, tx, 0)
	if err != nil {
		return wrap(op, err)
	}
	if ok {
		_, err = w.put(r, have[key])
	} else {
		err = w.remove(have[key])
	}
	if err != nil {
		return wrap(op, err)
	}
	return wrap(op, w.end())
}

// Rebuild brings all entries over, as after a view was changed; it says how many became what.
func (a *Audience) Rebuild(ctx context.Context, tx *db.Tx, v *View, regs *register.Registers) (Done, error) {
	const op = "Rebuild"
	s, ok := regs.Schema(v.Register)
	if !ok {
		return Done{}, refuse(NotFound, op, "没有“%s”这本台账。", v.Register)
	}
	var list []Recipient
	for e, err := range regs.Each(ctx, tx, register.Inside, register.Query{Register: v.Register}) {
		if err != nil {
			return Done{}, wrap(op, err)
		}
		r, ok, err := a.recipient(ctx, tx, v, regs, s, e)
		if err != nil {
			return Done{}, wrap(op, err)
		}
		if ok {
			list = append(list, *r)
		}
	}
	return a.Put(ctx, tx, System, v.source(), list, true)
}

// OnlyViews takes away the recipients of registers that are not among those: no document names them as an audience any more.
func (a *Audience) OnlyViews(ctx context.Context, tx *db.Tx, names []register.Name) error {
	const op = "OnlyViews"
	have, err := viewSources(ctx, tx, a.County)
	if err != nil {
		return wrap(op, err)
	}
	for _, source := range have {
		if !slices.Contains(names, register.Name(strings.TrimPrefix(source, viewSource))) {
			if _, err := a.Put(ctx, tx, System, source, nil, true); err != nil {
				return wrap(op, err)
			}
		}
	}
	return nil
}

// Filter asks for single recipients. What is empty does not narrow.
type Filter struct {
	Address string // exactly
	Source  string
	Kind    Kind
	Place   Place
	After   ID // those with a higher number
	Size    int
}

func (f Filter) words() string {
	shown := Address{To: f.Address}.Masked()
	return fmt.Sprintf("联系方式%s，来源%s，类别%s，地方%s%s，自%d起", shown, f.Source, f.Kind.Chinese(), f.Place.Town, f.Place.Village, f.After)
}

// maxPage bounds how many recipients are shown together.
const maxPage = 200

// Find shows single recipients with their addresses. That somebody looked is on the journal, so it needs a transaction that writes.
func (a *Audience) Find(ctx context.Context, tx *db.Tx, by Actor, f Filter) ([]Recipient, error) {
	const op = "Find"
	if !by.Sees {
		return nil, refuse(Forbidden, op, "您不能查看预警接收对象。")
	}
	f.Size = min(max(f.Size, 1), maxPage)
	list, err := filtered(ctx, tx, a.County, f)
	if err != nil {
		return nil, wrap(op, err)
	}
	out, err := a.read(list)
	if err != nil {
		return nil, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, a.County, journal.Entry{Who: by.Account, What: "audience.find", Subject: "audience",
		Detail: fmt.Sprintf("%s，看到%d个", f.words(), len(out))})
	return out, wrap(op, err)
}

// Of is one recipient by its source and key, for other packages of the program that have to tell it something; false where there
// is none.
func (a *Audience) Of(ctx context.Context, tx *db.Tx, source, key string) (Recipient, bool, error) {
	have, err := byKeys(ctx, tx, a.County, source, []string{key})
	if err != nil || have[key] == nil {
		return Recipient{}, false, wrap("Of", err)
	}
	var r Recipient
	err = a.readOne(have[key], &r)
	return r, err == nil, wrap("Of", err)
}
