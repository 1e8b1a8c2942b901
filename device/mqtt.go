package device

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"zhixing/db"
	"zhixing/observation"
)

// MQTT takes readings from a broker: JSON as over HTTP (observation.DecodeJSON), from senders that package observation knows by
// the name in the topic. Who may publish to which topic is the broker's to say.
//
//	zhixing/990101/示例平台/readings   {"readings": [{"series": "outlet-cod", "of": "P1", "at": "…", "value": 61.0}]}
//	zhixing/990101/示例平台/result     {"taken": 1, "refused": []}                                       answered by us
//
// A message is acknowledged (QoS 1) when its readings are on disk. The broker keeps what comes while we are away, for the
// client's name stays the same.
type MQTT struct {
	Broker         string // tcp://127.0.0.1:1883, ssl://…
	User, Password string
	ClientID       string // empty: zhixing-<county>
	County         string
	DB             *db.DB
	Observations   func() *observation.Observations
	Writer         *observation.Writer
	Log            *slog.Logger

	open sync.WaitGroup // messages that are on their way
}

const mqttWait = 10 * time.Second

// Run connects and takes messages until ctx ends. It goes on trying while the broker is away.
func (m *MQTT) Run(ctx context.Context) error {
	if m.Log == nil {
		m.Log = slog.New(slog.DiscardHandler)
	}
	id := m.ClientID
	if id == "" {
		id = "zhixing-" + m.County
	}
	topic := "zhixing/" + m.County + "/+/readings"
	opts := mqtt.NewClientOptions().AddBroker(m.Broker).SetClientID(id).SetUsername(m.User).SetPassword(m.Password).
		SetCleanSession(false).SetAutoAckDisabled(true).SetOrderMatters(true).SetResumeSubs(true).
		SetConnectRetry(true).SetConnectRetryInterval(time.Second).SetMaxReconnectInterval(30 * time.Second).SetConnectTimeout(mqttWait)
	opts.SetDefaultPublishHandler(func(c mqtt.Client, msg mqtt.Message) { m.message(ctx, c, msg) }) // what the broker kept comes before we have subscribed again
	opts.SetOnConnectHandler(func(c mqtt.Client) {
		m.Log.Info("mqtt: connected", "broker", m.Broker)
		t := c.Subscribe(topic, 1, func(c mqtt.Client, msg mqtt.Message) { m.message(ctx, c, msg) })
		go func() {
			if t.WaitTimeout(mqttWait) && t.Error() != nil {
				m.Log.Error("mqtt: not subscribed", "topic", topic, "err", t.Error())
			}
		}()
	})
	opts.SetConnectionLostHandler(func(_ mqtt.Client, err error) { m.Log.Warn("mqtt: connection lost", "err", err) })
	c := mqtt.NewClient(opts)
	if t := c.Connect(); t.WaitTimeout(mqttWait) && t.Error() != nil {
		return fmt.Errorf("device.MQTT: %w", t.Error())
	}
	<-ctx.Done()
	m.open.Wait()
	c.Disconnect(250)
	return nil
}

// message takes one message. It waits while the writer is full, and that holds the broker up.
func (m *MQTT) message(ctx context.Context, c mqtt.Client, msg mqtt.Message) {
	parts := strings.Split(msg.Topic(), "/")
	if len(parts) != 4 {
		msg.Ack()
		return
	}
	sender, err := m.sender(ctx, parts[2])
	if err != nil {
		m.Log.Error("mqtt: the sender was not read", "err", err)
		return // not acknowledged: the broker gives it again
	}
	o := m.Observations()
	if sender == nil {
		m.Log.Warn("mqtt: unknown sender", "topic", msg.Topic())
		m.answer(c, msg, 0, []observation.Refusal{{Index: -1, Message: "没有登记名为“" + clip(parts[2], 100) + "”的报送方。"}})
		msg.Ack()
		return
	}
	in, err := o.Admit(sender, msg.Payload())
	if err != nil { // it would be no better the next time
		sentence := "读不懂。"
		var e *observation.Error
		if errors.As(err, &e) {
			sentence = e.Message
		}
		m.answer(c, msg, 0, []observation.Refusal{{Index: -1, Message: sentence}})
		msg.Ack()
		return
	}
	m.submit(ctx, c, msg, in)
}

// submit has a message's readings written. What cannot be written now is tried again: until then the broker keeps it.
func (m *MQTT) submit(ctx context.Context, c mqtt.Client, msg mqtt.Message, in *observation.Message) {
	m.open.Add(1)
	err := m.Writer.Submit(ctx, in.Readings, func(r observation.Result, err error) {
		if err != nil {
			m.Log.Error("mqtt: readings were not stored", "topic", msg.Topic(), "err", err)
			time.AfterFunc(time.Second, func() {
				defer m.open.Done()
				if ctx.Err() == nil {
					m.submit(ctx, c, msg, in)
				}
			})
			return
		}
		go func() { // the network is not the writer's to wait for
			defer m.open.Done()
			refused := in.Refused(r)
			m.answer(c, msg, len(in.Readings)-len(r.Refused), refused)
			msg.Ack()
		}()
	})
	if err != nil {
		m.open.Done()
	}
}

func (m *MQTT) sender(ctx context.Context, name string) (s *observation.Sender, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) (err error) {
		s, err = m.Observations().SenderNamed(ctx, tx, name)
		return err
	})
	if err == nil && s != nil {
		err = m.Observations().Heard(ctx, m.DB, s)
	}
	return s, err
}

func (m *MQTT) answer(c mqtt.Client, msg mqtt.Message, taken int, refused []observation.Refusal) {
	type no struct {
		Index   int    `json:"index"` // -1: the message as a whole
		Message string `json:"message"`
	}
	out := struct {
		Taken   int  `json:"taken"`
		Refused []no `json:"refused"`
	}{taken, []no{}}
	for _, r := range refused {
		out.Refused = append(out.Refused, no{r.Index, r.Message})
	}
	b, err := json.Marshal(out)
	if err == nil {
		c.Publish(strings.TrimSuffix(msg.Topic(), "/readings")+"/result", 0, false, b)
	}
}
