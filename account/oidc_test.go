package account

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// issuer is a small but real OpenID Connect issuer: discovery, keys, code flow with PKCE, RS256. Its fields spoil
// what it says.
type issuer struct {
	*httptest.Server
	t       *testing.T
	key     *rsa.PrivateKey
	now     func() time.Time
	codes   map[string]url.Values // what the browser asked for, by code
	subject string
	user    string
	spoil   func(claims map[string]any)
	signKey *rsa.PrivateKey // signs instead of key
	alg     string
	down    bool
}

var issuerKey, otherKey = newRSA(), newRSA()

func newRSA() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
}

const clientID, clientSecret = "zhixing", "s3cret/with+signs"

func newIssuer(t *testing.T, now func() time.Time) *issuer {
	p := &issuer{t: t, key: issuerKey, now: now, codes: map[string]url.Values{}, subject: "sub-1", user: "张三", alg: "RS256"}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		if p.down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		answer(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		pub := p.key.PublicKey
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1",
			"n": b64(pub.N.Bytes()), "e": b64(big.NewInt(int64(pub.E)).Bytes())}}})
	})
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// authorize is the person saying yes at the issuer: it gives what the browser brings back.
func (p *issuer) authorize(to string) url.Values {
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, p.URL+"/authorize?") {
		p.t.Fatal(to, err)
	}
	q := u.Query()
	for k, want := range map[string]string{"response_type": "code", "client_id": clientID, "code_challenge_method": "S256", "redirect_uri": "https://gazette.example/login/oidc/back"} {
		if q.Get(k) != want {
			p.t.Errorf("%s = %q, want %q", k, q.Get(k), want)
		}
	}
	if !strings.Contains(q.Get("scope"), "openid") || len(q.Get("state")) < 43 || len(q.Get("nonce")) < 43 || len(q.Get("code_challenge")) != 43 {
		p.t.Error("asked with", q)
	}
	code := random()
	p.codes[code] = q
	return url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}
}

func (p *issuer) token(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	q, ok := p.codes[r.Form.Get("code")]
	delete(p.codes, r.Form.Get("code"))
	id, secret, basic := r.BasicAuth()
	if basic {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.Form.Get("client_id"), r.Form.Get("client_secret")
	}
	sum := sha256.Sum256([]byte(r.Form.Get("code_verifier")))
	if !ok || id != clientID || secret != clientSecret || b64(sum[:]) != q.Get("code_challenge") || r.Form.Get("redirect_uri") != q.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]any{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{
		"iss": p.URL, "sub": p.subject, "aud": clientID, "nonce": q.Get("nonce"), "preferred_username": p.user,
		"iat": p.now().Unix(), "exp": p.now().Add(5 * time.Minute).Unix(),
	}
	if p.spoil != nil {
		p.spoil(claims)
	}
	answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": p.sign(claims)})
}

func (p *issuer) sign(claims map[string]any) string {
	head, _ := json.Marshal(map[string]any{"alg": p.alg, "kid": "k1", "typ": "JWT"})
	body, _ := json.Marshal(claims)
	text := b64(head) + "." + b64(body)
	if p.alg == "none" {
		return text + "."
	}
	key := p.key
	if p.signKey != nil {
		key = p.signKey
	}
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		p.t.Fatal(err)
	}
	return text + "." + b64(sig)
}

func (p *issuer) client() *OIDC {
	o, err := NewOIDC(OIDCConfig{Issuer: p.URL, ClientID: clientID, ClientSecret: clientSecret, RedirectURL: "https://gazette.example/login/oidc/back"}, p.now)
	if err != nil {
		p.t.Fatal(err)
	}
	return o
}

// through goes the whole way.
func (p *issuer) through(o *OIDC) (Identity, error) {
	to, keep, err := o.Begin(ctx)
	if err != nil {
		return Identity{}, err
	}
	return o.Finish(ctx, keep, p.authorize(to))
}

