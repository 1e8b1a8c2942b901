package edition

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Leaf is what a Manifest says: one version of one document, and the hash of every form it was published in.
type Leaf struct {
	County      County
	Key         string
	Record      Record
	Version     int
	No          string
	Title       string
	PublishedAt time.Time
	Note        string // why it was corrected or withdrawn
	Editions    []Hash
}

// Hash names one published file by its content.
type Hash struct {
	Format string // as in File.Format, or attachment-1 for the file of attachment 1
	SHA256 string // 64 hexadecimal digits
	Size   int64  // bytes; 0 where it is not known
}

// MaxManifest bounds a manifest, in bytes; MaxBundle a proof bundle.
const (
	MaxManifest = 4 << 10
	MaxBundle   = 64 << 10
)

const manifestHead = "zhixing manifest 1"

// Manifest is the leaf text that goes into the transparency log: UTF-8 lines of the form "name: value", in this
// order, each ended by a line feed, no empty line, at most MaxManifest bytes. Titles and notes that are too long
// end in …; empty numbers and notes are left out. For example
//
//	zhixing manifest 1
//	county: 100000 甲县
//	key: jzbf-2023-12
//	record: publish
//	version: 1
//	number: 甲政办发〔2023〕12号
//	title: 甲县人民政府办公室关于…的通知
//	published_at: 2023-10-01T01:02:03.000004Z
//	edition: html 5f…64 hexadecimal digits…9c 20480
//	edition: json 07…e1 9120
//
// The last lines name every edition by format, SHA-256 and size, then every attachment that has a file.
func Manifest(p Publication, files []File) ([]byte, error) {
	p = p.Clean()
	switch p.Record {
	case Publish, Correct, Withdraw:
	default:
		return nil, fmt.Errorf("edition.Manifest: %s: record %q: want publish, correct or withdraw", p.Key, p.Record)
	}
	if p.Key == "" || p.County.Code == "" || p.Version < 1 || p.PublishedAt.IsZero() {
		return nil, fmt.Errorf("edition.Manifest: %q: county, key, version and time of publication are needed", p.Key)
	}
	if strings.Contains(p.County.Code, " ") || len(p.Key) > 300 || len(p.County.Code)+len(p.County.Name) > 300 {
		return nil, fmt.Errorf("edition.Manifest: %.300q: county or key is too long, or the county code has a space", p.Key)
	}
	l := Leaf{County: p.County, Key: p.Key, Record: p.Record, Version: p.Version, No: shorten(p.No, 200),
		Title: shorten(p.Title, 900), PublishedAt: p.PublishedAt, Note: shorten(p.VersionNote, 500)}
	for _, f := range files {
		l.Editions = append(l.Editions, Hash{f.Format, f.SHA256, int64(len(f.Bytes))})
	}
	for _, a := range p.Attachments {
		if a.SHA256 != "" {
			l.Editions = append(l.Editions, Hash{"attachment-" + strconv.Itoa(a.No), a.SHA256, 0})
		}
	}
	b := l.text()
	if len(b) > MaxManifest {
		return nil, fmt.Errorf("edition.Manifest: %s: %d bytes, more than %d: too many attachments with files", p.Key, len(b), MaxManifest)
	}
	if _, err := ParseManifest(b); err != nil {
		return nil, fmt.Errorf("edition.Manifest: %s: %w", p.Key, err)
	}
	return b, nil
}

func (l Leaf) text() []byte {
	var b bytes.Buffer
	put := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\n")
		}
	}
	b.WriteString(manifestHead + "\n")
	put("county", strings.TrimSpace(l.County.Code+" "+l.County.Name))
	put("key", l.Key)
	put("record", string(l.Record))
	put("version", strconv.Itoa(l.Version))
	put("number", l.No)
	put("title", l.Title)
	put("published_at", l.PublishedAt.Format(time.RFC3339Nano))
	put("note", l.Note)
	for _, h := range l.Editions {
		put("edition", h.Format+" "+h.SHA256+" "+strconv.FormatInt(h.Size, 10))
	}
	return b.Bytes()
}

// shorten cuts s to at most n bytes, at the end of a character.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimSpace(s[:n]) + "…"
}

