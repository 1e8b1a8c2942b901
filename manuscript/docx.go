package manuscript

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Bounds of a .docx, which is a zip archive of XML parts. Pictures are never unpacked and do not count.
const (
	maxEntries  = 20_000
	maxUnpacked = 64 << 20 // bytes of all parts that are read
	maxSettings = 16 << 20 // bytes of the parts that are held in memory: numbering, styles, relations
	maxDepth    = 1000     // elements in each other
)

var errBomb = refuse("解开后大得不正常（正文超过 %d MB）："+reopen, maxUnpacked>>20)

// archive is an opened zip file, and how many bytes may still be unpacked from it.
type archive struct {
	parts map[string]*zip.File // by name, in lower case
	left  int64
}

func openArchive(data []byte) (*archive, error) {
	// The directory is counted before it is read into memory.
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > maxEntries {
		return nil, refuse("里面有 %d 个部件，超过上限 %d 个，不是正常的文档："+reopen, n, maxEntries)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, because(err, "不完整或已损坏（像是没有传完或没有拷完）：请重新拷贝、上传，仍不行就用 WPS 或 Word 打开，另存为 .docx 后再传")
	}
	a := &archive{make(map[string]*zip.File, len(z.File)), maxUnpacked}
	for _, f := range z.File {
		name := partName(f.Name)
		if _, ok := a.parts[name]; !ok {
			a.parts[name] = f
		}
	}
	return a, nil
}

func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

func (a *archive) has(name string) bool { return a.parts[name] != nil }

// decodeZip reads a Word document, and says what to do with the other files that are zip archives inside.
func decodeZip(data []byte) (string, error) {
	a, err := openArchive(data)
	if err != nil {
		return "", err
	}
	switch {
	case a.has("ofd.xml"):
		return "", refuse("是 OFD 版式文件，本系统不直接读：请上传定稿的 .docx；没有的话用 OFD 阅读器打开，导出为 PDF 或文本后再传")
	case a.has("xl/workbook.xml"), a.has("xl/workbook.bin"):
		return "", refuse("是电子表格，不是公文：请把表格复制到 Word 文档里，存为 .docx 后再传，或作为附件上传")
	case a.has("ppt/presentation.xml"):
		return "", refuse("是演示文稿，不是公文：请把文字复制到 Word 文档里，存为 .docx 后再传，或作为附件上传")
	case a.has("content.xml"):
		return "", refuse("是 ODF 文档（.odt），自动编号读不全，本系统不直接读：" + reopen)
	case a.has("word/document.bin"), a.has("encryption.xml"):
		return "", refuse("的格式本系统不认：" + reopen)
	}
	main, err := a.mainPart()
	if err != nil {
		return "", err
	}
	if main == "" {
		return "", refuse("是压缩包，里面没有 Word 文档：请解压后上传里面的文件")
	}
	return a.document(main)
}

// document reads the text of a Word document from its main part and those that belong to it.
func (a *archive) document(main string) (string, error) {
	related, err := a.relations(path.Dir(main) + "/_rels/" + path.Base(main) + ".rels")
	if err != nil {
		return "", err
	}
	part := func(kind, usual string) string {
		if target, ok := related[kind]; ok {
			return partName(path.Join(path.Dir(main), target))
		}
		return path.Join(path.Dir(main), usual)
	}
	numbers, err := a.numbering(part("numbering", "numbering.xml"), part("styles", "styles.xml"))
	if err != nil {
		return "", err
	}
	w := word{numbers: numbers, notes: map[string]string{}}
	for _, notes := range []string{part("footnotes", "footnotes.xml"), part("endnotes", "endnotes.xml")} {
		n := word{numbers: numbers, notes: w.notes}
		if err := a.walk(notes, n.token); err != nil {
			return "", err
		}
	}
	if !a.has(main) {
		return "", refuse("缺少正文部件 %s，已损坏："+reopen, main)
	}
	if err := a.walk(main, w.token); err != nil {
		return "", err
	}
	text := w.text()
	if strings.TrimSpace(text) == "" && a.hasPictures() {
		return "", refuse("里面只有图片，没有文字：请先做文字识别（OCR），核对后存为 .docx 再传")
	}
	return text, nil
}

