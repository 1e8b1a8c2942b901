package account

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhixing/account/oidctest"
)

func newClient(t *testing.T, p *oidctest.Issuer, now func() time.Time) *OIDC {
	o, err := NewOIDC(OIDCConfig{Issuer: p.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, RedirectURL: oidctest.RedirectURL}, now)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// through goes the whole way.
func through(p *oidctest.Issuer, o *OIDC) (Identity, error) {
	to, keep, err := o.Begin(ctx)
	if err != nil {
		return Identity{}, err
	}
	return o.Finish(ctx, keep, p.Authorize(to))
}

func TestOIDCLogIn(t *testing.T) {
	each(t, func(s *story) {
		p := oidctest.New(t, s.clock.Now)
		o := newClient(t, p, s.clock.Now)
		id, err := through(p, o)
		s.must(err)
		if id != (Identity{p.URL, "sub-1", "张三"}) {
			t.Fatal(id)
		}
		_, _, err = s.LogInAs(ctx, id, home)
		s.refused(err, ErrDenied) // nobody of that name
		s.hire("张三", Editor)
		_, _, err = s.LogInAs(ctx, id, home)
		s.refused(err, ErrDenied) // not allowed
		if us, _ := s.List(ctx, Filter{}); len(us) != 1 {
			t.Error("an account was made:", us)
		}
		s.must(s.AllowSingleSignOn(ctx, s.admin, "张三", true))
		tok, sess, err := s.LogInAs(ctx, id, home)
		s.must(err)
		if sess.Stage != Ready || !sess.Can(DraftDocuments) || sess.Via != ByOIDC {
			t.Error(sess)
		}
		back, err := s.SessionFrom(ctx, tok)
		s.must(err)
		if back.Stage != Ready || !back.User.Bound {
			t.Error(back)
		}

		// Somebody else calls himself 张三 at the issuer.
		_, _, err = s.LogInAs(ctx, Identity{p.URL, "sub-2", "张三"}, home)
		s.refused(err, ErrDenied)
		// The same subject at another issuer is somebody else.
		_, _, err = s.LogInAs(ctx, Identity{"https://other.example", "sub-1", "张三"}, home)
		s.refused(err, ErrDenied)
		// The person is renamed at the issuer: still the same person, and not whoever had that name.
		s.hire("李四", Administrator)
		s.must(s.AllowSingleSignOn(ctx, s.admin, "李四", true))
		_, sess, err = s.LogInAs(ctx, Identity{p.URL, "sub-1", "李四"}, home)
		s.must(err)
		if sess.User.Name != "张三" {
			t.Error("renamed into", sess.User.Name)
		}

		s.must(s.SetActive(ctx, s.admin, "张三", false))
		_, _, err = s.LogInAs(ctx, id, home)
		s.refused(err, ErrDenied)
		s.must(s.SetActive(ctx, s.admin, "张三", true))
		tok, _, err = s.LogInAs(ctx, id, home)
		s.must(err)
		s.must(s.AllowSingleSignOn(ctx, s.admin, "张三", false))
		_, _, err = s.LogInAs(ctx, id, home)
		s.refused(err, ErrDenied)
		_, err = s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged) // who was in through the issuer is out
		if all := strings.Join(s.history(), "\n"); !strings.Contains(all, "张三 account.bind account/张三 "+p.URL+" sub-1；来自 192.0.2.7") {
			t.Error(all)
		}
	})
}

func TestOIDCDoesNotReplaceTheSecondFactor(t *testing.T) {
	each(t, func(s *story) {
		s.settle("签发乙", Publisher)
		s.must(s.AllowSingleSignOn(ctx, s.admin, "签发乙", true))
		s.clock.Advance(time.Minute)
		_, sess, err := s.LogInAs(ctx, Identity{"https://issuer.example", "7", "签发乙"}, home)
		s.must(err)
		if sess.Stage != NeedsCode || sess.Can(PublishDocuments) {
			t.Fatal(sess.Stage)
		}
		_, sess, err = s.CheckCode(ctx, sess, s.code("签发乙"))
		s.must(err)
		if !sess.Can(PublishDocuments) {
			t.Error(sess)
		}
	})
}

