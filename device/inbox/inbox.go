// Package inbox keeps what has come in on disk until it is on record: files that are only written at their end. Who sent
// something can be answered after one short wait for the disk, however long recording takes.
//
//	b, err := inbox.Open(dir, func(id string) (inbox.Position, error) { … how far this inbox is on record … })
//	err = b.Put(ctx, item, func(err error) { … it is on disk: answer … })
//	…
//	items, err := b.Next(ctx, 1<<20) // in the order in which they came, also those of before a crash
//	… record them, and the end of the last with them, in one transaction …
//	b.Done(items[len(items)-1].End)
//
// What is not on record yet is bounded: Put waits for room, and that holds its sender up.
package inbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Position is a place between two items: so many bytes into a file. The zero is before all.
type Position struct{ File, Offset int64 }

// Inbox is open until Close. Put may be called by many goroutines, Next and Done by one.
type Inbox struct {
	dir string
	id  string

	mu      sync.Mutex
	work    sync.Cond // something waits for the disk
	changed sync.Cond // something is on disk, or on record
	waiting []put
	pending int64 // bytes that wait for the disk
	files   []file
	closed  bool
	ended   chan struct{} // the writer has

	out    *os.File // what is written to; nil: the next Put begins a file
	in     *os.File // what is read from
	inFile int64
	next   Position // of Next
	done   Position

	sync func(*os.File) error // tests break it
}

type put struct {
	item []byte
	done func(error)
}

// file is one file and how much of it can be read: what is certainly on disk.
type file struct{ number, size int64 }

const (
	maxFile   = 16 << 20
	maxBehind = 64 << 20 // some five minutes of a thousand stations that send ten frames a second
	maxAtOnce = 1 << 20
)

// MaxItem is the longest item, in bytes.
const MaxItem = 64 << 10

// ErrClosed is the error of what was given to a closed inbox.
var ErrClosed = errors.New("inbox: it is closed")

// Open opens the inbox in dir, which it makes where there is none. recorded tells how far the inbox of that name is on record:
// a folder that was lost gets another name, so that nothing in it is taken for recorded. One process at a time may have it open.
func Open(dir string, recorded func(id string) (Position, error)) (*Inbox, error) {
	b := &Inbox{dir: dir, ended: make(chan struct{}), sync: (*os.File).Sync}
	b.work.L, b.changed.L = &b.mu, &b.mu
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("inbox: %w", err)
	}
	id, err := identity(filepath.Join(dir, "id"))
	if err != nil {
		return nil, fmt.Errorf("inbox: %w", err)
	}
	b.id = id
	if b.done, err = recorded(id); err != nil {
		return nil, err
	}
	if b.files, err = list(dir); err != nil {
		return nil, fmt.Errorf("inbox: %w", err)
	}
	b.next = b.done
	b.drop()
	go b.write()
	return b, nil
}

// ID is the name of the inbox, made when its folder was.
func (b *Inbox) ID() string { return b.id }

func identity(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		id := strings.TrimSpace(string(text))
		if len(id) != 16 {
			return "", fmt.Errorf("%s should hold the sixteen letters of a name, not %q; if the folder is new, remove it", path, id)
		}
		return id, nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // never fails
	id := hex.EncodeToString(raw)
	if err := writeFile(path+".new", id+"\n"); err != nil {
		return "", err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return "", err
	}
	return id, syncDir(filepath.Dir(path))
}

func writeFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// list are the files in dir by number.
func list(dir string) (files []file, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		var n int64
		if _, err := fmt.Sscanf(e.Name(), "%d.in", &n); err != nil || e.Name() != name(n) {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		files = append(files, file{n, info.Size()})
	}
	slices.SortFunc(files, func(a, b file) int { return int(a.number - b.number) })
	return files, nil
}

func name(n int64) string { return fmt.Sprintf("%012d.in", n) }

func (b *Inbox) path(n int64) string { return filepath.Join(b.dir, name(n)) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Close writes what waits and closes the files; what is not on record is there when it is opened again.
func (b *Inbox) Close() error {
	b.mu.Lock()
	b.closed = true
	b.work.Broadcast()
	b.changed.Broadcast()
	b.mu.Unlock()
	<-b.ended
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.in != nil {
		b.in.Close()
	}
	if b.out == nil {
		return nil
	}
	err := b.out.Close()
	b.out = nil
	b.drop()
	return err
}

// Unrecorded is how many bytes are not on record.
func (b *Inbox) Unrecorded() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.unrecorded()
}

func (b *Inbox) unrecorded() int64 {
	n := b.pending
	for _, f := range b.files {
		switch {
		case f.number == b.done.File:
			n += max(0, f.size-b.done.Offset)
		case f.number > b.done.File:
			n += f.size
		}
	}
	return n
}

// Settled waits until all that was put is on record.
func (b *Inbox) Settled(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wait(ctx, func() bool { return b.unrecorded() == 0 })
}

// wait waits until something is so. Under the lock.
func (b *Inbox) wait(ctx context.Context, so func() bool) error {
	if so() {
		return nil
	}
	stop := context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.changed.Broadcast()
	})
	defer stop()
	for !so() {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.changed.Wait()
	}
	return nil
}
