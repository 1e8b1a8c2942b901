package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/callup"
	"zhixing/db"
	"zhixing/drill"
	"zhixing/emergency"
	"zhixing/ledger"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/policy/works"
)

// situationRoutes are one time that a plan was started, for the command post.
var situationRoutes = []route{
	{"GET /emergencies/{id}", seated, false, false, (*Server).situation, "一次响应的态势：级别、任务、单位、读数、值守日志；后缀 .json 得数据，.csv 导出任务，.log.csv 导出日志；?all=1 看全部日志"},
	{"GET /emergencies/{id}/files/{sha}", seated, false, false, (*Server).emergencyFile, "响应中的照片和文件"},
	{"POST /emergencies/{id}/level", seated, false, false, situationAct("level"), "调整响应级别"},
	{"POST /emergencies/{id}/order", seated, false, false, situationAct("order"), "指挥机构向单位下达指令"},
	{"POST /emergencies/{id}/note", seated, false, true, situationAct("note"), "记入值守日志"},
	{"POST /emergencies/{id}/end", seated, false, false, situationAct("end"), "终止响应"},
	{"POST /emergencies/{id}/review", seated, false, false, situationAct("review"), "总结评估，改进措施落到单位"},
}

func init() {
	for name, says := range map[string]string{"level": "级别已调整，任务随级别增减。", "order": "指令已下达。", "note": "已记入日志。", "end": "响应已终止，善后任务已下达。", "review": "评估已记下。"} {
		flashes["emergency-"+name] = says
	}
}

// logLines is how much of a log a page shows at first; reviewLessons is how many lessons the form takes at once.
const (
	logLines      = 100
	reviewLessons = 5
)

// todoView is a task of a response as pages show it.
type todoView struct {
	*emergency.Todo
	State, Colour string // in words, and how its badge looks
	Left          string // until it is due, or late
	Late          bool
	Cite          cited
	EntryURL      string
	SeriesURL     string
	Verdict       string
	Broken        bool
	Mine          bool
}

func (t todoView) URL() string { return taskURL(t.TaskID) }

func taskURL(id emergency.TaskID) string {
	return emergencyURL(id.Activation) + "/tasks/" + strconv.Itoa(id.N)
}

// todo shows a task.
func todo(t *emergency.Todo, by ledger.Actor, docs addresses, now time.Time) todoView {
	v := todoView{Todo: t, Cite: docs.cite(t.Basis), Late: t.Overdue(now), Mine: speaksFor(by, t.Unit)}
	if late := t.Behind(now); late > 0 {
		v.Left = "超时 " + spanWords(late)
	} else if t.Open() {
		v.Left = "还剩 " + spanWords(t.Due.Sub(now))
	}
	switch {
	case !t.Lifted.IsZero():
		v.State, v.Left = "不再要求", ""
	case !t.Done.IsZero():
		v.State, v.Colour = "已完成", "ok"
	case !t.Received.IsZero():
		v.State, v.Colour = "办理中", "blue"
	default:
		v.State, v.Colour = "未签收", "warn"
	}
	if v.Late {
		v.Colour = "red"
	}
	if t.Entry != "" {
		if list, key, ok := strings.Cut(t.Entry, "/"); ok {
			v.EntryURL = (&url.URL{Path: "/lists/" + list + "/e/" + key}).String()
		}
	}
	if t.Series != "" && t.Meter != "" {
		v.SeriesURL = "/series/" + url.PathEscape(t.Series) + "/" + url.PathEscape(t.Meter)
	}
	return v
}

// spanWords is a stretch of time in days, hours and minutes; two of them are enough.
func spanWords(d time.Duration) string {
	m := int(d / time.Minute)
	day, hour := m/(24*60), m/60%24
	switch m %= 60; {
	case day > 0 && hour > 0:
		return fmt.Sprintf("%d天%d小时", day, hour)
	case day > 0:
		return fmt.Sprintf("%d天", day)
	case hour > 0 && m > 0:
		return fmt.Sprintf("%d小时%d分钟", hour, m)
	case hour > 0:
		return fmt.Sprintf("%d小时", hour)
	case m > 0:
		return fmt.Sprintf("%d分钟", m)
	}
	return "不到1分钟"
}

