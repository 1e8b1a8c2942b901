package observation

import (
	"errors"
	"fmt"
)

// Kind of error, for the caller: which HTTP status, which exit code.
type ErrorKind uint8

// The kinds of error.
const (
	Bad        ErrorKind = iota + 1 // what was given cannot be taken
	NotAllowed                      // this person or source may not do this
	NotFound                        //
	WrongState                      // such as applying an import twice
	TooLarge                        // a bound was passed; the message names it
)

// Error is an error with a sentence for the person who sent something.
type Error struct {
	Kind    ErrorKind
	Op      string
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
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

func refuse(kind ErrorKind, op, format string, args ...any) error {
	return &Error{Kind: kind, Op: "observation." + op, Message: fmt.Sprintf(format, args...)}
}

func wrap(op string, err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("observation.%s: %w", op, err)
}
