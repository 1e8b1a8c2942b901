package cmpp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/gateway"
	"zhixing/gateway/link"
	"zhixing/gateway/sms"
)

var _ gateway.Gateway = (*Client)(nil)

// TestExamples holds what is written against the examples of the protocol's paper, computed elsewhere.
func TestExamples(t *testing.T) {
	at := time.Date(2026, 8, 5, 14, 30, 0, 0, zone)
	got := wire.Append(nil, link.Frame{ID: connect, Seq: 1, Body: connectBody("901234", "1234", V20, at)})
	if want := unhex(t, "0000002700000001000000013930313233346a71b281d958f4bee1add6bbd7ef8ce1202ffd81d8"); !bytes.Equal(got, want) {
		t.Errorf("CONNECT\n% x, want\n% x", got, want)
	}
	got = wire.Append(nil, link.Frame{ID: activeTest, Seq: 7})
	if want := unhex(t, "0000000c0000000800000007"); !bytes.Equal(got, want) {
		t.Errorf("ACTIVE_TEST % x", got)
	}
	got = wire.Append(nil, link.Frame{ID: activeTest | link.Answer, Seq: 7, Body: []byte{0}})
	if want := unhex(t, "0000000d800000080000000700"); !bytes.Equal(got, want) {
		t.Errorf("ACTIVE_TEST_RESP % x", got)
	}
}

// heard collects what a client brings.
type heard struct {
	mu       sync.Mutex
	receipts []gateway.Receipt
	replies  []gateway.Reply
	broken   error
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

func (h *heard) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.broken = err
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var s []string
	for _, r := range h.receipts {
		s = append(s, fmt.Sprintf("%s %s %s%s", r.Ref, r.To, r.State, r.Reason))
	}
	for _, r := range h.replies {
		s = append(s, r.From+" "+r.Text+" "+strings.TrimLeft(r.ID, "0"))
	}
	slices.Sort(s)
	return strings.Join(s, "\n")
}

// eventually waits for what another goroutine does.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatal("in vain: ", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// each runs a test against a carrier of either version. end says goodbye, and may be called early.
func each(t *testing.T, change func(*Options), do func(t *testing.T, far *carrier, c *Client, h *heard)) {
	for _, v := range []Version{V20, V30} {
		t.Run(fmt.Sprintf("%#x", byte(v)), func(t *testing.T) {
			far, h, log := newCarrier(t, v == V30), &heard{}, &logged{}
			opt := Options{Address: far.l.Addr().String(), Version: v, Account: "901234", Secret: "1234", Service: "ZX", Source: "10690000", Hear: h.hear(),
				Wait: 2 * time.Second, Retry: 5 * time.Millisecond, Pause: 5 * time.Millisecond, Patient: time.Second, Log: slog.New(slog.NewTextHandler(log, nil))}
			if change != nil {
				change(&opt)
			}
			c, err := New(opt)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			over := make(chan struct{})
			go func() { defer close(over); _ = c.Run(ctx) }()
			do(t, far, c, h)
			cancel()
			<-over
			if s := log.String(); strings.Contains(s, "13800000") || strings.Contains(s, "secret=") {
				t.Errorf("a number stands in the log: %s", s)
			}
		})
	}
}

type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func messages(n int, text string) []gateway.Message {
	out := make([]gateway.Message, n)
	for i := range out {
		out[i] = gateway.Message{ID: fmt.Sprint(i), To: fmt.Sprintf("138%08d", i), Text: text, Expires: time.Date(2026, 3, 1, 9, 0, 0, 0, zone)}
	}
	return out
}

