package hj212

import (
	"strconv"
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

// readSegment makes a frame of a data segment whose CRC holds. A CRC of 256 values misses one error in 256, so what does
// not look like a segment is refused all the same. It copies b.
func readSegment(b []byte) (Frame, bool) {
	f := Frame{Segment: text(b)}
	if f.Segment == "" { // legal by table 2
		return f, true
	}
	head, area, ok := cutArea(f.Segment)
	if !ok || strings.IndexByte(f.Segment, 0) >= 0 {
		return Frame{}, false
	}
	f.readHead(head)
	if f.CN == "" {
		return Frame{}, false
	}
	f.readArea(area)
	return f, true
}

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
	for s != "" {
		end := 0
		for end < len(s) && s[end] != ';' && s[end] != ',' {
			end++
		}
		field := s[:end]
		s = s[min(end+1, len(s)):]
		eq := strings.IndexByte(field, '=')
		if eq < 0 {
			continue
		}
		f.setField(trim(field[:eq]), trim(field[eq+1:]))
	}
}

func (f *Frame) setField(name, v string) {
	number := func(field Field, most int, to *int) {
		if n, err := strconv.Atoi(v); err == nil && n >= 0 && n <= most && !f.Has(field) {
			*to = n
			f.has |= field
		}
	}
	set := func(field Field) bool { // the first of two counts
		first := !f.Has(field)
		f.has |= field
		return first
	}
	switch name {
	case "QN":
		if set(FieldQN) {
			f.QN = QN(v)
		}
	case "ST":
		if set(FieldST) {
			f.ST = ST(v)
		}
	case "CN":
		if set(FieldCN) {
			f.CN = CN(v)
		}
	case "PW":
		if set(FieldPW) {
			f.PW = v
		}
	case "MN":
		if set(FieldMN) {
			f.MN = MN(v)
		}
	case "Flag", "FLAG", "flag":
		n := 0
		number(FieldFlag, 255, &n)
		f.Flag |= Flag(n)
	case "PNUM":
		number(FieldPNUM, 9999, &f.PNUM)
	case "PNO":
		number(FieldPNO, 9999, &f.PNO)
	case "RF":
		if set(FieldRF) {
			f.Resent = v == "1"
		}
	}
}

// readArea splits the data area into items: commas inside a factor, semicolons between factors.
func (f *Frame) readArea(s string) {
	f.Items = make([]Item, 0, strings.Count(s, "="))
	group, start, eq := 0, 0, -1
	inGroup := false
	end := func(i int) {
		name, value := s[start:i], ""
		if eq >= 0 {
			name, value = s[start:eq], s[eq+1:i]
		}
		start, eq = i+1, -1
		if name = trim(name); name == "" {
			return
		}
		f.Items = append(f.Items, Item{name, trim(value), group})
		inGroup = true
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '=':
			if eq < 0 {
				eq = i
				if n := logText(s[i+1:]); n > 0 {
					i += n
				}
			}
		case ',':
			end(i)
		case ';':
			end(i)
			if inGroup {
				group++
				inGroup = false
			}
		}
	}
	if start < len(s) {
		end(len(s))
	}
}

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
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}
