package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/device"
	"zhixing/finding"
	"zhixing/observation"
	"zhixing/policy/works"
	"zhixing/register"
	"zhixing/rule"
)

// seriesRoutes are what is measured: the newest values of all places, and each series with its past.
var seriesRoutes = []route{
	{"GET /series", seeLedger, false, false, (*Server).seriesList, "监测：各点位最新值、时间、是否失联、是否超限；?state= 只看一种"},
	{"GET /series/{name}", seeLedger, false, false, (*Server).seriesOf, "一个监测项目的各点位；后缀 .csv .json 导出"},
	{"GET /series/{name}/{of}", seeLedger, false, false, (*Server).seriesPage, "一个点位的一个监测项目：曲线和限值、日历、读数表；?span=day、month、year 和 ?on=；后缀 .csv .json 导出这段时间，?known= 当时所知"},
	{"GET /open/series", everybody, false, false, (*Server).seriesList, "公开的监测：各点位最新值"},
	{"GET /open/series/{name}", everybody, false, false, (*Server).seriesOf, "一个公开监测项目的各点位；后缀 .csv .json 导出"},
	{"GET /open/series/{name}/{of}", everybody, false, false, (*Server).seriesPage, "一个公开点位的一个监测项目：曲线和限值、日历、读数表；后缀 .csv .json 导出"},
}

// kindWords is what pages call the kinds of series.
var kindWords = map[observation.Kind]string{observation.RealTime: "实时", observation.Minute: "分钟", observation.Hour: "小时", observation.Day: "日", observation.Month: "月", observation.Sample: "人工采样"}

// seriesBase is what pages of series share: on which side of the counter they are, and what is asked for once.
type seriesBase struct {
	Inside bool
	works  *works.Works
	docs   addresses
	silent map[observation.SeriesID]observation.Silence
	open   map[string][]finding.Finding // of rules over readings, by subject; inside only
}

func (b *seriesBase) root() string {
	if b.Inside {
		return ""
	}
	return "/open"
}

func (b *seriesBase) viewer() register.Viewer { return register.Viewer{Inside: b.Inside} }

// URL is the address of a series.
func (b *seriesBase) URL(name observation.SeriesName, key string) string {
	return b.root() + "/series/" + string(name) + "/" + url.PathEscape(key)
}

// EntryURL is the address of an entry.
func (b *seriesBase) EntryURL(of, key string) string {
	return b.root() + "/lists/" + of + "/e/" + url.PathEscape(key)
}

// Cite shows a basis.
func (b *seriesBase) Cite(x rule.Basis) cited { return b.docs.cite(x) }

