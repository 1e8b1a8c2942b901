package speaker

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"zhixing/gateway"
	"zhixing/internal/brokertest"
)

var ctx = context.Background()

var now = time.Date(2023, 7, 20, 4, 0, 0, 0, time.UTC)

func usual(broker string) Config {
	return Config{Broker: broker, Command: "speaker/{id}/cmd", Ack: "speaker/{id}/ack", Status: "speaker/{id}/status", Now: func() time.Time { return now },
		Body: `{"cmd":"play","seq":"{seq}","no":"{seq}/{id}","tts":"{text}","volume":"{volume}","repeats":"{repeats}","siren":"{siren}","until":"{expires}"}`}
}

// device is a loudspeaker: it plays what it has not played before, and says so.
type device struct {
	id     string
	client mqtt.Client
	mu     sync.Mutex
	heard  []map[string]any
	played map[string]int
	result string
}

func newDevice(t *testing.T, b *brokertest.Broker, id string) *device {
	t.Helper()
	d := &device{id: id, played: map[string]int{}, result: "ok"}
	opts := mqtt.NewClientOptions().AddBroker(b.Address()).SetClientID("device-"+id).SetCleanSession(false).SetResumeSubs(true).SetConnectRetry(true).
		SetConnectRetryInterval(100*time.Millisecond).SetMaxReconnectInterval(200*time.Millisecond).
		SetWill("speaker/"+id+"/status", "offline", 1, true)
	opts.SetDefaultPublishHandler(d.play)
	opts.SetOnConnectHandler(func(c mqtt.Client) {
		c.Subscribe("speaker/"+id+"/cmd", 1, d.play)
		c.Publish("speaker/"+id+"/status", 1, true, `{"state":"online","volume":60}`)
	})
	d.client = mqtt.NewClient(opts)
	if tok := d.client.Connect(); !tok.WaitTimeout(10*time.Second) || tok.Error() != nil {
		t.Fatal("the device has no connection", tok.Error())
	}
	t.Cleanup(func() { d.client.Disconnect(50) })
	return d
}

func (d *device) play(c mqtt.Client, m mqtt.Message) {
	var cmd map[string]any
	if json.Unmarshal(m.Payload(), &cmd) != nil {
		return
	}
	seq := cmd["seq"].(string)
	d.mu.Lock()
	d.heard = append(d.heard, cmd)
	d.played[seq]++
	result := d.result
	d.mu.Unlock()
	c.Publish("speaker/"+d.id+"/ack", 1, false, fmt.Sprintf(`{"seq":%q,"result":%q}`, seq, result))
}

// listener is who hears.
type listener struct {
	mu       sync.Mutex
	receipts []gateway.Receipt
	health   []gateway.Health
	refuse   int // how often it does not keep what it is told
}

func (l *listener) hear() gateway.Hear {
	return gateway.Hear{
		Receipts: func(_ context.Context, list []gateway.Receipt) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.refuse > 0 {
				l.refuse--
				return fmt.Errorf("the disk is full")
			}
			l.receipts = append(l.receipts, list...)
			return nil
		},
		Health: func(_ context.Context, list []gateway.Health) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.health = append(l.health, list...)
			return nil
		},
	}
}

func (l *listener) says() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var b strings.Builder
	for _, r := range l.receipts {
		fmt.Fprintf(&b, "%s %s %s;", r.To, r.Ref, r.State)
	}
	for _, h := range l.health {
		fmt.Fprintf(&b, "%s online %v;", h.Device, h.Online)
	}
	return b.String()
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("in ten seconds not: ", what)
}

// run connects a gateway; end ends it.
func run(t *testing.T, c Config, hear gateway.Hear) (s *Speakers, end func()) {
	t.Helper()
	s, err := New(c, hear)
	if err != nil {
		t.Fatal(err)
	}
	life, cancel := context.WithCancel(ctx)
	over := make(chan error, 1)
	go func() { over <- s.Run(life) }()
	var once sync.Once
	end = func() { once.Do(func() { cancel(); <-over }) }
	t.Cleanup(end)
	eventually(t, "connected", s.connected)
	return s, end
}

func (s *Speakers) connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client != nil && s.client.IsConnectionOpen()
}

