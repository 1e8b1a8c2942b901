package web

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/drill"
	"zhixing/ledger"
	"zhixing/policy/works"
	"zhixing/warning"
)

const inputTime = "2006-01-02T15:04" // of an input datetime-local

// skipField opens the name of a field that says why an order is not given.
const skipField = "skip."

// warningTyped is a draft as its form shows it.
func warningTyped(v *warning.Version) url.Values {
	f := url.Values{"stage": {string(v.Stage)}, "level": {string(v.Level)}, "text": {drill.Unmarked(v.Description)}, "instruction": {drill.Unmarked(v.Instruction)}, "valid": {hoursOf(v.Valid)}}
	if !v.Onset.IsZero() {
		f.Set("onset", v.Onset.In(calendar.Zone).Format(inputTime))
	}
	areaTyped(f, v.Area)
	for _, x := range v.Skips {
		f.Set(skipField+x.Order, x.Why)
	}
	return f
}

// warningDraft is what the form says. What an update or a changed draft had beside what the form shows stays: the source, the facts.
func (s *Server) warningDraft(ctx context.Context, tx *db.Tx, w *works.Works, f *form, was *warning.Version) (warning.Draft, error) {
	d := warning.Draft{Stage: warning.Stage(f.Get("stage")), Level: warning.Level(f.Get("level"))}
	area := s.area(f, w, was)
	if was != nil {
		d.Source, d.Basis, d.Skips = was.Source, was.Basis, was.Skips
		if skips, said := skipsOf(f); said {
			d.Skips = skips
		}
		if d.Level != was.Level {
			d.Skips = nil
		}
	}
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
	if was != nil && d.Level != was.Level && w.Warnings.Hazard(was.Hazard) != nil { // what the form had of the old level gives way to the new one's
		if old := w.Warnings.Hazard(was.Hazard).Signal(was.Level); old != nil {
			if d.Instruction == old.Instruction {
				d.Instruction = ""
			}
			if time.Duration(d.Valid) == old.Valid {
				d.Valid = 0
			}
		}
	}
	if f.bad != nil {
		return d, f.bad
	}
	var err error
	if d.Area, err = w.WarningArea(ctx, tx, area); err != nil {
		return d, err
	}
	words := strings.TrimSpace(f.Get("words"))
	switch {
	case was != nil && sameArea(was.Area, d.Area):
		d.Area = was.Area
		if f.Has("words") && words != "" {
			d.Area.Words = words
		}
	case words != "" && (was == nil || words != was.Area.Words): // else it is named anew from what it holds
		d.Area.Words = words
	}
	return d, nil
}

// sameArea reports whether two areas hold the same, whatever they are called.
func sameArea(a, b warning.Area) bool {
	names := func(list []warning.Place) (out []string) {
		for _, p := range list {
			out = append(out, p.Name())
		}
		slices.Sort(out)
		return out
	}
	ring := func(list [][]warning.Point) [][]warning.Point { // no rings are no rings
		return append([][]warning.Point{}, list...)
	}
	return slices.Equal(names(a.Places), names(b.Places)) && reflect.DeepEqual(ring(a.Polygons), ring(b.Polygons)) && slices.Equal(a.Circles, b.Circles)
}

// skipsOf are the orders that are not to be given, with the reasons; false where the form does not ask.
func skipsOf(f *form) (out []warning.Skip, said bool) {
	for name, values := range f.Values {
		if order, ok := strings.CutPrefix(name, skipField); ok {
			said = true
			if why := strings.TrimSpace(values[0]); why != "" {
				out = append(out, warning.Skip{Order: order, Why: why})
			}
		}
	}
	slices.SortFunc(out, func(a, b warning.Skip) int { return strings.Compare(a.Order, b.Order) })
	return out, said
}

// warningFields is what the template of the form needs; h and v are nil of a new one.
func (s *Server) warningFields(r *http.Request, w *works.Works, by ledger.Actor, typed url.Values, h *warning.Hazard, v *warning.Version, count *areaCount, said string) (map[string]any, error) {
	levels := warning.Levels
	var opens []warning.Order
	var of warning.Level // that opens
	if h != nil {
		levels = nil
		for _, x := range h.Signals {
			levels = append(levels, x.Level)
		}
		if v.Kind != warning.Cancel && v.State == warning.Drafted {
			opens, of = h.Opens(v.Level), v.Level
		}
	}
	var area areaForm
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		area, err = s.areaForm(ctx, tx, w, typed)
		return err
	})
	area.Count, area.Said, area.Keeps = count, said, audienceActor(by, w).Keeps
	return map[string]any{"Typed": typed, "Levels": levels, "Stages": warning.Stages, "Area": area, "Opens": opens, "OfLevel": of, "SkipField": skipField}, err
}

func (s *Server) newWarning(w http.ResponseWriter, r *http.Request) error {
	return s.newWarningPage(w, r, &refused{Typed: url.Values{"hazard": {r.URL.Query().Get("hazard")}}}, nil, "")
}

func (s *Server) newWarningPage(w http.ResponseWriter, r *http.Request, no *refused, count *areaCount, said string) error {
	by, works, err := s.drafter(r)
	if err != nil {
		return err
	}
	hazards := slices.DeleteFunc(slices.Clone(works.Warnings.Hazards), func(h *warning.Hazard) bool { return !h.MayDraft(by) })
	if no.Typed.Get("stage") == "" {
		no.Typed.Set("stage", string(warning.Signals))
	}
	fields, err := s.warningFields(r, works, by, no.Typed, nil, nil, count, said)
	if err != nil {
		return err
	}
	p := s.office(r, "新拟预警", Link{Text: "预警发布台", URL: "/warnings/desk"}, Link{Text: "新拟预警"})
	p.Data = map[string]any{"Hazards": hazards, "Fields": fields, "No": no, "Typed": no.Typed}
	return s.render(w, refusedStatus(no), "warningnew.html", p)
}

func (s *Server) draftWarning(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.drafter(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	count, said, pressed, err := s.aside(r, by, works, &f, nil)
	if pressed && err == nil {
		return s.newWarningPage(w, r, &refused{Act: "new", Typed: f.Values}, count, said)
	}
	var v *warning.Version
	if err == nil {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
			attempt := f
			d, err := s.warningDraft(r.Context(), tx, works, &attempt, nil)
			if err != nil {
				return err
			}
			d.Hazard, d.Drill = f.Get("hazard"), strings.TrimSpace(f.Get("drill"))
			v, err = works.Warnings.Draft(r.Context(), tx, by, d)
			return err
		})
	}
	if err == nil {
		return &redirectError{deskPath(v.Event, v.N) + "?done=warning-drafted"}
	}
	if le := areaRefusal(err); le != nil && le.Kind == ledger.Invalid {
		return s.newWarningPage(w, r, &refused{"new", le, f.Values}, nil, "")
	}
	return err
}
