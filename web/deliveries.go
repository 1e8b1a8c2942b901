package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/notice"
)

var deliveryStates = []notice.State{notice.Failed, notice.Waiting, notice.Leased, notice.Handed, notice.Dropped}

// deliveries shows whoever looks after the system what has not gone out and why.
func (s *Server) deliveries(w http.ResponseWriter, r *http.Request) error {
	asked := r.URL.Query()
	q := notice.DeliveryQuery{State: notice.State(asked.Get("state")), Channel: notice.Channel(asked.Get("channel")), Cursor: asked.Get("after")}
	if q.State != "" && !slices.Contains(deliveryStates, q.State) || q.Channel != "" && !slices.Contains(notice.Channels, q.Channel) {
		return badRequest("没有这种状态或渠道。")
	}
	if q.State == "" && !asked.Has("state") {
		q.State = notice.Failed
	}
	var tally notice.Tally
	var list []notice.Delivery
	var held []notice.Held
	var next, earlier string
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if tally, err = notice.Count(ctx, tx, s.countyCode); err != nil {
			return err
		}
		if list, next, err = notice.Deliveries(ctx, tx, s.countyCode, q); err != nil {
			return err
		}
		held, earlier, err = notice.Holding(ctx, tx, s.countyCode, true, 50, asked.Get("held"))
		return err
	})
	if err != nil {
		return err
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	if !by.Everywhere(ledger.ActSee) { // an administrator looks after the ways, not after what is said on them
		for i := range list {
			list[i].Subject = kindName(list[i].Kind)
		}
		for i := range held {
			held[i].Subject = kindName(held[i].Kind)
		}
	}
	p := s.office(r, "通知发送情况", Link{Text: "消息", URL: "/notices"}, Link{Text: "发送情况"})
	if p.Menu == nil { // an administrator without a seat has no desk
		p.Crumbs = []Link{{Text: "用户管理", URL: "/users"}, {Text: "通知发送情况"}}
	}
	if next != "" {
		asked.Set("after", next)
		next = "/notices/deliveries?" + asked.Encode()
	}
	if earlier != "" {
		asked := r.URL.Query()
		asked.Set("held", earlier)
		earlier = "/notices/deliveries?" + asked.Encode() + "#held"
	}
	again := slices.ContainsFunc(list, func(d notice.Delivery) bool { return d.State == notice.Failed || d.State == notice.Dropped })
	p.Data = map[string]any{"Again": again, "Tally": tally, "List": list, "Held": held, "Earlier": earlier, "Next": next, "Q": q,
		"States": deliveryStates, "Channels": notice.Channels,
		"Mail": s.Notices.Mail != nil, "Push": s.Notices.Push != nil, "Hooks": s.Notices.Hooks}
	return s.render(w, http.StatusOK, "deliveries.html", p)
}

func (s *Server) retryDelivery(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return notFound("没有这一条发送记录。")
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		return notice.Retry(r.Context(), tx, s.countyCode, id, string(sessionOf(r).User.Name))
	})
	if err != nil {
		return err
	}
	return &redirectError{"/notices/deliveries?done=resent"}
}
