package web

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/register"
)

// cellView is a field's value as tables and pages show it.
type cellView struct {
	Text, Unit, URL string
	Figure, Image   bool
}

// Cell shows a field of an entry.
func (b listBase) Cell(e *register.Entry, f register.Field) cellView {
	value := e.Values[f.Name]
	c := b.Shown(f, value)
	if f.Type == register.File && value != "" {
		c.URL = b.EntryURL(e) + "/files/" + url.PathEscape(f.Name)
	}
	return c
}

// Shown shows a value of a field.
func (b listBase) Shown(f register.Field, value string) cellView {
	if value == "" {
		return cellView{}
	}
	c := cellView{Text: f.Written(value)}
	switch f.Type {
	case register.Number:
		c.Figure, c.Unit = true, string(f.Unit)
	case register.Money:
		c.Figure, c.Unit = true, "元"
		if f.Unit != "" {
			c.Unit = string(f.Unit)
		}
	case register.Ref:
		if name := b.called[f.Register][value]; name != "" {
			c.Text = name
		}
		if of, ok := b.works.Registers.Schema(f.Register); ok && (b.Inside || of.Public) {
			c.URL = b.At(f.Register, value)
		}
	case register.File:
		ref, _ := register.ParseFile(value)
		c.Text += "（" + byteSize(ref.Size) + "）"
		c.Image = len(ref.MediaType) > 6 && ref.MediaType[:6] == "image/" && ref.MediaType != "image/heic"
	}
	return c
}

// UnitOf is the unit in a column's head.
func (b listBase) UnitOf(f register.Field) string {
	if f.Type == register.Money && f.Unit == "" {
		return "元"
	}
	return string(f.Unit)
}

// listFormats are what a list is exported as.
var listFormats = map[string]struct {
	format register.Format
	media  string
}{
	"csv": {register.CSV, "text/csv; charset=utf-8"}, "geojson": {register.GeoJSON, "application/geo+json"},
	"xlsx": {register.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
}

// list is a page of a register, or all that its question asks for as a file.
func (s *Server) list(w http.ResponseWriter, r *http.Request) error {
	b, form, err := s.listOf(r)
	if err != nil {
		return err
	}
	day, as, err := s.listDay(r)
	if err != nil {
		return err
	}
	q, err := listQuery(b.S, b.viewer(), r.URL.Query())
	if err != nil {
		return err
	}
	q.AsOf = as
	if q.Unit != "" {
		q.Unit = s.canonicalUnit(q.Unit)
	}
	if err := s.read(r, func(ctx context.Context, tx *db.Tx) error { return b.byName(ctx, tx, &q) }); err != nil {
		return err
	}
	switch form {
	case "":
		return s.listPage(w, r, b, q, day)
	case "json":
		return s.listData(w, r, b, q, day)
	}
	f, ok := listFormats[form]
	if !ok {
		return notFound("只有 .csv、.xlsx、.geojson 和 .json 四种格式。")
	}
	h := w.Header()
	h.Set("Content-Type", f.media)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(b.S.Title+day.String()+"."+form))
	return s.read(r, func(ctx context.Context, tx *db.Tx) error {
		if f.format == register.XLSX { // a workbook is made whole, or not at all
			var buf bytes.Buffer
			if err := b.works.Registers.Export(ctx, tx, b.viewer(), q, f.format, &buf); err != nil {
				return err
			}
			_, err := w.Write(buf.Bytes())
			return err
		}
		return b.works.Registers.Export(ctx, tx, b.viewer(), q, f.format, w)
	})
}

// stateTab is a state of the register with how many entries are in it.
type stateTab struct {
	Text, URL string
	N         int
	Current   bool
}

// listPageData is a page of a register.
type listPageData struct {
	listBase
	Cols            []register.Field
	Hidden          int // columns that are not shown
	All             bool
	Page            register.Page
	Q               register.Query
	Tabs            []stateTab
	Filters         []filterView
	Opened          bool // a filter of a field is in use
	Sorts           []Link
	Towns, Villages []string
	Units           []string
	Asked           url.Values
	Narrowed        bool
	Stale, Late     int
	Lacking         []register.Lacking
	Twice           bool // how many may be there twice is asked on another page
	Placed          bool
	On              calendar.Date
	Past            bool
	Today           calendar.Date
	Problem         string
	Newest          time.Time
}

