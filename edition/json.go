package edition

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// schema heads the JSON edition; a change of meaning raises the number.
const schema = "zhixing/publication/1"

type document struct {
	Schema string `json:"schema"`
	Publication
}

// JSON is the canonical form of a publication, by which it can be rebuilt (ParseJSON) and hashed: one JSON object
// with all keys at every depth sorted, no space between tokens, UTF-8 as is (only ", \ and control characters
// escaped), numbers as they were written, empty fields left out, one line feed at the end. For what a Publication
// holds this is the JSON Canonicalization Scheme of RFC 8785, and the line feed.
//
// Times are UTC in the form 2006-01-02T15:04:05Z with as many digits of a second as there are; dates 2006-01-02.
// Duties that are not JSON are an error.
func JSON(p Publication) ([]byte, error) {
	if len(p.Duties) > 0 && !json.Valid(p.Duties) {
		return nil, fmt.Errorf("edition.JSON: %s: the duties are not valid JSON", p.Key)
	}
	b, err := json.Marshal(document{schema, p.Clean()})
	if err != nil {
		return nil, fmt.Errorf("edition.JSON: %s: %w", p.Key, err)
	}
	return canonical(b)
}

// canonical sorts the keys of any JSON text; it ends with a line feed.
func canonical(b []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Grow(len(b) + 1)
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // a map's keys are written sorted
		return nil, err
	}
	return out.Bytes(), nil
}

// ParseJSON reads what JSON wrote. Unknown fields are an error, so that nothing is lost on the way.
func ParseJSON(b []byte) (Publication, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var d document
	if err := dec.Decode(&d); err != nil {
		return Publication{}, fmt.Errorf("edition.ParseJSON: %w", err)
	}
	if d.Schema != schema {
		return Publication{}, fmt.Errorf("edition.ParseJSON: schema %.60q: this program reads %q", d.Schema, schema)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Publication{}, fmt.Errorf("edition.ParseJSON: more text after the publication")
	}
	return d.Publication, nil
}
