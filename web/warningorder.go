package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/policy/works"
	"zhixing/warning"
)

// orderRow is an order as pages show it to somebody.
type orderRow struct {
	warning.Order
	Cite        cited
	Mine, Lifts bool
	Late        bool
	Kept        []warning.Compliance
}

func (o orderRow) Path() string { return deskPath(o.Event, o.N) }

// ofUnit reports whether somebody speaks for a unit, which is what package warning asks before it lets him report.
func ofUnit(by ledger.Actor, unit string) bool {
	return slices.ContainsFunc(by.Seats, func(s personnel.Seat) bool {
		return (s.Unit == unit || slices.Contains(s.Groups, unit)) && s.Role != personnel.Auditor
	})
}

// ownOrders are the orders that hold of the units that somebody speaks for.
func (s *Server) ownOrders(ctx context.Context, tx *db.Tx, w *works.Works, by ledger.Actor) (out []warning.Order, err error) {
	list, err := w.Warnings.OrdersOf(ctx, tx, "")
	for _, o := range list {
		if ofUnit(by, o.Unit) {
			out = append(out, o)
		}
	}
	return out, err
}

// orderRows puts orders beside what may be done about them. Who may lift, the page of the version says.
func (s *Server) orderRows(ctx context.Context, tx *db.Tx, w *works.Works, by ledger.Actor, docs addresses, list []warning.Order) (out []orderRow, err error) {
	for _, o := range list {
		x := orderRow{Order: o, Cite: docs.cite(o.Basis), Mine: o.Open() && ofUnit(by, o.Unit), Late: o.Overdue(tx.Now())}
		if x.Kept, err = w.Warnings.Compliances(ctx, tx, o.ID); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func (s *Server) warningOrderAct(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.warner(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return notFound("没有这一项指令。")
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	words, act := strings.TrimSpace(f.Get("words")), r.PathValue("act")
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		switch act {
		case "see":
			return works.Warnings.See(r.Context(), tx, by, id)
		case "do":
			return works.Warnings.Do(r.Context(), tx, by, id, words)
		case "comply":
			return works.Warnings.Comply(r.Context(), tx, by, id, strings.TrimSpace(f.Get("subject")), f.Get("complied") == "yes", words)
		case "lift":
			return works.Warnings.Lift(r.Context(), tx, by, id, words)
		}
		return notFound("没有这样的办理。")
	})
	back := "/warnings/desk"
	event, n, ofVersion := versionOf(f.Get("back"))
	if ofVersion {
		back += "/" + event + "/" + n
	}
	if err == nil {
		return &redirectError{back + "?done=warning-" + act + "#order" + strconv.FormatInt(id, 10)}
	}
	if le := caseRefusal(err); le != nil && (le.Kind == ledger.Invalid || le.Kind == ledger.WrongState) {
		no := &refused{act + strconv.FormatInt(id, 10), le, f.Values}
		if ofVersion {
			r.SetPathValue("id", event)
			r.SetPathValue("n", n)
			return s.warningVersionPage(w, r, no, nil, "")
		}
		return s.warningDeskPage(w, r, no)
	}
	return err
}

// versionOf reads the address of a version that a form came from.
func versionOf(address string) (event, n string, ok bool) {
	rest, ok := strings.CutPrefix(address, "/warnings/desk/")
	event, n, both := strings.Cut(rest, "/")
	_, err1 := strconv.ParseInt(event, 10, 64)
	_, err2 := strconv.Atoi(n)
	return event, n, ok && both && err1 == nil && err2 == nil
}
