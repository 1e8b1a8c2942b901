package voice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zhixing/gateway"
)

var ctx = context.Background()

var now = time.Date(2023, 7, 20, 4, 0, 0, 0, time.UTC)

const secret = "0123456789abcdef"

func newVoice(t *testing.T, url string, hear gateway.Hear) *Voice {
	t.Helper()
	v, err := New(Config{URL: url, Secret: secret, Now: func() time.Time { return now }}, hear)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func messages() []gateway.Message {
	return []gateway.Message{
		{ID: "7", To: "13800000001", Text: "【演练】雨量50mm，请按1。【演练】", Code: "1", Level: 2, Drill: true, Expires: now.Add(time.Hour)},
		{ID: "8", To: "1", Text: "请撤离", Expires: now.Add(time.Hour)},
		{ID: "9", To: "13800000003", Text: "请撤离", Expires: now.Add(time.Hour)}}
}

func TestSend(t *testing.T) {
	var asked struct{ Calls []map[string]any }
	answer, status := `{"calls":[{"id":"7","call":"c-1"},{"id":"8","error":"号码不正确"},{"id":"9","error":"线路忙","retry":true}]}`, http.StatusOK
	var v *Voice
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !v.signed(r.Header, body) || json.Unmarshal(body, &asked) != nil {
			t.Errorf("not signed, or not JSON: %s", body)
		}
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	defer far.Close()
	v = newVoice(t, far.URL, gateway.Hear{})
	out := v.Send(ctx, messages())
	if out[0] != (gateway.Outcome{State: gateway.Accepted, Ref: "c-1"}) || out[1] != (gateway.Outcome{State: gateway.Refused, Reason: "号码不正确"}) ||
		out[2] != (gateway.Outcome{State: gateway.Busy, Reason: "线路忙"}) {
		t.Errorf("%+v", out)
	}
	if c := asked.Calls[0]; c["to"] != "13800000001" || c["keys"] != "1" || c["drill"] != true || c["expires"] != "2023-07-20T13:00:00+08:00" ||
		!strings.HasPrefix(c["text"].(string), "现在是演练。雨量五十毫米") {
		t.Errorf("%v", c)
	}
	for _, c := range []struct {
		status int
		answer string
		want   gateway.State
	}{
		{200, `{"calls":[{"id":"7","call":"c-1"}]}`, gateway.Unknown},                                             // too few
		{200, `{"calls":[{"id":"8","call":"c-1"},{"id":"7","call":"c"},{"id":"9","call":"c"}]}`, gateway.Unknown}, // another's
		{200, `{"calls":[{"id":"7"},{"id":"8"},{"id":"9"}]}`, gateway.Unknown},
		{200, `OK`, gateway.Unknown},
		{429, ``, gateway.Busy}, {503, ``, gateway.Busy}, {500, ``, gateway.Unknown}, {502, ``, gateway.Unknown},
		{400, ``, gateway.Refused}, {413, ``, gateway.Refused}, {401, ``, gateway.Busy}, {404, ``, gateway.Busy}, {302, ``, gateway.Busy},
	} {
		status, answer = c.status, c.answer
		if out := v.Send(ctx, messages()); len(out) != 3 || out[0].State != c.want {
			t.Errorf("%d %s: %+v, want %s", c.status, c.answer, out, c.want)
		}
	}
}

func TestSilentGateway(t *testing.T) {
	hold := make(chan struct{})
	far := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
	defer far.Close()
	defer close(hold)
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if out := newVoice(t, far.URL, gateway.Hear{}).Send(short, messages()); out[2].State != gateway.Unknown {
		t.Errorf("asked and not answered: %+v", out)
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	if out := newVoice(t, gone.URL, gateway.Hear{}).Send(ctx, messages()); out[0].State != gateway.Busy || strings.Contains(out[0].Reason, "http") {
		t.Errorf("never reached: %+v", out)
	}
}

func TestEvents(t *testing.T) {
	var receipts []gateway.Receipt
	var replies []gateway.Reply
	var broken error
	v := newVoice(t, "https://voice.example.cn", gateway.Hear{
		Receipts: func(_ context.Context, list []gateway.Receipt) error {
			receipts = append(receipts, list...)
			return broken
		},
		Replies: func(_ context.Context, list []gateway.Reply) error { replies = append(replies, list...); return broken },
	})
	post := func(body string, change func(h http.Header)) int {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader([]byte(body)))
		v.sign(r.Header, []byte(body))
		if change != nil {
			change(r.Header)
		}
		w := httptest.NewRecorder()
		v.Handler().ServeHTTP(w, r)
		return w.Code
	}
	good := `{"events":[{"id":"e-1","call":"c-1","to":"13800000001","event":"key","key":"1","at":"2023-07-20T12:00:31+08:00"},
		{"id":"e-2","call":"c-1","to":"13800000001","event":"heard"},{"id":"e-3","call":"c-2","event":"failed","reason":"无人接听"}]}`
	if code := post(good, nil); code != http.StatusNoContent {
		t.Fatal(code)
	}
	if len(replies) != 1 || replies[0].From != "13800000001" || replies[0].Text != "1" || replies[0].Ref != "c-1" || replies[0].ID != "e-1" ||
		!replies[0].At.Equal(time.Date(2023, 7, 20, 4, 0, 31, 0, time.UTC)) {
		t.Errorf("%+v", replies)
	}
	if len(receipts) != 2 || receipts[0].State != gateway.Delivered || receipts[1].State != gateway.Failed || receipts[1].Reason != "无人接听" {
		t.Errorf("%+v", receipts)
	}
	heard := len(receipts)
	for name, change := range map[string]func(h http.Header){
		"another signature": func(h http.Header) { h.Set("X-Zhixing-Signature", "sha256="+strings.Repeat("00", 32)) },
		"no signature":      func(h http.Header) { h.Del("X-Zhixing-Signature") },
		"no time":           func(h http.Header) { h.Del("X-Zhixing-Timestamp") },
		"another time":      func(h http.Header) { h.Set("X-Zhixing-Timestamp", "1689825600001") },
	} {
		if code := post(good, change); code != http.StatusUnauthorized {
			t.Error(name, code)
		}
	}
	now = now.Add(6 * time.Minute)
	old := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(good))
	now = now.Add(-6 * time.Minute)
	v.sign(old.Header, []byte(good))
	now = now.Add(6 * time.Minute)
	w := httptest.NewRecorder()
	v.Handler().ServeHTTP(w, old)
	now = now.Add(-6 * time.Minute)
	if w.Code != http.StatusUnauthorized {
		t.Error("an old request:", w.Code)
	}
	for _, bad := range []string{`[]`, `{"events":[{"event":"heard"}]}`, `{"events":[{"call":"c","event":"sung"}]}`, `{"events":[{"id":"e","call":"c","to":"1","event":"key","key":"<b>"}]}`,
		`{"events":[{"call":"c","to":"1","event":"key","key":"1"}]}`, "{\"events\":[{\"call\":\"\xff\",\"event\":\"heard\"}]}"} {
		if code := post(bad, nil); code != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, code)
		}
	}
	if len(receipts) != heard {
		t.Error("something of what was refused was heard")
	}
	broken = errors.New("the disk is full")
	if code := post(good, nil); code != http.StatusServiceUnavailable {
		t.Error("said to be kept:", code)
	}
	w = httptest.NewRecorder()
	v.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Error(w.Code)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, c := range []Config{{}, {URL: "ftp://x", Secret: secret, Now: time.Now}, {URL: "https://x", Secret: "short", Now: time.Now}, {URL: "https://x", Secret: secret}} {
		if _, err := New(c, gateway.Hear{}); err == nil {
			t.Errorf("taken: %+v", c.URL)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"events":[{"id":"e-1","call":"c-1","to":"1","event":"key","key":"1","at":"2023-07-20T12:00:31+08:00"}]}`))
	f.Add([]byte(`{"events":[{"call":"c-2","event":"failed","reason":"无人接听"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		receipts, replies, wrong := read(b)
		if wrong != "" && len(receipts)+len(replies) > 0 {
			t.Error("refused and heard")
		}
		for _, r := range replies {
			if r.ID == "" || r.From == "" || strings.Trim(r.Text, "0123456789*#") != "" {
				t.Errorf("%+v", r)
			}
		}
	})
}
