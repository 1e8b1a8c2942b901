package letter

import (
	"zhixing/edition/paper"
)

// kinds are the words of each kind. They are ours, in the official register, and promise nothing that was not handed in.
var kinds = map[Kind]struct {
	name   string
	form   paper.Form
	tell   string // 现将…情况函告如下
	act    string // 依据…，现予预警; empty where the kind has words of its own
	demand string // what is to be done, where the letter does not say
	reply  string // what is sent in answer, and how
	close  string
}{
	Remind:    {"提醒函", paper.AsLetter, "函告", "现予提醒", "请抓紧办理，并据实填报进展。", "办理情况书面", "特此函告。"},
	Warn:      {"预警函", paper.AsLetter, "函告", "现予预警", "请立即查明原因，提出整改措施，明确完成时间和责任人，并据实填报进展。", "整改情况书面", "特此函告。"},
	Supervise: {"督办单", paper.AsLetter, "", "", "请立即组织办理，说明未按要求完成的原因、下一步措施和完成时间。", "办理情况书面", ""},
	Interview: {"约谈通知", paper.AsLetter, "通知", "", "请派负责同志按时参加，就任务办理情况、存在问题的原因和整改措施作出说明。", "书面说明", "特此通知。"},
	Circular:  {"通报", paper.AsFile, "通报", "现予通报", "请有关单位查明原因，抓紧整改；各单位要引以为戒，按时限要求完成所承担的任务。", "整改情况书面", "特此通报。"},
}

// demoMark stands on every page of a letter made of invented facts.
const demoMark = "演示文书，依据演示数据生成，不具有效力"

// The labels of a 督办单, in their order.
const (
	fieldTo     = "主送单位" // where it is not who owes the items
	fieldMatter = "督办事项"
	fieldBasis  = "交办依据"
	fieldUnit   = "责任单位"
	fieldDue    = "办理时限"
	fieldRecord = "办理情况"
	fieldRule   = "督办依据"
	fieldDemand = "督办要求"
	fieldReply  = "反馈要求"
	fieldAnswer = "反馈情况"
)
