package smpp

import (
	"bytes"
	"context"
	"encoding/hex"
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

// heard collects what a client brings.
type heard struct {
	mu     sync.Mutex
	lines  []string
	broken error
}

func (h *heard) hear() gateway.Hear {
	keep := func(lines []string) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.broken == nil {
			h.lines = append(h.lines, lines...)
		}
		return h.broken
	}
	return gateway.Hear{
		Receipts: func(_ context.Context, list []gateway.Receipt) error {
			var lines []string
			for _, r := range list {
				lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r.Ref, r.To, r.State, r.Reason)))
			}
			return keep(lines)
		},
		Replies: func(_ context.Context, list []gateway.Reply) error {
			var lines []string
			for _, r := range list {
				lines = append(lines, r.From+" "+r.Text)
			}
			return keep(lines)
		},
	}
}

func (h *heard) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.broken = err
}

func (h *heard) sorted() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(slices.Values(h.lines))
}

// want waits for lines, in any order.
func (h *heard) want(t *testing.T, lines ...string) {
	t.Helper()
	slices.Sort(lines)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if slices.Equal(h.sorted(), lines) {
			return
		}
	}
	t.Errorf("heard\n%s\nwant\n%s", strings.Join(h.sorted(), "\n"), strings.Join(lines, "\n"))
}

// against runs a test's client against the message centre.
func against(t *testing.T, change func(*Options), do func(far *smsc, c *Client, h *heard)) {
	t.Helper()
	far, h := newSMSC(t), &heard{}
	opt := Options{Address: far.addr, SystemID: "zhixing", Password: "geheim12", SystemType: "SMS", Source: "10690000", Hear: h.hear(), Wait: 5 * time.Second,
		Retry: 5 * time.Millisecond, Pause: 5 * time.Millisecond, Log: slog.New(slog.DiscardHandler)}
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
	do(far, c, h)
	cancel()
	<-over
}

func message(to, text string) gateway.Message {
	return gateway.Message{To: to, Text: text, Expires: time.Date(2026, 3, 1, 9, 0, 0, 0, time.FixedZone("", 8*60*60))}
}

func TestEnquireLinkExample(t *testing.T) {
	want, _ := hex.DecodeString("00000010000000150000000000000001")
	if got := wire.Append(nil, link.Frame{ID: enquireLink, Seq: 1}); !bytes.Equal(got, want) {
		t.Errorf("% x", got)
	}
}

func TestSubmit(t *testing.T) {
	against(t, nil, func(far *smsc, c *Client, h *heard) {
		long := strings.Repeat("暴雨橙色预警：请山洪危险区人员立即转移。", 4) // 80 characters
		out := c.Send(t.Context(), []gateway.Message{message("13800000001", "短讯"), message("13800000002", long), message("号码", "短讯")})
		if out[0].State != gateway.Accepted || out[1].State != gateway.Accepted || out[2].State != gateway.Refused {
			t.Errorf("%+v", out)
		}
		b := far.wait("bind_transceiver", 1)[0]
		if !b.OK || b.Version != 0x34 {
			t.Errorf("%+v", b)
		}
		var joined string
		list := far.wait("submit_sm", 3)
		slices.SortFunc(list, func(a, b event) int { return strings.Compare(a.To+a.UDH, b.To+b.UDH) })
		for _, e := range list {
			if e.TON != 1 || e.NPI != 1 || e.From != "10690000" || e.Coding != 8 || e.Registered != 1 || e.Validity != "2026-03-01T01:00:00.000Z" {
				t.Errorf("%+v", e)
			}
			if e.To == "8613800000001" {
				if e.Text != "短讯" || e.UDH != "" || e.ESM != 0 {
					t.Errorf("%+v", e)
				}
				continue
			}
			if len(e.UDH) != 10 || !strings.HasPrefix(e.UDH, "0003") || e.UDH[6:8] != "02" || e.ESM != 0x40 {
				t.Errorf("%+v", e)
			}
			joined += e.Text
		}
		if len(list) != 3 || joined != long {
			t.Error(joined)
		}
	})
}

