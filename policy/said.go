package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// said is one fact or want of an example as it is written: a word, a list, or words with names, in their order.
type said struct {
	text
	list  []said
	named []namedSaid
}

type namedSaid struct {
	name text
	v    said
}

// UnmarshalYAML keeps lines. Anchors are refused: an example is read by people, from top to bottom.
func (s *said) UnmarshalYAML(n *yaml.Node) error { return s.from(n, 0) }

func (s *said) from(n *yaml.Node, depth int) error {
	s.line = n.Line
	if depth > 8 || n.Kind == yaml.AliasNode {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: 例子里不用锚点，也不套这么多层", n.Line)}}
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag != "!!null" {
			s.s = strings.TrimSpace(n.Value)
		}
	case yaml.SequenceNode:
		s.list = make([]said, len(n.Content))
		for i, c := range n.Content {
			if err := s.list[i].from(c, depth+1); err != nil {
				return err
			}
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := text{n.Content[i].Value, n.Content[i].Line}
			if slices.ContainsFunc(s.named, func(o namedSaid) bool { return o.name.s == name.s }) {
				return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: mapping key \"%s\" already defined at line %d", name.line, name.s, s.line)}}
			}
			var v said
			if err := v.from(n.Content[i+1], depth+1); err != nil {
				return err
			}
			s.named = append(s.named, namedSaid{name, v})
		}
	}
	return nil
}

// get is what stands under a name.
func (s said) get(name string) said {
	for _, n := range s.named {
		if n.name.s == name {
			return n.v
		}
	}
	return said{}
}

func (s said) has(name string) bool {
	return slices.ContainsFunc(s.named, func(n namedSaid) bool { return n.name.s == name })
}

// words are the words of a list, or the one word.
func (s said) words() texts {
	if s.list == nil {
		if s.s == "" {
			return nil
		}
		return texts{s.text}
	}
	var out texts
	for _, v := range s.list {
		out = append(out, v.text)
	}
	return out
}

// key names an entry: of or key, one word, or a list where several fields make it.
func (s said) key() string {
	var parts []string
	for _, w := range append(s.get("of").words(), s.get("key").words()...) {
		parts = append(parts, w.s)
	}
	return strings.Join(parts, "|")
}

// depth is how deep lists are nested.
func (s said) depth() int {
	if len(s.list) == 0 {
		return 0
	}
	return 1 + s.list[0].depth()
}

// json writes numbers and lists as GeoJSON has them.
func (s said) json() any {
	if s.list != nil {
		out := make([]any, len(s.list))
		for i, v := range s.list {
			out[i] = v.json()
		}
		return out
	}
	if s.named != nil {
		out := map[string]any{}
		for _, n := range s.named {
			out[n.name.s] = n.v.json()
		}
		return out
	}
	var n json.Number
	if json.Unmarshal([]byte(s.s), &n) == nil {
		return n
	}
	return s.s
}
