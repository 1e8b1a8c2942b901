package journal

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Log is the county's public transparency log: a list of entries to which only Add can add, under a Merkle tree
// (RFC 6962) whose root is signed. It follows C2SP tlog-tiles, tlog-checkpoint and tlog-proof, so that anybody
// can watch it with programs that are not ours.
//
// An entry, the tree that holds it and the signed checkpoint are written in one transaction with what they prove:
//
//	log, err := journal.OpenLog(ctx, d, county, "gazette.example.org/log", "")
//	err = d.Write(ctx, func(tx *db.Tx) error {
//		… publish the document …
//		index, err = log.Add(ctx, tx, entry)
//		return err
//	})
//	// Only now, after commit, is it said to be published; log.Proof(ctx, tx, index) proves it at once.
type Log struct {
	county string
	origin string
	key    string      // how others verify: origin+hash+public key
	signer note.Signer // nobody but this log may have it
}

// MaxLogEntry is how many bytes an entry may have: bundles carry the length in two bytes.
const MaxLogEntry = 1<<16 - 1

// Key is the public key that checkpoints are verified with, as golang.org/x/mod/sumdb/note writes it. It is to be
// printed where it cannot be changed in silence: in the gazette itself.
func (l *Log) Key() string { return l.key }

// Origin is the log's name: the first line of its checkpoints.
func (l *Log) Origin() string { return l.origin }

// Tree is what a checkpoint says: how many entries there are, and the hash over all of them.
type Tree struct {
	Size int64
	Root tlog.Hash
}

// checkpoint writes and signs the statement that the log's tree is t.
func (l *Log) checkpoint(t Tree) ([]byte, error) {
	return note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", l.origin, t.Size, t.Root)}, l.signer)
}

// Errors of a check that failed. Errors of a proof that cannot even be read are neither.
var (
	ErrSignature    = errors.New("the checkpoint is not signed with this key")
	ErrNotIncluded  = errors.New("the proof is for another text: this one is not the entry that it proves")
	ErrInconsistent = errors.New("the newer checkpoint does not continue the older one: the log was rewritten")
)

// OpenCheckpoint checks the signature of a checkpoint against the log's key (see Log.Key) and reads it. It is pure.
func OpenCheckpoint(checkpoint []byte, key string) (Tree, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(key))
	if err != nil {
		return Tree{}, fmt.Errorf("the key %q is not a public key of a log: %w", key, err)
	}
	// A note of ours has a handful of lines; a witness adds one.
	if len(checkpoint) > 64<<10 {
		return Tree{}, fmt.Errorf("the checkpoint has %d bytes, at most %d are read", len(checkpoint), 64<<10)
	}
	n, err := note.Open(checkpoint, note.VerifierList(verifier))
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unverified), errors.As(err, &invalid):
		return Tree{}, fmt.Errorf("%w: %w", ErrSignature, err)
	case err != nil:
		return Tree{}, fmt.Errorf("the checkpoint: %w", err)
	}
	// A signature has one spelling only; base64 decoders forgive others.
	for _, s := range n.Sigs {
		if raw, err := base64.StdEncoding.DecodeString(s.Base64); err != nil || base64.StdEncoding.EncodeToString(raw) != s.Base64 {
			return Tree{}, fmt.Errorf("the checkpoint: a signature is not in plain base64")
		}
	}
	return parseCheckpoint(n.Text, verifier.Name())
}

func parseCheckpoint(text, origin string) (Tree, error) {
	lines := strings.Split(text, "\n") // the text ends with a newline, so the last is empty
	if len(lines) < 4 {
		return Tree{}, errors.New("the checkpoint has less than three lines")
	}
	if lines[0] != origin {
		return Tree{}, fmt.Errorf("the checkpoint is of the log %q, the key of %q", lines[0], origin)
	}
	size, err := parseNumber(lines[1])
	if err != nil {
		return Tree{}, fmt.Errorf("the checkpoint: size: %w", err)
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return Tree{}, fmt.Errorf("the checkpoint: root: %w", err)
	}
	return Tree{size, root}, nil
}

