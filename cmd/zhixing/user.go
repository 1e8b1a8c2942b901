package main

import (
	"context"
	"fmt"
	"os/user"
	"runtime/debug"
	"slices"
	"strings"

	"zhixing/account"
)

var userVerbs = []string{"add", "list", "reset", "reset-second-factor", "roles", "disable", "enable", "unlock", "code"}

// userCommand manages accounts from the console, in the name of whoever sits there.
func userCommand(ctx context.Context, c *call) error {
	s := c.site()
	roles := c.flags.String("roles", "", "comma-separated: administrator, editor, publisher, unit")
	unit := c.flags.String("unit", "", "unit of the person")
	full := c.flags.String("full-name", "", "name as the pages show it")
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(1, 2); err != nil {
		return err
	}
	verb := c.args[0]
	if !slices.Contains(userVerbs, verb) {
		return fmt.Errorf("%w: %q: want one of %s", errUsage, verb, strings.Join(userVerbs, ", "))
	}
	if verb != "list" && len(c.args) < 2 {
		return fmt.Errorf("%w: whose account?", errUsage)
	}
	if err := c.openSite(ctx, s, opening{demo: verb == "code"}); err != nil {
		return err
	}
	defer s.db.Close()
	if verb == "list" {
		return s.listUsers(ctx, c)
	}
	name, err := account.Canonical(c.args[1])
	if err == nil {
		err = s.user(ctx, c, verb, account.NewUser{Name: string(name), FullName: *full, Unit: *unit, Roles: split(*roles)})
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, c.args[1], err)
	}
	return nil
}

// user does to one account what the verb says.
func (s *site) user(ctx context.Context, c *call, verb string, u account.NewUser) error {
	by, name := account.Operator(systemUser()), account.Name(u.Name)
	said := ""
	var err error
	switch verb {
	case "add":
		var made account.User
		var password string
		made, password, err = s.accounts.Create(ctx, by, u)
		said = fmt.Sprintf("已建立账号 %s（%s），一次性密码 %s，首次登录须修改。", made.Name, made.RoleNames(), password)
	case "reset":
		var password string
		password, err = s.accounts.ResetPassword(ctx, by, name)
		said = fmt.Sprintf("已重置 %s，一次性密码 %s。", name, password)
	case "roles":
		err = s.accounts.SetRoles(ctx, by, name, u.Roles, u.Unit)
		said = fmt.Sprintf("已设置 %s 的角色。", name)
	case "disable":
		err = s.accounts.SetActive(ctx, by, name, false)
		said = fmt.Sprintf("已停用 %s。", name)
	case "enable":
		err = s.accounts.SetActive(ctx, by, name, true)
		said = fmt.Sprintf("已启用 %s。", name)
	case "unlock":
		err = s.accounts.Unlock(ctx, by, name)
		said = fmt.Sprintf("已解锁 %s。", name)
	case "reset-second-factor":
		err = s.accounts.ResetSecondFactor(ctx, by, name)
		said = fmt.Sprintf("已解除 %s 的二次验证，下次登录时重新绑定。", name)
	case "code":
		said, err = s.accounts.DemoCode(ctx, string(name))
	}
	if err == nil {
		fmt.Fprintln(c.out, said)
	}
	return err
}

func (s *site) listUsers(ctx context.Context, c *call) error {
	users, err := s.accounts.List(ctx, account.Filter{})
	if err != nil {
		return err
	}
	for _, u := range users {
		state := "启用"
		if !u.Active {
			state = "停用"
		}
		fmt.Fprintf(c.out, "%s\t%s\t%s\t%s\n", u.Name, u.RoleNames(), state, u.Unit)
	}
	return nil
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '，' || r == ' ' })
}

func systemUser() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

// version prints what was built.
func version(_ context.Context, c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(0, 0); err != nil {
		return err
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	_, err := fmt.Fprintf(c.out, "zhixing %s %s\n", info.Main.Version, info.GoVersion)
	return err
}
