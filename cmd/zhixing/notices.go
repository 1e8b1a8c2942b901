package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/notice"
	"zhixing/personnel"
)

// outside is the flags of the ways on which notices leave the house. All are off where nothing is set.
type outside struct {
	host, security, user, password, from *string
	port                                 *int
	webhooks                             *string
	pushContact, pushHosts               *string
	channels                             *string
}

func (c *call) outside() *outside {
	return &outside{
		host:        c.flags.String("smtp-host", "", "mail server for notices (optional)"),
		port:        c.flags.Int("smtp-port", 465, "its port"),
		security:    c.flags.String("smtp-security", "tls", "tls, starttls, or none within the same house"),
		user:        c.flags.String("smtp-user", "", "user name at the mail server"),
		password:    c.secret("smtp-password", "its password"),
		from:        c.flags.String("smtp-from", "", "sender, such as '某县人民政府办公室 <notice@gov.example.cn>'"),
		webhooks:    c.secret("webhooks", "robots of groups, one a line: NAME wecom|dingtalk|json URL [unit=…] [kinds=a,b] [secret=…]"),
		pushContact: c.flags.String("push-contact", "", "mailto: or https: address for push services; turns web push on (optional)"),
		channels:    c.flags.String("channels", "", "file that says by which gateways warnings and calls go out (docs/channels.md); without one none does"),
		pushHosts:   c.flags.String("push-hosts", strings.Join(notice.PushServices, ","), "push services that may be called"),
	}
}

// config is what the flags say; mistakes are told before anything is served.
func (o *outside) config(site string) (notice.Config, error) {
	cfg := notice.Config{Site: site}
	if *o.host != "" {
		cfg.Mail = &notice.Mail{Host: *o.host, Port: *o.port, Security: notice.Security(*o.security), User: *o.user, Password: *o.password, From: *o.from}
	}
	for n, line := range strings.Split(*o.webhooks, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		h, err := parseHook(line)
		if err != nil {
			return cfg, fmt.Errorf("%w: webhooks, line %d: %w", errUsage, n+1, err)
		}
		cfg.Hooks = append(cfg.Hooks, h)
	}
	if err := cfg.Check(); err != nil {
		return cfg, fmt.Errorf("%w: %w", errUsage, err)
	}
	return cfg, nil
}

// parseHook reads one line. Its address is a secret, so no error repeats it.
func parseHook(line string) (h notice.Hook, err error) {
	words := strings.Fields(line)
	if len(words) < 3 {
		return h, errors.New("want NAME STYLE URL, separated by blanks")
	}
	h = notice.Hook{Name: words[0], Style: notice.Style(words[1]), URL: words[2]}
	for _, w := range words[3:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "unit":
			h.Unit = value
		case "kinds":
			h.Kinds = strings.Split(value, ",")
		case "secret":
			h.Secret = value
		default:
			return h, fmt.Errorf("%s: behind the address there may be unit=, kinds= and secret=", h.Name)
		}
	}
	return h, nil
}

// notices makes ready how notices are carried; the courier is nil where the county keeps no ledger. Without flags, as in a
// demonstration, nothing leaves the house.
func (s *site) notices(ctx context.Context) (notice.Config, *notice.Courier, error) {
	cfg := notice.Config{Site: *s.baseURL}
	if s.ledger == nil {
		return cfg, nil, nil
	}
	if s.outside != nil {
		var err error
		if cfg, err = s.outside.config(*s.baseURL); err != nil {
			return cfg, nil, err
		}
		for _, h := range cfg.Hooks {
			if _, ok := s.county.Directory.Resolve(h.Unit); h.Unit != "" && !ok {
				return cfg, nil, fmt.Errorf("%w: webhooks: %s: the county has no unit %s", errUsage, h.Name, h.Unit)
			}
		}
		if *s.outside.pushContact != "" {
			key, err := notice.LoadPushKey(ctx, s.db, s.ledger.County)
			if err != nil {
				return cfg, nil, err
			}
			cfg.Push = &notice.Push{Key: key, Contact: *s.outside.pushContact, Hosts: strings.Split(*s.outside.pushHosts, ",")}
			if err := cfg.Check(); err != nil {
				return cfg, nil, fmt.Errorf("%w: %w", errUsage, err)
			}
		}
	}
	rules := s.ledger.Rules
	return cfg, &notice.Courier{
		DB: s.db, County: s.ledger.County, Config: cfg, Logger: s.logger, Recipients: s.recipients,
		Open: func(t time.Time) bool { return rules.Hours.Open(rules.Workdays, t) },
		Next: func(t time.Time) time.Time { return rules.Hours.Next(rules.Workdays, t) },
	}, nil
}

// recipients are the people with a usable account who hold on the day what a notice is addressed to.
func (s *site) recipients(ctx context.Context, tx *db.Tx, county string, to notice.To, on calendar.Date) ([]notice.Person, error) {
	var held []personnel.Holder
	var err error
	switch {
	case to.Account != "":
		held = []personnel.Holder{{Account: to.Account}}
	case to.Post != "":
		held, err = personnel.HolderOf(ctx, tx, s.county.Book, county, personnel.PostID(to.Post), on)
	default:
		var roles []personnel.Role
		for _, r := range to.Roles {
			roles = append(roles, personnel.Role(r))
		}
		held, err = personnel.HoldersOf(ctx, tx, s.county.Book, county, to.Unit, on, roles...)
	}
	if err != nil {
		return nil, err
	}
	var out []notice.Person
	for _, h := range held {
		if h.Account == "" {
			continue
		}
		u, err := s.accounts.Find(ctx, account.Name(h.Account))
		switch {
		case errors.Is(err, account.ErrNotFound):
			continue
		case err != nil:
			return nil, err
		case !u.Active:
			continue
		}
		out = append(out, notice.Person{Account: h.Account, Name: u.FullName})
	}
	return out, nil
}
