package web

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"zhixing/edition"
	"zhixing/gazette"
	"zhixing/internal/peertest"
)

// forestFire is the text of an emergency plan of the demonstration county, as a press prints one.
const forestFire = `绛县森林草原火灾应急预案

1 总则
1.1 编制目的
为了及时扑救森林草原火灾，制定本预案。
2 组织体系
2.1 县森林草原防灭火指挥部
指挥长由县人民政府县长担任，副指挥长由县人民政府分管副县长、县林业局局长担任。
指挥部办公室设在县林业局，值班电话0999-5550101。
3 应急响应
3.1 Ⅳ级响应
3.1.1 启动条件
发生森林草原火灾，1小时内没有扑灭明火。
3.1.2 启动程序
由县林业局局长决定启动Ⅳ级响应。
3.1.3 响应行动
（1）县林业局30分钟内赶到火场，每2小时报告一次火情，核实过火面积、起火原因和人员伤亡，随时报告。
（2）县供电公司切断火场电源。
3.2 Ⅲ级响应
3.2.1 启动条件
过火面积超过10公顷。
3.2.2 启动程序
由副指挥长批准启动。
3.2.3 响应行动
在Ⅳ级响应的基础上，县应急管理局1小时内调集扑火队伍，县公安局立即封闭进山道路。
4 后期处置
4.1 火灾评估
县林业局在火灾扑灭后15日内核定过火面积。
5 保障措施
5.1 物资
扑火物资每年清点。
`

// TestPlanFromText: whatever form the text of a plan comes in, it is shown beside what was read in it, and downloaded; nothing is kept.
func TestPlanFromText(t *testing.T) {
	read, err := gazette.Read(forestFire)
	if err != nil {
		t.Fatal(err)
	}
	p, err := edition.FromReading(read, read.Documents[0])
	if err != nil {
		t.Fatal(err)
	}
	p.County, p.Key, p.Version, p.Record = edition.County{Code: "140826", Name: "绛县"}, "d1", 1, edition.Publish
	docx, err := edition.DOCX(p)
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string][]byte{"预案.txt": []byte(forestFire), "预案.docx": docx}
	peertest.Program(t, "pdftotext", "poppler-utils")
	font, _, err := edition.FindFont(os.ReadFile)
	if err != nil {
		peertest.Missing(t, "%v", err)
	}
	if forms["预案.pdf"], err = edition.PDF(p, font); err != nil {
		t.Fatal(err)
	}
	sites(t, func(s *site) {
		caseSeats(s)
		s.want(s.get("督查", "/policies"), 200, `href="/policies/draft"`)
		if a := s.get("局长", "/policies"); strings.Contains(a.body, "/policies/draft") {
			t.Error("who may not draft is led to it")
		}
		number := map[string]string{"number": "绛政办发〔2031〕8号"}
		for name, content := range forms {
			a := s.upload("督查", "/policies/draft", number, name, content)
			s.want(a, 200, "<b>2</b>级响应", "Ⅳ级", "发生森林草原火灾，1小时内没有扑灭明火", "绛县人民政府/副县长、县林业局/局长",
				"30分钟内赶到火场", "（30分钟）", "units/ 里没有“县供电公司”", "原文只写“立即”", "15日内核定过火面积", "号码不写进 plans.yaml", "没有读出任务", "3.2.3 响应行动")
			if strings.Contains(a.body, "没有按应急预案读") {
				t.Error(name, "is said not to be a plan")
			}
		}
		send := func(form map[string]string) answer { return s.upload("督查", "/policies/draft", form, "", nil) } // no file chosen
		typed := map[string]string{"number": number["number"], "text": forestFire, "draft": "doc-2031-8"}
		page := send(typed)
		s.want(page, 200, "过火面积超过10公顷")
		typed["take"] = "plans.yaml"
		yaml := send(typed)
		s.want(yaml, 200, "level: Ⅳ", "within: 30分钟")
		if d := yaml.header.Get("Content-Disposition"); !strings.Contains(d, "plans.yaml") || strings.Contains(yaml.body, "5550101") {
			t.Errorf("%s\n%s", d, yaml.body)
		}
		typed["take"] = "zip"
		whole := send(typed)
		z, err := zip.NewReader(strings.NewReader(whole.body), int64(len(whole.body)))
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Open("doc-2031-8/plans.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(f); err != nil || !bytes.Equal(b, []byte(yaml.body)) {
			t.Error("the plan in the folder is another one", err)
		}
		typed["take"] = "../county.yaml"
		s.want(send(typed), 404, "没有这个文件")

		for what, form := range map[string]map[string]string{
			"请选择一个文件":     {},
			"请写印发它的通知的文号": {"text": forestFire},
			"县文件夹的公报里没有":  {"number": "绛政办发〔2031〕9号"},
			"没有可以起草的政策包":  {"number": "绛政办发〔2031〕8号", "text": "绛县甲通知\n\n放假一天。\n"},
		} {
			s.want(send(form), 400, what, "正文")
		}
		latin := send(map[string]string{"number": "1", "text": "no text of ours"})
		if s.want(latin, 400, "没有一个汉字"); strings.Contains(latin.body, "gazette.") {
			t.Error("the name of an operation stands on the page")
		}
		s.want(s.upload("督查", "/policies/draft", number, "预案.pdf", []byte("%PDF-1.4 不是")), 400, "预案.pdf")
		plain := map[string]string{"number": number["number"], "text": strings.Replace(forestFire, "应急预案", "工作方案", 1)}
		s.want(send(plain), 200, "没有按应急预案读")
	})
}
