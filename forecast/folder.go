package forecast

import (
	"context"
	"errors"
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
// be taken to aside/, with the reason beside it in a file of the same name and .txt. Keep one Folder for all looks.
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
// error is one of the folder or the database, and the files stay where they are.
func (w *Folder) Look(ctx context.Context, p *Products, d *db.DB) (taken, aside int, err error) {
	entries, err := os.ReadDir(w.Dir)
	if err != nil {
		return 0, 0, wrap("Look", err)
	}
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
			return taken, aside, wrap("Look", err)
		}
		_, bad := p.Take(ctx, d, name, b, "")
		to := "taken"
		switch {
		case bad == nil:
			taken++
		case KindOf(bad) == 0:
			return taken, aside, bad
		default:
			to, aside = "aside", aside+1
			slog.Warn("forecast: a file was set aside", "file", name, "reason", bad)
		}
		delete(w.seen, name)
		if err := w.put(name, to, bad); err != nil {
			return taken, aside, wrap("Look", err)
		}
	}
	return taken, aside, nil
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

// put moves a file. One of the same name that came before is replaced: its fields are kept, and its name says nothing.
func (w *Folder) put(name, to string, bad error) error {
	dir := filepath.Join(w.Dir, to)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if bad != nil {
		var e *Error
		errors.As(bad, &e)
		if err := os.WriteFile(filepath.Join(dir, name+".txt"), []byte(e.Message+"\n"), 0o644); err != nil {
			return err
		}
	}
	return os.Rename(filepath.Join(w.Dir, name), filepath.Join(dir, name))
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
