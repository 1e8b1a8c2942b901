package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/policy"
	"zhixing/quantity"
)

// indicatorRoutes are the numbers and classes for which a clause sets a target.
var indicatorRoutes = []route{
	{"GET /indicators", seeLedger, false, false, (*Server).indicators, "指标：值、目标、差距、趋势、预测、是否达标；?met= 只看一种；?policy= 只看一个政策包"},
	{"GET /indicators.csv", seeLedger, false, false, (*Server).indicators, "指标导出"},
	{"GET /indicators/{id}", seeLedger, false, false, (*Server).indicator, "一个指标：各条目的值、曲线和目标、怎样算出；?on= 看某天所在的期；?of= 看一个条目；后缀 .csv .json 导出"},
	{"GET /open/indicators", everybody, false, false, (*Server).indicators, "公开的指标"},
	{"GET /open/indicators.csv", everybody, false, false, (*Server).indicators, "公开的指标导出"},
	{"GET /open/indicators/{id}", everybody, false, false, (*Server).indicator, "一个公开的指标；后缀 .csv .json 导出"},
}

// periodWords is how often an indicator is computed.
var periodWords = map[calendar.Every]string{"": "当日情形", calendar.Day: "每日", calendar.Week: "每周", calendar.Month: "每月", calendar.Quarter: "每季度", calendar.HalfYear: "每半年", calendar.Year: "每年"}

// resultView is an indicator's value as pages show it.
type resultView struct {
	finding.Result
	Unit  string
	Label string
	Span  string // 2031年5月
	URL   string
}

// Value is the value with its unit; in words where it cannot be told.
func (v resultView) Value() string {
	if v.Lacks != "" || v.Number == nil {
		return v.Result.String()
	}
	return v.Result.String() + v.Unit
}

// MetWord says it in words always.
func (v resultView) MetWord() string {
	switch {
	case v.Met != finding.NoTarget:
		return string(v.Met)
	case v.Target == "":
		return "没有目标"
	}
	return "不能判定"
}

// TargetWords are the target as people write it: 不低于 90%.
func (v resultView) TargetWords() string {
	return v.Result.TargetWords(v.Unit)
}

func unitText(u quantity.Unit) string {
	if u == "1" || u == "" {
		return ""
	}
	return string(u)
}

// indicatorRow is an indicator in the list: its one value, or how many entries meet it.
type indicatorRow struct {
	*finding.Indicator
	Cite   cited
	URL    string
	Policy string
	Every  string
	One    *resultView
	Each   string         // register's title
	Met    map[string]int // by word; of no target: empty
	Bad    bool
	All    int
}

// Fits says whether the row is of those that are asked for.
func (r *indicatorRow) fits(met string) bool {
	switch met {
	case "":
		return true
	case "没有目标":
		return r.One != nil && r.One.Target == "" || r.One == nil && r.Met[""] == r.All && r.All > 0
	}
	return r.One != nil && r.One.MetWord() == met || r.Met[met] > 0
}

