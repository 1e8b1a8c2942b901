package publication

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"
)

// mediaTypes are the types that an attachment may have, with the ending of its public name. Nothing that a browser
// would run is among them.
var mediaTypes = map[string]string{
	"application/pdf": ".pdf",
	"application/ofd": ".ofd",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       ".xlsx",
	"application/msword":        ".doc",
	"application/vnd.ms-excel":  ".xls",
	"image/png":                 ".png",
	"image/jpeg":                ".jpg",
	"text/plain; charset=utf-8": ".txt",
	"text/csv; charset=utf-8":   ".csv",
}

// inspect fills in what the content says of a file.
func inspect(f DraftFile, content []byte) (DraftFile, error) {
	const op = "Attach"
	switch {
	case len(content) == 0:
		return f, refuse(Invalid, op, "文件是空的。请重新选择文件。")
	case len(content) > MaxAttachment:
		return f, refuse(TooLarge, op, "文件超过%d MB。请压缩或拆分后再上传。", MaxAttachment>>20)
	case f.No < 0 || f.No > 999:
		return f, refuse(Invalid, op, "附件序号应为1至999，不属于所列附件的填0。")
	case len(f.Title) > maxNote || !writable(f.Title):
		return f, refuse(TooLarge, op, "附件名称过长。")
	}
	f.Name = strings.ToValidUTF8(path.Base(strings.ReplaceAll(f.Name, "\\", "/")), "")
	f.Name = shorten(strings.Map(printable, f.Name), 120)
	f.MediaType = mediaType(f.Name, content)
	if _, ok := mediaTypes[f.MediaType]; !ok {
		return f, refuse(Invalid, op, "不能识别文件“%s”的内容。可以上传 PDF、OFD、Word、Excel、PNG、JPEG 和 UTF-8 编码的 TXT、CSV 文件。", f.Name)
	}
	sum := sha256.Sum256(content)
	f.Size, f.SHA256 = int64(len(content)), hex.EncodeToString(sum[:])
	return f, nil
}

func printable(r rune) rune {
	if r < 0x20 || r == 0x7f || strings.ContainsRune("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f", r) {
		return -1
	}
	return r
}

// mediaType is told by the content; the name decides only between forms that share one content (doc and xls, txt and csv).
func mediaType(name string, b []byte) string {
	ext := strings.ToLower(path.Ext(name))
	switch t := http.DetectContentType(b); {
	case t == "application/zip":
		return zipped(b)
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) && ext == ".xls":
		return "application/vnd.ms-excel"
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) && ext == ".doc":
		return "application/msword"
	case strings.HasPrefix(t, "text/plain") && plain(b) && ext == ".csv":
		return "text/csv; charset=utf-8"
	case strings.HasPrefix(t, "text/plain") && plain(b):
		return "text/plain; charset=utf-8"
	case strings.HasPrefix(t, "text/plain"):
		return "application/octet-stream"
	default:
		return t
	}
}

// plain reports whether b is text that no browser could take for a page or a drawing.
func plain(b []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\ufeff")), " \t\r\n")
	return utf8.Valid(b) && !bytes.ContainsRune(b, 0) && !bytes.HasPrefix(text, []byte("<"))
}

// zipped tells the office formats apart by the parts they must have. Nothing is unpacked.
func zipped(b []byte) string {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "application/zip"
	}
	found := "application/zip"
	for _, f := range z.File {
		switch {
		case strings.HasSuffix(f.Name, "vbaProject.bin"):
			return "application/zip" // macros are not published
		case f.Name == "OFD.xml":
			found = "application/ofd"
		case f.Name == "word/document.xml":
			found = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
		case f.Name == "xl/workbook.xml":
			found = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		}
	}
	return found
}

// publicName is a file's name in addresses: attachment-3.pdf.
func publicName(no int, mediaType string) string {
	return fmt.Sprintf("attachment-%d%s", no, mediaTypes[mediaType])
}
