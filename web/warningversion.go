package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/policy/works"
	"zhixing/warning"
)

// versionAt is the version of an address, and the event's others.
func (s *Server) versionAt(ctx context.Context, tx *db.Tx, w *works.Works, r *http.Request) (*warning.Version, []*warning.Version, error) {
	id, err1 := strconv.ParseInt(r.PathValue("id"), 10, 64)
	n, err2 := strconv.Atoi(r.PathValue("n"))
	if err1 != nil || err2 != nil || id < 1 || n < 1 {
		return nil, nil, notFound("没有这一版预警。")
	}
	list, err := w.Warnings.Versions(ctx, tx, warning.EventID(id))
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(list, func(v *warning.Version) bool { return v.N == n })
	if i < 0 {
		return nil, nil, notFound("没有这一版预警。")
	}
	return list[i], list, nil
}

func (s *Server) warningVersion(w http.ResponseWriter, r *http.Request) error {
	return s.warningVersionPage(w, r, &refused{Typed: url.Values{}}, nil, "")
}

// warningVersionPage is a version with what the reader may do with it, or why he may not.
func (s *Server) warningVersionPage(w http.ResponseWriter, r *http.Request, no *refused, count *areaCount, said string) error {
	by, works, err := s.warner(r)
	if err != nil {
		return err
	}
	var v *warning.Version
	var list []*warning.Version
	var orders []orderRow
	var document []byte
	var spreads spread
	var cite cited
	var calls *alarm
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if v, list, err = s.versionAt(ctx, tx, works, r); err != nil {
			return err
		}
		if document, err = works.Warnings.Document(ctx, tx, v.Event, v.N); err != nil {
			return err
		}
		if spreads, err = s.spreadOf(ctx, tx, works, by, v, r.URL.Query().Get("sent") == "1"); err != nil {
			return err
		}
		docs, err := s.addresses(ctx, tx, works)
		if err != nil {
			return err
		}
		if h := works.Warnings.Hazard(v.Hazard); h != nil {
			cite = docs.cite(h.Basis)
		}
		if round, err := works.Callup.RoundOf(ctx, tx, "warning/"+strconv.FormatInt(int64(v.Event), 10)); err != nil {
			return err
		} else if round != nil {
			b, err := works.Callup.BoardOf(ctx, tx, round.ID)
			if err != nil {
				return err
			}
			x := callAlarm(b)
			calls = &x
		}
		of, err := works.Warnings.Orders(ctx, tx, v.Event)
		if err != nil {
			return err
		}
		orders, err = s.orderRows(ctx, tx, works, by, docs, of)
		return err
	})
	if err != nil {
		return err
	}
	h := works.Warnings.Hazard(v.Hazard)
	data := map[string]any{"V": warningRow{v, hazardName(works, v.Hazard)}, "Versions": warningRows(works, list), "No": no, "Document": string(document), "Now": s.now(), "InForce": v.State == warning.Published && v.Kind != warning.Cancel, "Spread": spreads, "Cite": cite, "Calls": calls, "Sketch": s.sketchOf(v.Area)}
	shown := *v
	if v.Sent.IsZero() { // as it would read if it went out now
		shown.Sent = s.now()
		shown.Ends = shown.Sent.Add(time.Duration(v.Valid))
	}
	data["Text"] = shown.Text()
	plain, leaving := works.SMSLengths(&shown)
	data["Plain"], data["Leaving"] = plain, leaving
	typed := warningTyped(v)
	if no.Act == "edit" || no.Act == "update" {
		typed = no.Typed
	}
	data["Typed"] = no.Typed
	if data["Fields"], err = s.warningFields(r, works, by, typed, h, v, count, said); err != nil {
		return err
	}
	if h != nil {
		approves := slices.ContainsFunc(by.Seats, func(x personnel.Seat) bool { return slices.Contains(h.Approvers(v.Level), x.Post) })
		data["Drafts"], data["Approves"] = h.MayDraft(by), approves
		for i := range orders {
			orders[i].Lifts = approves && orders[i].Open()
		}
		if v.State == warning.Submitted {
			_, alone, err := h.MayPublish(by, v, s.now())
			if le := caseRefusal(err); le != nil {
				data["WhyNot"] = le.Message
			} else if err == nil {
				data["Publishes"] = true
				if alone {
					data["Alone"] = h.Night.Confirm.Next(s.now())
				}
			}
		}
	}
	data["Orders"] = orders
	p := s.office(r, v.Headline, Link{Text: "预警发布台", URL: "/warnings/desk"}, Link{Text: hazardName(works, v.Hazard) + "预警第 " + strconv.Itoa(v.N) + " 版"})
	p.Data = data
	return s.render(w, refusedStatus(no), "warningversion.html", p)
}

