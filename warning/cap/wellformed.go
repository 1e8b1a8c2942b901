package cap

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// declarationForm is the XML declaration behind <?xml; encoding/xml looks in it for what it needs and lets the rest pass.
var declarationForm = regexp.MustCompile(`^\s+version\s*=\s*("1\.0"|'1\.0')(\s+encoding\s*=\s*("[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(\s+standalone\s*=\s*("(yes|no)"|'(yes|no)'))?\s*\?>$`)

// surrogate says whether a character is given by a number that is none: encoding/xml puts U+FFFD for it. It has seen to the rest.
func surrogate(raw []byte) bool {
	for {
		_, after, ok := bytes.Cut(raw, []byte("&#"))
		if !ok {
			return false
		}
		digits, rest, _ := bytes.Cut(after, []byte(";"))
		base := 10
		if hex, ok := bytes.CutPrefix(digits, []byte("x")); ok {
			digits, base = hex, 16
		}
		if n, err := strconv.ParseUint(string(digits), base, 32); err == nil && n >= 0xd800 && n <= 0xdfff {
			return true
		}
		raw = rest
	}
}

// spaced says whether the attributes of a start tag are parted by white space.
func spaced(tag []byte) bool {
	var quote byte
	for k, b := range tag[:len(tag)-1] {
		switch {
		case quote == 0 && (b == '"' || b == '\''):
			quote = b
		case quote != 0 && b == quote:
			if next := tag[k+1]; !xmlSpace(rune(next)) && next != '/' && next != '>' {
				return false
			}
			quote = 0
		}
	}
	return true
}

// syntaxWords says in Chinese what encoding/xml says.
func syntaxWords(msg string) string {
	switch {
	case strings.HasPrefix(msg, "invalid character entity"):
		return "有不认识的实体 " + strings.TrimPrefix(msg, "invalid character entity ") + "：只有 &lt; &gt; &amp; &quot; &apos; 和数字形式"
	case strings.HasPrefix(msg, "unexpected EOF"):
		return "没有写完"
	case strings.HasPrefix(msg, "illegal character code"):
		return "有 XML 不容的字符（" + strings.TrimPrefix(msg, "illegal character code ") + "）"
	case msg == "invalid UTF-8":
		return "编码不是 UTF-8"
	case strings.Contains(msg, "attribute"), strings.Contains(msg, "inside quoted string"):
		return "属性要写成 名=\"值\"，值里的 < 写作 &lt;"
	case strings.Contains(msg, "<!-"), strings.Contains(msg, "--"):
		return "注释要写成 <!-- … -->，里面没有两个连着的 -"
	case strings.Contains(msg, "]]>"), strings.Contains(msg, "<!["):
		return "]]> 只能结束 <![CDATA["
	}
	return "< 后面应当是元素的名称"
}
