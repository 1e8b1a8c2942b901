package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// cluster is a running PostgreSQL server that only this process knows.
type cluster struct {
	dir   string
	admin *sql.DB
	made  atomic.Int64 // databases so far

	shell *exec.Cmd
	alive io.Closer // the shell's standard input; when it closes, the shell ends the server
}

var errNoPostgreSQL = errors.New("PostgreSQL is not installed (Debian: apt-get install postgresql)")

// supervise runs as the shell that owns the server. Its last command reads from a pipe that only the test process
// holds open: when that process ends, even by kill -9, the read returns, and server and folder go.
const supervise = `
bin=$1 dir=$2
trap 'test -n "$pid" && kill -QUIT $pid && wait $pid; rm -rf "$dir"' EXIT
"$bin/initdb" -D "$dir/data" -U zhixing -A trust -E UTF8 --no-sync --no-instructions \
	--locale=C --locale-provider=icu --icu-locale=zh-Hans-CN >"$dir/log" 2>&1 || { read -r _; exit 1; }
"$bin/postgres" -D "$dir/data" -k "$dir" -h '' -F -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off \
	-c dynamic_shared_memory_type=mmap -c max_connections=120 -c shared_buffers=64MB -c max_wal_size=256MB >>"$dir/log" 2>&1 </dev/null &
pid=$!
read -r _
`

var (
	clusterOnce sync.Once
	theCluster  *cluster
	clusterErr  error
)

func startCluster() (*cluster, error) {
	clusterOnce.Do(func() { theCluster, clusterErr = newCluster() })
	return theCluster, clusterErr
}

func newCluster() (*cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(fastDir(), "zhixing-postgres-")
	if err != nil {
		return nil, err
	}
	// Setpgid, so that Ctrl-C reaches the tests and not the shell that has to tidy up after them.
	c := &cluster{dir: dir, shell: exec.Command("/bin/sh", "-c", supervise, "sh", bin, dir)}
	c.shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.shell.Dir = dir
	c.shell.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		if err := giveAway(dir, c.shell.SysProcAttr); err != nil {
			return nil, err
		}
	}
	if c.alive, err = c.shell.StdinPipe(); err != nil {
		return nil, err
	}
	if err := c.shell.Start(); err != nil {
		return nil, err
	}
	if err := c.wait(); err != nil {
		c.stop()
		return nil, err
	}
	return c, c.prepare()
}

// binaries is the folder of initdb and postgres: Debian keeps one for each major version, off the path.
func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errNoPostgreSQL
	}
	version := func(p string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(p))))
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// fastDir is a folder in memory where that is roomy enough: a database is some 300 files, and making them there
// takes 7 ms and not 100. Empty where there is none: then the cluster stands with other temporary files.
func fastDir() string {
	const dir = "/dev/shm"
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < 2<<30 {
		return ""
	}
	if probe, err := os.MkdirTemp(dir, "zhixing-"); err != nil || os.Remove(probe) != nil {
		return ""
	}
	return dir
}

// giveAway makes the shell run as a user without rights, and the folder his.
func giveAway(dir string, attr *syscall.SysProcAttr) error {
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return err
		}
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
		return err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return nil
}

func (c *cluster) dsn(name string) string {
	return "postgres://zhixing@/" + name + "?host=" + url.QueryEscape(c.dir)
}

// wait waits for the server's first answer.
func (c *cluster) wait() error {
	admin, err := sql.Open("pgx", c.dsn("postgres"))
	if err != nil {
		return err
	}
	c.admin = admin
	for range 3000 {
		if err = admin.Ping(); err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
	return fmt.Errorf("PostgreSQL does not start: %w\n%s", err, log)
}

// prepare makes the database that those of the tests are copied from.
func (c *cluster) prepare() error {
	if _, err := c.admin.Exec(`CREATE DATABASE template_zhixing`); err != nil {
		return err
	}
	return migrated(c.dsn("template_zhixing"))
}

func newPostgreSQL(t testing.TB) string {
	t.Helper()
	c, err := startCluster()
	if errors.Is(err, errNoPostgreSQL) && os.Getenv("ZHIXING_REQUIRE_POSTGRES") == "" {
		t.Skip("SKIPPED: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strconv.FormatInt(c.made.Add(1), 10)
	if _, err := c.admin.Exec(`CREATE DATABASE ` + name + ` TEMPLATE template_zhixing STRATEGY file_copy`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := c.admin.ExecContext(context.Background(), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	return c.dsn(name)
}

// stop ends the server and waits until its folder is gone.
func (c *cluster) stop() {
	if c.admin != nil {
		c.admin.Close()
	}
	c.alive.Close()
	c.shell.Wait()
	if _, err := os.Stat(c.dir); !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(os.Stderr, "dbtest: left behind:", c.dir)
	}
}

func stopCluster() {
	clusterOnce.Do(func() { clusterErr = errors.New("dbtest: the tests are over") })
	if theCluster != nil {
		theCluster.stop()
	}
}
