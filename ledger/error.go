package ledger

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind sorts what can go wrong, for the caller: which HTTP status, which exit code.
type Kind uint8

// The kinds of error.
const (
	Invalid    Kind = iota + 1 // what was given cannot be taken
	NotAllowed                 // this person may not do this
	NotFound                   //
	Conflict                   // somebody else was faster
	WrongState                 // not at this point of the duty's way
)

// Error is an error with a sentence for the person at the screen.
type Error struct {
	Kind    Kind
	Op      string
	Field   string // of a form, where one is wrong
	Message string // in Chinese: what is wrong and what to do
	Err     error  // for the operator; may be nil
}

// Error is for the log; pages show Message.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("ledger.%s: %s: %v", e.Op, e.Message, e.Err)
	}
	return "ledger." + e.Op + ": " + e.Message
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

func refuse(kind Kind, op, format string, args ...any) error {
	return &Error{Kind: kind, Op: op, Message: fmt.Sprintf(format, args...)}
}

// wrong is a refusal of one field of a form.
func wrong(op, field, format string, args ...any) error {
	return &Error{Kind: Invalid, Op: op, Field: field, Message: fmt.Sprintf(format, args...)}
}

// wrap names the operation to the operator.
func wrap(op string, err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("ledger.%s: %w", op, err)
}

// maxWords bounds, in bytes, what a person writes into one field, maxName the name of a unit.
const (
	maxWords = 6000
	maxName  = 300
)

// checkWords refuses a text that is missing, too long or no text.
func checkWords(op, field, name, s string, needed bool) error {
	switch {
	case needed && strings.TrimSpace(s) == "":
		return wrong(op, field, "请填写%s。", name)
	case len(s) > maxWords:
		return wrong(op, field, "%s最多 2000 字，现有 %d 字，请删减。", name, utf8.RuneCountInString(s))
	case !readable(s):
		return wrong(op, field, "%s里有无法识别的字符，请重新输入。", name)
	}
	return nil
}

// readable reports whether both databases take the text as text.
func readable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
