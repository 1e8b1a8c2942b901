package edition

import (
	"encoding/json"
	"time"

	"zhixing/calendar"
)

// sample is an invented document with everything that a document can have.
func sample() Publication {
	return Publication{
		Record: Publish, County: County{"990101", "青禾县"}, Key: "qzbf-2024-7", Version: 1,
		PublishedAt: time.Date(2024, 4, 1, 1, 2, 3, 4000, time.UTC),
		URL:         "https://gazette.example.cn/990101/d/qzbf-2024-7", BaseURL: "https://gazette.example.cn",
		No: "青政办发〔2024〕7号", Title: "青禾县人民政府办公室关于印发青禾县河塘清淤与田间水渠修缮行动方案的通知",
		Kind: "通知", Issuer: "青禾县人民政府办公室", Recipients: []string{"各乡（镇）人民政府", "县直各有关单位"},
		SignedOn:   calendar.Date{Year: 2024, Month: 3, Day: 18},
		Issue:      Issue{"青禾县人民政府公报", 2024, 1, 9, calendar.Date{Year: 2024, Month: 4, Day: 1}},
		PublicNote: "此件公开发布，附件2不公开", InterpretedBy: "县水务局",
		Attachments: []Attachment{{No: 1, Title: "河塘清淤任务分解表"}, {No: 2, Note: "不公开"}},
		Cites: []Cite{{Title: "白石市人民政府关于加强小型水利设施管护的意见", No: "白政发〔2023〕5号",
			URL: "https://gazette.example.cn/990100/d/bzf-2023-5", Effect: "贯彻", Path: "1"}},
		Duties: json.RawMessage(`[{"no":"1","lead":["县水务局"],"title":"摸清底数"}]`),
		Parts: []Part{
			{Nodes: []Block{
				{Kind: Recipients, Text: "各乡（镇）人民政府，县直各有关单位："},
				{Kind: Clause, Text: "为落实《白石市人民政府关于加强小型水利设施管护的意见》（白政发〔2023〕5号），经县政府同意，现将《青禾县河塘清淤与田间水渠修缮行动方案》印发给你们，请结合实际抓好落实。", Path: "1"},
				{Kind: AttachmentList, Text: "附件：1. 河塘清淤任务分解表\n2. 〔附件2不公开〕", Path: "附件"},
				{Kind: Signature, Text: "青禾县人民政府办公室"},
				{Kind: SignDate, Text: "2024年3月18日"},
				{Kind: Note, Text: "（此件公开发布，附件2不公开）"},
			}},
			{Key: "河塘", Title: "青禾县河塘清淤与田间水渠修缮行动方案", InterpretedBy: "县水务局", Nodes: []Block{
				{Kind: Clause, Text: "为保障春灌用水，减轻汛期内涝，制定本方案。", Path: "河塘/序"},
				{Kind: Heading, Level: 1, Mark: "一、", Title: "目标任务", Text: "一、目标任务", Path: "河塘/一", Children: []Block{
					{Kind: Clause, Level: 2, Text: "到2024年10月底，完成河塘清淤120处、水渠修缮36公里，淤泥资源化利用率≥60%。", Path: "河塘/一/1"},
				}},
				{Kind: Heading, Level: 1, Mark: "二、", Title: "重点工作", Text: "二、重点工作", Path: "河塘/二", Children: []Block{
					{Kind: Heading, Level: 2, Mark: "（一）", Title: "摸清底数", Text: "（一）摸清底数。各乡镇逐处登记河塘、水渠现状，2024年4月15日前建立台账。（牵头单位：县水务局；配合单位：县农业农村局）", Path: "河塘/二/(一)"},
					{Kind: Heading, Level: 2, Mark: "（二）", Title: "分类施工", Text: "（二）分类施工", Path: "河塘/二/(二)", Children: []Block{
						{Kind: Clause, Level: 3, Mark: "1.", Title: "清淤", Text: "1. 清淤。先下游后上游，避开鱼类产卵期；淤泥“随清随运”，不得堆放在堤坡上。", Path: "河塘/二/(二)/1"},
						{Kind: Clause, Level: 3, Mark: "2.", Title: "修渠", Text: "2. 修渠。渠底纵坡不小于1/2000，裂缝宽于5 mm的一律凿开重做。", Path: "河塘/二/(二)/2"},
					}},
				}},
			}},
			{Nodes: []Block{
				{Kind: AttachmentHead, Mark: "附件1", Title: "河塘清淤任务分解表", Text: "附件1 河塘清淤任务分解表", Path: "附件1", Children: []Block{
					{Kind: Table, Text: "乡镇\t河塘（处）\t水渠（公里）\n东塬镇\t70\t20\n柳湾乡\t50\t16", Path: "附件1/表"},
				}},
				{Kind: Removed, Text: "〔附件2不公开〕", Path: "附件2"},
			}},
		},
	}
}

// samples are the publications that every writer is tried on.
func samples() map[string]Publication {
	corrected := sample()
	corrected.Record, corrected.Version, corrected.VersionNote = Correct, 2, "河塘处数有误，现予更正"
	corrected.Earlier = []Earlier{{1, Publish, corrected.PublishedAt.Add(-72 * time.Hour), ""}}

	withdrawn := corrected
	withdrawn.Record, withdrawn.Version, withdrawn.VersionNote = Withdraw, 3, "文件已另行印发"
	withdrawn.Parts, withdrawn.Duties, withdrawn.Cites, withdrawn.Attachments = nil, nil, nil, nil

	odd := sample()
	odd.No, odd.SignedOn, odd.Issue, odd.URL, odd.Kind = "", calendar.Date{}, Issue{}, "", "须知"
	odd.Title = `R&D <第1期> "引号" 与'撇号'`
	odd.Cites = []Cite{{Title: `A&B <c>`, Effect: "废止"}, {No: "甲政发〔2020〕1号", URL: "javascript:alert(1)"}}
	odd.Parts = []Part{{Nodes: []Block{
		{Kind: Clause, Text: `据《A&B <c>》、甲政发〔2020〕1号，x<y && y>z。`, Path: "1"},
		{Kind: Clause, Text: "同一路径", Path: "1"},
		{Kind: Heading, Level: 1, Mark: "第一条", Title: "范围", Text: "第一条　范围", Path: "第一条"},
		{Kind: Heading, Level: 1, Mark: "第一条", Text: "第一条 又一个第一条", Path: "第一条"},
		{Kind: Table, Text: "", Path: "空表"},
		{Kind: Table, Text: "一\t二\n三", Path: "表"},
		{Kind: Clause, Text: "", Path: "空"},
		{Kind: Clause, Text: "两行\n文字"},
		{Kind: "??", Text: "未知的种类", Path: "a b　c"},
	}}}
	empty := Publication{Record: Publish, Key: "e", Version: 1, PublishedAt: sample().PublishedAt}
	return map[string]Publication{"plain": sample(), "corrected": corrected, "withdrawn": withdrawn, "odd": odd, "empty": empty}
}
