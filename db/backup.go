package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
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

// Restore puts a copy of a backup where no database is, readable by its owner only. What is not a whole database of
// Zhixing, page by page, is refused, and nothing is left of it. Its tables are of the time of the backup: open it with
// Migrate.
func Restore(ctx context.Context, backup, path string) error {
	if err := restore(ctx, backup, path); err != nil {
		return fmt.Errorf("db.Restore: %w", err)
	}
	return nil
}

func restore(ctx context.Context, backup, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	// Beside a database that was killed lie its newest pages. SQLite would mix them into whatever stands there next.
	for _, beside := range []string{"", "-wal", "-shm", "-journal"} {
		if _, err := os.Lstat(path + beside); err == nil {
			return fmt.Errorf("%s is there: a backup is only put where no database is; move zhixing.db and all zhixing.db-* away together", path+beside)
		}
	}
	part := path + ".part"
	defer func() {
		for _, end := range []string{"", "-wal", "-shm"} { // a copied live database is opened with both
			os.Remove(part + end)
		}
	}()
	if err := copyFile(backup, part); err != nil {
		return err
	}
	if err := whole(ctx, part); err != nil {
		return fmt.Errorf("%s: %w", backup, err)
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return errors.Join(out.Sync(), out.Close())
}

// whole checks every page of a backup, and that it is one of ours.
func whole(ctx context.Context, path string) error {
	d, err := sql.Open("sqlite", liteURL(path, "deferred", "query_only(1)"))
	if err != nil {
		return err
	}
	defer d.Close()
	var found string
	if err := d.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&found); err != nil {
		return fmt.Errorf("it is damaged, or no backup: %w", err)
	}
	if found != "ok" {
		return fmt.Errorf("it is damaged: %s", found)
	}
	var tables int
	err = d.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('journal', 'log_key', 'account')`).Scan(&tables)
	if err == nil && tables != 3 {
		err = errors.New("it is no backup of Zhixing: its tables are missing")
	}
	return err
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
