package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/publication"
)

var personnelRoutes = []route{
	{"GET /posts", seated, false, false, (*Server).posts, "职务和任职：单位×职务，?on= 看某天，?q= 查单位、职务、姓名，?show= 只看在任、空缺、试用期"},
	{"GET /posts.csv", seated, false, false, (*Server).posts, "职务和任职导出，同样的参数"},
	{"GET /posts/{unit}", seated, false, false, (*Server).unitPosts, "一个单位的职务、任职经过和所在的领导小组"},
	{"GET /persons/{id}", seated, false, false, (*Server).person, "一个人的任职经过"},
	{"POST /persons", officers, false, false, (*Server).addPerson, "登记人员"},
	{"POST /persons/{id}/account", officers, false, false, (*Server).bindAccount, "绑定或解除人员的账号"},
	{"POST /persons/{id}/phone", officers, false, false, (*Server).setPhone, "登记叫应时打的手机"},
	{"POST /posts/appoint", officers, false, false, (*Server).appoint, "记录任职"},
	{"POST /posts/remove", officers, false, false, (*Server).remove, "记录免职"},
	{"POST /posts/probation", officers, false, false, (*Server).probation, "试用期决定：转正、延长、免职"},
	{"POST /posts/correct", officers, false, false, (*Server).correctTenure, "更正任职记录"},
	{"GET /questions", officers, false, false, (*Server).questions, "待确认事项：读任免和责任单位时认不准的名称、职务、人员"},
	{"POST /questions/takein", officers, false, false, (*Server).takeInNow, "读取新公布的任免"},
	{"POST /questions/{id}", officers, false, false, (*Server).answer, "答复一个待确认事项"},
}

func init() {
	maps.Copy(flashes, map[string]string{
		"person": "人员已登记。", "bound": "账号已绑定。", "phone": "手机已登记。", "unbound": "账号已解除。", "appointed": "任职已记录。", "removed": "免职已记录。",
		"probation": "试用期的决定已记录。", "tenure": "任职记录已更正，原记录保留。", "answered": "已答复。", "takenin": "已读取公布的任免。",
	})
}

// mayBegin reports whether nobody holds a post of the county office yet, so that an administrator records the first.
func (s *Server) mayBegin(r *http.Request) bool {
	sess := sessionOf(r)
	if sess == nil || !sess.Can(account.ManageUsers) {
		return false
	}
	begun := true
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		held, err := personnel.HoldersOf(ctx, tx, s.County.Book, s.countyCode, s.County.Office, s.today(), personnel.Office)
		begun = len(held) > 0
		return err
	})
	return err == nil && !begun
}

// mayOffice reports whether the person may use what is for officers.
func (s *Server) mayOffice(r *http.Request) bool { return s.maySit(r, officers) == nil }

// on is the day in ?on=, today where none is given.
func (s *Server) on(r *http.Request) (calendar.Date, error) {
	text := r.URL.Query().Get("on")
	d, err := calendar.ParseDate(text)
	if err != nil {
		return d, badRequest("日期写作 2023-10-31 的形式。")
	}
	if text == "" {
		return s.today(), nil
	}
	return d, nil
}

// postRow is one holder of a post, or the post where nobody holds it.
type postRow struct {
	personnel.Post
	Tenure personnel.Tenure // ID 0 where nobody
	State  string           // 在任, 空缺, 试用期 …
	Warn   bool
}

// URL leads to the posts of the unit.
func (p postRow) URL() string { return postsURL(p.Unit) }

func postsURL(unit string) string { return "/posts/" + url.PathEscape(unit) }

func personURL(id int64) string { return fmt.Sprintf("/persons/%d", id) }

const remindDays = 30 // how long before its end a probation is shown as due

