package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhixing/callup"
	"zhixing/db"
	"zhixing/drill"
	"zhixing/emergency"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/policy/works"
	"zhixing/warning"
)

// callupRoutes are the calls (叫应): who was called, who has answered. Officials read them without anybody's number; whoever gets the lists of
// those who did not answer says for others that they did.
var callupRoutes = slicesConcat([]route{
	{"GET /callups", seated, false, false, (*Server).callups, "叫应：正在进行的、以往的；?before= 更早的"},
	{"GET /callups.csv", seated, false, false, (*Server).callups, "叫应导出 CSV：最近的五千次"},
	{"GET /callups/{id}", seated, false, false, (*Server).callupBoard, "一次叫应：按乡镇、按村看谁没有应答，未应答的在前；.json 是修订号，.csv 导出"},
	{"GET /callups/{id}/photos/{sha}", seated, false, false, (*Server).callupPhoto, "叫应中回报的照片"},
	{"POST /callups/{id}/{call}", seated, false, false, (*Server).confirmCall, "登记本人已用别的办法答复；由县政府办公室和阶梯写明的职务办"},
}, callupMineRoutes, rosterRoutes, speakerRoutes)

func init() { flashes["call-confirmed"] = "已登记，注明由您登记。" }

const callupRounds = 50

func (s *Server) callups(w http.ResponseWriter, r *http.Request) error {
	_, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	var before callup.ID
	if b := r.URL.Query().Get("before"); b != "" {
		n, err := strconv.ParseInt(b, 10, 64)
		if err != nil || n < 1 {
			return badRequest("没有这一页。")
		}
		before = callup.ID(n)
	}
	file, most := strings.HasSuffix(r.URL.Path, ".csv"), callupRounds+1
	if file {
		most = 5000
	}
	var list []*callup.Round
	next, totals := "", map[callup.ID]callup.Total{}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if list, err = works.Callup.Rounds(ctx, tx, false, before, most); err != nil {
			return err
		}
		if !file && len(list) > callupRounds {
			list = list[:callupRounds]
			next = "/callups?before=" + strconv.FormatInt(int64(list[len(list)-1].ID), 10)
		}
		for _, x := range list {
			if totals[x.ID], err = works.Callup.TotalOf(ctx, tx, x.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if file {
		return writeCSV(w, "叫应.csv", roundsTable(list, totals))
	}
	p := s.office(r, "叫应", Link{Text: "叫应"})
	p.Data = map[string]any{"Rounds": list, "Totals": totals, "Next": next, "Ladders": works.County.Callups, "Levels": callLevels, "Post": func(post string) string { return callup.Seat{Post: post}.String() }}
	return s.render(w, http.StatusOK, "callups.html", p)
}

// roundsTable are rounds for a file.
func roundsTable(list []*callup.Round, totals map[callup.ID]callup.Total) [][]string {
	out := [][]string{{"编号", "事由", "级别", "演练", "状态", "开始", "结束", "阶梯", "叫应人次", "应叫岗位", "未应答岗位"}}
	for _, x := range list {
		title := x.Title
		if x.Drill {
			title = drill.Marked(drill.Unmarked(title))
		}
		out = append(out, []string{strconv.FormatInt(int64(x.ID), 10), title, callLevels[max(0, min(x.Level, 4))], map[bool]string{true: "是", false: "否"}[x.Drill], x.State.Chinese(), minute(x.OpenedAt), minute(x.EndedAt), x.Ladder.Name, strconv.Itoa(x.Calls), strconv.Itoa(totals[x.ID].Posts), strconv.Itoa(totals[x.ID].Missing())})
	}
	return out
}

// callLevels are the colours of the levels of calls.
var callLevels = []string{"", "红", "橙", "黄", "蓝"}

// callCause is what people are called for, and the clause that it goes back to: of a warning its hazard's, of a response its plan's.
func callCause(ctx context.Context, tx *db.Tx, w *works.Works, docs addresses, r *callup.Round) (about Link, basis cited, err error) {
	kind, number, _ := strings.Cut(r.Purpose, "/")
	n, _ := strconv.ParseInt(number, 10, 64)
	switch kind {
	case "warning":
		about.Text = "第 " + number + " 号预警"
		list, err := w.Warnings.Versions(ctx, tx, warning.EventID(n))
		if err != nil || len(list) == 0 {
			return about, basis, err
		}
		v := list[max(0, min(r.Version, len(list))-1)]
		about = Link{Text: hazardName(w, v.Hazard) + "预警，第 " + strconv.Itoa(v.N) + " 版", URL: deskPath(v.Event, v.N)}
		if h := w.Warnings.Hazard(v.Hazard); h != nil {
			basis = docs.cite(h.Basis)
		}
	case "emergency":
		about = Link{Text: "第 " + number + " 次应急响应", URL: emergencyURL(emergency.ID(n))}
		list, err := w.Emergencies.About(ctx, tx, r.Purpose)
		if err != nil || len(list) == 0 {
			return about, basis, err
		}
		basis = docs.cite(list[0].Basis)
	default:
		about.Text = r.Purpose
	}
	return about, basis, nil
}

// maySayFor reports whether the actor may say that somebody else has answered: the county office, and the posts that get the lists of those who
// have not.
func maySayFor(by ledger.Actor, r *callup.Round) bool {
	return slices.ContainsFunc(by.Seats, func(x personnel.Seat) bool {
		return x.Role == personnel.Office || x.Role != personnel.Auditor && slices.Contains(r.Ladder.Office, string(x.Post))
	})
}

func (s *Server) confirmCall(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	n, err2 := strconv.Atoi(r.PathValue("call"))
	if err != nil || err2 != nil || id < 1 || n < 1 {
		return notFound("没有这一项叫应。")
	}
	if err := r.ParseForm(); err != nil {
		return badRequest("表单读不出来，请重新提交。")
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		round, err := works.Callup.RoundBy(r.Context(), tx, callup.ID(id))
		if err != nil {
			return err
		}
		if !maySayFor(by, round) {
			return forbidden("只有县政府办公室和接收未应答名单的职务可以登记。")
		}
		_, err = works.Callup.Confirm(r.Context(), tx, by.Account, round.ID, n, r.PostForm.Get("acted") == "1", r.PostForm.Get("words"))
		return err
	})
	switch callup.KindOf(err) {
	case callup.NotFound:
		return notFound("没有这一项叫应。")
	case callup.Invalid, callup.Conflict:
		var said *callup.Error
		errors.As(err, &said)
		return s.callupPage(w, r, http.StatusBadRequest, &refused{Act: strconv.Itoa(n), Typed: r.PostForm, Err: &ledger.Error{Kind: ledger.Invalid, Op: said.Op, Message: said.Message}})
	}
	if err != nil {
		return err
	}
	return &redirectError{"/callups/" + strconv.FormatInt(id, 10) + "?done=call-confirmed"}
}
