package journal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// proofHeader is the first line of a proof (C2SP tlog-proof). A proof is a text file:
//
//	c2sp.org/tlog-proof@v1
//	index 2
//	gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=      (hashes from beside the entry up to the root)
//	B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
//	                                                  (an empty line, then the checkpoint)
//	gazette.example.org/log
//	4
//	sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=
//
//	— gazette.example.org/log hI2DJw…
const proofHeader = "c2sp.org/tlog-proof@v1"

// maxProof bounds what ParseProof reads; a real proof has a few hundred bytes.
const maxProof = 128 << 10

// Proof says that an entry stands in a log, to somebody who has nothing but the log's key.
type Proof struct {
	Extra      []byte // of the application, proved by nothing; ours write none
	Index      int64
	Hashes     []tlog.Hash
	Checkpoint []byte
}

// Text is the proof as a file.
func (p Proof) Text() []byte {
	var b bytes.Buffer
	b.WriteString(proofHeader + "\n")
	if len(p.Extra) > 0 {
		b.WriteString("extra " + base64.StdEncoding.EncodeToString(p.Extra) + "\n")
	}
	fmt.Fprintf(&b, "index %d\n", p.Index)
	for _, h := range p.Hashes {
		b.WriteString(h.String() + "\n")
	}
	b.WriteString("\n")
	b.Write(p.Checkpoint)
	return b.Bytes()
}

// ParseProof reads a proof's text. It is pure and checks the form only; see Verify.
func ParseProof(text []byte) (p Proof, err error) {
	if len(text) > maxProof {
		return p, fmt.Errorf("the proof has %d bytes, at most %d are read", len(text), maxProof)
	}
	head, checkpoint, ok := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if lines[0] != proofHeader {
		return p, fmt.Errorf("the proof, line 1: want %q: is this the proof's file?", proofHeader)
	}
	if !ok {
		return p, errors.New("the proof ends before its checkpoint: download it again")
	}
	p.Checkpoint = checkpoint
	no := 1
	if len(lines) > no && strings.HasPrefix(lines[no], "extra ") {
		p.Extra, err = base64.StdEncoding.Strict().DecodeString(lines[no][len("extra "):])
		if err != nil || len(p.Extra) == 0 || strings.Contains(lines[no], "\r") {
			return p, fmt.Errorf("the proof, line %d: extra data is not in base64", no+1)
		}
		no++
	}
	if len(lines) <= no || !strings.HasPrefix(lines[no], "index ") {
		return p, fmt.Errorf("the proof, line %d: want the index of the entry", no+1)
	}
	if p.Index, err = parseNumber(lines[no][len("index "):]); err != nil {
		return p, fmt.Errorf("the proof, line %d: index: %w", no+1, err)
	}
	for no++; no < len(lines); no++ {
		h, err := parseHash(lines[no])
		if err != nil {
			return p, fmt.Errorf("the proof, line %d: %w", no+1, err)
		}
		if p.Hashes = append(p.Hashes, h); len(p.Hashes) > 63 {
			return p, fmt.Errorf("the proof, line %d: more hashes than any log needs", no+1)
		}
	}
	return p, nil
}

// Verify checks that entry stands in the log with the given key, by the proof alone, and gives the tree in which
// it stands. A refusal is ErrSignature or ErrNotIncluded where the proof can be read. It is pure.
func (p Proof) Verify(entry []byte, key string) (Tree, error) {
	tree, err := OpenCheckpoint(p.Checkpoint, key)
	if err != nil {
		return Tree{}, err
	}
	if p.Index >= tree.Size {
		return Tree{}, fmt.Errorf("the proof is for entry %d of a log that has %d", p.Index, tree.Size)
	}
	if err := tlog.CheckRecord(p.Hashes, tree.Size, tree.Root, p.Index, tlog.RecordHash(entry)); err != nil {
		return Tree{}, ErrNotIncluded
	}
	return tree, nil
}

// VerifyProof reads a proof's text and checks that entry stands in the log with the given key (see Log.Key).
// It is pure: no network, no database, no clock.
func VerifyProof(entry, proof []byte, key string) error {
	p, err := ParseProof(proof)
	if err == nil {
		_, err = p.Verify(entry, key)
	}
	return err
}
