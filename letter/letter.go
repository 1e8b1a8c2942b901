// Package letter writes the letters of supervision: 提醒函, 预警函, 督办单, 约谈通知 and 通报, in the conventions of GB/T 9704-2012,
// as text, DOCX and PDF. A letter is made of facts that the caller hands in and says nothing else: what was ordered (document and
// clause), what the record shows, which rule made the letter, what is demanded by when, how to answer. It knows no county, no
// clock and no file; the same letter gives the same bytes.
//
//	l := letter.Letter{Kind: letter.Warn, Agency: "甲县人民政府办公室", To: []string{"县能源局"}, SignedOn: day,
//		Items: []letter.Item{{Title: "禁煤区散煤清零", Basis: "甲政办发〔2023〕12号 三（四）25", Due: due, State: "逾期"}},
//		Rule:  "《甲县督办规则（演示）》第4条"}
//	b, err := l.DOCX()
package letter

import (
	"zhixing/calendar"
)

// Kind is what sort of letter it is.
type Kind string

// The kinds of letter, in the order in which they follow one another where nothing is done.
const (
	Remind    Kind = "remind"    // 提醒函
	Warn      Kind = "warn"      // 预警函
	Supervise Kind = "supervise" // 督办单
	Interview Kind = "interview" // 约谈通知
	Circular  Kind = "circular"  // 通报
)

// Kinds are all kinds, the mildest first.
var Kinds = []Kind{Remind, Warn, Supervise, Interview, Circular}

// Known reports whether there is such a kind.
func (k Kind) Known() bool { _, ok := kinds[k]; return ok }

// Chinese is the name of the kind, 预警函; for one that is not known the word as it is.
func (k Kind) Chinese() string {
	if w, ok := kinds[k]; ok {
		return w.name
	}
	return string(k)
}

// Item is one duty, or one case, that the letter is about. Only Title is always there; what is empty is not spoken of.
type Item struct {
	Word    string        `json:"word,omitempty"`    // what it is called, 事项; empty: 任务
	No      string        `json:"no,omitempty"`      // in its ledger
	Title   string        `json:"title"`             // 禁煤区散煤清零
	Unit    string        `json:"unit,omitempty"`    // who owes it, where that is not plainly the addressee
	Basis   string        `json:"basis,omitempty"`   // 甲政办发〔2023〕12号 三（四）25
	Due     calendar.Date `json:"due,omitzero"`      // last day in time
	DueRaw  string        `json:"due_raw,omitempty"` // as the document words it: 2023年10月底前
	State   string        `json:"state,omitempty"`   // 逾期, 临期, 滞后 …
	Finding string        `json:"finding,omitempty"` // what the record shows else, in a sentence: 最近一次填报为2023年10月20日，称尚余2村
}

// Letter is a letter with all facts that it tells.
type Letter struct {
	Kind     Kind          `json:"kind"`
	No       string        `json:"no,omitempty"`       // 甲政督〔2023〕5号; empty in a draft
	Agency   string        `json:"agency"`             // who issues and signs: 甲县人民政府办公室
	Masthead string        `json:"masthead,omitempty"` // the red head, 甲县人民政府办公室文件; empty: Agency
	Urgency  string        `json:"urgency,omitempty"`  // 特急, 加急 or empty
	Title    string        `json:"title,omitempty"`    // empty: made from kind and subject, see Heading
	To       []string      `json:"to"`                 // 主送
	CopyTo   []string      `json:"copy_to,omitempty"`  // 抄送
	Items    []Item        `json:"items"`
	AsOf     calendar.Date `json:"as_of,omitzero"`    // the day on which the record was looked at; empty: SignedOn
	Rule     string        `json:"rule,omitempty"`    // the rule that made the letter, with number and source: 《…督办规则》第4条
	Demand   string        `json:"demand,omitempty"`  // what is to be done; empty: the usual words of the kind
	ReplyBy  calendar.Date `json:"reply_by,omitzero"` // a written answer is expected by this day
	When     string        `json:"when,omitempty"`    // of an interview: 2023年11月8日9时
	Where    string        `json:"where,omitempty"`   // of an interview
	Annex    []Annex       `json:"annex,omitempty"`   // further tables behind the list of items
	SignedOn calendar.Date `json:"signed_on,omitzero"`
	Signer   string        `json:"signer,omitempty"`  // 签发人; shown on a 通报 where given
	Contact  string        `json:"contact,omitempty"` // who answers questions, with telephone
	// Printer and PrintedOn stand at the foot of a 通报 (印发机关, 印发日期); empty: Agency and SignedOn.
	Printer   string        `json:"printer,omitempty"`
	PrintedOn calendar.Date `json:"printed_on,omitzero"`
	Demo      bool          `json:"demo,omitempty"` // every page says that it is a demonstration
}

// Annex is a table behind the letter; the first row is its heading.
type Annex struct {
	Title string     `json:"title"`
	Rows  [][]string `json:"rows"`
}
