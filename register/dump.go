package register

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"zhixing/db"
)

// A dump is a register as plain text, one line a thing:
//
//	zhixing register dump 1
//	register outlets
//	@ shape 5f70… {"type":"Polygon","coordinates":[…]}
//	@ file 9f86… JVBERi0xLjcK…
//	= 0 1 1 add 2023-09-20 2023-09-20T08:00:00.000000Z
//	+ 名称 rT5nq0w3m2… "一号排口"
//	- 联系人 3b0c44…
//	. 1 sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=
//
// A record (=) is followed by its parts in order: open ones (+) with salt and value, sealed ones (-) with the hash that the
// leaf holds (see seal.go). Shapes and files stand before the first record that names them. The last line says how many
// records there are and the root over them. A dump for the public leaves everything sealed that is not public, and proves
// itself all the same: whoever has only this text works out the same root.

// dumpHeader is the first line of a dump.
const dumpHeader = "zhixing register dump 1"

// dumpBatch is how many records are in memory at once.
const dumpBatch = 500

// Dump writes a register as plain text from which Rebuild makes it again, with the same root: whole for the offices, with
// nothing but what is public for the public.
func (r *Registers) Dump(ctx context.Context, tx *db.Tx, v Viewer, name Name, to io.Writer) error {
	const op = "Dump"
	s, err := r.schema(op, name)
	if err != nil {
		return err
	}
	if !v.Inside && !s.Public {
		return refuse(NotFound, op, "没有这本台账。")
	}
	w := bufio.NewWriterSize(to, 1<<16)
	fmt.Fprintf(w, "%s\nregister %s\n", dumpHeader, name)
	d := dumping{r: r, ctx: ctx, tx: tx, s: s, v: v, w: w, seen: map[string]bool{}}
	h, err := loadHead(ctx, tx, r.County, name)
	if err != nil {
		return wrap(op, err)
	}
	for from := int64(0); from < h.edge.size; from += dumpBatch {
		list, err := recordsWhere(ctx, tx, r.County, name, `AND seq >= $3 AND seq < $4 ORDER BY seq`, from, from+dumpBatch)
		if err != nil {
			return wrap(op, err)
		}
		for i := range list {
			if err := d.record(&list[i]); err != nil {
				return wrap(op, err)
			}
		}
	}
	fmt.Fprintf(w, ". %d %s\n", h.edge.size, h.edge.root())
	return wrap(op, w.Flush())
}

type dumping struct {
	r    *Registers
	ctx  context.Context
	tx   *db.Tx
	s    *Schema
	v    Viewer
	w    *bufio.Writer
	seen map[string]bool // shapes and files that were written
}

// opens reports whether a part of a record leaves in the open, and with which salt.
func (d *dumping) opens(rec *Record, name string) (salt string, ok bool) {
	salt = rec.seal.salt(name)
	return salt, salt != "" && (d.v.Inside || d.s.open(name))
}

func (d *dumping) record(rec *Record) error {
	parts := rec.parts()
	for name, value := range parts {
		if _, ok := d.opens(rec, name); ok {
			if err := d.attach(name, value); err != nil {
				return err
			}
		}
	}
	b := append(rec.appendHead([]byte("= ")), '\n')
	for _, s := range rec.sums() {
		if salt, ok := d.opens(rec, s.name); ok {
			b = append(append(append(append(append(b, "+ "...), s.name...), ' '), salt...), ' ')
			b = append(appendQuoted(b, parts[s.name]), '\n')
		} else {
			b = append(append(append(append(append(b, "- "...), s.name...), ' '), s.hash...), '\n')
		}
	}
	_, err := d.w.Write(b)
	return err
}

// attach writes the shape or the file that a value names, once.
func (d *dumping) attach(name, value string) error {
	f, ok := d.s.Field(name)
	if !ok || value == "" {
		return nil
	}
	switch f.Type {
	case Line, Polygon:
		_, sha, ok := splitShape(value)
		if !ok || d.seen[sha] {
			return nil
		}
		d.seen[sha] = true
		g, err := shapeOf(d.ctx, d.tx, d.r.County, value)
		if err != nil {
			return err
		}
		_, err = d.w.Write(append(g.appendGeoJSON([]byte("@ shape "+sha+" ")), '\n'))
		return err
	case File:
		ref, ok := ParseFile(value)
		if !ok || d.seen[ref.SHA256] {
			return nil
		}
		d.seen[ref.SHA256] = true
		b, err := fileBytes(d.ctx, d.tx, d.r.County, ref.SHA256)
		if err != nil {
			return err
		}
		_, err = d.w.WriteString("@ file " + ref.SHA256 + " " + base64.StdEncoding.EncodeToString(b) + "\n")
		return err
	}
	return nil
}

