package personnel

// Deeds are what this package writes into the journal, by the word there, as pages call them.
var Deeds = map[string]string{
	"personnel.person": "登记人员", "personnel.account": "绑定账号", "personnel.phone": "登记叫应手机", "personnel.appoint": "记录任职", "personnel.remove": "记录免职",
	"personnel.probation": "试用期决定", "personnel.correct": "更正任职记录", "personnel.ask": "提出待确认事项", "personnel.answer": "答复待确认事项",
	"personnel.alias": "记住单位名称", "personnel.leave": "保留任免记录",
}
