package forecast

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zhixing/db"
)

// Folder is a folder that files are put into, by FTP or by a program of the weather service. What is taken goes to taken/, what cannot
// be taken to refused/, with the reason beside it in a file of the same name and .txt. No file is ever written over another. Keep one
// Folder for all looks.
type Folder struct {
	Dir  string
	seen map[string]stamp
}

// stamp tells whether somebody is still writing: a file is taken when two looks saw the same.
type stamp struct {
	size int64
	at   time.Time
}

// Look takes what is in the folder and was so at the last look too. It returns how many files it took and how many it set aside; an
// error is one of the folder or the database; the files that it is about stay where they are, and the others are taken all the same.
func (w *Folder) Look(ctx context.Context, p *Products, d *db.DB) (taken, aside int, err error) {
	entries, err := os.ReadDir(w.Dir)
	if err != nil {
		return 0, 0, wrap("Look", err)
	}
	var failed []error
	before := w.seen
	w.seen = map[string]stamp{}
	for _, e := range entries {
		if ctx.Err() != nil {
			return taken, aside, ctx.Err()
		}
		name := e.Name()
		if !e.Type().IsRegular() || strings.HasPrefix(name, ".") || unfinished(name) {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return taken, aside, wrap("Look", err)
		}
		now := stamp{info.Size(), info.ModTime()}
		if w.seen[name] = now; before[name] != now {
			continue
		}
		b, err := readMost(filepath.Join(w.Dir, name))
		if err != nil {
			failed = append(failed, err)
			continue
		}
		_, bad := p.Take(ctx, d, name, b, "")
		to := "taken"
		switch {
		case bad == nil:
			taken++
		case KindOf(bad) == 0:
			return taken, aside, bad
		default:
			to, aside = "refused", aside+1
			slog.Warn("forecast: a file was set aside", "file", name, "reason", bad)
		}
		delete(w.seen, name)
		if err := w.put(name, to, bad); err != nil {
			failed = append(failed, err)
		}
	}
	return taken, aside, wrap("Look", errors.Join(failed...))
}

// unfinished are the endings under which programs write before they rename.
func unfinished(name string) bool {
	for _, s := range []string{".part", ".tmp", ".filepart", ".writing", "~"} {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}

// readMost reads a file, and of one that is too large enough to be refused for it.
func readMost(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxFile+1))
}

// put moves a file. Where one of its name is there already, the time of the file goes before it.
func (w *Folder) put(name, to string, bad error) error {
	dir := filepath.Join(w.Dir, to)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	from := filepath.Join(w.Dir, name)
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	as := name
	for n := 1; there(filepath.Join(dir, as)); n++ {
		as = fmt.Sprintf("%s-%d-%s", info.ModTime().UTC().Format("20060102T150405"), n, name)
	}
	if bad != nil {
		var e *Error
		errors.As(bad, &e)
		if err := os.WriteFile(filepath.Join(dir, as+".txt"), []byte(e.Message+"\n"), 0o644); err != nil {
			return err
		}
	}
	return os.Rename(from, filepath.Join(dir, as))
}

func there(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// Sweep removes files from taken/ that were put into the folder before a moment; their fields are in the database.
func (w *Folder) Sweep(before time.Time) error {
	entries, err := os.ReadDir(filepath.Join(w.Dir, "taken"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() && info.ModTime().Before(before) {
			if err := os.Remove(filepath.Join(w.Dir, "taken", e.Name())); err != nil {
				return wrap("Sweep", err)
			}
		}
	}
	return wrap("Sweep", err)
}
