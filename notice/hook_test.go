package notice

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
	"zhixing/internal/peertest"
)

func hookParcel() parcel {
	p := parcel{Notice: aNotice("due/1"), id: "0123abcd@gov.example.cn", at: time.UnixMilli(1698627723000), url: "https://gov.example.cn/duty/1", channel: ByHook}
	p.Grade = Ordinary
	return p
}

// receiver answers like a robot and keeps what it was sent.
func receiver(t *testing.T, status int, answer string) (url string, got *http.Request, body *[]byte) {
	t.Helper()
	got, body = new(http.Request), new([]byte)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*got = *r
		*body, _ = io.ReadAll(r.Body)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, got, body
}

// dingSign is what openssl makes of the time and the secret, written for a query.
const dingSign = "PBUuYtN6SR8doveDfeTzEjNCh4DnAPVyshr2yXLCvFM%3D"

const wholeText = "任务将到期\n请于2023年10月31日前填报。\n\n依据：甲政办发〔2023〕1号 一(1)\n详情：https://gov.example.cn/duty/1"

func TestWeComAndDingTalk(t *testing.T) {
	for _, c := range []struct {
		name, secret string
		style        Style
		query        string
	}{
		{"企业微信", "", WeCom, "key=k1"},
		{"钉钉", "", DingTalk, "key=k1"},
		// printf '1698627723000\nSECabcdef' | openssl dgst -sha256 -hmac SECabcdef -binary | base64
		{"钉钉加签", "SECabcdef", DingTalk, "key=k1&sign=SIGN&timestamp=1698627723000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, got, body := receiver(t, 200, `{"errcode":0,"errmsg":"ok"}`)
			h := Hook{Name: c.name, Style: c.style, URL: url + "/send?key=k1", Secret: c.secret}
			if err := h.send(ctx, hookParcel()); err != nil {
				t.Fatal(err)
			}
			want := strings.Replace(c.query, "SIGN", dingSign, 1)
			if got.URL.RawQuery != want {
				t.Errorf("query %s, want %s", got.URL.RawQuery, want)
			}
			var m map[string]any
			if err := json.Unmarshal(*body, &m); err != nil {
				t.Fatal(err)
			}
			if text := m["text"].(map[string]any)["content"]; m["msgtype"] != "text" || text != wholeText || len(m) != 2 {
				t.Errorf("body %s", *body)
			}
			if got.Header.Get("Idempotency-Key") != "0123abcd@gov.example.cn" || !strings.HasPrefix(got.Header.Get("Content-Type"), "application/json") {
				t.Errorf("headers %v", got.Header)
			}
		})
	}
}

// A text that is too long for a robot is cut between letters, and the way to the page stays.
func TestRobotsTakeSoMuch(t *testing.T) {
	p := hookParcel()
	p.Text = strings.Repeat("很长的正文。", 800)
	for style, most := range map[Style]int{WeCom: 2048, DingTalk: 20000} {
		b, err := json.Marshal((&Hook{Style: style}).message(p))
		if err != nil {
			t.Fatal(err)
		}
		var m struct{ Text struct{ Content string } }
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		if len(m.Text.Content) > most || !utf8.ValidString(m.Text.Content) || strings.ContainsRune(m.Text.Content, utf8.RuneError) ||
			!strings.HasSuffix(m.Text.Content, "\n详情："+p.url) || len(m.Text.Content) < 1900 {
			t.Errorf("%s: %d bytes: …%s", style, len(m.Text.Content), m.Text.Content[len(m.Text.Content)-80:])
		}
	}
}

// A receiver checks our signature with openssl.
func TestPlainJSONIsSigned(t *testing.T) {
	url, got, body := receiver(t, 204, "")
	h := Hook{Name: "台账", Style: PlainJSON, URL: url, Secret: "0123456789abcdef"}
	if err := h.send(ctx, hookParcel()); err != nil {
		t.Fatal(err)
	}
	openssl := peertest.Program(t, "openssl", "openssl")
	cmd := exec.Command(openssl, "dgst", "-sha256", "-hmac", h.Secret, "-r")
	cmd.Stdin = strings.NewReader(got.Header.Get("X-Zhixing-Timestamp") + "." + string(*body))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := "sha256=" + strings.Fields(string(out))[0]; got.Header.Get("X-Zhixing-Signature") != want {
		t.Errorf("signed %s, openssl says %s", got.Header.Get("X-Zhixing-Signature"), want)
	}
	const want = `{"id":"0123abcd@gov.example.cn","kind":"due","grade":"ordinary","unit":"甲局","subject":"任务将到期","text":"请于2023年10月31日前填报。",` +
		`"url":"https://gov.example.cn/duty/1","about":"duty/1","basis":"甲政办发〔2023〕1号 一(1)","sent_at":"2023-10-30T09:02:03+08:00"}`
	if string(*body) != want {
		t.Errorf("body\n%s, want\n%s", *body, want)
	}
}

