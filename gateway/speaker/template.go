package speaker

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// No two makers of loudspeakers speak alike, so topics and bodies are templates. A topic holds {id} as one whole level. A body is a JSON
// object whose strings hold {id} {seq} {text} {title} {volume} {repeats} {level} {siren} {drill} {expires} {code}. A string that is
// nothing but a placeholder becomes a value of its own kind, a number or true or false; with others around it stays a string. What a
// message leaves open (volume, repeats) leaves its key out.

// topic is a template of topics.
type topic struct {
	levels []string
	id     int // the level that is {id}
}

const idLevel = "{id}"

func parseTopic(s string) (t topic, err error) {
	t = topic{levels: strings.Split(s, "/"), id: -1}
	for i, level := range t.levels {
		switch {
		case level == idLevel && t.id < 0:
			t.id = i
		case level == "" || strings.ContainsAny(level, "+#{}\x00"):
			return t, fmt.Errorf("topic %q: want levels without + # and braces, one of them {id}", s)
		}
	}
	if t.id < 0 || strings.HasPrefix(s, "$") {
		return t, fmt.Errorf("topic %q: one level must be {id}, and it does not begin with $", s)
	}
	return t, nil
}

// of is the topic of a device.
func (t topic) of(id string) string { return strings.Join(replaced(t.levels, t.id, id), "/") }

// all matches the topics of every device.
func (t topic) all() string { return strings.Join(replaced(t.levels, t.id, "+"), "/") }

// device is whose topic it is; empty where it is none of these.
func (t topic) device(name string) string {
	levels := strings.Split(name, "/")
	if len(levels) != len(t.levels) {
		return ""
	}
	for i, l := range levels {
		if i != t.id && l != t.levels[i] {
			return ""
		}
	}
	return levels[t.id]
}

func replaced(list []string, at int, with string) []string {
	out := append([]string(nil), list...)
	out[at] = with
	return out
}

// checkID refuses ids that would reach other devices than the one meant.
func checkID(id string) error {
	if id == "" || len(id) > 100 || strings.ContainsAny(id, "+#/$\x00") || strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) {
		return errors.New("设备编号为空、过长或含 + # / $")
	}
	return nil
}

// body is a template of what a device is told.
type body map[string]any

func parseBody(s string) (body, error) {
	var b body
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	if err := dec.Decode(&b); err != nil || len(b) == 0 {
		return nil, fmt.Errorf("body: want a JSON object: %v", err)
	}
	if dec.More() {
		return nil, errors.New("body: something follows the JSON object")
	}
	known := map[string]any{}
	for _, name := range placeholders {
		known[name] = ""
	}
	if left := strings.Join(leftOver(map[string]any(b), known), " "); left != "" {
		return nil, fmt.Errorf("body: unknown placeholders: %s", left)
	}
	return b, nil
}

var placeholders = []string{"id", "seq", "text", "title", "volume", "repeats", "level", "siren", "drill", "expires", "code"}

// fill puts values in; nil leaves the key out.
func (b body) fill(values map[string]any) ([]byte, error) {
	v, _ := fill(map[string]any(b), values)
	return json.Marshal(v)
}

func fill(v any, values map[string]any) (out any, keep bool) {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for k, e := range v {
			if e, keep := fill(e, values); keep {
				m[k] = e
			}
		}
		return m, true
	case []any:
		list := make([]any, 0, len(v))
		for _, e := range v {
			if e, keep := fill(e, values); keep {
				list = append(list, e)
			}
		}
		return list, true
	case string:
		if name, ok := whole(v); ok {
			value, known := values[name]
			return value, !known || value != nil
		}
		pairs := make([]string, 0, 2*len(values))
		for name, value := range values {
			if value == nil {
				value = ""
			}
			pairs = append(pairs, "{"+name+"}", fmt.Sprint(value))
		}
		return strings.NewReplacer(pairs...).Replace(v), true
	}
	return v, true
}

// whole says whether a string is one placeholder.
func whole(s string) (name string, ok bool) {
	if !strings.HasPrefix(s, "{") || !strings.HasSuffix(s, "}") || strings.Count(s, "{") != 1 {
		return "", false
	}
	return s[1 : len(s)-1], true
}

// leftOver lists placeholders that are not known.
func leftOver(v any, known map[string]any) (list []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			list = append(list, leftOver(e, known)...)
		}
	case []any:
		for _, e := range v {
			list = append(list, leftOver(e, known)...)
		}
	case string:
		for rest := v; ; {
			_, after, found := strings.Cut(rest, "{")
			if !found {
				return list
			}
			name, next, closed := strings.Cut(after, "}")
			if _, ok := known[name]; !ok || !closed {
				return append(list, "{"+name+"}")
			}
			rest = next
		}
	}
	return list
}