func TestPlayed(t *testing.T) {
	b := brokertest.Start(t)
	d := newDevice(t, b, "d1")
	l := &listener{refuse: 1}
	s, end := run(t, usual(b.Address()), l.hear())
	out := s.Send(ctx, []gateway.Message{
		{ID: "7", To: "d1", Text: "【演练】雨量50mm。【演练】", Expires: now.Add(time.Hour), Siren: true, Volume: 80, Drill: true},
		{ID: "8", To: "d1", Text: "请撤离", Expires: now.Add(time.Hour), Repeats: 3},
		{ID: "9", To: "d+", Text: "请撤离"}, {ID: "10", To: "#", Text: "请撤离"}, {ID: "11", To: "a/b", Text: "请撤离"}, {ID: "12", To: "", Text: "请撤离"},
		{ID: "13", To: "d1", Text: "【】"},
	})
	want := "accepted accepted refused refused refused refused refused"
	var got []string
	for _, o := range out {
		got = append(got, string(o.State))
	}
	if strings.Join(got, " ") != want || out[0].Ref != "7" {
		t.Fatalf("%+v", out)
	}
	// The first receipt was not kept the first time.
	eventually(t, "two receipts, a status", func() bool {
		s := l.says()
		return strings.Contains(s, "d1 7 delivered;d1 8 delivered;") && strings.Contains(s, "d1 online true")
	})
	d.mu.Lock()
	first, second := d.heard[0], d.heard[1]
	d.mu.Unlock()
	if first["tts"] != "现在是演练。雨量五十毫米。再播一遍。雨量五十毫米。以上是演练。" || first["volume"] != 80.0 || first["siren"] != true || first["no"] != "7/d1" ||
		first["until"] != float64(now.Add(time.Hour).Unix()) || first["repeats"] != nil {
		t.Errorf("%v", first)
	}
	if _, there := second["volume"]; there || second["repeats"] != 3.0 || second["siren"] != false {
		t.Errorf("%v", second)
	}
	// A play command is not retained: who comes later hears nothing.
	late := make(chan string, 1)
	probe := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(b.Address()).SetClientID("probe"))
	probe.Connect().Wait()
	probe.Subscribe("speaker/+/cmd", 1, func(_ mqtt.Client, m mqtt.Message) { late <- string(m.Payload()) }).Wait()
	select {
	case m := <-late:
		t.Error("a retained command:", m)
	case <-time.After(200 * time.Millisecond):
	}
	probe.Disconnect(50)
	// A device that cannot.
	d.mu.Lock()
	d.result = "error"
	d.mu.Unlock()
	s.Send(ctx, []gateway.Message{{ID: "20", To: "d1", Text: "请撤离", Expires: now.Add(time.Hour)}})
	eventually(t, "a failure", func() bool { return strings.Contains(l.says(), "d1 20 failed") })
	// What is acknowledged while we are away comes when we are back.
	d.mu.Lock()
	d.result = "ok"
	d.mu.Unlock()
	end()
	d.client.Publish("speaker/d1/ack", 1, false, `{"seq":21}`).Wait()
	run(t, usual(b.Address()), l.hear())
	eventually(t, "the late receipt", func() bool { return strings.Contains(l.says(), "d1 21 delivered") })
	if out := s.Send(ctx, []gateway.Message{{ID: "22", To: "d1", Text: "请撤离"}}); out[0].State != gateway.Busy {
		t.Error("without a connection:", out)
	}
}

func TestLastWill(t *testing.T) {
	b := brokertest.Start(t)
	l := &listener{}
	run(t, usual(b.Address()), l.hear())
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", b.Port()))
	if err != nil {
		t.Fatal(err)
	}
	// A device whose power goes: its connection is cut without a word.
	opts := mqtt.NewClientOptions().AddBroker(b.Address()).SetClientID("device-d2").SetWill("speaker/d2/status", "offline", 1, true).SetAutoReconnect(false)
	opts.SetCustomOpenConnectionFn(func(uri *url.URL, options mqtt.ClientOptions) (net.Conn, error) { return conn, nil })
	c := mqtt.NewClient(opts)
	if tok := c.Connect(); tok.Wait() && tok.Error() != nil {
		t.Fatal(tok.Error())
	}
	c.Publish("speaker/d2/status", 1, true, "online").Wait()
	eventually(t, "on line", func() bool { return strings.Contains(l.says(), "d2 online true") })
	conn.Close()
	eventually(t, "off line", func() bool { return strings.Contains(l.says(), "d2 online false") })
}

