package hj212

import (
	"fmt"
	"strconv"
	"time"
)

// Command is what the centre orders of a device, before it has a number and an address. Make one with the functions below.
type Command struct {
	CN     CN
	Items  []Item
	Notify bool // the device answers 9013 and nothing more; others answer 9011 and 9012
	Switch bool // over with 9011: what is switched on does not end
}

// Limits of parameters; the standard's where it has one.
const (
	minRealtime, maxRealtime = 30, 3600 // seconds (C.7)
	passwordLen              = 6
)

var minuteIntervals = map[int]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 10: true, 12: true, 15: true, 20: true, 30: true}

// SetTimeout sets after how many seconds without an answer a device sends again, and how often.
func SetTimeout(seconds, resends int) (Command, error) {
	if seconds < 1 || seconds > 999 || resends < 0 || resends > 99 {
		return Command{}, refuse("超时时间应为1至999秒，重发次数应为0至99次，不是%d秒、%d次", seconds, resends)
	}
	return Command{CN: CNSetTimeout, Items: []Item{{"OverTime", strconv.Itoa(seconds), 0}, {"ReCount", strconv.Itoa(resends), 0}}}, nil
}

// AskTime asks for the device's clock, or with a factor code for that of one instrument.
func AskTime(instrument string) Command { return Command{CN: CNAskTime, Items: polID(instrument)} }

// SetTime sets the device's clock, or with a factor code that of one instrument. The time is filled in when the command goes
// out, so that a command that waited does not set a clock slow.
func SetTime(instrument string) Command {
	return Command{CN: CNSetTime, Items: append(polID(instrument), Item{"SystemTime", "", 0})}
}

func polID(code string) []Item {
	if code == "" {
		return nil
	}
	return []Item{{"PolId", code, 0}}
}

// AskRealtimeInterval and SetRealtimeInterval are for the seconds between real-time frames.
func AskRealtimeInterval() Command { return Command{CN: CNAskRealtime} }

// SetRealtimeInterval wants 30 to 3600 seconds.
func SetRealtimeInterval(seconds int) (Command, error) {
	if seconds < minRealtime || seconds > maxRealtime {
		return Command{}, refuse("实时数据间隔应为%d至%d秒，不是%d秒", minRealtime, maxRealtime, seconds)
	}
	return Command{CN: CNSetRealtime, Items: []Item{{"RtdInterval", strconv.Itoa(seconds), 0}}}, nil
}

// AskMinuteInterval asks over how many minutes minute data are taken.
func AskMinuteInterval() Command { return Command{CN: CNAskMinute} }

// SetMinuteInterval wants a number of minutes that divides the hour, 30 at most.
func SetMinuteInterval(minutes int) (Command, error) {
	if !minuteIntervals[minutes] {
		return Command{}, refuse("分钟数据间隔应为1、2、3、4、5、6、10、12、15、20或30分钟，不是%d分钟", minutes)
	}
	return Command{CN: CNSetMinute, Items: []Item{{"MinInterval", strconv.Itoa(minutes), 0}}}, nil
}

// SetPassword gives a device a new password of six characters.
func SetPassword(password string) (Command, error) {
	if len(password) != passwordLen {
		return Command{}, refuse("访问密码应为%d个字符", passwordLen)
	}
	for _, c := range []byte(password) {
		if c <= ' ' || c > '~' || c == ';' || c == ',' || c == '=' || c == '&' || c == '#' {
			return Command{}, refuse("访问密码只能用字母、数字和不作分隔用的符号")
		}
	}
	return Command{CN: CNSetPassword, Items: []Item{{"NewPW", password, 0}}}, nil
}

// StartRealtime, StopRealtime, StartState and StopState switch what a device sends by itself.
func StartRealtime() Command { return Command{CN: CNRealtime, Switch: true} }
func StopRealtime() Command  { return Command{CN: CNStopRealtime, Notify: true} }
func StartState() Command    { return Command{CN: CNState, Switch: true} }
func StopState() Command     { return Command{CN: CNStopState, Notify: true} }

// Backfill asks for stored data of a kind whose periods begin from one time to another, both included.
func Backfill(kind Kind, from, to time.Time) (Command, error) {
	cn, ok := map[Kind]CN{Minute: CNMinute, Hour: CNHour, Day: CNDay, RunTime: CNRunTime}[kind]
	if !ok {
		return Command{}, refuse("%s不能补传，可补传分钟、小时、日数据和设施运行时间", kind.Words())
	}
	if from.IsZero() || to.Before(from) {
		return Command{}, refuse("补传的截止时间应不早于起始时间")
	}
	return Command{CN: cn, Items: []Item{{"BeginTime", FormatTime(from), 0}, {"EndTime", FormatTime(to), 0}}}, nil
}

// Settings are what a centre tells a device that connects for the first time; what is zero is left out.
type Settings struct {
	TimeoutSeconds, Resends int
	RealtimeSeconds         int
	MinuteMinutes           int
	Realtime, State         bool // wanted or not
}

// FirstConnection are the commands of 6.7 in their order: clock, timeout, intervals, what is to be sent.
func FirstConnection(s Settings) ([]Command, error) {
	out := []Command{SetTime("")}
	var failed error
	add := func(wanted bool, c Command, err error) {
		if wanted && err != nil && failed == nil {
			failed = err
		}
		if wanted {
			out = append(out, c)
		}
	}
	c, err := SetTimeout(s.TimeoutSeconds, s.Resends)
	add(s.TimeoutSeconds != 0, c, err)
	c, err = SetRealtimeInterval(s.RealtimeSeconds)
	add(s.RealtimeSeconds != 0, c, err)
	c, err = SetMinuteInterval(s.MinuteMinutes)
	add(s.MinuteMinutes != 0, c, err)
	add(s.Realtime, StartRealtime(), nil)
	add(!s.Realtime, StopRealtime(), nil)
	add(s.State, StartState(), nil)
	add(!s.State, StopState(), nil)
	if failed != nil {
		return nil, failed
	}
	return out, nil
}

// Address is how a device is spoken to.
type Address struct {
	MN      MN
	PW      string
	ST      ST
	Edition Edition
}

// frame is the command with its number and address, asking for an answer.
func (c Command) frame(to Address, qn QN, now time.Time) Frame {
	f := Frame{QN: qn, ST: to.ST, CN: c.CN, PW: to.PW, MN: to.MN, Flag: FlagOf(to.Edition).WithAnswer()}
	for _, it := range c.Items {
		if it.Name == "SystemTime" && it.Value == "" {
			it.Value = FormatTime(now)
		}
		f.Items = append(f.Items, it)
	}
	return f
}

// Fault is an error with a sentence for the person who gave the order.
type Fault struct{ Message string }

func (e *Fault) Error() string { return "hj212: " + e.Message }

func refuse(format string, args ...any) error { return &Fault{fmt.Sprintf(format, args...)} }
