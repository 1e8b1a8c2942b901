package register

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Head is where a register's tree stands: the root over so many records.
type Head struct {
	Register Name
	Size     int64
	Root     tlog.Hash
}

// Text is the head as a line of text, as it is put into the county's public log.
func (h Head) Text() string { return fmt.Sprintf("%s %d %s", h.Register, h.Size, h.Root) }

// edge is a tree without its leaves: the roots of its full subtrees, from the largest to the smallest.
type edge struct {
	size  int64
	roots []tlog.Hash
}

// tile is how many records one stored node stands for, as a power of two.
const tile = 8

// add adds a leaf. Where that fills a subtree of 256 records, its number and root are given.
func (e *edge) add(leaf tlog.Hash) (node int64, root tlog.Hash, full bool) {
	h := leaf
	level := 0
	for n := e.size; n&1 == 1; n >>= 1 {
		last := len(e.roots) - 1
		h = tlog.NodeHash(e.roots[last], h)
		e.roots = e.roots[:last]
		if level++; level == tile {
			node, root, full = e.size>>tile, h, true
		}
	}
	e.roots = append(e.roots, h)
	e.size++
	return node, root, full
}

func (e *edge) root() tlog.Hash {
	if e.size == 0 {
		empty, _ := tlog.TreeHash(0, nil)
		return empty
	}
	last := len(e.roots) - 1
	root := e.roots[last]
	for i := last - 1; i >= 0; i-- {
		root = tlog.NodeHash(e.roots[i], root)
	}
	return root
}

func (e *edge) encode() []byte {
	b := make([]byte, 0, len(e.roots)*tlog.HashSize)
	for _, h := range e.roots {
		b = append(b, h[:]...)
	}
	return b
}

func decodeEdge(size int64, b []byte) (edge, error) {
	e := edge{size: size}
	for ; len(b) >= tlog.HashSize; b = b[tlog.HashSize:] {
		e.roots = append(e.roots, tlog.Hash(b[:tlog.HashSize]))
	}
	bits := 0
	for n := size; n > 0; n &= n - 1 {
		bits++
	}
	if len(b) > 0 || bits != len(e.roots) {
		return e, fmt.Errorf("the edge of a tree of %d records has %d hashes", size, len(e.roots))
	}
	return e, nil
}

// stored gives the hashes that tlog asks for by its numbers, from leaves and nodes read in stretches.
type stored struct {
	leaves func(from, to int64) ([]tlog.Hash, error) // of records from ≤ seq < to
	nodes  func(from, to int64) ([]tlog.Hash, error) // of subtrees of 256 records
}

// ReadHashes is tlog.HashReader.
func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, 0, len(indexes))
	for _, i := range indexes {
		level, n := tlog.SplitStoredHashIndex(i)
		read, from, to := s.leaves, n<<level, (n+1)<<level
		if level >= tile {
			read, from, to = s.nodes, n<<(level-tile), (n+1)<<(level-tile)
		}
		hashes, err := read(from, to)
		if err != nil {
			return nil, err
		}
		if int64(len(hashes)) != to-from {
			return nil, fmt.Errorf("register: hashes %d to %d of level %d are not all there", from, to, level)
		}
		for len(hashes) > 1 {
			for k := 0; k < len(hashes); k += 2 {
				hashes[k/2] = tlog.NodeHash(hashes[k], hashes[k+1])
			}
			hashes = hashes[:len(hashes)/2]
		}
		out = append(out, hashes[0])
	}
	return out, nil
}

// Proof shows that a record stands in a register: its leaf, what opens it as far as the viewer may open it, and the
// hashes from beside it up to the root of the head.
type Proof struct {
	Head   Head
	Seq    int64
	Leaf   string // text
	Open   map[string]Opened
	Hashes []tlog.Hash
}

// Opened is the salt and value of a part of a leaf.
type Opened struct{ Salt, Value string }

// Verify checks the proof by itself: the leaf is under the root, and what is opened is what was sealed. It is pure.
func (p Proof) Verify() error {
	if p.Seq < 0 || p.Seq >= p.Head.Size {
		return fmt.Errorf("record %d of a register that has %d", p.Seq, p.Head.Size)
	}
	if err := tlog.CheckRecord(p.Hashes, p.Head.Size, p.Head.Root, p.Seq, tlog.RecordHash([]byte(p.Leaf))); err != nil {
		return fmt.Errorf("the record does not stand under this root: %w", err)
	}
	sealed := leafParts(p.Leaf)
	for name, o := range p.Open {
		if len(o.Salt) != saltSize || sealed[name] == "" || sealed[name] != commitment(o.Salt, name, o.Value) {
			return fmt.Errorf("what is said of %s is not what was sealed", name)
		}
	}
	return nil
}
