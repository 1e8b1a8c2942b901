package register

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// encode is the values as a JSON object of texts, names in the order of their bytes. Half of what a load of a million entries
// does is this and its reverse, so they are written by hand; encoding/json takes over where a text holds a backslash.
func (v Values) encode() string {
	names := slices.Sorted(maps.Keys(v))
	size := 2
	for n, x := range v {
		size += len(n) + len(x) + 8
	}
	b := make([]byte, 0, size)
	b = append(b, '{')
	for i, n := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendQuoted(b, n), ':')
		b = appendQuoted(b, v[n])
	}
	return string(append(b, '}'))
}

// appendQuoted writes a JSON string.
func appendQuoted(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

func decodeValues(b []byte) (Values, error) {
	v := make(Values, bytes.Count(b, []byte(`":"`)))
	if bytes.IndexByte(b, '\\') >= 0 || !decodePlain(b, v) {
		clear(v)
		return v, json.Unmarshal(b, &v)
	}
	return v, nil
}

// decodePlain reads an object of texts without escapes; false where b is something else.
func decodePlain(b []byte, v Values) bool {
	i := 0
	skip := func() {
		for i < len(b) && (b[i] == ' ' || b[i] == '\n') {
			i++
		}
	}
	eat := func(c byte) bool {
		skip()
		if i < len(b) && b[i] == c {
			i++
			return true
		}
		return false
	}
	text := func() (string, bool) {
		if !eat('"') {
			return "", false
		}
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return "", false
		}
		s := string(b[i : i+n])
		i += n + 1
		return s, true
	}
	if !eat('{') {
		return false
	}
	for first := true; !eat('}'); first = false {
		if !first && !eat(',') {
			return false
		}
		name, ok := text()
		if !ok || !eat(':') {
			return false
		}
		if v[name], ok = text(); !ok {
			return false
		}
	}
	skip()
	return i == len(b)
}
