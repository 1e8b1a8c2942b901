package cmpp

import (
	"fmt"

	"zhixing/gateway"
	"zhixing/gateway/sms"
)

// connectStatus are the reasons for which a gateway does not let us in.
var connectStatus = map[uint32]string{1: "消息结构错", 2: "源地址（账号）不对", 3: "认证错（口令或本机时间不对）", 4: "版本太高"}

// flowControl is the result that means: wait, then again.
const flowControl = 8

// submitResult are the results of SUBMIT that the protocol names.
var submitResult = map[uint32]string{1: "消息结构错", 2: "命令字错", 3: "序号重复", 4: "长度错", 5: "资费代码错", 6: "超过最大信息长",
	7: "业务代码错", flowControl: "流量控制", 9: "本网关不负责此号码", 10: "接入号错", 11: "账号错", 12: "计费号码错", 13: "接收号码错"}

// no is what a result means for what was handed over.
func no(result uint32) *sms.No {
	word := submitResult[result]
	if word == "" {
		word = "网关拒收"
	}
	n := &sms.No{State: gateway.Refused, Reason: fmt.Sprintf("%s（CMPP结果%d）", word, result)}
	switch result {
	case 3, flowControl: // a repeated number is the link's affair, not the message's
		n.State, n.Flow = gateway.Busy, result == flowControl
	case 9, 13:
		n.Split = true
	}
	return n
}

// statWords are the states of a report; carriers have many more of their own.
var statWords = map[string]string{"EXPIRED": "超过有效期未送达", "DELETED": "已被删除", "UNDELIV": "无法送达", "UNKNOWN": "状态不明", "REJECTD": "被拒收"}

// receipt is what a report says, false for one that says nothing yet.
func (r report) receipt() (gateway.Receipt, bool) {
	to, ok := sms.Number(r.to)
	if !ok {
		to = r.to
	}
	out := gateway.Receipt{Ref: r.id.String(), To: to, State: gateway.Failed, At: sms.Minute(r.done)}
	switch r.stat {
	case "DELIVRD":
		out.State = gateway.Delivered
		return out, true
	case "ACCEPTD", "ENROUTE":
		return out, false
	}
	word := statWords[r.stat]
	if word == "" {
		word = "未送达"
	}
	out.Reason = fmt.Sprintf("%s（%s）", word, r.stat)
	return out, true
}
