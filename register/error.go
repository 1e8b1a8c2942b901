package register

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zhixing/rule"
)

// Kind sorts what can go wrong, for the caller: which HTTP status, which exit code.
type Kind uint8

// The kinds of error.
const (
	Invalid    Kind = iota + 1 // what was given cannot be taken
	NotAllowed                 // this person may not do this
	NotFound                   //
	Conflict                   // somebody else was faster, or such an entry exists already
	WrongState                 // the document does not allow it at this point
	TooLarge                   // a bound was passed; the message names it
)

// Error is an error with a sentence for the person at the screen.
type Error struct {
	Kind    Kind
	Op      string
	Message string       // in Chinese: what is wrong and what to do
	Fields  []FieldError // of a form or a row, where some are wrong
	Basis   rule.Basis   // of a refusal that a clause orders
	Err     error        // for the operator; may be nil
}

// FieldError says what is wrong with one field, and what to do. Line is its row in a file, 0 in a form.
type FieldError struct {
	Line    int
	Field   string
	Message string
}

// String is the sentence with where it belongs: 第5行“面积”：….
func (f FieldError) String() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "第%d行", f.Line)
	}
	if f.Field != "" {
		fmt.Fprintf(&b, "“%s”", f.Field)
	}
	if b.Len() > 0 {
		b.WriteString("：")
	}
	return b.String() + f.Message
}

// Error is for the log; pages show Message.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("register.%s: %s: %v", e.Op, e.Message, e.Err)
	}
	return "register." + e.Op + ": " + e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the *Error in err's chain, 0 where there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// Message is what a person may be told of err: the sentence of the *Error in its chain, else one that says nothing
// about the inside.
func Message(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "系统内部出错，未作任何改动。请稍后再试；仍不行，请联系系统管理员查看运行日志。"
}

func refuse(kind Kind, op, format string, args ...any) error {
	return &Error{Kind: kind, Op: op, Message: fmt.Sprintf(format, args...)}
}

// wrong is a refusal of fields of a form or a row.
func wrong(op string, fields []FieldError) error {
	words := make([]string, 0, 3)
	for _, f := range fields[:min(3, len(fields))] {
		words = append(words, f.String())
	}
	msg := strings.Join(words, "")
	if n := len(fields); n > 3 {
		msg += fmt.Sprintf("另有%d处需要改正。", n-3)
	}
	return &Error{Kind: Invalid, Op: op, Message: msg, Fields: fields}
}

// wrap names the operation to the operator.
func wrap(op string, err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("register.%s: %w", op, err)
}

// Bounds of what people write, in bytes.
const (
	maxText  = 12_000 // one text field
	maxWords = 6_000  // a reason
	maxKey   = 300
	maxFile  = 20 << 20
)

// readable reports whether both databases take the text as text, and a line of a dump as a line.
func readable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f })
}
