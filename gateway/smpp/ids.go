package smpp

import (
	"strconv"
	"strings"
	"sync"
)

// Names says how a centre writes a message's name: some give it in hexadecimal when they take the message and in decimal in
// the receipt, or the other way round.
type Names string

// How a centre writes names.
const (
	Alike          Names = ""        // or unknown: names of this run are compared both ways
	DecimalReceipt Names = "decimal" // taken in hexadecimal, receipts in decimal
	HexReceipt     Names = "hex"     // taken in decimal, receipts in hexadecimal
)

// ids knows under which names messages were taken, and finds the one that a receipt means.
type ids struct {
	names Names

	mu    sync.Mutex
	known map[key]name
	order []key // the oldest first
}

// key is a name under one reading of it.
type key struct {
	base  int // 0: as text
	text  string
	value uint64
}

type name struct{ ref, to string }

// mostNames are remembered, three readings each.
const mostNames = 3 << 16

func plain(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return s
}

// took notes a name and gives the one that receipts will be known by.
func (x *ids) took(id, to string) (ref string) {
	ref = id
	switch n := plain(id); x.names {
	case DecimalReceipt:
		if v, err := strconv.ParseUint(n, 16, 64); err == nil {
			ref = strconv.FormatUint(v, 10)
		}
	case HexReceipt:
		if v, err := strconv.ParseUint(n, 10, 64); err == nil {
			ref = strconv.FormatUint(v, 16)
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.known == nil {
		x.known = map[key]name{}
	}
	for _, k := range readings(ref) {
		x.known[k] = name{ref, to}
		x.order = append(x.order, k)
	}
	for len(x.order) > mostNames {
		delete(x.known, x.order[0])
		x.order = x.order[1:]
	}
	return ref
}

// find is the name that a receipt means: of a message to that number, spelt the same, or the same number read in the other
// base. What is not known is left as it is.
func (x *ids) find(id, to string) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	list := readings(id)
	for _, k := range list {
		switch k.base { // what is decimal here was hexadecimal there
		case 10:
			k.base = 16
		case 16:
			k.base = 10
		}
		if n, ok := x.known[k]; ok && (n.to == to || to == "") {
			return n.ref
		}
	}
	if x.names == HexReceipt {
		return plain(id)
	}
	return id
}

// readings are a name as text, as a decimal and as a hexadecimal number.
func readings(id string) []key {
	n := plain(id)
	out := []key{{text: n}}
	for _, base := range []int{10, 16} {
		if v, err := strconv.ParseUint(n, base, 64); err == nil {
			out = append(out, key{base: base, value: v})
		}
	}
	return out
}