// beginSeries asks for what every page of series needs.
func (s *Server) beginSeries(ctx context.Context, tx *db.Tx, w *works.Works, inside bool) (*seriesBase, error) {
	b := &seriesBase{Inside: inside, works: w, silent: map[observation.SeriesID]observation.Silence{}, open: map[string][]finding.Finding{}}
	var err error
	if b.docs, err = s.addresses(ctx, tx, w); err != nil {
		return nil, err
	}
	silent, err := w.Observations.SilentNow(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, x := range silent {
		b.silent[x.Series.ID] = x
	}
	if !inside {
		return b, nil
	}
	var rules []string
	for _, r := range w.Set.Rules {
		if len(r.Readings) > 0 {
			rules = append(rules, r.ID)
		}
	}
	if len(rules) == 0 {
		return b, nil
	}
	list, err := w.Judge.Findings(ctx, tx, finding.Query{Rules: rules, State: finding.Open, Size: 1000})
	for _, f := range list {
		b.open[f.Subject] = append(b.open[f.Subject], f)
	}
	return b, err
}

// shownDefinition finds a definition as the reader may see it: in force today, or any that once was.
func (b *seriesBase) shownDefinition(name string) (*observation.Definition, *register.Schema, bool) {
	d := b.works.Observations.Definition(observation.SeriesName(name))
	if d == nil {
		for _, x := range b.works.County.Policies.Series {
			if string(x.Name) == name {
				d = x
			}
		}
	}
	if d == nil {
		return nil, nil, false
	}
	schema, ok := b.works.Registers.Schema(register.Name(d.Register))
	if !ok || !b.Inside && (!d.Public || !schema.Public) {
		return nil, nil, false
	}
	return d, schema, true
}

// seriesGroup is the places of one register with all that is measured there.
type seriesGroup struct {
	Schema *register.Schema
	Titles []*observation.Definition
	Rows   []seriesRow
	URL    string
	MapURL string
	Counts map[seriesState]int
	Over   int
	Places int
	More   string // address of the next rows
}

type seriesRow struct {
	Label, URL string
	Cells      []*newest // by title; nil: it is not measured there
}

const seriesPerPage = 100

func (s *Server) seriesList(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	inside := !strings.HasPrefix(r.URL.Path, "/open/")
	q := r.URL.Query()
	var groups, idle []*seriesGroup
	total, over := map[seriesState]int{}, 0 // of all, whichever state is asked for
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		b, err := s.beginSeries(ctx, tx, works, inside)
		if err != nil {
			return err
		}
		seen := map[*register.Schema]bool{}
		for _, d := range works.Observations.Definitions {
			if _, schema, ok := b.shownDefinition(string(d.Name)); ok && (q.Get("of") == "" || q.Get("of") == d.Register) && !seen[schema] {
				seen[schema] = true
				g, err := b.group(ctx, tx, schema, q, s.today())
				if err != nil {
					return err
				}
				for k, n := range g.Counts {
					total[k] += n
				}
				over += g.Over
				switch {
				case g.Places > 0:
					groups = append(groups, g)
				case q.Get("state") == "":
					idle = append(idle, g)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p, here := s.page(r, "监测", home, Link{Text: "监测"}), "/open/series"
	if inside {
		p, here = s.office(r, "监测", Link{Text: "监测"}), "/series"
	}
	p.Canonical = s.BaseURL + here
	p.Data = map[string]any{"Groups": groups, "Idle": idle, "Inside": inside, "Here": here, "State": q.Get("state"), "Of": q.Get("of"), "Total": total, "Over": over,
		"States": []seriesState{stateFine, stateSilent, stateInvalid, stateMissing, stateNone, stateEnded}, "Now": s.now()}
	return s.render(w, http.StatusOK, "series.html", p)
}

// group are the places of a register. What is asked for is counted over all of them and listed a page at a time.
func (b *seriesBase) group(ctx context.Context, tx *db.Tx, schema *register.Schema, q url.Values, on calendar.Date) (*seriesGroup, error) {
	g := &seriesGroup{Schema: schema, Counts: map[seriesState]int{}, URL: b.root() + "/lists/" + string(schema.Name)}
	for _, d := range b.works.Observations.DefinitionsOf(string(schema.Name)) {
		if b.Inside || d.Public {
			g.Titles = append(g.Titles, d)
		}
	}
	if slices.ContainsFunc(schema.Columns(b.viewer()), func(f register.Field) bool { return f.Geo() }) {
		g.MapURL = g.URL + "/map"
	}
	rows, err := b.newestOf(ctx, tx, schema, g.Titles, on)
	if err != nil {
		return nil, err
	}
	first := 0
	if q.Get("of") == string(schema.Name) {
		first, _ = strconv.Atoi(q.Get("skip"))
		first = max(0, first)
	}
	want := q.Get("state")
	for _, row := range rows {
		fits := false // where nothing is measured any more, only who asks for it is shown it
		for _, n := range row.Cells {
			if n == nil {
				continue
			}
			fits = fits || want == "" && n.State != stateEnded
			g.Counts[n.State]++
			if n.Over != "" {
				g.Over++
			}
			fits = fits || want == string(n.State) || want == "超限" && n.Over != ""
		}
		if fits {
			g.Places++
			if g.Places > first && len(g.Rows) < seriesPerPage {
				g.Rows = append(g.Rows, row)
			}
		}
	}
	if g.Places > first+seriesPerPage {
		ask := url.Values{"of": {string(schema.Name)}, "skip": {strconv.Itoa(first + seriesPerPage)}}
		if want != "" {
			ask.Set("state", want)
		}
		g.More = b.root() + "/series?" + ask.Encode()
	}
	return g, nil
}

// newestOf are the newest values of some definitions at every entry of a register that the reader may see.
func (b *seriesBase) newestOf(ctx context.Context, tx *db.Tx, schema *register.Schema, titles []*observation.Definition, on calendar.Date) ([]seriesRow, error) {
	o := b.works.Observations
	list, err := o.LatestOf(ctx, tx, string(schema.Name))
	if err != nil {
		return nil, err
	}
	latest := map[observation.SeriesID]*observation.Latest{}
	for i := range list {
		latest[list[i].Series] = &list[i]
	}
	type at struct {
		key string
		col int
	}
	known := map[at]observation.Series{}
	keys := map[string]bool{}
	for i, d := range titles {
		series, err := o.Named(ctx, tx, d.Name)
		if err != nil {
			return nil, err
		}
		for _, x := range series {
			if x.Kind == d.Kind && x.Unit == string(d.Unit) {
				known[at{x.Key, i}] = x
				keys[x.Key] = true
			}
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	entries, err := b.entries(ctx, tx, schema, keys)
	if err != nil {
		return nil, err
	}
	var rows []seriesRow
	for _, e := range entries {
		row := seriesRow{Label: labelOf(e), URL: b.EntryURL(string(schema.Name), e.Key), Cells: make([]*newest, len(titles))}
		for i, d := range titles {
			x, ok := known[at{e.Key, i}]
			if !ok {
				continue
			}
			n := b.newest(d, schema, e, x, latest[x.ID], on)
			row.Cells[i] = &n
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// entries are those of the keys that the reader may see, in the order of entering.
func (b *seriesBase) entries(ctx context.Context, tx *db.Tx, schema *register.Schema, keys map[string]bool) (out []*register.Entry, err error) {
	if len(keys) <= 300 {
		for _, key := range sortedKeys(keys) {
			e, err := b.works.Registers.Get(ctx, tx, b.viewer(), schema.Name, key, register.AsOf{})
			if register.KindOf(err) == register.NotFound {
				continue // it is not for this reader
			}
			if err != nil {
				return nil, err
			}
			out = append(out, e)
		}
		return out, nil
	}
	for e, err := range b.works.Registers.Each(ctx, tx, b.viewer(), register.Query{Register: schema.Name, Size: register.MaxSize, Removed: true}) {
		if err != nil {
			return nil, err
		}
		if keys[e.Key] {
			out = append(out, e)
		}
	}
	return out, nil
}

func sortedKeys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func labelOf(e *register.Entry) string {
	if e.Label != "" {
		return e.Label
	}
	return e.Key
}

// seriesOf lists the places of one definition.
func (s *Server) seriesOf(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	inside := !strings.HasPrefix(r.URL.Path, "/open/")
	name, form := cutForm(r.PathValue("name"), "csv", "json")
	var (
		b      *seriesBase
		d      *observation.Definition
		schema *register.Schema
		rows   []newest
	)
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if b, err = s.beginSeries(ctx, tx, works, inside); err != nil {
			return err
		}
		var ok bool
		if d, schema, ok = b.shownDefinition(name); !ok {
			return notFound("没有这个监测项目，或者它不公开。")
		}
		list, err := b.newestOf(ctx, tx, schema, []*observation.Definition{d}, s.today())
		for _, row := range list {
			if row.Cells[0] != nil {
				n := *row.Cells[0]
				n.Label = row.Label
				rows = append(rows, n)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	switch form {
	case "csv":
		table := [][]string{{"编号", "点位", "最新值", "单位", "时间", "状态", "标志", "限值"}}
		for _, n := range rows {
			table = append(table, []string{n.Key, n.Label, n.Value, n.Unit, n.atText(), n.words(), n.Flag, n.Limit})
		}
		return writeCSV(w, schema.Title+" "+d.Title+".csv", table)
	case "json":
		return writeJSON(w, http.StatusOK, newestData(d, rows))
	}
	title := schema.Title + " " + d.Title
	p := s.seriesFrame(r, inside, title)
	p.Alternates = []Alternate{{"application/json", title, b.root() + "/series/" + name + ".json"}, {"text/csv", title, b.root() + "/series/" + name + ".csv"}}
	p.Canonical = s.BaseURL + b.root() + "/series/" + name
	p.Data = map[string]any{"D": d, "Schema": schema, "Rows": rows, "Inside": inside, "Here": b.root() + "/series", "Kind": kindWords[d.Kind], "Cite": b.Cite(d.Basis),
		"Silence": d.SilenceWords(), "Now": s.now(), "ListURL": b.root() + "/lists/" + string(schema.Name)}
	return s.render(w, http.StatusOK, "seriesof.html", p)
}

func (s *Server) seriesFrame(r *http.Request, inside bool, title string, more ...Link) *Page {
	if inside {
		return s.office(r, title, append(append([]Link{{Text: "监测", URL: "/series"}}, more...), Link{Text: title})...)
	}
	return s.page(r, title, append(append([]Link{home, {Text: "监测", URL: "/open/series"}}, more...), Link{Text: title})...)
}

// cutForm takes the suffix that names a form off a path's last part.
func cutForm(s string, forms ...string) (string, string) {
	for _, f := range forms {
		if base, ok := strings.CutSuffix(s, "."+f); ok && base != "" {
			return base, f
		}
	}
	return s, ""
}

// measuredStatus are the HTTP statuses of errors of readings and devices.
var (
	measuredStatus = map[observation.ErrorKind]int{observation.Bad: 400, observation.NotAllowed: 403, observation.NotFound: 404, observation.WrongState: 409, observation.TooLarge: 413}
	deviceStatus   = map[device.ErrorKind]int{device.Bad: 400, device.NotFound: 404, device.Conflict: 409}
)

// told gives errors of readings, devices and registers the sentence and status that pages show.
func told(err error) error {
	var oe *observation.Error
	if errors.As(err, &oe) {
		return &httpError{measuredStatus[oe.Kind], oe.Message, err}
	}
	var de *device.Error
	if errors.As(err, &de) {
		return &httpError{deviceStatus[de.Kind], de.Message, err}
	}
	if register.KindOf(err) == register.NotFound {
		return notFound(register.Message(err))
	}
	return err
}
