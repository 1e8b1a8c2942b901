package web

import (
	"context"
	"errors"
	"fmt"
	"html"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/policy/works"
	"zhixing/register"
)

// What a citizen does: reports, finds his report again by the code that he was given, and says whether it is really put right. All of it
// works without a script: a click on the picture of the county sends the form, and it comes back with the place and what was typed.

// casePick is the picture on which a place is clicked: the county, or, once a place is chosen, what lies around it.
type casePick struct {
	At      *cases.Point
	Zoom    int
	W, H    int
	X, Y    float64 // longitude and latitude of the middle
	Scale   float64 // pixels a degree of latitude
	Squeeze float64 // of longitudes
	X0, Y0  float64 // the same of the whole county
	Scale0  float64
}

const (
	casePickW, casePickH = 300, 260
	casePickZoom         = 4 // times nearer with each click
	casePickMost         = 3
)

func pickOf(p *register.Places, at *cases.Point, zoom int) casePick {
	west, south, east, north := 73.0, 18.0, 135.0, 54.0
	if p != nil && len(p.List) > 0 {
		b := p.List[0].Shape.Box()
		for _, x := range p.List[1:] {
			c := x.Shape.Box()
			b = register.Box{MinX: min(b.MinX, c.MinX), MinY: min(b.MinY, c.MinY), MaxX: max(b.MaxX, c.MaxX), MaxY: max(b.MaxY, c.MaxY)}
		}
		const unit = 1e7
		west, south, east, north = float64(b.MinX)/unit, float64(b.MinY)/unit, float64(b.MaxX)/unit, float64(b.MaxY)/unit
	}
	v := casePick{At: at, Zoom: min(max(zoom, 0), casePickMost), W: casePickW, H: casePickH, X: (west + east) / 2, Y: (south + north) / 2}
	v.Squeeze = math.Cos(v.Y * math.Pi / 180)
	v.Scale = .94 * min(casePickW/((east-west)*v.Squeeze+1e-9), casePickH/(north-south+1e-9))
	v.X0, v.Y0, v.Scale0 = v.X, v.Y, v.Scale
	if at == nil {
		v.Zoom = 0
	}
	if v.Zoom > 0 {
		v.X, v.Y, v.Scale = at.Lon, at.Lat, v.Scale*math.Pow(casePickZoom, float64(v.Zoom))
	}
	return v
}

// place is the place of a pixel.
func (v casePick) place(x, y float64) *cases.Point {
	round := func(f float64) float64 { return math.Round(f*1e6) / 1e6 }
	return &cases.Point{Lon: round(v.X + (x-float64(v.W)/2)/(v.Squeeze*v.Scale)), Lat: round(v.Y - (y-float64(v.H)/2)/v.Scale)}
}

func (v casePick) pixel(lon, lat float64) (x, y float64) {
	return float64(v.W)/2 + (lon-v.X)*v.Squeeze*v.Scale, float64(v.H)/2 - (lat-v.Y)*v.Scale
}

// URL is the address of the picture.
func (v casePick) URL() string {
	if v.At == nil {
		return "/open/report/map.svg"
	}
	return fmt.Sprintf("/open/report/map.svg?lon=%v&lat=%v&zoom=%d", v.At.Lon, v.At.Lat, v.Zoom)
}

