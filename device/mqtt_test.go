package device

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"zhixing/db"
	"zhixing/internal/brokertest"
	"zhixing/observation"
)

func TestMQTT(t *testing.T) {
	broker := brokertest.Start(t)
	serving(t, 0, Limits{}, func(s *station) {
		s.write(func(tx *db.Tx) error {
			_, err := s.o.AddSender(ctx, tx, "示例甲", observation.Sender{Name: "示例平台", Series: []observation.SeriesName{"cod-hour"}})
			return err
		})
		var broken atomic.Bool
		s.o.Recorded = func(context.Context, *db.Tx, []observation.Reading) error {
			if broken.Load() {
				return errors.New("the judge broke")
			}
			return nil
		}
		address := broker.Address()
		county := "999999-" + string(s.d.Dialect) // one broker for both
		listen := func() (end func()) {
			run, cancel := context.WithCancel(ctx)
			over := make(chan error, 1)
			m := &MQTT{Broker: address, County: county, DB: s.d, Observations: s.s.Observations, Writer: s.w, Log: slog.New(slog.NewTextHandler(s, nil))}
			go func() { over <- m.Run(run) }()
			return func() {
				cancel()
				if err := <-over; err != nil {
					t.Error(err)
				}
			}
		}
		end := listen()
		results := make(chan string, 20)
		client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(address).SetClientID("sender" + county))
		if c := client.Connect(); c.Wait() && c.Error() != nil {
			t.Fatal(c.Error())
		}
		defer client.Disconnect(100)
		client.Subscribe("zhixing/"+county+"/+/result", 1, func(_ mqtt.Client, m mqtt.Message) { results <- string(m.Payload()) }).Wait()
		publish := func(sender, payload string) {
			client.Publish("zhixing/"+county+"/"+sender+"/readings", 1, false, payload).Wait()
		}
		result := func() string {
			t.Helper()
			select {
			case r := <-results:
				return r
			case <-time.After(10 * time.Second):
				t.Fatal("no result; the log says ", s.logged())
				return ""
			}
		}
		for !strings.Contains(s.logged(), "connected") {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(100 * time.Millisecond)
		publish("示例平台", `{"readings":[{"series":"cod-hour","of":"P1","at":"2023-09-20 09:00","value":61.0},{"series":"nh3-hour","of":"P1","at":"2023-09-20 09:00","value":1}]}`)
		if got := result(); got != `{"taken":1,"refused":[{"index":1,"message":"“示例平台”不可报送“nh3-hour”"}]}` {
			t.Error(got)
		}
		publish("示例平台", `{"readings":[`)
		if got := result(); !strings.Contains(got, `"index":-1`) {
			t.Error(got)
		}
		publish("别的平台", `{}`)
		if got := result(); !strings.Contains(got, "没有登记") {
			t.Error(got)
		}
		// What cannot be written is not acknowledged, and written later.
		broken.Store(true)
		publish("示例平台", `{"series":"cod-hour","of":"P1","at":"2023-09-20 10:00","value":62}`)
		time.Sleep(300 * time.Millisecond)
		if got := s.all("cod-hour", "P1"); got != "09:00:00 61.0" {
			t.Error(got)
		}
		broken.Store(false)
		result()
		// What comes while nobody listens the broker keeps.
		end()
		publish("示例平台", `{"series":"cod-hour","of":"P1","at":"2023-09-20 11:00","value":63}`)
		end = listen()
		result()
		if got := s.all("cod-hour", "P1"); got != "09:00:00 61.0, 10:00:00 62, 11:00:00 63" {
			t.Error(got)
		}
		end()
	})
}
