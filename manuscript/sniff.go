package manuscript

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf16"
)

// decode reads a file as what its content says it is. The ending of its name decides only where the content does not:
// whether a text with a few tags in it is a web page.
func decode(ending string, data []byte) (string, error) {
	if len(data) > MaxFile {
		return "", refuse("有 %d MB，超过上限 %d MB：请压缩里面的图片，或按期次、按公文拆开后再传", (len(data)+1<<20-1)>>20, MaxFile>>20)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return "", refuse("是空的，里面没有文字：请检查是否选错了文件")
	}
	head := data[:min(len(data), 1024)]
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("PK\x05\x06")):
		return decodeZip(data)
	case bytes.Contains(head, []byte("%PDF-")):
		return decodePDF(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return "", oldOffice(data)
	}
	if why := stranger(head); why != "" {
		return "", refuse("%s", why)
	}
	text, err := decodeText(data, declared(head))
	if err != nil {
		return "", err
	}
	start := strings.ToLower(strings.TrimSpace(text[:min(len(text), 4096)]))
	switch {
	case strings.HasPrefix(start, "<?xml") && (strings.Contains(start, "<?mso-application") || strings.Contains(start, "<pkg:package") || strings.Contains(start, "w:worddocument")):
		return "", refuse("是 Word 的 XML 文件：" + reopen)
	case strings.HasPrefix(start, "mime-version:") || strings.Contains(start, "content-type: multipart/related"):
		return "", refuse("是单个文件网页（.mht）：" + reopen)
	case isPage(start, ending):
		return decodePage(text)
	}
	return text, nil
}

const reopen = "请用 WPS 或 Word 打开，另存为 .docx 后再传"

// stranger says what to do with the kinds of files that are known by their first bytes and not read.
func stranger(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte(`{\rtf`)):
		return "是 RTF 文件：" + reopen
	case bytes.HasPrefix(head, []byte("7z\xbc\xaf\x27\x1c")), bytes.HasPrefix(head, []byte("Rar!")), bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return "是压缩包：请解压后上传里面的文件"
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")), strings.HasPrefix(http.DetectContentType(head), "image/"):
		return "是图片，不是文字：请先做文字识别（OCR），核对后存为 .docx 或 .txt 再传"
	}
	switch kind, _, _ := strings.Cut(http.DetectContentType(head), "/"); kind {
	case "audio", "video", "font":
		return "不是文字文件：请检查是否选错了文件"
	}
	return ""
}

// oldOffice says what to do with a file of the kind that Office wrote before 2007, and WPS still does.
func oldOffice(data []byte) error {
	has := func(name string) bool {
		var b []byte
		for _, u := range utf16.Encode([]rune(name)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return bytes.Contains(data, b)
	}
	switch {
	case has("EncryptedPackage"):
		return refuse("加了密码：请用 WPS 或 Word 打开，去掉密码，另存为 .docx 后再传")
	case has("WordDocument"):
		return refuse("是旧版 Word 或 WPS 文字文件（.doc、.wps）：" + reopen)
	case has("Workbook"), has("Book"):
		return refuse("是电子表格，不是公文：请把表格复制到 Word 文档里，存为 .docx 后再传，或作为附件上传")
	case has("PowerPoint Document"):
		return refuse("是演示文稿，不是公文：请把文字复制到 Word 文档里，存为 .docx 后再传，或作为附件上传")
	}
	return refuse("是旧版办公软件的文件：" + reopen)
}

// declared is the encoding that a web page says it is in; empty where it says nothing.
func declared(head []byte) string {
	s := strings.ToLower(string(head))
	i := strings.Index(s, "charset=")
	if i < 0 || !strings.Contains(s[:i], "<") {
		return ""
	}
	s = strings.TrimLeft(s[i+len("charset="):], `"' `)
	if end := strings.IndexFunc(s, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_') }); end >= 0 {
		s = s[:end]
	}
	return s
}

var (
	pageStart = regexp.MustCompile(`^<(!doctype html|html|head|body|meta|title|div|p|table|span|style|script|link|center|font|h1|h2|br)[\s/>]`)
	anyTag    = regexp.MustCompile(`<[a-z][a-z0-9]*(\s[^<>]*)?/?>`)
)

// isPage reports a web page by how it starts, in lower case; where the name says page, by any tag near the start.
func isPage(start, ending string) bool {
	for strings.HasPrefix(start, "<!--") || strings.HasPrefix(start, "<?xml") {
		_, rest, ok := strings.Cut(start, ">")
		if !ok {
			return true
		}
		start = strings.TrimSpace(rest)
	}
	named := strings.HasPrefix(ending, "htm") || ending == "shtml" || ending == "xhtml"
	return pageStart.MatchString(start) || named && anyTag.MatchString(start)
}
