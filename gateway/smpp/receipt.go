package smpp

import (
	"fmt"
	"strings"

	"zhixing/gateway"
	"zhixing/gateway/sms"
)

// states are message_state's values; the texts of receipts have the same words cut to seven letters.
var states = map[byte]string{1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD"}

var stateWords = map[string]string{"EXPIRED": "超过有效期未送达", "DELETED": "已被删除", "UNDELIV": "无法送达", "UNKNOWN": "状态不明", "REJECTD": "被拒收"}

// receipt reads what became of a message, by the optional parameters where there are any, else from the text
//
//	id:123A456 sub:001 dlvrd:001 submit date:2603010800 done date:2603010801 stat:DELIVRD err:000 text:…
//
// It says false for one that says nothing yet, or nothing that can be read.
func (d *delivery) receipt() (gateway.Receipt, bool) {
	text := sms.Text(d.coding, d.content)
	to, ok := sms.Number(d.from)
	if !ok {
		to = d.from
	}
	r := gateway.Receipt{Ref: d.receiptID, To: to, State: gateway.Failed, At: sms.Minute(field(text, "done date:"))}
	if r.Ref == "" {
		r.Ref = field(text, "id:")
	}
	stat := states[d.state]
	if stat == "" {
		stat = strings.ToUpper(field(text, "stat:"))
	}
	switch stat {
	case "", "ENROUTE", "ACCEPTD":
		return r, false
	case "DELIVRD":
		r.State = gateway.Delivered
		return r, r.Ref != ""
	}
	word := stateWords[stat]
	if word == "" {
		word = "未送达"
	}
	r.Reason = fmt.Sprintf("%s（%s）", word, stat)
	if code := field(text, "err:"); code != "" && strings.Trim(code, "0") != "" {
		r.Reason = fmt.Sprintf("%s（%s，错误码%s）", word, stat, code)
	}
	return r, r.Ref != ""
}

// field is the word behind a key that begins a word.
func field(text, key string) string {
	lower := strings.ToLower(text)
	for at := 0; ; {
		i := strings.Index(lower[at:], key)
		if i < 0 {
			return ""
		}
		at += i
		if at == 0 || lower[at-1] == ' ' {
			value, _, _ := strings.Cut(text[at+len(key):], " ")
			return strings.TrimSpace(value)
		}
		at += len(key)
	}
}
