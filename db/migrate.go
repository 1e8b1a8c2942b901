package db

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"path"
	"text/template"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the tables up to date. It is safe to call at every start and by several processes at once; a
// step that fails leaves nothing half done. A database made by a newer Zhixing is refused.
func (d *DB) Migrate(ctx context.Context) error {
	if err := d.migrate(ctx); err != nil {
		return fmt.Errorf("db.Migrate: %w", err)
	}
	return nil
}

func (d *DB) migrate(ctx context.Context) error {
	opts := []goose.ProviderOption{goose.WithVerbose(false)}
	dialect := goose.DialectSQLite3
	if d.Dialect == PostgreSQL {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	tree, err := expandAll(d.Dialect)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, d.write, tree, opts...)
	if err != nil {
		return err
	}
	for {
		have, newest, err := p.GetVersions(ctx)
		if err != nil {
			return err
		}
		if have > newest {
			return fmt.Errorf("the database is at step %d, this program knows %d: start the newer program that made it", have, newest)
		}
		_, failed := p.Up(ctx)
		if failed == nil {
			return nil
		}
		// On SQLite another process may have taken the same step a moment earlier; then go on from there.
		if now, err := p.GetDBVersion(ctx); err != nil || now <= have {
			return failed
		}
	}
}

// Macros are what a migration may write where the databases differ, as {{.Blob}}. Each noun's tables stand in one
// file that serves both databases:
//
//	-- +goose Up
//	CREATE TABLE account (
//		county {{.Text}} NOT NULL,
//		id     bigint NOT NULL,
//		salt   {{.Blob}} NOT NULL,
//		PRIMARY KEY (county, id)
//	);
//	{{.AppendOnly "account_event"}}
type Macros struct{ Dialect Dialect }

// SQLite is for {{if .SQLite}} … {{else}} … {{end}}, the last resort.
func (m Macros) SQLite() bool { return m.Dialect == SQLite }

// Text is text that sorts by its bytes on both databases. Plain text sorts on PostgreSQL as its locale says; no
// list of Chinese words may depend on that.
func (m Macros) Text() string { return m.pick(`text`, `text COLLATE "C"`) }

// Blob is a column of bytes.
func (m Macros) Blob() string { return m.pick(`blob`, `bytea`) }

// AppendOnly makes the database refuse to change or delete a record of the table.
func (m Macros) AppendOnly(table string) (string, error) {
	const lite = `-- +goose StatementBegin
CREATE TRIGGER {{.}}_no_update BEFORE UPDATE ON {{.}} BEGIN SELECT RAISE(ABORT, '{{.}} is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER {{.}}_no_delete BEFORE DELETE ON {{.}} BEGIN SELECT RAISE(ABORT, '{{.}} is append-only'); END;
-- +goose StatementEnd
`
	const pg = `-- +goose StatementBegin
CREATE FUNCTION {{.}}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{{.}} is append-only'; END $$;
-- +goose StatementEnd
CREATE TRIGGER {{.}}_no_change BEFORE UPDATE OR DELETE ON {{.}} FOR EACH ROW EXECUTE FUNCTION {{.}}_refuse();
CREATE TRIGGER {{.}}_no_truncate BEFORE TRUNCATE ON {{.}} FOR EACH STATEMENT EXECUTE FUNCTION {{.}}_refuse();
`
	b, err := expand(table, m.pick(lite, pg), table)
	return string(b), err
}

func (m Macros) pick(lite, pg string) string {
	if m.Dialect == SQLite {
		return lite
	}
	return pg
}

func expand(name, text string, data any) ([]byte, error) {
	t, err := template.New(name).Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, data)
	return out.Bytes(), err
}

// expandAll is the tree of migrations as goose shall see it, its macros written out for one dialect.
func expandAll(dialect Dialect) (fs.FS, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	tree := sqlTree{FS: migrations, text: map[string][]byte{}}
	for _, name := range names {
		b, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if b, err = expand(name, string(b), Macros{dialect}); err != nil {
			return nil, err
		}
		tree.text[name] = b
	}
	return fs.Sub(tree, "migrations")
}

// sqlTree lists the embedded files and answers with their expanded text.
type sqlTree struct {
	fs.FS
	text map[string][]byte
}

func (t sqlTree) Open(name string) (fs.File, error) {
	if b, ok := t.text[name]; ok {
		return &sqlFile{Reader: bytes.NewReader(b), name: path.Base(name), size: int64(len(b))}, nil
	}
	return t.FS.Open(name)
}

// sqlFile is a file and its own description.
type sqlFile struct {
	io.Reader
	name string
	size int64
}

func (f *sqlFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *sqlFile) Close() error               { return nil }
func (f *sqlFile) Name() string               { return f.name }
func (f *sqlFile) Size() int64                { return f.size }
func (f *sqlFile) Mode() fs.FileMode          { return 0o444 }
func (f *sqlFile) ModTime() time.Time         { return time.Time{} }
func (f *sqlFile) IsDir() bool                { return false }
func (f *sqlFile) Sys() any                   { return nil }
