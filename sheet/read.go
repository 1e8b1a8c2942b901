package sheet

import (
	"bytes"
	"io"
)

// Limits bound what Read takes; a zero takes its value from Usual. The bound that was passed stands in the message.
type Limits struct {
	Bytes    int64 // of the file
	Unzipped int64 // of the parts of an .xlsx that are read
	Sheets   int
	Rows     int // with something in them, of one sheet
	Columns  int // up to the last cell with something in it
	Cells    int // with something in them, of the file
	Text     int // bytes of one cell
}

// Usual is right for a county's ledger: 20,000 rows of 25 columns.
var Usual = Limits{Bytes: 16 << 20, Unzipped: 128 << 20, Sheets: 50, Rows: 20_000, Columns: 200, Cells: 500_000, Text: 100_000}

func (l Limits) whole() Limits {
	fill := func(v *int, usual int) {
		if *v <= 0 {
			*v = usual
		}
	}
	if l.Bytes <= 0 {
		l.Bytes = Usual.Bytes
	}
	if l.Unzipped <= 0 {
		l.Unzipped = Usual.Unzipped
	}
	fill(&l.Sheets, Usual.Sheets)
	fill(&l.Rows, Usual.Rows)
	fill(&l.Columns, Usual.Columns)
	fill(&l.Cells, Usual.Cells)
	fill(&l.Text, Usual.Text)
	return l
}

// Read reads the tables of an .xlsx or a .csv (UTF-8, UTF-16 or GB 18030). size is what the sender says, -1 where
// unknown; never more than limits.Bytes is read.
//
// With titles, the row of titles is the one that holds most of them, at least two where two are given, and a sheet
// without such a row is left out; it is an error where no sheet is left. Without titles it is the first row with two
// different texts. Titles are compared without spaces, line breaks and width; one that was asked for is the key in
// Cells as it was given. A column without a title is named by its letter, as （H列）, where it holds something.
//
// Hidden sheets are left out, for nobody saw them; rows hidden by a filter are read. A merged cell counts for every
// row that it reaches over. Cells lose blanks at both ends.
func Read(r io.Reader, size int64, limits Limits, titles ...string) ([]Table, error) {
	limits = limits.whole()
	tooBig := func() error {
		return refuse(TooLarge, "文件超过上限 %d MB：请删去图片和不用的工作表，或分成几个文件后再传。", limits.Bytes>>20)
	}
	if size > limits.Bytes {
		return nil, tooBig()
	}
	data, err := io.ReadAll(io.LimitReader(r, limits.Bytes+1))
	if err != nil {
		return nil, &Error{Kind: Invalid, Message: "文件没有传完：请重新上传。", Err: err}
	}
	if int64(len(data)) > limits.Bytes {
		return nil, tooBig()
	}
	if size >= 0 && int64(len(data)) < size {
		return nil, refuse(Invalid, "文件没有传完（应有 %d 字节，只收到 %d 字节）：请重新上传。", size, len(data))
	}
	grids, err := decode(data, limits)
	if err != nil {
		return nil, err
	}
	var out []Table
	for _, g := range grids {
		g.spread(limits)
		t, ok, err := g.table(titles)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		if len(titles) > 0 {
			return nil, refuse(Invalid, "没有找到表头：请保留“%s”这一行标题，不要改名，也不要放到前 %d 行以外。", join(titles, "、", 6), maxAbove)
		}
		return nil, refuse(Invalid, "没有找到表格：请确认内容在没有隐藏的工作表里，第一行是列标题。")
	}
	return out, nil
}

func join(words []string, sep string, most int) string {
	var b bytes.Buffer
	for i, w := range words {
		if i == most {
			b.WriteString("……")
			break
		}
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(w)
	}
	return b.String()
}

const saveAs = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（*.xlsx）”后再传。"

// decode looks at the bytes and not at the name: a CSV may be called .xls and an .xlsx .csv.
func decode(data []byte, limits Limits) ([]*grid, error) {
	head := data[:min(len(data), 4096)]
	lower := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, refuse(Invalid, "文件是空的：请检查是否选错了文件。")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return decodeZip(data, limits)
	case bytes.HasPrefix(data, []byte("PK\x05\x06")):
		return nil, refuse(Invalid, "文件是一个空的压缩包，不是表格：%s", saveAs)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return nil, refuseOld(data)
	case bytes.HasPrefix(data, []byte("\x09\x08\x10\x00")), bytes.HasPrefix(data, []byte("\x09\x08\x08\x00")), bytes.HasPrefix(data, []byte("\x09\x04\x06\x00")):
		return nil, refuse(Invalid, "文件是旧版 Excel 表格（.xls）：%s", saveAs)
	case bytes.HasPrefix(data, []byte("%PDF")):
		return nil, refuse(Invalid, "文件是 PDF，不是表格：请上传表格原件（.xlsx）。")
	case bytes.HasPrefix(lower, []byte("<")) && (bytes.Contains(lower, []byte("<html")) || bytes.Contains(lower, []byte("<table"))):
		return nil, refuse(Invalid, "文件其实是网页（有的系统把网页存成 .xls）：%s", saveAs)
	case bytes.HasPrefix(lower, []byte("<?xml")):
		return nil, refuse(Invalid, "文件是 XML 格式的表格：%s", saveAs)
	case bytes.HasPrefix(lower, []byte(`{\rtf`)):
		return nil, refuse(Invalid, "文件是 RTF 文档，不是表格：%s", saveAs)
	}
	return decodeCSV(data, limits)
}

// refuseOld names what stands in a file of the kind used before 2007, by the names of the streams inside. An .xlsx
// with a password is put into such a file too.
func refuseOld(data []byte) error {
	stream := func(name string) bool {
		var wide []byte
		for _, c := range []byte(name) {
			wide = append(wide, c, 0)
		}
		return bytes.Contains(data, append(wide, 0, 0))
	}
	switch {
	case stream("EncryptedPackage"):
		return refuse(Invalid, "文件加了打开密码：请用 Excel 或 WPS 打开，取消密码，保存后再传。")
	case stream("WordDocument"):
		return refuse(Invalid, "文件是 Word 文档，不是表格：请上传表格（.xlsx）。")
	case stream("Workbook"), stream("Book"):
		return refuse(Invalid, "文件是旧版 Excel 表格（.xls）：%s", saveAs)
	}
	return refuse(Invalid, "文件是旧版 Office 格式：%s", saveAs)
}
