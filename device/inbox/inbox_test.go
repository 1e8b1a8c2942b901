package inbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var ctx = context.Background()

// box opens the inbox in dir, on record up to there.
func box(t *testing.T, dir string, recorded Position) *Inbox {
	t.Helper()
	b, err := Open(dir, func(string) (Position, error) { return recorded, nil })
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// put puts items and waits until they are on disk.
func (b *Inbox) putAll(t *testing.T, items ...string) {
	t.Helper()
	var all sync.WaitGroup
	for _, item := range items {
		all.Add(1)
		if err := b.Put(ctx, []byte(item), func(err error) {
			if err != nil {
				t.Error(err)
			}
			all.Done()
		}); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
}

// take is what Next gives within a moment, as words, and where it ends.
func (b *Inbox) take(t *testing.T) (string, Position) {
	t.Helper()
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	items, err := b.Next(short, 0)
	if err != nil {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		return "", Position{}
	}
	var words []string
	for _, i := range items {
		words = append(words, string(i.Data))
	}
	return strings.Join(words, " "), items[len(items)-1].End
}

func (b *Inbox) takes(t *testing.T, want string) Position {
	t.Helper()
	got, end := b.take(t)
	if got != want {
		t.Errorf("given %q, want %q", got, want)
	}
	return end
}

func files(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*.in"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range found {
		found[i] = strings.TrimLeft(filepath.Base(found[i]), "0")
	}
	return strings.Join(found, " ")
}

func TestWhatIsOnRecordIsNotGivenAgain(t *testing.T) {
	dir := t.TempDir()
	b := box(t, dir, Position{})
	b.putAll(t, "a", "b")
	ab := b.takes(t, "a b")
	b.putAll(t, "c")
	b.takes(t, "c")
	b.takes(t, "")
	b.Done(ab)
	if n := b.Unrecorded(); n != headLen+1 {
		t.Errorf("%d bytes are not on record", n)
	}
	b.Close()

	b = box(t, dir, ab) // c was given and never recorded
	b.putAll(t, "d")
	c := b.takes(t, "c")
	d := b.takes(t, "d")
	if c.File == d.File {
		t.Error("a file of before is written to")
	}
	b.Done(d)
	if err := b.Settled(ctx); err != nil || files(t, dir) != "2.in" {
		t.Errorf("%v; the folder holds %q", err, files(t, dir))
	}
	b.Close()
	if got := files(t, dir); got != "" {
		t.Errorf("closed and all on record, the folder holds %q", got)
	}

	b = box(t, dir, d) // numbers go on, so that no position is that of something else
	b.putAll(t, "e")
	b.takes(t, "e")
	if got := files(t, dir); got != "3.in" {
		t.Errorf("the folder holds %q", got)
	}
	b.Close()
}

// A process that ends in the middle of an item leaves it torn. It was not said to have come; all before it was.
func TestTornAtEveryByte(t *testing.T) {
	whole := appendItem(appendItem(nil, []byte("first")), []byte("second"))
	for cut := range len(whole) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name(1)), whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		b := box(t, dir, Position{})
		b.putAll(t, "third")
		var got []string
		for {
			words, end := b.take(t)
			if words == "" {
				break
			}
			got = append(got, words)
			b.Done(end)
			if strings.HasSuffix(words, "third") {
				break
			}
		}
		want := "third"
		if cut >= headLen+5 {
			want = "first third"
		}
		if g := strings.Join(got, " "); g != want || b.Unrecorded() != 0 {
			t.Errorf("cut at %d: given %q, want %q; %d bytes not on record", cut, g, want, b.Unrecorded())
		}
		b.Close()
	}
}

