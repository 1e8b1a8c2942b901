package db_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

// wire carries what goes between a program and a PostgreSQL server, until it is told to cut at the commit.
type wire struct {
	cut  atomic.Bool // once the server has answered the next commit, keep the answer and hang up
	dead atomic.Bool // hang up before the next commit is sent
}

// through opens a wire to the database at dsn and gives the address of its near end.
func (w *wire) through(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	far := filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")
	dir := t.TempDir()
	ln, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			s, err := net.Dial("unix", far)
			if err != nil {
				c.Close()
				return
			}
			go w.carry(c, s)
		}
	}()
	u.RawQuery = url.Values{"host": {dir}}.Encode()
	return u.String()
}

func (w *wire) carry(client, server net.Conn) {
	defer client.Close()
	defer server.Close()
	var cutting atomic.Bool
	go func() {
		defer client.Close()
		b := make([]byte, 64<<10)
		for {
			n, err := server.Read(b)
			if err != nil || cutting.Load() {
				return
			}
			if _, err := client.Write(b[:n]); err != nil {
				return
			}
		}
	}()
	b := make([]byte, 64<<10)
	for {
		n, err := client.Read(b)
		if err != nil {
			return
		}
		if bytes.Contains(bytes.ToLower(b[:n]), []byte("commit")) {
			if w.dead.Swap(false) {
				return
			}
			cutting.Store(w.cut.Swap(false))
		}
		if _, err := server.Write(b[:n]); err != nil {
			return
		}
		if cutting.Load() {
			_, _ = io.Copy(io.Discard, client)
			return
		}
	}
}

// TestConnectionBreaksAtTheCommit: where PostgreSQL's answer to the commit is lost, nobody says that nothing was done.
func TestConnectionBreaksAtTheCommit(t *testing.T) {
	dsn := dbtest.DSN(t, db.PostgreSQL)
	w := &wire{}
	d := dbtest.Open(t, w.through(t, dsn), time.Now)
	scratch(t, d)
	for id, flag := range map[int]*atomic.Bool{1: &w.cut, 2: &w.dead} {
		flag.Store(true)
		if err := try(d, `INSERT INTO scratch VALUES ('1', $1, 'a')`, id); !errors.Is(err, db.ErrOutcome) {
			t.Errorf("write %d: %v, want an outcome that is not known", id, err)
		}
	}
	if n := count(t, d, `SELECT count(*) FROM scratch WHERE id = 1`); n != 1 {
		t.Error("the commit was to reach the server, or the test shows nothing")
	}
	if n := count(t, d, `SELECT count(*) FROM scratch WHERE id = 2`); n != 0 {
		t.Error("the commit was not to reach the server")
	}
	exec(t, d, `INSERT INTO scratch VALUES ('1', 3, 'c')`) // on a new connection

	// What the server refuses is not done, and that is known: here the check of a constraint at the commit.
	exec(t, d, `CREATE TABLE late (id bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)`)
	if err := try(d, `INSERT INTO late VALUES (1), (1)`); err == nil || errors.Is(err, db.ErrOutcome) {
		t.Errorf("a commit that the server refused: %v", err)
	}
}
