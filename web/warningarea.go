package web

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/audience"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/org"
	"zhixing/policy/works"
	"zhixing/register"
	"zhixing/warning"
)

// The area of a draft: whole towns, villages, areas that were drawn before, what lies along a road or a river, and what is drawn on the map. All of it
// stands in the form's fields, the shapes as lines of text, so that it goes without a script and nothing that was typed is lost:
//
//	面 111.56 35.47, 111.60 35.45, 111.58 35.50
//	圆 111.56 35.47 3
//
// that is a surface by its corners, longitude first, and a circle by its middle and its radius in kilometres.

// areaForm is what the form offers, and what of it was chosen.
type areaForm struct {
	Typed url.Values
	Towns []areaTown
	Named []string
	Lines []areaLines
	Map   mapView
	Count *areaCount // nil: not asked
	Said  string     // what was just done about it
	Keeps bool       // may keep it under a name
}

// areaTown is a town with its villages, as far as their outlines are known.
type areaTown struct {
	Name     string
	Villages []string
	Chosen   int // of the villages
}

// areaLines are the entries of a register that are lines.
type areaLines struct {
	Title   string
	Entries []areaLine
	Chosen  int
}

type areaLine struct{ Value, Label string }

// Ticked reports whether a value of a field was chosen.
func (a areaForm) Ticked(field, value string) bool { return slices.Contains(a.Typed[field], value) }

// Metres is the width along lines.
func (a areaForm) Metres() string {
	if m := a.Typed.Get("metres"); m != "" {
		return m
	}
	return "500"
}

func (s *Server) towns() (out []string) {
	for _, u := range s.County.Directory.Units() {
		if u.Kind == org.Town {
			out = append(out, u.Name)
		}
	}
	return out
}

// mostLines is how many entries of a register the form offers; of more, the map draws the rest.
const mostLines = 300

// areaForm is what can be chosen.
func (s *Server) areaForm(ctx context.Context, tx *db.Tx, w *works.Works, typed url.Values) (areaForm, error) {
	a := areaForm{Typed: typed, Map: mapView{Layers: []mapLayer{}, Box: countyBox(w.Registers.Places), Places: "/map/places.json", Title: "预警区域"}}
	for _, t := range s.towns() {
		town := areaTown{Name: t, Villages: villagesOf(w, t)}
		for _, v := range town.Villages {
			if a.Ticked("villages", t+"/"+v) {
				town.Chosen++
			}
		}
		a.Towns = append(a.Towns, town)
	}
	named, err := w.Audience.Areas(ctx, tx)
	if err != nil {
		return a, err
	}
	for n := range named {
		a.Named = append(a.Named, n)
	}
	slices.Sort(a.Named)
	for _, schema := range w.Registers.Schemas {
		if !slices.ContainsFunc(schema.Fields, func(f register.Field) bool { return f.Type == register.Line }) {
			continue
		}
		page, err := w.Registers.List(ctx, tx, register.Inside, register.Query{Register: schema.Name, Size: mostLines})
		if err != nil {
			return a, err
		}
		group := areaLines{Title: schema.Title}
		for _, e := range page.Entries {
			g, err := w.Registers.Geometry(ctx, tx, register.Inside, schema, e)
			if err != nil {
				return a, err
			}
			if g == nil || g.Kind != register.Line {
				continue
			}
			x := areaLine{string(schema.Name) + "/" + e.Key, e.Label}
			if a.Ticked("along", x.Value) {
				group.Chosen++
			}
			group.Entries = append(group.Entries, x)
		}
		if len(group.Entries) > 0 {
			a.Lines = append(a.Lines, group)
		}
	}
	return a, nil
}

func villagesOf(w *works.Works, town string) (out []string) {
	if w.Set.Places != nil {
		for _, p := range w.Set.Places.List {
			if p.Kind == register.VillagePlace && p.Town == town {
				out = append(out, p.Name)
			}
		}
	}
	return out
}

// area is what the form says. was is the version that is changed: what it names may stay, whatever the county's files say today.
func (s *Server) area(f *form, w *works.Works, was *warning.Version) (out audience.Area) {
	known := func(town, village string) bool {
		return slices.Contains(villagesOf(w, town), village) ||
			was != nil && slices.ContainsFunc(was.Area.Places, func(p warning.Place) bool { return p.Town == town && p.Village == village })
	}
	for _, t := range f.Values["towns"] {
		switch {
		case t == "county":
			out.County = true
		case known(t, "") || slices.Contains(s.towns(), t):
			out.Towns = append(out.Towns, t)
		default:
			f.wrong("towns", "没有叫“"+shorten(t, 20)+"”的乡镇，请从列表里选。")
		}
	}
	for _, v := range f.Values["villages"] {
		town, village, _ := strings.Cut(v, "/")
		if village == "" || !known(town, village) {
			f.wrong("villages", "没有“"+v+"”这个村，请从列表里选。")
			continue
		}
		if !slices.Contains(out.Towns, town) { // else it is in its town
			out.Villages = append(out.Villages, audience.Place{Town: town, Village: village})
		}
	}
	out.Named = f.Values["named"]
	if along := f.Values["along"]; len(along) > 0 {
		metres, err := strconv.ParseFloat(strings.TrimSpace(f.Get("metres")), 64)
		if err != nil || !(metres > 0) {
			f.wrong("metres", "沿线两侧的宽度写作米数，如 500。")
		}
		for _, x := range along {
			name, key, _ := strings.Cut(x, "/")
			out.Along = append(out.Along, audience.Along{Register: register.Name(name), Key: key, Metres: metres})
		}
	}
	for _, line := range strings.Split(f.Get("shapes"), "\n") {
		if strings.TrimSpace(line) != "" {
			s.shape(f, &out, line)
		}
	}
	if out.County { // the rest is in it
		return audience.Area{County: true}
	}
	return out
}