func (a *archive) hasPictures() bool {
	for name := range a.parts {
		if strings.Contains(name, "/media/") {
			return true
		}
	}
	return false
}

// mainPart is the name of the part that holds the text; empty where there is none.
func (a *archive) mainPart() (string, error) {
	related, err := a.relations("_rels/.rels")
	if err != nil {
		return "", err
	}
	if target, ok := related["officedocument"]; ok {
		return partName(path.Join("/", target)), nil
	}
	if a.has("word/document.xml") {
		return "word/document.xml", nil
	}
	return "", nil
}

// relations are the parts that a part names, by the last word of their type.
func (a *archive) relations(name string) (map[string]string, error) {
	var rels struct {
		Relationship []struct {
			Type   string `xml:",attr"`
			Target string `xml:",attr"`
			Mode   string `xml:"TargetMode,attr"`
		}
	}
	if err := a.unmarshal(partName(name), &rels); err != nil {
		return nil, err
	}
	targets := map[string]string{}
	for _, r := range rels.Relationship {
		kind := strings.ToLower(path.Base(r.Type))
		if _, ok := targets[kind]; !ok && r.Mode != "External" {
			targets[kind] = r.Target
		}
	}
	return targets, nil
}

// open opens a part for reading, within what may still be unpacked. It never gives more than it says it holds:
// archive/zip sees to that, and to its checksum once it is read to its end.
func (a *archive) open(name string, limit int64) (io.ReadCloser, error) {
	f := a.parts[name]
	if f.Flags&1 != 0 {
		return nil, refuse("加了密码：请去掉密码后再传")
	}
	if f.UncompressedSize64 > uint64(min(limit, a.left)) {
		return nil, errBomb
	}
	a.left -= int64(f.UncompressedSize64)
	r, err := f.Open()
	if err != nil {
		return nil, damaged(name, err)
	}
	return r, nil
}

func damaged(name string, err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return because(err, "的部件 %s 第 %d 行已损坏："+reopen, name, syntax.Line)
	}
	return because(err, "的部件 %s 已损坏："+reopen, name)
}

// decoder reads XML in UTF-8 or, by its mark, UTF-16.
func decoder(r io.Reader) *xml.Decoder {
	d := xml.NewDecoder(transform.NewReader(r, unicode.BOMOverride(encoding.Nop.NewDecoder())))
	d.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
		switch strings.ToLower(label) {
		case "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii":
			return r, nil
		}
		return nil, fmt.Errorf("encoding %q is not one of Word's", label)
	}
	return d
}

// unmarshal reads a small part whole; a part that is not there leaves v as it is.
func (a *archive) unmarshal(name string, v any) error {
	if !a.has(name) {
		return nil
	}
	r, err := a.open(name, maxSettings)
	if err != nil {
		return err
	}
	defer r.Close()
	err = decoder(r).Decode(v)
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	if err != nil {
		return damaged(name, err)
	}
	return nil
}

// walk hands the XML of a part to f, token by token.
func (a *archive) walk(name string, f func(xml.Token) error) error {
	if !a.has(name) {
		return nil
	}
	r, err := a.open(name, maxUnpacked)
	if err != nil {
		return err
	}
	defer r.Close()
	d := decoder(r)
	for depth := 0; ; {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damaged(name, err)
		}
		switch token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return refuse("的部件 %s 嵌套超过 %d 层，不是正常的文档："+reopen, name, maxDepth)
			}
		case xml.EndElement:
			depth--
		}
		if err := f(token); err != nil {
			return err
		}
	}
}
