// Package journal keeps what nobody may change afterwards: the county's history, and the public transparency log.
//
// The history (操作留痕) is a list of records — who did what, to what, when, on what basis — in which each record
// carries the hash of the one before. It is written in the transaction of the deed itself, so that there is no deed
// without its record:
//
//	err := d.Write(ctx, func(tx *db.Tx) error {
//		… the deed …
//		_, err := journal.Append(ctx, tx, county, journal.Entry{
//			Who: "起草甲", What: "publication.draft", Subject: "issue/2023/3", Basis: "公报编辑例会",
//		})
//		return err
//	})
//
// The transparency log (see Log) proves to anybody outside that what was published is still what was published.
// The history itself is not public; its newest hash is put into the log from time to time, and with that the whole
// history stands fixed.
package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Entry is what a caller records.
type Entry struct {
	Who     string // the account's name, or "system"; never empty
	What    string // the deed as noun.verb: publication.publish; never empty
	Subject string // the address of what it was done to
	Basis   string // document and clause, or the reason given
	Detail  string // anything more, as the noun writes it; JSON where machines read it
}

// Hash is a SHA-256 hash.
type Hash [sha256.Size]byte

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Head is the newest record of a history, which stands for all before it. The head of an empty history is zero.
type Head struct {
	Seq  int64
	Hash Hash
}

// Record is an entry as it stands in the history.
type Record struct {
	Entry
	Seq  int64 // 1, 2, 3 … without a gap
	At   time.Time
	Prev Hash // of record Seq-1; zero for the first
	Hash Hash
}

// maxEntry bounds an entry's text, in bytes: the history is for deeds, not for documents.
const maxEntry = 64 << 10

func (e Entry) check() error {
	size := 0
	for _, f := range e.fields() {
		if !utf8.ValidString(f) || strings.ContainsRune(f, 0) {
			return fmt.Errorf("an entry holds text that is not UTF-8, or a zero byte: %q", f)
		}
		size += len(f)
	}
	switch {
	case e.Who == "":
		return fmt.Errorf("an entry of %q must name who did it", e.What)
	case e.What == "":
		return fmt.Errorf("an entry of %q must name the deed", e.Who)
	case size > maxEntry:
		return fmt.Errorf("an entry of %q has %d bytes, at most %d are recorded", e.What, size, maxEntry)
	}
	return nil
}

func (e Entry) fields() []string { return []string{e.Who, e.What, e.Subject, e.Basis, e.Detail} }

// seal is the hash of a record. It is SHA-256 over these, one after the other: the words "zhixing journal 1\n"; the
// county; seq; at, in microseconds since 1970 UTC; who; what; subject; basis; detail; the hash before. A number is
// 8 bytes, big-endian. A text is its length in bytes, as such a number, and then its bytes in UTF-8. The hash
// before is its 32 bytes.
func (r Record) seal(county string) Hash {
	b := []byte("zhixing journal 1\n")
	number := func(n int64) { b = binary.BigEndian.AppendUint64(b, uint64(n)) }
	text := func(s string) {
		number(int64(len(s)))
		b = append(b, s...)
	}
	text(county)
	number(r.Seq)
	number(r.At.UnixMicro())
	for _, f := range r.fields() {
		text(f)
	}
	b = append(b, r.Prev[:]...)
	return sha256.Sum256(b)
}

// Broken is the first record of a history that is not as it was written.
type Broken struct {
	County string
	Seq    int64
	Why    string
}

func (b *Broken) Error() string {
	return fmt.Sprintf("journal of %s: record %d: %s", b.County, b.Seq, b.Why)
}

// follows says what is wrong with r as the next record after head, or "".
func (r Record) follows(head Head, county string) string {
	switch {
	case r.Seq != head.Seq+1:
		return fmt.Sprintf("follows record %d: records are missing", head.Seq)
	case r.Prev != head.Hash:
		return "does not carry the hash of the record before"
	case r.Hash != r.seal(county):
		return "its text is not the one that was hashed"
	}
	return ""
}
