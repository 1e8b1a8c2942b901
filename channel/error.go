package channel

import (
	"errors"
	"fmt"
)

// Kind sorts what can go wrong, for the caller: which HTTP status, which exit code.
type Kind uint8

// The kinds of error.
const (
	Invalid  Kind = iota + 1 // what was given cannot be taken
	NotFound                 //
	Conflict                 // the state does not allow it
)

// Error is an error with a sentence that may be shown to the person at the screen. It never holds an address.
type Error struct {
	Kind    Kind
	Op      string // such as channel.PutAll
	Message string // in Chinese: what is wrong and what to do
}

// Error is for the log; pages show Message.
func (e *Error) Error() string { return e.Op + ": " + e.Message }

// KindOf is the kind of the *Error in err's chain, 0 where there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

func refuse(kind Kind, op, format string, args ...any) error {
	return &Error{Kind: kind, Op: "channel." + op, Message: fmt.Sprintf(format, args...)}
}

// wrap names the operation to the operator.
func wrap(op string, err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) { // an *Error names its operation already
		return err
	}
	return fmt.Errorf("channel.%s: %w", op, err)
}
