package forecast

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
	TooLarge                 // a bound was passed; the message names it
)

// Error is an error with a sentence for the person who sent something.
type Error struct {
	Kind    Kind
	Op      string
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
	return &Error{Kind: kind, Op: "forecast." + op, Message: fmt.Sprintf(format, args...)}
}

func wrap(op string, err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) { // an *Error names its operation already
		return err
	}
	return fmt.Errorf("forecast.%s: %w", op, err)
}
