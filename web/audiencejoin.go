package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"zhixing/audience"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/policy/works"
	"zhixing/warning"
)

// What a citizen does: asks to be told, or to be told no more, and shows by a code that the number is his. Whether a number is known is never said to
// who has not shown that. Numbers and codes stand in no address and in no log.

// subscribeTerms is the edition of what is agreed to, kept with the proof.
const subscribeTerms = "预警信息订阅须知（2023年版）"

// subscribeWays are the channels by which codes can go out.
func subscribeWays(w *works.Works) (out []audience.Channel) {
	for _, c := range []audience.Channel{audience.SMS, audience.Mail} {
		if w.Outbox != nil && slices.ContainsFunc(w.Outbox.Channels, func(x channel.Channel) bool { return x.Name == string(c) && len(x.Drivers) > 0 }) {
			out = append(out, c)
		}
	}
	return out
}

// subscribes says whether citizens can subscribe here.
func (s *Server) subscribes() bool {
	w, err := s.works()
	return err == nil && len(w.Set.Hazards) > 0 && len(subscribeWays(w)) > 0
}

func (s *Server) subscriber() (*works.Works, error) {
	w, err := s.works()
	if err == nil && !s.subscribes() {
		err = notFound("本县还没有开通短信、邮件订阅，预警请看本站的预警页面。")
	}
	return w, err
}

func (s *Server) subscribe(w http.ResponseWriter, r *http.Request) error {
	return s.subscribePage(w, r, http.StatusOK, url.Values{"deed": {"join"}}, "")
}

// subscribeMoved leads from where the page stood before, among the open data.
func (s *Server) subscribeMoved(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/warnings/subscribe", http.StatusMovedPermanently)
	return nil
}

func (s *Server) subscribePage(w http.ResponseWriter, r *http.Request, status int, typed url.Values, problem string) error {
	works, err := s.subscriber()
	if err != nil {
		return err
	}
	ways := subscribeWays(works)
	p := s.page(r, "订阅预警信息", home, Link{Text: "预警", URL: "/warnings"}, Link{Text: "订阅预警信息"})
	p.Canonical = s.BaseURL + "/warnings/subscribe"
	p.Data = map[string]any{"Typed": typed, "Problem": problem, "Towns": s.areaTowns(works), "Hazards": works.Warnings.Hazards, "Levels": []audience.Level{audience.Red, audience.Orange, audience.Yellow, audience.Blue},
		"Terms": subscribeTerms, "Mail": slices.Contains(ways, audience.Mail), "SMS": slices.Contains(ways, audience.SMS), "Unit": works.Warnings.Hazards[0].Unit,
		"Ticked": func(name string) bool { return slices.Contains(typed["hazards"], name) }}
	return s.render(w, status, "subscribe.html", p)
}

// subscribeRequest is what the form asks for; the sentence says what is wrong.
func (s *Server) subscribeRequest(f *form, w *works.Works) (q audience.Request, wrong string) {
	q = audience.Request{Deed: audience.Deed(f.Get("deed")), How: "网页"}
	q.Address = audience.Address{Channel: audience.SMS, To: strings.TrimSpace(f.Get("to"))}
	if strings.Contains(q.Address.To, "@") {
		q.Address.Channel = audience.Mail
	}
	if !slices.Contains(subscribeWays(w), q.Address.Channel) {
		return q, "现在不能用" + q.Address.Channel.Chinese() + "订阅，请换一种。"
	}
	if q.Deed != audience.Join {
		return q, ""
	}
	if f.Get("agree") != "1" {
		return q, "请阅读并同意订阅须知。"
	}
	q.Words = subscribeTerms
	q.Place.Town, q.Place.Village, _ = strings.Cut(f.Get("place"), "/")
	if q.Place.Town != "" && !slices.Contains(s.towns(), q.Place.Town) {
		return q, "没有这个乡镇，请从列表里选。"
	}
	level := audience.Level(f.number("level"))
	for _, h := range f.Values["hazards"] {
		if !slices.ContainsFunc(w.Set.Hazards, func(x *warning.Hazard) bool { return x.Name == h }) {
			return q, "没有“" + firstRunes(h, 20) + "”这种预警，请从列表里选。"
		}
		q.Wants = append(q.Wants, audience.Want{Hazard: h, Level: level})
	}
	if len(q.Wants) == 0 && level != 0 {
		q.Wants = []audience.Want{{Level: level}}
	}
	if f.bad != nil {
		return q, "请从列表里选级别。"
	}
	if q.Place.Town == "" {
		return q, "请选择所在的乡镇和村。"
	}
	q.Quiet, wrong = audience.ParseQuiet(f.Get("quiet"))
	return q, wrong
}

