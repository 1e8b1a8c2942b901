package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/policy/works"
	"zhixing/warning"
)

// warningDeskRoutes are how a warning is made, and what units do about what it orders. Who may do what stands in the county's folder, by posts;
// package warning refuses the others.
var warningDeskRoutes = []route{
	{"GET /warnings/desk", seated, false, false, (*Server).warningDesk, "预警发布台：建议、在办的稿、生效中的预警、执行中的指令"},
	{"GET /warnings/desk/new", seated, false, false, (*Server).newWarning, "新拟预警"},
	{"POST /warnings/desk/new", seated, false, false, (*Server).draftWarning, "新拟预警；演练的填演练名称；count 只算人数，keep 把区域存为预设范围"},
	{"POST /warnings/desk/inside.json", seated, false, false, (*Server).inside, "划定区域时算人数：范围内多少、将告知多少、其中职务人员多少，分乡镇；拟稿单位可用"},
	{"GET /warnings/quality", seated, false, false, (*Server).warningQuality, "预警检验：命中率、空报率、TS 评分、准确率和提前量，分种类、月份、级别、乡镇；?from= &to= 日期"},
	{"GET /warnings/quality.csv", seated, false, false, (*Server).warningQuality, "预警检验导出 CSV；同样的参数"},
	{"GET /warnings/desk/{id}/{n}", seated, false, false, (*Server).warningVersion, "一版预警：内容、短信文字、经过、能办的事；发布过的看指令执行、送达和再传播；?sent=1 分渠道算送达"},
	{"POST /warnings/desk/{id}/{n}/{act}", seated, false, false, (*Server).warningAct, "办理一版预警：edit 修改、submit 送签、return 退回、drop 弃用、publish 签发、confirm 复核、update 更新、cancel 解除、pass 登记再传播"},
	{"POST /warnings/proposals/{id}/{act}", seated, false, false, (*Server).warningProposalAct, "预警建议：take 据此拟稿、dismiss 不采纳并说明理由"},
	{"POST /warnings/orders/{id}/{act}", seated, false, false, (*Server).warningOrderAct, "预警指令：see 签收、do 报告已执行、comply 登记一个对象的执行情况、lift 解除"},
}

func init() {
	for act, says := range map[string]string{"drafted": "已拟稿，还没有送签。", "edit": "已修改。", "submit": "已送签。", "return": "已退回。", "drop": "已弃用。", "publish": "预警已发布。", "confirm": "已复核确认。",
		"dismiss": "已记下不采纳的理由。", "see": "已签收。", "do": "已报告执行情况。", "comply": "已登记。", "pass": "已登记再传播。", "lift": "已解除。"} {
		flashes["warning-"+act] = says
	}
}

func (s *Server) warner(r *http.Request) (ledger.Actor, *works.Works, error) {
	by, err := s.member(r)
	if err != nil {
		return by, nil, err
	}
	w, err := s.works()
	if err == nil && len(w.Set.Hazards) == 0 {
		err = notFound("本县的政策包里没有预警。")
	}
	return by, w, err
}

// warningRow is an official's version or proposal with the name of its hazard.
type warningRow struct {
	*warning.Version
	Name string
}

func (v warningRow) Path() string   { return deskPath(v.Event, v.N) }
func (v warningRow) Colour() string { return warningColour(v.Level) }

// Hours is how long it holds from publishing on.
func (v warningRow) Hours() string { return hoursOf(v.Valid) }

// LastStep is what was last done to it; nil where that is on no record.
func (v warningRow) LastStep() *warning.Did {
	if len(v.Steps) == 0 {
		return nil
	}
	return &v.Steps[len(v.Steps)-1]
}

func deskPath(id warning.EventID, n int) string {
	return "/warnings/desk/" + strconv.FormatInt(int64(id), 10) + "/" + strconv.Itoa(n)
}

func hazardName(w *works.Works, id string) string {
	if h := w.Warnings.Hazard(id); h != nil {
		return h.Name
	}
	return id
}

func warningRows(w *works.Works, list []*warning.Version) (out []warningRow) {
	for _, v := range list {
		out = append(out, warningRow{v, hazardName(w, v.Hazard)})
	}
	return out
}

// warningProposal is a proposal as the desk shows it.
type warningProposal struct {
	warning.Proposal
	Name, From string
	May        bool
	Reasons    []reasonRow
}

func (p warningProposal) Colour() string { return warningColour(p.Level) }
func (warningProposal) Stage() string    { return "预警" }

var originNames = map[warning.Origin]string{warning.ByReadings: "监测读数", warning.ByForecast: "预报产品", warning.ByFeed: "其他单位的预警"}

func (s *Server) warningDesk(w http.ResponseWriter, r *http.Request) error {
	return s.warningDeskPage(w, r, &refused{Typed: url.Values{}})
}