// Prove shows that record n of an entry stands in the register, with what the viewer may open of it.
func (r *Registers) Prove(ctx context.Context, tx *db.Tx, v Viewer, name Name, key string, n int) (Proof, error) {
	const op = "Prove"
	s, err := r.schema(op, name)
	if err != nil {
		return Proof{}, err
	}
	e, err := r.find(ctx, tx, s, v, key)
	if err != nil {
		return Proof{}, wrap(op, err)
	}
	if _, ok := s.Show(v, e); !ok || e == nil {
		return Proof{}, refuse(NotFound, op, "《%s》里没有“%s”。", s.Title, cut(key, 60))
	}
	list, err := recordsWhere(ctx, tx, r.County, name, `AND entry = $3 AND n = $4`, int64(e.ID), n)
	if err != nil {
		return Proof{}, wrap(op, err)
	}
	if len(list) == 0 {
		return Proof{}, refuse(NotFound, op, "“%s”没有第%d次记录。", e.Label, n)
	}
	rec := &list[0]
	h, err := loadHead(ctx, tx, r.County, name)
	if err != nil {
		return Proof{}, wrap(op, err)
	}
	p := Proof{Head: Head{name, h.edge.size, h.edge.root()}, Seq: rec.Seq, Leaf: string(rec.leafText(name)), Open: map[string]Opened{}}
	d := dumping{s: s, v: v}
	for part, value := range rec.parts() {
		if salt, ok := d.opens(rec, part); ok {
			p.Open[part] = Opened{salt, value}
		}
	}
	p.Hashes, err = tlog.ProveRecord(h.edge.size, rec.Seq, storedHashes(ctx, tx, r.County, name))
	return p, wrap(op, err)
}

// Consistency gives the hashes by which tlog.CheckTree sees that the register of size newer continues that of size older.
func (r *Registers) Consistency(ctx context.Context, tx *db.Tx, name Name, older, newer int64) ([]tlog.Hash, error) {
	const op = "Consistency"
	h, err := loadHead(ctx, tx, r.County, name)
	if err != nil {
		return nil, wrap(op, err)
	}
	if older < 1 || older > newer || newer > h.edge.size {
		return nil, refuse(Invalid, op, "这本台账现有%d条记录，请给出其间的两个数。", h.edge.size)
	}
	proof, err := tlog.ProveTree(newer, older, storedHashes(ctx, tx, r.County, name))
	return proof, wrap(op, err)
}

// dumpItem is a line of a dump that stands alone, or a record with its parts.
type dumpItem struct {
	rec    *Record
	shape  *Geometry
	file   []byte
	sha    string // of a shape or a file
	end    bool
	size   int64
	root   tlog.Hash
	lineNo int
}

// maxDumpLine bounds a line: a file of 20 MB in base64.
const maxDumpLine = 30 << 20

// dumpReader reads a dump thing by thing. It is pure, and trusts nothing.
type dumpReader struct {
	r    *bufio.Reader
	line int
	held []byte // a line that was read too far
	name Name
}

func newDumpReader(from io.Reader) (*dumpReader, error) {
	d := &dumpReader{r: bufio.NewReaderSize(from, 1<<16)}
	first, err := d.next()
	if err != nil || string(first) != dumpHeader {
		return nil, d.wrong("第一行应是“%s”：是不是选错了文件？", dumpHeader)
	}
	second, err := d.next()
	name, ok := bytes.CutPrefix(second, []byte("register "))
	if err != nil || !ok || len(name) == 0 || len(name) > 100 || !readable(string(name)) {
		return nil, d.wrong("第二行应写明是哪一本台账。")
	}
	d.name = Name(name)
	return d, nil
}

func (d *dumpReader) wrong(format string, args ...any) error {
	return refuse(Invalid, "Rebuild", "转储文件第%d行：%s", d.line, fmt.Sprintf(format, args...))
}

// next is the next line without its end.
func (d *dumpReader) next() ([]byte, error) {
	if d.held != nil {
		line := d.held
		d.held = nil
		return line, nil
	}
	d.line++
	var out []byte
	for {
		part, err := d.r.ReadSlice('\n')
		if len(out)+len(part) > maxDumpLine {
			return nil, d.wrong("太长。")
		}
		out = append(out, part...)
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil {
			return nil, d.wrong("没有传完，最后应有总数和根。")
		}
		return out[:len(out)-1], nil
	}
}