// subscribeAsk sends a code to the number that was typed.
func (s *Server) subscribeAsk(w http.ResponseWriter, r *http.Request) error {
	works, err := s.subscriber()
	if err != nil {
		return err
	}
	if !s.limits.allow("subscribe", clientAddress(r), .05, 10) {
		return &httpError{status: http.StatusTooManyRequests, message: "提交太频繁，请过一会儿再试。"}
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	q, wrong := s.subscribeRequest(&f, works)
	if wrong != "" {
		return s.subscribePage(w, r, http.StatusBadRequest, f.Values, wrong)
	}
	var code audience.Code
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		if code, err = works.Audience.Ask(r.Context(), tx, q); err != nil {
			return err
		}
		text := fmt.Sprintf("【%s预警】验证码%s，10分钟内有效，用于%s预警信息。不是您本人操作的，不必理会。", s.countyName, code.Digits, q.Deed.Chinese())
		_, err = works.Outbox.PutAll(r.Context(), tx, []channel.Message{{Purpose: "audience/code/" + code.ID, Channel: string(q.Address.Channel), To: q.Address.To,
			Urgency: channel.Warning, Title: "验证码", Text: text, Expires: code.Until}}) // whoever waits for a code is awake: no quiet hours
		return err
	})
	if k := audience.KindOf(err); k == audience.Invalid || k == audience.TooMany {
		return s.subscribePage(w, r, audienceStatus[k], f.Values, audience.Message(err))
	}
	if err != nil {
		return err
	}
	works.Outbox.Wake()
	return s.subscribeCodePage(w, r, http.StatusOK, code.ID, q.Deed, "", code.Digits)
}

func (s *Server) subscribeCodePage(w http.ResponseWriter, r *http.Request, status int, id string, deed audience.Deed, problem, digits string) error {
	p := s.page(r, "填写验证码", home, Link{Text: "订阅预警信息", URL: "/warnings/subscribe"}, Link{Text: "填写验证码"})
	data := map[string]any{"ID": id, "Deed": deed, "Problem": problem, "Digits": ""}
	if s.Demo { // nothing leaves a demonstration
		data["Digits"] = digits
	}
	p.Data = data
	return s.render(w, status, "subscribecode.html", p)
}

// subscribeConfirm does what was asked for, if the digits are right.
func (s *Server) subscribeConfirm(w http.ResponseWriter, r *http.Request) error {
	works, err := s.subscriber()
	if err != nil {
		return err
	}
	if !s.limits.allow("subscribe code", clientAddress(r), .2, 20) {
		return &httpError{status: http.StatusTooManyRequests, message: "提交太频繁，请过一会儿再试。"}
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	id, digits := f.Get("id"), strings.TrimSpace(f.Get("digits"))
	if len(id) > 64 || len(digits) > 20 {
		return badRequest("验证码是6位数字。")
	}
	var got audience.Result
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		got, err = works.Audience.Confirm(r.Context(), tx, id, digits)
		return err
	})
	if err != nil {
		return err
	}
	if !got.Done {
		problem := fmt.Sprintf("验证码不对，还可以试 %d 次。", got.Left)
		if got.Left == 0 {
			problem = "验证码错得太多，已失效，请重新获取。"
		}
		return s.subscribeCodePage(w, r, http.StatusBadRequest, id, got.Deed, problem, "")
	}
	p := s.page(r, "已"+got.Deed.Chinese(), home, Link{Text: "订阅预警信息", URL: "/warnings/subscribe"}, Link{Text: "已" + got.Deed.Chinese()})
	p.Data = map[string]any{"Deed": got.Deed, "Held": len(got.More), "Unit": works.Warnings.Hazards[0].Unit}
	return s.render(w, http.StatusOK, "subscribed.html", p)
}
