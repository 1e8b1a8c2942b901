package publication

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"
	"unicode/utf8"

	"zhixing/db"
	"zhixing/journal"
)

// A dump is the whole public store as JSON lines (docs/dump.md), each line an object with one name that says what it is:
//
//	{"dump":{"form":1,"county":"990001","made_at":"…","log":{"size":4,"root":"…","checkpoint":"…"},"documents":3}}
//	{"entry":{"index":0,"text":"zhixing manifest 1\n…"}}       every entry of the log, in order
//	{"issue":{…}}                                              every issue
//	{"document":{…}} {"version":{…}} {"file":{…}} …            every document, each followed by all that hangs on it
//	{"end":{"lines":4711,"sha256":"…"}}                        of all bytes before this line
//
// No draft, no account and no journal record is in it: it is read from the public tables alone.
type line struct {
	Dump     *dumpHead     `json:"dump,omitempty"`
	Entry    *dumpEntry    `json:"entry,omitempty"`
	Issue    *Issue        `json:"issue,omitempty"`
	Document *dumpDocument `json:"document,omitempty"`
	Version  *Version      `json:"version,omitempty"`
	File     *dumpFile     `json:"file,omitempty"`
	Citation *dumpCitation `json:"citation,omitempty"`
	Duty     *Duty         `json:"duty,omitempty"`
	Mention  *dumpMention  `json:"mention,omitempty"`
	Move     *Appointment  `json:"appointment,omitempty"`
	End      *dumpEnd      `json:"end,omitempty"`
}

// dumpForm is raised when a reader of the old form would misunderstand the new one.
const dumpForm = 1

type dumpHead struct {
	Form      int       `json:"form"`
	County    string    `json:"county"`
	MadeAt    time.Time `json:"made_at"`
	Documents int64     `json:"documents"`
	Log       dumpLog   `json:"log"`
}

type dumpLog struct {
	Key        string `json:"key"`
	Size       int64  `json:"size"`
	Root       string `json:"root"` // base64
	Checkpoint string `json:"checkpoint"`
}

type dumpEntry struct {
	Index int64 `json:"index"`
	blob
}

type dumpDocument struct {
	Ordinal int64 `json:"ordinal"`
	Head
}

type dumpFile struct {
	File
	blob
}

// blob is bytes as text where they are UTF-8, in base64 where they are not.
type blob struct {
	Text   *string `json:"text,omitempty"`
	Base64 []byte  `json:"base64,omitempty"`
}

func newBlob(b []byte) blob {
	if utf8.Valid(b) {
		s := string(b)
		return blob{Text: &s}
	}
	return blob{Base64: b}
}

func (b blob) bytes() []byte {
	if b.Text != nil {
		return []byte(*b.Text)
	}
	return b.Base64
}

type dumpCitation struct {
	Key        Key    `json:"key,omitempty"`
	No         string `json:"no,omitempty"`
	Title      string `json:"title,omitempty"`
	Level      string `json:"level,omitempty"`
	CarriesOut bool   `json:"carries_out,omitempty"`
	Effect     string `json:"effect,omitempty"`
	Path       string `json:"path,omitempty"`
}

type dumpMention struct {
	Unit string `json:"unit"`
	Role string `json:"role"`
	Duty int    `json:"duty,omitempty"`
}

type dumpEnd struct {
	Lines  int64  `json:"lines"`
	SHA256 string `json:"sha256"` // hexadecimal
}

// Progress is told how far long work has come, in documents.
type Progress func(done, total int64)

// Dump writes the whole public store of the log's county as of one moment, gzipped where gz is set. told may be nil.
func Dump(ctx context.Context, d *db.DB, log *journal.Log, county string, w io.Writer, gz bool, told Progress) error {
	const op = "Dump"
	out := bufio.NewWriterSize(w, 1<<16)
	var z *gzip.Writer
	o := &dumper{sum: sha256.New(), told: told, county: county, log: log}
	if o.w = io.Writer(out); gz {
		z = gzip.NewWriter(out)
		o.w = z
	}
	if err := d.Read(ctx, func(tx *db.Tx) error { return o.all(ctx, tx, d.Now()) }); err != nil {
		return wrap(op, err)
	}
	if z != nil {
		if err := z.Close(); err != nil {
			return wrap(op, err)
		}
	}
	return wrap(op, out.Flush())
}

type dumper struct {
	w      io.Writer
	sum    hash.Hash
	lines  int64
	told   Progress
	county string
	log    *journal.Log
}

