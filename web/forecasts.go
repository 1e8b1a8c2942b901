package web

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/forecast"
	"zhixing/forecast/nowcast"
	"zhixing/policy/works"
	"zhixing/register"
)

// forecastRoutes are gridded products. They are for officials: a forecast is published by the meteorological authority alone, and a grid that was taken
// in, or made here, is not published by being here.
var forecastRoutes = []route{
	{"GET /forecasts", seated, false, false, (*Server).forecasts, "网格预报：各产品最新一次、迟到和缺陷，收文件的情况"},
	{"GET /forecasts/{product}", seated, false, false, (*Server).forecastProduct, "一个网格产品：?run= 起报、?hour= 第几个时次、?of= 看哪本台账的地点；地图、乡镇、路段逐时值，来源，检验；后缀 .csv 导出，.geojson 取这一时次的网格"},
}

const (
	forecastFiles   = 10 // that the page of products names
	forecastRuns    = 30 // of a product
	forecastPlaces  = 300
	forecastSection = 5000 // metres of road that have a value of their own
	forecastScored  = 7 * 24 * time.Hour
)

// productRow is a product in the list.
type productRow struct {
	forecast.Status
	Max   string // of all its hours
	Wants []string
}

func (s *Server) forecasts(w http.ResponseWriter, r *http.Request) error {
	_, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	var rows []productRow
	var files []forecast.File
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		rows = nil
		list, err := works.Forecasts.Status(ctx, tx)
		if err != nil {
			return err
		}
		for _, x := range list {
			row := productRow{Status: x}
			if x.Run == nil {
				row.Wants = wantsOf(works.Forecasts, x.Product)
			} else {
				row.Max = highest(x.Product, x.Run)
			}
			rows = append(rows, row)
		}
		files, err = works.Forecasts.Files(ctx, tx, forecastFiles)
		return err
	})
	if err != nil {
		return err
	}
	p := s.office(r, "网格预报", Link{Text: "网格预报"})
	p.Data = map[string]any{"Rows": rows, "Files": files, "Method": methodOf, "Now": s.now()}
	return s.render(w, http.StatusOK, "forecasts.html", p)
}

// methodOf is how a product comes to be.
func methodOf(d *forecast.Definition) string {
	switch {
	case d.Extrapolate != "":
		return "本系统外推"
	case d.Gauges != "":
		return "本系统由站点插值"
	}
	return "收到的文件"
}

// wantsOf is what must be put where before a product is there.
func wantsOf(p *forecast.Products, d *forecast.Definition) []string {
	if d.Extrapolate != "" {
		of, _ := p.Definition(d.Extrapolate)
		return []string{"由“" + of.Title + "”外推，要有它最近连续两个以上时次。"}
	}
	if d.Gauges != "" {
		return []string{fmt.Sprintf("由监测项目“%s”插成，要有至少三个站上一个%s的读数，站在台账里有位置。", d.Gauges, spanWords(d.Step))}
	}
	out := []string{"把文件放进 zhixing serve --grids 指定的文件夹，几秒后收下；收了的移到 taken，收不了的移到 refused，旁边写明原因。"}
	if len(d.Pick.Files) > 0 {
		out = append(out, "文件名："+strings.Join(d.Pick.Files, "、"))
	}
	if d.Pick.GRIB != "" {
		says := "GRIB2：学科/类别/编号 " + d.Pick.GRIB
		if d.Pick.Level != "" {
			says += "，面 " + d.Pick.Level
		}
		out = append(out, says)
	}
	if d.Pick.NetCDF != "" {
		out = append(out, "NetCDF：变量 "+d.Pick.NetCDF)
	}
	return append(out, "CSV：第一行 product,"+d.Pick.CSV)
}

