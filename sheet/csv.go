package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// decodeCSV reads a text with commas, tabs or semicolons. Excel in China writes it in GB 18030, WPS in either, and
// 「Unicode 文本」 is UTF-16 with tabs.
func decodeCSV(data []byte, limits Limits) ([]*grid, error) {
	text, err := decodeText(data)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	g := &grid{}
	cells := limits.Cells
	for {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			e := at("", parse.StartLine, refuse(Invalid, "引号不成对，分不清格子：一格里有引号时，整格要加引号，里面的引号写两遍；或用 Excel、WPS 另存为 .xlsx 后再传。"))
			e.Err = err
			return nil, e
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		row := gridRow{line: line}
		for i, field := range record {
			if err := row.put(g, i, field, limits, &cells); err != nil {
				return nil, err
			}
		}
		if err := g.add(row, limits); err != nil {
			return nil, err
		}
	}
	return []*grid{g}, nil
}

func decodeText(data []byte) (string, error) {
	for _, bom := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(data, []byte(bom)) {
			wide, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
			if err != nil {
				return "", &Error{Kind: Invalid, Message: "文字编码认不出：" + saveAs, Err: err}
			}
			return string(wide), nil
		}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return "", refuse(Invalid, "文件不是表格，也不是文本：%s", saveAs)
	}
	if utf8.Valid(data) {
		return string(data), nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if i := bytes.IndexRune(text, utf8.RuneError); err != nil || i >= 0 {
		line := 0
		if i >= 0 {
			line = 1 + bytes.Count(text[:i], []byte("\n"))
		}
		e := at("", line, refuse(Invalid, "有乱码，文字编码认不出：%s", saveAs))
		e.Err = err
		return "", e
	}
	return string(text), nil
}

// separator is the sign that parts most cells in the first lines.
func separator(text string) rune {
	for n, end := 0, 0; n < 10 && end < len(text); n++ {
		i := strings.IndexByte(text[end:], '\n')
		if i < 0 {
			i = len(text) - end - 1
		}
		end += i + 1
		if n == 9 {
			text = text[:end]
		}
	}
	best, most := ',', 0
	for _, sep := range []rune{',', '\t', ';'} {
		if n := strings.Count(text, string(sep)); n > most {
			best, most = sep, n
		}
	}
	return best
}