func TestHookRefused(t *testing.T) {
	for name, c := range map[string]struct {
		style  Style
		status int
		answer string
		want   verdict
		reason string
	}{
		"too often":           {WeCom, 200, `{"errcode":45009,"errmsg":"api freq out of limit"}`, down, "45009"},
		"wrong signature":     {DingTalk, 200, `{"errcode":310000,"errmsg":"sign not match"}`, down, "sign not match"},
		"no errcode":          {WeCom, 200, `{}`, again, "看不懂"},
		"a page":              {WeCom, 200, `<html>`, again, "看不懂"},
		"moved":               {PlainJSON, 307, ``, never, "不跟随"},
		"not found":           {WeCom, 404, ``, never, "404"},
		"too many":            {PlainJSON, 429, ``, down, "429"},
		"bad gateway":         {PlainJSON, 502, ``, down, "502"},
		"endless answer":      {DingTalk, 200, `{"errcode":0,"errmsg":"` + strings.Repeat("x", 2*maxAnswer) + `"}`, again, "看不懂"},
		"endless explanation": {DingTalk, 200, `{"errcode":1,"errmsg":"` + strings.Repeat("长", 5000) + `"}`, down, "errcode 1"},
	} {
		t.Run(name, func(t *testing.T) {
			url, got, _ := receiver(t, c.status, c.answer)
			err := (&Hook{Name: "甲群", Style: c.style, URL: url + "?key=SECRET"}).send(ctx, hookParcel())
			var f *failure
			if !errors.As(err, &f) || f.verdict != c.want || !strings.Contains(f.reason, c.reason) || len(f.reason) > maxReason {
				t.Errorf("got %+v, want verdict %d with %q", f, c.want, c.reason)
			}
			if got.URL.Path == "/elsewhere" {
				t.Error("followed to another address")
			}
		})
	}
}

// An address that does not answer, and one that answers too late; neither reason tells the address.
func TestHookSilent(t *testing.T) {
	wait := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-wait }))
	defer srv.Close()
	defer close(wait)
	for _, url := range []string{srv.URL + "/?key=SECRET", "http://127.0.0.1:1/?key=SECRET"} {
		short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		err := (&Hook{Name: "甲群", Style: WeCom, URL: url}).send(short, hookParcel())
		cancel()
		var f *failure
		if !errors.As(err, &f) || f.verdict != down || strings.Contains(f.reason, "SECRET") {
			t.Errorf("got %v", err)
		}
	}
}

// What is for one person or one post never goes to a group.
func TestWhatAGroupGets(t *testing.T) {
	for _, c := range []struct {
		hook Hook
		to   To
		want bool
	}{
		{Hook{Unit: "甲局"}, To{Unit: "甲局"}, true},
		{Hook{Unit: "甲局"}, To{Unit: "乙局"}, false},
		{Hook{}, To{Unit: "乙局"}, true},
		{Hook{Kinds: []string{"due"}}, To{Unit: "乙局"}, true},
		{Hook{Kinds: []string{"late"}}, To{Unit: "乙局"}, false},
		{Hook{}, To{Post: "副县长一"}, false},
		{Hook{}, To{Account: "jia"}, false},
	} {
		if got := c.hook.takes(Notice{To: c.to, Kind: "due"}); got != c.want {
			t.Errorf("%+v for %+v: %v", c.hook, c.to, got)
		}
	}
}

func TestConfigCheck(t *testing.T) {
	good := func() Config {
		return Config{Site: "https://gov.example.cn", Mail: &Mail{Host: "mx", Port: 465, Security: ImplicitTLS, User: "u", From: "甲县 <a@example.cn>"},
			Hooks: []Hook{{Name: "甲群", Style: WeCom, URL: "https://example.cn/?key=1"}}}
	}
	if err := errors.Join(good().Check(), Config{}.Check()); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Config){
		"站点地址":    func(c *Config) { c.Site = "gov.example.cn" },
		"加密方式":    func(c *Config) { c.Mail.Security = "ssl" },
		"不得使用用户名": func(c *Config) { c.Mail.Security = PlainText },
		"发件人":     func(c *Config) { c.Mail.From = "甲县" },
		"端口":      func(c *Config) { c.Mail.Port = 0 },
		"重复":      func(c *Config) { c.Hooks = append(c.Hooks, c.Hooks[0]) },
		"样式":      func(c *Config) { c.Hooks[0].Style = "slack" },
		"https":   func(c *Config) { c.Hooks[0].URL = "file:///etc/passwd" },
		"16个字符":   func(c *Config) { c.Hooks[0].Style = PlainJSON },
		"缺少密钥":    func(c *Config) { c.Push = &Push{Contact: "mailto:a@example.cn", Hosts: PushServices} },
	} {
		c := good()
		spoil(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzRobotSays(f *testing.F) {
	f.Add([]byte(`{"errcode":0}`))
	f.Add([]byte(`{"errcode":45009,"errmsg":"x"}`))
	f.Add([]byte(`{"errcode":"0"}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		err := robotSays("甲群", answer)
		var m map[string]any
		if err == nil && (json.Unmarshal(answer, &m) != nil || m == nil) {
			t.Errorf("%q passes for success", answer)
		}
		if err != nil && (len(err.Error()) > maxReason || !utf8.ValidString(err.Error())) {
			t.Errorf("%q gives the reason %q", answer, err)
		}
	})
}
