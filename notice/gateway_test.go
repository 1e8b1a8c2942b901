package notice

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/gateway"
)

func gatewayClock() time.Time { return time.Date(2023, 7, 20, 4, 0, 0, 0, time.UTC) }

func TestWarningsByMail(t *testing.T) {
	box := startMailbox(t, PlainText, "", "", "")
	g := box.Mail.Gateway("https://gov.example.cn", gatewayClock)
	list := []gateway.Message{
		{ID: "7", To: "jia@example.org", Title: "暴雨橙色预警", Text: "请注意防范。"},
		{ID: "8", To: "jia@example.org", Text: "【演练】请注意防范。\n以下略。【演练】", Drill: true},
	}
	out := g.Send(ctx, list)
	if out[0].State != gateway.Accepted || out[1].State != gateway.Accepted || out[0].Ref == out[1].Ref {
		t.Fatal(out)
	}
	first, second := box.next(t), box.next(t)
	if first.Subject != "暴雨橙色预警" || !strings.HasPrefix(first.Text, "请注意防范。") || first.ID != "<"+out[0].Ref+">" {
		t.Errorf("%+v", first)
	}
	if second.Subject != "【演练】请注意防范。【演练】" || !strings.HasPrefix(second.Text, "【演练】") || !strings.HasSuffix(strings.TrimSpace(second.Text), "【演练】") {
		t.Errorf("%+v", second)
	}
	// Sent again it has the same Message-ID.
	if again := g.Send(ctx, list[:1]); again[0].Ref != out[0].Ref {
		t.Error(again)
	}
	if out := g.Send(ctx, []gateway.Message{{ID: "9", To: "refused@example.org", Text: "x"}}); out[0].State == gateway.Unknown {
		t.Error(out)
	}
	nobody := Mail{Host: "127.0.0.1", Port: 1, Security: PlainText, From: "a@example.org"}
	if out := nobody.Gateway("", gatewayClock).Send(ctx, list); out[0].State != gateway.Busy || out[1].State != gateway.Busy {
		t.Error("no server, and nothing can have gone:", out)
	}
}

func TestWarningsToOtherSystems(t *testing.T) {
	var got map[string]any
	hold := make(chan struct{})
	status := http.StatusOK
	far := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status == 0 {
			<-hold
			return
		}
		b, _ := io.ReadAll(r.Body)
		if json.Unmarshal(b, &got) != nil || r.Header.Get("X-Zhixing-Signature") == "" || r.Header.Get("Idempotency-Key") != got["id"] {
			t.Errorf("%s", b)
		}
		w.WriteHeader(status)
	}))
	defer far.Close()
	old := hookClient.Transport
	hookClient.Transport = far.Client().Transport
	defer func() { hookClient.Transport = old }()
	host := strings.TrimPrefix(far.URL, "https://")
	g := HookGateway("0123456789abcdef", []string{host}, "https://gov.example.cn", gatewayClock)
	send := func(to string) gateway.Outcome {
		return g.Send(ctx, []gateway.Message{{ID: "7", To: to, Title: "暴雨橙色预警", Text: "请注意防范。"}})[0]
	}
	if out := send(far.URL + "/in"); out.State != gateway.Accepted || got["subject"] != "暴雨橙色预警" || got["text"] != "请注意防范。" || got["kind"] != "warning" {
		t.Error(out, got)
	}
	for _, to := range []string{"https://169.254.169.254/", "http://" + host + "/", "https://a@" + host + "/", "https://" + host + ".example.org/", "%"} {
		if out := send(to); out.State != gateway.Refused {
			t.Error(to, out)
		}
	}
	status = http.StatusServiceUnavailable
	if out := send(far.URL); out.State != gateway.Busy {
		t.Error(out)
	}
	status = http.StatusGone
	if out := send(far.URL); out.State != gateway.Refused {
		t.Error(out)
	}
	status = 0
	hookClient.Timeout = 50 * time.Millisecond
	defer func() { hookClient.Timeout = 0 }()
	if out := send(far.URL); out.State != gateway.Unknown || out.Ref == "" {
		t.Error("written and not answered:", out)
	}
	close(hold)
}

func TestWarningsToBrowsers(t *testing.T) {
	stories(t, "2023-07-20", func(s *story) {
		service := startPushService(s.T)
		key, err := LoadPushKey(ctx, s.db, county)
		s.must(err)
		push := &Push{Key: key, Contact: "mailto:office@gov.example.cn", Hosts: []string{service.host()}}
		browser, err := ecdh.P256().GenerateKey(rand.Reader)
		s.must(err)
		endpoint := service.URL + "/push/1"
		s.write(func(tx *db.Tx) error {
			return push.Subscribe(ctx, tx, county, "jia", endpoint, base64.URLEncoding.EncodeToString(browser.PublicKey().Bytes()), base64.RawURLEncoding.EncodeToString([]byte("0123456789abcdef")))
		})
		g := push.Gateway(s.db, county, "https://gov.example.cn", s.clock.Now)
		out := g.Send(ctx, []gateway.Message{{ID: "7", To: subscriptionID(endpoint), Title: "暴雨橙色预警", Text: "请注意防范。"}, {ID: "8", To: "nobody", Text: "x"}})
		if out[0].State != gateway.Accepted || out[1].State != gateway.Refused || len(service.got) != 1 {
			s.Error(out)
		}
	})
}