func TestNothingIsAnsweredThatIsNotOnDisk(t *testing.T) {
	dir := t.TempDir()
	b := box(t, dir, Position{})
	held, broken := make(chan struct{}), errors.New("the disk broke")
	var fail bool
	b.sync = func(f *os.File) error {
		<-held
		if fail {
			return broken
		}
		return f.Sync()
	}
	done := make(chan error, 1)
	put := func(item string) {
		if err := b.Put(ctx, []byte(item), func(err error) { done <- err }); err != nil {
			t.Fatal(err)
		}
	}
	put("a")
	select {
	case err := <-done:
		t.Fatalf("answered before the disk was: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	held <- struct{}{}
	if err := <-done; err != nil {
		t.Error(err)
	}
	fail = true
	put("b")
	held <- struct{}{}
	if err := <-done; !errors.Is(err, broken) {
		t.Errorf("said of what the disk did not take: %v", err)
	}
	fail = false
	put("b")
	held <- struct{}{}
	if err := <-done; err != nil {
		t.Error(err)
	}
	b.takes(t, "a")
	end := b.takes(t, "b")
	if end.File != 2 {
		t.Error("a file that the disk refused is written to again")
	}
	close(held)
	b.Close()
}

func TestWaitsForRoom(t *testing.T) {
	b := box(t, t.TempDir(), Position{})
	defer b.Close()
	item := bytes.Repeat([]byte("x"), MaxItem)
	for b.Unrecorded() <= maxBehind {
		b.putAll(t, string(item))
	}
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if err := b.Put(short, item, func(error) {}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("no room, and Put says %v", err)
	}
	came := make(chan error, 1)
	go func() { _ = b.Put(ctx, item, func(err error) { came <- err }) }()
	for b.Unrecorded() > maxBehind-MaxItem {
		items, err := b.Next(ctx, 0)
		if err != nil {
			t.Fatal(err)
		}
		b.Done(items[len(items)-1].End)
	}
	if err := <-came; err != nil {
		t.Error(err)
	}
	if err := b.Put(ctx, append(item, 'x'), func(error) {}); err == nil {
		t.Error("an item that is too long was taken")
	}
}

func TestAnotherFolderHasAnotherName(t *testing.T) {
	one, other := box(t, t.TempDir(), Position{}), box(t, t.TempDir(), Position{})
	if one.ID() == other.ID() || len(one.ID()) != 16 {
		t.Errorf("names are %q and %q", one.ID(), other.ID())
	}
	again := box(t, one.dir, Position{})
	if again.ID() != one.ID() {
		t.Error("the name changes")
	}
	for _, b := range []*Inbox{one, other, again} {
		b.Close()
		if err := b.Put(ctx, nil, nil); !errors.Is(err, ErrClosed) {
			t.Errorf("closed, and Put says %v", err)
		}
	}
	if err := os.WriteFile(filepath.Join(one.dir, "id"), []byte("?"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(one.dir, nil); err == nil || !strings.Contains(err.Error(), "sixteen letters") {
		t.Errorf("of a name that is none: %v", err)
	}
}

// Many put while one reads: each sender's items come out once and in its order, over many files.
func TestManySenders(t *testing.T) {
	dir := t.TempDir()
	b := box(t, dir, Position{})
	const senders, each = 8, 500
	pad := strings.Repeat("-", 10_000)
	var all sync.WaitGroup
	for s := range senders {
		all.Go(func() {
			for i := range each {
				if err := b.Put(ctx, fmt.Appendf(nil, "%d %d %s", s, i, pad), func(error) {}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var next [senders]int
	for n := 0; n < senders*each; {
		items, err := b.Next(ctx, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			var s, i int
			if _, err := fmt.Sscan(string(item.Data[:8]), &s, &i); err != nil || next[s] != i {
				t.Fatalf("%q came, want number %d", item.Data[:8], next[s])
			}
			next[s]++
			n++
		}
		b.Done(items[len(items)-1].End)
	}
	all.Wait()
	if err := b.Settled(ctx); err != nil {
		t.Error(err)
	}
	b.Close()
	if got := files(t, dir); got != "" {
		t.Errorf("the folder holds %q", got)
	}
}

// Whatever is in a file: what is given was put, nothing is given twice, and nothing hangs.
func FuzzFile(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(appendItem(appendItem(nil, []byte("first")), nil))
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0, 'x'})
	f.Fuzz(func(t *testing.T, data []byte) {
		for n := 0; ; {
			item, size := firstItem(data[n:])
			if size == 0 {
				return
			}
			if size != headLen+len(item) || !bytes.Equal(appendItem(nil, item), data[n:n+size]) {
				t.Fatalf("%q at %d is not what was written", item, n)
			}
			n += size
		}
	})
}
