package ledger

import (
	"encoding/json"
	"time"

	"zhixing/calendar"
	"zhixing/personnel"
)

// Deed is what a step does to a duty.
type Deed string

// The deeds.
const (
	DidDraft    Deed = "draft"
	DidAmend    Deed = "amend"
	DidConfirm  Deed = "confirm"
	DidIssue    Deed = "issue"
	DidSign     Deed = "sign"
	DidReport   Deed = "report"
	DidSupport  Deed = "support"
	DidClaim    Deed = "claim"
	DidCheck    Deed = "check"
	DidClose    Deed = "close"
	DidSendBack Deed = "send_back"
	DidAsk      Deed = "ask"
	DidExtend   Deed = "extend"
	DidRefuse   Deed = "refuse"
	DidTransfer Deed = "transfer"
	DidSuspend  Deed = "suspend"
	DidResume   Deed = "resume"
	DidReopen   Deed = "reopen"
	DidSplit    Deed = "split"
	DidCancel   Deed = "cancel"
	DidFlag     Deed = "flag"
	DidDecide   Deed = "decide"
	DidRung     Deed = "rung"
	DidLetter   Deed = "letter"
	DidAnswer   Deed = "answer"
	DidNote     Deed = "note"
	DidHide     Deed = "hide"
)

var deedChinese = map[Deed]string{
	DidDraft: "列入台账", DidAmend: "修改", DidConfirm: "确认", DidIssue: "交办", DidSign: "签收", DidReport: "填报进展", DidSupport: "填报配合情况",
	DidClaim: "申请销号", DidCheck: "复核通过", DidClose: "销号", DidSendBack: "退回", DidAsk: "申请延期", DidExtend: "同意延期", DidRefuse: "不同意延期",
	DidTransfer: "移交", DidSuspend: "中止", DidResume: "恢复办理", DidReopen: "重新办理", DidSplit: "分解", DidCancel: "终止", DidFlag: "后续文件提示",
	DidDecide: "处理后续文件", DidRung: "督办阶梯", DidLetter: "发出文书", DidAnswer: "反馈文书", DidNote: "批示", DidHide: "不再公开",
}

// Chinese is what pages call the deed.
func (d Deed) Chinese() string { return deedChinese[d] }

// Deeds gives what pages call this package's records in the journal.
func Deeds() map[string]string {
	out := map[string]string{}
	for d, name := range deedChinese {
		out["duty."+string(d)] = "任务" + name
	}
	out["duty.letter_sign"], out["duty.letter_drop"] = "签发文书", "撤销文书"
	out["duty.import"], out["duty.undo_import"] = "导入台账", "撤销导入"
	return out
}

// Step is one thing done to a duty.
type Step struct {
	N    int64 // the duty's revision after it
	What Deed
	At   time.Time
	By   string           // account; "system" for the clock and the public record
	Post personnel.PostID // in which it was done; empty for the system
	Unit string           // of that post
	Once string           // the sender's token: the same deed sent again is not done again
	Data Data
}

// Data is what a step says. It holds results, not questions: folding a step needs neither rules nor other records.
type Data struct {
	Reason string        `json:"reason,omitempty"`
	Source *Source       `json:"source,omitempty"`
	Fields *Fields       `json:"fields,omitempty"`
	Parent ID            `json:"parent,omitempty"`
	Batch  int64         `json:"batch,omitempty"`
	Party  []Party       `json:"parties,omitempty"`  // issue, transfer: all parties from now on
	Day    calendar.Date `json:"day,omitzero"`       // the civil day of the step, or the date that it sets
	Due    calendar.Date `json:"due,omitzero"`       // extend, resume, reopen: the last day from now on
	Unit   string        `json:"unit,omitempty"`     // whom it concerns
	Report *Report       `json:"report,omitempty"`   //
	Result string        `json:"result,omitempty"`   // close, cancel: for the public
	Kids   []ID          `json:"kids,omitempty"`     // split, issue: lines that it made
	Flag   *Flag         `json:"flag,omitempty"`     //
	Choice Choice        `json:"choice,omitempty"`   // decide
	Rung   *RungRecord   `json:"rung,omitempty"`     //
	Letter *Letter       `json:"letter,omitempty"`   // sent or answered
	Undone int64         `json:"undone,omitempty"`   // amend: the step whose change it takes back
	Diff   []Difference  `json:"diff,omitempty"`     // amend: what changed, for people
	Files  []File        `json:"evidence,omitempty"` //
}

// Report is what a unit says it has done.
type Report struct {
	Text     string        `json:"text"`
	Progress int           `json:"progress"`         // percent
	Period   calendar.Date `json:"period,omitzero"`  // first day of the period it is about; filled by the ledger
	Label    string        `json:"label,omitempty"`  // of the period
	Late     bool          `json:"late,omitempty"`   // after the period's last day and grace
	Due      calendar.Date `json:"due,omitzero"`     // of that period
	Missed   int           `json:"missed,omitempty"` // periods before it that were passed over
	Measured []Measure     `json:"measured,omitempty"`
	Trouble  string        `json:"trouble,omitempty"` // 存在困难
}

// File is an evidence file. Its bytes are kept once, by their hash.
type File struct {
	SHA256    string `json:"sha256"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`
}

// RungRecord is how a step keeps a rung that fired.
type RungRecord struct {
	Key    string        `json:"key"`
	N      int           `json:"n"`
	Name   string        `json:"name"`
	Light  Light         `json:"light,omitempty"`
	Cause  CauseKind     `json:"cause"`
	Words  string        `json:"words"`
	Since  calendar.Date `json:"since"`
	Due    time.Time     `json:"due"` // when it should have fired
	Rule   Rule          `json:"rule"`
	Letter int64         `json:"letter,omitempty"` // drafted
}

// Choice is what a person makes of a later document.
type Choice string

// The choices.
const (
	Keep  Choice = "keep"  // 维持原任务
	Adopt Choice = "adopt" // 按新文本调整
	Drop  Choice = "drop"  // 终止任务
)

// Chinese is what pages call the choice.
func (c Choice) Chinese() string {
	switch c {
	case Keep:
		return "维持原任务"
	case Adopt:
		return "按新文本调整"
	case Drop:
		return "终止任务"
	}
	return ""
}

func (d Data) encode() (string, error) {
	b, err := json.Marshal(d)
	return string(b), err
}
