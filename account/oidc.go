package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"zhixing/db"
)

// OIDC is log-in through an OpenID Connect issuer, such as a province's 统一身份认证: code flow with PKCE, state and
// nonce. It says who somebody is; what he may do is this county's own record, so an identity gets in only where an
// administrator has allowed it for an account (AllowSingleSignOn). The first log-in whose preferred_username is the
// account's name binds the account to the issuer's subject; from then on only the subject counts, because people
// can often choose their preferred_username themselves.
//
//	to, keep, err := o.Begin(ctx)                 // send the browser to `to`, with the cookie `keep`
//	id, err := o.Finish(ctx, keep, r.URL.Query()) // when it comes back
//	token, s, err := accounts.LogInAs(ctx, id, client)
type OIDC struct {
	conf   OIDCConfig
	now    func() time.Time
	client *http.Client

	mu       sync.Mutex
	provider *oidc.Provider // nil until the issuer was asked
}

// OIDCConfig is what the issuer's office hands out.
type OIDCConfig struct {
	Issuer       string // https://…, exactly as the issuer writes it
	ClientID     string
	ClientSecret string
	RedirectURL  string // …/login/oidc/back of this site
}

// NewOIDC checks the configuration. The issuer is asked at the first log-in, not now: that it is down must not
// keep the site from starting.
func NewOIDC(c OIDCConfig, now func() time.Time) (*OIDC, error) {
	for what, s := range map[string]string{"issuer": c.Issuer, "redirect URL": c.RedirectURL} {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || u.Fragment != "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
			return nil, fmt.Errorf("account.NewOIDC: %s %q: want an https address (http only on this machine)", what, s)
		}
	}
	if c.ClientID == "" {
		return nil, errors.New("account.NewOIDC: the client id is missing: the issuer's office gives one for this site")
	}
	return &OIDC{conf: c, now: now, client: &http.Client{Timeout: 10 * time.Second}}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// discover asks the issuer for its addresses and keys, once.
func (o *OIDC) discover(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.provider == nil {
		// The provider keeps this context for fetching keys later: it must not end with the request.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), o.client), o.conf.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("ask the issuer: %w", err)
		}
		o.provider = p
	}
	return o.provider, &oauth2.Config{
		ClientID: o.conf.ClientID, ClientSecret: o.conf.ClientSecret, RedirectURL: o.conf.RedirectURL,
		Endpoint: o.provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "profile"},
	}, nil
}

// Begin gives the address to send the browser to, and what the browser must bring back (for a cookie of ten minutes).
func (o *OIDC) Begin(ctx context.Context) (to, keep string, err error) {
	_, conf, err := o.discover(ctx)
	if err != nil {
		return "", "", fmt.Errorf("account.OIDC.Begin: %w", err)
	}
	state, nonce, verifier := random(), random(), oauth2.GenerateVerifier()
	return conf.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), state + "." + nonce + "." + verifier, nil
}

func random() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Identity is who the issuer says somebody is.
type Identity struct {
	Issuer, Subject string
	Username        string // preferred_username; for finding the account the first time, and for messages
}

// Finish takes what the issuer sent the browser back with and what Begin gave, and asks the issuer who it was. A
// *Refusal is for the person; anything else is for the operator, and the person is told to use the password.
func (o *OIDC) Finish(ctx context.Context, keep string, back url.Values) (Identity, error) {
	part := strings.Split(keep, ".")
	if len(part) != 3 || len(part[0]) != 43 || subtle.ConstantTimeCompare([]byte(part[0]), []byte(back.Get("state"))) != 1 {
		return Identity{}, &Refusal{Kind: Denied, Message: "登录已过期或不是从本站开始的，请重新点击“统一身份认证登录”。"}
	}
	if back.Get("error") != "" {
		return Identity{}, &Refusal{Kind: Denied, Message: "统一身份认证没有放行（" + cut(back.Get("error"), 40) + "）。请重试，或用本站密码登录。"}
	}
	id, err := o.exchange(ctx, back, part[1], part[2])
	if err != nil {
		return Identity{}, fmt.Errorf("account.OIDC.Finish: %w", err)
	}
	return id, nil
}

