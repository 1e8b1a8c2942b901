package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/channel"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/gateway"
	"zhixing/gateway/mas"
)

// printed is what a running command prints.
type printed struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.Write(b)
}

// find waits for a line that fits, and gives what its group holds.
func (p *printed) find(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for range 1000 {
		p.mu.Lock()
		m := re.FindStringSubmatch(p.b.String())
		p.mu.Unlock()
		if m != nil {
			return m[len(m)-1]
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("nothing fits %s in %s", pattern, p.b.String())
	return ""
}

func TestSimulateMAS(t *testing.T) {
	replies, receipts := make(chan gateway.Reply, 9), make(chan gateway.Receipt, 9)
	// The client takes receipts at its own address, which the platform must know first.
	var client *mas.Client
	us := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { client.Handler().ServeHTTP(w, r) }))
	defer us.Close()
	var out printed
	in, keys := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	var over sync.WaitGroup
	over.Go(func() {
		if code := run(ctx, []string{"simulate", "mas", "--listen", "127.0.0.1:0", "--secret", "geheim", "--push", us.URL + "/t0ken", "--reply", "{code} 收到",
			"--silent", "13800000002", "--failing", "13800000003"}, stdio{in, &out, os.Stderr}); code != 0 {
			t.Errorf("ended with %d", code)
		}
	})
	address := out.find(t, `listening on (\S+);`)
	var err error
	client, err = mas.New(mas.Options{URL: "http://" + address + "/sms/norsubmit", ECName: "示例县政府", APID: "apid", Secret: "geheim", Sign: "SIGN", Token: "t0ken", Hear: gateway.Hear{
		Receipts: func(_ context.Context, list []gateway.Receipt) error {
			for _, r := range list {
				receipts <- r
			}
			return nil
		},
		Replies: func(_ context.Context, list []gateway.Reply) error {
			for _, r := range list {
				replies <- r
			}
			return nil
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var list []gateway.Message
	for _, to := range []string{"13800000001", "13800000002", "13800000003"} {
		list = append(list, gateway.Message{To: to, Text: "【示例县】暴雨橙色预警，收到请回复K7M4X；办好后回复K7M4X办"})
	}
	for _, o := range client.Send(t.Context(), list) {
		if o.State != gateway.Accepted {
			t.Errorf("%+v", o)
		}
	}
	for range 3 {
		if r := <-receipts; (r.State == gateway.Failed) != (r.To == "13800000003") {
			t.Errorf("%+v", r)
		}
	}
	if r := <-replies; r.From != "13800000001" || r.Text != "K7M4X 收到" {
		t.Errorf("%+v", r)
	}
	if _, err := io.WriteString(keys, "13800000002 已转移\n"); err != nil {
		t.Fatal(err)
	}
	if r := <-replies; r.From != "13800000002" || r.Text != "已转移" {
		t.Errorf("%+v", r)
	}
	out.find(t, `to 138\*\*\*\*0001, 138\*\*\*\*0002, 138\*\*\*\*0003: 【示例县】暴雨橙色预警`)
	cancel()
	keys.Close()
	over.Wait()
	if s := out.b.String(); strings.Contains(s, "13800000001") {
		t.Error("a whole number was printed:", s)
	}
}

// TestAWarningGoesOutByMAS goes the whole way: rows, the file of channels, a request, receipts and a reply that come back to the door for
// gateways, the tally.
func TestAWarningGoesOutByMAS(t *testing.T) {
	const county, n = "990101", 142
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	var door http.Handler
	us := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { door.ServeHTTP(w, r) }))
	defer us.Close()
	var out printed
	ctx, cancel := context.WithCancel(t.Context())
	var over sync.WaitGroup
	over.Go(func() {
		if code := run(ctx, []string{"simulate", "mas", "--listen", "127.0.0.1:0", "--push", us.URL + "/gateways/mas/0123456789abcdef", "--reply", "{code} 已到岗",
			"--silent", "13800000002", "--failing", "13800000003"}, stdio{strings.NewReader(""), &out, os.Stderr}); code != 0 {
			t.Errorf("ended with %d", code)
		}
	})
	t.Setenv("ZHIXING_TEST_MAS", "secret")
	t.Setenv("ZHIXING_TEST_TOKEN", "0123456789abcdef")
	cfg, err := channel.ReadConfig(strings.NewReader(`
channels:
  - name: sms
    gateways:
      - name: mas
        driver: mas
        options: {url: "http://` + out.find(t, `listening on (\S+);`) + `/sms/norsubmit", firm: 示例县政府, account: apid, sign: SIGN, secret: {env: ZHIXING_TEST_MAS}, token: {env: ZHIXING_TEST_TOKEN}}
`))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	replied := map[string]string{}
	o := &channel.Outbox{DB: d, County: county, Log: slog.New(slog.DiscardHandler), Replied: func(_ context.Context, _ *db.Tx, list []channel.Reply) error {
		mu.Lock()
		defer mu.Unlock()
		for _, r := range list {
			replied[r.From] = r.Text
		}
		return nil
	}}
	if o.Channels, err = cfg.Open(drivers(d.Now, o.Log), o.Hear); err != nil {
		t.Fatal(err)
	}
	door = withGateways(http.NotFoundHandler(), o)
	var list []channel.Message
	for i := range n {
		list = append(list, channel.Message{Purpose: "callup/1", Channel: "sms", To: fmt.Sprintf("138%08d", i), Text: fmt.Sprintf("暴雨橙色预警。收到请回复K%03d；办好后回复K%03d办。", i, i),
			Code: fmt.Sprintf("K%03d", i), Expires: time.Now().Add(time.Hour), Urgency: channel.Warning})
	}
	if err := d.Write(ctx, func(tx *db.Tx) error { _, err := o.PutAll(ctx, tx, list); return err }); err != nil {
		t.Fatal(err)
	}
	over.Go(func() { o.Run(ctx) })
	var sum channel.Count
	for range 1000 {
		err := d.Read(ctx, func(tx *db.Tx) error {
			counts, err := o.Tally(ctx, tx, "callup/1")
			if len(counts) == 1 {
				sum = counts[0]
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		heard := len(replied)
		mu.Unlock()
		if sum.Delivered+sum.Failed == n && heard == n-2 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	mu.Lock()
	defer mu.Unlock()
	if sum.Delivered != n-1 || sum.Failed != 1 || sum.In10 != n || len(replied) != n-2 || replied["13800000007"] != "K007 已到岗" {
		t.Errorf("%+v, %d replied, %q", sum, len(replied), replied["13800000007"])
	}
	cancel()
	over.Wait()
}
