package personnel

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Kind sorts what can go wrong, for the caller: which HTTP status, which exit code.
type Kind uint8

// The kinds of error.
const (
	Invalid  Kind = iota + 1 // what was given cannot be taken
	NotFound                 //
	Conflict                 // the post is occupied, the account is somebody's, the question is answered
)

// Error is an error with a sentence that may be shown to an official.
type Error struct {
	Kind    Kind
	Op      string // such as personnel.Appoint
	Message string // in Chinese: what is wrong and what to do
	Err     error  // for the operator; may be nil
}

// Error is for the log; pages show Message.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Op, e.Message, e.Err)
	}
	return e.Op + ": " + e.Message
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

// Message is what a person may be told of err: the sentence of the *Error in its chain, else a sentence that says
// nothing about the inside.
func Message(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "系统内部出错，未作任何改动。请稍后再试；仍不行，请联系系统管理员查看运行日志。"
}

func refuse(kind Kind, op, format string, args ...any) error {
	return &Error{Kind: kind, Op: "personnel." + op, Message: fmt.Sprintf(format, args...)}
}

// wrap names the operation to the operator.
func wrap(op string, err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) { // an *Error names its operation already
		return err
	}
	return fmt.Errorf("personnel.%s: %w", op, err)
}

// writable reports whether texts that came from outside can be kept.
func writable(texts ...string) bool {
	for _, s := range texts {
		if len(s) > maxText || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return false
		}
	}
	return true
}

// maxText bounds a text that somebody gives, in bytes.
const maxText = 3000
