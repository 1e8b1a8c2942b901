package channel

import (
	"context"
	"time"

	"zhixing/gateway"
)

// Rehearsal gives an outbox channels that lead nowhere, for demonstrations: what is sent is accepted, and after a moment said to have been
// delivered, but for one in 37 addresses, always the same, whose owner has switched his telephone off. The stubs are given back by channel,
// for whoever wants to see what was sent or to answer it.
func (o *Outbox) Rehearsal(after time.Duration, channels ...string) map[string]*gateway.Stub {
	stubs := map[string]*gateway.Stub{}
	for _, name := range channels {
		hear := o.Hear(name, name+"-stub")
		stub := &gateway.Stub{Keep: 1000}
		stub.Later = func(list []gateway.Message) {
			time.Sleep(after)
			receipts := make([]gateway.Receipt, len(list))
			for i, m := range list {
				receipts[i] = gateway.Receipt{Ref: "stub-" + m.ID, To: m.To, State: gateway.Delivered, At: o.DB.Now()}
				if SwitchedOff(m.To) {
					receipts[i].State, receipts[i].Reason = gateway.Failed, "关机"
				}
			}
			if err := hear.Receipt(context.Background(), receipts...); err != nil {
				o.log().Error("channel: a rehearsal's receipts were not kept", "error", err)
			}
		}
		stubs[name] = stub
		o.Channels = append(o.Channels, Channel{name, []Driver{{Name: name + "-stub", Gateway: stub, TellsDoubles: true, Batch: 500}}})
	}
	return stubs
}

// SwitchedOff says of an address whether nobody is there in a rehearsal.
func SwitchedOff(to string) bool {
	sum := uint32(0)
	for i := range len(to) {
		sum = sum*31 + uint32(to[i])
	}
	return sum%37 == 36
}
