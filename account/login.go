package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"zhixing/db"
)

// Locks: after so many failures in a row the name is locked, each time twice as long. What was tried is counted
// whether such a user exists or not, so a lock tells nothing.
const (
	maxFailures = 5
	firstLock   = 15 * time.Minute
	longestLock = 8 * time.Hour
	forgetAfter = 24 * time.Hour // without a failure
)

// failureKey is what failures are counted under: a hash, because people type passwords into the wrong field.
func failureKey(what, name string) string {
	sum := sha256.Sum256([]byte(what + "\x00" + name))
	return hex.EncodeToString(sum[:16])
}

func passwordKey(n Name) string { return failureKey("password", string(n)) }
func codeKey(n Name) string     { return failureKey("code", string(n)) }

// failure is the record of failed attempts under one key.
type failure struct {
	failures, locks int64
	lockedUntil     time.Time
	last            time.Time
}

// attempt counts one more failure and reports whether that locks the key; ErrLocked where it is locked already.
func (f *failure) attempt(now time.Time) (locks bool, err error) {
	if f.lockedUntil.After(now) {
		return false, locked(now, f.lockedUntil)
	}
	if now.Sub(f.last) > forgetAfter {
		f.failures, f.locks = 0, 0
	}
	f.last = now
	if f.failures++; f.failures < maxFailures {
		return false, nil
	}
	f.failures = 0
	f.lockedUntil = now.Add(min(firstLock<<min(f.locks, 10), longestLock))
	f.locks++
	return true, nil
}

// begin counts an attempt as failed before it is judged, so that a thousand tries at once are not all judged
// before the first is counted. Success takes the count away again.
func (a *Accounts) begin(ctx context.Context, key string) (locks bool, err error) {
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		f, err := a.loadFailure(ctx, tx, key)
		if err != nil {
			return err
		}
		if locks, err = f.attempt(tx.Now()); err != nil {
			return err
		}
		return a.saveFailure(ctx, tx, key, f)
	})
	return locks, err
}

