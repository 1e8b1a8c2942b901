package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/publication"
)

// dump writes the whole public record, gzipped where the file's name says so.
func dump(ctx context.Context, c *call) error {
	s := c.site()
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(0, 1); err != nil {
		return err
	}
	if err := c.openSite(ctx, s, opening{}); err != nil {
		return err
	}
	defer s.db.Close()
	code := string(s.county.Place.Code)
	if len(c.args) == 0 || c.args[0] == "-" {
		return publication.Dump(ctx, s.db, s.log, code, c.out, false, nil)
	}
	name := c.args[0]
	return writeWhole(name, func(w io.Writer) error {
		return publication.Dump(ctx, s.db, s.log, code, w, strings.HasSuffix(name, ".gz"), c.progress("dump"))
	})
}

// load rebuilds a public record in an empty database.
func load(ctx context.Context, c *call) error {
	s := c.site()
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(1, 1); err != nil {
		return err
	}
	var in io.Reader = c.in
	if c.args[0] != "-" {
		f, err := os.Open(c.args[0])
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	if err := c.openSite(ctx, s, opening{create: true}); err != nil {
		return err
	}
	defer s.db.Close()
	by := publication.Actor{Name: "console:" + systemUser(), MayDraft: true, MayPublish: true}
	if err := publication.Load(ctx, s.db, s.log, string(s.county.Place.Code), by, in, c.progress("load")); err != nil {
		return err
	}
	fmt.Fprintln(c.out, "loaded; the transparency log has the same root as in the dump")
	return nil
}

// backup copies the database while others use it.
func backup(ctx context.Context, c *call) error {
	c.record()
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(1, 1); err != nil {
		return err
	}
	d, err := c.connect(ctx, false) // with its tables as they are: before an upgrade, those of the older program
	if err != nil {
		return err
	}
	defer d.Close()
	if d.Dialect != db.SQLite {
		return errors.New("PostgreSQL is backed up with its own tools, such as pg_dump")
	}
	if err := d.Backup(ctx, c.args[0]); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "backup written to %s\n", c.args[0])
	return nil
}

// restore puts a backup where no database is; it never overwrites one.
func restore(ctx context.Context, c *call) error {
	c.record()
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(1, 1); err != nil {
		return err
	}
	if *c.common.database != "" {
		return errors.New("PostgreSQL is restored with its own tools, such as pg_restore")
	}
	_, err := os.Stat(*c.common.data)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(*c.common.data, 0o700); err != nil {
		return err
	}
	to := c.file()
	if err := db.Restore(ctx, c.args[0], to); err != nil {
		if fresh {
			os.Remove(*c.common.data)
		}
		return err
	}
	d, err := c.open(ctx, false) // brings an older backup's tables up to date
	if err != nil {
		os.Remove(to) // made by this call, of a newer program
		if fresh {
			os.Remove(*c.common.data)
		}
		return err
	}
	defer d.Close()
	fmt.Fprintf(c.out, "restored to %s\n", to)
	return nil
}

// check reads the whole record and holds everything against everything; it changes nothing.
func check(ctx context.Context, c *call) error {
	s := c.site()
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(0, 0); err != nil {
		return err
	}
	if err := c.openSite(ctx, s, opening{}); err != nil {
		return err
	}
	defer s.db.Close()
	code := string(s.county.Place.Code)
	head, err := journal.Verify(ctx, s.db, code)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "操作留痕 %d 条，逐条相扣。\n", head.Seq)
	tree, err := s.log.Verify(ctx, s.db)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "公开日志 %d 条，与日志根和历次签名相符。\n", tree.Size)
	if err := publication.Verify(ctx, s.db, s.log, code, c.progress("check")); err != nil {
		return err
	}
	fmt.Fprintln(c.out, "已公布的公文、各种下载格式和附件与公开日志相符。")
	return nil
}

// writeWhole writes a file under another name first, so that nobody finds half of it.
func writeWhole(name string, do func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".zhixing-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := do(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// progress shows how far long work has come, on a terminal only.
func (c *call) progress(what string) publication.Progress {
	f, ok := c.err.(*os.File)
	if !ok {
		return nil
	}
	if st, err := f.Stat(); err != nil || st.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	var last time.Time
	return func(done, total int64) {
		now := time.Now()
		if now.Sub(last) < 200*time.Millisecond && done != total {
			return
		}
		last = now
		if total <= 0 {
			fmt.Fprintf(f, "\r%s: %d", what, done)
			return
		}
		const width = 30
		n := int(done * width / total)
		fmt.Fprintf(f, "\r%s [%s%s] %d%%", what, strings.Repeat("#", n), strings.Repeat(" ", width-n), done*100/total)
		if done == total {
			fmt.Fprintln(f)
		}
	}
}
