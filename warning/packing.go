package warning

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Recipients are kept packed: a quarter of a million of them are half a megabyte in one row, and not a quarter of a million rows.

// pack writes recipients, sorted and each once.
func pack(list []Recipient) []byte {
	list = slices.Compact(slices.Sorted(slices.Values(list)))
	b := make([]byte, 0, 2*len(list))
	last := Recipient(0)
	for _, r := range list {
		b = binary.AppendUvarint(b, uint64(r-last))
		last = r
	}
	return b
}

func unpack(b []byte) ([]Recipient, error) {
	var out []Recipient
	last := Recipient(0)
	for len(b) > 0 {
		d, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, fmt.Errorf("warning: stored recipients break off after %d", len(out))
		}
		last += Recipient(d)
		out, b = append(out, last), b[n:]
	}
	return out, nil
}

// union, without and both are over lists in rising order.
func union(a, b []Recipient) []Recipient {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}

func without(a, b []Recipient) []Recipient {
	return slices.DeleteFunc(slices.Clone(a), func(r Recipient) bool { return has(b, r) })
}

func both(a, b []Recipient) []Recipient {
	return slices.DeleteFunc(slices.Clone(a), func(r Recipient) bool { return !has(b, r) })
}

func has(list []Recipient, r Recipient) bool {
	_, ok := slices.BinarySearch(list, r)
	return ok
}
