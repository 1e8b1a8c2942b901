package device

import (
	"fmt"
	"time"

	"zhixing/calendar"
	"zhixing/device/hj212"
	"zhixing/observation"
)

// Order is something that a device is told to do.
type Order struct {
	ID      int64
	Device  ID
	What    What
	Args    Args
	Who     string // who ordered it; system: the server itself
	Created time.Time
	State   OrderState
	QN      hj212.QN
	Changed time.Time
	Frames  int // of data that came for it
	Result  string
}

// What is ordered.
type What string

// The orders.
const (
	SetClock    What = "clock"     // to our time
	AskClock    What = "ask-clock" //
	Backfill    What = "backfill"  // Kind, From, To: periods that begin in them, both included
	SetRealtime What = "realtime"  // N seconds
	SetMinute   What = "minute"    // N minutes
	SetPassword What = "password"  // Text
	Start       What = "start"     // sending real-time data
	Stop        What = "stop"      //
)

var whatWords = map[What]string{SetClock: "校时", AskClock: "取时间", Backfill: "补传", SetRealtime: "设实时间隔", SetMinute: "设分钟间隔", SetPassword: "改密码", Start: "开始实时上报", Stop: "停止实时上报"}

// Words is the order as pages name it.
func (w What) Words() string { return whatWords[w] }

// Args are what an order says.
type Args struct {
	Kind     observation.Kind `json:",omitempty"`
	From, To time.Time        `json:",omitzero"`
	N        int              `json:",omitempty"`
	Text     string           `json:",omitempty"`
}

// String is the arguments for people.
func (a Args) String() string {
	const layout = "2006-01-02 15:04"
	switch {
	case !a.From.IsZero():
		return fmt.Sprintf("%s至%s", a.From.In(calendar.Zone).Format(layout), a.To.In(calendar.Zone).Format(layout))
	case a.N > 0:
		return fmt.Sprint(a.N)
	}
	return ""
}

// OrderState is how far an order is.
type OrderState string

// The states. Waiting is until the device connects; Lost is when the connection broke before the end.
const (
	Waiting   OrderState = "waiting"
	Sent      OrderState = "sent"
	Working   OrderState = "working"
	Finished  OrderState = "finished"
	Denied    OrderState = "denied"
	Failed    OrderState = "failed"
	NoAnswer  OrderState = "silent"
	Stuck     OrderState = "stuck"
	Lost      OrderState = "lost"
	Cancelled OrderState = "cancelled"
)

var stateWords = map[OrderState]string{Waiting: "等待设备上线", Sent: "已下发", Working: "执行中", Finished: "已完成", Denied: "设备拒绝", Failed: "执行失败", NoAnswer: "设备未应答", Stuck: "未见执行结果", Lost: "连接中断", Cancelled: "已取消"}

// Words is the state as pages name it.
func (s OrderState) Words() string { return stateWords[s] }

// command is the order in the protocol.
func (o *Order) command() (hj212.Command, error) {
	switch o.What {
	case SetClock:
		return hj212.SetTime(""), nil
	case AskClock:
		return hj212.AskTime(""), nil
	case Backfill:
		kind, ok := map[observation.Kind]hj212.Kind{observation.Minute: hj212.Minute, observation.Hour: hj212.Hour, observation.Day: hj212.Day}[o.Args.Kind]
		if !ok {
			return hj212.Command{}, refuse(Bad, "command", "只能补传分钟、小时、日数据。")
		}
		return hj212.Backfill(kind, o.Args.From, o.Args.To)
	case SetRealtime:
		return hj212.SetRealtimeInterval(o.Args.N)
	case SetMinute:
		return hj212.SetMinuteInterval(o.Args.N)
	case SetPassword:
		return hj212.SetPassword(o.Args.Text)
	case Start:
		return hj212.StartRealtime(), nil
	case Stop:
		return hj212.StopRealtime(), nil
	}
	return hj212.Command{}, refuse(Bad, "command", "没有这种命令：%s。", o.What)
}

// take notes how an exchange stands.
func (o *Order) take(x *hj212.Exchange) {
	o.State, o.QN, o.Frames = OrderState(x.State), x.QN, x.Frames
	switch {
	case x.State == hj212.Denied:
		o.Result = x.QnRtn.Words()
	case x.ExeRtn != 0:
		o.Result = x.ExeRtn.Words()
		if x.ExeRtn != hj212.Done {
			o.State = Failed
		}
	}
	for _, it := range x.Reply {
		if it.Name == "SystemTime" {
			o.Result = "设备时间 " + it.Value
		}
	}
}
