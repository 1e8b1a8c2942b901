package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"zhixing/db"
)

// OneTimeLife is how long a one-time password is good for.
const OneTimeLife = 7 * 24 * time.Hour

// NewUser is what an administrator fills in.
type NewUser struct {
	Name     string
	FullName string // as Name where empty
	Unit     string // required of a UnitMember
	Roles    []string

	// For a demonstration only, where Options.Demo is set: an account whose password and second factor are
	// known to everybody. Secret is base32.
	Demo     bool
	Password string
	Secret   string
}

// Create makes an account and returns its one-time password, which is kept nowhere. by must be an administrator.
func (a *Accounts) Create(ctx context.Context, by Actor, n NewUser) (User, string, error) {
	rec, err := n.record()
	if err != nil {
		return User{}, "", err
	}
	if n.Demo && !a.opts.Demo {
		return User{}, "", &Refusal{Kind: Forbidden, Message: "演示账号只能建在演示县。"}
	}
	once, c := "", known
	if !n.Demo {
		c, once = a.hash.cost, oneTime()
		n.Password = once
		rec.OneTimeUntil = a.db.Now().Add(OneTimeLife)
	}
	if rec.password, err = a.hash.hashAt(ctx, c, n.Password); err != nil {
		return User{}, "", wrap("Create", err)
	}
	err = a.write(ctx, "Create", func(tx *db.Tx) error {
		if err := a.mayManage(ctx, tx, by); err != nil {
			return err
		}
		if _, err := a.load(ctx, tx, rec.Name); !errors.Is(err, ErrNotFound) {
			if err != nil {
				return err
			}
			return &Refusal{Kind: Conflict, Field: "name", Message: "已有这个用户名，请换一个（停用的用户名也不能再用）"}
		}
		rec.Created = tx.Now()
		if err := a.insert(ctx, tx, rec); err != nil {
			return err
		}
		what := rec.RoleNames()
		if rec.Unit != "" {
			what += "，" + rec.Unit
		}
		return a.note(ctx, tx, by, deedCreate, rec.Name, what)
	})
	if err != nil {
		return User{}, "", err
	}
	return rec.User, once, nil
}

// record checks what was filled in.
func (n NewUser) record() (record, error) {
	var rec record
	var err error
	if rec.Name, err = Canonical(n.Name); err != nil {
		return rec, err
	}
	if rec.Roles, err = ParseRoles(n.Roles); err != nil {
		return rec, err
	}
	if rec.Unit, err = line(n.Unit, "unit", 40); err != nil {
		return rec, err
	}
	if rec.FullName, err = line(n.FullName, "full_name", 40); err != nil {
		return rec, err
	}
	if err := rolesFit(rec.Roles, rec.Unit); err != nil {
		return rec, err
	}
	if rec.FullName == "" {
		rec.FullName = string(rec.Name)
	}
	rec.Active, rec.Demo = true, n.Demo
	if n.Demo {
		if err := checkPassword(rec.Name, n.Password); err != nil {
			return rec, err
		}
		if n.Secret != "" {
			if rec.secret, err = parseSecret(n.Secret); err != nil {
				return rec, err
			}
		}
	}
	return rec, nil
}

func rolesFit(roles []Role, unit string) error {
	if len(roles) == 0 {
		return &Refusal{Kind: Invalid, Field: "roles", Message: "请至少选一个角色"}
	}
	if slices.Contains(roles, UnitMember) && unit == "" {
		return &Refusal{Kind: Invalid, Field: "unit", Message: "单位人员要填所在单位"}
	}
	return nil
}

// line takes one line of text of at most n characters.
func line(s, field string, n int) (string, error) {
	s = strings.TrimSpace(norm.NFC.String(strings.ToValidUTF8(s, "")))
	if len([]rune(s)) > n || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", &Refusal{Kind: Invalid, Field: field, Message: "请写在一行里，不要超过 40 个字"}
	}
	return s, nil
}

// FirstAdministrator makes the account admin with a one-time password where the county has no account at all. The
// password is returned once, for the caller to print; empty where there are accounts.
func (a *Accounts) FirstAdministrator(ctx context.Context) (User, string, error) {
	none := false
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		all, err := a.loadAll(ctx, tx)
		none = len(all) == 0
		return err
	})
	if err != nil || !none {
		return User{}, "", wrap("FirstAdministrator", err)
	}
	u, once, err := a.Create(ctx, Operator("first-start"), NewUser{Name: "admin", FullName: "首任管理员", Roles: []string{string(Administrator)}})
	if errors.Is(err, ErrConflict) { // another server was first
		return User{}, "", nil
	}
	return u, once, err
}

