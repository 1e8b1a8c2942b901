package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/relay"
)

// sendRoutes are what goes to upper platforms.
var sendRoutes = []route{
	{"GET /sends", seeLedger, false, false, (*Server).sends, "联网：送给上级平台的数据，送到哪里、有没有回执"},
	{"GET /sends.csv", seeLedger, false, false, (*Server).sends, "联网导出 CSV"},
	{"GET /sends/{id}", seeLedger, false, false, (*Server).send, "一项联网：逐批的回执和失败原因"},
	{"POST /sends/{id}/drop", editLedger, false, false, (*Server).dropSend, "一批不再送，写明原因"},
}

func init() { flashes["dropped-send"] = "这一批不再送，后面的接着送。" }

func (s *Server) sends(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	var list []relay.Standing
	var docs addresses
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if docs, err = s.addresses(ctx, tx, works); err != nil {
			return err
		}
		list, err = works.Relay.Standings(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if strings.HasSuffix(r.URL.Path, ".csv") {
		return writeCSV(w, "联网.csv", sendsTable(list))
	}
	p := s.office(r, "联网", Link{Text: "联网"})
	p.Data = map[string]any{"List": list, "Cite": docs.cite}
	return s.render(w, http.StatusOK, "sends.html", p)
}

// sendsTable are sends as they stand, for a file.
func sendsTable(list []relay.Standing) [][]string {
	out := [][]string{{"联网", "送给", "待送达", "最早的", "已送达", "最近回执", "回执时间", "情况", "依据"}}
	for _, x := range list {
		line := []string{x.Title, x.To, strconv.FormatInt(x.Waiting, 10), minute(x.Oldest), strconv.FormatInt(x.Delivered, 10), "", "", "正常", x.Basis.String()}
		if x.Last != nil {
			line[5], line[6] = x.Last.Receipt, minute(x.Last.Done)
		}
		switch {
		case !x.Configured:
			line[7] = "没有配置平台地址"
		case x.Open != nil && x.Open.Reason != "":
			line[7] = x.Open.Reason
		case x.Open != nil:
			line[7] = "正在送"
		}
		out = append(out, line)
	}
	return out
}

func (s *Server) send(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	what, ok := works.Relay.Find(r.PathValue("id"))
	if !ok {
		return notFound("没有这一项联网。")
	}
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if q := r.URL.Query().Get("before"); q != "" && (err != nil || before < 1) {
		return badRequest("批号写作从 1 起的数字。")
	}
	const most = 50
	var list []relay.Batch
	var standing relay.Standing
	var cite cited
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		docs, err := s.addresses(ctx, tx, works)
		if err != nil {
			return err
		}
		cite = docs.cite(what.Basis)
		all, err := works.Relay.Standings(ctx, tx)
		if err != nil {
			return err
		}
		for _, st := range all {
			if st.ID == what.ID {
				standing = st
			}
		}
		list, err = works.Relay.Batches(ctx, tx, what.ID, before, most)
		return err
	})
	if err != nil {
		return err
	}
	var older int64
	if len(list) == most {
		older = list[most-1].ID
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	p := s.office(r, what.Title, Link{Text: "联网", URL: "/sends"}, Link{Text: what.Title})
	p.Data = map[string]any{"Send": standing, "Batches": list, "Older": older, "Cite": cite, "MayDrop": by.May(ledger.ActEdit)}
	return s.render(w, http.StatusOK, "send.html", p)
}

func (s *Server) dropSend(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	batch, err := strconv.ParseInt(r.FormValue("batch"), 10, 64)
	if err != nil {
		return badRequest("没有写明是哪一批。")
	}
	id, why := r.PathValue("id"), strings.TrimSpace(r.FormValue("why"))
	if _, ok := works.Relay.Find(id); !ok {
		return notFound("没有这一项联网。")
	}
	if len([]rune(why)) > 200 {
		return badRequest("原因太长，最多200个字。")
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		ctx := r.Context()
		return works.Relay.Drop(ctx, tx, string(sessionOf(r).User.Name), id, batch, why)
	})
	var said *relay.Error
	if errors.As(err, &said) {
		return badRequest(said.Sentence)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/sends/"+id+"?done=dropped-send", http.StatusSeeOther)
	return nil
}
