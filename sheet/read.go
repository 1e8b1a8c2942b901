package sheet

import "io"

// Limits bound what Read takes. Every bound is part of the message that refuses a file.
type Limits struct {
	Bytes    int64 // of the file
	Unzipped int64 // of all parts of an .xlsx that are read
	Sheets   int
	Rows     int // with something in them, of one sheet
	Columns  int
	Cells    int // with something in them, of the file
	Text     int // bytes of one cell
}

// Usual is right for a county's ledger: 20,000 rows of 25 columns.
var Usual = Limits{Bytes: 16 << 20, Unzipped: 128 << 20, Sheets: 50, Rows: 20_000, Columns: 200, Cells: 500_000, Text: 32 << 10}

// Read reads the tables of an .xlsx or a .csv (UTF-8, UTF-16 or GB 18030). size is what the sender says, -1 where
// unknown; not more than limits.Bytes is read in any case.
//
// With titles, the row of titles is the one that holds most of them, and a sheet that holds none of them is left out;
// it is an error where no sheet is left. Without titles it is the first row with two texts.
func Read(r io.Reader, size int64, limits Limits, titles ...string) ([]Table, error) {
	return nil, refuse(Invalid, "尚未实现")
}