// speaksFor says whether somebody may do a unit's tasks; package emergency decides, pages only offer.
func speaksFor(by ledger.Actor, unit string) bool {
	return slices.ContainsFunc(by.Seats, func(x personnel.Seat) bool {
		return (x.Unit == unit || slices.Contains(x.Groups, unit)) && x.Role != personnel.Auditor
	})
}

func emergencyID(r *http.Request) (emergency.ID, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return 0, notFound("没有这次响应。")
	}
	return emergency.ID(n), nil
}

// situation answers GET /emergencies/3 and its forms.
func (s *Server) situation(w http.ResponseWriter, r *http.Request) error {
	name, form, _ := strings.Cut(r.PathValue("id"), ".")
	r.SetPathValue("id", name)
	id, err := emergencyID(r)
	if err != nil {
		return err
	}
	switch form {
	case "":
		return s.situationPage(w, r, id, &refused{Typed: url.Values{}})
	case "json", "csv", "log.csv":
		return s.situationData(w, r, id, form)
	}
	return notFound("没有这种格式，可用 .json、.csv、.log.csv。")
}

// groupView is a working group with its tasks.
type groupView struct {
	Group, Lead string
	Tasks       []todoView
}

func (s *Server) situationPage(w http.ResponseWriter, r *http.Request, id emergency.ID, no *refused) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	e := works.Emergencies
	show := logLines
	if r.URL.Query().Get("all") == "1" {
		show = 1_000_000
	}
	var x *emergency.Situation
	var lines []emergency.Line
	var lessons []emergency.Lesson
	var calls []*callup.Board
	var docs addresses
	now := s.now()
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if x, err = e.Situation(ctx, tx, by, id); err != nil {
			return err
		}
		if lines, err = e.Log(ctx, tx, by, id, show+1, 0); err != nil {
			return err
		}
		if lessons, err = e.Lessons(ctx, tx, id); err != nil {
			return err
		}
		if calls, err = callsOf(ctx, tx, works, x.Activation); err != nil {
			return err
		}
		docs, err = s.addresses(ctx, tx, works)
		return err
	})
	if err != nil {
		return err
	}
	more := len(lines) > show
	lines = lines[:min(len(lines), show)]
	writes := false
	var groups []groupView
	for _, g := range x.Groups {
		out := groupView{Group: g.Group, Lead: g.Lead}
		for _, t := range g.Tasks {
			v := todo(t, by, docs, now)
			if verdict, ok := x.Verdicts[t.N]; ok {
				v.Verdict, v.Broken = verdict.String(), verdict.Kind == emergency.Broken
			}
			writes = writes || v.Mine
			out.Tasks = append(out.Tasks, v)
		}
		groups = append(groups, out)
	}
	may := map[string]bool{}
	var levels []int
	if x.Plan != nil {
		_, commands := x.Plan.Commands(by)
		may["order"] = commands && x.State == emergency.Active
		may["review"] = commands && x.State != emergency.Active && x.Review == ""
		for _, l := range x.Plan.Levels {
			if _, ok := x.Plan.MayStart(by, min(l.N, x.Level)); ok && l.N != x.Level && x.State == emergency.Active {
				levels = append(levels, l.N)
			}
		}
		if _, ok := x.Plan.MayStart(by, x.Level); ok {
			may["end"] = x.State == emergency.Active
		}
		writes = writes || commands
		for _, g := range x.Plan.Groups {
			writes = writes || slices.ContainsFunc(append([]string{g.Lead}, g.Members...), func(u string) bool { return speaksFor(by, u) })
		}
	}
	may["note"] = writes && x.State != emergency.Settled
	units := slices.DeleteFunc(slices.Clone(s.County.Directory.Units()), func(u org.Unit) bool { return u.Kind == org.Set })
	title := x.PlanName + emergency.LevelName(x.Level) + "响应"
	if x.Drill {
		title = drill.Mark + title
	}
	p := s.office(r, title, Link{Text: "应急响应", URL: "/emergencies"}, Link{Text: x.Title})
	p.Data = map[string]any{"Now": s.now(), "X": x, "A": x.Activation, "Cite": docs.cite(x.Basis), "Cause": causeLink(x.Cause, x.Drill), "Groups": groups, "Lines": lines, "More": more, "Lessons": lessons, "May": may, "Levels": levels,
		"No": no, "Typed": no.Typed, "Level": emergency.LevelName, "URL": emergencyURL(id), "Lasted": spanWords(lastOf(x.Activation, now).Sub(x.Began)), "Since": spanWords(lastOf(x.Activation, now).Sub(x.Since)),
		"Units": units, "Rows": lessonRows(no.Typed), "Tomorrow": s.today().AddDays(1), "Open": x.Counts.All - x.Counts.Done, "MaxFiles": ledger.MaxFiles, "ToLedger": e.Lesson != nil, "Calls": calls, "Once": newOnce()}
	status := http.StatusOK
	if no.Err != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	return s.render(w, status, "emergency.html", p)
}

