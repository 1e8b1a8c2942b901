package hj212

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Frame is one frame as it came: texts are kept as the device wrote them, only blanks around names and values are gone.
// It holds no memory of the Parser's.
type Frame struct {
	Declared  int    // the length that the frame gives of its data segment
	CRC       uint16 // as received
	Segment   string // the data segment, decrypted and in UTF-8
	Encrypted bool   // the data area came encrypted (2025)

	QN        QN
	ST        ST
	CN        CN
	PW        string
	MN        MN
	Flag      Flag
	PNUM, PNO int  // of how many parts, and which; only in split frames
	Resent    bool // RF=1: stored data sent later (2025)
	Bare      bool // no Flag
	Items     []Item

	has Field
}

// Item is one name=value of the data area. Items with the same Group stood between the same semicolons.
type Item struct {
	Name, Value string
	Group       int
}

// Field names a field of a frame's head.
type Field uint16

const (
	FieldQN Field = 1 << iota
	FieldST
	FieldCN
	FieldPW
	FieldMN
	FieldFlag
	FieldPNUM
	FieldPNO
	FieldRF
)

// Has says that the frame has the field, if only an empty one such as PW=.
func (f *Frame) Has(field Field) bool { return f.has&field != 0 }

// Value is the first item of that name.
func (f *Frame) Value(name string) (string, bool) {
	for i := range f.Items {
		if f.Items[i].Name == name {
			return f.Items[i].Value, true
		}
	}
	return "", false
}

// DataTime is the text of the frame's data time, empty where it has none.
func (f *Frame) DataTime() string {
	v, _ := f.Value("DataTime")
	return v
}

// Groups are the items between semicolons, in order.
func (f *Frame) Groups() [][]Item {
	var out [][]Item
	for start := 0; start < len(f.Items); {
		end := start + 1
		for end < len(f.Items) && f.Items[end].Group == f.Items[start].Group {
			end++
		}
		out = append(out, f.Items[start:end:end])
		start = end
	}
	return out
}

// ExchangeQN is the number of the exchange that an answer belongs to: in the head, before 2017 in the data area.
func (f *Frame) ExchangeQN() QN {
	if f.QN != "" {
		return f.QN
	}
	v, _ := f.Value("QN")
	return QN(v)
}

const (
	areaOpen  = "CP=&&"
	areaClose = "&&"
)

// read makes a frame of a data segment whose CRC holds. A CRC of 256 values misses one error in 256, so what does not look
// like a segment is refused all the same. It copies b.
func (f *Frame) read(b []byte) bool {
	f.Segment = text(b)
	if f.Segment == "" { // legal by table 2
		f.Bare = true
		return true
	}
	head, area, ok := cutArea(f.Segment)
	if !ok || strings.IndexByte(f.Segment, 0) >= 0 {
		return false
	}
	f.readHead(head)
	f.readArea(area)
	return f.CN != "" && len(f.CN) <= maxName && len(f.ST) <= maxName && len(f.QN) <= maxText && len(f.PW) <= maxText && len(f.MN) <= maxText
}

// OfSegment is the frame of a data segment that was taken before: Frame.Segment as it was then.
func OfSegment(segment string) (f Frame, ok bool) {
	ok = f.read([]byte(segment))
	return f, ok
}

// The longest ST and CN, and the longest QN, PW and MN: more than any device sends, less than would not fit into an answer.
const maxName, maxText = 8, 64

// text is b as UTF-8 (6.3). Loggers that do not know the clause write GBK.
func text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

// cutArea cuts a segment into what stands before CP and the data area. Since && cannot be escaped, the area ends at the last.
func cutArea(s string) (head, area string, ok bool) {
	i := strings.Index(s, areaOpen)
	if i < 0 {
		return "", "", false
	}
	area, ok = strings.CutSuffix(strings.TrimRight(s[i+len(areaOpen):], " "), areaClose)
	return s[:i], area, ok
}

// readHead reads fields by name in any order (table 3). A comma parts them like a semicolon, and the one before CP may be missing.
func (f *Frame) readHead(s string) {
	for start := 0; start < len(s); {
		eq := until(s, start, ends|equals)
		i := until(s, eq, ends)
		if eq < i {
			f.setField(trim(s[start:eq]), trim(s[eq+1:i]))
		}
		start = i + 1
	}
	f.Bare = !f.Has(FieldFlag)
}

// setField sets a field of the head; of two the first counts, and what should be a number and is none counts as missing.
func (f *Frame) setField(name, v string) {
	var field Field
	n := 0
	switch name {
	case "QN":
		field = FieldQN
	case "ST":
		field = FieldST
	case "CN":
		field = FieldCN
	case "PW":
		field = FieldPW
	case "MN":
		field = FieldMN
	case "RF":
		field = FieldRF
	case "Flag", "FLAG", "flag":
		field, n = FieldFlag, number(v)
	case "PNUM":
		field, n = FieldPNUM, number(v)
	case "PNO":
		field, n = FieldPNO, number(v)
	}
	if f.Has(field) || n < 0 || field == FieldFlag && n > 255 {
		return
	}
	f.has |= field
	switch field {
	case FieldQN:
		f.QN = QN(v)
	case FieldST:
		f.ST = ST(v)
	case FieldCN:
		f.CN = CN(v)
	case FieldPW:
		f.PW = v
	case FieldMN:
		f.MN = MN(v)
	case FieldRF:
		f.Resent = v == "1"
	case FieldFlag:
		f.Flag = Flag(n)
	case FieldPNUM:
		f.PNUM = n
	case FieldPNO:
		f.PNO = n
	}
}

// number reads up to four digits, -1 where s is something else.
func number(s string) int {
	if s == "" || len(s) > 4 {
		return -1
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// readArea splits the data area into items: commas inside a factor, semicolons between factors.
func (f *Frame) readArea(s string) {
	items := make([]Item, 0, strings.Count(s, "="))
	group, next := 0, 0 // next is the group of the item behind
	for start := 0; start < len(s); {
		i := until(s, start, ends|equals)
		name, value := s[start:i], ""
		if i < len(s) && s[i] == '=' {
			from := i + 1
			i = from
			if i < len(s) && s[i] == '/' {
				i += logText(s[i:])
			}
			i = until(s, i, ends)
			value = trim(s[from:i])
		}
		if name = trim(name); name != "" {
			group = next
			items = append(items, Item{name, value, group})
		}
		if i < len(s) && s[i] == ';' && len(items) > 0 {
			next = group + 1
		}
		start = i + 1
	}
	f.Items = items
}

// until is the first place from i on that has a byte of that class, or the end.
func until(s string, i int, class uint8) int {
	for i < len(s) && classes[s[i]]&class == 0 {
		i++
	}
	return i
}

const (
	ends   uint8 = 1 << iota // , and ; end a field or an item
	equals                   // = ends its name
)

var classes = [256]uint8{',': ends, ';': ends, '=': equals}

// logText is how long the //…// at the start of s is, 0 where there is none. What stands in it parts nothing.
func logText(s string) int {
	if len(s) < 4 || s[0] != '/' || s[1] != '/' {
		return 0
	}
	for i := 2; ; {
		n := strings.Index(s[i:], "//")
		if n < 0 {
			return 0
		}
		i += n + 2
		if i == len(s) || s[i] == ',' || s[i] == ';' {
			return i
		}
		i-- // "///": the last two may be the end
	}
}

func trim(s string) string {
	if s == "" || s[0] != ' ' && s[len(s)-1] != ' ' {
		return s
	}
	return strings.Trim(s, " ")
}