func (s *Server) warningDeskPage(w http.ResponseWriter, r *http.Request, no *refused) error {
	by, works, err := s.warner(r)
	if err != nil {
		return err
	}
	var proposals []warningProposal
	var drafts, waiting, active, unconfirmed []warningRow
	var orders []orderRow
	var past []warning.Event
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		proposals, drafts, past = nil, nil, nil
		ww := works.Warnings
		list, err := ww.Proposals(ctx, tx, warning.ProposalOpen, 100)
		if err != nil {
			return err
		}
		docs, err := s.addresses(ctx, tx, works)
		if err != nil {
			return err
		}
		for i := range list {
			p := &list[i]
			h := ww.Hazard(p.Hazard)
			reasons, err := s.reasonRows(ctx, tx, works, by, docs, p)
			if err != nil {
				return err
			}
			proposals = append(proposals, warningProposal{*p, hazardName(works, p.Hazard), originNames[p.Origin], h != nil && h.MayDraft(by), reasons})
		}
		submitted, err := ww.Waiting(ctx, tx)
		if err != nil {
			return err
		}
		force, err := ww.Active(ctx, tx)
		if err != nil {
			return err
		}
		alone, err := ww.Unconfirmed(ctx, tx)
		if err != nil {
			return err
		}
		events, err := ww.Events(ctx, tx, 0, 50)
		if err != nil {
			return err
		}
		var open []*warning.Version
		for _, e := range events {
			if e.State != warning.Drafted && e.State != warning.Published {
				past = append(past, e)
				continue
			}
			versions, err := ww.Versions(ctx, tx, e.ID)
			if err != nil {
				return err
			}
			if v := versions[len(versions)-1]; v.State == warning.Drafted {
				open = append(open, v)
			}
		}
		drafts, waiting, active, unconfirmed = warningRows(works, open), warningRows(works, submitted), warningRows(works, force), warningRows(works, alone)
		own, err := s.ownOrders(ctx, tx, works, by)
		if err != nil {
			return err
		}
		orders, err = s.orderRows(ctx, tx, works, by, docs, own)
		return err
	})
	if err != nil {
		return err
	}
	stray := no.Err != nil // what was refused stands no longer on the page
	for _, x := range proposals {
		id := strconv.FormatInt(x.ID, 10)
		stray = stray && no.Act != "take"+id && no.Act != "dismiss"+id
	}
	for _, x := range orders {
		id := strconv.FormatInt(x.ID, 10)
		stray = stray && no.Act != "do"+id && no.Act != "comply"+id
	}
	p := s.office(r, "预警发布台", Link{Text: "预警发布台"})
	p.Data = map[string]any{"Proposals": proposals, "Drafts": drafts, "Waiting": waiting, "Active": active, "Unconfirmed": unconfirmed, "Orders": orders, "Past": past, "No": no, "Stray": stray, "Typed": no.Typed,
		"Name": func(id string) string { return hazardName(works, id) }, "MayDraft": slices.ContainsFunc(works.Warnings.Hazards, func(h *warning.Hazard) bool { return h.MayDraft(by) })}
	return s.render(w, refusedStatus(no), "warningdesk.html", p)
}

func refusedStatus(no *refused) int {
	if no.Err != nil {
		return ledgerStatus[no.Err.Kind]
	}
	return http.StatusOK
}

func (s *Server) warningProposalAct(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.warner(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return notFound("没有这条建议。")
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	to := "/warnings/desk?done=warning-dismiss"
	act := r.PathValue("act")
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		switch act {
		case "take":
			d, err := works.Warnings.Prepare(r.Context(), tx, id)
			if err != nil {
				return err
			}
			if d.Description == "" && d.Kind != warning.Cancel { // facts are no text for the public: whoever drafts makes one of them
				d.Description = d.Basis + "。"
			}
			v, err := works.Warnings.Draft(r.Context(), tx, by, d)
			if err == nil {
				to = deskPath(v.Event, v.N) + "?done=warning-drafted"
			}
			return err
		case "dismiss":
			return works.Warnings.Dismiss(r.Context(), tx, by, id, strings.TrimSpace(f.Get("why")))
		}
		return notFound("没有这样的办理。")
	})
	if err == nil {
		return &redirectError{to}
	}
	if le := caseRefusal(err); le != nil && (le.Kind == ledger.Invalid || le.Kind == ledger.WrongState || le.Kind == ledger.Conflict) {
		return s.warningDeskPage(w, r, &refused{act + strconv.FormatInt(id, 10), le, f.Values})
	}
	return err
}

// hoursOf is a length of time as the form has it: hours.
func hoursOf(d warning.Duration) string {
	if d == 0 {
		return ""
	}
	return strconv.FormatFloat(time.Duration(d).Hours(), 'f', -1, 64)
}
