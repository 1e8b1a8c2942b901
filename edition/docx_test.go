package edition

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
)

// word is what we read back of word/document.xml.
type word struct {
	Body struct {
		Content []struct {
			XMLName xml.Name
			Style   struct {
				Val string `xml:"val,attr"`
			} `xml:"pPr>pStyle"`
			Runs []struct {
				Text string `xml:"t"`
			} `xml:"r"`
			Links []struct {
				ID   string `xml:"id,attr"`
				Text string `xml:"r>t"`
			} `xml:"hyperlink"`
			Rows []struct {
				Cells []struct {
					Text string `xml:"p>r>t"`
				} `xml:"tc"`
			} `xml:"tr"`
		} `xml:",any"`
	} `xml:"body"`
}

func part(t *testing.T, b []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := out.ReadFrom(f); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestDOCXReadsBack(t *testing.T) {
	b, err := DOCX(sample())
	if err != nil {
		t.Fatal(err)
	}
	var w word
	if err := xml.Unmarshal(part(t, b, "word/document.xml"), &w); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range w.Body.Content {
		switch c.XMLName.Local {
		case "p":
			s := c.Style.Val + ":"
			for _, r := range c.Runs {
				s += r.Text
			}
			got = append(got, s)
			for _, l := range c.Links {
				got = append(got, "link "+l.ID+":"+l.Text)
			}
		case "tbl":
			for _, r := range c.Rows {
				s := "row"
				for _, cell := range r.Cells {
					s += ":" + cell.Text
				}
				got = append(got, s)
			}
		}
	}
	all := strings.Join(got, "\n") + "\n"
	for _, want := range []string{
		"Masthead:青禾县人民政府公报\nNumber:2024年第1期（总第9期）\nRule:青政办发〔2024〕7号\nTitle:青禾县人民政府办公室关于印发",
		"link rL1:《白石市人民政府关于加强小型水利设施管护的意见》\nlink rL2:白政发〔2023〕5号\n",
		"Signature:青禾县人民政府办公室\nSignDate:2024年3月18日\nNormal:（此件公开发布，附件2不公开）\nPartTitle:青禾县河塘清淤与田间水渠修缮行动方案\n",
		"Heading1:一、目标任务\nNormal:到2024年10月底", "Heading2:（一）摸清底数。各乡镇", "Normal:1. 清淤。先下游",
		"AttachmentMark:附件1\nHeading1Title:河塘清淤任务分解表\nrow:乡镇:河塘（处）:水渠（公里）\nrow:东塬镇:70:20\n",
		"Removed:〔附件2不公开〕\n",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(all)
	}
}

// TestDOCXHasNoClock: the zip's own dates are fixed.
func TestDOCXHasNoClock(t *testing.T) {
	b, err := DOCX(sample())
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if f.Modified.Year() != 1980 {
			t.Errorf("%s: %v", f.Name, f.Modified)
		}
	}
}

// TestDOCXStyles: every style that is used is there, headings have outline levels, links have targets.
func TestDOCXStyles(t *testing.T) {
	for name, p := range samples() {
		b, err := DOCX(p)
		if err != nil {
			t.Fatal(err)
		}
		document, styles := string(part(t, b, "word/document.xml")), string(part(t, b, "word/styles.xml"))
		for _, piece := range strings.Split(document, `Style w:val="`)[1:] {
			id, _, _ := strings.Cut(piece, `"`)
			if !strings.Contains(styles, `w:styleId="`+id+`"`) {
				t.Errorf("%s: style %s is used but not there", name, id)
			}
		}
		relations := string(part(t, b, "word/_rels/document.xml.rels"))
		for _, piece := range strings.Split(document, `r:id="`)[1:] {
			id, _, _ := strings.Cut(piece, `"`)
			if strings.Count(relations, `Id="`+id+`"`) != 1 {
				t.Errorf("%s: relation %s is used but not there", name, id)
			}
		}
	}
	b, err := DOCX(sample())
	if err != nil {
		t.Fatal(err)
	}
	styles := string(part(t, b, "word/styles.xml"))
	for _, want := range []string{`<w:name w:val="heading 1"/>`, `<w:outlineLvl w:val="1"/>`, `w:eastAsia="方正小标宋简体"`, `w:eastAsia="仿宋_GB2312"`} {
		if !strings.Contains(styles, want) {
			t.Errorf("styles lack %s", want)
		}
	}
}
