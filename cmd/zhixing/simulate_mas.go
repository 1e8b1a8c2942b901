package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"zhixing/gateway/mas/platform"
	"zhixing/gateway/sms"
)

// simulateMAS plays a 云MAS platform: it prints what it is given, brings receipts, and replies as persons would.
func simulateMAS(ctx context.Context, c *call) error {
	p := &platform.Platform{}
	fs := c.flags
	listen := fs.String("listen", "127.0.0.1:8099", "where clients post to, at /sms/norsubmit and /sms/tmpsubmit")
	fs.StringVar(&p.ECName, "firm", "示例县政府", "ecName of the one account")
	fs.StringVar(&p.APID, "account", "apid", "apId")
	fs.StringVar(&p.Sign, "sign", "SIGN", "code of its signature")
	secret := c.secret("secret", "secretKey of the account")
	fs.IntVar(&p.Most, "most", 1000, "mobiles in one request")
	fs.StringVar(&p.Push, "push", "", "address below which receipts and replies are brought, as https://HOST/…/TOKEN")
	reply := fs.String("reply", "", "what each person replies; {code} is the code that the text asks for, without one nobody replies")
	silent := fs.String("silent", "", "mobiles that do not reply, with commas")
	failing := fs.String("failing", "", "mobiles that nothing reaches, with commas")
	after := fs.Duration("after", 0, "before receipts and replies are brought")
	numbers := fs.Bool("numbers", false, "print whole numbers")
	if err := c.parse(); err != nil {
		return err
	}
	if len(c.args) != 1 || c.args[0] != "mas" {
		return fmt.Errorf("%w: wants %s", errUsage, c.cmd.args)
	}
	if p.Secret = *secret; p.Secret == "" {
		p.Secret = "secret"
	}
	silence, failure := strings.Split(*silent, ","), strings.Split(*failing, ",")
	show := sms.Hide
	if *numbers {
		show = func(s string) string { return s }
	}
	var printing sync.Mutex
	say := func(format string, args ...any) {
		printing.Lock()
		defer printing.Unlock()
		fmt.Fprintf(c.out, time.Now().Format(time.TimeOnly)+" "+format+"\n", args...)
	}
	p.Took = func(t platform.Taken) {
		to := make([]string, 0, 3)
		for _, m := range t.Mobiles[:min(len(t.Mobiles), 3)] {
			to = append(to, show(m))
		}
		more := ""
		if n := len(t.Mobiles) - len(to); n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		say("%s to %s%s: %s", t.Group, strings.Join(to, ", "), more, t.Text)
	}
	p.Refused = func(code string) { say("refused: %s", code) }
	p.Status = func(mobile string) string {
		if slices.Contains(failure, mobile) {
			return "MK:0004"
		}
		return "CM:0000"
	}
	p.After = *after
	p.Answer = func(t platform.Taken, mobile string) string {
		code := asksFor(t.Text)
		if *reply == "" || slices.Contains(silence, mobile) || slices.Contains(failure, mobile) || strings.Contains(*reply, "{code}") && code == "" {
			return ""
		}
		return strings.ReplaceAll(*reply, "{code}", code)
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	say("listening on %s; a line “MOBILE TEXT” on standard input is that person's reply", l.Addr())
	go func() {
		lines := bufio.NewScanner(c.in)
		for lines.Scan() {
			mobile, text, ok := strings.Cut(strings.TrimSpace(lines.Text()), " ")
			if !ok {
				continue
			}
			if err := p.Say(mobile, strings.TrimSpace(text)); err != nil {
				say("not brought: %v", err)
			}
		}
	}()
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// asked finds the code that a text asks to be answered with, soon behind 回复.
var asked = regexp.MustCompile(`回复[^0-9A-Z。！]{0,12}([0-9A-Z]{2,8})`)

func asksFor(text string) string {
	if m := asked.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}