// TestNames tries each way in which centres name a message in their answer and in its receipt.
func TestNames(t *testing.T) {
	for _, n := range []struct {
		id, receipt string
		configured  Names
	}{
		{"plain", "plain", Alike}, {"hex", "decimal", Alike}, {"decimal", "hex", Alike}, {"hex", "decimal", DecimalReceipt}, {"decimal", "hex", HexReceipt},
	} {
		for _, by := range []string{"text", "tlv", "early"} {
			if by == "early" && n.id != n.receipt && n.configured == Alike {
				continue // before the answer nobody can know what the other name means
			}
			t.Run(fmt.Sprintf("%s-%s-%s-%s", n.id, n.receipt, n.configured, by), func(t *testing.T) {
				against(t, func(o *Options) { o.Names = n.configured }, func(far *smsc, c *Client, h *heard) {
					far.do(fmt.Sprintf(`{"do":"names","id":%q,"receipt":%q}`, n.id, n.receipt))
					far.do(fmt.Sprintf(`{"do":"receipts","by":%q}`, by))
					out := c.Send(t.Context(), []gateway.Message{message("13800000001", "短讯"), message("13800000002", strings.Repeat("雨", 150)), message("13800000009", "短讯")})
					reason := "无法送达（UNDELIV，错误码045）"
					if by == "tlv" {
						reason = "无法送达（UNDELIV）"
					}
					h.want(t, out[0].Ref+" 13800000001 delivered", out[1].Ref+" 13800000002 delivered", out[2].Ref+" 13800000009 failed "+reason)
					for _, e := range far.wait("deliver_sm_resp", 5) {
						if e.Status != 0 {
							t.Errorf("%+v", e)
						}
					}
				})
			})
		}
	}
}

func TestStatuses(t *testing.T) {
	against(t, func(o *Options) { o.Wait = time.Second }, func(far *smsc, c *Client, _ *heard) {
		for _, s := range []struct {
			status int
			state  gateway.State
			reason string
		}{
			{0x58, gateway.Busy, "流量控制（SMPP状态0x58）"},
			{0x14, gateway.Busy, "队列已满（SMPP状态0x14）"},
			{0x0B, gateway.Refused, "接收号码错（SMPP状态0x0B）"},
			{0x400, gateway.Refused, "短信中心拒收（SMPP状态0x400）"},
		} {
			far.do(fmt.Sprintf(`{"do":"answer","status":%d,"times":1}`, s.status))
			if out := c.Send(t.Context(), []gateway.Message{message("13800000001", "短讯")}); out[0].State != s.state || out[0].Reason != s.reason {
				t.Errorf("%+v, want %+v", out[0], s)
			}
		}
		far.do(`{"do":"silent","times":1}`)
		out := c.Send(t.Context(), []gateway.Message{message("13800000001", "短讯")})
		if out[0].State != gateway.Unknown || out[0].Reason != "已提交，不知SMPP短信中心收到没有：超时没有答复" {
			t.Errorf("%+v", out)
		}
		if n := len(far.of("submit_sm")); n != 5 {
			t.Errorf("handed over %d times", n)
		}
	})
}

func TestReplies(t *testing.T) {
	against(t, nil, func(far *smsc, c *Client, h *heard) {
		far.wait("bind_transceiver", 1)
		h.fail(errors.New("the disk is full"))
		far.do(`{"do":"deliver","source_addr":"8613800000001","destination_addr":"10690000","data_coding":8,"short_message":"收到"}`)
		if e := far.wait("deliver_sm_resp", 1)[0]; e.Status != rTemporary {
			t.Errorf("%+v: not kept, and acknowledged", e)
		}
		h.fail(nil)
		far.do(`{"do":"deliver","source_addr":"8613800000001","destination_addr":"10690000","data_coding":8,"short_message":"收到"}`)
		far.do(`{"do":"deliver","source_addr":"13800000002","destination_addr":"10690000","data_coding":0,"short_message":"1 2345"}`)
		far.do(`{"do":"deliver","source_addr":"13800000003","destination_addr":"10690000","data_coding":8,"esm_class":64,"hex":"0500030902025230"}`)
		far.do(`{"do":"deliver","source_addr":"13800000003","destination_addr":"10690000","data_coding":8,"esm_class":64,"hex":"0500030902016536"}`)
		far.do(`{"do":"deliver","source_addr":"13800000004","destination_addr":"10690000","data_coding":8,"short_message":"已转移","sar_msg_ref_num":4,"sar_total_segments":2,"sar_segment_seqnum":1}`)
		far.do(`{"do":"deliver","source_addr":"13800000004","destination_addr":"10690000","data_coding":8,"short_message":"三户","sar_msg_ref_num":4,"sar_total_segments":2,"sar_segment_seqnum":2}`)
		far.do(`{"do":"deliver","source_addr":"13800000005","destination_addr":"10690000","data_coding":8,"message_payload":"很长的答复"}`)
		h.want(t, "13800000001 收到", "13800000002 1 2345", "13800000003 收到", "13800000004 已转移三户", "13800000005 很长的答复")
		for _, e := range far.wait("deliver_sm_resp", 8)[1:] {
			if e.Status != 0 {
				t.Errorf("%+v", e)
			}
		}
	})
}

