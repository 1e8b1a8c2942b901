package notice

import (
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
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

func raw(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example of RFC 8291, appendix A.
const (
	exampleText    = "When I grow up, I want to be a watermelon"
	exampleOwn     = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
	exampleBrowser = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
	examplePublic  = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
	exampleSalt    = "DGv6ra1nlYgDCS1FRnbzlw"
	exampleSecret  = "BTBZMqHH6r4Tts7J_aSIgg"
	exampleBody    = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)

func TestEncryptExampleOfTheRFC(t *testing.T) {
	own, err := ecdh.P256().NewPrivateKey(raw(t, exampleOwn))
	if err != nil {
		t.Fatal(err)
	}
	body, err := encrypt([]byte(exampleText), raw(t, examplePublic), raw(t, exampleSecret), own, raw(t, exampleSalt))
	if err != nil {
		t.Fatal(err)
	}
	if got := base64.RawURLEncoding.EncodeToString(body); got != exampleBody {
		t.Errorf("got %s\nwant %s", got, exampleBody)
	}
	browser, err := ecdh.P256().NewPrivateKey(raw(t, exampleBrowser))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := decrypt(browser, raw(t, exampleSecret), raw(t, exampleBody)); err != nil || string(plain) != exampleText {
		t.Errorf("read as %q, %v", plain, err)
	}
}

// decrypt is the browser's side.
func decrypt(browser *ecdh.PrivateKey, secret, body []byte) ([]byte, error) {
	if len(body) < 86 || body[20] != 65 || int(binary.BigEndian.Uint32(body[16:])) < len(body)-86 {
		return nil, errors.New("not one record with a key")
	}
	salt, sender := body[:16], body[21:86]
	their, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, err
	}
	shared, err := browser.ECDH(their)
	if err != nil {
		return nil, err
	}
	derive := func(secret, salt []byte, info string, n int) []byte {
		k, e := hkdf.Key(sha256.New, secret, salt, info, n)
		err = errors.Join(err, e)
		return k
	}
	ikm := derive(shared, secret, "WebPush: info\x00"+string(browser.PublicKey().Bytes())+string(sender), 32)
	block, e := aes.NewCipher(derive(ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err = errors.Join(err, e); err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, derive(ikm, salt, "Content-Encoding: nonce\x00", 12), body[86:], nil)
	if err != nil {
		return nil, err
	}
	end := strings.LastIndexByte(string(plain), 2)
	if end < 0 || strings.Trim(string(plain[end+1:]), "\x00") != "" {
		return nil, errors.New("no delimiter of a last record")
	}
	return plain[:end], nil
}

// pushService takes messages as those of the browsers do, and checks what they check.
type pushService struct {
	*httptest.Server
	mu     sync.Mutex
	answer int
	got    []*http.Request
	bodies [][]byte
}

func startPushService(t *testing.T) *pushService {
	p := &pushService{answer: http.StatusCreated}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		b, _ := io.ReadAll(r.Body)
		p.got, p.bodies = append(p.got, r), append(p.bodies, b)
		w.WriteHeader(p.answer)
	}))
	t.Cleanup(p.Close)
	old := pushClient.Transport
	pushClient.Transport = p.Client().Transport
	t.Cleanup(func() { pushClient.Transport = old })
	return p
}

func (p *pushService) host() string { return strings.TrimPrefix(p.URL, "https://") }

// signed checks a header of RFC 8292 against the key it names.
func signed(header, audience string, now time.Time) error {
	token, key, ok := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	parts := strings.Split(token, ".")
	if !ok || len(parts) != 3 {
		return fmt.Errorf("header %q", header)
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	body, err1 := base64.RawURLEncoding.DecodeString(parts[1])
	sig, err2 := base64.RawURLEncoding.DecodeString(parts[2])
	point, err3 := base64.RawURLEncoding.DecodeString(key)
	if err := errors.Join(err1, err2, err3, json.Unmarshal(body, &claims)); err != nil {
		return err
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	left := time.Unix(claims.Exp, 0).Sub(now)
	switch {
	case len(sig) != 64 || !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])):
		return errors.New("the signature is not of this key")
	case claims.Aud != audience || claims.Sub != "mailto:office@gov.example.cn":
		return fmt.Errorf("claims %s", body)
	case left <= 0 || left > 24*time.Hour:
		return fmt.Errorf("good for %s", left)
	}
	return nil
}