// highest is the greatest value of a run, with its unit.
func highest(d *forecast.Definition, r *forecast.Run) string {
	most, some := int32(math.MinInt32), false
	for _, f := range r.Fields {
		if f.Missing < r.Grid.Cells() {
			most, some = max(most, f.High), true
		}
	}
	if !some {
		return ""
	}
	return d.Decimal(most).String() + " " + string(d.Unit)
}

// forecastHour is a field of the run that is shown.
type forecastHour struct {
	N     int
	Says  string // 14时—15时
	Max   string
	Class string
	Where string // of the greatest value
	Now   bool   // shown
	URL   string
}

// forecastCell is what a run says of one place in one hour.
type forecastCell struct {
	Value, Class string // Value empty: nothing is said
	Hour         forecastHour
	Most         bool // the greatest of the row
}

// forecastRow is a place with its hours.
type forecastRow struct {
	Name, URL, Note string
	Cells           []forecastCell
	Whole, Class    string // total of the run, of what gathers; else the greatest
	Kind            string
	values          []forecast.AreaValue
}

// forecastGroup is rows of one kind.
type forecastGroup struct {
	Title, URL, Says string
	Rows             []forecastRow
	More             bool
	shapes           []*register.Geometry
}

// forecastScore is a lead with how good it was.
type forecastScore struct {
	Lead       string
	Fields     int
	Cast, Stay nowcast.Score
}

// ratio is a share in a table, as 0.73; a dash where nothing was counted.
func ratio(f float64) string {
	if math.IsNaN(f) {
		return "—"
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}

// asked is what the address of a product's page asks for.
type askedForecast struct {
	Run, Hour int
	Of        string
	Limit     int // line of the legend that counts, in scores
}

func (a askedForecast) URL(d *forecast.Definition, form string) string {
	q := url.Values{}
	for name, n := range map[string]int{"run": a.Run, "hour": a.Hour, "limit": a.Limit} {
		if n > 0 {
			q.Set(name, strconv.Itoa(n))
		}
	}
	if a.Of != "" {
		q.Set("of", a.Of)
	}
	u := url.URL{Path: "/forecasts/" + string(d.Name) + form, RawQuery: q.Encode()}
	return u.String()
}

func readForecast(q url.Values) (a askedForecast, err error) {
	a.Of = q.Get("of")
	for name, to := range map[string]*int{"run": &a.Run, "hour": &a.Hour, "limit": &a.Limit} {
		if v := q.Get(name); v != "" {
			if *to, err = strconv.Atoi(v); err != nil || *to < 1 {
				return a, badRequest("没有这一页：" + name + " 应是正整数。")
			}
		}
	}
	return a, nil
}

func (s *Server) forecastProduct(w http.ResponseWriter, r *http.Request) error {
	_, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	name, form, _ := strings.Cut(r.PathValue("product"), ".")
	p := works.Forecasts
	d, ok := p.Definition(forecast.Name(name))
	if !ok || !slices.Contains([]string{"", "csv", "geojson"}, form) {
		return notFound("没有这个网格产品。")
	}
	ask, err := readForecast(r.URL.Query())
	if err != nil {
		return err
	}
	v := forecastView{D: d, Ask: ask, Method: methodOf(d), Now: s.now(), works: works}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error { return v.load(ctx, tx, form == "") })
	switch {
	case forecast.KindOf(err) == forecast.NotFound:
		return notFound("没有这次起报，或已过保存期。")
	case err != nil:
		return err
	case form == "csv" && v.Run != nil:
		return writeCSV(w, d.Title+v.Run.At.In(calendar.Zone).Format("200601021504")+".csv", v.table())
	case form == "geojson" && v.Run != nil:
		b, err := d.GeoJSON(v.Run, v.Run.Fields[v.Ask.Hour-1])
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/geo+json; charset=utf-8")
		_, err = w.Write(b)
		return err
	case form != "":
		return notFound("这个产品还没有。")
	}
	page := s.office(r, d.Title, Link{Text: "网格预报", URL: "/forecasts"}, Link{Text: d.Title})
	page.Data = &v
	return s.render(w, http.StatusOK, "forecast.html", page)
}

