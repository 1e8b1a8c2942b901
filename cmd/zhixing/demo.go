package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"time"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/policy"
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

// demo starts a site with the demonstration county, its issues and accounts, on a day of its story.
func demo(ctx context.Context, c *call) error {
	s := c.site()
	on := c.onFlag()
	s.takes = c.demoIntake()
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(0, 0); err != nil {
		return err
	}
	return s.demonstrate(ctx, c, *on)
}

func (c *call) onFlag() *string {
	return c.flags.String("on", "", "day that the demonstration shows, such as 2023-11-20 (9:00 in China), or a time as in RFC 3339; without it the day that the county's demo.yaml names")
}

// parseOn reads --on: a day, which means the morning in China, or an instant.
func parseOn(s string) (time.Time, error) {
	if d, err := calendar.ParseDate(s); err == nil {
		return d.Time().Add(9 * time.Hour), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 2000 || t.Year() > 2100 {
		return t, fmt.Errorf("%w: --on %q: want a day such as 2023-11-20, or a time such as 2023-11-20T15:00:00+08:00", errUsage, s)
	}
	return t, nil
}

// demonstrate serves the demonstration on a day; empty: the day of the county's story.
func (s *site) demonstrate(ctx context.Context, c *call, on string) (err error) {
	var asked time.Time
	if on != "" {
		if asked, err = parseOn(on); err != nil {
			return err
		}
	}
	if err := s.bind(); err != nil {
		return err
	}
	defer s.listener.Close()
	if err := s.loadCounty(c); err != nil {
		return err
	}
	switch story := s.county.Story; {
	case story != nil:
		c.clock.hold(story.Scenes[0].At.Add(-time.Hour)) // a new record begins there
	case !asked.IsZero():
		c.clock.hold(asked)
	}
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
	if err := s.live(ctx, c, asked); err != nil {
		return err
	}
	s.greet(c)
	return s.run(ctx, c, true)
}

// live brings the demonstration to the day that was asked for, and lets its time go on from there.
func (s *site) live(ctx context.Context, c *call, asked time.Time) error {
	story := s.county.Story
	var from, newest time.Time
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if from, err = told(ctx, tx, string(s.county.Place.Code)); err == nil {
			newest, err = newestRecord(ctx, tx, string(s.county.Place.Code))
		}
		return err
	})
	if err != nil {
		return err
	}
	day := calendar.DateOf(newest)
	switch {
	case !newest.IsZero() && !asked.IsZero() && calendar.DateOf(asked).Before(day):
		return fmt.Errorf("这个文件夹里的演示已经到了%s，时间不能倒退到%s：请用 --data 另指一个文件夹", day.Chinese(), calendar.DateOf(asked).Chinese())
	case story != nil && from.IsZero() && newest.After(story.Scenes[0].At):
		return fmt.Errorf("这个文件夹里的演示（到%s）不是按演示故事记下来的，故事接不上：请用 --data 另指一个文件夹", day.Chinese())
	}
	if asked.IsZero() && story != nil {
		asked = story.On
	}
	if story != nil && !newest.IsZero() {
		c.clock.hold(newest)
	}
	if err := s.demoAccounts(ctx); err != nil {
		return err
	}
	var t *teller
	if story != nil {
		t = &teller{site: s, clock: c.clock, story: story, newest: newest}
		if err := t.tell(ctx, from, asked); err != nil {
			return err
		}
	} else if err := s.demoIssues(ctx); err != nil {
		return err
	}
	if asked.Before(newest) && !asked.IsZero() {
		asked = newest
	}
	if !asked.IsZero() {
		c.clock.goOn(asked)
	}
	if t != nil && s.county.Policies != nil {
		s.rain = t.rain()
	}
	return nil
}

// greet prints where the demonstration is and under which names it can be tried.
func (s *site) greet(c *call) {
	fmt.Fprintf(c.out, "\n  知行 演示站点：%s\n  模拟日期：%s\n\n  账号（密码都是 %s）：\n", *s.baseURL, calendar.DateOf(s.db.Now()).Chinese(), demoPassword)
	for _, a := range s.demoNames() {
		if a.does != "" {
			fmt.Fprintf(c.out, "    %-8s\t%s\n", a.name, a.does)
		}
	}
	folder := ""
	if *c.common.county != "" {
		folder = " --county " + *c.common.county
	}
	fmt.Fprintf(c.out, "  二次验证码（另开一个终端）：%s user code 演示签发 --data %s%s\n", os.Args[0], *c.common.data, folder)
	if len(s.leftOut) > 0 {
		fmt.Fprintf(c.out, "\n  演示里有 %d 步没有做成：\n", len(s.leftOut))
		for _, what := range s.leftOut {
			fmt.Fprintf(c.out, "    %s\n", what)
		}
	}
	fmt.Fprint(c.out, "  按 Ctrl+C 停止。\n\n")
}

// demoNames are all accounts of the demonstration: those of the gazette and those of the county's story.
func (s *site) demoNames() []demoAccount {
	out := slices.Clone(demoAccounts)
	if s.county.Story == nil {
		return out
	}
	for _, p := range s.county.Story.Persons {
		if p.LogsIn {
			out = append(out, demoAccount{p.Name, string(account.UnitMember), p.Unit, "", p.Does})
		}
	}
	return out
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
	for _, a := range s.demoNames() {
		if _, err := s.accounts.Find(ctx, account.Name(a.name)); err == nil {
			continue
		}
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
	for _, is := range s.county.Issues {
		if err := s.publishDemo(ctx, is.Year, is.No); err != nil {
			return err
		}
	}
	return nil
}

// publishDemo publishes one issue of the county's folder, if it is not public yet.
func (s *site) publishDemo(ctx context.Context, year, number int) error {
	no := publication.IssueNo{Year: year, No: number}
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := publication.IssueOf(ctx, tx, string(s.county.Place.Code), no)
		return err
	})
	if err == nil || publication.KindOf(err) != publication.NotFound {
		return err
	}
	drafter, err := s.actor(ctx, demoAccounts[0].name)
	if err != nil {
		return err
	}
	publisher, err := s.actor(ctx, demoAccounts[1].name)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(s.county.Issues, func(i policy.Issue) bool { return i.Year == year && i.No == number })
	is := s.county.Issues[at]
	if _, err := s.publish(ctx, path.Base(is.File), is.Text, drafter, publisher); err != nil {
		return fmt.Errorf("publish %s: %w", is.File, err)
	}
	return nil
}