// The broker ends in the middle of a send and comes back: what was not accepted is sent again under its id, every device plays
// everything, and none is asked under two ids.
func TestBrokerRestartsInTheMiddle(t *testing.T) {
	b := brokertest.Start(t)
	d := newDevice(t, b, "d1")
	l := &listener{}
	s, _ := run(t, usual(b.Address()), l.hear())
	const n = 400
	open := map[string]gateway.Message{}
	for i := range n {
		id := fmt.Sprint(i)
		open[id] = gateway.Message{ID: id, To: "d1", Text: "请撤离", Expires: now.Add(time.Hour)}
	}
	restarted := make(chan struct{})
	time.AfterFunc(15*time.Millisecond, func() {
		b.Stop()
		time.Sleep(100 * time.Millisecond)
		b.Start()
		close(restarted)
	})
	counts := map[gateway.State]int{}
	for deadline := time.Now().Add(30 * time.Second); len(open) > 0 && time.Now().Before(deadline); {
		var list []gateway.Message
		for _, m := range open {
			if list = append(list, m); len(list) == 20 {
				break
			}
		}
		sending, cancel := context.WithTimeout(ctx, 2*time.Second)
		for i, o := range s.Send(sending, list) {
			counts[o.State]++
			switch o.State {
			case gateway.Accepted:
				delete(open, list[i].ID)
			case gateway.Refused:
				t.Fatal(o.Reason)
			}
		}
		cancel()
		time.Sleep(2 * time.Millisecond)
	}
	<-restarted
	if len(open) > 0 {
		t.Fatalf("%d were never accepted", len(open))
	}
	eventually(t, "all played", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.played) == n })
	if counts[gateway.Busy]+counts[gateway.Unknown] == 0 {
		t.Error("the broker's end was not noticed; the test shows nothing")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	again := 0
	for _, k := range d.played {
		again += k - 1
	}
	t.Logf("%v; %d came to the device again under the same seq", counts, again)
}

func TestConfigIsChecked(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no broker":             func(c *Config) { c.Broker = "" },
		"no clock":              func(c *Config) { c.Now = nil },
		"a topic for all":       func(c *Config) { c.Command = "speaker/cmd" },
		"an id within a level":  func(c *Config) { c.Command = "speaker/x{id}/cmd" },
		"a wildcard":            func(c *Config) { c.Command = "speaker/{id}/+" },
		"two ids":               func(c *Config) { c.Ack = "{id}/{id}" },
		"the broker's own":      func(c *Config) { c.Status = "$SYS/{id}" },
		"a body that is a list": func(c *Config) { c.Body = `["{text}"]` },
		"no body":               func(c *Config) { c.Body = `` },
		"two bodies":            func(c *Config) { c.Body = `{"a":1}{"b":2}` },
		"an unknown word":       func(c *Config) { c.Body = `{"a":{"b":["{speech}"]}}` },
		"an open brace":         func(c *Config) { c.Body = `{"a":"{text"}` },
	} {
		c := usual("tcp://127.0.0.1:1")
		change(&c)
		if _, err := New(c, gateway.Hear{}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	c := usual("tcp://127.0.0.1:1")
	c.MaxBytes = 200
	s, err := New(c, gateway.Hear{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.payload(gateway.Message{ID: "1", To: "d1", Text: strings.Repeat("请撤离。", 50)}); err == nil || !strings.Contains(err.Error(), "字节") {
		t.Error(err)
	}
	// Text cannot break out of its string, nor fill in another's placeholder.
	c.MaxBytes, c.Verbatim = 4096, true
	if s, err = New(c, gateway.Hear{}); err != nil {
		t.Fatal(err)
	}
	payload, err := s.payload(gateway.Message{ID: "1", To: "d1", Text: `","volume":"100{seq}`})
	var said map[string]any
	if err != nil || json.Unmarshal(payload, &said) != nil || said["tts"] != `","volume":"100{seq}` || said["volume"] != nil {
		t.Errorf("%s %v", payload, err)
	}
}
