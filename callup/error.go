package callup

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrorKind sorts what can go wrong, for the caller: which HTTP status, which exit code.
type ErrorKind uint8

// The kinds of error.
const (
	Invalid    ErrorKind = iota + 1 // what was given cannot be taken
	NotAllowed                      // this person may not do this
	NotFound                        //
	Conflict                        // the state does not allow it
)

// Error is an error with a sentence that may be shown to the person at the screen. It never holds an address.
type Error struct {
	Kind    ErrorKind
	Op      string // such as callup.Open
	Message string // in Chinese: what is wrong and what to do
}

// Error is for the log; pages show Message.
func (e *Error) Error() string { return e.Op + ": " + e.Message }

// KindOf is the kind of the *Error in err's chain, 0 where there is none.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

func refuse(kind ErrorKind, op, format string, args ...any) error {
	return &Error{Kind: kind, Op: "callup." + op, Message: fmt.Sprintf(format, args...)}
}

// wrap names the operation to the operator.
func wrap(op string, err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("callup.%s: %w", op, err)
}

// Bounds of what people write, in characters.
const (
	maxTitle  = 100
	maxText   = 1000
	maxReport = 500
	maxReason = 200
)

// checkWords refuses a text that is missing, too long or no text.
func checkWords(op, name, s string, most int) error {
	switch {
	case strings.TrimSpace(s) == "":
		return refuse(Invalid, op, "请填写%s。", name)
	case !storable(s):
		return refuse(Invalid, op, "%s里有无法识别的字符，请重新输入。", name)
	case utf8.RuneCountInString(s) > most:
		return refuse(Invalid, op, "%s最多%d字，现有%d字，请删减。", name, most, utf8.RuneCountInString(s))
	}
	return nil
}

// storable reports whether both databases take the text as text.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// cut keeps at most n characters of a text that came from outside.
func cut(s string, n int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
