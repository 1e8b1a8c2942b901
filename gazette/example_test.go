package gazette_test

import (
	"fmt"

	"zhixing/gazette"
)

func ExampleRead() {
	issue, err := gazette.Read(`甲县人民政府办公室关于印发甲县节水方案的通知
甲政办发〔2023〕12号
各乡镇人民政府：
现将《甲县节水方案》印发给你们。
甲县人民政府办公室
2023年8月18日
（此件公开发布）
甲县节水方案
一、目标
用水量下降2%。
二、任务
（一）换管网。2023年底前完成10公
里。（县水务局牵头，县财政局配合）
`)
	if err != nil {
		fmt.Println(err)
		return
	}
	d := issue.Documents[0]
	fmt.Println(d.No, d.Title, d.SignedOn, d.Plans[0].Title)
	_, clause := issue.Find("甲政办发〔2023〕12号#二/(一)")
	fmt.Println(clause.Title, gazette.Line(issue.Source, clause.Spans[0].Start))
	fmt.Println(clause.Text)
	// Output:
	// 甲政办发〔2023〕12号 甲县人民政府办公室关于印发甲县节水方案的通知 2023-08-18 甲县节水方案
	// 换管网 12
	// （一）换管网。2023年底前完成10公里。（县水务局牵头，县财政局配合）
}