// item reads the next record, shape, file or the end.
func (d *dumpReader) item() (dumpItem, error) {
	line, err := d.next()
	if err != nil {
		return dumpItem{}, err
	}
	it := dumpItem{lineNo: d.line}
	switch {
	case bytes.HasPrefix(line, []byte("= ")):
		it.rec, err = d.record(line[2:])
	case bytes.HasPrefix(line, []byte("@ shape ")):
		sha, text, _ := bytes.Cut(line[8:], []byte(" "))
		g, bad := ParseGeoJSON(text)
		if bad == "" {
			bad = g.check()
		}
		if bad != "" {
			return it, d.wrong("%s", bad)
		}
		if _, have, _ := splitShape(shapeValue(g)); have != string(sha) {
			return it, d.wrong("图形与它的校验值不符。")
		}
		it.shape, it.sha = g, string(sha)
	case bytes.HasPrefix(line, []byte("@ file ")):
		sha, text, _ := bytes.Cut(line[7:], []byte(" "))
		b, err := base64.StdEncoding.Strict().DecodeString(string(text))
		if err != nil || len(b) > maxFile || hexSum(b) != string(sha) {
			return it, d.wrong("文件与它的校验值不符。")
		}
		it.file, it.sha = b, string(sha)
		if it.file == nil {
			it.file = []byte{}
		}
	case bytes.HasPrefix(line, []byte(". ")):
		size, root, _ := bytes.Cut(line[2:], []byte(" "))
		if it.size, err = strconv.ParseInt(string(size), 10, 64); err != nil {
			return it, d.wrong("总数认不出。")
		}
		if it.root, err = tlog.ParseHash(string(root)); err != nil {
			return it, d.wrong("根认不出。")
		}
		it.end = true
	default:
		return it, d.wrong("认不出。")
	}
	return it, err
}

// record reads a record's head and its parts.
func (d *dumpReader) record(head []byte) (*Record, error) {
	f := bytes.Split(head, []byte(" "))
	if len(f) != 6 {
		return nil, d.wrong("一条记录应有序号、条目、次数、办理、生效日期、时刻。")
	}
	rec := &Record{What: Deed(f[3]), seal: seal{parts: map[string]sealed{}}}
	n := [3]int64{}
	for i := range n {
		v, err := strconv.ParseInt(string(f[i]), 10, 64)
		if err != nil || v < 0 || v > 1<<40 {
			return nil, d.wrong("“%s”不是序号。", cut(string(f[i]), 20))
		}
		n[i] = v
	}
	rec.Seq, rec.Entry, rec.N = n[0], ID(n[1]), int(n[2])
	var err error
	if rec.Holds, err = parseExactDay(string(f[4])); err != nil {
		return nil, d.wrong("生效日期认不出。")
	}
	if rec.At, err = parseStamp(string(f[5])); err != nil {
		return nil, d.wrong("时刻认不出。")
	}
	if rec.What.Chinese() == "" || rec.Entry == 0 || rec.N == 0 || string(rec.appendHead(nil)) != string(head) {
		return nil, d.wrong("记录写得不对。")
	}
	parts, last := Values{}, ""
	for {
		line, err := d.next()
		if err != nil {
			return nil, err
		}
		open := bytes.HasPrefix(line, []byte("+ "))
		if !open && !bytes.HasPrefix(line, []byte("- ")) {
			d.held = line
			break
		}
		name, rest, ok := bytes.Cut(line[2:], []byte(" "))
		if !ok || string(name) <= last || !readable(string(name)) || len(name) > maxKey || len(parts)+len(rec.seal.parts) > 1000 {
			return nil, d.wrong("记录的各部分应按名称的次序，各占一行。")
		}
		last = string(name)
		if !open {
			if len(rest) != 64 || len(bytes.Trim(rest, "0123456789abcdef")) > 0 {
				return nil, d.wrong("封存的部分应是64位十六进制数。")
			}
			rec.seal.parts[last] = sealed{Hash: string(rest)}
			continue
		}
		salt, quoted, _ := bytes.Cut(rest, []byte(" "))
		value, ok := unquote(quoted)
		if !ok || len(salt) != saltSize || !readable(value) || !readable(string(salt)) {
			return nil, d.wrong("公开的部分应有盐和加引号的值。")
		}
		rec.seal.parts[last] = sealed{Salt: string(salt)}
		parts[last] = value
	}
	if err := rec.setParts(parts); err != nil {
		return nil, d.wrong("记录的各部分认不出。")
	}
	if !slices.Equal(sortedKeys(rec.parts()), sortedKeys(parts)) {
		return nil, d.wrong("记录的各部分认不出。")
	}
	return rec, nil
}
