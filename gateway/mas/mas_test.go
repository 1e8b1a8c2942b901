package mas

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/gateway"
	"zhixing/gateway/mas/platform"
)

var _ gateway.Gateway = (*Client)(nil)

// TestMAC holds the mac against an example that was computed elsewhere.
func TestMAC(t *testing.T) {
	if got := mac("测试单位", "apid", "secret", "13800000000", "你好", "SIGN", ""); got != "e9211e5b38b5959baaff2bc79b431dee" {
		t.Error(got)
	}
}

// heard collects what a client brings, and what it logs.
type heard struct {
	mu       sync.Mutex
	receipts []gateway.Receipt
	replies  []gateway.Reply
	broken   error
	log      bytes.Buffer
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.Write(b)
}

func (h *heard) hear() gateway.Hear {
	return gateway.Hear{
		Receipts: func(_ context.Context, list []gateway.Receipt) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			if h.broken == nil {
				h.receipts = append(h.receipts, list...)
			}
			return h.broken
		},
		Replies: func(_ context.Context, list []gateway.Reply) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			if h.broken == nil {
				h.replies = append(h.replies, list...)
			}
			return h.broken
		},
	}
}

const secret = "ganz-geheim"

// meet runs a client against a platform that brings receipts and replies to it.
func meet(t *testing.T, change func(*Options, *platform.Platform)) (*Client, *platform.Platform, *heard) {
	t.Helper()
	h := &heard{}
	p := &platform.Platform{Account: platform.Account{ECName: "示例县政府", APID: "apid", Secret: secret, Sign: "SIGN"}}
	far := httptest.NewServer(p)
	opt := Options{URL: far.URL + "/sms/norsubmit", ECName: "示例县政府", APID: "apid", Secret: secret, Sign: "SIGN", AddSerial: "01", Most: 100, Token: "t0ken",
		Pause: time.Millisecond, Hear: h.hear(), Log: slog.New(slog.NewTextHandler(h, nil))}
	if change != nil {
		change(&opt, p)
	}
	c, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	us := httptest.NewServer(c.Handler())
	p.Push = us.URL + "/t0ken"
	t.Cleanup(func() {
		far.Close()
		p.Wait()
		us.Close()
		h.mu.Lock()
		defer h.mu.Unlock()
		if s := h.log.String(); strings.Contains(s, secret) || strings.Contains(s, "138000") {
			t.Errorf("what is secret stands in the log: %s", s)
		}
	})
	return c, p, h
}

func messages(n int, text string) []gateway.Message {
	out := make([]gateway.Message, n)
	for i := range out {
		out[i] = gateway.Message{To: fmt.Sprintf("138%08d", i), Text: text}
	}
	return out
}

func TestSend(t *testing.T) {
	for _, name := range []string{"plain", "template", "secret in the mac alone"} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var taken []platform.Taken
			c, p, h := meet(t, func(o *Options, p *platform.Platform) {
				p.Took = func(t platform.Taken) {
					mu.Lock()
					defer mu.Unlock()
					taken = append(taken, t)
				}
				p.Status = func(mobile string) string {
					return map[string]string{"13800000007": "MK:0004", "13800000008": ""}[mobile] + map[bool]string{true: "CM:0000"}[mobile != "13800000007" && mobile != "13800000008"]
				}
				p.Answer = func(_ platform.Taken, mobile string) string {
					return map[string]string{"13800000003": "收到 4711"}[mobile]
				}
				if name == "template" {
					o.URL, o.Template = strings.Replace(o.URL, "nor", "tmp", 1), "T1"
				}
				o.HideSecret = name == "secret in the mac alone"
			})
			list := append(messages(250, "暴雨橙色预警，“立即”转移<1>"), gateway.Message{To: "+8613800000003", Text: "另一条"}, gateway.Message{To: "x", Text: "另一条"})
			out := c.Send(t.Context(), list)
			p.Wait()
			mu.Lock()
			defer mu.Unlock()
			for i, o := range out[:251] {
				to := strings.TrimPrefix(list[i].To, "+86")
				n := slices.IndexFunc(taken, func(t platform.Taken) bool { return t.Group == o.Ref })
				if o.State != gateway.Accepted || n < 0 || !slices.Contains(taken[n].Mobiles, to) || taken[n].Text != list[i].Text {
					t.Fatalf("%d: %+v", i, o)
				}
			}
			if out[251].State != gateway.Refused || len(taken) != 4 {
				t.Errorf("%+v; %d requests", out[251], len(taken))
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			if len(h.receipts) != 250 { // one came without, one person has two
				t.Errorf("%d receipts", len(h.receipts))
			}
			for _, r := range h.receipts {
				if bad := r.To == "13800000007"; bad != (r.State == gateway.Failed) || bad && r.Reason != "未送达（MK:0004 MK:0004）" || r.Ref == "" || time.Since(r.At) > time.Minute {
					t.Errorf("%+v", r)
				}
			}
			if len(h.replies) != 2 || h.replies[0].From != "13800000003" || h.replies[0].Text != "收到 4711" || time.Since(h.replies[0].At) > time.Minute {
				t.Errorf("%+v", h.replies)
			}
		})
	}
}

