package main

import (
	"context"
	"fmt"
	"os/user"
	"runtime/debug"
	"strings"

	"zhixing/account"
)

// user manages accounts from the console, in the name of whoever sits there.
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
	if verb != "list" && len(c.args) < 2 {
		return fmt.Errorf("%w: whose account?", errUsage)
	}
	if err := c.openSite(ctx, s, opening{demo: verb == "code"}); err != nil {
		return err
	}
	defer s.db.Close()
	by := account.Operator(systemUser())
	if verb == "list" {
		return s.listUsers(ctx, c)
	}
	name, err := account.Canonical(c.args[1])
	if err != nil {
		return err
	}
	switch verb {
	case "add":
		u, password, err := s.accounts.Create(ctx, by, account.NewUser{Name: string(name), FullName: *full, Unit: *unit, Roles: split(*roles)})
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "已建立账号 %s（%s），一次性密码 %s，首次登录须修改。\n", u.Name, u.RoleNames(), password)
	case "reset":
		password, err := s.accounts.ResetPassword(ctx, by, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "已重置 %s，一次性密码 %s。\n", name, password)
	case "roles":
		if err := s.accounts.SetRoles(ctx, by, name, split(*roles), *unit); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "已设置 %s 的角色。\n", name)
	case "disable", "enable":
		if err := s.accounts.SetActive(ctx, by, name, verb == "enable"); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "已%s %s。\n", map[string]string{"disable": "停用", "enable": "启用"}[verb], name)
	case "unlock":
		if err := s.accounts.Unlock(ctx, by, name); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "已解锁 %s。\n", name)
	case "reset-second-factor":
		if err := s.accounts.ResetSecondFactor(ctx, by, name); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "已解除 %s 的二次验证，下次登录时重新绑定。\n", name)
	case "code":
		code, err := s.accounts.DemoCode(ctx, string(name))
		if err != nil {
			return err
		}
		fmt.Fprintln(c.out, code)
	default:
		return fmt.Errorf("%w: %q: want add, list, reset, reset-second-factor, roles, disable, enable, unlock or code", errUsage, verb)
	}
	return nil
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