// draw is the picture: outlines of towns, of villages when near, and a pin.
func (v casePick) draw(p *register.Places) string {
	const unit = 1e7
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d"><rect width="%d" height="%d" fill="#fbfbf8"/>`, v.W, v.H, v.W, v.H, v.W, v.H)
	var names strings.Builder
	if p != nil {
		for _, x := range p.List {
			if x.Kind != register.TownPlace && v.Zoom == 0 {
				continue
			}
			box := x.Shape.Box()
			l, t := v.pixel(float64(box.MinX)/unit, float64(box.MaxY)/unit)
			r, d := v.pixel(float64(box.MaxX)/unit, float64(box.MinY)/unit)
			if r < 0 || d < 0 || l > float64(v.W) || t > float64(v.H) {
				continue
			}
			fill, stroke := "none", "#c3ccd6"
			if x.Kind == register.TownPlace {
				fill, stroke = "#015293", "#6d8299"
			}
			fmt.Fprintf(&b, `<path fill="%s" fill-opacity=".05" stroke="%s" d="`, fill, stroke)
			for _, part := range x.Shape.Parts {
				for _, ring := range part {
					for i, q := range ring {
						px, py := v.pixel(float64(q.X)/unit, float64(q.Y)/unit)
						fmt.Fprintf(&b, "%c%.1f %.1f", "ML"[min(i, 1)], px, py)
					}
					b.WriteByte('Z')
				}
			}
			b.WriteString(`"/>`)
			if (x.Kind == register.TownPlace) == (v.Zoom == 0) {
				m := x.Shape.Middle()
				px, py := v.pixel(float64(m.X)/unit, float64(m.Y)/unit)
				fmt.Fprintf(&names, `<text x="%.1f" y="%.1f" text-anchor="middle" font-size="11" fill="#333d49" font-family="sans-serif">%s</text>`, px, py, html.EscapeString(x.Name))
			}
		}
	}
	b.WriteString(names.String())
	if v.At != nil {
		x, y := v.pixel(v.At.Lon, v.At.Lat)
		fmt.Fprintf(&b, `<path d="M%.1f %.1fl-7 -18a8 8 0 1 1 14 0z" fill="#b3120b" stroke="#fff"/><circle cx="%.1f" cy="%.1f" r="2.5" fill="#fff"/>`, x, y, x, y-20)
	}
	b.WriteString("</svg>")
	return b.String()
}

// reportMap is the picture of the county on which a place is clicked.
func (s *Server) reportMap(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	f := caseForm{form: form{Values: r.URL.Query()}}
	at := f.point()
	if f.bad != nil {
		return badRequest("没有这个位置。")
	}
	zoom, _ := strconv.Atoi(f.Get("zoom"))
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, err = w.Write([]byte(pickOf(works.Set.Places, at, zoom).draw(works.Set.Places)))
	return err
}

// caseGroup is the services of a group, as the form offers them.
type caseGroup struct {
	Name     string
	Services []cases.Service
}

// caseServices are what can be reported, by group in the order of the county's file.
func caseServices(w *works.Works) (out []caseGroup) {
	at := map[string]int{}
	for _, x := range w.Cases.Services {
		i, ok := at[x.Group]
		if !ok {
			i = len(out)
			at[x.Group] = i
			out = append(out, caseGroup{Name: x.Group})
		}
		out[i].Services = append(out[i].Services, x)
	}
	return out
}

func (s *Server) reportForm(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	typed := url.Values{"service": {r.URL.Query().Get("service")}}
	return s.reportPageOf(w, r, works, http.StatusOK, typed, nil, nil)
}

func (s *Server) reportPageOf(w http.ResponseWriter, r *http.Request, works *works.Works, status int, typed url.Values, at *cases.Point, no *ledger.Error) error {
	once := typed.Get("once")
	if once == "" {
		once = newOnce()
	}
	zoom, _ := strconv.Atoi(typed.Get("zoom"))
	chosen, _ := works.Cases.ServiceOf(typed.Get("service"))
	p := s.page(r, "反映问题", home, Link{Text: "反映问题"})
	p.Canonical = s.BaseURL + "/open/report"
	p.Data = map[string]any{"Groups": caseServices(works), "Typed": typed, "Wrong": no, "Once": once, "Pick": pickOf(works.Set.Places, at, zoom), "MaxFiles": ledger.MaxFiles,
		"Chosen": chosen, "Lost": typed.Get("lost") != ""}
	return s.render(w, status, "openreport.html", p)
}

