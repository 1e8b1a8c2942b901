package audience

import (
	"errors"
	"fmt"
)

// Kind of an error sorts what can go wrong, for the caller: which HTTP status, which exit code.
type ErrorKind uint8

// The kinds of error.
const (
	Invalid   ErrorKind = iota + 1 // what was given cannot be taken
	NotFound                       //
	Forbidden                      // not this person
	Conflict                       // the state does not allow it
	TooMany                        // too often; the message says when again
	TooLarge                       // a bound was passed; the message names it
)

// Error is an error with a sentence that may be shown to the person at the screen. It never holds an address.
type Error struct {
	Kind    ErrorKind
	Op      string // such as audience.Put
	Message string // in Chinese: what is wrong and what to do
	Err     error  // for the log; may be nil

	// Columns says of a recipient typed in a form what is wrong in which column of tables.
	Columns map[string]string
}

// Error is for the log; pages show Message.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Op + ": " + e.Message + ": " + e.Err.Error()
	}
	return e.Op + ": " + e.Message
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the *Error in err's chain, 0 where there is none.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// Message is the sentence for people in err's chain, empty where there is none.
func Message(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	return ""
}

// ColumnsOf are the Columns of the *Error in err's chain.
func ColumnsOf(err error) map[string]string {
	var e *Error
	if errors.As(err, &e) {
		return e.Columns
	}
	return nil
}

func refuse(kind ErrorKind, op, format string, args ...any) error {
	return &Error{Kind: kind, Op: "audience." + op, Message: fmt.Sprintf(format, args...)}
}

// wrap names the operation to the operator.
func wrap(op string, err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) { // an *Error names its operation already
		return err
	}
	return fmt.Errorf("audience.%s: %w", op, err)
}
