package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
)

// ledgerUnitRoutes is the ledger unit by unit, and the leaders' screen.
var ledgerUnitRoutes = []route{
	{"GET /ledger/units", seeLedger, false, false, (*Server).ledgerUnits, "各单位任务：按灯和状态计数；?sort= 排序"},
	{"GET /ledger/units.csv", exportLedger, false, false, (*Server).ledgerUnits, "各单位任务导出 CSV"},
	{"GET /ledger/units/{name}", seeLedger, false, false, (*Server).ledgerUnit, "一个单位：在任人员、任务、近期时限、收到的文书"},
	{"GET /screen", seeLedger, false, false, (*Server).screen, "一屏总览（只看全县的人）；?month=2023-11 看某月"},
}

// unitColumn is a figure of the table of units.
type unitColumn struct {
	Name, Text string
	of         func(*ledger.UnitCount) int
}

// unitColumns are the figures that the table can be sorted by, the greatest first.
var unitColumns = []unitColumn{
	{"lead", "牵头", func(u *ledger.UnitCount) int { return u.Lead.Total }},
	{"running", "在办", func(u *ledger.UnitCount) int { return u.Lead.States[ledger.Issued] + u.Lead.States[ledger.Working] }},
	{"normal", "正常", func(u *ledger.UnitCount) int { return u.Lead.Lights[ledger.Normal] }},
	{"near", "临期", func(u *ledger.UnitCount) int { return u.Lead.Lights[ledger.Near] }},
	{"lagging", "滞后", func(u *ledger.UnitCount) int { return u.Lead.Lights[ledger.Lagging] }},
	{"overdue", "逾期", func(u *ledger.UnitCount) int { return u.Lead.Lights[ledger.Overdue] }},
	{"unsigned", "待签收", func(u *ledger.UnitCount) int { return u.Lead.States[ledger.Issued] }},
	{"claimed", "待复核", func(u *ledger.UnitCount) int { return u.Lead.States[ledger.Claimed] }},
	{"checked", "待销号", func(u *ledger.UnitCount) int { return u.Lead.States[ledger.Checked] }},
	{"closed", "已销号", func(u *ledger.UnitCount) int { return u.Lead.States[ledger.Closed] }},
	{"support", "配合", func(u *ledger.UnitCount) int { return u.Support.Total }},
}

// unitRow is one unit with its figures in the order of unitColumns, each with the rows behind it.
type unitRow struct {
	Unit, URL string
	Cells     []unitCell
}

type unitCell struct {
	Name, Text, URL string
	N               int
}

// figureURL is the ledger's address for the rows behind a figure of a unit.
func figureURL(unit, column string) string {
	q := url.Values{"unit": {unit}, "role": {"lead"}}
	switch column {
	case "lead":
	case "support":
		q.Set("role", "support")
	case "running":
		q.Set("waits", "running")
	case "unsigned":
		q.Set("state", string(ledger.Issued))
	case "claimed", "checked", "closed":
		q.Set("state", column)
	default:
		q.Set("light", column)
	}
	return "/ledger?" + q.Encode()
}

func ledgerUnitURL(name string) string { return "/ledger/units/" + url.PathEscape(name) }

// ledgerUnits is every unit that has duties, in the order of the county's folder or by a column.
func (s *Server) ledgerUnits(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	sort := r.URL.Query().Get("sort")
	column := slices.IndexFunc(unitColumns, func(c unitColumn) bool { return c.Name == sort })
	if sort != "" && column < 0 {
		return badRequest("不能按这一列排序。")
	}
	var counts map[string]*ledger.UnitCount
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		counts, err = s.Ledger.UnitCounts(ctx, tx, by, s.today())
		return err
	})
	if err != nil {
		return err
	}
	rows := s.unitRows(counts)
	if column >= 0 {
		slices.SortStableFunc(rows, func(a, b unitRow) int { return cmp.Compare(b.Cells[column].N, a.Cells[column].N) })
	}
	if strings.HasSuffix(r.URL.Path, ".csv") {
		return writeCSV(w, "各单位任务"+s.today().String()+".csv", unitTable(rows))
	}
	p := s.office(r, "各单位任务", Link{Text: "任务台账", URL: "/ledger"}, Link{Text: "各单位任务"})
	export := ""
	if sort != "" {
		export = "?sort=" + sort
	}
	p.Data = map[string]any{"Rows": rows, "Columns": unitColumns, "Sort": sort, "Today": s.today(), "May": s.may(by), "Export": export, "Cited": s.lightRules()}
	return s.render(w, http.StatusOK, "ledger_units.html", p)
}

