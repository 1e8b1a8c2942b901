package standard

import "fmt"

// Error says in a sentence for people why something cannot be judged.
type Error struct {
	Item    string // what it is about, as the asker called it; may be empty
	Message string
}

func (e *Error) Error() string {
	if e.Item != "" {
		return e.Item + "：" + e.Message
	}
	return e.Message
}

func bad(item, format string, args ...any) error {
	return &Error{Item: item, Message: fmt.Sprintf(format, args...)}
}
