package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
)

// ledgerRoutes is the officials' side: what waits, the ledger, one duty and all that is done to it.
var ledgerRoutes = slicesConcat([]route{
	{"GET /work", seated, false, false, (*Server).work, "待办：今天要办的事"},
	{"GET /ledger", seeLedger, false, false, (*Server).ledgerPage, "任务台账：查询、保存的查询；?on= 看某天的情形"},
	{"GET /ledger.csv", exportLedger, false, false, (*Server).ledgerPage, "台账导出 CSV，同样的参数"},
	{"GET /ledger.json", exportLedger, false, false, (*Server).ledgerPage, "台账数据"},
	{"GET /ledger/{id}", seeLedger, false, false, (*Server).duty, "一项任务的全过程；?on= 看某天的情形"},
	{"GET /ledger/{id}/files/{sha}", seeLedger, false, false, (*Server).evidence, "证明材料"},
	{"GET /rules", seated, false, false, (*Server).rulesPage, "督办规则：灯、时限、阶梯、计分各依据哪一条"},
}, dutyActRoutes())

// ledgerPageRows is how many duties stand on one page.
const ledgerPageRows = 50

// ledgerQuery reads the question of a ledger address, its unit by any of the unit's names. Unknown words are refused in words, not
// passed over.
func (s *Server) ledgerQuery(q url.Values) (ledger.Query, error) {
	out := ledger.Query{
		Text: strings.TrimSpace(q.Get("q")), State: ledger.State(q.Get("state")), Light: ledger.Light(q.Get("light")), Unit: strings.TrimSpace(q.Get("unit")),
		Role: ledger.Role(q.Get("role")), Doc: strings.TrimSpace(q.Get("doc")), Lines: ledger.Lines(q.Get("lines")), Sort: ledger.Sort(q.Get("sort")),
		Running: q.Get("waits") == "running", Asked: q.Get("waits") == "asked", Flagged: q.Get("waits") == "flagged", Back: q.Get("waits") == "back",
		Page: 1, Size: ledgerPageRows,
	}
	for _, d := range []struct {
		to   *calendar.Date
		name string
	}{{&out.From, "from"}, {&out.To, "to"}} {
		if err := d.to.UnmarshalText([]byte(q.Get(d.name))); err != nil {
			return out, badRequest("时限的日期写作 2023-10-31 的样子。")
		}
	}
	if p := q.Get("page"); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 {
			return out, badRequest("没有这一页。")
		}
		out.Page = n
	}
	if b := q.Get("batch"); b != "" {
		n, err := strconv.ParseInt(b, 10, 64)
		if err != nil {
			return out, badRequest("没有这次导入。")
		}
		out.Batch = n
	}
	out.Unit = s.canonicalUnit(out.Unit)
	return out, nil
}

// ledgerPage is the ledger as page, table or data.
func (s *Server) ledgerPage(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	q, err := s.ledgerQuery(r.URL.Query())
	if err != nil {
		return err
	}
	if form := strings.TrimPrefix(r.URL.Path, "/ledger"); form != "" {
		return s.exportLedger(w, r, by, q, form)
	}
	day, past, err := s.onDay(r)
	if err != nil {
		return err
	}
	var page ledger.Page
	var counts ledger.Counts
	var views []ledger.View
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if page, counts, err = s.ledgerOn(ctx, tx, by, q, day, past); err != nil {
			return err
		}
		views, err = s.Ledger.Views(ctx, tx, by)
		return err
	})
	if err != nil {
		return err
	}
	p := s.office(r, "任务台账", Link{Text: "任务台账"})
	asked := r.URL.Query()
	asked.Del("page")
	asked.Del("done")
	p.Data = map[string]any{
		"Rows": page.Rows, "Total": page.Total, "Q": q, "Counts": counts, "States": ledger.States, "Lights": ledger.Lights, "Views": views,
		"First": (q.Page-1)*q.Size + 1, "Pages": pages(page.Total, q.Size), "Pager": pagerOf("/ledger", asked, q.Page, pages(page.Total, q.Size)),
		"Export": "?" + asked.Encode(), "Asked": asked, "May": s.may(by), "With": func(k, v string) string { return with(asked, k, v) },
		"Tabs": s.lightTabs(asked, counts, q.Light), "Narrowed": len(asked) > 0,
		"On": day, "Past": past, "Now": with(asked, "on", ""),
	}
	return s.render(w, http.StatusOK, "ledger.html", p)
}

