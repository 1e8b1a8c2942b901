package screen

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/gateway"
)

var ctx = context.Background()

const secret = "示例口令示例口令示例口令"

// house is a gateway with its displays, a clock and what was heard.
type house struct {
	*testing.T
	s        *Screens
	at       string // address of the page
	now      time.Time
	list     map[string][]gateway.Message // by display
	receipts []string
	health   []gateway.Health
	deaf     error
}

func newHouse(t *testing.T) *house {
	h := &house{T: t, now: time.Date(2031, 6, 8, 2, 0, 0, 0, time.UTC), list: map[string][]gateway.Message{}}
	var err error
	h.s, err = New(Config{County: "示例县", Secret: secret, Now: func() time.Time { return h.now },
		Showing: func(_ context.Context, id string) ([]gateway.Message, error) { return slices.Clone(h.list[id]), nil }},
		gateway.Hear{Receipts: func(_ context.Context, list []gateway.Receipt) error {
			for _, r := range list {
				if h.deaf == nil {
					h.receipts = append(h.receipts, r.Ref+" "+string(r.State))
				}
			}
			return h.deaf
		}, Health: func(_ context.Context, list []gateway.Health) error {
			h.health = append(h.health, list...)
			return h.deaf
		}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.StripPrefix("/gateways/screen", h.s.Handler()))
	t.Cleanup(server.Close)
	h.at = server.URL + "/gateways/screen/"
	return h
}

// put puts up a display.
func (h *house) put(id, secret string) (*http.Client, int) {
	h.Helper()
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar}
	status, _ := h.do(c, "POST", "", "application/x-www-form-urlencoded", url.Values{"id": {id}, "secret": {secret}}.Encode())
	return c, status
}

func (h *house) do(c *http.Client, method, path, kind, body string) (int, string) {
	h.Helper()
	req, err := http.NewRequest(method, h.at+path, strings.NewReader(body))
	if err != nil {
		h.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	r, err := c.Do(req)
	if err != nil {
		h.Fatal(err)
	}
	defer r.Body.Close()
	b, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(b)
}

// shows is what a display gets to show, by id.
func (h *house) shows(c *http.Client) (ids []string) {
	h.Helper()
	status, body := h.do(c, "GET", "now", "", "")
	var got struct{ Show []notice }
	if err := json.Unmarshal([]byte(body), &got); status != 200 || err != nil {
		h.Fatalf("%d %s", status, body)
	}
	for _, n := range got.Show {
		ids = append(ids, n.ID)
	}
	return ids
}

// A display proves itself once, gets what is its own and still true, the gravest first and drills last, and says each time once what stands on it.
func TestDisplay(t *testing.T) {
	h := newHouse(t)
	later := h.now.Add(time.Hour)
	h.list["门口"] = []gateway.Message{{ID: "1", Level: 1, Drill: true, Title: "【演练】红", Text: "【演练】红【演练】", Expires: later}, {ID: "2", Level: 3, Text: "黄", Expires: later},
		{ID: "3", Level: 1, Text: "红", Expires: later}, {ID: "4", Level: 1, Text: "过期", Expires: h.now}}
	h.list["大厅"] = []gateway.Message{{ID: "5", Level: 2, Text: "橙", Expires: later}}

	for _, wrong := range [][2]string{{"门口", "猜的"}, {"门口", ""}, {"", secret}, {"a/b", secret}, {strings.Repeat("长", 40), secret}} {
		c, status := h.put(wrong[0], wrong[1])
		if now, _ := h.do(c, "GET", "now", "", ""); status != 403 || now != 403 {
			t.Errorf("%q: %d, %d", wrong, status, now)
		}
	}
	c, status := h.put("门口", secret)
	if _, page := h.do(c, "GET", "", "", ""); status != 200 || !strings.Contains(page, "显示屏 门口") || strings.Contains(page, secret) {
		t.Fatalf("%d %s", status, page)
	}
	if got := h.shows(c); !slices.Equal(got, []string{"3", "2", "1"}) {
		t.Error(got)
	}
	forged := &http.Cookie{Name: cookie, Value: hexOf("大厅") + "." + h.s.proof("门口")}
	req, _ := http.NewRequest("GET", h.at+"now", nil)
	req.AddCookie(forged)
	if r, err := http.DefaultClient.Do(req); err != nil || r.StatusCode != 403 {
		t.Error("the proof of one display is another's", err)
	}

	if out := h.s.Send(ctx, []gateway.Message{{ID: "3", To: "门口"}, {ID: "9", To: "a b"}}); out[0].State != gateway.Accepted || out[0].Ref != "3" || out[1].State != gateway.Refused {
		t.Error(out)
	}
	say := func(want int, body string) {
		t.Helper()
		if status, _ := h.do(c, "POST", "shown", "application/json", body); status != want {
			t.Errorf("%s: %d, want %d", body, status, want)
		}
	}
	h.deaf = errors.New("the disk is full")
	say(503, `["3"]`)
	h.deaf = nil
	say(204, `["3", "4", "5", "99"]`) // what has expired, another's, nobody's
	say(204, `["3"]`)
	say(400, `3`)
	if !slices.Equal(h.receipts, []string{"3 delivered"}) {
		t.Error(h.receipts)
	}
	if status, _ := h.do(http.DefaultClient, "POST", "shown", "application/json", `["2"]`); status != 403 {
		t.Error("somebody says what stands on a display:", status)
	}
}

// A display that comes no more is off after a while, and on again when it comes; in between it is not spoken of at each question.
func TestDisplayIsOff(t *testing.T) {
	h := newHouse(t)
	c, _ := h.put("门口", secret)
	states := func() (out []bool) {
		for _, x := range h.health {
			out = append(out, x.Online)
		}
		return out
	}
	look := func() {
		t.Helper()
		if err := h.s.look(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		h.shows(c)
		h.now = h.now.Add(5 * time.Second)
		look()
	}
	if got := states(); !slices.Equal(got, []bool{true}) {
		t.Error(got)
	}
	h.now = h.now.Add(silence)
	h.deaf = errors.New("the disk is full")
	if h.s.look(ctx) == nil {
		t.Error("what was not kept is not said again")
	}
	h.health, h.deaf = h.health[:1], nil
	look()
	look()
	h.shows(c)
	if got := states(); !slices.Equal(got, []bool{true, false, true}) {
		t.Error(got)
	}
}

func TestNewChecks(t *testing.T) {
	showing := func(context.Context, string) ([]gateway.Message, error) { return nil, nil }
	for name, c := range map[string]Config{"short secret": {Secret: "short", Showing: showing, Now: time.Now}, "no showing": {Secret: secret, Now: time.Now}, "no clock": {Secret: secret, Showing: showing}} {
		if _, err := New(c, gateway.Hear{}); err == nil {
			t.Error(name)
		}
	}
}
