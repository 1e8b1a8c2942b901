package web

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/drill"
	"zhixing/ledger"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/warning"
)

const inputTime = "2006-01-02T15:04" // of an input datetime-local

// warningTyped is a draft as its form shows it.
func warningTyped(v *warning.Version) url.Values {
	f := url.Values{"stage": {string(v.Stage)}, "level": {string(v.Level)}, "text": {drill.Unmarked(v.Description)}, "instruction": {drill.Unmarked(v.Instruction)}, "valid": {hoursOf(v.Valid)}}
	if !v.Onset.IsZero() {
		f.Set("onset", v.Onset.In(calendar.Zone).Format(inputTime))
	}
	for _, p := range v.Area.Places {
		switch {
		case p.County:
			f.Add("towns", "county")
		case p.Village == "":
			f.Add("towns", p.Town)
		}
	}
	return f
}

// warningDraft is what the form says. What an update or a changed draft had beside what the form shows stays: shapes, villages, the source.
func (s *Server) warningDraft(f *form, was *warning.Version) warning.Draft {
	d := warning.Draft{Stage: warning.Stage(f.Get("stage")), Level: warning.Level(f.Get("level"))}
	if was != nil {
		d.Area, d.Source, d.Basis, d.Skips = was.Area, was.Source, was.Basis, was.Skips
		if d.Level != was.Level {
			d.Skips = nil
		}
	}
	words := d.Area.Words
	var places []warning.Place
	for _, t := range f.Values["towns"] {
		switch {
		case t == "county":
			places = append(places, warning.Place{County: true})
		case slices.Contains(s.towns(), t):
			places = append(places, warning.Place{Town: t})
		default:
			f.wrong("towns", "没有叫“"+t+"”的乡镇，请从列表里选。")
		}
	}
	for _, p := range d.Area.Places {
		if p.Village != "" {
			places = append(places, p)
		}
	}
	if slices.Equal(townsOf(places), townsOf(d.Area.Places)) {
		places = d.Area.Places
	} else {
		words = "" // named anew from the places
	}
	d.Area.Places, d.Area.Words = places, words
	d.Description, d.Instruction = strings.TrimSpace(f.Get("text")), strings.TrimSpace(f.Get("instruction"))
	if t := strings.TrimSpace(f.Get("onset")); t != "" {
		at, err := time.ParseInLocation(inputTime, t, calendar.Zone)
		if err != nil {
			f.wrong("onset", "时间写作 2023-07-20 14:00 的样子。")
		}
		d.Onset = at
	}
	if t := strings.TrimSpace(f.Get("valid")); t != "" {
		h, err := strconv.ParseFloat(t, 64)
		if err != nil || math.IsNaN(h) || h <= 0 || h > 168 {
			f.wrong("valid", "有效时间写作小时数，如 6，最长 168 小时（7 天）。")
		} else {
			d.Valid = warning.Duration(time.Duration(h*60) * time.Minute)
		}
	}
	return d
}

func townsOf(list []warning.Place) (out []string) {
	for _, p := range list {
		out = append(out, p.Town+"/"+p.Village)
		if p.County {
			out = append(out, "county")
		}
	}
	slices.Sort(out)
	return out
}

func (s *Server) towns() (out []string) {
	for _, u := range s.County.Directory.Units() {
		if u.Kind == org.Town {
			out = append(out, u.Name)
		}
	}
	return out
}

// warningFields is what the template of the form needs.
func (s *Server) warningFields(typed url.Values, h *warning.Hazard) map[string]any {
	levels := warning.Levels
	if h != nil {
		levels = nil
		for _, x := range h.Signals {
			levels = append(levels, x.Level)
		}
	}
	return map[string]any{"Typed": typed, "Levels": levels, "Stages": warning.Stages, "Towns": s.towns(), "In": func(t string) bool { return slices.Contains(typed["towns"], t) }}
}

func (s *Server) newWarning(w http.ResponseWriter, r *http.Request) error {
	return s.newWarningPage(w, r, &refused{Typed: url.Values{"hazard": {r.URL.Query().Get("hazard")}}})
}

