package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"zhixing/account"
	"zhixing/audience"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
	"zhixing/publication"
	"zhixing/register"
	"zhixing/search"
)

// access says who may use a route.
type access uint8

const (
	everybody access = iota
	signedIn         // any session, however far it has come
	drafters         // editors and publishers
	publishers
	administrators // users
	auditors       // the journal
	thisHost       // the operator's own machine

	// Those that follow from seats; see acts.
	seated // some seat
	seeLedger
	editLedger
	signLedger
	reportLedger
	supportLedger
	claimLedger
	splitLedger
	checkLedger
	closeLedger
	noteLedger
	signLetters
	exportLedger
	appealScores
	decideScores
	officers  // the county office: persons, posts, aliases
	overseers // the county office and administrators
)

var permission = map[access]account.Permission{
	drafters: account.DraftDocuments, publishers: account.PublishDocuments, administrators: account.ManageUsers, auditors: account.ReadJournal,
}

const sessionCookie = "zhixing"

// cookieName keeps, over TLS, a neighbouring site of the same domain from giving our visitors a session of its choice:
// browsers take a __Host- cookie from this host alone.
func (s *Server) cookieName(r *http.Request) string {
	if s.secure(r) {
		return "__Host-" + sessionCookie
	}
	return sessionCookie
}

type sessionKey struct{}

// sessionOf is the session of the request, nil for the public.
func sessionOf(r *http.Request) *account.Session {
	s, _ := r.Context().Value(sessionKey{}).(*account.Session)
	return s
}

// withSession finds the session that the cookie names. A cookie that names none is the public's, not an error.
func (s *Server) withSession(r *http.Request) (*http.Request, error) {
	c, err := r.Cookie(s.cookieName(r))
	if err != nil || c.Value == "" {
		return r, nil
	}
	find := s.Accounts.SessionFrom
	if r.URL.Path == livePath { // a page asks this by itself
		find = s.Accounts.Peek
	}
	sess, err := find(r.Context(), account.Token(c.Value))
	if errors.Is(err, account.ErrNotLogged) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	return withSeating(r.WithContext(context.WithValue(r.Context(), sessionKey{}, sess))), nil
}

// setCookie keeps the token in the browser; the server keeps only its hash.
func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, t account.Token) {
	c := &http.Cookie{Name: s.cookieName(r), Value: string(t), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.secure(r)}
	if t == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// secure reports whether the browser reached us over TLS.
func (s *Server) secure(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(s.BaseURL, "https://")
}

// mayUse checks a route's access. Who is not signed in is sent to the log-in page and comes back afterwards.
func (s *Server) mayUse(r *http.Request, rt route) error {
	if rt.access == everybody {
		return nil
	}
	if rt.access == thisHost {
		if !fromThisHost(r) {
			return forbidden("这个地址只对本机开放。")
		}
		return nil
	}
	sess := sessionOf(r)
	if sess == nil {
		if r.Method == http.MethodGet {
			to := "/login?to=" + url.QueryEscape(r.URL.RequestURI())
			if c, err := r.Cookie(s.cookieName(r)); err == nil && c.Value != "" {
				to += "&ended=1" // there was a session: say why the page is gone
			}
			return &redirectError{to}
		}
		return &httpError{status: http.StatusUnauthorized, message: "登录已过期，请重新登录后再办。"}
	}
	if rt.access == signedIn {
		return nil
	}
	if sess.Stage != account.Ready {
		return &redirectError{"/login/next"}
	}
	if rt.access >= seated {
		return s.maySit(r, rt.access)
	}
	if !sess.Can(permission[rt.access]) {
		return forbidden("您的角色（" + sess.User.RoleNames() + "）不能办理这一项，请联系管理员。")
	}
	return nil
}

// client is where a request came from, for the journal and the list of sessions.
func client(r *http.Request) account.Client {
	return account.Client{Addr: clientAddress(r), Agent: r.UserAgent()}
}

// actor is the signed-in person as package publication knows him.
func actor(r *http.Request) publication.Actor {
	sess := sessionOf(r)
	return publication.Actor{
		Name: string(sess.User.Name), MayDraft: sess.Can(account.DraftDocuments), MayPublish: sess.Can(account.PublishDocuments),
	}
}

// asHTTPError finds the status and the sentence that belong to an error of any package.
func asHTTPError(err error) *httpError {
	var he *httpError
	if errors.As(err, &he) {
		return he
	}
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return &httpError{http.StatusRequestEntityTooLarge, "提交的内容超过上限 " + byteSize(int(big.Limit)) + "。", err}
	}
	var refusal *account.Refusal
	if errors.As(err, &refusal) {
		return &httpError{refusalStatus[refusal.Kind], refusal.Message, err}
	}
	var wide *search.TooWide
	if errors.As(err, &wide) {
		return &httpError{http.StatusBadRequest, wide.Error(), err}
	}
	if k := publication.KindOf(err); k != 0 {
		return &httpError{publicationStatus[k], publication.Message(err), err}
	}
	if k := personnel.KindOf(err); k != 0 {
		return &httpError{personnelStatus[k], personnel.Message(err), err}
	}
	var le *ledger.Error
	if errors.As(err, &le) {
		return &httpError{ledgerStatus[le.Kind], le.Message, err}
	}
	var re *register.Error
	if errors.As(err, &re) {
		return &httpError{registerStatus[re.Kind], re.Message, err}
	}
	if k := audience.KindOf(err); k != 0 {
		return &httpError{audienceStatus[k], audience.Message(err), err}
	}
	var ne *notice.Error
	if errors.As(err, &ne) {
		return &httpError{noticeStatus[ne.Kind], ne.Message, err}
	}
	if errors.Is(err, context.Canceled) {
		return &httpError{499, "请求已取消。", err}
	}
	if errors.Is(err, db.ErrOutcome) {
		return &httpError{http.StatusInternalServerError, "与数据库的连接在最后一步中断，不能确定是否已经办成。请先到相应页面核对，确认没有办成再重新办理。", err}
	}
	return &httpError{http.StatusInternalServerError, "系统出错，没有改动任何内容。请稍后再试；仍不行请联系系统管理员。", err}
}

var refusalStatus = map[account.Kind]int{
	account.Invalid: 400, account.Denied: 403, account.Locked: 429, account.NotLogged: 401, account.Forbidden: 403, account.NotFound: 404, account.Conflict: 409,
}

var publicationStatus = map[publication.Kind]int{
	publication.Invalid: 400, publication.NotAllowed: 403, publication.NotFound: 404, publication.Conflict: 409, publication.WrongState: 409, publication.TooLarge: 413,
}
