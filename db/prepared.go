package db

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

// SQLite compiles a statement in about the time that a small one takes to run. Each connection therefore keeps what it compiled,
// as pgx does for PostgreSQL, so that nobody has to carry prepared statements about.

// most is how many statements a connection keeps; the one that was used longest ago goes.
const most = 400

// keeping opens connections of a driver that keep their statements.
type keeping struct {
	driver driver.Driver
	dsn    string
}

func openKeeping(dsn string) (*sql.DB, error) {
	plain, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	defer plain.Close() // it has no connection yet
	return sql.OpenDB(keeping{plain.Driver(), dsn}), nil
}

func (k keeping) Driver() driver.Driver { return k.driver }

func (k keeping) Connect(context.Context) (driver.Conn, error) {
	c, err := k.driver.Open(k.dsn)
	if err != nil {
		return nil, err
	}
	full, ok := c.(plainConn)
	if !ok {
		c.Close()
		return nil, errors.New("db: the driver's connection lacks something that we need")
	}
	return &keptConn{plainConn: full, byText: map[string]*list.Element{}}, nil
}

// plainConn is what the driver's connection can do.
type plainConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keptConn is a connection with its statements, the last used first.
type keptConn struct {
	plainConn
	byText map[string]*list.Element // of *kept
	used   list.List
}

type kept struct {
	text string
	stmt plainStmt
	busy bool // its rows are being read
}

type plainStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// take finds or makes the statement; nil where it is busy, or cannot be kept.
func (c *keptConn) take(ctx context.Context, text string) (*kept, error) {
	if e, ok := c.byText[text]; ok {
		k := e.Value.(*kept)
		if k.busy {
			return nil, nil
		}
		c.used.MoveToFront(e)
		return k, nil
	}
	stmt, err := c.plainConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	full, ok := stmt.(plainStmt)
	if !ok {
		return nil, stmt.Close()
	}
	k := &kept{text: text, stmt: full}
	c.byText[text] = c.used.PushFront(k)
	for e := c.used.Back(); e != nil && c.used.Len() > most; {
		old, before := e.Value.(*kept), e.Prev()
		if !old.busy && old != k {
			c.used.Remove(e)
			delete(c.byText, old.text)
			if err := old.stmt.Close(); err != nil {
				return nil, err
			}
		}
		e = before
	}
	return k, nil
}

func (c *keptConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	k, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return c.plainConn.ExecContext(ctx, text, args)
	}
	return k.stmt.ExecContext(ctx, args)
}

func (c *keptConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	k, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return c.plainConn.QueryContext(ctx, text, args)
	}
	rows, err := k.stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	k.busy = true
	return &keptRows{rows, k}, nil
}

// Close finishes the statements first: a connection with open ones does not end.
func (c *keptConn) Close() error {
	var all []error
	for e := c.used.Front(); e != nil; e = e.Next() {
		all = append(all, e.Value.(*kept).stmt.Close())
	}
	c.used.Init()
	clear(c.byText)
	return errors.Join(append(all, c.plainConn.Close())...)
}

// keptRows gives its statement back when they are closed.
type keptRows struct {
	driver.Rows
	of *kept
}

func (r *keptRows) Close() error {
	err := r.Rows.Close()
	r.of.busy = false
	return err
}
