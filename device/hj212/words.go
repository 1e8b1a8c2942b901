package hj212

import "strconv"

// String is the number on the wire.
func (r QnRtn) String() string { return strconv.Itoa(int(r)) }

// String is the number on the wire.
func (r ExeRtn) String() string { return strconv.Itoa(int(r)) }

// Words says what the number means, for a page.
func (r QnRtn) Words() string { return words(qnRtnWords, r) }

// Words says what the number means, for a page.
func (r ExeRtn) Words() string { return words(exeRtnWords, r) }

func words[K ~int](m map[K]string, k K) string {
	if w, ok := m[k]; ok {
		return w
	}
	return "未定义的返回码" + strconv.Itoa(int(k))
}

var qnRtnWords = map[QnRtn]string{
	Accepted: "准备执行", Refused: "请求被拒绝", WrongPassword: "密码错误", WrongMN: "设备编号错误", WrongST: "系统编码错误",
	WrongFlag: "标志错误", WrongQN: "请求编号错误", WrongCN: "命令编号错误", WrongCRC: "校验错误", UnknownFault: "未知错误",
}

var exeRtnWords = map[ExeRtn]string{
	Done: "执行成功", FailedUnknown: "执行失败，原因不明", WrongCondition: "执行条件不符", FailedTimeout: "通信超时", Busy: "设备忙",
	SystemFault: "系统故障", NoData: "没有数据",
}

// Words says what a data flag means, for a page; an unknown letter is given back as it is.
func (m Mark) Words() string {
	if w, ok := markWords[m]; ok {
		return w
	}
	return "未定义的标记“" + string(m) + "”"
}

var markWords = map[Mark]string{
	"": "未标记", Normal: "正常", Stopped: "停运", Maintained: "维护", SetByHand: "手工设定", Faulty: "仪器故障", Calibrating: "校准",
	AboveRange: "超量程", NotConnected: "仪器通信中断",
}

// Words says what kind of data it is, for a page.
func (k Kind) Words() string { return kindWords[k] }

var kindWords = map[Kind]string{
	Other: "其他", Realtime: "实时数据", Minute: "分钟数据", Hour: "小时数据", Day: "日数据", State: "设施运行状态", RunTime: "设施运行时间",
	Raw: "周期原始数据", Noise: "单次噪声数据", Check: "标样核查数据", Alarm: "报警记录", Restart: "数采仪开机时间", Furnace: "炉膛温度", Info: "现场端信息",
}

// Words says why bytes were dropped, for a page.
func (r Reason) Words() string { return reasonWords[r] }

var reasonWords = map[Reason]string{
	BadLength: "长度与数据段不符", BadCRC: "校验不符", BadContent: "数据段结构不完整", TooLong: "数据段过长", CutOff: "报文不完整，余下部分没有收到",
	Stray: "报文之外的字节", BadTail: "报文之后不是回车换行",
}
