package notice

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Push is web push: to the browsers that asked for it, through the push service each of them names. The encryption (RFC 8291) and
// the site's signature (RFC 8292) are a page of standard library; the library there is for it brings two modules more and cannot be
// held against the example of the RFC.
type Push struct {
	Key     PushKey  // of this site; see LoadPushKey
	Contact string   // mailto: or https: address at which a push service finds the operator
	Hosts   []string // the push services that may be called; see PushServices
}

// PushServices are those of the common browsers. An endpoint comes from a browser; only these hosts and those below them, or those the
// operator names in their place, are ever called.
var PushServices = []string{"fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com"}

func (p *Push) check(wrong func(string, ...any)) {
	if p.Key.private == nil {
		wrong("浏览器推送缺少密钥。")
	}
	if u, err := url.Parse(p.Contact); err != nil || u.Scheme != "mailto" && u.Scheme != "https" {
		wrong("浏览器推送的联系地址须以 mailto: 或 https:// 开头。")
	}
	if len(p.Hosts) == 0 {
		wrong("浏览器推送须列出可以使用的推送服务。")
	}
}

// allows reports whether the endpoint is at a push service that the operator names.
func (p *Push) allows(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "https" || u.User != nil || len(endpoint) > maxEndpoint {
		return false
	}
	for _, h := range p.Hosts {
		if u.Host == h || strings.HasSuffix(u.Host, "."+h) {
			return true
		}
	}
	return false
}

const maxEndpoint = 1000

var pushClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (p *Push) send(ctx context.Context, pc parcel) error {
	if !p.allows(pc.sub.endpoint) {
		return fail(never, "推送服务不在允许之列")
	}
	req, err := p.request(ctx, pc)
	if err != nil {
		return fail(never, "浏览器给出的密钥不能用")
	}
	resp, err := pushClient.Do(req)
	if err != nil {
		broken := unanswered
		if unreached(err) {
			broken = fail
		}
		if ctx.Err() != nil {
			return broken(down, "推送服务超过时限未答复")
		}
		return broken(down, "推送服务：连接出错：%v", cause(err))
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusNotFound || code == http.StatusGone:
		return fail(gone, "该浏览器的订阅已失效（HTTP %d）", code)
	case code == http.StatusTooManyRequests || code >= 500:
		return fail(down, "推送服务答复 HTTP %d", code)
	default:
		return fail(never, "推送服务答复 HTTP %d", code)
	}
}

// What a browser shows. The text is left to the page: a push passes through a foreign service, and a phone's screen is seen by others.
const maxPushSubject = 600 // bytes

func (p *Push) request(ctx context.Context, pc parcel) (*http.Request, error) {
	tag, _, _ := strings.Cut(pc.id, "@")
	plain, err := json.Marshal(map[string]string{"title": clip(subject(pc), maxPushSubject), "path": pc.Path, "tag": tag})
	if err != nil {
		return nil, err
	}
	own, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	body, err := encrypt(plain, pc.sub.p256dh, pc.sub.auth, own, salt)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, pc.sub.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	auth, err := p.Key.authorization(req.URL, p.Contact, pc.at)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", auth)
	req.Header.Set("Content-Encoding", "aes128gcm")
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("TTL", "86400")
	req.Header.Set("Topic", tag) // RFC 8030: a second message with this topic takes the first one's place
	req.Header.Set("Urgency", map[bool]string{false: "normal", true: "high"}[pc.Grade == Urgent])
	return req, nil
}

const recordSize = 4096

// encrypt is the body of a push message: one record of aes128gcm (RFC 8188) under keys that only the browser can derive
// (RFC 8291). own is a key for this message alone.
func encrypt(plain, browser, secret []byte, own *ecdh.PrivateKey, salt []byte) ([]byte, error) {
	if len(plain) > recordSize-16-1-86 {
		return nil, errors.New("too long for one record")
	}
	their, err := ecdh.P256().NewPublicKey(browser)
	if err != nil {
		return nil, err
	}
	shared, err := own.ECDH(their)
	if err != nil {
		return nil, err
	}
	ownPublic := own.PublicKey().Bytes()
	ikm, err := hkdf.Key(sha256.New, shared, secret, "WebPush: info\x00"+string(browser)+string(ownPublic), 32) // §3.4
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16) // RFC 8188 §2.2
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12) // RFC 8188 §2.3
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	out := append([]byte{}, salt...) // RFC 8188 §2.1: salt, record size, length of key id, key id
	out = binary.BigEndian.AppendUint32(out, recordSize)
	out = append(out, byte(len(ownPublic)))
	out = append(out, ownPublic...)
	last := append(append([]byte{}, plain...), 2) // delimiter of the last record
	return gcm.Seal(out, nonce, last, nil), nil
}

// PushKey is the key by which push services know this site (VAPID).
type PushKey struct{ private *ecdsa.PrivateKey }

func parsePushKey(raw []byte) (PushKey, error) {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	return PushKey{k}, err
}

// Public is what a page gives to the browser as applicationServerKey.
func (k PushKey) Public() string {
	b, err := k.private.PublicKey.Bytes()
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// String keeps the key out of logs.
func (k PushKey) String() string { return "push key" }

// authorization is the header of RFC 8292 §3: a token signed by ES256 for the push service's origin, good for twelve hours.
func (k PushKey) authorization(to *url.URL, contact string, now time.Time) (string, error) {
	part := func(v any) string {
		b, _ := json.Marshal(v) // of strings and a number: cannot fail
		return base64.RawURLEncoding.EncodeToString(b)
	}
	head := struct {
		Typ string `json:"typ"`
		Alg string `json:"alg"`
	}{"JWT", "ES256"}
	claims := struct {
		Aud string `json:"aud"`
		Exp int64  `json:"exp"`
		Sub string `json:"sub"`
	}{to.Scheme + "://" + to.Host, now.Add(12 * time.Hour).Unix(), contact}
	token := part(head) + "." + part(claims)
	sum := sha256.Sum256([]byte(token))
	r, s, err := ecdsa.Sign(rand.Reader, k.private, sum[:])
	if err != nil {
		return "", err
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return "vapid t=" + token + "." + base64.RawURLEncoding.EncodeToString(sig) + ", k=" + k.Public(), nil
}
