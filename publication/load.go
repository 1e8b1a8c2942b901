package publication

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"zhixing/db"
	"zhixing/journal"
)

// maxLine bounds a line of a dump: an attachment of MaxAttachment in base64 and what stands around it.
const maxLine = MaxAttachment/3*4 + 1<<20

// Load fills an empty store with what Dump wrote, gzipped or not: the same site and the same log, as one transaction.
// Every file is checked against its hash, every version against its manifest, every manifest against the log, and the
// log against its root; whatever does not fit is an error that names the line. The checkpoint is signed anew with the
// key of log.
func Load(ctx context.Context, d *db.DB, log *journal.Log, county string, by Actor, r io.Reader, told Progress) error {
	in, err := unzipped(r)
	if err != nil {
		return wrap("Load", err)
	}
	return wrap("Load", d.Write(ctx, func(tx *db.Tx) error {
		l := &loader{ctx: ctx, tx: tx, log: log, county: county, by: by, told: told, sum: sha256.New(), in: in}
		err := l.all()
		var e *Error
		if err != nil && !errors.As(err, &e) {
			return &Error{Invalid, "publication.Load", fmt.Sprintf("数据文件第%d行有误，什么也没有装入。请重新取得完整的数据文件。", l.lines+1), err}
		}
		return err
	}))
}

func unzipped(r io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	head, err := in.Peek(2)
	if err != nil {
		return nil, fmt.Errorf("the dump is empty: %w", err)
	}
	if head[0] != 0x1f || head[1] != 0x8b {
		return in, nil
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(z, 1<<16), nil
}

type loader struct {
	ctx     context.Context
	tx      *db.Tx
	log     *journal.Log
	county  string
	by      Actor
	told    Progress
	in      *bufio.Reader
	sum     hash.Hash
	lines   int64
	head    dumpHead
	entries int64    // of the log, read so far
	batch   [][]byte // of the log, not added yet
	doc     *dumpDocument
	entry   *entry // the version being read
	seen    int    // versions of doc
	done    int64
}

func (l *loader) all() error {
	first, err := l.next()
	if err != nil {
		return err
	}
	if first.Dump == nil || first.Dump.Form != dumpForm {
		return fmt.Errorf("want a dump of form %d", dumpForm)
	}
	l.head = *first.Dump
	if l.head.County != l.county {
		return refuse(Invalid, "Load", "数据文件属于行政区划%.12s，本系统是%s。", l.head.County, l.county)
	}
	if err := l.checkEmpty(); err != nil {
		return err
	}
	for {
		before := hex.EncodeToString(l.sum.Sum(nil))
		n, err := l.next()
		if err != nil {
			return err
		}
		if n.End != nil {
			if n.End.SHA256 != before || n.End.Lines != l.lines-1 {
				return errors.New("the dump was changed: its last line does not fit what stands before it")
			}
			return l.finish()
		}
		if err := l.take(n); err != nil {
			return err
		}
	}
}

func (l *loader) checkEmpty() error {
	empty, err := isEmpty(l.ctx, l.tx, l.county)
	if err != nil {
		return err
	}
	size, err := l.log.Size(l.ctx, l.tx)
	if err != nil {
		return err
	}
	if !empty || size != 0 {
		return refuse(Conflict, "Load", "本系统已有公布的内容，不能装入。请在新建的空系统上装入数据。")
	}
	return nil
}

// next reads one line. A dump that ends without its last line is an error.
func (l *loader) next() (line, error) {
	var b []byte
	for {
		part, err := l.in.ReadSlice('\n')
		b = append(b, part...)
		if len(b) > maxLine {
			return line{}, fmt.Errorf("longer than %d bytes", maxLine)
		}
		if err == nil {
			break
		}
		if err == io.EOF {
			return line{}, errors.New("the dump breaks off here")
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line{}, err
		}
	}
	var out line
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&out); err != nil {
		return line{}, err
	}
	l.sum.Write(b)
	l.lines++
	return out, nil
}

