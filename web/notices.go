package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/notice"
	"zhixing/personnel"
)

// noticeRoutes is what people are told, and by which way: inbox, choices, deliveries.
var noticeRoutes = []route{
	{"GET /notices", seated, false, false, (*Server).notices, "消息：未读在前"},
	{"GET /notices/{id}", seated, false, false, (*Server).openNotice, "打开一条消息：记为已读，转到它说的页面"},
	{"POST /notices/read", seated, false, false, (*Server).readNotices, "消息全部记为已读"},
	{"GET /notices/settings", seated, false, false, (*Server).noticeSettings, "通知方式：邮箱、推送、哪类通知走哪种渠道"},
	{"POST /notices/settings", seated, false, false, (*Server).setNoticeSettings, "保存通知方式"},
	{"POST /notices/phone", seated, false, false, (*Server).setOwnPhone, "登记本人叫应时打的手机"},
	{"POST /notices/push", seated, false, false, (*Server).subscribePush, "本浏览器接收推送"},
	{"POST /notices/push/off", seated, false, false, (*Server).unsubscribePush, "本浏览器不再接收推送"},
	{"GET /notices/deliveries", overseers, false, false, (*Server).deliveries, "通知发送情况：未送出的和原因"},
	{"POST /notices/deliveries/{id}/retry", overseers, false, false, (*Server).retryDelivery, "重新发送一条通知"},
	{"GET /live", seated, false, false, (*Server).liveStream, "打开的页面得知台账有变动（text/event-stream）"},
	{"GET /sw.js", everybody, false, false, (*Server).serviceWorker, "浏览器后台脚本：推送、填报页离线打开"},
}

var noticeStatus = map[notice.Kind]int{notice.Invalid: 400, notice.NotFound: 404, notice.Conflict: 409, notice.TooLarge: 413}

// noticeKind is a kind of notice as pages call it.
type noticeKind struct{ Kind, Name, Hint string }

// noticeKinds are the kinds that the ledger and scores put, in the order of the pages.
var noticeKinds = []noticeKind{
	{"sign", "请签收", "交办给本单位的任务"}, {"rung", "督办提醒", "临期、滞后、逾期"}, {"sent_back", "退回", "申请销号后被退回"}, {"letter", "督办文书", "待签发、发来和反馈的文书"},
	{"note", "批示", "县领导的批示"}, {"extension", "延期批复", ""}, {"transfer", "移交", ""}, {"suspend", "中止", ""}, {"resume", "恢复办理", ""}, {"reopen", "重新办理", ""},
	{"close", "销号", ""}, {"cancel", "终止", ""}, {"flag", "后续文件", "更正、废止等可能改变任务"}, {"support", "配合情况", "配合单位的填报"},
	{"callup", "叫应", "须本人应答"}, {"check", "待复核", "申请销号"}, {"ask", "申请延期", ""}, {"appeal", "考核申诉", ""},
}

func kindName(kind string) string {
	for _, k := range noticeKinds {
		if k.Kind == kind {
			return k.Name
		}
	}
	return "其他"
}

func (s *Server) notices(w http.ResponseWriter, r *http.Request) error {
	who := string(sessionOf(r).User.Name)
	q := notice.InboxQuery{Cursor: r.URL.Query().Get("after"), Unread: r.URL.Query().Get("unread") == "1"}
	var list []notice.Message
	var next string
	var unread int
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if list, next, err = notice.Inbox(ctx, tx, s.countyCode, who, q); err == nil {
			unread, err = notice.Unread(ctx, tx, s.countyCode, who)
		}
		return err
	})
	if err != nil {
		return err
	}
	newest := notice.ID(0)
	for _, m := range list {
		newest = max(newest, m.ID)
	}
	p := s.office(r, "消息", Link{Text: "消息"})
	data := map[string]any{"List": list, "Unread": unread, "Only": q.Unread, "Newest": newest, "Oversees": s.maySit(r, overseers) == nil, "First": q.Cursor == ""}
	if next != "" {
		v := url.Values{"after": {next}}
		if q.Unread {
			v.Set("unread", "1")
		}
		data["Next"] = "/notices?" + v.Encode()
	}
	p.Data = data
	return s.render(w, http.StatusOK, "notices.html", p)
}

func noticeID(r *http.Request) (notice.ID, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return 0, notFound("没有这条消息。")
	}
	return notice.ID(n), nil
}

// openNotice marks a message as read and goes to what it is about; one that leads nowhere is shown.
func (s *Server) openNotice(w http.ResponseWriter, r *http.Request) error {
	id, err := noticeID(r)
	if err != nil {
		return err
	}
	who := string(sessionOf(r).User.Name)
	var m notice.Message
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = notice.MessageBy(ctx, tx, s.countyCode, who, id)
		return err
	})
	if err != nil {
		return err
	}
	if m.Read.IsZero() {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
			_, err := notice.MarkRead(r.Context(), tx, s.countyCode, who, id)
			return err
		})
		if err != nil {
			return err
		}
	}
	if to := localPath(m.Path); to != "" && r.URL.Query().Get("show") == "" {
		return &redirectError{to}
	}
	p := s.office(r, m.Subject, Link{Text: "消息", URL: "/notices"}, Link{Text: kindName(m.Kind)})
	p.Data = m
	return s.render(w, http.StatusOK, "notice.html", p)
}

