package cap

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// encodings are those that a document may declare. GBK and GB2312 are read as GB18030, which contains them.
var encodings = map[string]encoding.Encoding{
	"utf-8": nil, "utf8": nil, "us-ascii": nil, "ascii": nil,
	"gbk": simplifiedchinese.GB18030, "gb2312": simplifiedchinese.GB18030, "gb18030": simplifiedchinese.GB18030, "cp936": simplifiedchinese.GB18030,
	"iso-8859-1": charmap.ISO8859_1, "windows-1252": charmap.Windows1252,
}

// decode gives the document as UTF-8 without a byte order mark. What the bytes begin with decides first, then the XML declaration.
func decode(b []byte) ([]byte, error) {
	begins := func(prefix string) bool { return bytes.HasPrefix(b, []byte(prefix)) }
	declared := strings.ToLower(declaredEncoding(b))
	switch {
	case begins("\xff\xfe"), begins("\xfe\xff"), begins("<\x00"), begins("\x00<"):
		order := unicode.LittleEndian
		if b[0] == 0xfe || b[0] == 0 {
			order = unicode.BigEndian
		}
		if len(b)%2 != 0 {
			return nil, fmt.Errorf("文件是 UTF-16，字节数却是单数：文件不完整")
		}
		out, err := reread(b, unicode.UTF16(order, unicode.UseBOM))
		if err != nil {
			return nil, err
		}
		if d := strings.ToLower(declaredEncoding(out)); d != "" && !strings.HasPrefix(d, "utf-16") {
			return nil, fmt.Errorf("文件是 UTF-16，声明的编码却是 %q", short(d))
		}
		return out, nil
	case begins("\xef\xbb\xbf"):
		if declared = strings.ToLower(declaredEncoding(b[3:])); declared != "" && declared != "utf-8" && declared != "utf8" {
			return nil, fmt.Errorf("文件以 UTF-8 的字节序标记开头，声明的编码却是 %q", short(declared))
		}
		return checked(b[3:])
	case declared == "":
		return checked(b)
	}
	enc, ok := encodings[declared]
	switch {
	case !ok:
		return nil, fmt.Errorf("声明的编码 %q 不读：请用 UTF-8、GB18030（含 GBK、GB2312）或 UTF-16", short(declared))
	case enc != nil:
		return reread(b, enc)
	case strings.HasSuffix(declared, "ascii") && bytes.ContainsFunc(b, func(r rune) bool { return r >= utf8.RuneSelf }):
		return nil, fmt.Errorf("声明的编码是 ASCII，里面却有别的字符")
	}
	return checked(b)
}

// declaredEncoding is what the XML declaration names, if there is one.
func declaredEncoding(b []byte) string {
	if !bytes.HasPrefix(b, []byte("<?xml")) || len(b) < 6 || !bytes.ContainsAny(b[5:6], " \t\r\n") {
		return ""
	}
	decl, _, ok := bytes.Cut(b[:min(len(b), 256)], []byte("?>"))
	if !ok {
		return ""
	}
	_, rest, ok := strings.Cut(string(decl), "encoding")
	if !ok {
		return ""
	}
	rest = strings.TrimLeft(rest, " \t\r\n=")
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	name, _, _ := strings.Cut(rest[1:], rest[:1])
	return name
}

// reread decodes b, and refuses what the encoding does not know: decoders put U+FFFD in its place.
func reread(b []byte, enc encoding.Encoding) ([]byte, error) {
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return nil, fmt.Errorf("文件里有不合所声明编码的字节")
	}
	return checked(out)
}

// checked refuses what XML knows no characters for, in comments too.
func checked(b []byte) ([]byte, error) {
	line := 1
	for k := 0; k < len(b); {
		r, size := utf8.DecodeRune(b[k:])
		switch {
		case r == utf8.RuneError && size == 1:
			return nil, fmt.Errorf("第 %d 行：不是 UTF-8：请声明文件所用的编码，如 encoding=\"GB18030\"", line)
		case r == '\n':
			line++
		case r < 0x20 && r != '\t' && r != '\r', r == 0xfffe, r == 0xffff:
			return nil, fmt.Errorf("第 %d 行：XML 里不能有字符 U+%04X", line, r)
		}
		k += size
	}
	return b, nil
}
