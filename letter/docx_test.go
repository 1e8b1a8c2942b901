package letter

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
)

// unzip reads all parts of a DOCX file.
func unzip(t testing.TB, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

// paragraphs are the texts of a part, each behind the name of its style.
func paragraphs(t testing.TB, part string) []string {
	t.Helper()
	var out []string
	d := xml.NewDecoder(strings.NewReader(part))
	style, text := "", ""
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("%v in %s", err, part)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "p":
				style, text = "", ""
			case "pStyle":
				style = e.Attr[0].Value
			case "tab":
				if len(e.Attr) == 0 {
					text += "→"
				}
			case "br":
				text += "/"
			}
		case xml.CharData:
			text += string(e)
		case xml.EndElement:
			if e.Name.Local == "p" {
				out = append(out, style+":"+text)
			}
		}
	}
}

func TestDOCXReadsBack(t *testing.T) {
	all := cases(t)
	for name, want := range map[string][]string{
		"circular-many": {"FileMasthead:甲县人民政府办公室文件", "Rule:　甲政督〔2023〕15号→签发人：示例乙", "Title:甲县人民政府办公室关于4项任务办理情况的通报",
			"Recipients:各乡镇人民政府、县直有关单位：", "AttachmentList:附件：1.任务办理情况表/2.各单位填报次数", "SealSignature:甲县人民政府办公室",
			"SealDate:2023年12月4日", "AttachmentMark:附件1", "Heading1Title:任务办理情况表", "Cell:2023-10-31", "CellText:最近一次填报为2023年10月20日，称尚余2村",
			"Record:抄送：县委办公室，县人大常委会办公室，县政协办公室，县纪委监委，县委组织部，甲县生态环境保护委员会办公室。",
			"Record:甲县人民政府办公室→2023年12月5日印发"},
		"supervise-one": {"LetterNumber:加急→甲政督〔2023〕9号", "Title:关于禁煤区散煤清零任务的督办单", "FieldLabel:督办事项", "FieldText:禁煤区散煤清零（编号：甲-25）",
			"FieldLabel:反馈情况", "FieldText:", "SealSignature:甲县人民政府办公室", "SealDate:2023年11月13日", "Record:抄送：甲县生态环境局。"},
		"remind-several": {"LetterNumber:→甲政督〔2023〕4号", "Heading1:二、入河排污口树立标识牌。编号：甲-31；责任单位：东塬镇人民政府；交办依据：甲政办发〔2023〕13号二（一）3；" +
			"办理时限：2023年10月26日。截至2023年10月26日，临期，当日到期。", "Normal:特此函告。"},
		"circular-long-names": {"Record:主送：甲县青禾镇人民政府，甲县东塬镇人民政府，甲县西塬镇人民政府，甲县南塬镇人民政府，甲县北塬镇人民政府，甲县发展和改革局，甲县工业和信息化局，" +
			"甲县自然资源局，甲县住房和城乡建设管理局，甲县水利局，甲县农业农村局，甲县卫生健康和体育局，甲县应急管理局，甲县行政审批服务管理局，市生态环境局甲县分局。"},
	} {
		b, err := all[name].DOCX()
		if err != nil {
			t.Fatal(err)
		}
		got := paragraphs(t, unzip(t, b)["word/document.xml"])
		at := 0
		for _, w := range want {
			i := slices.Index(got[at:], w)
			if i < 0 {
				t.Errorf("%s lacks %q, or has it in another place:\n%s", name, w, strings.Join(got, "\n"))
				continue
			}
			at += i + 1
		}
	}
}

// order is that of the schema (ISO/IEC 29500-1, CT_PPr and its like), which Word insists on.
var order = map[string]string{
	"pPr":    "pStyle keepNext keepLines pageBreakBefore framePr pBdr tabs overflowPunct spacing ind jc outlineLvl",
	"rPr":    "rStyle rFonts b color sz szCs lang",
	"tblPr":  "tblStyle tblpPr tblOverlap tblW jc tblBorders tblLayout tblCellMar",
	"tcPr":   "tcW tcBorders vAlign",
	"sectPr": "headerReference footerReference pgSz pgMar titlePg docGrid",
	"font":   "altName charset family",
}

// TestDOCXIsWhole: every part is well formed, in the order that Word wants, typed and reachable; styles and fonts are there; the
// demonstration says so in every head.
func TestDOCXIsWhole(t *testing.T) {
	for name, l := range cases(t) {
		b, err := l.DOCX()
		if err != nil {
			t.Fatal(err)
		}
		parts := unzip(t, b)
		for file, part := range parts {
			ordered(t, name+" "+file, part)
			if strings.HasPrefix(file, "word/") && strings.Count(file, "/") == 1 {
				if !strings.Contains(parts["[Content_Types].xml"], `"/`+file+`"`) {
					t.Errorf("%s: %s has no content type", name, file)
				}
				if target := `Target="` + strings.TrimPrefix(file, "word/") + `"`; file != "word/document.xml" && !strings.Contains(parts["word/_rels/document.xml.rels"], target) {
					t.Errorf("%s: nothing leads to %s", name, file)
				}
			}
			for _, piece := range strings.Split(part, `<w:pStyle w:val="`)[1:] {
				id, _, _ := strings.Cut(piece, `"`)
				if !strings.Contains(parts["word/styles.xml"], `w:styleId="`+id+`"`) {
					t.Errorf("%s: %s: style %s is not there", name, file, id)
				}
			}
			if strings.HasPrefix(file, "word/header") && strings.Contains(part, demoMark) != l.Demo {
				t.Errorf("%s: %s and demonstration", name, file)
			}
		}
		for _, piece := range strings.Split(parts["word/document.xml"], `r:id="`)[1:] {
			id, _, _ := strings.Cut(piece, `"`)
			if strings.Count(parts["word/_rels/document.xml.rels"], `Id="`+id+`"`) != 1 {
				t.Errorf("%s: relation %s is not there", name, id)
			}
		}
		for _, font := range []string{"方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体"} {
			if !strings.Contains(parts["word/fontTable.xml"], `w:name="`+font+`"><w:altName `) {
				t.Errorf("%s: nothing stands in for %s", name, font)
			}
		}
		if file := l.Kind == Circular; file != !strings.Contains(parts["word/document.xml"], "<w:titlePg/>") {
			t.Errorf("%s: only a letter has a first page of its own", name)
		} else if !file && !strings.Contains(parts["word/header2.xml"], l.Agency) {
			t.Errorf("%s: no masthead", name)
		}
		again, err := l.DOCX()
		if err != nil || !bytes.Equal(b, again) {
			t.Errorf("%s: the same letter gives other bytes", name)
		}
	}
}

// ordered checks that a part is well formed and its properties stand in the order of the schema.
func ordered(t *testing.T, name, part string) {
	t.Helper()
	type open struct {
		tag  string
		last int
	}
	var stack []open
	d := xml.NewDecoder(strings.NewReader(part))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if n := len(stack) - 1; n >= 0 {
				if want, ok := order[stack[n].tag]; ok {
					at := slices.Index(strings.Fields(want), e.Name.Local)
					if at < stack[n].last {
						t.Errorf("%s: %s in %s is unknown or too late", name, e.Name.Local, stack[n].tag)
					}
					stack[n].last = at
				}
			}
			stack = append(stack, open{tag: e.Name.Local})
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
}
