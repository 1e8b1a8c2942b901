package sheet

import "io"

// Write writes the book as .xlsx.
func Write(w io.Writer, b Book) error { return refuse(Invalid, "尚未实现") }
