// Package oidctest is a small but real OpenID Connect issuer for tests: discovery, keys, the code flow with PKCE, tokens
// signed with RS256. Its fields spoil what it says.
//
//	p := oidctest.New(t, clock.Now)
//	o, err := account.NewOIDC(account.OIDCConfig{Issuer: p.URL, ClientID: oidctest.ClientID, …}, clock.Now)
//	to, keep, err := o.Begin(ctx)
//	id, err := o.Finish(ctx, keep, p.Authorize(to)) // the person says yes
package oidctest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Issuer is an issuer that a test owns. It is not safe for use by many goroutines.
type Issuer struct {
	*httptest.Server
	Subject  string // who says yes
	Username string // his preferred_username

	Spoil     func(claims map[string]any) // changes the claims before they are signed
	Forge     bool                        // signs with a key that is not the published one
	Algorithm string                      // as the token's head says
	Down      bool                        // discovery fails
	Codes     map[string]url.Values       // what the browser asked for, by code, until the code is used

	t   testing.TB
	now func() time.Time
}

var issuerKey, otherKey = newRSA(), newRSA()

func newRSA() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
}

// The client that the issuer knows.
const (
	ClientID     = "zhixing"
	ClientSecret = "s3cret/with+signs"
	RedirectURL  = "https://gazette.example/login/oidc/back"
)

// New starts an issuer that ends with the test.
func New(t testing.TB, now func() time.Time) *Issuer {
	p := &Issuer{t: t, now: now, Codes: map[string]url.Values{}, Subject: "sub-1", Username: "张三", Algorithm: "RS256"}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		if p.Down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		answer(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		pub := issuerKey.PublicKey
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

// Authorize is the person saying yes at the issuer: it gives what the browser brings back.
func (p *Issuer) Authorize(to string) url.Values {
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, p.URL+"/authorize?") {
		p.t.Fatal(to, err)
	}
	q := u.Query()
	for k, want := range map[string]string{"response_type": "code", "client_id": ClientID, "code_challenge_method": "S256", "redirect_uri": RedirectURL} {
		if q.Get(k) != want {
			p.t.Errorf("%s = %q, want %q", k, q.Get(k), want)
		}
	}
	if !strings.Contains(q.Get("scope"), "openid") || len(q.Get("state")) < 43 || len(q.Get("nonce")) < 43 || len(q.Get("code_challenge")) != 43 {
		p.t.Error("asked with", q)
	}
	code := rand.Text()
	p.Codes[code] = q
	return url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}
}

func (p *Issuer) token(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	q, ok := p.Codes[r.Form.Get("code")]
	delete(p.Codes, r.Form.Get("code"))
	id, secret, basic := r.BasicAuth()
	if basic {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.Form.Get("client_id"), r.Form.Get("client_secret")
	}
	sum := sha256.Sum256([]byte(r.Form.Get("code_verifier")))
	if !ok || id != ClientID || secret != ClientSecret || b64(sum[:]) != q.Get("code_challenge") || r.Form.Get("redirect_uri") != q.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]any{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{
		"iss": p.URL, "sub": p.Subject, "aud": ClientID, "nonce": q.Get("nonce"), "preferred_username": p.Username,
		"iat": p.now().Unix(), "exp": p.now().Add(5 * time.Minute).Unix(),
	}
	if p.Spoil != nil {
		p.Spoil(claims)
	}
	answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": p.sign(claims)})
}

func (p *Issuer) sign(claims map[string]any) string {
	head, _ := json.Marshal(map[string]any{"alg": p.Algorithm, "kid": "k1", "typ": "JWT"})
	body, _ := json.Marshal(claims)
	text := b64(head) + "." + b64(body)
	if p.Algorithm == "none" {
		return text + "."
	}
	key := issuerKey
	if p.Forge {
		key = otherKey
	}
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		p.t.Fatal(err)
	}
	return text + "." + b64(sig)
}