// unitRows are the units with duties, in the order of the county's folder; those it does not know come last, by name.
func (s *Server) unitRows(counts map[string]*ledger.UnitCount) []unitRow {
	place := map[string]int{}
	for i, u := range s.County.Directory.Units() {
		place[u.Name] = i + 1
	}
	var out []unitRow
	for name, c := range counts {
		row := unitRow{Unit: name, URL: ledgerUnitURL(name)}
		for _, col := range unitColumns {
			row.Cells = append(row.Cells, unitCell{col.Name, col.Text, figureURL(name, col.Name), col.of(c)})
		}
		out = append(out, row)
	}
	last := len(place) + 1
	slices.SortFunc(out, func(a, b unitRow) int {
		return cmp.Or(cmp.Compare(cmp.Or(place[a.Unit], last), cmp.Or(place[b.Unit], last)), strings.Compare(a.Unit, b.Unit))
	})
	return out
}

// lightRules are the rules by which the lights that call for something are lit.
func (s *Server) lightRules() []ledger.Rule {
	lights := s.Ledger.Rules.Lights
	return []ledger.Rule{lights[ledger.Near], lights[ledger.Lagging], lights[ledger.Overdue]}
}

func unitTable(rows []unitRow) [][]string {
	head := []string{"序号", "单位"}
	for _, c := range unitColumns {
		head = append(head, c.Text)
	}
	out := [][]string{head}
	for i, r := range rows {
		line := []string{strconv.Itoa(i + 1), r.Unit}
		for _, c := range r.Cells {
			line = append(line, strconv.Itoa(c.N))
		}
		out = append(out, line)
	}
	return out
}

// unitView is all that the page of a unit shows.
type unitView struct {
	Unit     string
	Holders  []personnel.Holder
	Figures  []unitCell
	Lead     []ledger.Row // running, worst first
	LeadAll  int
	Support  []ledger.Row
	SupAll   int
	Coming   []ledger.Row // that end within thirty days
	Letters  []ledger.Paper
	MoreURL  string // of what it leads
	SupURL   string
	ScoreURL string
	Own      bool // one of the person's own units
}

// unitList is how many rows each list of a unit's page has; the ledger shows the rest.
const unitList = 20

// ledgerUnit is one unit with what it has to do, for those who may see that.
func (s *Server) ledgerUnit(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	name := s.canonicalUnit(r.PathValue("name"))
	if !by.SeesUnit(name) {
		return forbidden("您只能查看本单位的任务。")
	}
	if name != r.PathValue("name") {
		return &redirectError{ledgerUnitURL(name)}
	}
	on := s.today()
	v := unitView{Unit: name, MoreURL: figureURL(name, "running"), ScoreURL: "/scores?unit=" + url.QueryEscape(name), Own: slices.Contains(by.Units(ledger.ActSee), name)}
	v.SupURL = "/ledger?" + url.Values{"unit": {name}, "role": {"support"}, "waits": {"running"}}.Encode()
	var counts map[string]*ledger.UnitCount
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if v.Holders, err = personnel.HoldersOf(ctx, tx, s.County.Book, s.countyCode, name, on); err != nil {
			return err
		}
		for _, l := range []struct {
			rows  *[]ledger.Row
			total *int
			q     ledger.Query
		}{
			{&v.Lead, &v.LeadAll, ledger.Query{Role: ledger.Lead, Running: true, Sort: ledger.ByLight}},
			{&v.Support, &v.SupAll, ledger.Query{Role: ledger.Support, Running: true, Sort: ledger.ByLight}},
			{&v.Coming, new(int), ledger.Query{Running: true, From: on, To: on.AddDays(30), Sort: ledger.ByDue}},
		} {
			l.q.Unit, l.q.Page, l.q.Size = name, 1, unitList
			p, err := s.Ledger.List(ctx, tx, by, l.q, on)
			if err != nil {
				return err
			}
			*l.rows, *l.total = p.Rows, p.Total
		}
		docket, err := s.Ledger.LettersOf(ctx, tx, by, ledger.LetterQuery{Unit: name, Page: 1, Size: unitList})
		if err != nil {
			return err
		}
		v.Letters = docket.Papers
		counts, err = s.Ledger.UnitCounts(ctx, tx, by, on)
		return err
	})
	if err != nil {
		return err
	}
	if _, known := s.County.Directory.Resolve(name); !known && counts[name] == nil && len(v.Holders) == 0 {
		return notFound("没有这个单位。到“各单位任务”里查找。")
	}
	if counts[name] != nil {
		v.Figures = s.unitRows(map[string]*ledger.UnitCount{name: counts[name]})[0].Cells
	}
	p := s.office(r, name, Link{Text: "任务台账", URL: "/ledger"}, Link{Text: "各单位任务", URL: "/ledger/units"}, Link{Text: name})
	p.Data = map[string]any{"V": v, "Today": on, "Cited": s.lightRules()}
	return s.render(w, http.StatusOK, "ledger_unit.html", p)
}
