package device

import (
	"errors"
	"fmt"
)

// ErrorKind sorts what can go wrong, for the caller.
type ErrorKind uint8

// The kinds of error.
const (
	Bad      ErrorKind = iota + 1 // what was given cannot be taken
	NotFound                      //
	Conflict                      // such a thing exists already
)

// Error is an error with a sentence for the person who asked.
type Error struct {
	Kind    ErrorKind
	Op      string
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
	return &Error{Kind: kind, Op: "device." + op, Message: fmt.Sprintf(format, args...)}
}
