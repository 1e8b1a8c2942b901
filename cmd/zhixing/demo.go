package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"

	"zhixing/account"
	"zhixing/db"
	"zhixing/publication"
)

// demoAccount is an account of the demonstration county. Everybody may know its password and second factor, so it
// exists only where the site was started as a demonstration.
type demoAccount struct{ name, role, unit, secret, does string }

const demoPassword = "zhixing-yanshi-2023"

var demoAccounts = []demoAccount{
	{"演示编辑", string(account.Editor), "", "", "上传、校改、提交"},
	{"演示签发", string(account.Publisher), "", "KRUGS4ZANFZSAYJANRXW4ZZAONUXI2LD", "签发公布、更正、撤回"},
	{"演示管理员", string(account.Administrator), "", "MRSW23ZAMFSG22LONFZXI4TBORXXEIDL", "管理用户、查看留痕"},
}

// demo starts a site with the demonstration county, its issues and accounts.
func demo(ctx context.Context, c *call) error {
	s := c.site()
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(0, 0); err != nil {
		return err
	}
	if err := s.bind(); err != nil {
		return err
	}
	defer s.listener.Close()
	if err := c.openSite(ctx, s, opening{create: true, demo: true}); err != nil {
		return err
	}
	defer s.db.Close()
	switch isDemo, isNew, err := s.whose(ctx); {
	case err != nil:
		return err
	case !isDemo && !isNew:
		return errors.New("this is the record of a county at work; invented documents and accounts that everybody knows do not belong there: name another folder with --data")
	}
	if err := s.demoAccounts(ctx); err != nil {
		return err
	}
	if err := s.demoIssues(ctx); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "\n  知行 演示站点：%s\n\n  账号（密码都是 %s）：\n", *s.baseURL, demoPassword)
	for _, a := range demoAccounts {
		fmt.Fprintf(c.out, "    %-6s\t%s\n", a.name, a.does)
	}
	fmt.Fprintf(c.out, "  二次验证码（另开一个终端）：%s user code 演示签发 --data %s\n  按 Ctrl+C 停止。\n\n", os.Args[0], *c.common.data)
	return s.run(ctx, c, true)
}

// whose tells a demonstration, a new record and that of a county at work apart.
func (s *site) whose(ctx context.Context) (isDemo, isNew bool, err error) {
	users, err := s.accounts.List(ctx, account.Filter{})
	if err != nil {
		return false, false, err
	}
	size := int64(0)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		size, err = s.log.Size(ctx, tx)
		return err
	})
	isDemo = slices.ContainsFunc(users, func(u account.User) bool { return u.Demo })
	return isDemo, len(users) == 0 && size == 0, err
}

func (s *site) demoAccounts(ctx context.Context) error {
	for _, a := range demoAccounts {
		_, _, err := s.accounts.Create(ctx, account.Operator("demo"), account.NewUser{
			Name: a.name, Roles: []string{a.role}, Unit: a.unit, Demo: true, Password: demoPassword, Secret: a.secret,
		})
		if err != nil && !errors.Is(err, account.ErrConflict) {
			return fmt.Errorf("account %s: %w", a.name, err)
		}
	}
	return nil
}

// demoIssues publishes the issues of the county's folder that are not public yet.
func (s *site) demoIssues(ctx context.Context) error {
	drafter, err := s.actor(ctx, demoAccounts[0].name)
	if err != nil {
		return err
	}
	publisher, err := s.actor(ctx, demoAccounts[1].name)
	if err != nil {
		return err
	}
	for _, is := range s.county.Issues {
		no := publication.IssueNo{Year: is.Year, No: is.No}
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			_, err := publication.IssueOf(ctx, tx, string(s.county.Place.Code), no)
			return err
		})
		if err == nil {
			continue
		}
		if publication.KindOf(err) != publication.NotFound {
			return err
		}
		if _, err := s.publish(ctx, path.Base(is.File), is.Text, drafter, publisher); err != nil {
			return fmt.Errorf("publish %s: %w", is.File, err)
		}
	}
	return nil
}