func TestRequestIsAsThePaperSays(t *testing.T) {
	var raw []byte
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b bytes.Buffer
		_, _ = b.ReadFrom(r.Body)
		raw = b.Bytes()
		fmt.Fprint(w, `{"msgGroup":"g1","rspcod":"success","success":true}`)
	}))
	defer far.Close()
	c, err := New(Options{URL: far.URL, ECName: "测试单位", APID: "apid", Secret: "secret", Sign: "SIGN"})
	if err != nil {
		t.Fatal(err)
	}
	if out := c.Send(t.Context(), []gateway.Message{{To: "13800000000", Text: "你好"}}); out[0].Ref != "g1" {
		t.Errorf("%+v", out)
	}
	plain, err := base64.StdEncoding.DecodeString(string(raw))
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	var got map[string]string
	if err := json.Unmarshal(plain, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"ecName": "测试单位", "apId": "apid", "secretKey": "secret", "mobiles": "13800000000", "content": "你好", "sign": "SIGN", "addSerial": "",
		"mac": "e9211e5b38b5959baaff2bc79b431dee"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v", got)
	}
}

func TestRefusals(t *testing.T) {
	for name, change := range map[string]func(*Options, *platform.Platform){
		"校验码不对（IllegalMac）":           func(o *Options, p *platform.Platform) { o.HideSecret, p.Secret = true, "another" },
		"账号或口令不对（InvalidUsrOrPwd）":    func(o *Options, p *platform.Platform) { p.APID = "another" },
		"签名编码不合法（IllegalSignId）":      func(o *Options, p *platform.Platform) { p.Sign = "another" },
		"云MAS平台拒收（Blacklisted）":       func(o *Options, p *platform.Platform) { p.Refuse = func([]string) string { return "Blacklisted" } },
		"短信内容或参数不合规定（InvalidMessage）": func(o *Options, p *platform.Platform) { p.Refuse = func([]string) string { return "InvalidMessage" } },
	} {
		t.Run(name, func(t *testing.T) {
			c, _, _ := meet(t, change)
			for _, o := range c.Send(t.Context(), messages(2, "短")) {
				if o.State != gateway.Refused || o.Reason != name {
					t.Errorf("%+v", o)
				}
			}
		})
	}
	t.Run("too many at once, and one wrong number", func(t *testing.T) {
		c, _, _ := meet(t, func(o *Options, p *platform.Platform) {
			p.Most = 30
			p.Refuse = func(mobiles []string) string {
				if slices.Contains(mobiles, "13800000037") {
					return "InvalidMessage"
				}
				return ""
			}
		})
		for i, o := range c.Send(t.Context(), messages(100, "短")) {
			if (o.State == gateway.Accepted) == (i == 37) {
				t.Errorf("%d: %+v", i, o)
			}
		}
	})
}