// shape reads a line of the field of shapes.
func (s *Server) shape(f *form, out *audience.Area, line string) {
	words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r,，;；、", r) })
	wrong := func(what string) {
		f.wrong("shapes", "图形“"+firstRunes(line, 30)+"”"+what+"面写作“面 经度 纬度, 经度 纬度, 经度 纬度”，圆写作“圆 经度 纬度 公里数”。")
	}
	kind := words[0]
	var at []float64
	for _, x := range words[1:] {
		v, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSuffix(x, "公里"), "千米"), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			wrong("里的“" + firstRunes(x, 20) + "”不是数。")
			return
		}
		at = append(at, v)
	}
	far := func(lon, lat float64) bool { return math.Abs(lon) > 179 || math.Abs(lat) > 80 }
	switch {
	case kind == "圆" && len(at) == 3:
		if far(at[0], at[1]) {
			wrong("的圆心不在中国，请看经度、纬度是否写反。")
			return
		}
		out.Circles = append(out.Circles, audience.Circle{At: audience.At(at[1], at[0]), Metres: at[2] * 1000})
	case kind == "面" && len(at) >= 6 && len(at)%2 == 0:
		var ring []register.XY
		for i := 0; i < len(at); i += 2 {
			if far(at[i], at[i+1]) {
				wrong("有一个角不在中国，请看经度、纬度是否写反。")
				return
			}
			ring = append(ring, audience.At(at[i+1], at[i]))
		}
		if ring[0] != ring[len(ring)-1] {
			ring = append(ring, ring[0])
		}
		out.Drawn = append(out.Drawn, &register.Geometry{Kind: register.Polygon, Parts: [][][]register.XY{{ring}}})
	default:
		wrong("看不懂，或者少于三个角。")
	}
}

func firstRunes(s string, n int) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) > n {
		return string(r[:n]) + "…"
	}
	return string(r)
}

// areaTyped puts an area into the fields of a form. What was chosen along a line, or by a name, comes back as the shapes that it was.
func areaTyped(f url.Values, a warning.Area) {
	for _, p := range a.Places {
		switch {
		case p.County:
			f.Add("towns", "county")
		case p.Village == "":
			f.Add("towns", p.Town)
		default:
			f.Add("villages", p.Town+"/"+p.Village)
		}
	}
	degrees := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	var lines []string
	for _, ring := range a.Polygons {
		var corners []string
		for _, p := range ring[:max(len(ring)-1, 0)] {
			corners = append(corners, degrees(p.Lon)+" "+degrees(p.Lat))
		}
		lines = append(lines, "面 "+strings.Join(corners, ", "))
	}
	for _, c := range a.Circles {
		lines = append(lines, "圆 "+degrees(c.Lon)+" "+degrees(c.Lat)+" "+degrees(c.Radius))
	}
	f.Set("shapes", strings.Join(lines, "\n"))
	f.Set("words", a.Words)
}

// areaRefusal is what an area was refused for, as the form shows it; nil where it was something else.
func areaRefusal(err error) *ledger.Error {
	if le := caseRefusal(err); le != nil {
		return le
	}
	var ae *audience.Error
	if errors.As(err, &ae) && ae.Kind != audience.Forbidden {
		return &ledger.Error{Kind: ledger.Invalid, Op: "area", Field: "area", Message: ae.Message, Err: err}
	}
	return nil
}

// areaCount is how many are in an area and are told, by town. It tells nothing of anybody.
type areaCount struct {
	Words  string          `json:"words"`
	Inside int             `json:"inside"`
	Told   int             `json:"told"`
	Posts  int             `json:"posts"`
	Towns  []areaCountTown `json:"towns"`
	Rings  [][]float64     `json:"rings"` // longitude and latitude by turns: what lines and names come to, for the map
	Deaf   string          `json:"deaf,omitempty"`
}

// noWay says that a warning would be published and nobody told.
const noWay = "本站没有接通任何对外渠道，短信、电话、广播都发不出去，只有站内消息。请系统管理员接通。"