// with is the ledger's address with one word of the question put in another way.
func with(q url.Values, k, v string) string {
	n := url.Values{}
	for key, vals := range q {
		n[key] = vals
	}
	n.Set(k, v)
	if v == "" {
		n.Del(k)
	}
	if len(n) == 0 {
		return "/ledger"
	}
	return "/ledger?" + n.Encode()
}

// tab is one count above the ledger that narrows it.
type tab struct {
	Text, URL, Colour string
	N                 int
	Current           bool
}

func (s *Server) lightTabs(q url.Values, c ledger.Counts, now ledger.Light) []tab {
	var out []tab
	for i := len(ledger.Lights) - 1; i >= 0; i-- {
		l := ledger.Lights[i]
		out = append(out, tab{l.Chinese(), with(q, "light", string(l)), s.Ledger.Rules.Colours[l], c.Lights[l], l == now})
	}
	return out
}

func pages(total, size int) int { return max(1, (total+size-1)/size) }

// pager is the paging below a list: first, previous, next, last.
type pager struct {
	Page, Pages             int
	First, Prev, Next, Last string
}

func pagerOf(base string, q url.Values, page, pages int) pager {
	at := func(n int) string {
		v := url.Values{}
		for k, vals := range q {
			v[k] = vals
		}
		v.Set("page", strconv.Itoa(n))
		return base + "?" + v.Encode()
	}
	p := pager{Page: page, Pages: pages}
	if page > 1 {
		p.First, p.Prev = at(1), at(page-1)
	}
	if page < pages {
		p.Next, p.Last = at(page+1), at(pages)
	}
	return p
}

// may tells templates what the person may do anywhere at all.
func (s *Server) may(by ledger.Actor) map[string]bool {
	out := map[string]bool{}
	for _, a := range ledger.Acts {
		out[string(a.Act)] = by.May(a.Act)
	}
	out["everywhere"] = by.Everywhere(ledger.ActSee)
	return out
}

func (s *Server) exportLedger(w http.ResponseWriter, r *http.Request, by ledger.Actor, q ledger.Query, form string) error {
	day, past, err := s.onDay(r)
	if err != nil {
		return err
	}
	var rows []ledger.Row
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = s.rowsOn(ctx, tx, by, q, day, past)
		return err
	})
	if err != nil {
		return err
	}
	if form == ".json" {
		return writeJSON(w, http.StatusOK, map[string]any{"on": day, "items": orEmpty(ledgerData(rows))})
	}
	return writeCSV(w, "任务台账"+day.String()+".csv", ledgerTable(rows))
}

// dutyData is a duty as the ledger's JSON has it.
type dutyData struct {
	ID        ledger.ID     `json:"id"`
	Number    string        `json:"number"`
	Title     string        `json:"title"`
	Basis     string        `json:"basis"`
	Lead      []string      `json:"lead"`
	Support   []string      `json:"support"`
	Due       calendar.Date `json:"due,omitzero"`
	DueRaw    string        `json:"due_raw,omitempty"`
	Standing  bool          `json:"standing,omitempty"`
	State     ledger.State  `json:"state"`
	StateName string        `json:"state_name"`
	Light     ledger.Light  `json:"light,omitempty"`
	LightName string        `json:"light_name,omitempty"`
	Progress  int           `json:"progress"`
	Parent    ledger.ID     `json:"parent,omitempty"`
	Extended  int           `json:"extended,omitempty"`
	IssuedOn  calendar.Date `json:"issued_on,omitzero"`
	ClosedOn  calendar.Date `json:"closed_on,omitzero"`
}