// lastOf is until when a response lasted.
func lastOf(a *emergency.Activation, now time.Time) time.Time {
	if !a.Ended.IsZero() {
		return a.Ended
	}
	return now
}

// lessonRows are the rows of the form for lessons, as typed.
func lessonRows(typed url.Values) (out []map[string]string) {
	for n := 1; n <= reviewLessons; n++ {
		at := strconv.Itoa(n)
		out = append(out, map[string]string{"N": at, "Do": typed.Get("do" + at), "Unit": typed.Get("unit" + at), "Due": typed.Get("due" + at)})
	}
	return out
}

// situationAct does one of the forms of the command post.
func situationAct(name string) func(*Server, http.ResponseWriter, *http.Request) error {
	return func(s *Server, w http.ResponseWriter, r *http.Request) error {
		id, err := emergencyID(r)
		if err != nil {
			return err
		}
		by, works, err := s.emergencySeer(r)
		if err != nil {
			return err
		}
		f, err := readForm(r, name == "note")
		if err != nil {
			return err
		}
		do := s.situationDeed(name, works, by, id, &f)
		if err = f.bad; err == nil {
			err = s.DB.Write(r.Context(), func(tx *db.Tx) error { return do(r.Context(), tx) })
		}
		if err == nil {
			return &redirectError{emergencyURL(id) + "?done=emergency-" + name}
		}
		if le := caseRefusal(err); le != nil && (le.Kind == ledger.Invalid || le.Kind == ledger.WrongState || le.Kind == ledger.Conflict) {
			return s.situationPage(w, r, id, &refused{name, le, f.Values})
		}
		return err
	}
}

// situationDeed reads a form and gives what it asks for.
func (s *Server) situationDeed(name string, works *works.Works, by ledger.Actor, id emergency.ID, f *form) func(context.Context, *db.Tx) error {
	e, words := works.Emergencies, strings.TrimSpace(f.Get("words"))
	switch name {
	case "level":
		to := f.number("level")
		return func(ctx context.Context, tx *db.Tx) error {
			_, err := e.Relevel(ctx, tx, by, id, to, words)
			return err
		}
	case "order":
		c := emergency.Command{Units: f.names("units"), Do: words, Within: time.Duration(f.number("minutes")) * time.Minute, Once: f.Get("once")}
		if f.Get("photo") == "1" {
			c.Need = emergency.Picture
		}
		return func(ctx context.Context, tx *db.Tx) error {
			return e.Order(ctx, tx, by, id, s.County.Directory, c)
		}
	case "end":
		return func(ctx context.Context, tx *db.Tx) error {
			_, err := e.StandDown(ctx, tx, by, id, words)
			return err
		}
	case "review":
		in := emergency.Review{Losses: strings.TrimSpace(f.Get("losses")), Words: words}
		for n := 1; n <= reviewLessons; n++ {
			at := strconv.Itoa(n)
			if do := strings.TrimSpace(f.Get("do" + at)); do != "" {
				in.Lessons = append(in.Lessons, emergency.Lesson{Do: do, Unit: strings.TrimSpace(f.Get("unit" + at)), Due: emergency.DueOn(f.date("due" + at))})
			}
		}
		return func(ctx context.Context, tx *db.Tx) error {
			attempt := in
			attempt.Lessons = slices.Clone(in.Lessons)
			return e.Review(ctx, tx, by, id, s.County.Directory, attempt)
		}
	}
	return func(ctx context.Context, tx *db.Tx) error { return e.Jot(ctx, tx, by, id, words, f.evidence) }
}
