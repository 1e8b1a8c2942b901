package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"zhixing/db"
)

// How long a session lives. Seen is written at most once a minute, so idle log-out comes after 29 to 30 minutes.
const (
	IdleLimit    = 30 * time.Minute
	WholeLimit   = 12 * time.Hour
	PendingLimit = 10 * time.Minute // from the password to the code
	seenEvery    = time.Minute
)

// Token is the secret that a logged-in browser keeps: 256 random bits in base64url.
type Token string

func newToken() Token {
	b := make([]byte, 32)
	rand.Read(b)
	return Token(base64.RawURLEncoding.EncodeToString(b))
}

func (t Token) hash() string {
	sum := sha256.Sum256([]byte(t))
	return hex.EncodeToString(sum[:])
}

// Client is where a request came from, for the list of sessions and the journal.
type Client struct {
	Addr  string // IP address, without port
	Agent string // User-Agent as sent
}

func (c Client) bounded() Client {
	return Client{Addr: cut(c.Addr, 64), Agent: cut(c.Agent, 256)}
}

// cut keeps at most n bytes of valid text.
func cut(s string, n int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	for len(s) > n {
		_, size := utf8.DecodeLastRuneInString(s[:len(s)])
		s = s[:len(s)-size]
	}
	return s
}

// Stage is how far a session has come on its way in.
type Stage string

// The stages. Only Ready gives any right.
const (
	NeedsCode      Stage = "code"     // second factor set, not shown yet
	NeedsPassword  Stage = "password" // came with a one-time password: choose one's own
	NeedsEnrolment Stage = "enrol"    // the role demands a second factor and none is set
	Ready          Stage = "ready"
)

// Ways to log in, as Session.Via.
const (
	ByPassword = "password"
	ByOIDC     = "oidc"
)

// Session is one log-in of one user, as it stood when it was asked for.
type Session struct {
	ID           string // not secret; what the list of sessions calls it
	User         User
	Stage        Stage
	Via          string
	SecondFactor bool // the second factor was shown in this session
	Client       Client
	Started      time.Time
	Seen         time.Time // to the minute
	Current      bool      // in a list: the session that asked
}

// Can reports whether the session is Ready and its user's roles allow p. A nil session is the public.
func (s *Session) Can(p Permission) bool {
	return s != nil && s.Stage == Ready && Can(s.User, p)
}

// StageOf is the whole rule of the way in.
func StageOf(u User, via string, secondFactorShown bool) Stage {
	switch {
	case u.SecondFactor && !secondFactorShown:
		return NeedsCode
	case via == ByPassword && !u.OneTimeUntil.IsZero():
		return NeedsPassword
	case !u.SecondFactor && u.NeedsSecondFactor():
		return NeedsEnrolment
	}
	return Ready
}

// overdue says in words why a session has ended by itself; empty while it lives.
func (s *Session) overdue(now time.Time) string {
	switch {
	case now.Sub(s.Seen) > IdleLimit:
		return "因 30 分钟没有操作，已自动退出，请重新登录。"
	case now.Sub(s.Started) > WholeLimit:
		return "登录已满 12 小时，请重新登录。"
	case s.Stage == NeedsCode && now.Sub(s.Started) > PendingLimit:
		return "输入验证码超过 10 分钟，请重新登录。"
	}
	return ""
}

var errNoSession = &Refusal{Kind: NotLogged, Message: "请先登录。"}

// SessionFrom finds the session of a token and notes that it was seen. ErrNotLogged where there is none or it has
// ended, with the reason in words.
func (a *Accounts) SessionFrom(ctx context.Context, t Token) (*Session, error) {
	if len(t) != 43 {
		return nil, errNoSession
	}
	var s *Session
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) {
		s, err = a.findSession(ctx, tx, t.hash())
		return err
	})
	if errors.Is(err, ErrNotFound) || err == nil && !a.usable(s.User) {
		return nil, errNoSession
	}
	if err != nil {
		return nil, wrap("SessionFrom", err)
	}
	now := a.db.Now()
	if why := s.overdue(now); why != "" {
		err := a.db.Write(ctx, func(tx *db.Tx) error { return a.deleteSession(ctx, tx, s.User.Name, s.ID) })
		if err != nil {
			return nil, wrap("SessionFrom", err)
		}
		return nil, &Refusal{Kind: NotLogged, Message: why}
	}
	if now.Sub(s.Seen) >= seenEvery {
		s.Seen = now
		if err := a.db.Write(ctx, func(tx *db.Tx) error { return a.touchSession(ctx, tx, s.ID, now) }); err != nil {
			return nil, wrap("SessionFrom", err)
		}
	}
	return s, nil
}

// LogOut ends the session.
func (a *Accounts) LogOut(ctx context.Context, s *Session) error {
	return a.write(ctx, "LogOut", func(tx *db.Tx) error {
		if err := a.deleteSession(ctx, tx, s.User.Name, s.ID); err != nil {
			return err
		}
		return a.note(ctx, tx, own(s), deedLogOut, s.User.Name, "")
	})
}

// Sessions lists the living sessions of the session's user, the latest first, the asking one marked.
func (a *Accounts) Sessions(ctx context.Context, s *Session) ([]*Session, error) {
	var out []*Session
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		all, err := a.listSessions(ctx, tx, s.User.Name)
		for _, o := range all {
			if o.overdue(tx.Now()) == "" {
				o.Current = o.ID == s.ID
				out = append(out, o)
			}
		}
		return err
	})
	return out, wrap("Sessions", err)
}

// EndSession ends one session of the session's own user; ErrNotFound where he has no such session.
func (a *Accounts) EndSession(ctx context.Context, s *Session, id string) error {
	return a.write(ctx, "EndSession", func(tx *db.Tx) error {
		if err := a.deleteSession(ctx, tx, s.User.Name, id); err != nil {
			return err
		}
		return a.note(ctx, tx, own(s), deedEndSession, s.User.Name, "一处")
	})
}

// EndOthers ends every other session of the session's user.
func (a *Accounts) EndOthers(ctx context.Context, s *Session) error {
	return a.write(ctx, "EndOthers", func(tx *db.Tx) error {
		if err := a.deleteSessions(ctx, tx, s.User.Name, s.ID); err != nil {
			return err
		}
		return a.note(ctx, tx, own(s), deedEndSession, s.User.Name, "其他各处")
	})
}

// Browser is a short name for the list of sessions, such as Edge（Windows）.
func (c Client) Browser() string {
	name := "其他浏览器"
	for _, b := range [][2]string{ // the first that is named wins: later ones are claimed by the earlier
		{"MicroMessenger", "微信"}, {"DingTalk", "钉钉"}, {"QaxBrowser", "奇安信浏览器"}, {"QQBrowser", "QQ 浏览器"}, {"360SE", "360 浏览器"},
		{"QIHU", "360 浏览器"}, {"UBrowser", "UC 浏览器"}, {"UOS", "统信浏览器"}, {"Edg", "Edge"}, {"Firefox", "火狐"}, {"OPR", "Opera"},
		{"Chrome", "Chrome"}, {"Safari", "Safari"}, {"Trident", "IE"}, {"curl", "curl"},
	} {
		if strings.Contains(c.Agent, b[0]) {
			name = b[1]
			break
		}
	}
	for _, o := range [][2]string{
		{"Android", "安卓"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"Linux", "Linux"},
	} {
		if strings.Contains(c.Agent, o[0]) {
			return name + "（" + o[1] + "）"
		}
	}
	return name
}
