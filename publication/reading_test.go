package publication

import (
	"os"
	"strings"
	"testing"

	"zhixing/org"
)

// What was withheld must not go out because a later mend has moved the document from under the choice.
func TestAChoiceThatHasLostItsDocumentStopsTheDraft(t *testing.T) {
	text, err := os.ReadFile("testdata/issue.txt")
	if err != nil {
		t.Fatal(err)
	}
	d := Draft{Source: string(text)}
	if _, cands, err := d.toPublish(); err != nil || len(cands) != 3 {
		t.Fatal(len(cands), err)
	}
	d.Choices = []Choice{{Doc: 3, Attachment: 2, Withhold: true}} // the title page
	if _, _, err := d.toPublish(); KindOf(err) != Invalid || !strings.Contains(Message(err), "不在原处") {
		t.Error(err)
	}
	d.Choices, d.Files = nil, []DraftFile{{Doc: 3, Name: "清单.pdf", Public: true}}
	if _, _, err := d.toPublish(); KindOf(err) != Invalid || !strings.Contains(Message(err), "清单.pdf") {
		t.Error(err)
	}
}

func TestWithheldNote(t *testing.T) {
	for note, want := range map[string]bool{
		"此件公开发布": false, "此件公开发布，附件2不公开": false, "此件不公开": true, "此件 依申请公开": true, "此件不予公开": true, "": false,
	} {
		if withheldNote(note) != want {
			t.Errorf("%q: want %v", note, want)
		}
	}
}

func TestLevelsAreGuessedFromNumberAndTitle(t *testing.T) {
	dir := org.NewDirectory(org.Place{Code: "990001", County: "青禾县", City: "云台市", Province: "山东省"})
	if err := dir.Add(org.Unit{Name: "青禾开发区管委会", Kind: org.Zone}); err != nil {
		t.Fatal(err)
	}
	if err := dir.AddAgency(org.Agency{Code: "开管发", Issuers: []string{"青禾开发区管委会"}, Level: org.County}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		no, title string
		want      org.Level
	}{
		{"国发〔2023〕31号", "国务院关于加强江河管护的意见", org.Nation},
		{"", "中华人民共和国河道管护法", org.Nation},
		{"鲁政发〔2024〕1号", "关于加强河道管护的意见", org.Province},
		{"", "山东省人民政府关于加强河道管护的意见", org.Province},
		{"云政发〔2024〕2号", "关于加强河道管护的意见", org.City}, // the city's own name goes before the province that is called so
		{"", "云台市河道管护办法", org.City},
		{"青禾政发〔2024〕1号", "关于加强河道管护的意见", org.County},
		{"开管发〔2024〕1号", "关于加强河道管护的意见", org.County},
		{"水管护〔2023〕8号", "关于加强河道管护的通知", org.Nation},
		{"", "关于加强河道管护的意见", org.NoLevel},
	} {
		if got := levelOf(dir, c.no, c.title); got != c.want {
			t.Errorf("%s %s: %v, want %v", c.no, c.title, got, c.want)
		}
	}
	if got := levelOf(nil, "晋政发〔2024〕1号", ""); got != org.Province {
		t.Errorf("without a directory: %v", got)
	}
}

func TestMediaTypesAreToldByTheContent(t *testing.T) {
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 100)
	for _, c := range []struct{ name, content, want string }{
		{"a.pdf", "%PDF-1.7\n", "application/pdf"},
		{"a.pdf", "<html><body>", "text/html; charset=utf-8"},
		{"a.doc", ole, "application/msword"},
		{"a.xls", ole, "application/vnd.ms-excel"},
		{"a.exe", ole, "application/octet-stream"},
		{"a.csv", "名称,数量\n沙袋,1", "text/csv; charset=utf-8"},
		{"a.txt", "沙袋", "text/plain; charset=utf-8"},
		{"a.jpg", "\xff\xd8\xff\xe0", "image/jpeg"},
		{"a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/svg+xml"},
		{"a.docx", "PK\x03\x04broken", "application/zip"},
	} {
		got := mediaType(c.name, []byte(c.content))
		if _, allowed := mediaTypes[got]; got != c.want && allowed {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		if _, wanted := mediaTypes[c.want]; wanted && got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
