package forecast

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

// MaxFile bounds a file that is taken in.
const MaxFile = 64 << 20

// Taken is what became of a file.
type Taken struct {
	Again   bool    // the same bytes were taken before; nothing was done
	Runs    []int64 // into which its fields went
	Fields  int
	Ignored []string // what was in it that no product wants
}

// ahead is how long before its time a run may come: a forecast from eight o'clock is often sent at half past seven.
const ahead = 6 * time.Hour

// Receive is Take of what a program sends, such as the body of an HTTP PUT.
func (p *Products) Receive(ctx context.Context, d *db.DB, name string, body io.Reader, who string) (*Taken, error) {
	b, err := io.ReadAll(io.LimitReader(body, MaxFile+1))
	if err != nil {
		return nil, refuse(Invalid, "Receive", "文件“%s”没有传完，请重传。", cut(name, 100))
	}
	return p.Take(ctx, d, name, b, who)
}

// draft is a run as one file gives it.
type draft struct {
	d      *Definition
	at     time.Time
	fields []Field
	note   string
	made   bool
}

// Take reads a file, which may be of many products and runs, and keeps its fields. The same bytes are taken once, whatever they are
// called. What cannot be taken is an *Error, and is on record with its reason. who is the person who sent it, if it was a
// person.
func (p *Products) Take(ctx context.Context, d *db.DB, name string, b []byte, who string) (*Taken, error) {
	name = cut(filepath.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "?"), "\x00", "?")), 200)
	sum := sha256.Sum256(b)
	f := file{Hash: hex.EncodeToString(sum[:]), Name: name, Size: int64(len(b)), State: StateTaken}
	taken := &Taken{}
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		taken.Again, err = p.isTaken(ctx, tx, f.Hash)
		return err
	})
	if err != nil || taken.Again {
		return taken, wrap("Take", err)
	}
	drafts, ignored, bad := p.read(name, b)
	for _, r := range drafts {
		if now := d.Now(); r.at.After(now.Add(ahead)) {
			bad = fmt.Errorf("产品“%s”的起报时间%s在%s以后，请核对对方的时钟", r.d.Name, said(r.at), span(ahead))
		}
	}
	if bad != nil {
		drafts = nil
		f.State, f.Reason = StateAside, bad.Error()
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		*taken = Taken{Ignored: ignored}
		again, err := p.isTaken(ctx, tx, f.Hash)
		if err != nil {
			return err
		}
		if again { // by another, while this one read it
			taken.Again = true
			return nil
		}
		for _, r := range drafts {
			id, err := p.keep(ctx, tx, r)
			if err != nil {
				return err
			}
			taken.Runs = append(taken.Runs, id)
			taken.Fields += len(r.fields)
		}
		if err := p.putFile(ctx, tx, f); err != nil || who == "" {
			return err
		}
		_, err = journal.Append(ctx, tx, p.county, journal.Entry{Who: who, What: "forecast.take", Subject: "forecast/file/" + f.Hash, Detail: cut(name+" "+f.Reason, 2000)})
		return err
	})
	if err == nil && bad != nil {
		err = refuse(Invalid, "Take", "文件“%s”没有收：%s", name, bad)
	}
	return taken, wrap("Take", err)
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
