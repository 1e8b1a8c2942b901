package account

import (
	"fmt"
	"time"
)

// Refusal is an error meant for the person at the screen. It never tells whether a user exists to somebody who
// has not logged in, and never carries a password or a code.
type Refusal struct {
	Kind    Kind
	Field   string    // name of the form field that it belongs to; empty for the form as a whole
	Message string    // in Chinese: what is wrong and what to do
	Until   time.Time // with Locked: when to try again
}

// Kind sorts refusals for the caller: which HTTP status, which exit code.
type Kind uint8

// The kinds of refusal.
const (
	Invalid   Kind = iota + 1 // what was typed cannot be taken
	Denied                    // wrong name, password or code
	Locked                    // too many failures; Until says when to come back
	NotLogged                 // no session, or it has ended
	Forbidden                 // logged in, but not allowed to
	NotFound
	Conflict // such a thing exists already, or the state does not allow it
)

func (r *Refusal) Error() string {
	if r.Field != "" {
		return fmt.Sprintf("%s: %s", r.Field, r.Message)
	}
	return r.Message
}

// Is lets errors.Is compare by kind: errors.Is(err, account.ErrLocked).
func (r *Refusal) Is(target error) bool {
	t, ok := target.(*Refusal)
	return ok && t.Message == "" && t.Kind == r.Kind
}

// Errors to compare with; what is returned carries a message besides.
var (
	ErrInvalid   error = &Refusal{Kind: Invalid}
	ErrDenied    error = &Refusal{Kind: Denied}
	ErrLocked    error = &Refusal{Kind: Locked}
	ErrNotLogged error = &Refusal{Kind: NotLogged}
	ErrForbidden error = &Refusal{Kind: Forbidden}
	ErrNotFound  error = &Refusal{Kind: NotFound}
	ErrConflict  error = &Refusal{Kind: Conflict}
)

func denied() error {
	return &Refusal{Kind: Denied, Message: "用户名或密码不对，或账号不可用。请检查大小写后再试；忘记密码请找本县管理员重置。"}
}

func locked(now, until time.Time) error {
	return &Refusal{Kind: Locked, Until: until,
		Message: "连续失败次数过多，请在" + waiting(until.Sub(now)) + "后再试；着急可请本县管理员解锁。"}
}

// waiting is 15 分钟 or 2 小时, rounded up.
func waiting(d time.Duration) string {
	m := int((d + time.Minute - 1) / time.Minute)
	if m < 1 {
		m = 1
	}
	if m <= 90 {
		return fmt.Sprintf(" %d 分钟", m)
	}
	return fmt.Sprintf(" %d 小时", (m+59)/60)
}