// take puts one line where it belongs.
func (l *loader) take(n line) error {
	if n.Entry == nil {
		if err := l.addEntries(0); err != nil {
			return err
		}
	}
	switch {
	case n.Entry != nil:
		if n.Entry.Index != l.entries || l.done > 0 || l.doc != nil {
			return fmt.Errorf("log entry %d is not in its place", n.Entry.Index)
		}
		l.entries++
		l.batch = append(l.batch, n.Entry.bytes())
		return l.addEntries(500)
	case n.Issue != nil:
		return insertIssue(l.ctx, l.tx, l.county, *n.Issue)
	case n.Document != nil:
		if err := l.endDocument(); err != nil {
			return err
		}
		l.doc = n.Document
		return nil
	case l.doc == nil:
		return errors.New("belongs to no document")
	case n.Version != nil:
		if err := l.endVersion(); err != nil {
			return err
		}
		l.entry = &entry{head: l.doc.Head, v: *n.Version}
		return nil
	case l.entry == nil:
		return errors.New("belongs to no version")
	case n.File != nil:
		l.entry.files = append(l.entry.files, Content{n.File.File, n.File.bytes()})
	case n.Citation != nil:
		c := n.Citation
		l.entry.cites = append(l.entry.cites, citation{c.Key, c.No, c.Title, c.Level, c.CarriesOut, c.Effect, c.Path})
	case n.Duty != nil:
		l.entry.duties = append(l.entry.duties, *n.Duty)
	case n.Move != nil:
		l.entry.moves = append(l.entry.moves, *n.Move)
	case n.Mention != nil:
		l.entry.mentions = append(l.entry.mentions, mentionRow{n.Mention.Unit, n.Mention.Role, n.Mention.Duty})
	default:
		return errors.New("says nothing that is known")
	}
	return nil
}

// addEntries puts what was collected into the log once there is enough of it.
func (l *loader) addEntries(enough int) error {
	if len(l.batch) == 0 || len(l.batch) < enough {
		return nil
	}
	_, err := l.log.Add(l.ctx, l.tx, l.batch...)
	l.batch = l.batch[:0]
	return err
}

func (l *loader) endVersion() error {
	e := l.entry
	if e == nil {
		return nil
	}
	l.entry = nil
	l.seen++
	if e.v.N != l.seen {
		return fmt.Errorf("%s: version %d stands in the place of version %d", e.head.Key, e.v.N, l.seen)
	}
	if err := e.check(l.ctx, l.tx, l.log, l.county); err != nil {
		return fmt.Errorf("%s, version %d: %w", e.head.Key, e.v.N, err)
	}
	if err := insertVersion(l.ctx, l.tx, l.county, *e); err != nil {
		return err
	}
	if e.v.N == e.head.Version {
		return index(l.ctx, l.tx, l.county, *e)
	}
	return nil
}

func (l *loader) endDocument() error {
	if err := l.endVersion(); err != nil || l.doc == nil {
		return err
	}
	if l.seen != l.doc.Version {
		return fmt.Errorf("%s: %d versions of %d", l.doc.Key, l.seen, l.doc.Version)
	}
	if _, err := readIssue(l.ctx, l.tx, l.county, l.doc.Issue); err != nil {
		return fmt.Errorf("%s: issue %s is missing", l.doc.Key, l.doc.Issue)
	}
	if err := insertDocument(l.ctx, l.tx, l.county, l.doc.Ordinal, l.doc.Head); err != nil {
		return err
	}
	l.doc, l.seen = nil, 0
	if l.done++; l.told != nil {
		l.told(l.done, l.head.Documents)
	}
	return nil
}

func (l *loader) finish() error {
	if err := l.addEntries(0); err != nil {
		return err
	}
	if err := l.endDocument(); err != nil {
		return err
	}
	if l.done != l.head.Documents {
		return fmt.Errorf("%d documents of %d", l.done, l.head.Documents)
	}
	tree, _, err := logTree(l.ctx, l.tx, l.log)
	if err != nil {
		return err
	}
	if tree.Size != l.head.Log.Size || tree.Root.String() != l.head.Log.Root {
		return errors.New("the log has another root than the dump says")
	}
	who := l.by.Name
	if who == "" {
		who = "system"
	}
	_, err = journal.Append(l.ctx, l.tx, l.county, journal.Entry{Who: who, What: "publication.load", Subject: "log",
		Basis: "数据文件", Detail: l.head.Log.Checkpoint})
	return err
}
