package cases

import (
	"encoding/json"
	"time"

	"zhixing/calendar"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/personnel"
)

// Deed is what a step does to a case.
type Deed string

// The deeds.
const (
	DidOpen      Deed = "open"
	DidJoin      Deed = "join"
	DidRecur     Deed = "recur"
	DidRecover   Deed = "recover"
	DidFeed      Deed = "feed"
	DidAccept    Deed = "accept"
	DidDecline   Deed = "decline"
	DidPutRight  Deed = "put_right"
	DidCheck     Deed = "check"
	DidClose     Deed = "close"
	DidSendBack  Deed = "send_back"
	DidHandUp    Deed = "hand_up"
	DidHandDown  Deed = "hand_down"
	DidHandOver  Deed = "hand_over"
	DidReceipt   Deed = "receipt"
	DidTakeBack  Deed = "take_back"
	DidRefuse    Deed = "refuse"
	DidMerge     Deed = "merge"
	DidTakeIn    Deed = "take_in"
	DidSplit     Deed = "split"
	DidAdd       Deed = "add"
	DidRung      Deed = "rung"
	DidLetter    Deed = "letter"
	DidAnswer    Deed = "answer"
	DidDecide    Deed = "decide"
	DidReply     Deed = "reply"
	DidSummarise Deed = "summarise"
	DidExpose    Deed = "expose"
	DidConceal   Deed = "conceal"
	DidHear      Deed = "hear"
)

var deedChinese = map[Deed]string{
	DidOpen: "发现", DidJoin: "并入线索", DidRecur: "再次发生", DidRecover: "恢复", DidFeed: "反馈", DidAccept: "受理", DidDecline: "退回（非本单位职责）",
	DidPutRight: "整改", DidCheck: "核查", DidClose: "办结", DidSendBack: "退回整改", DidHandUp: "上交", DidHandDown: "下交", DidHandOver: "移送",
	DidReceipt: "登记移送回执", DidTakeBack: "收回移送", DidRefuse: "不予受理", DidMerge: "并入其他事项", DidTakeIn: "并案", DidSplit: "分案",
	DidAdd: "补充材料", DidRung: "督办阶梯", DidLetter: "发出文书", DidAnswer: "反馈文书", DidDecide: "问责决定", DidReply: "反映人回复",
	DidSummarise: "拟定公开内容", DidExpose: "曝光", DidConceal: "停止曝光", DidHear: "外部系统的进展",
}

// Chinese is what pages call the deed.
func (d Deed) Chinese() string { return deedChinese[d] }

// Deeds gives what pages call this package's records in the journal.
func Deeds() map[string]string {
	out := map[string]string{}
	for d, name := range deedChinese {
		out["case."+string(d)] = "闭环事项" + name
	}
	for what, name := range map[string]string{"silence": "静默规则", "unsilence": "结束静默", "inspect": "提交检查表", "plan": "安排检查", "draw": "随机抽取",
		"import": "导入12345工单", "letter_drop": "撤销文书"} {
		out["case."+what] = name
	}
	return out
}

// Step is one thing done to a case.
type Step struct {
	N    int64 // the case's revision after it
	What Deed
	At   time.Time
	By   string           // account; "system" for the clock, "public" for a citizen
	Post personnel.PostID // in which it was done
	Unit string           // of that post
	Once string           // the sender's token: the same deed sent again is not done again
	Data Data
}

// Begin is a clock that begins to run with a step, or, with On, one that goes on with another holder.
type Begin struct {
	Part  int           `json:"part"`
	State State         `json:"state"`
	Unit  string        `json:"unit"`
	Level Level         `json:"level"`
	Due   calendar.Date `json:"due,omitzero"`
	On    bool          `json:"on,omitempty"`
}

// Data is what a step says. It holds results, not questions: folding a step needs neither ladders nor other records.
type Data struct {
	Words    string           `json:"words,omitempty"`
	Day      calendar.Date    `json:"day,omitzero"`
	State    State            `json:"state,omitempty"` // from now on
	Parts    []Part           `json:"parts,omitempty"` // all of them from now on
	Halt     bool             `json:"halt,omitempty"`  // every clock stops
	End      []int            `json:"end,omitempty"`   // parts whose clock stops
	Begin    []Begin          `json:"begin,omitempty"`
	Opening  *Opening         `json:"opening,omitempty"`
	Finding  *Link            `json:"finding,omitempty"` // join, recur, recover
	Findings []Link           `json:"findings,omitempty"`
	Severity finding.Severity `json:"severity,omitempty"`
	Held     []string         `json:"held,omitempty"` // units against which the step is held
	Place    *Point           `json:"place,omitempty"`
	Files    []File           `json:"evidence,omitempty"`
	Flags    []string         `json:"flags,omitempty"` // what is odd about the place, in words
	HandOver *HandOver        `json:"hand_over,omitempty"`
	Case     ID               `json:"case,omitempty"` // merge, take in, split: the other
	Kids     []ID             `json:"kids,omitempty"`
	Rung     *RungRecord      `json:"rung,omitempty"`
	Letter   *Paper           `json:"letter,omitempty"`
	Reason   string           `json:"reason,omitempty"` // close, refuse: one of Reasons
	Despite  string           `json:"despite,omitempty"`
	Until    calendar.Date    `json:"until,omitzero"` // close: the reporter may answer
	Yes      bool             `json:"yes,omitempty"`  // reply
	Title    string           `json:"title,omitempty"`
	Sight    *Sight           `json:"sight,omitempty"`
}

// Opening is what a case begins with.
type Opening struct {
	Source   Source           `json:"source"`
	System   string           `json:"system,omitempty"` // other system that it came from
	Ref      string           `json:"ref,omitempty"`    // its number there
	Ladder   string           `json:"ladder,omitempty"`
	Service  string           `json:"service,omitempty"`
	Title    string           `json:"title"`
	Text     string           `json:"text,omitempty"`
	Basis    string           `json:"basis,omitempty"`
	Severity finding.Severity `json:"severity,omitempty"`
	Place    *Point           `json:"place,omitempty"`
	Address  string           `json:"address,omitempty"`
	Town     string           `json:"town,omitempty"`
	Group    string           `json:"group,omitempty"`
	Owner    string           `json:"owner"`
	Earlier  ID               `json:"earlier,omitempty"`
	Split    ID               `json:"split,omitempty"`
}

// File is evidence: a file that was kept, and what is known of it.
type File struct {
	ledger.File
	TakenAt time.Time `json:"taken_at,omitzero"` // by the picture itself
	Sent    *Point    `json:"sent,omitempty"`    // where the sender said it was
	Shot    *Point    `json:"shot,omitempty"`    // where the picture itself says it was taken
	Flags   []string  `json:"flags,omitempty"`   // what is odd about it, in words
}

// RungRecord is how a step keeps a rung that fired.
type RungRecord struct {
	Key    string        `json:"key"`
	N      int           `json:"n"`
	Name   string        `json:"name"`
	State  State         `json:"state"`
	Part   int           `json:"part"`
	Unit   string        `json:"unit"`
	Since  calendar.Date `json:"since"` // first late day
	Due    time.Time     `json:"due"`   // when it should have fired
	Basis  string        `json:"basis,omitempty"`
	Letter int64         `json:"letter,omitempty"` // drafted
	Listed bool          `json:"listed,omitempty"`
}

func (d Data) encode() (string, error) {
	b, err := json.Marshal(d)
	return string(b), err
}