func (s *Server) indicators(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	inside := !strings.HasPrefix(r.URL.Path, "/open/")
	b := &seriesBase{Inside: inside, works: works}
	q := r.URL.Query()
	type group struct {
		Policy policy.Policy
		Rows   []*indicatorRow
	}
	var groups []*group
	total := map[string]int{}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if b.docs, err = s.addresses(ctx, tx, works); err != nil {
			return err
		}
		tally, err := works.Judge.Tallies(ctx, tx)
		if err != nil {
			return err
		}
		for _, pol := range works.Set.Policies {
			if q.Get("policy") != "" && q.Get("policy") != pol.ID {
				continue
			}
			g := &group{Policy: pol}
			for i := range works.Set.Indicators {
				ind := &works.Set.Indicators[i]
				if ind.Policy != pol.ID || !b.sees(ind) {
					continue
				}
				row, err := b.indicatorRow(ctx, tx, ind, tally.Kept[ind.ID], s.today())
				if err != nil {
					return err
				}
				for _, m := range []string{"达标", "未达标", "不能判定", "没有目标"} {
					if row.fits(m) {
						total[m]++
					}
				}
				if row.fits(q.Get("met")) {
					g.Rows = append(g.Rows, row)
				}
			}
			if len(g.Rows) > 0 {
				groups = append(groups, g)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if strings.HasSuffix(r.URL.Path, ".csv") {
		table := [][]string{{"指标", "依据", "算一次", "期", "值", "目标", "是否达标", "差距", "趋势", "年底预测", "达标数", "未达标数", "不能判定数"}}
		for _, g := range groups {
			for _, row := range g.Rows {
				line := []string{row.Title, row.Basis.String(), row.Every, "", "", "", "", "", "", "", "", "", ""}
				if o := row.One; o != nil {
					copy(line[3:], []string{o.Span, o.Value(), o.TargetWords(), o.MetWord(), o.Distance, o.Trend, o.Forecast})
				} else {
					copy(line[10:], []string{fmt.Sprint(row.Met["达标"]), fmt.Sprint(row.Met["未达标"]), fmt.Sprint(row.Met["不能判定"])})
				}
				table = append(table, line)
			}
		}
		return writeCSV(w, "指标 "+s.today().String()+".csv", table)
	}
	p := s.page(r, "指标", home, Link{Text: "指标"})
	if inside {
		p = s.office(r, "指标", Link{Text: "指标"})
	}
	here := b.root() + "/indicators"
	p.Canonical = s.BaseURL + here
	p.Data = map[string]any{"Groups": groups, "Inside": inside, "Here": here, "Met": q.Get("met"), "Total": total, "Mets": []string{"达标", "未达标", "不能判定", "没有目标"}, "Day": s.today(),
		"Asked": r.URL.RawQuery}
	return s.render(w, http.StatusOK, "indicators.html", p)
}

// sees says whether the reader may know of an indicator; one of entries that are not public is not public either.
func (b *seriesBase) sees(ind *finding.Indicator) bool {
	if b.Inside {
		return true
	}
	if !ind.Public {
		return false
	}
	if ind.Each == "" {
		return true
	}
	schema, ok := b.works.Registers.Schema(ind.Each)
	return ok && schema.Public
}

func (b *seriesBase) indicatorRow(ctx context.Context, tx *db.Tx, ind *finding.Indicator, kept map[finding.Met]int, today calendar.Date) (*indicatorRow, error) {
	row := &indicatorRow{Indicator: ind, Cite: b.Cite(ind.Basis), URL: b.root() + "/indicators/" + ind.ID, Every: periodWords[ind.Period], Met: map[string]int{}}
	if ind.Each != "" {
		if schema, ok := b.works.Registers.Schema(ind.Each); ok {
			row.Each = schema.Title
		}
		for met, n := range kept {
			row.Met[string(met)] += n
			row.All += n
		}
		row.Bad = kept[finding.NotMet] > 0
		return row, nil
	}
	var res finding.Result
	list, err := b.works.Judge.Kept(ctx, tx, ind.ID, "", 1)
	switch {
	case err != nil:
		return nil, err
	case len(list) > 0 && ind.Period != "":
		res = list[0]
	default:
		if res, err = b.works.Judge.Compute(ctx, tx, ind.ID, "", today); err != nil {
			return nil, err
		}
	}
	v := b.view(ind, res)
	row.One, row.Bad = &v, res.Met == finding.NotMet
	return row, nil
}

func (b *seriesBase) view(ind *finding.Indicator, res finding.Result) resultView {
	v := resultView{Result: res, Unit: unitText(ind.Unit), Label: cmp.Or(res.Label, res.Key, "全县"), Span: res.Period.Label(ind.Period)}
	v.Lacks = b.works.Judge.InWords(res.Lacks)
	if ind.Period == "" {
		v.Span = res.Period.To.String()
	}
	if !res.Over && ind.Period != "" {
		v.Span += "（至今）"
	}
	v.URL = b.root() + "/indicators/" + ind.ID
	if res.Key != "" {
		v.URL += "?" + url.Values{"of": {res.Key}}.Encode()
	}
	return v
}