func TestOIDCLogIn(t *testing.T) {
	each(t, func(s *story) {
		p := newIssuer(t, s.clock.Now)
		o := p.client()
		id, err := p.through(o)
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
		s.must(s.AllowSingleSignOn(ctx, s.admin, "张三", false))
		_, _, err = s.LogInAs(ctx, id, home)
		s.refused(err, ErrDenied)
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
	for name, spoil := range map[string]func(p *issuer, back url.Values, keep *string){
		"wrong audience": func(p *issuer, _ url.Values, _ *string) {
			p.spoil = func(c map[string]any) { c["aud"] = "another" }
		},
		"issued to another": func(p *issuer, _ url.Values, _ *string) {
			p.spoil = func(c map[string]any) { c["aud"] = []string{clientID, "another"}; c["azp"] = "another" }
		},
		"wrong issuer": func(p *issuer, _ url.Values, _ *string) {
			p.spoil = func(c map[string]any) { c["iss"] = "https://evil.example" }
		},
		"expired": func(p *issuer, _ url.Values, _ *string) {
			p.spoil = func(c map[string]any) { c["exp"] = now.Add(-time.Second).Unix() }
		},
		"no subject": func(p *issuer, _ url.Values, _ *string) {
			p.spoil = func(c map[string]any) { delete(c, "sub") }
		},
		"nonce of another log-in": func(p *issuer, _ url.Values, _ *string) {
			p.spoil = func(c map[string]any) { c["nonce"] = random() }
		},
		"no nonce": func(p *issuer, _ url.Values, _ *string) {
			p.spoil = func(c map[string]any) { delete(c, "nonce") }
		},
		"forged signature":       func(p *issuer, _ url.Values, _ *string) { p.signKey = otherKey },
		"no signature":           func(p *issuer, _ url.Values, _ *string) { p.alg = "none" },
		"algorithm not agreed":   func(p *issuer, _ url.Values, _ *string) { p.alg = "HS256" },
		"state of another":       func(_ *issuer, back url.Values, _ *string) { back.Set("state", random()) },
		"no state":               func(_ *issuer, back url.Values, _ *string) { back.Del("state") },
		"no cookie":              func(_ *issuer, _ url.Values, keep *string) { *keep = "" },
		"empty cookie and state": func(_ *issuer, back url.Values, keep *string) { *keep = ".."; back.Set("state", "") },
		"verifier of another":    func(_ *issuer, _ url.Values, keep *string) { *keep = (*keep)[:87] + "." + random() },
		"code used before":       func(p *issuer, back url.Values, _ *string) { clear(p.codes) },
		"mix-up of issuers":      func(_ *issuer, back url.Values, _ *string) { back.Set("iss", "https://evil.example") },
		"the person said no": func(_ *issuer, back url.Values, _ *string) {
			back.Del("code")
			back.Set("error", "access_denied")
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newIssuer(t, func() time.Time { return now })
			o := p.client()
			to, keep, err := o.Begin(ctx)
			if err != nil {
				t.Fatal(err)
			}
			back := p.authorize(to)
			spoil(p, back, &keep)
			if id, err := o.Finish(ctx, keep, back); err == nil {
				t.Error("accepted as", id)
			} else if strings.Contains(err.Error(), clientSecret) {
				t.Error("the error tells the client secret:", err)
			}
		})
	}
}

func TestOIDCIssuerDownAndUpAgain(t *testing.T) {
	now := time.Date(2024, 3, 5, 1, 0, 0, 0, time.UTC)
	p := newIssuer(t, func() time.Time { return now })
	p.down = true
	o := p.client() // starts all the same
	var r *Refusal
	if _, err := p.through(o); err == nil || errors.As(err, &r) {
		t.Error("an issuer that is down is the operator's business:", err)
	}
	p.down = false
	if _, err := p.through(o); err != nil {
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