// report takes a citizen's report. Its answer is the page itself: the code stands in no address and in no log.
func (s *Server) report(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	if !s.limits.allow("report", clientAddress(r), .2, 30) {
		return &httpError{status: http.StatusTooManyRequests, message: "提交太频繁，请过一会儿再试。"}
	}
	f, err := readCaseForm(r, true)
	if err != nil {
		return err
	}
	if f.Has("at.x") || f.Has("whole") { // the picture was clicked
		zoom, _ := strconv.Atoi(f.Get("zoom"))
		at := f.place
		switch {
		case f.Has("whole"):
			at, zoom = nil, 0
		default:
			x, err1 := strconv.ParseFloat(f.Get("at.x"), 64)
			y, err2 := strconv.ParseFloat(f.Get("at.y"), 64)
			if err1 == nil && err2 == nil && math.Abs(x) < 1e4 && math.Abs(y) < 1e4 {
				at = pickOf(works.Set.Places, f.place, zoom).place(x, y)
				zoom = min(zoom+1, casePickMost)
			}
		}
		typed := f.Values
		typed.Set("zoom", strconv.Itoa(zoom))
		if len(f.uploads) > 0 {
			typed.Set("lost", "1")
		}
		return s.reportPageOf(w, r, works, http.StatusOK, typed, at, nil)
	}
	var got cases.Receipt
	if err = f.bad; err == nil && len(f.Get("once")) < 20 {
		err = &ledger.Error{Kind: ledger.Invalid, Op: "report", Message: "页面已经过期，请再提交一次。"}
		f.Del("once")
	}
	if err == nil {
		in := cases.Report{Service: f.Get("service"), Text: f.Get("text"), Place: f.place, Address: f.words("address"), Files: f.uploads, Once: f.Get("once"),
			Contact: cases.Contact{Name: f.words("name"), Phone: f.words("phone"), Email: f.words("email")}}
		err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			got, err = works.Cases.Report(r.Context(), tx, in)
			return err
		})
	}
	var le *ledger.Error
	switch {
	case errors.As(err, &le) && le.Kind == ledger.Invalid:
		if len(f.uploads) > 0 {
			f.Values.Set("lost", "1")
		}
		return s.reportPageOf(w, r, works, http.StatusBadRequest, f.Values, f.place, le)
	case err != nil:
		return err
	}
	service, _ := works.Cases.ServiceOf(f.Get("service"))
	p := s.page(r, "已收到您的反映", home, Link{Text: "反映问题", URL: "/open/report"}, Link{Text: "已收到"})
	p.Data = map[string]any{"Got": got, "Service": service, "Code": caseSpell(got.Code)}
	return s.render(w, http.StatusOK, "openreported.html", p)
}

// caseSpell writes a code in groups of four, so that it can be read out and written down.
func caseSpell(code string) string {
	var parts []string
	for len(code) > 4 {
		parts, code = append(parts, code[:4]), code[4:]
	}
	return strings.Join(append(parts, code), "-")
}

func (s *Server) trackForm(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.works(); err != nil {
		return err
	}
	return s.trackPage(w, r, http.StatusOK, "", nil, "", nil)
}

func (s *Server) trackPage(w http.ResponseWriter, r *http.Request, status int, code string, t *cases.Tracked, typed string, no *ledger.Error) error {
	p := s.page(r, "查看办理情况", home, Link{Text: "反映问题", URL: "/open/report"}, Link{Text: "查看办理情况"})
	p.Canonical = s.BaseURL + "/open/report/track"
	p.Data = map[string]any{"Code": code, "T": t, "Typed": typed, "Wrong": no}
	return s.render(w, status, "opentrack.html", p)
}

// track shows a reporter his report. The code comes in the body: addresses are logged and shared.
func (s *Server) track(w http.ResponseWriter, r *http.Request) error { return s.tracked(w, r, false) }

// trackAnswer takes the reporter's answer to whether it is put right.
func (s *Server) trackAnswer(w http.ResponseWriter, r *http.Request) error {
	return s.tracked(w, r, true)
}

func (s *Server) tracked(w http.ResponseWriter, r *http.Request, answer bool) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	if !s.limits.allow("track", clientAddress(r), .5, 30) {
		return &httpError{status: http.StatusTooManyRequests, message: "查询太频繁，请过一会儿再试。"}
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	code, words := f.Get("code"), strings.TrimSpace(f.Get("words"))
	var t cases.Tracked
	if answer {
		if a := f.Get("answer"); a != "yes" && a != "no" {
			err = &ledger.Error{Kind: ledger.Invalid, Op: "answer", Field: "answer", Message: "请选择解决了，还是没有解决。"}
		} else {
			err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
				t, err = works.Cases.Answer(r.Context(), tx, code, a == "yes", words)
				return err
			})
		}
	} else {
		err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
			t, err = works.Cases.Track(ctx, tx, code)
			return err
		})
	}
	var le *ledger.Error
	switch {
	case err == nil:
		return s.trackPage(w, r, http.StatusOK, code, &t, "", nil)
	case !errors.As(err, &le):
		return err
	case le.Kind == ledger.NotFound:
		le = &ledger.Error{Kind: le.Kind, Op: le.Op, Field: "code", Message: "没有这个查询码，请核对后再输入。"}
		return s.trackPage(w, r, http.StatusNotFound, code, nil, "", le)
	}
	if err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		t, err = works.Cases.Track(ctx, tx, code)
		return err
	}); err != nil {
		return err
	}
	return s.trackPage(w, r, ledgerStatus[le.Kind], code, &t, words, le)
}