// LogIn checks a name and a password and begins a session, whose Stage says what is still wanted. ErrDenied and
// ErrLocked tell nothing about whether the user exists; both take the time of one password hash or none.
func (a *Accounts) LogIn(ctx context.Context, name, password string, from Client) (Token, *Session, error) {
	from = from.bounded()
	n, bad := Canonical(name)
	key := passwordKey(n)
	if bad != nil || len(password) > maxPassword {
		n, key = "", failureKey("unreadable", cut(name, 256))
	}
	locks, err := a.begin(ctx, key)
	if err != nil {
		return "", nil, wrap("LogIn", err)
	}
	var rec record
	err = a.db.Read(ctx, func(tx *db.Tx) (err error) {
		rec, err = a.load(ctx, tx, n)
		return err
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", nil, wrap("LogIn", err)
	}
	ok, stale, err := a.hash.verify(ctx, rec.password, cut(password, maxPassword))
	if err != nil {
		return "", nil, wrap("LogIn", err)
	}
	if !ok || !a.usable(rec.User) {
		why := "密码不对"
		if rec.Name == "" {
			why = "没有这个用户"
		} else if ok {
			why = "账号已停用"
		}
		return "", nil, wrap("LogIn", a.loginFailed(ctx, rec.Name, locks, why, from))
	}
	if !rec.OneTimeUntil.IsZero() && a.db.Now().After(rec.OneTimeUntil) {
		return "", nil, &Refusal{Kind: Denied, Message: "一次性密码已过期，请本县管理员重置。"}
	}
	renewed := ""
	if stale && !rec.Demo {
		if renewed, err = a.hash.hash(ctx, password); err != nil {
			return "", nil, wrap("LogIn", err)
		}
	}
	var t Token
	var s *Session
	err = a.write(ctx, "LogIn", func(tx *db.Tx) error {
		// The password may have been reset while it was hashed: what was checked must still hold.
		again, err := a.load(ctx, tx, n)
		if err != nil {
			return err
		}
		if again.password != rec.password || !a.usable(again.User) {
			return denied()
		}
		if renewed != "" {
			if err := a.setPassword(ctx, tx, n, rec.password, renewed, rec.OneTimeUntil); err != nil {
				return err
			}
		}
		if err := a.clearFailure(ctx, tx, key); err != nil {
			return err
		}
		t, s, err = a.start(ctx, tx, again.User, ByPassword, from)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	return t, s, nil
}

// loginFailed journals a failure and returns what to tell. An unknown name is not written down: it may be a
// password typed into the wrong field.
func (a *Accounts) loginFailed(ctx context.Context, n Name, locks bool, why string, from Client) error {
	if n == "" {
		a.mu.Lock()
		quiet := !a.strangers.AllowN(a.db.Now(), 1)
		a.mu.Unlock()
		if quiet {
			return denied()
		}
	}
	err := a.db.Write(ctx, func(tx *db.Tx) error {
		return a.note(ctx, tx, from.nobody(), deedLogInFailed, n, why+lockNote(locks))
	})
	if err != nil {
		return err
	}
	return denied()
}

func lockNote(locks bool) string {
	if locks {
		return "，已锁定"
	}
	return ""
}

// start begins a session and journals the log-in when nothing more is wanted of the second factor.
func (a *Accounts) start(ctx context.Context, tx *db.Tx, u User, via string, from Client) (Token, *Session, error) {
	s := &Session{ID: newID(), User: u, Via: via, Client: from, Started: tx.Now(), Seen: tx.Now()}
	s.Stage = StageOf(u, via, false)
	t := newToken()
	if err := a.dropOverdue(ctx, tx, tx.Now()); err != nil {
		return "", nil, err
	}
	if err := a.insertSession(ctx, tx, s, t.hash()); err != nil {
		return "", nil, err
	}
	if s.Stage == NeedsCode {
		return t, s, nil
	}
	return t, s, a.entered(ctx, tx, s)
}

// entered records that somebody is in.
func (a *Accounts) entered(ctx context.Context, tx *db.Tx, s *Session) error {
	if err := a.setLastLogIn(ctx, tx, s.User.Name, tx.Now()); err != nil {
		return err
	}
	how := ""
	if s.Via == ByOIDC {
		how = "统一身份认证"
	}
	return a.note(ctx, tx, own(s), deedLogIn, s.User.Name, how)
}

// CheckCode takes the six digits of the second factor, or a recovery code, and moves the session on under a new
// token. The old token is worthless afterwards.
func (a *Accounts) CheckCode(ctx context.Context, s *Session, typed string) (Token, *Session, error) {
	if s == nil || s.Stage != NeedsCode {
		return "", nil, &Refusal{Kind: Conflict, Message: "现在不需要验证码。"}
	}
	if err := a.spendCode(ctx, s, typed); err != nil {
		return "", nil, wrap("CheckCode", err)
	}
	var t Token
	var next *Session
	err := a.write(ctx, "CheckCode", func(tx *db.Tx) (err error) {
		if t, next, err = a.rotate(ctx, tx, s, true); err != nil {
			return err
		}
		return a.entered(ctx, tx, next)
	})
	if err != nil {
		return "", nil, err
	}
	return t, next, nil
}

// spendCode uses up a code of the session's user, or counts and journals the failure.
func (a *Accounts) spendCode(ctx context.Context, s *Session, typed string) error {
	n := s.User.Name
	locks, err := a.begin(ctx, codeKey(n))
	if err != nil {
		return err
	}
	var ok bool
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := a.load(ctx, tx, n)
		if err != nil {
			return err
		}
		if ok, err = a.useCode(ctx, tx, s, rec, typed); err != nil {
			return err
		}
		if ok {
			return a.clearFailure(ctx, tx, codeKey(n))
		}
		if locks && s.Stage == NeedsCode { // whoever guesses here has the password: away with the half-open session
			if err := a.deleteSession(ctx, tx, n, s.ID); err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
		}
		return a.note(ctx, tx, s.Client.nobody(), deedCodeFailed, n, strings.TrimPrefix(lockNote(locks), "，"))
	})
	if err == nil && !ok {
		err = &Refusal{Kind: Denied, Field: "code",
			Message: "验证码不对，或这个码已经用过。请看手机上当前的六位数字，必要时等它变化后再输入。"}
	}
	return err
}

// useCode accepts a code once: a step of the clock, or a recovery code.
func (a *Accounts) useCode(ctx context.Context, tx *db.Tx, s *Session, rec record, typed string) (bool, error) {
	if code, ok := recoveryForm(typed); ok {
		used, err := a.useRecovery(ctx, tx, rec.Name, recoveryHash(rec.Name, code))
		if err != nil || !used {
			return false, err
		}
		return true, a.note(ctx, tx, own(s), deedRecovery, rec.Name, "")
	}
	at, ok := matchCode(rec.secret, typed, a.codeTime(tx), rec.step)
	if !ok {
		return false, nil
	}
	return a.useStep(ctx, tx, rec.Name, at)
}

// ChangePassword sets a password of the person's own, ends his other sessions and goes on under a new token. old is
// asked for, except where the person has only just come in with a one-time password.
func (a *Accounts) ChangePassword(ctx context.Context, s *Session, old, password string) (Token, *Session, error) {
	if s.Stage != NeedsPassword && s.Stage != Ready && s.Stage != NeedsEnrolment {
		return "", nil, &Refusal{Kind: Conflict, Message: "请先完成前面的步骤。"}
	}
	n := s.User.Name
	if err := checkPassword(n, password); err != nil {
		return "", nil, err
	}
	var rec record
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) {
		rec, err = a.load(ctx, tx, n)
		return err
	})
	if err != nil {
		return "", nil, wrap("ChangePassword", err)
	}
	if s.Stage != NeedsPassword {
		if err := a.checkOld(ctx, s, rec, old); err != nil {
			return "", nil, wrap("ChangePassword", err)
		}
	}
	same, _, err := a.hash.verify(ctx, rec.password, password)
	if err != nil {
		return "", nil, wrap("ChangePassword", err)
	}
	if same {
		return "", nil, &Refusal{Kind: Invalid, Field: "password", Message: "新密码不能与原来的密码相同"}
	}
	stored, err := a.hash.hash(ctx, password)
	if err != nil {
		return "", nil, wrap("ChangePassword", err)
	}
	var t Token
	var next *Session
	err = a.write(ctx, "ChangePassword", func(tx *db.Tx) error {
		if err := a.setPassword(ctx, tx, n, rec.password, stored, time.Time{}); err != nil {
			return loggedOut(err) // changed by somebody else meanwhile
		}
		if err := a.deleteSessions(ctx, tx, n, s.ID); err != nil {
			return err
		}
		if err := a.note(ctx, tx, own(s), deedPassword, n, ""); err != nil {
			return err
		}
		t, next, err = a.rotate(ctx, tx, s, false)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	return t, next, nil
}

// checkOld asks for the present password again, and counts failures as at the log-in.
func (a *Accounts) checkOld(ctx context.Context, s *Session, rec record, old string) error {
	locks, err := a.begin(ctx, passwordKey(rec.Name))
	if err != nil {
		return err
	}
	ok, _, err := a.hash.verify(ctx, rec.password, cut(old, maxPassword))
	if err != nil {
		return err
	}
	if !ok {
		if err := a.loginFailed(ctx, rec.Name, locks, "修改密码时原密码不对", s.Client); !errors.Is(err, ErrDenied) {
			return err
		}
		return &Refusal{Kind: Denied, Field: "old", Message: "原密码不对"}
	}
	return a.db.Write(ctx, func(tx *db.Tx) error { return a.clearFailure(ctx, tx, passwordKey(rec.Name)) })
}

// rotate gives the session a new token and reads it anew: what its user may do has changed.
func (a *Accounts) rotate(ctx context.Context, tx *db.Tx, s *Session, secondFactor bool) (Token, *Session, error) {
	t := newToken()
	if err := a.renewSession(ctx, tx, s.User.Name, s.ID, t.hash(), secondFactor); err != nil {
		return "", nil, err
	}
	s, err := a.findSession(ctx, tx, t.hash())
	return t, s, err
}
