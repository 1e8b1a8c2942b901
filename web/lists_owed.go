package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/register"
)

// owedPage is what the entries of a register owe.
type owedPage struct {
	listBase
	List               []owedView
	Next               string
	State, Unit, Which string
	Late               bool
	Asked              url.Values
	Today              calendar.Date
	Counts             map[string]int // late, by register/obligation
	Units              []string

	More string
}

// listOwed is the page of what a register's entries owe, late ones first.
func (s *Server) listOwed(w http.ResponseWriter, r *http.Request) error {
	b, _, err := s.listOf(r)
	if err != nil {
		return err
	}
	asked := r.URL.Query()
	d := &owedPage{listBase: b, State: asked.Get("state"), Unit: s.canonicalUnit(strings.TrimSpace(asked.Get("unit"))), Which: asked.Get("which"), Late: asked.Get("late") == "1", Asked: asked,
		Today: s.today(), Units: s.unitNames()}
	q := register.OwedQuery{Register: b.S.Name, Obligation: d.Which, Unit: d.Unit, State: register.Open, Size: listRows, After: asked.Get("after"), Key: asked.Get("key")}
	switch d.State {
	case "", string(register.Open):
	case string(register.Done):
		q.State = register.Done
	case "all":
		q.State = ""
	default:
		return badRequest("没有这种状态。")
	}
	if _, ok := b.S.Obligation(d.Which); d.Which != "" && !ok {
		return badRequest("《" + b.S.Title + "》没有这一项应做事项。")
	}
	if d.Late {
		q.DueBefore = s.today()
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if d.docs, err = s.addresses(ctx, tx, b.works); err != nil {
			return err
		}
		if d.Counts, err = b.works.Registers.LateCounts(ctx, tx); err != nil {
			return err
		}
		list, next, err := b.works.Registers.Owed(ctx, tx, q)
		d.List, d.Next = owedViews(d.listBase, list, s.today()), next
		return err
	})
	if err != nil {
		return err
	}
	if d.Next != "" {
		d.More = askedWith(d.Here()+"/owed", asked, "after", d.Next)
	}
	p := s.listFrame(r, d.listBase, b.S.Title+"：应做事项", Link{Text: "应做事项"})
	p.Data = d
	return s.render(w, http.StatusOK, "owed.html", p)
}

// LateOf is how many are late with an obligation.
func (d *owedPage) LateOf(o register.Obligation) int {
	return d.Counts[string(d.S.Name)+"/"+o.ID]
}

// URLOf is the address of the entry that owes.
func (d *owedPage) URLOf(o owedView) string { return d.At(o.Register, o.Key) }

// owedView is an obligation as pages show it.
type owedView struct {
	register.Owed
	Late bool
	Cite cited
}

func owedViews(b listBase, list []register.Owed, today calendar.Date) []owedView {
	var out []owedView
	for _, o := range list {
		out = append(out, owedView{o, o.Overdue(today), b.Cite(o.Obligation.Basis)})
	}
	return out
}