// deaf says which of the channels that people in the area are registered with lead nowhere.
func deaf(ways []audience.Channel, n *audience.Counts) string {
	if len(ways) == 0 {
		return noWay
	}
	var out []string
	for _, c := range audience.Channels {
		if told := n.ByChannel[c].Told; told > 0 && !slices.Contains(ways, c) {
			out = append(out, fmt.Sprintf("%s %d 个", c.Chinese(), told))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "没有接通的渠道：" + strings.Join(out, "、") + "。只登记了这些渠道的告知不到，不算在内。"
}

type areaCountTown struct {
	Town   string `json:"town"`
	Inside int    `json:"inside"`
	Told   int    `json:"told"`
	Posts  int    `json:"posts"`
}

// countArea counts who is in the area that the form says.
func (s *Server) countArea(ctx context.Context, w *works.Works, f *form, was *warning.Version) (*areaCount, error) {
	typed := s.area(f, w, was)
	if f.bad != nil {
		return nil, f.bad
	}
	v := &warning.Version{Hazard: f.Get("hazard"), Level: warning.Level(f.Get("level"))}
	if was != nil {
		v.Hazard = was.Hazard
	}
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		v.Area, err = w.WarningArea(ctx, tx, typed)
		return err
	})
	if err != nil {
		return nil, err
	}
	q := w.Question(v)
	all, err := w.Audience.Count(ctx, s.DB, q)
	if err != nil {
		return nil, err
	}
	ways := w.Ways()
	lacks := deaf(ways, all)
	if len(ways) > 0 && lacks != "" {
		q.By = ways
		if all, err = w.Audience.Count(ctx, s.DB, q); err != nil {
			return nil, err
		}
	}
	q.Kinds = []audience.Kind{audience.Post}
	posts, err := w.Audience.Count(ctx, s.DB, q)
	if err != nil {
		return nil, err
	}
	out := &areaCount{Words: v.Area.Words, Inside: all.Inside, Told: all.Told, Posts: posts.Told, Towns: []areaCountTown{}, Rings: [][]float64{}, Deaf: lacks}
	for _, t := range append(s.towns(), "") {
		n := all.ByTown[t]
		if row := (areaCountTown{t, n.Inside, n.Told, posts.ByTown[t].Told}); row.Inside+row.Told > 0 {
			if t == "" {
				row.Town = "全县性的、没有写明乡镇的"
			}
			out.Towns = append(out.Towns, row)
		}
	}
	drawn := len(typed.Drawn) // the form draws these itself
	for i, ring := range v.Area.Polygons {
		if i < drawn {
			continue
		}
		flat := make([]float64, 0, 2*len(ring))
		for _, p := range ring {
			flat = append(flat, p.Lon, p.Lat)
		}
		out.Rings = append(out.Rings, flat)
	}
	return out, nil
}

// drafter is an official who may draft some warning.
func (s *Server) drafter(r *http.Request) (ledger.Actor, *works.Works, error) {
	by, w, err := s.warner(r)
	if err == nil && !slices.ContainsFunc(w.Warnings.Hazards, func(h *warning.Hazard) bool { return h.MayDraft(by) }) {
		err = forbidden("预警由" + strings.Join(w.Warnings.Hazards[0].Draft, "、") + "拟稿，您不在其中。")
	}
	return by, w, err
}

// inside counts while the area is being drawn.
func (s *Server) inside(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.drafter(r)
	if err != nil {
		return err
	}
	if !s.limits.allow("inside", by.Account, 5, 30) {
		return &httpError{status: http.StatusTooManyRequests, message: "改得太快，请稍等再算人数。"}
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	n, err := s.countArea(r.Context(), works, &f, nil)
	if le := areaRefusal(err); le != nil {
		return badRequest(le.Message)
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, n)
}

// aside does what the form's other buttons ask for, which save nothing of the draft: to count, and to keep the area under a name. false: none was pressed.
func (s *Server) aside(r *http.Request, by ledger.Actor, w *works.Works, f *form, was *warning.Version) (n *areaCount, said string, pressed bool, err error) {
	switch {
	case f.Has("count"):
		n, err = s.countArea(r.Context(), w, f, was)
		return n, "", true, err
	case f.Has("keep"):
		name, area := strings.TrimSpace(f.Get("keepname")), s.area(f, w, was)
		if err = f.bad; err == nil {
			err = s.DB.Write(r.Context(), func(tx *db.Tx) error { return w.Audience.Draw(r.Context(), tx, audienceActor(by, w), name, area) })
		}
		return nil, fmt.Sprintf("已存为预设范围“%s”。", name), true, err
	case f.Has("forget"):
		name := f.Get("forget")
		err = s.DB.Write(r.Context(), func(tx *db.Tx) error { return w.Audience.Undraw(r.Context(), tx, audienceActor(by, w), name) })
		return nil, fmt.Sprintf("已删去预设范围“%s”，用过它的预警不受影响。", name), true, err
	}
	return nil, "", false, nil
}
