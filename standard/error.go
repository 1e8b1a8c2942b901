package standard

import (
	"fmt"
	"strings"
)

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

// TableError says line by line what is wrong with a table.
type TableError []TableProblem

// TableProblem is one of them. Line 0 is the table as a whole.
type TableProblem struct {
	Line    int
	Message string
}

func (e TableError) Error() string {
	var all []string
	for _, p := range e {
		if p.Line > 0 {
			p.Message = fmt.Sprintf("第 %d 行：%s", p.Line, p.Message)
		}
		all = append(all, p.Message)
	}
	return strings.Join(all, "；")
}
