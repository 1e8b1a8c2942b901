package manuscript

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

const paragraphXML = "<w:p><w:r><w:t>甲县人民政府公报</w:t></w:r></w:p>"

// oldFile is the beginning of a file of Office before 2007, with the name of one of its streams.
func oldFile(stream string) string {
	var b strings.Builder
	b.WriteString("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 504))
	for _, r := range stream {
		b.WriteString(string(r) + "\x00")
	}
	return b.String()
}

// TestNamesDoNotDecide gives files the wrong names: each is read as what it is.
func TestNamesDoNotDecide(t *testing.T) {
	word := string(docx(paragraphXML, nil))
	moved := string(pack(map[string]string{
		"_rels/.rels":         `<Relationships><Relationship Id="1" Type="http://x/officeDocument" Target="/Word/Document2.xml"/></Relationships>`,
		"word\\document2.xml": `<w:document` + wordNames + `><w:body>` + paragraphXML + `</w:body></w:document>`,
	}))
	strict := string(pack(map[string]string{"word/document.xml": `<a:document xmlns:a="http://purl.oclc.org/ooxml/wordprocessingml/main"><a:body><a:p><a:r><a:t>甲县人民政府公报</a:t></a:r></a:p></a:body></a:document>`}))
	wide := string(pack(map[string]string{"word/document.xml": string(encode(t, `<?xml version="1.0" encoding="UTF-16"?><w:document`+wordNames+`><w:body>`+paragraphXML+`</w:body></w:document>`, "UTF-16LE BOM"))}))
	page := "<html><head><meta charset=gb2312></head><body><p>甲县人民政府公报</p></body></html>"
	for _, c := range []struct{ name, data string }{
		{"公报.docx", word},
		{"公报.txt", word},
		{"公报.doc", word},
		{"公报", word},
		{"正文部件换了地方.docx", moved},
		{"严格格式.docx", strict},
		{"双字节.docx", wide},
		{"公报.docx", "甲县人民政府公报\n"},
		{"公报.pdf", string(encode(t, "甲县人民政府公报\n", "GB 18030"))},
		{"公报.doc", page},
		{"公报.html", string(encode(t, page, "GB 18030"))},
		{"公报.txt", string(encode(t, page, "UTF-16LE BOM"))},
		{"公报.htm", "<p>甲县人民政府公报"},
		{"公报.htm", "甲县<b>人民</b>政府公报"},
		{"公报.xhtml", `<?xml version="1.0"?><!-- x --><html xmlns="http://www.w3.org/1999/xhtml"><body><div>甲县人民政府公报</div></body></html>`},
		{"公报.html", string(encode(t, "<html><meta charset='big5'><body><p>甲县人民政府公报", "GB 18030"))[:0] + "<html><body>甲县人民政府公报"},
	} {
		got, err := Decode(c.name, []byte(c.data))
		if err != nil || strings.TrimSpace(got) != "甲县人民政府公报" {
			t.Errorf("%s: got %.80q, %v", c.name, got, err)
		}
	}
	if got, err := Decode("公报.html", []byte("3 < 5，5 > 3。\n甲县\n")); err != nil || got != "3 < 5，5 > 3。\n甲县\n" {
		t.Errorf("a text that only its name calls a page: got %q, %v", got, err)
	}
	big5 := encode(t, "<html><meta charset=big5><body><p>縣政府公報", "Big5")
	if got, err := Decode("公报.html", big5); err != nil || got != "縣政府公報\n" {
		t.Errorf("a short page in Big5: got %q, %v", got, err)
	}
}

// TestRefusals has one of each kind that is not read, and what the clerk is told to do.
func TestRefusals(t *testing.T) {
	zipped := func(names ...string) string {
		files := map[string]string{}
		for _, n := range names {
			files[n] = "<x/>"
		}
		return string(pack(files))
	}
	locked := docx(paragraphXML, nil)
	for i := 0; i+10 < len(locked); i++ { // the flag of encryption in every head of an entry
		switch string(locked[i : i+4]) {
		case "PK\x03\x04":
			locked[i+6] |= 1
		case "PK\x01\x02":
			locked[i+8] |= 1
		}
	}
	for _, c := range []struct{ name, data, what, do string }{
		{"空.docx", "", "空的", "选错"},
		{"空行.txt", "\n \n　\n", "空", "选错"},
		{"旧.doc", oldFile("WordDocument"), "旧版 Word", "另存为 .docx"},
		{"旧.wps", oldFile("WordDocument"), "WPS 文字", "另存为 .docx"},
		{"密.docx", oldFile("EncryptedPackage"), "密码", "去掉密码"},
		{"密2.docx", string(locked), "密码", "去掉密码"},
		{"表.xls", oldFile("Workbook"), "电子表格", "复制到 Word"},
		{"演示.ppt", oldFile("PowerPoint Document"), "演示文稿", "复制到 Word"},
		{"别的.dat", oldFile("x"), "旧版办公软件", "另存为 .docx"},
		{"表.xlsx", zipped("xl/workbook.xml"), "电子表格", "复制到 Word"},
		{"演示.pptx", zipped("ppt/presentation.xml"), "演示文稿", "复制到 Word"},
		{"版式.ofd", zipped("OFD.xml"), "OFD", ".docx"},
		{"开放.odt", zipped("content.xml", "mimetype"), "ODF", "另存为 .docx"},
		{"包.zip", zipped("公报.docx"), "压缩包", "解压"},
		{"包.rar", "Rar!\x1a\x07\x00", "压缩包", "解压"},
		{"包.7z", "7z\xbc\xaf\x27\x1c\x00", "压缩包", "解压"},
		{"空包.docx", "PK\x05\x06" + strings.Repeat("\x00", 18), "压缩包", "解压"},
		{"富文本.rtf", `{\rtf1\ansi x}`, "RTF", "另存为 .docx"},
		{"改名.doc", `{\rtf1\ansi x}`, "RTF", "另存为 .docx"},
		{"照片.jpg", "\xff\xd8\xff\xe0\x00\x10JFIF", "图片", "文字识别"},
		{"照片.png", "\x89PNG\x0d\x0a\x1a\x0a", "图片", "文字识别"},
		{"扫描.tif", "II*\x00\x08", "图片", "文字识别"},
		{"网页.mht", "MIME-Version: 1.0\nContent-Type: multipart/related;\n\n<html>", "单个文件网页", "另存为 .docx"},
		{"旧.xml", `<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>`, "XML", "另存为 .docx"},
		{"图.docx", string(pack(map[string]string{"word/document.xml": "<w:document" + wordNames + "><w:p/></w:document>", "word/media/image1.png": "x"})), "只有图片", "文字识别"},
		{"缺.docx", string(pack(map[string]string{"_rels/.rels": `<Relationships><Relationship Type="x/officeDocument" Target="word/a.xml"/></Relationships>`})), "缺少正文", "另存为 .docx"},
		{"音.mp3", "ID3\x03\x00\x00\x00\x00\x00\x21", "不是文字文件", "选错"},
		{"程序.exe", "MZ\x90\x00\x03\x00\x00\x00", "空字节", "另存为 .docx"},
	} {
		got, err := Decode(c.name, []byte(c.data))
		if err == nil {
			t.Errorf("%s: got %.60q, want a refusal", c.name, got)
			continue
		}
		if s := err.Error(); !strings.HasPrefix(s, "《"+c.name+"》") || !strings.Contains(s, c.what) || !strings.Contains(s, "请") || !strings.Contains(s, c.do) || strings.ContainsAny(s, "\n\r") {
			t.Errorf("%s: got %q, want it to say %q and %q", c.name, s, c.what, c.do)
		}
	}
}

func TestNamesInMessages(t *testing.T) {
	for name, want := range map[string]string{
		`C:\稿件\公报.txt`:                    "《公报.txt》",
		"../../公报\n\u202e.txt":            "《公报.txt》",
		"":                                "这个文件是空的",
		strings.Repeat("长", 300) + ".txt": "《" + strings.Repeat("长", 60) + "…" + strings.Repeat("长", 12) + ".txt》",
		"坏\xff名.txt":                      "《坏名.txt》",
		"<script>alert(1)</script>公报(1).docx": "《script>公报(1).docx》",
	} {
		_, err := Decode(name, nil)
		if err == nil || !strings.HasPrefix(err.Error(), want) || !utf8.ValidString(err.Error()) {
			t.Errorf("%q: got %v, want %s…", name, err, want)
		}
	}
}

func TestCauseIsKept(t *testing.T) {
	defer func(s string) { pdfProgram = s }(pdfProgram)
	pdfProgram = "no-such-program"
	_, err := Decode("公报.pdf", []byte("%PDF-1.7"))
	if !errors.Is(err, exec.ErrNotFound) || !strings.Contains(err.Error(), "apt install poppler-utils") {
		t.Errorf("got %v", err)
	}
}
