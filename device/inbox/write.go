package inbox

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"time"
)

// headLen is the length and the CRC-32C before each item, four bytes each, low first.
const headLen = 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Put has an item written; it waits while too much is not on record, and gives an error where ctx ends first. done is called
// once, when the item is on disk or could not be written; it must not wait for anything. The item is the inbox's from now on.
func (b *Inbox) Put(ctx context.Context, item []byte, done func(error)) error {
	if len(item) > MaxItem {
		return fmt.Errorf("inbox: an item of %d bytes, more than %d", len(item), MaxItem)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.wait(ctx, func() bool { return b.closed || b.unrecorded() <= maxBehind }); err != nil {
		return err
	}
	if b.closed {
		return ErrClosed
	}
	b.waiting = append(b.waiting, put{item, done})
	b.pending += headLen + int64(len(item))
	b.work.Signal()
	return nil
}

// gather is how long after one wait for the disk the next may begin: a fast disk would otherwise be asked for each item.
const gather = 2 * time.Millisecond

// write writes what waits until the inbox is closed: all that came since the last wait for the disk share the next one.
func (b *Inbox) write() {
	defer close(b.ended)
	var buf []byte
	var last time.Time
	for {
		time.Sleep(gather - time.Since(last))
		b.mu.Lock()
		for len(b.waiting) == 0 && !b.closed {
			b.work.Wait()
		}
		if len(b.waiting) == 0 {
			b.mu.Unlock()
			return
		}
		n := 0
		for buf = buf[:0]; n < len(b.waiting) && len(buf) < maxAtOnce; n++ {
			buf = appendItem(buf, b.waiting[n].item)
		}
		batch := b.waiting[:n:n]
		b.waiting = b.waiting[n:]
		b.mu.Unlock()

		last = time.Now()
		err := b.append(buf)

		b.mu.Lock()
		b.pending -= int64(len(buf))
		if err == nil {
			b.files[len(b.files)-1].size += int64(len(buf))
		}
		b.changed.Broadcast()
		b.mu.Unlock()
		for _, p := range batch {
			p.done(err)
		}
	}
}

func appendItem(buf, item []byte) []byte {
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(item)))
	buf = binary.LittleEndian.AppendUint32(buf, crc32.Checksum(item, castagnoli))
	return append(buf, item...)
}

// append writes to the file and waits for the disk. A file of which that cannot be said is not written to again.
func (b *Inbox) append(buf []byte) error {
	b.mu.Lock()
	full := b.out != nil && b.files[len(b.files)-1].size >= maxFile
	b.mu.Unlock()
	if full {
		b.leave()
	}
	if b.out == nil {
		if err := b.begin(); err != nil {
			return fmt.Errorf("inbox: %w", err)
		}
	}
	_, err := b.out.Write(buf)
	if err == nil {
		err = b.sync(b.out)
	}
	if err != nil {
		b.leave()
		return fmt.Errorf("inbox: %w", err)
	}
	return nil
}

func (b *Inbox) leave() {
	b.out.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.out = nil
	b.drop()
}

// begin begins a file behind all there are and all that were.
func (b *Inbox) begin() error {
	b.mu.Lock()
	n := b.done.File + 1
	if len(b.files) > 0 {
		n = max(n, b.files[len(b.files)-1].number+1)
	}
	b.mu.Unlock()
	f, err := os.OpenFile(b.path(n), os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if err := syncDir(b.dir); err != nil {
		f.Close()
		os.Remove(f.Name())
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.out = f
	b.files = append(b.files, file{number: n})
	return nil
}
