package smpp

import (
	"fmt"

	"zhixing/gateway"
	"zhixing/gateway/sms"
)

// The statuses that decide what is tried again.
const (
	rCommand   = 0x03
	rBindState = 0x04
	rSystem    = 0x08
	rQueueFull = 0x14
	rThrottled = 0x58
	rTemporary = 0x64
)

var statusWords = map[uint32]string{0x01: "长度错", 0x02: "命令长度错", rCommand: "命令字错", rBindState: "绑定状态不对", 0x05: "已经绑定", rSystem: "系统错误",
	0x0A: "源号码错", 0x0B: "接收号码错", 0x0D: "绑定失败", 0x0E: "口令错", 0x0F: "账号错", rQueueFull: "队列已满", 0x45: "提交失败", rThrottled: "流量控制",
	0x61: "定时时间错", 0x62: "有效期错", rTemporary: "暂时错误", 0x65: "永久错误", 0x66: "被拒收"}

func status(n uint32) string {
	word := statusWords[n]
	if word == "" {
		word = "短信中心拒收"
	}
	return fmt.Sprintf("%s（SMPP状态0x%02X）", word, n)
}

// no is what a status means for what was handed over.
func no(n uint32) *sms.No {
	out := &sms.No{State: gateway.Refused, Reason: status(n)}
	switch n {
	case rThrottled, rQueueFull:
		out.State, out.Flow = gateway.Busy, true
	case rBindState, rSystem, rTemporary:
		out.State = gateway.Busy
	}
	return out
}