// SetRoles changes roles and unit, and ends the sessions of that user. Nobody takes the administrator's role from
// himself, so that a county always keeps one.
func (a *Accounts) SetRoles(ctx context.Context, by Actor, name Name, roles []string, unit string) error {
	parsed, err := ParseRoles(roles)
	if err != nil {
		return err
	}
	if unit, err = line(unit, "unit", 40); err != nil {
		return err
	}
	if err := rolesFit(parsed, unit); err != nil {
		return err
	}
	return a.change(ctx, deedRoles, by, name, func(tx *db.Tx, rec record) (string, error) {
		if by.Name == name && !slices.Contains(parsed, Administrator) {
			return "", &Refusal{Kind: Conflict, Field: "roles", Message: "不能取消自己的管理员角色，请另一位管理员办理"}
		}
		if err := a.setRoles(ctx, tx, name, parsed, unit); err != nil {
			return "", err
		}
		what := "由“" + rec.RoleNames() + "”改为“" + User{Roles: parsed}.RoleNames() + "”"
		if unit != rec.Unit {
			what += "，单位由“" + rec.Unit + "”改为“" + unit + "”"
		}
		return what, a.deleteSessions(ctx, tx, name, "")
	})
}

// SetActive disables an account and ends its sessions, or enables it again. Nobody disables himself.
func (a *Accounts) SetActive(ctx context.Context, by Actor, name Name, active bool) error {
	what := deedEnable
	if !active {
		what = deedDisable
	}
	return a.change(ctx, what, by, name, func(tx *db.Tx, rec record) (string, error) {
		if by.Name == name && !active {
			return "", &Refusal{Kind: Conflict, Message: "不能停用自己，请另一位管理员办理。"}
		}
		if err := a.setActive(ctx, tx, name, active); err != nil || active {
			return "", err
		}
		return "", a.deleteSessions(ctx, tx, name, "")
	})
}

// ResetPassword gives an account a new one-time password, returned once, ends its sessions and unlocks it.
func (a *Accounts) ResetPassword(ctx context.Context, by Actor, name Name) (string, error) {
	once := oneTime()
	stored, err := a.hash.hash(ctx, once)
	if err != nil {
		return "", wrap("ResetPassword", err)
	}
	err = a.change(ctx, deedReset, by, name, func(tx *db.Tx, rec record) (string, error) {
		if by.Name == name {
			return "", &Refusal{Kind: Conflict, Message: "自己的密码请在“修改密码”里改。"}
		}
		if err := a.setPassword(ctx, tx, name, rec.password, stored, tx.Now().Add(OneTimeLife)); err != nil {
			return "", err
		}
		if err := a.clearFailure(ctx, tx, passwordKey(name)); err != nil {
			return "", err
		}
		return "", a.deleteSessions(ctx, tx, name, "")
	})
	if err != nil {
		return "", err
	}
	return once, nil
}

// ResetSecondFactor takes a lost second factor and its recovery codes off an account and ends its sessions. Where
// the role demands one, the user sets a new one at the next log-in.
func (a *Accounts) ResetSecondFactor(ctx context.Context, by Actor, name Name) error {
	return a.change(ctx, deedResetFactor, by, name, func(tx *db.Tx, rec record) (string, error) {
		if by.Name == name {
			return "", &Refusal{Kind: Conflict, Message: "自己的二次验证请在“二次验证”里重新绑定。"}
		}
		if err := a.setSecondFactor(ctx, tx, name, nil, 0); err != nil {
			return "", err
		}
		if err := a.replaceRecovery(ctx, tx, name, nil); err != nil {
			return "", err
		}
		if err := a.clearFailure(ctx, tx, codeKey(name)); err != nil {
			return "", err
		}
		return "", a.deleteSessions(ctx, tx, name, "")
	})
}

// Unlock forgets the failures of an account.
func (a *Accounts) Unlock(ctx context.Context, by Actor, name Name) error {
	return a.change(ctx, deedUnlock, by, name, func(tx *db.Tx, rec record) (string, error) {
		if err := a.clearFailure(ctx, tx, passwordKey(name)); err != nil {
			return "", err
		}
		return "", a.clearFailure(ctx, tx, codeKey(name))
	})
}

