package account

import (
	"context"

	"zhixing/db"
	"zhixing/journal"
)

// deed is what the journal calls something done to an account.
type deed string

// The deeds, with what pages call them.
const (
	deedCreate      deed = "account.create"
	deedRoles       deed = "account.roles"
	deedDisable     deed = "account.disable"
	deedEnable      deed = "account.enable"
	deedReset       deed = "account.reset_password"
	deedResetFactor deed = "account.reset_second_factor"
	deedUnlock      deed = "account.unlock"
	deedSSO         deed = "account.single_sign_on"
	deedBind        deed = "account.bind"
	deedLogIn       deed = "account.login"
	deedLogInFailed deed = "account.login_failed"
	deedCodeFailed  deed = "account.code_failed"
	deedLogOut      deed = "account.logout"
	deedEndSession  deed = "account.end_session"
	deedPassword    deed = "account.change_password"
	deedEnrol       deed = "account.enrol"
	deedRecovery    deed = "account.recovery_code"
)

// Deeds gives what pages call this package's records in the journal.
var Deeds = map[string]string{
	string(deedCreate): "新建账号", string(deedRoles): "调整角色", string(deedDisable): "停用账号", string(deedEnable): "启用账号",
	string(deedReset): "重置密码", string(deedResetFactor): "解除二次验证", string(deedUnlock): "解除锁定",
	string(deedSSO): "统一身份认证设置", string(deedBind): "绑定统一身份", string(deedLogIn): "登录", string(deedLogInFailed): "登录失败",
	string(deedCodeFailed): "二次验证失败", string(deedLogOut): "退出", string(deedEndSession): "结束登录",
	string(deedPassword): "修改密码", string(deedEnrol): "绑定二次验证", string(deedRecovery): "使用恢复码",
}

// nobody is the author of what happens to an account while nobody is logged in.
const nobody = "system"

// Actor is who administers accounts, on what basis and from where. The zero Actor may do nothing.
type Actor struct {
	Name     Name
	Basis    string // the reason given, for the journal
	Addr     string
	operator bool
}

// Actor is the session's user as the author of an act. A session that is not Ready gives nobody.
func (s *Session) Actor(basis string) Actor {
	if s == nil || s.Stage != Ready {
		return Actor{}
	}
	return Actor{Name: s.User.Name, Basis: basis, Addr: s.Client.Addr}
}

// Operator is whoever works at the machine itself, through the command line: no account, every right over
// accounts. The journal names him console:root.
func Operator(systemUser string) Actor {
	return Actor{Name: Name("console:" + systemUser), operator: true}
}

// note writes a deed on an account into the journal.
func (a *Accounts) note(ctx context.Context, tx *db.Tx, by Actor, what deed, about Name, detail string) error {
	e := journal.Entry{Who: string(by.Name), What: string(what), Subject: "account/" + string(about), Basis: by.Basis, Detail: detail}
	if e.Who == "" {
		e.Who = nobody
	}
	if by.Addr != "" {
		if e.Detail != "" {
			e.Detail += "；"
		}
		e.Detail += "来自 " + by.Addr
	}
	_, err := journal.Append(ctx, tx, a.county, e)
	return err
}

// own is a user acting on his own account.
func own(s *Session) Actor { return Actor{Name: s.User.Name, Addr: s.Client.Addr} }

// from is nobody, at an address.
func (c Client) nobody() Actor { return Actor{Addr: c.Addr} }
