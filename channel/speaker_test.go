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
	"zhixing/gateway/speaker/brokertest"
)

// The loudspeakers of 132 villages and 10 townships, a real broker that ends and comes back in the middle, and a server that is stopped and
// started: each plays the warning once, and says so.
func TestLoudspeakersOverABrokerThatRestarts(t *testing.T) {
	b := brokertest.Start(t)
	var mu sync.Mutex
	played, asked := map[string]int{}, 0
	device := func() {
		opts := mqtt.NewClientOptions().AddBroker(b.Address()).SetClientID("devices").SetCleanSession(false).SetResumeSubs(true).SetConnectRetry(true).
			SetConnectRetryInterval(50 * time.Millisecond).SetMaxReconnectInterval(100 * time.Millisecond)
		done := map[string]bool{}
		play := func(c mqtt.Client, m mqtt.Message) {
			var cmd struct{ Seq, ID string }
			if json.Unmarshal(m.Payload(), &cmd) != nil {
				return
			}
			mu.Lock()
			asked++
			if !done[cmd.ID+cmd.Seq] { // what every device must do
				done[cmd.ID+cmd.Seq] = true
				played[cmd.ID]++
			}
			mu.Unlock()
			c.Publish("speaker/"+cmd.ID+"/ack", 1, false, fmt.Sprintf(`{"seq":%q,"result":"ok"}`, cmd.Seq))
		}
		opts.SetDefaultPublishHandler(play)
		opts.SetOnConnectHandler(func(c mqtt.Client) { c.Subscribe("speaker/+/cmd", 1, play) })
		c := mqtt.NewClient(opts)
		if tok := c.Connect(); !tok.WaitTimeout(10*time.Second) || tok.Error() != nil {
			t.Fatal("the devices have no connection", tok.Error())
		}
		t.Cleanup(func() { c.Disconnect(50) })
	}
	var ids []string
	for i := range 142 {
		ids = append(ids, fmt.Sprintf("d%d", i))
	}
	device()
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	live := func() (o *Outbox, end func()) {
		o = &Outbox{DB: d, County: county}
		s, err := speaker.New(speaker.Config{Broker: b.Address(), Command: "speaker/{id}/cmd", Ack: "speaker/{id}/ack", Now: time.Now,
			Body: `{"seq":"{seq}","id":"{id}","tts":"{text}","until":"{expires}"}`}, o.Hear("speaker", "loud"))
		if err != nil {
			t.Fatal(err)
		}
		o.Channels = []Channel{{"speaker", []Driver{{Name: "loud", Gateway: s, TellsDoubles: true, Batch: 5, Timeout: 2 * time.Second, Run: s.Run}}}}
		life, cancel := context.WithCancel(ctx)
		over := make(chan struct{})
		go func() { o.Run(life); close(over) }()
		return o, func() { cancel(); <-over }
	}
	o, end := live()
	var list []Message
	for i, id := range ids {
		list = append(list, Message{Purpose: "warning/1/1", Channel: "speaker", To: id, Place: fmt.Sprintf("示例%d镇/示例%d村", i%10, i), Urgency: Warning, Text: "请立即撤离。", Expires: time.Now().Add(time.Hour)})
	}
	if err := d.Write(ctx, func(tx *db.Tx) error { _, err := o.PutAll(ctx, tx, list); return err }); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	o.Wake()
	some := func(n int) bool { mu.Lock(); defer mu.Unlock(); return len(played) >= n }
	until(t, "some played", func() bool { return some(10) })
	b.Stop()
	time.Sleep(200 * time.Millisecond)
	b.Start()
	until(t, "more played", func() bool { return some(60) })
	end()
	o, end = live()
	defer func() { end() }()
	var counts []Count
	until(t, "all delivered", func() bool {
		if err := d.Read(ctx, func(tx *db.Tx) (err error) { counts, err = o.Tally(ctx, tx, "warning/1/1"); return err }); err != nil {
			t.Fatal(err)
		}
		return Sum(counts, func(Count) (string, string) { return "", "" })[0].Delivered == len(ids)
	})
	mu.Lock()
	defer mu.Unlock()
	for _, id := range ids {
		if played[id] != 1 {
			t.Errorf("%s played %d times", id, played[id])
		}
	}
	t.Logf("%d devices played it after %v; %d were asked again under the same seq", len(played), time.Since(began).Round(time.Millisecond), asked-len(ids))
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
