package web

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/publication"
)

// outcomeRoutes is what became of what was published: public, and read only from what is public of the ledger.
var outcomeRoutes = []route{
	{"GET /outcomes", everybody, true, false, (*Server).outcomes, "落实情况：下达任务的公文，各有几项、办成几项"},
	{"GET /outcomes/{key...}", everybody, true, false, (*Server).outcome, "一件公文的落实情况：逐条任务的状态、时限、进度、结果；后缀 .json .csv"},
	{"GET /api/v1/outcomes/{key...}", everybody, true, false, (*Server).outcome, "一件公文的落实情况数据"},
}

// tellsOfLedger reports whether a cached page also tells what became of duties. Such a page is kept for one state of the
// ledger and for one day, for a duty falls overdue by itself.
func tellsOfLedger(rt route, r *http.Request) bool {
	switch rt.pattern {
	case "GET /documents/{key...}": // its downloads and files do not
		ext := strings.TrimPrefix(path.Ext(r.URL.Path), ".")
		return formats[ext] == "" && ext != "xml" && ext != "proof" && !strings.Contains(r.URL.Path, "/files/")
	case "GET /outcomes", "GET /outcomes/{key...}", "GET /api/v1/outcomes/{key...}":
		return true
	}
	return false
}

// outcomes lists the documents of which duties were issued.
func (s *Server) outcomes(w http.ResponseWriter, r *http.Request) error {
	var list []ledger.DocumentOutcome
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = ledger.OutcomeList(ctx, tx, s.countyCode, s.today())
		return err
	})
	if err != nil {
		return err
	}
	p := s.page(r, "落实情况", home, Link{Text: "落实情况"})
	p.Canonical = s.BaseURL + "/outcomes"
	rows := make([]documentRow, len(list))
	for i, d := range list {
		rows[i] = documentRow{d, d.Duties - d.Done - d.Running}
	}
	p.Data = map[string]any{"List": rows, "On": s.today()}
	return s.render(w, http.StatusOK, "outcomes.html", p)
}

// documentRow is a document with how many of its duties are neither done nor running, so that a reader's sum comes out.
type documentRow struct {
	ledger.DocumentOutcome
	Rest int
}

func outcomeURL(k publication.Key) string {
	return (&url.URL{Path: "/outcomes/" + string(k)}).EscapedPath()
}

// outcome is what became of one document, as page, data or table.
func (s *Server) outcome(w http.ResponseWriter, r *http.Request) error {
	api := strings.HasPrefix(r.URL.Path, "/api/")
	if api {
		if err := onlyKnown(r); err != nil {
			return err
		}
	}
	name, form := r.PathValue("key"), ""
	if ext := path.Ext(name); !api && (ext == ".json" || ext == ".csv") {
		name, form = strings.TrimSuffix(name, ext), ext
	}
	key, ok := publication.ParseKey(name)
	if !ok {
		return notFound("没有这件公文。文号写作 甲政发/2023/1 这样的形式。")
	}
	if string(key) != name && form == "" && !api {
		return &redirectError{outcomeURL(key) + query(r)}
	}
	var d publication.Document
	var list []ledger.Outcome
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if d, err = publication.DocumentOn(ctx, tx, s.countyCode, key, calendar.Date{}); err != nil || d.Withdrawn {
			return err
		}
		list, err = ledger.Outcomes(ctx, tx, s.countyCode, string(key), s.today())
		return err
	})
	switch {
	case err != nil:
		return err
	case d.Withdrawn:
		return &httpError{status: http.StatusGone, message: "本件已撤回，不再提供落实情况。"}
	case api || form == ".json":
		return writeJSON(w, http.StatusOK, map[string]any{"document": key, "no": d.No, "title": d.Title, "on": s.today(), "items": orEmpty(list)})
	case form == ".csv":
		return writeCSV(w, path.Base(string(key))+"落实情况.csv", outcomeTable(d, list))
	}
	p := s.page(r, crumbOf(d.Head)+" 落实情况", home, Link{Text: "落实情况", URL: "/outcomes"}, Link{Text: crumbOf(d.Head)})
	p.Canonical = s.BaseURL + outcomeURL(key)
	p.Description = d.Title + "的落实情况"
	p.Alternates = []Alternate{{"application/json", "落实情况数据", outcomeURL(key) + ".json"}, {"text/csv", "落实情况表", outcomeURL(key) + ".csv"}}
	tree := outcomeTree(list)
	p.Data = map[string]any{"Doc": d, "Tree": tree, "On": s.today(), "URL": outcomeURL(key), "Sum": outcomeSum(tree)}
	return s.render(w, http.StatusOK, "outcome.html", p)
}