// AllowSingleSignOn lets an account log in through the OpenID Connect issuer, or stops it. Allowing it also
// forgets the person it was bound to: the next log-in with this name binds anew. Either way whoever is in through the
// issuer is logged out.
func (a *Accounts) AllowSingleSignOn(ctx context.Context, by Actor, name Name, allow bool) error {
	return a.change(ctx, deedSSO, by, name, func(tx *db.Tx, rec record) (string, error) {
		if err := a.setSingleSignOn(ctx, tx, name, allow); err != nil {
			return "", err
		}
		if err := a.deleteSessionsVia(ctx, tx, name, ByOIDC); err != nil {
			return "", err
		}
		if allow {
			return "允许", nil
		}
		return "停止", nil
	})
}

// change is one act of an administrator on an account: checked, done and journaled in one transaction. do gives
// what the journal says besides.
func (a *Accounts) change(ctx context.Context, what deed, by Actor, name Name, do func(*db.Tx, record) (string, error)) error {
	return a.write(ctx, string(what), func(tx *db.Tx) error {
		if err := a.mayManage(ctx, tx, by); err != nil {
			return err
		}
		rec, err := a.load(ctx, tx, name)
		if err != nil {
			return err
		}
		detail, err := do(tx, rec)
		if err != nil {
			return err
		}
		return a.note(ctx, tx, by, what, name, detail)
	})
}

// mayManage checks by as the record now has him, not as he was when his page was made.
func (a *Accounts) mayManage(ctx context.Context, tx *db.Tx, by Actor) error {
	if by.operator {
		return nil
	}
	rec, err := a.load(ctx, tx, by.Name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err != nil || !a.usable(rec.User) || !Can(rec.User, ManageUsers) {
		return &Refusal{Kind: Forbidden, Message: "只有管理员可以管理账号。"}
	}
	return nil
}

// Find returns one account; ErrNotFound where there is none.
func (a *Accounts) Find(ctx context.Context, name Name) (User, error) {
	var u User
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := a.load(ctx, tx, name)
		if err != nil {
			return err
		}
		locks, err := a.locksOf(ctx, tx, tx.Now())
		u = rec.User
		u.LockedUntil = later(locks[passwordKey(name)], locks[codeKey(name)])
		return err
	})
	return u, wrap("Find", err)
}

// Filter narrows a list of users; its zero value lists all.
type Filter struct {
	Text   string // part of name, full name or unit
	Role   Role
	Status Status
}

// Status is a state of accounts to list.
type Status string

// The states; the empty Status is every account.
const (
	Active   Status = "active"
	Disabled Status = "disabled"
	LockedUp Status = "locked"
	Unready  Status = "unready" // one-time password, or a second factor that is demanded and not set
)

// List gives the users that fit, by name. A county has hundreds of them, so it is read whole.
func (a *Accounts) List(ctx context.Context, f Filter) ([]User, error) {
	var out []User
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		all, err := a.loadAll(ctx, tx)
		if err != nil {
			return err
		}
		locks, err := a.locksOf(ctx, tx, tx.Now())
		for _, u := range all {
			u.LockedUntil = later(locks[passwordKey(u.Name)], locks[codeKey(u.Name)])
			if f.fits(u) {
				out = append(out, u)
			}
		}
		return err
	})
	// Sorted here: the collation of a database is nobody's promise.
	slices.SortFunc(out, func(x, y User) int { return strings.Compare(string(x.Name), string(y.Name)) })
	return out, wrap("List", err)
}

func (f Filter) fits(u User) bool {
	text := strings.ToLower(fold(strings.TrimSpace(f.Text)))
	if text != "" && !strings.Contains(strings.ToLower(fold(string(u.Name)+"\n"+u.FullName+"\n"+u.Unit)), text) {
		return false
	}
	if f.Role != "" && !u.Has(f.Role) {
		return false
	}
	switch f.Status {
	case Active:
		return u.Active
	case Disabled:
		return !u.Active
	case LockedUp:
		return !u.LockedUntil.IsZero()
	case Unready:
		return u.Active && (!u.OneTimeUntil.IsZero() || u.NeedsSecondFactor() && !u.SecondFactor)
	}
	return true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
