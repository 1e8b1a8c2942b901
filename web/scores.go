package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/score"
)

// scoreRoutes is how units are marked. Everybody with a seat sees the county's table; what a unit was marked down for,
// only those who may see its duties.
var scoreRoutes = []route{
	{"GET /scores", seeLedger, false, false, (*Server).scores, "考核：各单位得分；?period=2023、2023-Q4、2023-10 或 ?from= ?to=；已定稿的看定稿，?now=1 按现在的台账计算"},
	{"GET /scores.csv", exportLedger, false, false, (*Server).scores, "考核汇总导出 CSV，同样的参数，?kept= 导出某次定稿"},
	{"GET /scores.json", exportLedger, false, false, (*Server).scores, "考核数据，同样的参数；扣分明细只含可以查看的单位"},
	{"GET /scores.xlsx", exportLedger, false, false, (*Server).scores, "考核汇总、扣分明细、计分办法导出 XLSX，同样的参数"},
	{"GET /scores/details.csv", exportLedger, false, false, (*Server).scoreDetails, "扣分明细导出 CSV，同样的参数；?unit= 只要一个单位"},
	{"GET /scores/frozen/{id}", seeLedger, false, false, (*Server).scores, "定稿的考核结果"},
	{"GET /scores/units/{name}", seeLedger, false, false, (*Server).scoreUnit, "一个单位的得分：逐条扣分、事实、依据、申诉；同样的参数"},
	{"GET /scores/keep", decideScores, false, false, (*Server).keepPage, "定稿前核对考核结果"},
	{"POST /scores/keep", decideScores, false, false, (*Server).keep, "考核结果定稿"},
	{"GET /scores/appeals", seeLedger, false, false, (*Server).appeals, "申诉：待裁定的在前"},
	{"GET /scores/appeals.csv", exportLedger, false, false, (*Server).appeals, "申诉导出 CSV"},
	{"GET /scores/appeals/{id}", seeLedger, false, false, (*Server).appealPage, "一份申诉和裁定"},
	{"POST /scores/appeals", appealScores, false, false, (*Server).makeAppeal, "对一项扣分申诉"},
	{"POST /scores/appeals/{id}", decideScores, false, false, (*Server).decideAppeal, "裁定申诉"},
}

// maxFrozen is how many kept tables are looked through: some hundred years of months, quarters and years.
const maxFrozen = 2000

// marks is a table of marks as pages show it: computed now, or as it was kept.
type marks struct {
	score.Table
	Kept    *score.Freezing // this table is the kept one; nil: it was computed now
	Stands  *score.Freezing // the newest kept table of the period; nil: none was kept
	Changes []markChange    // between what was kept and what would be computed now
	Same    bool            // to the letter
}

// markChange is a unit that would be marked otherwise now than in the kept table.
type markChange struct{ Unit, Was, Now string }

// marksFor gives the table that the address asks for: ?kept= one by its number; else what was kept for the period, as
// it was announced; else, and with ?now=1, what the ledger gives now.
func (s *Server) marksFor(ctx context.Context, tx *db.Tx, kept int64, p score.Period, now bool) (marks, error) {
	var m marks
	list, err := score.Freezings(ctx, tx, s.countyCode, maxFrozen)
	if err != nil {
		return m, err
	}
	if i := slices.IndexFunc(list, func(f score.Freezing) bool { return f.ID == kept }); i >= 0 {
		p = list[i].Period
	} else if kept != 0 {
		return m, notFound("没有这份定稿。")
	}
	if i := slices.IndexFunc(list, func(f score.Freezing) bool { return f.Period == p }); i >= 0 {
		m.Stands = &list[i]
		if kept == 0 {
			kept = m.Stands.ID
		}
	}
	live, err := score.Of(ctx, tx, s.Ledger, s.County.Scores, p, s.today())
	if err != nil || kept == 0 {
		m.Table = live
		return m, err
	}
	f, was, err := score.Frozen(ctx, tx, s.countyCode, kept)
	if err != nil {
		return m, err
	}
	m.Changes, m.Same = changes(was, live), f.SHA256 == sumOf(live)
	if m.Table = live; !now {
		m.Table, m.Kept = was, &f
	}
	return m, nil
}