func TestWhatMayHaveGone(t *testing.T) {
	say := func(code int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code); fmt.Fprint(w, text) }
	}
	for _, c := range []struct {
		name   string
		far    http.HandlerFunc
		state  gateway.State
		reason string
	}{
		{"no answer", func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() }, gateway.Unknown, "已提交，不知云MAS平台收到没有：时限已到"},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			nc, _, _ := w.(http.Hijacker).Hijack()
			nc.Close()
		}, gateway.Unknown, "已提交，不知云MAS平台收到没有：对方断开了连接"},
		{"busy", say(503, ""), gateway.Busy, "云MAS平台忙（HTTP 503）"},
		{"broken", say(500, ""), gateway.Unknown, "已提交，云MAS平台答复HTTP 500"},
		{"elsewhere", say(404, "<html>"), gateway.Refused, "云MAS平台不受理（HTTP 404），请核对接口地址"},
		{"leads away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://127.0.0.1:1/", 307) }, gateway.Refused, "云MAS平台不受理（HTTP 307），请核对接口地址"},
		{"not JSON", say(200, "<html>"), gateway.Unknown, "已提交，云MAS平台的答复看不懂"},
		{"no code", say(200, "{}"), gateway.Refused, "云MAS平台拒收"},
	} {
		t.Run(c.name, func(t *testing.T) {
			far := httptest.NewServer(c.far)
			defer far.Close()
			client, err := New(Options{URL: far.URL, ECName: "示例县政府", APID: "apid", Secret: secret, Sign: "SIGN", Wait: 200 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			out := client.Send(t.Context(), messages(1, "短"))
			if out[0].State != c.state || out[0].Reason != c.reason {
				t.Errorf("%+v", out[0])
			}
			if strings.Contains(out[0].Reason, secret) {
				t.Error("the secret stands in a reason")
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		client, err := New(Options{URL: "http://" + l.Addr().String(), ECName: "示例县政府", APID: "apid", Secret: secret, Sign: "SIGN"})
		if err != nil {
			t.Fatal(err)
		}
		if out := client.Send(t.Context(), messages(1, "短")); out[0].State != gateway.Busy || out[0].Reason != "没有连上云MAS平台，没有提交：连接被拒绝" {
			t.Errorf("%+v", out[0])
		}
	})
}

func TestHandler(t *testing.T) {
	c, _, h := meet(t, nil)
	post := func(path, body string) int {
		t.Helper()
		w := httptest.NewRecorder()
		c.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
		return w.Code
	}
	one := `{"mobile":"8613800000001","msgGroup":"g1","reportStatus":"DELIVRD","receiveDate":"2026-03-01 08:01:00"}`
	for _, r := range []struct {
		path, body string
		code       int
	}{
		{"/wrong/receipts", one, 404}, {"/t0ken/other", one, 404}, {"//receipts", one, 404},
		{"/t0ken/receipts", "not JSON", 400}, {"/t0ken/receipts", `{"mobile":7}`, 400}, {"/t0ken/receipts", "", 400},
		{"/t0ken/receipts", "[" + strings.Repeat(" ", maxPush) + "]", 400},
		{"/t0ken/receipts", one, 200}, {"/t0ken/receipts", "[]", 200}, {"/t0ken/receipts", `[{"mobile":"1"},{"msgGroup":"g"}]`, 200},
		{"/t0ken/replies", `{"mobile":"13800000001","smsContent":"收到\u0000 4711","sendTime":"20260301080100"}`, 200},
	} {
		if code := post(r.path, r.body); code != r.code && !(r.code == 404 && code == 307) {
			t.Errorf("%s %.60s: %d, want %d", r.path, r.body, code, r.code)
		}
	}
	at := time.Date(2026, 3, 1, 8, 1, 0, 0, zone)
	if len(h.receipts) != 1 || h.receipts[0] != (gateway.Receipt{Ref: "g1", To: "13800000001", State: gateway.Delivered, At: h.receipts[0].At}) || !h.receipts[0].At.Equal(at) {
		t.Errorf("%+v", h.receipts)
	}
	if len(h.replies) != 1 || h.replies[0].Text != "收到 4711" || !h.replies[0].At.Equal(at) {
		t.Errorf("%+v", h.replies)
	}
	h.broken = errors.New("the disk is full")
	if code := post("/t0ken/receipts", one); code != 503 {
		t.Errorf("what was not kept was answered with %d", code)
	}
	none, err := New(Options{URL: "http://127.0.0.1:1", ECName: "示例县政府", APID: "apid", Secret: secret, Sign: "SIGN"})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	none.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/x/receipts", strings.NewReader(one)))
	if w.Code != 404 {
		t.Errorf("without a token anybody may bring receipts: %d", w.Code)
	}
}

func TestNewLooksAtTheOptions(t *testing.T) {
	good := Options{URL: "https://mas.example/sms/norsubmit", ECName: "示例县政府", APID: "apid", Secret: secret, Sign: "SIGN"}
	for name, change := range map[string]func(*Options){
		"address": func(o *Options) { o.URL = "ftp://mas.example" }, "firm": func(o *Options) { o.ECName = "" }, "token": func(o *Options) { o.Token = "a/b" },
	} {
		o := good
		change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
}

func FuzzPush(f *testing.F) {
	f.Add([]byte(`[{"mobile":"13800000001","msgGroup":"g1","reportStatus":"CM:0000"}]`))
	f.Add([]byte(`{"mobile":"13800000001","smsContent":"收到"}`))
	c, err := New(Options{URL: "http://127.0.0.1:1", ECName: "示例县政府", APID: "apid", Secret: secret, Sign: "SIGN", Hear: gateway.Hear{
		Receipts: func(_ context.Context, list []gateway.Receipt) error {
			for _, r := range list {
				if r.Ref == "" || r.To == "" || r.At.IsZero() {
					panic(fmt.Sprintf("%+v", r))
				}
			}
			return nil
		},
		Replies: func(_ context.Context, list []gateway.Reply) error {
			for _, r := range list {
				if r.From == "" || strings.ContainsRune(r.Text, 0) {
					panic(fmt.Sprintf("%+v", r))
				}
			}
			return nil
		},
	}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = c.receipts(t.Context(), b)
		_ = c.replies(t.Context(), b)
	})
}

func BenchmarkBody(b *testing.B) {
	c, err := New(Options{URL: "http://127.0.0.1:1", ECName: "示例县政府", APID: "apid", Secret: secret, Sign: "SIGN"})
	if err != nil {
		b.Fatal(err)
	}
	var numbers []string
	for _, m := range messages(500, "") {
		numbers = append(numbers, m.To)
	}
	text := strings.Repeat("暴雨橙色预警", 20)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.body(numbers, text); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(numbers)*b.N)/b.Elapsed().Seconds(), "numbers/s")
}

// BenchmarkSend hands a warning to a hundred thousand numbers of a platform on the same machine.
func BenchmarkSend(b *testing.B) {
	far := httptest.NewServer(&platform.Platform{Account: platform.Account{ECName: "示例县政府", APID: "apid", Secret: secret, Sign: "SIGN"}})
	defer far.Close()
	c, err := New(Options{URL: far.URL + "/sms/norsubmit", ECName: "示例县政府", APID: "apid", Secret: secret, Sign: "SIGN"})
	if err != nil {
		b.Fatal(err)
	}
	list := messages(100_000, strings.Repeat("暴雨橙色预警", 20))
	b.ReportAllocs()
	for b.Loop() {
		for i, o := range c.Send(b.Context(), list) {
			if o.State != gateway.Accepted {
				b.Fatal(i, o)
			}
		}
	}
	b.ReportMetric(float64(len(list)*b.N)/b.Elapsed().Seconds(), "messages/s")
}