// TestOIDCRefuses spoils the answer in every way that has been used against log-ins.
func TestOIDCRefuses(t *testing.T) {
	now := time.Date(2024, 3, 5, 1, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	for name, spoil := range map[string]func(p *oidctest.Issuer, back url.Values, keep *string){
		"wrong audience": func(p *oidctest.Issuer, _ url.Values, _ *string) {
			p.Spoil = func(c map[string]any) { c["aud"] = "another" }
		},
		"issued to another": func(p *oidctest.Issuer, _ url.Values, _ *string) {
			p.Spoil = func(c map[string]any) { c["aud"] = []string{oidctest.ClientID, "another"}; c["azp"] = "another" }
		},
		"wrong issuer": func(p *oidctest.Issuer, _ url.Values, _ *string) {
			p.Spoil = func(c map[string]any) { c["iss"] = "https://evil.example" }
		},
		"expired": func(p *oidctest.Issuer, _ url.Values, _ *string) {
			p.Spoil = func(c map[string]any) { c["exp"] = now.Add(-time.Second).Unix() }
		},
		"no subject": func(p *oidctest.Issuer, _ url.Values, _ *string) {
			p.Spoil = func(c map[string]any) { delete(c, "sub") }
		},
		"nonce of another log-in": func(p *oidctest.Issuer, _ url.Values, _ *string) {
			p.Spoil = func(c map[string]any) { c["nonce"] = random() }
		},
		"no nonce": func(p *oidctest.Issuer, _ url.Values, _ *string) {
			p.Spoil = func(c map[string]any) { delete(c, "nonce") }
		},
		"forged signature":       func(p *oidctest.Issuer, _ url.Values, _ *string) { p.Forge = true },
		"no signature":           func(p *oidctest.Issuer, _ url.Values, _ *string) { p.Algorithm = "none" },
		"algorithm not agreed":   func(p *oidctest.Issuer, _ url.Values, _ *string) { p.Algorithm = "HS256" },
		"state of another":       func(_ *oidctest.Issuer, back url.Values, _ *string) { back.Set("state", random()) },
		"no state":               func(_ *oidctest.Issuer, back url.Values, _ *string) { back.Del("state") },
		"no cookie":              func(_ *oidctest.Issuer, _ url.Values, keep *string) { *keep = "" },
		"empty cookie and state": func(_ *oidctest.Issuer, back url.Values, keep *string) { *keep = ".."; back.Set("state", "") },
		"verifier of another":    func(_ *oidctest.Issuer, _ url.Values, keep *string) { *keep = (*keep)[:87] + "." + random() },
		"code used before":       func(p *oidctest.Issuer, back url.Values, _ *string) { clear(p.Codes) },
		"mix-up of issuers":      func(_ *oidctest.Issuer, back url.Values, _ *string) { back.Set("iss", "https://evil.example") },
		"the person said no": func(_ *oidctest.Issuer, back url.Values, _ *string) {
			back.Del("code")
			back.Set("error", "access_denied")
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := oidctest.New(t, clock)
			o := newClient(t, p, clock)
			to, keep, err := o.Begin(ctx)
			if err != nil {
				t.Fatal(err)
			}
			back := p.Authorize(to)
			spoil(p, back, &keep)
			if id, err := o.Finish(ctx, keep, back); err == nil {
				t.Error("accepted as", id)
			} else if strings.Contains(err.Error(), oidctest.ClientSecret) {
				t.Error("the error tells the client secret:", err)
			}
		})
	}
}

func TestOIDCIssuerDownAndUpAgain(t *testing.T) {
	now := time.Date(2024, 3, 5, 1, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	p := oidctest.New(t, clock)
	p.Down = true
	o := newClient(t, p, clock) // starts all the same
	var r *Refusal
	if _, err := through(p, o); err == nil || errors.As(err, &r) {
		t.Error("an issuer that is down is the operator's business:", err)
	}
	p.Down = false
	if _, err := through(p, o); err != nil {
		t.Error(err)
	}
}

func TestOIDCConfig(t *testing.T) {
	ok := OIDCConfig{Issuer: "https://id.example.gov.cn/realm", ClientID: "x", RedirectURL: "https://gazette.example.gov.cn/login/oidc/back"}
	if _, err := NewOIDC(ok, time.Now); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*OIDCConfig){
		"plain http":  func(c *OIDCConfig) { c.Issuer = "http://id.example.gov.cn" },
		"no issuer":   func(c *OIDCConfig) { c.Issuer = "" },
		"no client":   func(c *OIDCConfig) { c.ClientID = "" },
		"no way back": func(c *OIDCConfig) { c.RedirectURL = "/login/oidc/back" },
	} {
		c := ok
		spoil(&c)
		if _, err := NewOIDC(c, time.Now); err == nil {
			t.Error(name, "accepted")
		}
	}
}