// sumOf is the hash under which score.Freeze would keep the table.
func sumOf(t score.Table) string {
	b, err := json.Marshal(t)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func changes(was, now score.Table) []markChange {
	var out []markChange
	for _, u := range was.Units {
		if n, ok := now.Line(u.Unit); !ok {
			out = append(out, markChange{u.Unit, u.Points.String(), "无"})
		} else if n.Points != u.Points {
			out = append(out, markChange{u.Unit, u.Points.String(), n.Points.String()})
		}
	}
	for _, n := range now.Units {
		if _, ok := was.Line(n.Unit); !ok {
			out = append(out, markChange{n.Unit, "无", n.Points.String()})
		}
	}
	return out
}

// Ask is the end of the address that leads to this table again, with its question mark.
func (m marks) Ask() string { return "?" + m.ask() }

func (m marks) ask() string {
	if m.Kept != nil {
		return "kept=" + strconv.FormatInt(m.Kept.ID, 10)
	}
	if m.Stands != nil {
		return periodAsk(m.Period) + "&now=1"
	}
	return periodAsk(m.Period)
}

// Name is the period as pages call it.
func (m marks) Name() string { return periodName(m.Period) }

// AsNow is the address of what would be computed now.
func (m marks) AsNow() string { return "/scores?" + periodAsk(m.Period) + "&now=1" }

// Waiting is how many deductions of the table are appealed against and not yet decided on.
func (m marks) Waiting() int {
	n := 0
	for _, u := range m.Units {
		for _, h := range u.Hits {
			if h.Appeal != nil && h.Appeal.State() == score.Pending {
				n++
			}
		}
	}
	return n
}

// Until says up to which day the table looks.
func (m marks) Until() string {
	if m.Over {
		return m.Name() + "，截至" + m.AsOf.Chinese()
	}
	return "截至" + m.AsOf.Chinese() + "（考核期未满，至" + m.Period.To.Chinese() + "）"
}

// askedMarks reads the table that a request asks for.
func (s *Server) askedMarks(r *http.Request) (marks, map[string]string, error) {
	var m marks
	var names map[string]string
	if s.County.Scores == nil {
		return m, nil, notFound("本县的督办规则没有写明怎样计分，不能考核。")
	}
	q := r.URL.Query()
	kept, id := int64(0), cmp.Or(r.PathValue("id"), q.Get("kept"))
	if id != "" {
		var err error
		if kept, err = strconv.ParseInt(id, 10, 64); err != nil || kept < 1 {
			return m, nil, notFound("没有这份定稿。")
		}
	}
	p, err := askedPeriod(q, s.today())
	if err != nil && kept == 0 {
		return m, nil, err
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if m, err = s.marksFor(ctx, tx, kept, p, q.Get("now") == "1"); err != nil {
			return err
		}
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	return m, names, err
}

// scores is the county's table as page, table or data.
func (s *Server) scores(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	if unit := strings.TrimSpace(r.URL.Query().Get("unit")); unit != "" && r.URL.Path == "/scores" {
		q := r.URL.Query()
		q.Del("unit")
		return &redirectError{strings.TrimSuffix("/scores/units/"+url.PathEscape(unit)+"?"+q.Encode(), "?")}
	}
	m, names, err := s.askedMarks(r)
	switch form := strings.TrimPrefix(r.URL.Path, "/scores"); {
	case form == ".csv" && err == nil:
		return writeCSV(w, "考核汇总 "+m.fileName()+".csv", m.Summary())
	case form == ".xlsx" && err == nil:
		return s.scoreBook(w, m, by)
	case form == ".json" && err == nil:
		return writeJSON(w, http.StatusOK, map[string]any{"on": s.today(), "table": seenTable(m.Table, by)})
	case strings.HasPrefix(form, "."):
		return err
	}
	if le := wrongPeriod(err); le != nil {
		p := s.office(r, "考核", Link{Text: "考核"})
		p.Data = map[string]any{"M": nil, "Periods": periodsAround(s.today(), score.Period{}), "Wrong": le, "Typed": r.URL.Query(), "Today": s.today()}
		return s.render(w, http.StatusBadRequest, "scores.html", p)
	}
	if err != nil {
		return err
	}
	return s.scoresPage(w, r, by, m, names)
}

func (s *Server) scoresPage(w http.ResponseWriter, r *http.Request, by ledger.Actor, m marks, names map[string]string) error {
	var kept []score.Freezing
	var waiting []score.Appeal
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if kept, err = score.Freezings(ctx, tx, s.countyCode, 50); err != nil {
			return err
		}
		waiting, err = score.Appeals(ctx, tx, s.Ledger, by, true, maxAppeals)
		return err
	})
	if err != nil {
		return err
	}
	typed := r.URL.Query()
	if typed.Get("from") == "" {
		typed = url.Values{"from": {m.Period.From.String()}, "to": {m.Period.To.String()}}
	}
	p := s.office(r, "考核", Link{Text: "考核", URL: "/scores"}, Link{Text: m.Name()})
	p.Data = map[string]any{"M": m, "Columns": columnsOf(m.Rules), "Groups": s.scoreGroups(m, by), "Periods": periodsAround(s.today(), m.Period), "Typed": typed,
		"Frozen": keptRows(kept, names), "Names": names, "Waiting": len(waiting), "May": s.may(by), "Today": s.today()}
	return s.render(w, http.StatusOK, "scores.html", p)
}

// seenTable is the table without the deductions of units whose duties the person may not see.
func seenTable(t score.Table, by ledger.Actor) score.Table {
	t.Units = slices.Clone(t.Units)
	for i := range t.Units {
		if !by.SeesUnit(t.Units[i].Unit) {
			t.Units[i].Hits = nil
		}
	}
	return t
}

// scoreDetails is every deduction that the person may see, of all units or of one.
func (s *Server) scoreDetails(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	unit := strings.TrimSpace(r.URL.Query().Get("unit"))
	if unit != "" {
		if unit = s.canonicalUnit(unit); !by.SeesUnit(unit) {
			return forbidden("您只能查看本单位的扣分明细。")
		}
	}
	m, _, err := s.askedMarks(r)
	if err != nil {
		return err
	}
	t := m.SeenBy(by)
	name := "扣分明细 " + m.fileName() + ".csv"
	if unit != "" {
		t.Units = slices.DeleteFunc(t.Units, func(u score.Unit) bool { return u.Unit != unit })
		name = unit + name
	}
	return writeCSV(w, name, t.Details())
}

// fileName is the period and whether it was kept, for the name of a file.
func (m marks) fileName() string {
	name := cmp.Or(periodWord(m.Period), m.Period.From.String()+"至"+m.Period.To.String())
	switch {
	case m.Kept != nil:
		return name + " 定稿"
	case !m.Over:
		return name + " 截至" + m.AsOf.String()
	}
	return name
}

// writeXLSX sends a workbook.
func writeXLSX(w http.ResponseWriter, name string, b *bytes.Buffer) error {
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	_, err := w.Write(b.Bytes())
	return err
}