// A browser subscribes, is told, reads it with its own key, and is forgotten when it has gone.
func TestPushToABrowser(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		service := startPushService(s.T)
		key, err := LoadPushKey(ctx, s.db, county)
		s.must(err)
		s.config = Config{Site: "https://gov.example.cn", Push: &Push{Key: key, Contact: "mailto:office@gov.example.cn", Hosts: []string{service.host()}}}
		browser, err := ecdh.P256().GenerateKey(rand.Reader)
		s.must(err)
		secret := []byte("0123456789abcdef")
		subscribe := func(account, endpoint string) error {
			return s.db.Write(ctx, func(tx *db.Tx) error {
				return s.config.Push.Subscribe(ctx, tx, county, account, endpoint,
					base64.URLEncoding.EncodeToString(browser.PublicKey().Bytes()), base64.RawURLEncoding.EncodeToString(secret))
			})
		}
		s.must(subscribe("jia", service.URL+"/push/1"))
		s.must(subscribe("jia", service.URL+"/push/2"))
		for _, bad := range []string{"http://" + service.host() + "/push", "https://169.254.169.254/", "https://" + service.host() + ".example.org/", "https://a@" + service.host() + "/", "%"} {
			if err := subscribe("jia", bad); KindOf(err) != Invalid {
				s.Errorf("%s: %v", bad, err)
			}
		}
		s.write(func(tx *db.Tx) error {
			return SetPreference(ctx, tx, county, "jia", Preference{Choices: []Choice{{"due", ByPush, true}}})
		})
		s.put(aNotice("due/1"))
		late := aNotice("late/1")
		late.Kind = "late" // he did not ask for these
		s.put(late)
		pass := func() int {
			c := s.courier()
			c.send = nil
			n, err := c.Once(ctx, s.clock.Now())
			s.must(err)
			return n
		}
		if n := pass(); n != 2 || len(service.got) != 2 {
			s.Fatalf("%d handed over, %d arrived", n, len(service.got))
		}
		topics := map[string]bool{}
		for i, r := range service.got {
			plain, err := decrypt(browser, secret, service.bodies[i])
			s.must(err)
			topic := r.Header.Get("Topic")
			topics[topic] = true
			if want := fmt.Sprintf(`{"path":"/duty/1","tag":%q,"title":"任务将到期"}`, topic); string(plain) != want {
				s.Errorf("the browser reads %s, want %s", plain, want)
			}
			if err := signed(r.Header.Get("Authorization"), service.URL, s.clock.Now()); err != nil {
				s.Error(err)
			}
			if r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") == "" || r.Header.Get("Urgency") != "normal" || len(topic) > 32 {
				s.Errorf("headers %v", r.Header)
			}
		}
		if len(topics) != 2 {
			s.Error("two browsers share a topic")
		}
		service.answer = http.StatusServiceUnavailable
		s.put(aNotice("due/2"))
		if n := pass(); n != 0 || s.tally().Waiting != 2 {
			s.Errorf("%d handed over, %+v", n, s.tally())
		}
		service.answer = http.StatusGone
		s.clock.Advance(time.Minute)
		pass()
		if l := s.deliveries(DeliveryQuery{State: Dropped}); len(l) != 2 {
			s.Errorf("dropped: %+v", l)
		}
		service.got = nil
		s.put(aNotice("due/3"))
		if n := pass(); n != 0 || len(service.got) != 0 {
			s.Error("a browser that has gone is called again")
		}
		s.inbox("jia", "due/3 due/2 late/1 due/1")
	})
}

// A browser belongs to whoever logged in last, and nobody takes away another's.
func TestSubscriptions(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		p := &Push{Hosts: []string{"push.example.cn"}}
		subscribe := func(account string, n int) {
			s.Helper()
			s.clock.Advance(time.Second)
			s.write(func(tx *db.Tx) error {
				return p.Subscribe(ctx, tx, county, account, fmt.Sprint("https://push.example.cn/", n), examplePublic, exampleSecret)
			})
		}
		count := func(account string) (n int) {
			s.must(s.db.Read(ctx, func(tx *db.Tx) error {
				ids, err := subscriptionIDs(ctx, tx, county, account)
				n = len(ids)
				return err
			}))
			return n
		}
		subscribe("jia", 1)
		subscribe("yi", 1)
		s.write(func(tx *db.Tx) error { return Unsubscribe(ctx, tx, county, "jia", "https://push.example.cn/1") })
		if count("jia") != 0 || count("yi") != 1 {
			s.Errorf("甲 has %d, 乙 %d", count("jia"), count("yi"))
		}
		for n := range maxSubscriptions + 3 {
			subscribe("yi", n+10)
		}
		if count("yi") != maxSubscriptions {
			s.Errorf("乙 has %d browsers", count("yi"))
		}
		s.write(func(tx *db.Tx) error { return Unsubscribe(ctx, tx, county, "yi", "https://push.example.cn/20") })
		if count("yi") != maxSubscriptions-1 {
			s.Errorf("乙 has %d browsers", count("yi"))
		}
	})
}

// The key is made once, also by ten who ask at the same moment.
func TestPushKeyIsMadeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		keys := make([]string, 10)
		for i := range keys {
			wg.Go(func() {
				k, err := LoadPushKey(context.Background(), d, county)
				if err != nil {
					t.Error(err)
					return
				}
				keys[i] = k.Public()
			})
		}
		wg.Wait()
		for _, k := range keys {
			if k != keys[0] || len(raw(t, k)) != 65 {
				t.Errorf("keys %q", keys)
			}
		}
	})
}

func FuzzSubscription(f *testing.F) {
	f.Add("https://push.example.cn/1", examplePublic, exampleSecret)
	f.Add("https://push.example.cn@evil.example.org/", "", "")
	p := &Push{Hosts: []string{"push.example.cn"}}
	f.Fuzz(func(t *testing.T, endpoint, key, secret string) {
		if p.allows(endpoint) {
			r, err := http.NewRequest(http.MethodPost, endpoint, nil)
			if err == nil && r.URL.Host != "push.example.cn" && !strings.HasSuffix(r.URL.Host, ".push.example.cn") {
				t.Errorf("%q leads to %s", endpoint, r.URL.Host)
			}
		}
		unbase64(key)
		unbase64(secret)
	})
}
