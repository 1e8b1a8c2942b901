// Package account keeps who may do what in a county: users with their roles, passwords, second factors and
// sessions. Everything here is bound to one county, and every change names its author in the journal.
//
// Logging in is a walk through stages, and the stage is a pure function of what is recorded (see StageOf):
//
//	name and password ──▶ NeedsCode ──▶ NeedsPassword ──▶ NeedsEnrolment ──▶ Ready
//	                      (second       (one-time         (role demands a
//	                       factor set)   password used)    second factor, none set)
//
// Steps that do not apply are passed over. Only a Ready session can do anything:
//
//	token, s, err := accounts.LogIn(ctx, "张三", password, account.Client{Addr: addr, Agent: agent})
//	switch {
//	case err != nil:                    // a *Refusal is for the person at the screen, anything else for the operator
//	case s.Stage == account.NeedsCode:  // ask for the six digits: accounts.CheckCode(ctx, s, code, client)
//	case s.Can(account.PublishDocuments):
//	}
//
// What the person keeps is a Token of 256 random bits in a cookie; the database has only its SHA-256. A token is
// replaced whenever the session gains rights. Times are UTC; "now" is the clock that the database was opened with.
package account

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Name is what a user logs in with, as Canonical makes it. It is never given to another person.
type Name string

// Role is what an office lets a user do. A user may hold several.
type Role string

// The roles. Whoever is not logged in is the public and holds none.
const (
	Administrator Role = "administrator" // 管理员: users, and reading the journal
	Editor        Role = "editor"        // 编辑: drafts and mends
	Publisher     Role = "publisher"     // 签发: publishes what another has drafted
	UnitMember    Role = "unit"          // 单位人员: reports for one unit
)

// Roles lists every role in the order of the pages.
var Roles = []Role{Administrator, Editor, Publisher, UnitMember}

// Chinese is what the pages call the role.
func (r Role) Chinese() string {
	switch r {
	case Administrator:
		return "管理员"
	case Editor:
		return "编辑"
	case Publisher:
		return "签发"
	case UnitMember:
		return "单位人员"
	}
	return "未知角色"
}

// Permission is one thing that not everybody may do.
type Permission string

// The permissions.
const (
	DraftDocuments   Permission = "draft"   // upload an issue, see and mend drafts, withhold, attach
	PublishDocuments Permission = "publish" // publish, correct, withdraw
	ManageUsers      Permission = "users"
	ReadJournal      Permission = "journal"
	ReportProgress   Permission = "report" // fill in what one's unit has done
)

var granted = map[Role][]Permission{
	Administrator: {ManageUsers, ReadJournal},
	Editor:        {DraftDocuments},
	Publisher:     {DraftDocuments, PublishDocuments},
	UnitMember:    {ReportProgress},
}

// User is one account of the county.
type User struct {
	Name     Name
	FullName string // 姓名; equals Name where none was given
	Unit     string // of a UnitMember, and of others where it was given
	Roles    []Role // in the order of Roles
	Active   bool
	Demo     bool // usable in a demonstration only, with a second factor that everybody may know

	OneTimeUntil time.Time // the password is a one-time password, good until then; zero for a password of one's own
	SecondFactor bool      // a second factor is set
	SingleSignOn bool      // may log in through the OpenID Connect issuer
	Bound        bool      // and has: the issuer's subject is known
	Created      time.Time
	LastLogIn    time.Time // zero where never
	LockedUntil  time.Time // zero where not locked; filled by List and Find only
}

// Has reports whether the user holds the role.
func (u User) Has(r Role) bool { return slices.Contains(u.Roles, r) }

// RoleNames is 编辑、签发 for pages.
func (u User) RoleNames() string {
	names := make([]string, len(u.Roles))
	for i, r := range u.Roles {
		names[i] = r.Chinese()
	}
	return strings.Join(names, "、")
}

// NeedsSecondFactor reports whether a role of the user demands a second factor.
func (u User) NeedsSecondFactor() bool { return u.Has(Administrator) || u.Has(Publisher) }

// Can reports whether an active user's roles allow p. Web handlers ask Session.Can, which also knows the stage.
func Can(u User, p Permission) bool {
	if !u.Active {
		return false
	}
	for _, r := range u.Roles {
		if slices.Contains(granted[r], p) {
			return true
		}
	}
	return false
}

// Canonical folds full-width forms and ASCII capitals, so that a name is the same however it was typed, and
// refuses what is not a name: 2 to 32 Chinese characters, letters, digits and . _ - @
func Canonical(s string) (Name, error) {
	if len(s) > 4*maxName*3 {
		return "", badName
	}
	s = strings.ToLower(strings.TrimSpace(norm.NFKC.String(s)))
	if n := utf8.RuneCountInString(s); n < 2 || n > maxName {
		return "", badName
	}
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) && !(r >= 'a' && r <= 'z') && !(r >= '0' && r <= '9') && !strings.ContainsRune("._-@·", r) {
			return "", badName
		}
	}
	return Name(s), nil
}

const maxName = 32

var badName = &Refusal{Kind: Invalid, Field: "name", Message: "用户名应为 2 至 32 个汉字、字母、数字或 . _ - @ ·"}

// ParseRoles reads roles and puts them in order; an unknown one is refused.
func ParseRoles(in []string) ([]Role, error) {
	var out []Role
	for _, s := range in {
		if !slices.Contains(Roles, Role(s)) {
			return nil, &Refusal{Kind: Invalid, Field: "roles", Message: "没有这种角色，请从列出的角色中选择"}
		}
	}
	for _, r := range Roles {
		if slices.Contains(in, string(r)) {
			out = append(out, r)
		}
	}
	return out, nil
}
