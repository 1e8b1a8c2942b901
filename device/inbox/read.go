package inbox

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// Item is what was put, and the position behind it.
type Item struct {
	Data []byte
	End  Position
}

// Next waits for items and gives those of some atMost bytes, in the order in which they came. Where an earlier process was
// interrupted in the middle of an item its file ends for us: nobody was told that it had come.
func (b *Inbox) Next(ctx context.Context, atMost int) (items []Item, err error) {
	for {
		from, size, err := b.readable(ctx)
		if err != nil {
			return nil, err
		}
		buf, err := b.read(from, min(size-from.Offset, int64(max(atMost, headLen+MaxItem))))
		if err != nil {
			return nil, fmt.Errorf("inbox: %w", err)
		}
		n := 0
		for {
			item, size := firstItem(buf[n:])
			if size == 0 {
				break
			}
			n += size
			items = append(items, Item{item, Position{from.File, from.Offset + int64(n)}})
		}
		if n == 0 { // torn: no item begins here
			b.skip()
			continue
		}
		b.next.Offset += int64(n)
		return items, nil
	}
}

// readable waits until something is there to be read, and goes on to the file that it is in.
func (b *Inbox) readable(ctx context.Context) (from Position, size int64, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := func() bool {
		for _, f := range b.files {
			if f.number == b.next.File && f.size > b.next.Offset || f.number > b.next.File && f.size > 0 {
				if f.number > b.next.File {
					b.next = Position{File: f.number}
				}
				size = f.size
				return true
			}
		}
		return false
	}
	if err := b.wait(ctx, func() bool { return found() || b.closed }); err != nil {
		return Position{}, 0, err
	}
	if size == 0 {
		return Position{}, 0, ErrClosed
	}
	return b.next, size, nil
}

func (b *Inbox) read(from Position, n int64) ([]byte, error) {
	if b.in == nil || b.inFile != from.File {
		if b.in != nil {
			b.in.Close()
			b.in = nil
		}
		f, err := os.Open(b.path(from.File))
		if err != nil {
			return nil, err
		}
		b.in, b.inFile = f, from.File
	}
	buf := make([]byte, n)
	got, err := b.in.ReadAt(buf, from.Offset)
	if err == io.EOF {
		err = nil
	}
	return buf[:got], err
}

// firstItem is the item at the start of b and what it takes with its head; 0: there is no whole one.
func firstItem(b []byte) (item []byte, size int) {
	if len(b) < headLen {
		return nil, 0
	}
	n := binary.LittleEndian.Uint32(b)
	if n > MaxItem || int(n) > len(b)-headLen {
		return nil, 0
	}
	item = b[headLen : headLen+n : headLen+n]
	if crc32.Checksum(item, castagnoli) != binary.LittleEndian.Uint32(b[4:]) {
		return nil, 0
	}
	return item, headLen + int(n)
}

// skip gives up the rest of the file that is read.
func (b *Inbox) skip() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.files {
		if b.files[i].number == b.next.File {
			b.files[i].size = b.next.Offset
		}
	}
	b.drop()
	b.changed.Broadcast()
}

// Done says that all up to end is on record. Files that hold nothing else go.
func (b *Inbox) Done(end Position) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done = end
	b.drop()
	b.changed.Broadcast()
}

// drop removes the files that are on record, but for the one that is written to. Under the lock.
func (b *Inbox) drop() {
	for len(b.files) > 0 {
		f := b.files[0]
		last := len(b.files) == 1
		if f.number > b.done.File || f.number == b.done.File && (f.size > b.done.Offset || last && b.out != nil) {
			return
		}
		_ = os.Remove(b.path(f.number)) // what stays is seen and removed when it is opened again
		b.files = b.files[1:]
	}
}