// With is the list's address with one word of its question put in another way; what comes behind the first page is left out.
func (d *listPageData) With(k, v string) string { return askedWith(d.Here(), d.Asked, k, v) }

// More is the address of the next page.
func (d *listPageData) More() string { return askedWith(d.Here(), d.Asked, "after", d.Page.Next) }

// Export is the address of a file with the same question.
func (d *listPageData) Export(form string) string {
	return askedWith(d.Here()+"."+form, d.Asked, "after", "")
}

// MapURL is the map with the same question.
func (d *listPageData) MapURL() string { return askedWith(d.Here()+"/map", d.Asked, "after", "") }

// TownName is the query's word for a town: that of the register's own field where it has one, else of the map.
func (d *listPageData) TownName() string {
	if f := d.TownField(); f != "" {
		return fieldWord + f
	}
	return "town"
}

// Where is the head of the column that says where an entry lies by the map; empty where the columns say it already.
func (d *listPageData) Where() string {
	is := func(name string) bool {
		return slices.ContainsFunc(d.Cols, func(f register.Field) bool { return f.Name == name })
	}
	switch {
	case !d.HasPlace() || is("乡镇") && (len(d.Villages) == 0 || is("村")):
		return ""
	case is("乡镇"):
		return "村"
	}
	return "乡镇"
}

// HasPlace reports whether entries of the list have towns and villages.
func (d *listPageData) HasPlace() bool { return d.Placed && len(d.Towns) > 0 }

func askedWith(base string, q url.Values, k, v string) string {
	n := url.Values{}
	for key, vals := range q {
		if key != "after" && key != "done" {
			n[key] = vals
		}
	}
	n.Set(k, v)
	for key, vals := range n {
		if len(vals) == 0 || vals[0] == "" {
			n.Del(key)
		}
	}
	if len(n) == 0 {
		return base
	}
	return base + "?" + n.Encode()
}

func (s *Server) listPage(w http.ResponseWriter, r *http.Request, b listBase, q register.Query, day calendar.Date) error {
	asked := r.URL.Query()
	d := &listPageData{listBase: b, Q: q, Asked: asked, Narrowed: narrowed(asked), On: day, Past: !q.AsOf.Now(), Today: s.today(), All: asked.Get("cols") == "all", Units: s.unitNames()}
	if d.Past {
		q.Sort = "" // the past stands in the order of entering
	}
	d.Cols, d.Hidden = listColumns(b.S, b.viewer(), d.All)
	d.Sorts = sortsOf(b.S, b.viewer())
	d.Placed = slices.ContainsFunc(b.S.Columns(b.viewer()), func(f register.Field) bool { return f.Geo() })
	d.Towns, d.Villages = placeNames(b)
	town := ""
	if d.HasPlace() {
		town = d.TownField()
	}
	d.Filters, d.Opened = filterForm(b.S, b.viewer(), asked, town)
	status := http.StatusOK
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if d.docs, err = s.addresses(ctx, tx, b.works); err != nil {
			return err
		}
		counts, err := b.works.Registers.CountsOf(ctx, tx, b.viewer(), b.S.Name)
		if err != nil {
			return err
		}
		d.Tabs = d.tabs(counts)
		if err := d.duties(ctx, tx); err != nil {
			return err
		}
		d.Page, err = b.works.Registers.List(ctx, tx, b.viewer(), q)
		if k := register.KindOf(err); k == register.Invalid || k == register.TooLarge {
			status, d.Problem, err = http.StatusBadRequest, register.Message(err), nil
		}
		if err != nil {
			return err
		}
		values := make([]register.Values, 0, len(d.Page.Entries))
		for _, e := range d.Page.Entries {
			values = append(values, e.Values)
		}
		return d.learn(ctx, tx, d.Cols, values...)
	})
	if err != nil {
		return err
	}
	p := s.listFrame(r, d.listBase, b.S.Title)
	p.Alternates = []Alternate{{"application/json", "本台账数据", d.Export("json")}, {"text/csv", "本台账表格", d.Export("csv")}}
	p.Data = d
	return s.render(w, status, "list.html", p)
}

func narrowed(q url.Values) bool {
	for k, v := range q {
		if k != "done" && k != "cols" && k != "sort" && k != "after" && k != "on" && len(v) > 0 && v[0] != "" {
			return true
		}
	}
	return false
}