func TestSubmit(t *testing.T) {
	each(t, nil, func(t *testing.T, far *carrier, c *Client, h *heard) {
		long := strings.Repeat("暴雨橙色预警：请山洪危险区人员立即转移。", 4) // 80 characters
		list := append(messages(250, "短"), messages(2, long)...)
		out := c.Send(t.Context(), list)
		far.mu.Lock()
		texts := slices.Clone(far.texts)
		far.mu.Unlock()
		if len(texts) != 3+2 {
			t.Errorf("%d SUBMITs", len(texts))
		}
		for i, o := range out {
			n := slices.IndexFunc(texts, func(s *submitted) bool { return fmt.Sprintf("%016x", s.id) == o.Ref })
			if o.State != gateway.Accepted || n < 0 {
				t.Fatalf("%d: %+v", i, o)
			}
			if s := texts[n]; s.no != 1 || !slices.Contains(s.numbers, list[i].To) {
				t.Errorf("%d: Ref is of %+v", i, s)
			}
		}
		var joined string
		for _, s := range texts {
			want := 12 + 126 + 21*len(s.numbers) + len(s.content)
			if far.v30 {
				want = 12 + 151 + 32*len(s.numbers) + len(s.content)
			}
			if len(s.raw) != want {
				t.Errorf("a SUBMIT to %d numbers has %d bytes, want %d", len(s.numbers), len(s.raw), want)
			}
			if s.report != 1 || s.format != 8 || s.account != "901234" || s.source != "10690000" || s.validity != "260301090000032+" {
				t.Errorf("%+v", s)
			}
			if s.total == 1 {
				if s.headed != 0 || s.text() != "短" {
					t.Errorf("%+v", s)
				}
				continue
			}
			if s.headed != 1 || s.total != 2 || !bytes.Equal(s.content[:3], []byte{5, 0, 3}) || s.content[4] != 2 || s.content[5] != s.no || len(s.content) > 140 {
				t.Errorf("%+v", s)
			}
			joined += s.text()
		}
		if joined != long {
			t.Error(joined)
		}
		// One receipt a text and number, when its last part is there.
		for _, s := range texts {
			for _, number := range s.numbers {
				stat := "DELIVRD"
				if number == "13800000001" && s.no == s.total {
					stat = "UNDELIV"
				}
				far.report(s, "86"+number, stat)
			}
		}
		eventually(t, "252 receipts", func() bool { return len(h.receiptsNow()) == 252 })
		failed := 0
		for _, r := range h.receiptsNow() {
			if !slices.ContainsFunc(out, func(o gateway.Outcome) bool { return o.Ref == r.Ref }) {
				t.Errorf("of a message that nobody knows: %+v", r)
			}
			if r.State == gateway.Failed {
				failed++
				if r.To != "13800000001" || r.Reason != "无法送达（UNDELIV）" || !r.At.Equal(time.Date(2026, 3, 1, 8, 1, 0, 0, zone)) {
					t.Errorf("%+v", r)
				}
			}
		}
		if failed != 2 {
			t.Errorf("%d failed", failed)
		}
		for range 252 + 2 {
			a := <-far.answers
			if want := map[bool]int{false: 21, true: 24}[far.v30]; len(a) != want || a[len(a)-1] != 0 {
				t.Errorf("DELIVER_RESP % x", a)
			}
		}
	})
}

func (h *heard) receiptsNow() []gateway.Receipt {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.receipts)
}