// ParseManifest reads what Manifest wrote and refuses everything else, so that no two texts mean the same leaf.
func ParseManifest(b []byte) (Leaf, error) {
	var l Leaf
	if len(b) > MaxManifest || !utf8.Valid(b) || !bytes.HasPrefix(b, []byte(manifestHead+"\n")) {
		return l, fmt.Errorf("edition.ParseManifest: want UTF-8 of at most %d bytes that begins %q", MaxManifest, manifestHead)
	}
	lines := strings.Split(string(b), "\n")
	for i, ln := range lines[1 : len(lines)-1] {
		name, value, _ := strings.Cut(ln, ": ")
		if err := l.set(name, value); err != nil {
			return Leaf{}, fmt.Errorf("edition.ParseManifest: line %d: %w", i+2, err)
		}
	}
	if l.County.Code == "" || l.Key == "" || l.Record == "" || l.Version == 0 || l.PublishedAt.IsZero() {
		return Leaf{}, fmt.Errorf("edition.ParseManifest: county, key, record, version or published_at is missing")
	}
	if !bytes.Equal(l.text(), b) {
		return Leaf{}, fmt.Errorf("edition.ParseManifest: lines are out of order, repeated or not in the exact form")
	}
	return l, nil
}

func (l *Leaf) set(name, value string) (err error) {
	switch name {
	case "county":
		l.County.Code, l.County.Name, _ = strings.Cut(value, " ")
	case "key":
		l.Key = value
	case "record":
		l.Record = Record(value)
		if l.Record != Publish && l.Record != Correct && l.Record != Withdraw {
			return fmt.Errorf("record %.20q: want publish, correct or withdraw", value)
		}
	case "version":
		if l.Version, err = strconv.Atoi(value); err != nil || l.Version < 1 || strconv.Itoa(l.Version) != value {
			return fmt.Errorf("version %.20q: want a number from 1", value)
		}
	case "number":
		l.No = value
	case "title":
		l.Title = value
	case "published_at":
		if l.PublishedAt, err = time.Parse(time.RFC3339Nano, value); err != nil {
			return fmt.Errorf("published_at %.40q: want UTC as 2006-01-02T15:04:05Z", value)
		}
		l.PublishedAt = l.PublishedAt.UTC()
	case "note":
		l.Note = value
	case "edition":
		h, err := parseHash(value)
		if err != nil {
			return err
		}
		l.Editions = append(l.Editions, h)
	default:
		return fmt.Errorf("%.20q is not a name of this form", name)
	}
	return nil
}

func parseHash(value string) (Hash, error) {
	f := strings.Split(value, " ")
	if len(f) != 3 || f[0] == "" {
		return Hash{}, fmt.Errorf("edition %.100q: want format, SHA-256 and size", value)
	}
	size, err := strconv.ParseInt(f[2], 10, 64)
	sum, bad := hex.DecodeString(f[1])
	if err != nil || bad != nil || size < 0 || len(sum) != 32 || strings.ToLower(f[1]) != f[1] {
		return Hash{}, fmt.Errorf("edition %.100q: want format, SHA-256 in 64 lower-case hexadecimal digits, and size", value)
	}
	return Hash{f[0], f[1], size}, nil
}

// Find returns the edition with this SHA-256 (lower-case hexadecimal).
func (l Leaf) Find(sha256 string) (Hash, bool) {
	for _, h := range l.Editions {
		if h.SHA256 == sha256 {
			return h, true
		}
	}
	return Hash{}, false
}

// Bundle is the proof file that is downloaded beside an edition: the manifest, an empty line, and the proof that the
// manifest is in the transparency log (c2sp.org/tlog-proof). Whoever holds it and the log's public key needs no
// connection: hash the edition, find the hash in the manifest, check the manifest's inclusion.
func Bundle(manifest, tlogProof []byte) []byte {
	return bytes.Join([][]byte{manifest, tlogProof}, []byte("\n"))
}

// SplitBundle takes a bundle apart. The manifest comes back byte for byte: it is the log's leaf.
func SplitBundle(b []byte) (manifest, tlogProof []byte, err error) {
	if len(b) > MaxBundle {
		return nil, nil, fmt.Errorf("edition.SplitBundle: %d bytes, more than %d: not a proof file", len(b), MaxBundle)
	}
	head, proof, ok := bytes.Cut(b, []byte("\n\n"))
	if !ok || !bytes.HasPrefix(b, []byte(manifestHead+"\n")) {
		return nil, nil, fmt.Errorf("edition.SplitBundle: not a proof file: want a manifest, an empty line and a proof")
	}
	manifest = append(bytes.Clone(head), '\n')
	if _, err := ParseManifest(manifest); err != nil {
		return nil, nil, err
	}
	return manifest, proof, nil
}
