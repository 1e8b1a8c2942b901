package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

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
		list = append(list, gateway.Message{To: to, Text: "【示例县】暴雨橙色预警，请回复 4711 确认收到"})
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
	if r := <-replies; r.From != "13800000001" || r.Text != "4711 收到" {
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
