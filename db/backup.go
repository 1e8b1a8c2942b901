package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Backup writes a copy of the whole database, as it is at one moment, to the new file at path, readable by its
// owner only. Readers and writers go on meanwhile. The file appears under its name only when it is whole and on
// disk. It is itself a database: opening it is restoring it. PostgreSQL brings its own tool, pg_dump.
func (d *DB) Backup(ctx context.Context, path string) error {
	if d.Dialect != SQLite {
		return errors.New("db.Backup: this database is PostgreSQL: use pg_dump --format=custom")
	}
	if err := d.backup(ctx, path); err != nil {
		return fmt.Errorf("db.Backup: %w", err)
	}
	return nil
}

func (d *DB) backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s is there already: name a new file", path)
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(part)
	defer f.Close()
	// A connection of its own: the readers' may not write, not even elsewhere.
	from, err := sql.Open("sqlite", liteURL(d.dsn, "deferred", "busy_timeout(10000)"))
	if err != nil {
		return err
	}
	defer from.Close()
	if _, err := from.ExecContext(ctx, `VACUUM INTO $1`, part); err != nil {
		return err
	}
	// SQLite does not wait for the disk here.
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
