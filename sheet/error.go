package sheet

import (
	"errors"
	"fmt"
)

// ErrorKind sorts what can go wrong, for the caller.
type ErrorKind uint8

// The kinds of error.
const (
	Invalid  ErrorKind = iota + 1 // not a table that can be read, or not one that can be written
	TooLarge                      // a bound was passed; the message names it
)

// Error is an error with a sentence that may be shown to the person who uploaded the file.
type Error struct {
	Kind    ErrorKind
	Sheet   string // where known
	Line    int    // where known, counted from 1
	Message string // in Chinese: where, what, and what to do
	Err     error  // for the operator; may be nil
}

// Error is for the log; pages show Message.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("sheet: %s: %v", e.Message, e.Err)
	}
	return "sheet: " + e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Message is what a person may be told of err: the sentence of the *Error in its chain, else one that says nothing
// about the inside.
func Message(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "表格读不出来：请用 Excel 或 WPS 打开，另存为 .xlsx 后再传。"
}

func refuse(kind ErrorKind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// at says in front of the sentence where in the file it is.
func at(sheet string, line int, e *Error) *Error {
	e.Sheet, e.Line = sheet, line
	where := ""
	if sheet != "" {
		where = "工作表“" + sheet + "”"
	}
	if line > 0 {
		where += fmt.Sprintf("第 %d 行", line)
	}
	if where != "" {
		e.Message = where + "：" + e.Message
	}
	return e
}