// outcomeView is one duty with the lines that were split off it.
type outcomeView struct {
	ledger.Outcome
	Lines []ledger.Outcome
}

// Done is how many lines are closed.
func (v outcomeView) Done() int {
	n := 0
	for _, l := range v.Lines {
		if l.State == ledger.Closed {
			n++
		}
	}
	return n
}

// outcomeTree puts lines under the duty that they were split off; one whose duty is not there stands by itself.
func outcomeTree(list []ledger.Outcome) []outcomeView {
	var out []outcomeView
	at := map[ledger.ID]int{}
	for _, o := range list {
		if i, ok := at[o.Parent]; ok && o.Parent != 0 {
			out[i].Lines = append(out[i].Lines, o)
			continue
		}
		at[o.ID] = len(out)
		out = append(out, outcomeView{Outcome: o})
	}
	return out
}

// outcomeSum counts the duties of a document, their lines apart.
func outcomeSum(tree []outcomeView) map[string]int {
	sum := map[string]int{"all": len(tree)}
	for _, v := range tree {
		switch {
		case v.State == ledger.Closed:
			sum["done"]++
		case v.Overdue:
			sum["overdue"]++
			sum["running"]++
		case v.State.Running():
			sum["running"]++
		case v.State == ledger.Claimed, v.State == ledger.Checked:
			sum["claimed"]++
		default:
			sum["stopped"]++ // suspended or cancelled
		}
	}
	return sum
}

// outcomeTable is what became of a document as a table.
func outcomeTable(d publication.Document, list []ledger.Outcome) [][]string {
	rows := [][]string{{"序号", "编号", "文号", "条款", "任务", "牵头单位", "配合单位", "时限", "时限原文", "状态", "是否逾期", "进度%", "延期次数", "交办日期", "办结日期", "办理结果", "最近变动", "分解自"}}
	for i, o := range list {
		late, parent := "否", ""
		if o.Overdue {
			late = "是"
		}
		if o.Parent != 0 {
			parent = o.Parent.Number()
		}
		rows = append(rows, []string{strconv.Itoa(i + 1), o.ID.Number(), d.No, o.Clause, o.Title, o.Lead, o.Support, o.Due.String(), o.DueRaw, o.StateName, late,
			strconv.Itoa(o.Progress), strconv.Itoa(o.Extended), o.IssuedOn.String(), o.ClosedOn.String(), o.Result, o.ChangedOn.String(), parent})
	}
	return rows
}

// became is what a duty's card says of it, with the address of the whole.
type became struct{ Words, URL string }

// tellOutcomes says on each duty of a document what became of it, and whether anything is known at all. A duty and its
// outcome are known by clause and number; where a correction has moved the numbers, by a clause that orders one duty.
func (s *Server) tellOutcomes(r *http.Request, key publication.Key, duties []dutyView) (bool, error) {
	var list []ledger.Outcome
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = ledger.Outcomes(ctx, tx, s.countyCode, string(key), s.today())
		return err
	})
	byClause := map[string][]ledger.Outcome{}
	for _, o := range list {
		if o.Parent == 0 {
			byClause[o.Clause] = append(byClause[o.Clause], o)
		}
	}
	cards := map[string]int{}
	for _, d := range duties {
		cards[d.Path]++
	}
	for i, d := range duties {
		here := byClause[d.Path]
		for _, o := range here {
			if o.N == d.N || len(here) == 1 && cards[d.Path] == 1 {
				duties[i].Became = &became{outcomeWords(o), outcomeURL(key) + "#d" + o.ID.Number()}
			}
		}
	}
	return len(byClause) > 0, err
}

// outcomeWords is where a duty stands, in one line.
func outcomeWords(o ledger.Outcome) string {
	switch {
	case o.State == ledger.Closed && !o.ClosedOn.IsZero():
		return o.StateName + "，" + o.ClosedOn.String()
	case o.Overdue:
		return o.StateName + "，时限" + o.Due.String() + "，已逾期"
	case o.State.Running() && !o.Due.IsZero():
		return o.StateName + "，时限" + o.Due.String()
	}
	return o.StateName
}