func (s *Server) warningAct(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.warner(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	act, words := r.PathValue("act"), strings.TrimSpace(f.Get("words"))
	if act == "edit" || act == "update" {
		count, said, pressed, err := s.asideVersion(r, by, works, &f)
		if le := areaRefusal(err); le != nil && le.Kind == ledger.Invalid {
			return s.warningVersionPage(w, r, &refused{act, le, f.Values}, nil, "")
		} else if err != nil {
			return err
		}
		if pressed {
			return s.warningVersionPage(w, r, &refused{Act: act, Typed: f.Values}, count, said)
		}
	}
	to, done := "", act
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		ctx, ww := r.Context(), works.Warnings
		v, _, err := s.versionAt(ctx, tx, works, r)
		if err != nil {
			return err
		}
		attempt := f
		to, done = deskPath(v.Event, v.N), act
		switch act {
		case "edit":
			d, err := s.warningDraft(ctx, tx, works, &attempt, v)
			if err != nil {
				return err
			}
			_, err = ww.Edit(ctx, tx, by, v.Event, v.N, d)
			return err
		case "submit":
			_, err = ww.Submit(ctx, tx, by, v.Event, v.N)
		case "return":
			_, err = ww.Return(ctx, tx, by, v.Event, v.N, words)
		case "drop":
			err = ww.Drop(ctx, tx, by, v.Event, v.N, words)
		case "publish":
			_, err = ww.Publish(ctx, tx, by, v.Event, v.N)
		case "confirm":
			_, err = ww.Confirm(ctx, tx, by, v.Event, v.N)
		case "pass":
			return s.passOn(r, tx, works, by, v, &attempt)
		case "update", "cancel":
			d := warning.Draft{Event: v.Event, Kind: warning.Cancel}
			d.Reason = words
			if act == "update" {
				if d, err = s.warningDraft(ctx, tx, works, &attempt, v); err != nil {
					return err
				}
				d.Event, d.Kind = v.Event, warning.Update
			}
			var next *warning.Version
			if next, err = ww.Draft(ctx, tx, by, d); err == nil {
				to, done = deskPath(next.Event, next.N), "drafted"
			}
		default:
			return notFound("没有这样的办理。")
		}
		return err
	})
	if err == nil {
		s.published() // the front page may show it
		return &redirectError{to + "?done=warning-" + done}
	}
	if le := areaRefusal(err); le != nil && (le.Kind == ledger.Invalid || le.Kind == ledger.WrongState || le.Kind == ledger.Conflict) {
		return s.warningVersionPage(w, r, &refused{act, le, f.Values}, nil, "")
	}
	return err
}

// asideVersion is aside of a version that is there; whoever may not draft asks for nothing here, and is refused by what he asks for else.
func (s *Server) asideVersion(r *http.Request, by ledger.Actor, works *works.Works, f *form) (n *areaCount, said string, pressed bool, err error) {
	if !f.Has("count") && !f.Has("keep") && !f.Has("forget") {
		return nil, "", false, nil
	}
	if _, _, err := s.drafter(r); err != nil {
		return nil, "", false, err
	}
	var v *warning.Version
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		v, _, err = s.versionAt(ctx, tx, works, r)
		return err
	})
	if err != nil {
		return nil, "", false, err
	}
	return s.aside(r, by, works, f, v)
}
