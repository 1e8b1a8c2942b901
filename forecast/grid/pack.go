package grid

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Encode is a field's values as bytes: steps from node to node as variable-length numbers, compressed. Weather is smooth and
// mostly dry, so that an hour of a county is some hundred bytes.
func (f *Field) Encode() ([]byte, error) {
	steps := make([]byte, 0, 2*len(f.Values))
	last := int64(0)
	for _, v := range f.Values {
		// Zero stands for Missing; a step is moved by one to make room.
		if v == Missing {
			steps = append(steps, 0)
			continue
		}
		steps = binary.AppendUvarint(steps, zigzag(int64(v)-last)+1)
		last = int64(v)
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(steps); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

var errBytes = errors.New("the bytes are no field of this grid")

// Decode reads what Encode wrote for a grid.
func Decode(g Grid, scale int, data []byte) (*Field, error) {
	if err := g.Check(); err != nil {
		return nil, err
	}
	most := int64(g.Cells()) * binary.MaxVarintLen64
	r := flate.NewReader(bytes.NewReader(data))
	steps, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBytes, err)
	}
	f := New(g, scale)
	last := int64(0)
	for i := range f.Values {
		n, size := binary.Uvarint(steps)
		if size <= 0 {
			return nil, errBytes
		}
		steps = steps[size:]
		if n == 0 {
			continue
		}
		last += unzigzag(n - 1)
		if last <= Missing || last > 1<<31-1 {
			return nil, errBytes
		}
		f.Values[i] = int32(last)
	}
	if len(steps) > 0 {
		return nil, errBytes
	}
	return f, nil
}

func zigzag(n int64) uint64   { return uint64(n)<<1 ^ uint64(n>>63) }
func unzigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }
