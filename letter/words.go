package letter

// kinds are the words of each kind. They are ours, in the official register, and promise nothing that was not handed in.
var kinds = map[Kind]struct {
	name   string // of the kind
	demand string // what is to be done, where the letter does not say
}{
	Remind:    {"提醒函", "请抓紧办理，并据实填报进展。"},
	Warn:      {"预警函", "请立即查明原因，提出整改措施，明确完成时间和责任人，并据实填报进展。"},
	Supervise: {"督办单", "请立即组织办理，并说明未按要求完成的原因、下一步措施和完成时间。"},
	Interview: {"约谈通知", "请派负责同志按时参加，就任务办理情况、存在问题的原因和整改措施作出说明。"},
	Circular:  {"通报", "请有关单位查明原因，抓紧整改；各单位要引以为戒，按时限要求完成所承担的任务。"},
}