func TestLink(t *testing.T) {
	against(t, func(o *Options) { o.Idle, o.Tries, o.Wait = 100*time.Millisecond, 2, time.Second }, func(far *smsc, c *Client, _ *heard) {
		far.wait("enquire_link", 2)
		far.do(`{"do":"enquire"}`)
		far.wait("enquire_link_resp", 1)
		far.do(`{"do":"raw","hex":"0000001000000003000000000000004d"}`) // query_sm: not ours to answer
		if n := len(far.of("bind_transceiver")); n != 1 {
			t.Errorf("bound %d times", n)
		}
		far.do(`{"do":"unbind"}`)
		far.wait("unbind_resp", 1)
		far.wait("bind_transceiver", 2)
		far.do(`{"do":"drop"}`)
		far.wait("bind_transceiver", 3)
		if out := c.Send(t.Context(), []gateway.Message{message("13800000001", "短讯")}); out[0].State != gateway.Accepted {
			t.Errorf("%+v", out)
		}
		far.do(`{"do":"mute"}`)
		far.wait("bind_transceiver", 4)                                                                                    // given up, and connected again
		if out := c.Send(t.Context(), []gateway.Message{message("13800000001", "短讯")}); out[0].State != gateway.Accepted { // it knows that it is let in
			t.Errorf("%+v", out)
		}
		t.Cleanup(func() { far.wait("unbind", 1) })
	})
}

func TestIsNotLetIn(t *testing.T) {
	against(t, func(o *Options) { o.Password, o.Patient = "falsch", 200*time.Millisecond }, func(far *smsc, c *Client, _ *heard) {
		far.wait("bind_transceiver", 1)
		out := c.Send(t.Context(), []gateway.Message{message("13800000001", "短讯")})
		if out[0].State != gateway.Busy || !strings.Contains(out[0].Reason, "口令错（SMPP状态0x0E）") {
			t.Errorf("%+v", out)
		}
	})
}

func TestReceiptTexts(t *testing.T) {
	for text, want := range map[string]string{
		"id:1A sub:001 dlvrd:001 submit date:2603010800 done date:2603010801 stat:DELIVRD err:000 text:x": "1A delivered  true",
		"ID:7 STAT:undeliv ERR:12":  "7 failed 无法送达（UNDELIV，错误码12） true",
		"id:7 stat:ACCEPTD err:000": "7 failed  false",
		"id:7 stat:MK:0004 err:000": "7 failed 未送达（MK:0004） true",
		"void:8 stat:DELIVRD":       " delivered  false",
		"text:id:9 stat:DELIVRD":    " delivered  false",
		"":                          " failed  false",
		"id:7":                      "7 failed  false",
		"id:7 stat:REJECTD err:":    "7 failed 被拒收（REJECTD） true",
	} {
		d := delivery{class: 4, from: "8613800000001", content: []byte(text)}
		r, ok := d.receipt()
		if got := fmt.Sprintf("%s %s %s %v", r.Ref, r.State, r.Reason, ok); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNamesAreOfOneNumber(t *testing.T) {
	var x ids
	x.took("00A0", "13800000001")
	x.took("160", "13800000002")
	for _, c := range []struct{ id, to, want string }{
		{"160", "13800000001", "00A0"}, {"160", "13800000002", "160"}, {"a0", "13800000002", "160"}, {"a0", "13800000001", "00A0"}, {"161", "13800000001", "161"},
	} {
		if got := x.find(c.id, c.to); got != c.want {
			t.Errorf("%s of %s is %s, want %s", c.id, c.to, got, c.want)
		}
	}
	for i := range mostNames {
		x.took(fmt.Sprint(1_000_000+i), "1")
	}
	if len(x.known) > mostNames || len(x.order) > mostNames {
		t.Error(len(x.known), len(x.order))
	}
}

func FuzzDeliver(f *testing.F) {
	f.Add([]byte("\x00\x01\x018613800000001\x00\x01\x0110690000\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x06id:7 stat\x00\x1e\x00\x02"+"7\x00"), false)
	f.Add([]byte("\x00\x01\x011\x00\x01\x012\x00\x00\x00\x08\x04\x24\x00\x02\x65\x36"), true)
	f.Fuzz(func(t *testing.T, b []byte, data bool) {
		id := uint32(deliverSM)
		if data {
			id = dataSM
		}
		d, err := readDeliver(id, b)
		if err != nil {
			return
		}
		if len(d.content) > len(b) {
			t.Fatal("more text than bytes")
		}
		if r, ok := d.receipt(); ok && r.Ref == "" {
			t.Fatal("a receipt of nothing")
		}
		sms.Text(d.coding, sms.Head(d.content).Body)
	})
}

func BenchmarkSubmitBody(b *testing.B) {
	c, err := New(Options{Address: "127.0.0.1:1", SystemID: "zhixing", Source: "10690000"})
	if err != nil {
		b.Fatal(err)
	}
	s := &sms.Submission{Numbers: []string{"13800000001"}, Body: sms.Parts(strings.Repeat("雨", 70), 1)[0], No: 1, Total: 1}
	b.ReportAllocs()
	for b.Loop() {
		c.submitBody(s)
	}
}
