package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

const maxParts = 20_000

// archive is the zip file that an .xlsx is, and how many bytes may still be unpacked from it.
type archive struct {
	parts map[string]*zip.File // by name, in lower case
	left  int64
	whole int64
}

const broken = "文件不完整或已损坏："

func openArchive(data []byte, limits Limits) (*archive, error) {
	// The directory is counted before it is read into memory.
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > maxParts {
		return nil, refuse(TooLarge, "文件里有 %d 个部件，不是正常的表格：%s", n, saveAs)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, &Error{Kind: Invalid, Message: broken + "请重新拷贝、上传；仍不行，" + saveAs, Err: err}
	}
	a := &archive{make(map[string]*zip.File, len(z.File)), limits.Unzipped, limits.Unzipped}
	for _, f := range z.File {
		name := partName(f.Name)
		if _, ok := a.parts[name]; !ok {
			a.parts[name] = f
		}
	}
	return a, nil
}

func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

func (a *archive) has(name string) bool { return a.parts[name] != nil }

func (a *archive) hasUnder(dir, suffix string) bool {
	for name := range a.parts {
		if strings.HasPrefix(name, dir) && strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// open unpacks a part for reading; what is read comes off what is left for the whole file.
func (a *archive) open(name string) (*xml.Decoder, io.Closer, error) {
	f := a.parts[name]
	if f == nil {
		return nil, nil, refuse(Invalid, "%s缺少部件 %s。%s", broken, name, saveAs)
	}
	if f.Flags&1 != 0 {
		return nil, nil, refuse(Invalid, "文件加了密码：请取消密码，保存后再传。")
	}
	r, err := f.Open()
	if err != nil {
		return nil, nil, &Error{Kind: Invalid, Message: broken + saveAs, Err: err}
	}
	return xml.NewDecoder(&metered{r, a}), r, nil
}

type metered struct {
	r io.Reader
	a *archive
}

func (m *metered) Read(p []byte) (int, error) {
	if m.a.left <= 0 {
		return 0, refuse(TooLarge, "文件解开后超过上限 %d MB，大得不正常：请把内容复制到新建的表格里，另存为 .xlsx 后再传。", m.a.whole>>20)
	}
	n, err := m.r.Read(p[:min(int64(len(p)), m.a.left)])
	m.a.left -= int64(n)
	return n, err
}

// walk hands the elements of a part to each, which may read on from the decoder.
func (a *archive) walk(name string, each func(d *xml.Decoder, t xml.StartElement) error) error {
	d, c, err := a.open(name)
	if err != nil {
		return err
	}
	defer c.Close()
	for {
		t, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			if start, ok := t.(xml.StartElement); ok {
				err = each(d, start)
			}
		}
		if err != nil {
			return asError(err)
		}
	}
}

// asError keeps a sentence for people and makes one where the file is to blame.
func asError(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Invalid, Message: broken + saveAs, Err: err}
}

// relations are the parts that a part names, by id, with the last word of their type.
func (a *archive) relations(of string) (map[string]relation, error) {
	name := path.Join(path.Dir(of), "_rels", path.Base(of)+".rels")
	out := map[string]relation{}
	if !a.has(name) {
		return out, nil
	}
	err := a.walk(name, func(_ *xml.Decoder, t xml.StartElement) error {
		if t.Name.Local != "Relationship" || attr(t, "TargetMode") == "External" {
			return nil
		}
		target := strings.ReplaceAll(attr(t, "Target"), `\`, "/")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", path.Dir(of), target)
		}
		out[attr(t, "Id")] = relation{strings.ToLower(path.Base(attr(t, "Type"))), partName(target)}
		return nil
	})
	return out, err
}

type relation struct{ kind, part string }

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