func (o *OIDC) exchange(ctx context.Context, back url.Values, nonce, verifier string) (Identity, error) {
	if iss := back.Get("iss"); iss != "" && iss != o.conf.Issuer { // RFC 9207
		return Identity{}, fmt.Errorf("the answer is from another issuer: %q", iss)
	}
	provider, conf, err := o.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	tok, err := conf.Exchange(oidc.ClientContext(ctx, o.client), back.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return Identity{}, fmt.Errorf("exchange the code: %w", err)
	}
	raw, ok := tok.Extra("id_token").(string)
	if !ok {
		return Identity{}, errors.New("the issuer gave no id_token")
	}
	idt, err := provider.Verifier(&oidc.Config{ClientID: o.conf.ClientID, Now: o.now}).Verify(oidc.ClientContext(ctx, o.client), raw)
	if err != nil {
		return Identity{}, fmt.Errorf("check the id_token: %w", err)
	}
	var claims struct {
		Username string `json:"preferred_username"`
		Party    string `json:"azp"`
	}
	if err := idt.Claims(&claims); err != nil {
		return Identity{}, fmt.Errorf("read the id_token: %w", err)
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(idt.Nonce), []byte(nonce)) != 1:
		return Identity{}, errors.New("the id_token is for another log-in: its nonce differs")
	case claims.Party != "" && claims.Party != o.conf.ClientID:
		return Identity{}, errors.New("the id_token was issued to another client: azp differs")
	case idt.Subject == "" || len(idt.Subject) > 255:
		return Identity{}, errors.New("the id_token names no subject")
	}
	return Identity{Issuer: idt.Issuer, Subject: idt.Subject, Username: claims.Username}, nil
}

// LogInAs begins a session for the account of an identity that the issuer has vouched for. It never makes an
// account and never gives a role: an identity without an account that allows it is refused. A second factor that
// the role demands is asked for as with a password.
func (a *Accounts) LogInAs(ctx context.Context, id Identity, from Client) (Token, *Session, error) {
	from = from.bounded()
	var t Token
	var s *Session
	err := a.write(ctx, "LogInAs", func(tx *db.Tx) error {
		rec, err := a.identify(ctx, tx, id, from)
		if err != nil {
			return err
		}
		t, s, err = a.start(ctx, tx, rec.User, ByOIDC, from)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		if err := a.loginFailed(ctx, "", false, "统一身份没有可用的账号", from); !errors.Is(err, ErrDenied) {
			return "", nil, wrap("LogInAs", err)
		}
		return "", nil, &Refusal{Kind: Denied, Message: "统一身份“" + cut(id.Username, 64) + "”在本县没有可用的账号。请本县管理员先建立同名账号，并允许它用统一身份认证登录。"}
	}
	if err != nil {
		return "", nil, err
	}
	return t, s, nil
}

// identify finds the account of an identity, binding it the first time; ErrNotFound where none may be used.
func (a *Accounts) identify(ctx context.Context, tx *db.Tx, id Identity, from Client) (record, error) {
	rec, err := a.loadBySubject(ctx, tx, id.Issuer, id.Subject)
	if err == nil && rec.SingleSignOn && a.usable(rec.User) {
		return rec, nil
	}
	if !errors.Is(err, ErrNotFound) {
		return record{}, orNotFound(err)
	}
	n, bad := Canonical(id.Username)
	if bad != nil {
		return record{}, errNotFound
	}
	rec, err = a.load(ctx, tx, n)
	if err != nil {
		return record{}, err
	}
	if !rec.SingleSignOn || rec.Bound || !a.usable(rec.User) {
		return record{}, errNotFound
	}
	if err := a.bind(ctx, tx, n, id.Issuer, id.Subject); err != nil {
		return record{}, err
	}
	rec.Bound = true
	return rec, a.note(ctx, tx, Actor{Name: n, Addr: from.Addr}, deedBind, n, cut(id.Issuer, 200)+" "+id.Subject)
}

// orNotFound is err, or ErrNotFound where there is none: a bound account that may not be used.
func orNotFound(err error) error {
	if err == nil {
		return errNotFound
	}
	return err
}