// hours are the fields of the run.
func (v *forecastView) hours(p *forecast.Products) []forecastHour {
	out := make([]forecastHour, len(v.Run.Fields))
	for i, f := range v.Run.Fields {
		a := v.Ask
		a.Hour = i + 1
		out[i] = forecastHour{N: i + 1, Says: fieldSays(f, v.Run.At), Now: a.Hour == v.Ask.Hour, URL: a.URL(v.D, "") + "#map"}
		sum, ok := v.D.Over(f.Data, wholeGrid(v.Run.Grid), nil)
		if !ok {
			continue
		}
		out[i].Max, out[i].Class, out[i].Where = sum.Max.String(), v.class(v.D.ClassOf(sum.Max)), p.Where(sum.Where)
	}
	return out
}

// class is what the legend calls a class.
func (v *forecastView) class(k int) string {
	if k < 0 {
		return ""
	}
	return v.D.Legend[k].Title
}

// fieldSays is the period of a field, or its instant; the day where it is another than that of the run.
func fieldSays(f forecast.Field, run time.Time) string {
	end, start := f.End.In(calendar.Zone), f.Start.In(calendar.Zone)
	says := clockSays(end)
	if !f.Start.Equal(f.End) {
		says = clockSays(start) + "—" + says
		end = start
	}
	if calendar.DateOf(end) != calendar.DateOf(run) {
		says = fmt.Sprintf("%d日%s", end.Day(), says)
	}
	return says
}

func clockSays(t time.Time) string {
	if t.Minute() > 0 {
		return t.Format("15:04")
	}
	return strconv.Itoa(t.Hour()) + "时"
}

// score is how good the forecasts of the last days were.
func (v *forecastView) score(ctx context.Context, tx *db.Tx, p *forecast.Products) error {
	v.Truth = p.Measured(v.D)
	if v.Truth == nil || len(v.D.Legend) == 0 {
		return nil
	}
	v.Ask.Limit = min(max(v.Ask.Limit, 1), len(v.D.Legend))
	list, err := p.Verify(ctx, tx, v.D.Name, v.D.Legend[v.Ask.Limit-1].From, v.Now.Add(-forecastScored), v.Now)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.Fields > 0 {
			v.Scores = append(v.Scores, forecastScore{spanWords(x.Lead), x.Fields, x.Cast, x.Stay})
		}
	}
	for i, c := range v.D.Legend {
		a := v.Ask
		a.Limit = i + 1
		v.Limits = append(v.Limits, Link{Text: c.Title + "（≥" + c.From.String() + " " + string(v.D.Unit) + "）", URL: a.URL(v.D, "") + "#score", Current: a.Limit == v.Ask.Limit})
	}
	return nil
}

// RMSE is a mean error in the product's unit.
func (v *forecastView) RMSE(x nowcast.Score) string {
	return ratio(x.RMSE() / math.Pow10(v.D.Places))
}

// Ratio shows a share.
func (v *forecastView) Ratio(f float64) string { return ratio(f) }

// listsOf are the registers with places that the reader can choose: of the policies that order warnings.
func listsOf(w *works.Works) (lines, others []*register.Schema) {
	warns := map[string]bool{}
	for _, h := range w.Set.Hazards {
		warns[h.Policy] = true
	}
	for _, x := range w.Registers.Schemas {
		i := slices.IndexFunc(x.Fields, func(f register.Field) bool { return f.Geo() })
		switch {
		case i < 0 || !warns[x.Policy]:
		case x.Fields[i].Type == register.Line:
			lines = append(lines, x)
		default:
			others = append(others, x)
		}
	}
	byTitle := func(a, b *register.Schema) int { return cmp.Compare(a.Title, b.Title) }
	slices.SortStableFunc(lines, byTitle)
	slices.SortStableFunc(others, byTitle)
	return lines, others
}