func (o *dumper) put(l line) error {
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	b = append(b, '\n')
	o.sum.Write(b)
	o.lines++
	_, err = o.w.Write(b)
	return err
}

func (o *dumper) all(ctx context.Context, tx *db.Tx, now time.Time) error {
	total, err := countDocuments(ctx, tx, o.county)
	if err != nil {
		return err
	}
	tree, checkpoint, err := logTree(ctx, tx, o.log)
	if err != nil {
		return err
	}
	err = o.put(line{Dump: &dumpHead{dumpForm, o.county, now, total, dumpLog{o.log.Key(), tree.Size, tree.Root.String(), checkpoint}}})
	if err != nil {
		return err
	}
	for at := int64(0); at < tree.Size; {
		entries, err := o.log.Entries(ctx, tx, at, int(min(500, tree.Size-at)))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := o.put(line{Entry: &dumpEntry{at, newBlob(e)}}); err != nil {
				return err
			}
			at++
		}
	}
	issues, err := listIssues(ctx, tx, o.county, maxIssues)
	if err != nil {
		return err
	}
	for i := len(issues) - 1; i >= 0; i-- {
		if err := o.put(line{Issue: &issues[i]}); err != nil {
			return err
		}
	}
	if err := o.documents(ctx, tx, total); err != nil {
		return err
	}
	return o.put(line{End: &dumpEnd{o.lines, hex.EncodeToString(o.sum.Sum(nil))}})
}

// logTree is the newest signed statement on the log, read and checked.
func logTree(ctx context.Context, tx *db.Tx, log *journal.Log) (journal.Tree, string, error) {
	c, err := log.Checkpoint(ctx, tx)
	if err != nil {
		return journal.Tree{}, "", err
	}
	tree, err := journal.OpenCheckpoint(c, log.Key())
	return tree, string(c), err
}

func (o *dumper) documents(ctx context.Context, tx *db.Tx, total int64) error {
	done := int64(0)
	for after := int64(0); ; {
		heads, err := headsAfter(ctx, tx, o.county, after, 500)
		if err != nil {
			return err
		}
		if len(heads) == 0 {
			return nil
		}
		for _, h := range heads {
			if err := o.document(ctx, tx, h); err != nil {
				return fmt.Errorf("%s: %w", h.Key, err)
			}
			after = h.Ordinal
			if done++; o.told != nil {
				o.told(done, total)
			}
		}
	}
}

func (o *dumper) document(ctx context.Context, tx *db.Tx, h dumpDocument) error {
	if err := o.put(line{Document: &h}); err != nil {
		return err
	}
	versions, err := readVersions(ctx, tx, o.county, h.Key)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if err := o.put(line{Version: &v}); err != nil {
			return err
		}
		if err := o.version(ctx, tx, h.Key, v.N); err != nil {
			return err
		}
	}
	return nil
}

func (o *dumper) version(ctx context.Context, tx *db.Tx, key Key, n int) error {
	files, err := readFiles(ctx, tx, o.county, key, n)
	if err != nil {
		return err
	}
	for _, f := range files {
		c, err := readFile(ctx, tx, o.county, key, n, f.Name)
		if err != nil {
			return err
		}
		if err := o.put(line{File: &dumpFile{f, newBlob(c.Bytes)}}); err != nil {
			return err
		}
	}
	cites, err := readCitations(ctx, tx, o.county, key, n)
	if err != nil {
		return err
	}
	for _, c := range cites {
		if err := o.put(line{Citation: &dumpCitation{c.cited, c.no, c.title, c.level, c.implements, c.effect, c.path}}); err != nil {
			return err
		}
	}
	duties, err := readDuties(ctx, tx, o.county, key, n)
	if err != nil {
		return err
	}
	for i := range duties {
		if err := o.put(line{Duty: &duties[i]}); err != nil {
			return err
		}
	}
	mentions, err := readMentions(ctx, tx, o.county, key, n)
	if err != nil {
		return err
	}
	for _, m := range mentions {
		if err := o.put(line{Mention: &dumpMention{m.unit, m.role, m.duty}}); err != nil {
			return err
		}
	}
	moves, err := readAppointments(ctx, tx, o.county, key, n)
	if err != nil {
		return err
	}
	for i := range moves {
		if err := o.put(line{Move: &moves[i]}); err != nil {
			return err
		}
	}
	return nil
}