// parseNumber reads a number of entries or an index, in its one spelling.
func parseNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > maxSize || strconv.FormatInt(n, 10) != s {
		return 0, fmt.Errorf("%.40q is no number from 0 to %d", s, int64(maxSize))
	}
	return n, nil
}

// maxSize bounds the size of a log that we would believe in, so that no sum below can overflow.
const maxSize = 1 << 48

func parseHash(s string) (h tlog.Hash, err error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) != len(h) || strings.ContainsAny(s, "\r\n") {
		return h, fmt.Errorf("%.60q is no hash in base64", s)
	}
	copy(h[:], raw)
	return h, nil
}

// VerifyConsistency checks that the newer checkpoint continues the older one: that nothing the older one stood
// for was changed or taken out. proof is what Log.Consistency gave, or what a client worked out from tiles.
// It is pure.
func VerifyConsistency(older, newer []byte, proof []tlog.Hash, key string) error {
	was, err := OpenCheckpoint(older, key)
	if err != nil {
		return fmt.Errorf("older: %w", err)
	}
	is, err := OpenCheckpoint(newer, key)
	if err != nil {
		return fmt.Errorf("newer: %w", err)
	}
	switch {
	case is.Size < was.Size:
		return fmt.Errorf("%w: it has %d entries, the older one %d", ErrInconsistent, is.Size, was.Size)
	case was.Size == 0: // everything continues the empty log
		if empty, _ := tlog.TreeHash(0, nil); was.Root != empty || len(proof) > 0 {
			return ErrInconsistent
		}
		return nil
	}
	if err := tlog.CheckTree(proof, is.Size, is.Root, was.Size, was.Root); err != nil {
		return fmt.Errorf("%w: %w", ErrInconsistent, err)
	}
	return nil
}

// compact is a tree without its leaves: the roots of its full subtrees, from the largest to the smallest.
type compact struct {
	size  int64
	roots []tlog.Hash
}

// add adds an entry and gives the hashes that are thereby settled, in the order in which tlog numbers them.
func (c *compact) add(entry []byte) []tlog.Hash {
	h := tlog.RecordHash(entry)
	settled := []tlog.Hash{h}
	for n := c.size; n&1 == 1; n >>= 1 {
		last := len(c.roots) - 1
		h = tlog.NodeHash(c.roots[last], h)
		c.roots = c.roots[:last]
		settled = append(settled, h)
	}
	c.roots = append(c.roots, h)
	c.size++
	return settled
}

func (c *compact) tree() Tree {
	if c.size == 0 {
		empty, _ := tlog.TreeHash(0, nil)
		return Tree{0, empty}
	}
	last := len(c.roots) - 1
	root := c.roots[last]
	for i := last - 1; i >= 0; i-- {
		root = tlog.NodeHash(c.roots[i], root)
	}
	return Tree{c.size, root}
}

// newSigner makes a key whose name is the log's origin.
func newSigner(signer, origin string) (skey, vkey string, err error) {
	if origin == "" || strings.ContainsAny(origin, "+ \t\r\n") {
		return "", "", fmt.Errorf("origin %q: want a name like gazette.example.org/log, without spaces and plus", origin)
	}
	if signer == "" {
		return note.GenerateKey(nil, origin)
	}
	skey = strings.TrimSpace(signer)
	vkey, err = publicKey(skey)
	return skey, vkey, err
}

// publicKey is the public half of a private key as note writes both: PRIVATE+KEY+name+hash+base64.
func publicKey(skey string) (string, error) {
	bad := errors.New("the log's private key is not of the form PRIVATE+KEY+name+hash+key") // never quote it
	if _, err := note.NewSigner(skey); err != nil {
		return "", bad
	}
	f := strings.SplitN(skey, "+", 5)
	seed, err := base64.StdEncoding.DecodeString(f[4])
	if err != nil || len(seed) != 33 || seed[0] != 1 {
		return "", bad
	}
	return note.NewEd25519VerifierKey(f[2], ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey))
}
