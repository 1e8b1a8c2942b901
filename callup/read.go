package callup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds a file of ladders, in bytes.
const maxFile = 1 << 20

// ReadLadders reads a county's callup.yaml: a list of ladders under the word ladders, each as Ladder shows it. What is unknown, missing
// or written twice is an error that says where.
func ReadLadders(b []byte) ([]Ladder, error) {
	const op = "ReadLadders"
	var file struct {
		Ladders []Ladder `yaml:"ladders"`
	}
	if len(b) > maxFile {
		return nil, refuse(Invalid, op, "callup.yaml 超过1 MB。")
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("callup.%s: callup.yaml: %w", op, err)
	}
	var names []string
	for i := range file.Ladders {
		l := &file.Ladders[i]
		if err := l.Check(); err != nil {
			return nil, err
		}
		if slices.Contains(names, l.Name) {
			return nil, refuse(Invalid, op, "callup.yaml 里有两个叫应阶梯都叫“%s”。", l.Name)
		}
		names = append(names, l.Name)
	}
	return file.Ladders, nil
}