func (s *Server) readNotices(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badRequest("表单不完整，请重新提交。")
	}
	upTo, err := strconv.ParseInt(r.PostForm.Get("newest"), 10, 64)
	if err != nil || upTo < 1 {
		return badRequest("表单不完整，请刷新消息页后再办。")
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := notice.MarkAllRead(r.Context(), tx, s.countyCode, string(sessionOf(r).User.Name), notice.ID(upTo))
		return err
	})
	if err != nil {
		return err
	}
	return &redirectError{"/notices?done=read"}
}

// noticeChoice is one line of the table of choices.
type noticeChoice struct {
	noticeKind
	Email, Push bool
}

func (s *Server) noticeSettings(w http.ResponseWriter, r *http.Request) error {
	return s.noticeSettingsAgain(w, r, http.StatusOK, nil)
}

// noticeSettingsAgain is the page as things stand, with what is wrong about the number that was typed.
func (s *Server) noticeSettingsAgain(w http.ResponseWriter, r *http.Request, status int, wrong problems) error {
	var pref notice.Preference
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		pref, err = notice.PreferenceOf(ctx, tx, s.countyCode, string(sessionOf(r).User.Name))
		return err
	})
	if err != nil {
		return err
	}
	return s.noticeSettingsPage(w, r, status, pref, wrong)
}

func (s *Server) noticeSettingsPage(w http.ResponseWriter, r *http.Request, status int, pref notice.Preference, wrong problems) error {
	browsers := 0
	var person int64
	var phone personnel.Phone
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if person, err = personnel.PersonOf(ctx, tx, s.countyCode, string(sessionOf(r).User.Name)); err != nil {
			return err
		}
		if phone, err = personnel.PhoneOf(ctx, tx, s.countyCode, person); err != nil {
			return err
		}
		browsers, err = notice.Subscriptions(ctx, tx, s.countyCode, string(sessionOf(r).User.Name))
		return err
	})
	if err != nil {
		return err
	}
	var rows []noticeChoice
	for _, k := range append(noticeKinds[:len(noticeKinds):len(noticeKinds)], noticeKind{"", "其他", "以后新增的种类"}) {
		rows = append(rows, noticeChoice{k, pref.Wants(notice.ByEmail, k.Kind), pref.Wants(notice.ByPush, k.Kind)})
	}
	p := s.office(r, "通知方式", Link{Text: "消息", URL: "/notices"}, Link{Text: "通知方式"})
	data := map[string]any{"Email": pref.Email, "Rows": rows, "Wrong": wrong, "Mail": s.Notices.Mail != nil, "Push": "", "Browsers": browsers, "Person": person, "Phone": typedPhone(r, phone, wrong["phone"] != "")}
	if s.Notices.Push != nil {
		data["Push"] = s.Notices.Push.Key.Public()
	}
	p.Data = data
	return s.render(w, status, "notice_settings.html", p)
}

func (s *Server) setNoticeSettings(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badRequest("表单不完整，请重新提交。")
	}
	f := r.PostForm
	who := string(sessionOf(r).User.Name)
	var pref notice.Preference
	var refused error
	err := s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		was, err := notice.PreferenceOf(r.Context(), tx, s.countyCode, who)
		if err != nil {
			return err
		}
		pref = notice.Preference{Email: was.Email}
		if s.Notices.Mail != nil {
			pref.Email = strings.TrimSpace(f.Get("email"))
		}
		for _, k := range append([]noticeKind{{}}, noticeKinds...) {
			for _, ch := range []struct {
				name    string
				channel notice.Channel
				offered bool
			}{{"email", notice.ByEmail, s.Notices.Mail != nil}, {"push", notice.ByPush, s.Notices.Push != nil}} {
				wanted := f.Get(ch.name+"-"+k.Kind) == "1"
				if !ch.offered { // the page did not ask: what was chosen stays
					wanted = was.Wants(ch.channel, k.Kind)
				}
				pref.Choices = append(pref.Choices, notice.Choice{Kind: k.Kind, Channel: ch.channel, Wanted: wanted})
			}
		}
		refused = notice.SetPreference(r.Context(), tx, s.countyCode, who, pref)
		return refused
	})
	if err == nil {
		return &redirectError{"/notices/settings?done=noticed"}
	}
	if refused != nil && notice.KindOf(refused) != 0 {
		he := asHTTPError(refused)
		return s.noticeSettingsPage(w, r, he.status, pref, problems{"email": he.message})
	}
	return err
}

var noPush = notFound("本站没有启用浏览器推送。")

func (s *Server) subscribePush(w http.ResponseWriter, r *http.Request) error {
	if s.Notices.Push == nil {
		return noPush
	}
	if err := r.ParseForm(); err != nil {
		return badRequest("表单不完整，请重新提交。")
	}
	f := r.PostForm
	err := s.DB.Write(r.Context(), func(tx *db.Tx) error {
		return s.Notices.Push.Subscribe(r.Context(), tx, s.countyCode, string(sessionOf(r).User.Name), f.Get("endpoint"), f.Get("p256dh"), f.Get("auth"))
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"subscribed": true})
}

func (s *Server) unsubscribePush(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badRequest("表单不完整，请重新提交。")
	}
	err := s.DB.Write(r.Context(), func(tx *db.Tx) error {
		return notice.Unsubscribe(r.Context(), tx, s.countyCode, string(sessionOf(r).User.Name), r.PostForm.Get("endpoint"))
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"subscribed": false})
}

// serviceWorker is served at the root, because its place bounds what it may serve. It changes with the program.
func (s *Server) serviceWorker(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, err := w.Write(s.static["sw.js"].body)
	return err
}

func init() {
	flashes["read"] = "消息已全部记为已读。"
	flashes["noticed"] = "通知方式已保存。"
	flashes["resent"] = "已交重新发送，稍后可看结果。"
}
