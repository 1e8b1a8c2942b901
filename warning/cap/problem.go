package cap

import (
	"fmt"
	"slices"
)

// Problem is what is wrong with a document, or could be better.
type Problem struct {
	Place   string // alert/info[1]/area[2]/polygon[1]; empty where it is the document as a whole
	Line    int    // from 1; 0 as above
	Message string // Chinese, with what to do
	Advice  bool   // the document is valid all the same
}

func (p Problem) String() string {
	switch {
	case p.Place == "" && p.Line == 0:
		return p.Message
	case p.Place == "":
		return fmt.Sprintf("第 %d 行：%s", p.Line, p.Message)
	}
	return fmt.Sprintf("%s（第 %d 行）：%s", p.Place, p.Line, p.Message)
}

// Valid says whether problems holds no reason against the document.
func Valid(problems []Problem) bool {
	return !slices.ContainsFunc(problems, func(p Problem) bool { return !p.Advice })
}

// maxProblems are told of one document; who has more has something else than CAP.
const maxProblems = 100

// checker gathers the problems of one document.
type checker struct {
	problems []Problem
	points   int // of polygons so far
}

func (c *checker) add(n *node, advice bool, format string, args ...any) {
	if len(c.problems) >= maxProblems && (advice || !Valid(c.problems)) {
		return
	}
	p := Problem{Message: fmt.Sprintf(format, args...), Advice: advice}
	if n != nil {
		p.Place, p.Line = n.path(), n.line
	}
	c.problems = append(c.problems, p)
}

// reason makes the document invalid.
func (c *checker) reason(n *node, format string, args ...any) { c.add(n, false, format, args...) }

func (c *checker) advise(n *node, format string, args ...any) { c.add(n, true, format, args...) }

// short cuts what is quoted of a document.
func short(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
