package policy

// Example is a story that a policy must tell: facts, and what follows from them.
type Example struct {
	Name   string
	Policy string
	File   string
	Line   int
}

// untested calls use with every definition that no example touches.
func (s *Set) untested(use func(*Item)) {}