// postRows are all posts with their holders on a day. Posts that any number may hold stand there when somebody does.
func (s *Server) postRows(ctx context.Context, tx *db.Tx, on calendar.Date) ([]postRow, error) {
	posts, err := personnel.AllPosts(ctx, tx, s.County.Book, s.countyCode)
	if err != nil {
		return nil, err
	}
	held, err := personnel.Tenures(ctx, tx, s.countyCode, personnel.TenureFilter{On: on}, time.Time{})
	if err != nil {
		return nil, err
	}
	byPost := map[personnel.PostID][]personnel.Tenure{}
	for _, t := range held {
		byPost[t.Post] = append(byPost[t.Post], t)
	}
	var rows []postRow
	for _, p := range posts {
		for _, t := range byPost[p.ID] {
			rows = append(rows, rowOf(p, t, on))
		}
		if p.Seats == 1 && len(byPost[p.ID]) == 0 {
			rows = append(rows, postRow{Post: p, State: "空缺", Warn: true})
		}
		delete(byPost, p.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(byPost)) { // posts that the folder no longer has
		for _, t := range byPost[id] {
			rows = append(rows, rowOf(personnel.Post{ID: id, Unit: id.Unit(), Title: id.Title(), Role: personnel.Member}, t, on))
		}
	}
	return rows, nil
}

func rowOf(p personnel.Post, t personnel.Tenure, on calendar.Date) postRow {
	row := postRow{Post: p, Tenure: t, State: "在任"}
	switch {
	case !t.OnProbation(on):
	case t.ProbationUntil.Before(on):
		row.State, row.Warn = "试用期满（"+t.ProbationUntil.String()+"），待决定", true
	default:
		row.State, row.Warn = "试用期至 "+t.ProbationUntil.String(), !on.AddDays(remindDays).Before(t.ProbationUntil)
	}
	return row
}

var postShows = []struct{ Show, Name string }{{"", "全部"}, {"held", "在任"}, {"vacant", "空缺"}, {"probation", "试用期"}}

func (p postRow) shownAs(show, q string) bool {
	switch {
	case show == "held" && p.Tenure.ID == 0, show == "vacant" && p.Tenure.ID != 0, show == "probation" && !strings.HasPrefix(p.State, "试用期"):
		return false
	}
	q = org.Fold(q)
	return strings.Contains(org.Fold(p.Unit+p.Title), q) || p.Tenure.ID != 0 && strings.Contains(org.Fold(p.Tenure.Name), q)
}

func (s *Server) posts(w http.ResponseWriter, r *http.Request) error {
	return s.postsPage(w, r, http.StatusOK, "")
}

func (s *Server) postsPage(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	on, err := s.on(r)
	if err != nil {
		return err
	}
	var rows []postRow
	var idle []personnel.Person
	var open int
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if rows, err = s.postRows(ctx, tx, on); err != nil {
			return err
		}
		qs, err := personnel.Questions(ctx, tx, s.countyCode, true)
		if err != nil {
			return err
		}
		open = len(qs)
		all, err := personnel.Persons(ctx, tx, s.countyCode, "")
		for _, p := range all {
			if !slices.ContainsFunc(rows, func(row postRow) bool { return row.Tenure.Person == p.ID }) {
				idle = append(idle, p)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	q := r.URL.Query()
	show, text := q.Get("show"), q.Get("q")
	counts := map[string]int{}
	var shown []postRow
	for _, row := range rows {
		for _, k := range postShows[1:] {
			if row.shownAs(k.Show, "") {
				counts[k.Show]++
			}
		}
		if row.shownAs(show, text) {
			shown = append(shown, row)
		}
	}
	if strings.HasSuffix(r.URL.Path, ".csv") {
		return writeCSV(w, "职务和任职.csv", postTable(shown))
	}
	export := url.Values{"on": {on.String()}, "q": {text}, "show": {show}}
	p := s.office(r, "职务和任职", Link{Text: "职务和任职"})
	p.Data = map[string]any{"Rows": shown, "On": on, "Q": text, "Show": show, "Shows": postShows, "Counts": counts, "Idle": idle, "Open": open,
		"CSV": "/posts.csv?" + export.Encode(), "Office": s.mayOffice(r), "Wrong": wrong, "Name": r.PostFormValue("name"), "Note": r.PostFormValue("note")}
	return s.render(w, status, "posts.html", p)
}

func postTable(rows []postRow) [][]string {
	out := [][]string{{"单位", "职务", "席位", "台账角色", "姓名", "任职日期", "状态", "依据"}}
	for _, p := range rows {
		seats := "不限"
		if p.Seats == 1 {
			seats = "一人"
		}
		from := p.Tenure.From.String()
		if p.Tenure.ID != 0 && from == "" {
			from = "不详"
		}
		out = append(out, []string{p.Unit, p.Title, seats, p.Role.Chinese(), p.Tenure.Name, from, p.State, p.Tenure.FromBasis.Doc.No()})
	}
	return out
}

// takeIn reads what a publication, correction or withdrawal has changed about who holds which post. It comes after the
// deed, which stands whatever happens here; what went wrong is tried again with the next one.
func (s *Server) takeIn(ctx context.Context) {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := personnel.TakeIn(ctx, tx, s.County.Book, s.countyCode, "system")
		return err
	})
	if err != nil {
		s.Logger.Error("appointments not taken in", "error", err)
	}
	for more := s.Ledger != nil; more && err == nil; {
		err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			more, err = s.Ledger.TakeIn(ctx, tx)
			return err
		})
		if err != nil {
			s.Logger.Error("duties not taken in", "error", err)
		}
	}
}

// basisOf reads the fields doc, clause and reason of a form.
func basisOf(r *http.Request) (personnel.Basis, string, error) {
	var b personnel.Basis
	if no := strings.TrimSpace(r.PostFormValue("doc")); no != "" {
		key, ok := publication.ParseKey(no)
		if !ok {
			return b, "", badRequest("文号写作 甲政任〔2023〕1号 的形式。")
		}
		b = personnel.Basis{Doc: key, Clause: strings.TrimSpace(r.PostFormValue("clause"))}
	}
	return b, strings.TrimSpace(r.PostFormValue("reason")), nil
}

var personnelStatus = map[personnel.Kind]int{personnel.Invalid: 400, personnel.NotFound: 404, personnel.Conflict: 409}
