package channel

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/gateway/speaker"
	"zhixing/internal/brokertest"
)

// horns are loudspeakers as they are bought: each plays a command once, whatever comes again, and acknowledges each.
type horns struct {
	mu     sync.Mutex
	played map[string]int // by device and text
	asked  int
}

func plug(t *testing.T, b *brokertest.Broker) *horns {
	h := &horns{played: map[string]int{}}
	done := map[string]bool{}
	play := func(c mqtt.Client, m mqtt.Message) {
		var cmd struct{ Seq, ID, TTS string }
		if json.Unmarshal(m.Payload(), &cmd) != nil {
			return
		}
		h.mu.Lock()
		h.asked++
		if !done[cmd.ID+" "+cmd.Seq] { // what every device must do
			done[cmd.ID+" "+cmd.Seq] = true
			h.played[cmd.ID+" "+cmd.TTS]++
		}
		h.mu.Unlock()
		c.Publish("speaker/"+cmd.ID+"/ack", 1, false, fmt.Sprintf(`{"seq":%q,"result":"ok"}`, cmd.Seq))
	}
	opts := mqtt.NewClientOptions().AddBroker(b.Address()).SetClientID("devices").SetCleanSession(false).SetResumeSubs(true).SetConnectRetry(true).
		SetConnectRetryInterval(50 * time.Millisecond).SetMaxReconnectInterval(100 * time.Millisecond).
		SetOrderMatters(false) // else an answer that waits for the connection holds up what the connection waits for
	opts.SetDefaultPublishHandler(play)
	opts.SetOnConnectHandler(func(c mqtt.Client) { c.Subscribe("speaker/+/cmd", 1, play) })
	c := mqtt.NewClient(opts)
	if tok := c.Connect(); !tok.WaitTimeout(10*time.Second) || tok.Error() != nil {
		t.Fatal("the devices have no connection", tok.Error())
	}
	t.Cleanup(func() { c.Disconnect(50) })
	return h
}

// hornOutbox tells loudspeakers over the broker.
func hornOutbox(d *db.DB, broker string) (*Outbox, error) {
	o := &Outbox{DB: d, County: county}
	s, err := speaker.New(speaker.Config{Broker: broker, Command: "speaker/{id}/cmd", Ack: "speaker/{id}/ack", Now: d.Now,
		Body: `{"seq":"{seq}","id":"{id}","tts":"{text}","until":"{expires}"}`}, o.Hear("speaker", "loud"))
	if err != nil {
		return nil, err
	}
	o.Channels = []Channel{{"speaker", []Driver{{Name: "loud", Gateway: s, TellsDoubles: true, Again: time.Second, Batch: 5, Timeout: 2 * time.Second, Run: s.Run}}}}
	return o, nil
}

// lively runs an outbox until it is ended.
func lively(t *testing.T, d *db.DB, b *brokertest.Broker) (o *Outbox, end func()) {
	o, err := hornOutbox(d, b.Address())
	if err != nil {
		t.Fatal(err)
	}
	life, cancel := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() { o.Run(life); close(over) }()
	return o, func() { cancel(); <-over }
}

// loud is a warning for each of the loudspeakers of 132 villages and 10 townships.
func loud(purpose, text string, expires time.Time) (list []Message) {
	for i := range 142 {
		list = append(list, Message{Purpose: purpose, Channel: "speaker", To: fmt.Sprintf("d%d", i), Place: fmt.Sprintf("示例%d镇/示例%d村", i%10, i), Urgency: Warning, Text: text, Expires: expires})
	}
	return list
}

// delivered is how many loudspeakers have said that they played it.
func delivered(t *testing.T, o *Outbox, purpose string) int {
	t.Helper()
	var counts []Count
	if err := o.DB.Read(ctx, func(tx *db.Tx) (err error) { counts, err = o.Tally(ctx, tx, purpose); return err }); err != nil {
		t.Fatal(err)
	}
	return Sum(counts, func(Count) (string, string) { return "", "" })[0].Delivered
}

// A real broker that ends and comes back in the middle, and a server that is stopped and started: each plays the warning once, and says so.
func TestLoudspeakersOverABrokerThatRestarts(t *testing.T) {
	b := brokertest.Start(t)
	h := plug(t, b)
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	o, end := lively(t, d, b)
	list := loud("warning/1/1", "请立即撤离。", time.Now().Add(time.Hour))
	if err := d.Write(ctx, func(tx *db.Tx) error { _, err := o.PutAll(ctx, tx, list); return err }); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	o.Wake()
	until(t, "some played", func() bool { return h.heard() >= 10 })
	b.Stop()
	time.Sleep(200 * time.Millisecond)
	b.Start()
	until(t, "more played", func() bool { return h.heard() >= 60 })
	end()
	o, end = lively(t, d, b)
	defer func() { end() }()
	until(t, "all delivered", func() bool { return delivered(t, o, "warning/1/1") == len(list) })
	h.once(t, len(list))
	t.Logf("%d devices played it after %v; %d were asked again under the same seq", len(list), time.Since(began).Round(time.Millisecond), h.asked-len(list))
}

// heard is how many warnings were played.
func (h *horns) heard() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.played)
}

// once fails where a device played a text twice, or not all was played.
func (h *horns) once(t *testing.T, want int) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for what, n := range h.played {
		if n != 1 {
			t.Errorf("%s: played %d times", what, n)
		}
	}
	if len(h.played) != want {
		t.Errorf("%d were played, want %d", len(h.played), want)
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 3000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("in thirty seconds not: ", what)
}