func TestAReportMayComeBeforeTheAnswer(t *testing.T) {
	each(t, nil, func(t *testing.T, far *carrier, c *Client, h *heard) {
		far.before = func(s *submitted) { far.report(s, s.numbers[0], "DELIVRD"); time.Sleep(30 * time.Millisecond) }
		out := c.Send(t.Context(), messages(1, strings.Repeat("雨", 150)))
		eventually(t, "the receipt", func() bool { return len(h.receiptsNow()) > 0 })
		if got, want := h.String(), out[0].Ref+" 13800000000 delivered"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestResults(t *testing.T) {
	for _, r := range []struct {
		result uint32
		silent bool
		state  gateway.State
		reason string
	}{
		{result: 8, state: gateway.Busy, reason: "流量控制（CMPP结果8）"},
		{result: 10, state: gateway.Refused, reason: "接入号错（CMPP结果10）"},
		{result: 13, state: gateway.Refused, reason: "接收号码错（CMPP结果13）"},
		{result: 77, state: gateway.Refused, reason: "网关拒收（CMPP结果77）"},
		{silent: true, state: gateway.Unknown, reason: "已提交，不知CMPP网关收到没有：超时没有答复"},
	} {
		t.Run(r.reason, func(t *testing.T) {
			each(t, func(o *Options) {
				if r.silent {
					o.Wait = 300 * time.Millisecond
				}
			}, func(t *testing.T, far *carrier, c *Client, _ *heard) {
				far.result = func(*submitted) (uint32, bool) { return r.result, !r.silent }
				out := c.Send(t.Context(), messages(1, "短"))
				if out[0].State != r.state || out[0].Reason != r.reason {
					t.Errorf("%+v", out[0])
				}
				far.mu.Lock()
				defer far.mu.Unlock()
				if len(far.texts) != 1 {
					t.Errorf("handed over %d times", len(far.texts))
				}
			})
		})
	}
}

func TestReplies(t *testing.T) {
	each(t, nil, func(t *testing.T, far *carrier, c *Client, h *heard) {
		eventually(t, "connected", func() bool { up, _ := c.Up(); return up })
		nc := far.conns[0]
		h.fail(errors.New("the disk is full"))
		far.deliver(nc, 1, "8613800000007", 0, 8, 0, unhex(t, "65365230")) // 收到
		time.Sleep(50 * time.Millisecond)
		select {
		case a := <-far.answers:
			t.Errorf("what was not kept was acknowledged: % x", a)
		default:
		}
		h.fail(nil)
		far.deliver(nc, 1, "8613800000007", 0, 8, 0, unhex(t, "65365230"))
		far.deliver(nc, 2, "13800000008", 0, 15, 0, unhex(t, "cad5b5bd20313233"))
		far.deliver(nc, 3, "13800000009", 1, 8, 0, unhex(t, "0500030902025230"))
		far.deliver(nc, 4, "13800000009", 1, 8, 0, unhex(t, "0500030902016536"))
		for range 4 {
			<-far.answers
		}
		if got, want := h.String(), "13800000007 收到 1\n13800000008 收到 123 2\n13800000009 收到 4"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestFramesThatAreWrong(t *testing.T) {
	each(t, nil, func(t *testing.T, far *carrier, c *Client, h *heard) {
		eventually(t, "connected", func() bool { up, _ := c.Up(); return up })
		far.say(far.conns[0], 5, 9, unhex(t, "00000000000000090102"))
		if a := <-far.answers; a[len(a)-1] != 1 {
			t.Errorf("a DELIVER that is too short was answered % x", a)
		}
		far.deliver(far.conns[0], 10, "13800000007", 0, 0, 1, []byte("no report"))
		if a := <-far.answers; a[len(a)-1] != 0 {
			t.Errorf("a report that nobody can read was answered % x, so that it comes for ever", a)
		}
		far.writing.Lock()
		_, _ = far.conns[0].Write(unhex(t, "7fffffff0000000500000001"))
		far.writing.Unlock()
		eventually(t, "connected again", func() bool { far.mu.Lock(); defer far.mu.Unlock(); return far.logins == 2 })
		if out := c.Send(t.Context(), messages(1, "短")); out[0].State != gateway.Accepted {
			t.Errorf("%+v", out)
		}
	})
}

func TestConnectsAgainAndTakesLeave(t *testing.T) {
	each(t, nil, func(t *testing.T, far *carrier, c *Client, h *heard) {
		if out := c.Send(t.Context(), messages(1, "短")); out[0].State != gateway.Accepted {
			t.Errorf("%+v", out)
		}
		far.result = func(s *submitted) (uint32, bool) { s.conn.Close(); return 0, false }
		if out := c.Send(t.Context(), messages(1, "短")); out[0].State != gateway.Unknown {
			t.Errorf("%+v", out)
		}
		far.mu.Lock()
		far.result = nil
		far.mu.Unlock()
		if out := c.Send(t.Context(), messages(1, "短")); out[0].State != gateway.Accepted {
			t.Errorf("%+v", out)
		}
		t.Cleanup(func() {
			far.mu.Lock()
			defer far.mu.Unlock()
			if last := far.frames[len(far.frames)-1]; !bytes.Equal(last[4:8], []byte{0, 0, 0, 2}) {
				t.Errorf("no goodbye: % x", last)
			}
		})
	})
}

func TestIsNotLetIn(t *testing.T) {
	each(t, func(o *Options) { o.Secret, o.Patient = "wrong", 100*time.Millisecond }, func(t *testing.T, far *carrier, c *Client, h *heard) {
		eventually(t, "a refusal", func() bool { _, err := c.Up(); return err != nil })
		out := c.Send(t.Context(), messages(2, "短"))
		for _, o := range out {
			if o.State != gateway.Busy || !strings.Contains(o.Reason, "认证错") {
				t.Errorf("%+v", o)
			}
		}
	})
}

func TestTests(t *testing.T) {
	each(t, func(o *Options) { o.Idle, o.Wait, o.Tries = 50*time.Millisecond, 500*time.Millisecond, 2 }, func(t *testing.T, far *carrier, c *Client, h *heard) {
		tests := func() (n int) {
			far.mu.Lock()
			defer far.mu.Unlock()
			for _, f := range far.frames {
				if f[7] == 8 && f[4] == 0 {
					n++
				}
			}
			return n
		}
		eventually(t, "tests that are answered", func() bool { return tests() >= 3 })
		far.mu.Lock()
		far.quiet = true
		logins := far.logins
		far.mu.Unlock()
		if logins != 1 {
			t.Errorf("%d logins", logins)
		}
		eventually(t, "a new connection", func() bool { far.mu.Lock(); defer far.mu.Unlock(); return far.logins > 1 })
		far.mu.Lock()
		far.quiet = false
		nc := far.conns[len(far.conns)-1]
		far.mu.Unlock()
		far.say(nc, 8, 77, nil)
		eventually(t, "an answer to theirs", func() bool {
			select {
			case a := <-far.answers:
				return bytes.Equal(a, unhex(t, "0000000d800000080000004d00"))
			default:
				return false
			}
		})
	})
}

func TestNewLooksAtTheOptions(t *testing.T) {
	good := Options{Address: "127.0.0.1:1", Version: V20, Account: "901234", Secret: "1234", Source: "10690000"}
	for name, change := range map[string]func(*Options){
		"version": func(o *Options) { o.Version = 0x21 }, "account": func(o *Options) { o.Account = "9012345" }, "secret": func(o *Options) { o.Secret = "" },
		"source": func(o *Options) { o.Source = strings.Repeat("1", 22) }, "address": func(o *Options) { o.Address = "" },
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

func FuzzDeliver(f *testing.F) {
	f.Add(make([]byte, 73), false)
	f.Add(append(make([]byte, 75), bytes.Repeat([]byte{0xFF}, 97)...), true)
	f.Fuzz(func(t *testing.T, b []byte, v30 bool) {
		v := V20
		if v30 {
			v = V30
		}
		_, _ = readConnect(b)
		_, _, _ = readSubmit(b)
		d, err := v.readDeliver(b)
		if err != nil {
			return
		}
		if len(d.content) > 255 || len(d.from) > 3*32 {
			t.Fatalf("%+v", d)
		}
		if r, err := readReport(d.content); err == nil {
			r.receipt()
		}
		sms.Text(d.format, sms.Head(d.content).Body)
	})
}

func BenchmarkSubmitBody(b *testing.B) {
	c, err := New(Options{Address: "127.0.0.1:1", Version: V30, Account: "901234", Secret: "1234", Source: "10690000"})
	if err != nil {
		b.Fatal(err)
	}
	s := &sms.Submission{Body: sms.Parts(strings.Repeat("雨", 70), 1)[0], No: 1, Total: 1}
	for i := range 100 {
		s.Numbers = append(s.Numbers, fmt.Sprintf("138%08d", i))
	}
	b.ReportAllocs()
	for b.Loop() {
		c.submitBody(s)
	}
	b.ReportMetric(float64(100*b.N)/b.Elapsed().Seconds(), "numbers/s")
}

// BenchmarkSend hands a warning in three parts to ten thousand numbers of a carrier on the same machine.
func BenchmarkSend(b *testing.B) {
	far := newCarrier(b, true)
	c, err := New(Options{Address: far.l.Addr().String(), Version: V30, Account: "901234", Secret: "1234", Source: "10690000"})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() { defer close(over); _ = c.Run(ctx) }()
	list := messages(10_000, strings.Repeat("暴雨", 80))
	b.ReportAllocs()
	for b.Loop() {
		for i, o := range c.Send(ctx, list) {
			if o.State != gateway.Accepted {
				b.Fatal(i, o)
			}
		}
		far.mu.Lock()
		far.texts, far.frames = nil, nil
		far.mu.Unlock()
	}
	b.ReportMetric(float64(len(list)*b.N)/b.Elapsed().Seconds(), "messages/s")
	cancel()
	<-over
}