func ledgerData(rows []ledger.Row) []dutyData {
	var out []dutyData
	for _, d := range rows {
		out = append(out, dutyData{d.ID, d.ID.Number(), d.Title, d.Source.Basis(), orEmpty(d.Lead), orEmpty(d.Support), d.Due, d.DueRaw, d.Standing, d.State,
			d.State.Chinese(), d.Light, d.Light.Chinese(), d.Progress, d.Parent, d.Extended, d.IssuedOn, d.ClosedOn})
	}
	return out
}

// ledgerTable is the ledger as offices keep it.
func ledgerTable(rows []ledger.Row) [][]string {
	out := [][]string{{"序号", "编号", "任务", "依据", "牵头单位", "配合单位", "时限", "时限原文", "进度%", "状态", "灯", "原因", "交办日期", "最近填报", "销号日期", "延期次数", "退回次数"}}
	for i, d := range rows {
		why := ""
		if d.Cause != nil {
			why = d.Cause.Words
		}
		due := d.Due.String()
		if d.Standing {
			due = "长期"
		}
		out = append(out, []string{strconv.Itoa(i + 1), d.ID.Number(), d.Title, d.Source.Basis(), strings.Join(d.Lead, "、"), strings.Join(d.Support, "、"), due,
			d.DueRaw, strconv.Itoa(d.Progress), d.State.Chinese(), d.Light.Chinese(), why, d.IssuedOn.String(), d.Reported.String(), d.ClosedOn.String(),
			strconv.Itoa(d.Extended), strconv.Itoa(d.SendBacks)})
	}
	return out
}

// work is the page that a person opens in the morning; who holds several posts may look at one of them with ?post=.
func (s *Server) work(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	all := by // the lists behind the tiles are those of all his posts
	seats, post := by.Seats, r.URL.Query().Get("post")
	if post != "" {
		i := slices.IndexFunc(seats, func(x personnel.Seat) bool { return string(x.Post) == post })
		if i < 0 {
			return notFound("您现在没有担任这个职务。")
		}
		by.Seats = seats[i : i+1]
	}
	var desk ledger.Desk
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		desk, err = s.Ledger.DeskOf(ctx, tx, by, s.today())
		return err
	})
	if err != nil {
		return err
	}
	still, err := s.clockStands(r)
	if err != nil {
		return err
	}
	waiting, err := s.caseDesk(r, by)
	if err != nil {
		return err
	}
	loop, err := s.loopTiles(r, all)
	if err != nil {
		return err
	}
	urgent, err := s.emergencyWork(r, by)
	if err != nil {
		return err
	}
	calls, err := s.myWaitingCalls(r, by)
	if err != nil {
		return err
	}
	p := s.office(r, "待办")
	p.Data = map[string]any{"Still": still, "Calls": calls, "Urgent": urgent, "Loop": loop, "Cases": waiting, "Desk": desk, "Seats": seats, "Post": post, "May": s.may(by), "Today": s.today(), "Why": s.Ledger.Rules.Workdays.Why(s.today()),
		"Warning": s.Ledger.Rules.Workdays.Warning(s.today(), s.today().AddDays(60))}
	return s.render(w, http.StatusOK, "work.html", p)
}

// rulesPage shows the rules that the ledger runs by.
func (s *Server) rulesPage(w http.ResponseWriter, r *http.Request) error {
	p := s.office(r, "督办规则", Link{Text: "督办规则"})
	p.Data = map[string]any{"Rules": s.Ledger.Rules, "Scores": s.County.Scores, "Lights": ledger.Lights}
	return s.render(w, http.StatusOK, "rules.html", p)
}