// tabs are the states that entries may be in.
func (d *listPageData) tabs(counts map[string]int) []stateTab {
	in, gone := countsOf(counts)
	out := []stateTab{{Text: "全部", URL: d.With("state", ""), N: in, Current: d.Q.State == "" && !d.Q.Removed}}
	if len(d.S.States) > 1 {
		for _, state := range d.S.States {
			out = append(out, stateTab{state, d.With("state", state), counts[state], d.Q.State == state})
		}
	}
	if gone > 0 {
		out = append(out, stateTab{"含已出册", d.With("removed", "1"), in + gone, d.Q.Removed})
	}
	return out
}

// duties counts what wants doing: for the offices, and of now only.
func (d *listPageData) duties(ctx context.Context, tx *db.Tx) (err error) {
	if d.Stale, err = d.works.Registers.StaleCount(ctx, tx, d.S.Name); err != nil || !d.Inside {
		return err
	}
	late, _, err := dueCounts(ctx, tx, d.works)
	if err != nil {
		return err
	}
	d.Late = late[d.S.Name]
	all, err := d.works.Registers.Lacking(ctx, tx)
	for _, l := range all {
		if l.Schema == d.S {
			d.Lacking = append(d.Lacking, l)
		}
	}
	return err
}

func placeNames(b listBase) (towns, villages []string) {
	if b.works.Registers.Places == nil {
		return nil, nil
	}
	for _, p := range b.works.Registers.Places.List {
		if p.Kind == register.TownPlace {
			towns = append(towns, p.Name)
		} else {
			villages = append(villages, p.Name)
		}
	}
	return towns, villages
}

// entryData is an entry as JSON has it.
type entryData struct {
	Key       string            `json:"key"`
	Label     string            `json:"label"`
	State     string            `json:"state"`
	EnteredOn calendar.Date     `json:"entered_on"`
	HoldsOn   calendar.Date     `json:"holds_on"`
	ChangedOn calendar.Date     `json:"changed_on"`
	ReviewBy  calendar.Date     `json:"review_by,omitzero"`
	RemovedOn calendar.Date     `json:"removed_on,omitzero"`
	Into      string            `json:"merged_into,omitempty"`
	Town      string            `json:"town,omitempty"`
	Village   string            `json:"village,omitempty"`
	Versions  int               `json:"versions"`
	Fields    map[string]string `json:"fields"`
	URL       string            `json:"url"`
}

func (s *Server) entryData(b listBase, e *register.Entry) entryData {
	out := entryData{e.Key, e.Label, e.State, e.EnteredOn, e.HoldsOn, calendar.DateOf(e.ChangedAt), b.S.ReviewOf(e), e.RemovedOn, e.Into, e.Town, e.Village, e.N, map[string]string{},
		s.BaseURL + b.EntryURL(e)}
	for _, f := range b.S.Columns(b.viewer()) {
		if v, ok := e.Values[f.Name]; ok {
			out.Fields[f.Name] = f.Written(v)
		}
	}
	return out
}

// listData is a page of the list for programs, with the address of the next one.
func (s *Server) listData(w http.ResponseWriter, r *http.Request, b listBase, q register.Query, day calendar.Date) error {
	if n := r.URL.Query().Get("size"); n != "" {
		size, err := strconv.Atoi(n)
		if err != nil {
			return badRequest("size 应为数字。")
		}
		q.Size = size
	}
	var page register.Page
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		page, err = b.works.Registers.List(ctx, tx, b.viewer(), q)
		return err
	})
	if err != nil {
		return err
	}
	items := make([]entryData, 0, len(page.Entries))
	for _, e := range page.Entries {
		items = append(items, s.entryData(b, e))
	}
	out := map[string]any{"register": b.S.Name, "title": b.S.Title, "basis": b.S.Basis.String(), "on": day, "items": items, "fields": fieldsData(b)}
	if page.Total >= 0 {
		out["total"] = page.Total
	}
	if page.Next != "" {
		asked := r.URL.Query()
		out["next"] = s.BaseURL + askedWith(b.Here()+".json", asked, "after", page.Next)
	}
	return writeJSON(w, http.StatusOK, out)
}

func fieldsData(b listBase) []map[string]any {
	var out []map[string]any
	for _, f := range b.S.Columns(b.viewer()) {
		x := map[string]any{"name": f.Name, "type": f.Type}
		if u := b.UnitOf(f); u != "" {
			x["unit"] = u
		}
		if f.Register != "" {
			x["register"] = f.Register
		}
		out = append(out, x)
	}
	return out
}