func (s *Server) newWarningPage(w http.ResponseWriter, r *http.Request, no *refused) error {
	by, works, err := s.warner(r)
	if err != nil {
		return err
	}
	var hazards []*warning.Hazard
	for _, h := range works.Warnings.Hazards {
		if h.MayDraft(by) {
			hazards = append(hazards, h)
		}
	}
	if len(hazards) == 0 {
		return forbidden("预警由" + strings.Join(works.Warnings.Hazards[0].Draft, "、") + "拟稿，您不在其中。")
	}
	if no.Typed.Get("stage") == "" {
		no.Typed.Set("stage", string(warning.Signals))
	}
	p := s.office(r, "新拟预警", Link{Text: "预警发布台", URL: "/warnings/desk"}, Link{Text: "新拟预警"})
	p.Data = map[string]any{"Hazards": hazards, "Fields": s.warningFields(no.Typed, nil), "No": no, "Typed": no.Typed}
	return s.render(w, refusedStatus(no), "warningnew.html", p)
}

func (s *Server) draftWarning(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.warner(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	d := s.warningDraft(&f, nil)
	d.Hazard, d.Drill = f.Get("hazard"), strings.TrimSpace(f.Get("drill"))
	var v *warning.Version
	if err = f.bad; err == nil {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			v, err = works.Warnings.Draft(r.Context(), tx, by, d)
			return err
		})
	}
	if err == nil {
		return &redirectError{deskPath(v.Event, v.N) + "?done=warning-drafted"}
	}
	if le := caseRefusal(err); le != nil && le.Kind == ledger.Invalid {
		return s.newWarningPage(w, r, &refused{"new", le, f.Values})
	}
	return err
}

// versionAt is the version of an address, and the event's others.
func (s *Server) versionAt(ctx context.Context, tx *db.Tx, w *policy.Works, r *http.Request) (*warning.Version, []*warning.Version, error) {
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
	return s.warningVersionPage(w, r, &refused{Typed: url.Values{}})
}

// warningVersionPage is a version with what the reader may do with it, or why he may not.
func (s *Server) warningVersionPage(w http.ResponseWriter, r *http.Request, no *refused) error {
	by, works, err := s.warner(r)
	if err != nil {
		return err
	}
	var v *warning.Version
	var list []*warning.Version
	var orders []orderRow
	var document []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if v, list, err = s.versionAt(ctx, tx, works, r); err != nil {
			return err
		}
		if document, err = works.Warnings.Document(ctx, tx, v.Event, v.N); err != nil {
			return err
		}
		docs, err := s.addresses(ctx, tx, works)
		if err != nil {
			return err
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
	data := map[string]any{"V": warningRow{v, hazardName(works, v.Hazard)}, "Versions": warningRows(works, list), "No": no, "Document": string(document), "Now": s.now(), "InForce": v.State == warning.Published && v.Kind != warning.Cancel}
	shown := *v
	if v.Sent.IsZero() { // as it would read if it went out now
		shown.Sent = s.now()
		shown.Ends = shown.Sent.Add(time.Duration(v.Valid))
	}
	data["Text"] = shown.Text()
	typed := warningTyped(v)
	if no.Act == "edit" || no.Act == "update" {
		typed = no.Typed
	}
	data["Typed"] = no.Typed
	data["Fields"] = s.warningFields(typed, h)
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
			d := s.warningDraft(&attempt, v)
			if attempt.bad != nil {
				return attempt.bad
			}
			_, err = ww.Edit(ctx, tx, by, v.Event, v.N, d)
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
		case "update", "cancel":
			d := warning.Draft{Event: v.Event, Kind: warning.Cancel}
			d.Reason = words
			if act == "update" {
				d = s.warningDraft(&attempt, v)
				if attempt.bad != nil {
					return attempt.bad
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
	if le := caseRefusal(err); le != nil && (le.Kind == ledger.Invalid || le.Kind == ledger.WrongState || le.Kind == ledger.Conflict) {
		return s.warningVersionPage(w, r, &refused{act, le, f.Values})
	}
	return err
}
