package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/emergency"
	"zhixing/ledger"
	"zhixing/org"
	"zhixing/policy/works"
)

// emergencyRoutes are the plans for emergencies and each time one was started. Every official reads them; who starts, orders and reports,
// package emergency says.
var emergencyRoutes = slicesConcat([]route{
	{"GET /emergencies", seated, false, false, (*Server).emergencies, "应急响应：启动建议、正在进行的、预案、以往的"},
	{"GET /emergencies.csv", seated, false, false, (*Server).emergencies, "应急响应导出 CSV：正在进行的和以往的"},
	{"POST /emergencies", seated, false, false, (*Server).startEmergency, "启动预案；各级由谁决定写在预案里"},
	{"POST /emergencies/dismiss", seated, false, false, (*Server).dismissEmergency, "不按建议启动，写明理由；由有权启动的人办"},
	{"GET /emergencies/plans/{id}", seated, false, false, (*Server).emergencyPlan, "一个预案：分级和启动条件、谁决定、各级任务、资源，启动表；?proposal= 带入一条建议"},
}, situationRoutes, emergencyTaskRoutes)

func init() {
	flashes["emergency-started"], flashes["emergency-dismissed"] = "响应已启动，任务已下达。", "已记下不启动的理由。"
}

// emergencyDeeds gives what pages call the records of package emergency in the journal.
var emergencyDeeds = map[string]string{
	"emergency.start": "启动应急响应", "emergency.level": "调整响应级别", "emergency.end": "终止应急响应", "emergency.review": "评估应急响应", "emergency.order": "下达应急指令",
	"emergency.note": "记值守日志", "emergency.received": "签收应急任务", "emergency.reported": "反馈应急任务", "emergency.dismiss": "不按建议启动响应",
}

func (s *Server) emergencySeer(r *http.Request) (ledger.Actor, *works.Works, error) {
	by, err := s.member(r)
	if err != nil {
		return by, nil, err
	}
	w, err := s.works()
	return by, w, err
}

// planRow is a plan in the list, and what runs of it.
type planRow struct {
	*emergency.Plan
	Cite    cited
	Running []*emergency.Activation
}

// startProposal is a proposal, and whether the reader decides on it.
type startProposal struct {
	*emergency.Proposal
	Plan  *emergency.Plan
	May   bool
	Cause Link
}

func (s *Server) emergencies(w http.ResponseWriter, r *http.Request) error {
	return s.emergencyList(w, r, &refused{Typed: url.Values{}})
}

func (s *Server) emergencyList(w http.ResponseWriter, r *http.Request, no *refused) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	e := works.Emergencies
	var all []*emergency.Activation
	var proposals []*emergency.Proposal
	var docs addresses
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if all, err = e.Activations(ctx, tx, by, "", 500); err != nil {
			return err
		}
		if proposals, err = e.Proposals(ctx, tx, by); err != nil {
			return err
		}
		docs, err = s.addresses(ctx, tx, works)
		return err
	})
	if err != nil {
		return err
	}
	if strings.HasSuffix(r.URL.Path, ".csv") {
		return writeCSV(w, "应急响应.csv", responsesTable(all))
	}
	var open, past []*emergency.Activation
	for _, a := range all {
		if a.State == emergency.Active {
			open = append(open, a)
		} else {
			past = append(past, a)
		}
	}
	var plans []planRow
	for _, p := range e.Plans {
		row := planRow{Plan: p, Cite: docs.cite(p.Basis)}
		for _, a := range open {
			if a.Plan == p.ID {
				row.Running = append(row.Running, a)
			}
		}
		plans = append(plans, row)
	}
	var rows []startProposal
	for _, x := range proposals {
		if p := e.Plan(x.Plan); p != nil {
			_, may := p.MayStart(by, x.Level)
			rows = append(rows, startProposal{x, p, may, causeLink(x.Cause, x.Drill)})
		}
	}
	p := s.office(r, "应急响应", Link{Text: "应急响应"})
	p.Data = map[string]any{"Plans": plans, "Proposals": rows, "Open": open, "Past": past, "No": no, "Level": emergency.LevelName}
	status := http.StatusOK
	if no.Err != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	return s.render(w, status, "emergencies.html", p)
}

// responsesTable are responses for a file.
func responsesTable(list []*emergency.Activation) [][]string {
	out := [][]string{{"编号", "预案", "级别", "名称", "演练", "状态", "范围", "启动", "启动人", "终止", "依据"}}
	for _, a := range list {
		out = append(out, []string{strconv.FormatInt(int64(a.ID), 10), a.PlanName, emergency.LevelName(a.Level), a.Title, map[bool]string{true: "是", false: "否"}[a.Drill], a.State.Chinese(), a.Area, minute(a.Began), a.By, minute(a.Ended), a.Basis.String()})
	}
	return out
}

// causeLink is the way to what proposed a plan.
func causeLink(key string, exercise bool) Link {
	kind, id, _ := strings.Cut(key, "/")
	switch kind {
	case "finding":
		return Link{Text: "问题 " + id, URL: "/findings/" + id}
	case "warning":
		if !exercise { // the public is not shown exercises
			return Link{Text: "预警 " + id, URL: "/warnings/" + id}
		}
		return Link{Text: "演练预警 " + id, URL: "/warnings/desk/" + id + "/1"}
	}
	return Link{}
}

func (s *Server) dismissEmergency(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	id := f.number("proposal")
	if err = f.bad; err == nil {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
			return works.Emergencies.Dismiss(r.Context(), tx, by, int64(id), strings.TrimSpace(f.Get("why")))
		})
	}
	if err == nil {
		return &redirectError{"/emergencies?done=emergency-dismissed"}
	}
	if le := caseRefusal(err); le != nil && le.Kind == ledger.Invalid {
		return s.emergencyList(w, r, &refused{"dismiss", le, f.Values})
	}
	return err
}

func (s *Server) startEmergency(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	trimmed := func(name string) string { return strings.TrimSpace(f.Get(name)) }
	in := emergency.Opening{Plan: trimmed("plan"), Level: f.number("level"), Title: trimmed("title"), Area: trimmed("area"), Says: trimmed("says"), Drill: f.Get("drill") == "1", Proposal: int64(f.number("proposal"))}
	for _, t := range f.Values["towns"] {
		u, ok := s.County.Directory.Resolve(t)
		if !ok || u.Kind != org.Town {
			f.wrong("towns", "没有叫“"+t+"”的乡镇。")
			break
		}
		in.Places = append(in.Places, emergency.Place{Town: u.Name})
	}
	if f.Get("drill") == "" {
		f.wrong("drill", "请选择是实战还是演练。")
	}
	var a *emergency.Activation
	if err = f.bad; err == nil {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			a, err = works.Emergencies.Activate(r.Context(), tx, by, in)
			return err
		})
	}
	if err == nil {
		return &redirectError{emergencyURL(a.ID) + "?done=emergency-started"}
	}
	if le := caseRefusal(err); le != nil && (le.Kind == ledger.Invalid || le.Kind == ledger.Conflict) && works.Emergencies.Plan(in.Plan) != nil {
		return s.emergencyPlanPage(w, r, in.Plan, &refused{"start", le, f.Values})
	}
	return err
}

func emergencyURL(id emergency.ID) string { return "/emergencies/" + strconv.FormatInt(int64(id), 10) }
