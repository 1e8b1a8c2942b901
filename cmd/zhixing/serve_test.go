package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

// shown is what a running program has printed so far.
type shown struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *shown) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(b)
}

func (s *shown) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

var servingAt = regexp.MustCompile(`"msg":"serving","address":"(http://[^"]+)"`)

// ready waits until the program says where it serves.
func (s *shown) ready(t *testing.T) (base string) {
	t.Helper()
	for range 12000 { // the demonstration tells its story first
		if m := servingAt.FindStringSubmatch(s.String()); m != nil {
			return m[1]
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the server did not start:", s.String())
	return ""
}

// start runs serve or demo in this process on a free port until the test ends, or until stop, which gives what it
// printed.
func start(t *testing.T, args ...string) (base string, stop func() result) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var out, errs shown
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, append(args, "--listen", "127.0.0.1:0"), stdio{strings.NewReader(""), &out, &errs})
	}()
	stop = sync.OnceValue(func() result {
		cancel()
		r := result{<-done, out.String(), errs.String()}
		if r.code != 0 {
			t.Errorf("the server ended with %d: %s", r.code, r.err)
		}
		return r
	})
	t.Cleanup(func() { stop() })
	return errs.ready(t), stop
}

// program is zhixing in a process of its own, to send signals to.
type program struct {
	*exec.Cmd
	out, errs shown
	ended     chan error
}

func launch(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(os.Args[0], args...), ended: make(chan error, 1)}
	p.Env = append(os.Environ(), "ZHIXING_TEST_AS_PROGRAM=1")
	p.Stdout, p.Stderr = &p.out, &p.errs
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.Wait() }()
	t.Cleanup(func() { _ = p.Process.Kill() })
	return p
}

// end waits for the program and gives its error.
func (p *program) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-p.ended:
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("the program does not end:", p.errs.String())
		return nil
	}
}

var password = regexp.MustCompile(`一次性密码 (\S+)`)

func TestFirstStart(t *testing.T) {
	data := filepath.Join(t.TempDir(), "made", "by", "serve")
	base, stop := start(t, "serve", "--data", data)
	if page := get(t, base+"/"); !strings.Contains(page, "</html>") {
		t.Error("the first page is not whole")
	}
	if got := get(t, base+"/healthz"); got == "" {
		t.Error("no word on health")
	}
	first := stop()
	if m := password.FindAllString(first.out, -1); len(m) != 1 || strings.Contains(first.err, strings.Fields(m[0])[1]) {
		t.Errorf("want the one-time password once, and not in the log:\n%s\n%s", first.out, first.err)
	}
	if st, err := os.Stat(data); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("the data folder is open to others: %v %v", st.Mode(), err)
	}
	_, stop = start(t, "serve", "--data", data)
	if second := stop(); second.out != "" {
		t.Errorf("the second start prints %q", second.out)
	}
	if got := zhixing("user", "list", "--data", data).must(t); !strings.HasPrefix(got, "admin\t") {
		t.Errorf("accounts: %q", got)
	}
}

func TestServeOnPostgreSQL(t *testing.T) {
	secret := write(t, "dsn", dbtest.DSN(t, db.PostgreSQL)+"\n")
	t.Setenv("ZHIXING_DATABASE_FILE", secret)
	data := filepath.Join(t.TempDir(), "unused")
	base, stop := start(t, "serve", "--data", data)
	get(t, base+"/")
	if r := stop(); !strings.Contains(r.err, `"database":"postgres"`) || !password.MatchString(r.out) {
		t.Errorf("%s\n%s", r.out, r.err)
	}
	if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
		t.Error("with PostgreSQL no data folder is needed, but it was made")
	}
}

func TestDemoTwice(t *testing.T) {
	data := demoFolder(t)
	count := func() string { return zhixing("check", "--data", data).must(t) }
	base, stop := start(t, "demo", "--data", data)
	front := get(t, base+"/")
	first := stop()
	for _, a := range demoAccounts {
		if !strings.Contains(first.out, a.name) {
			t.Errorf("%s is not printed:\n%s", a.name, first.out)
		}
	}
	if !strings.Contains(first.out, base) || !strings.Contains(front, "演示") {
		t.Errorf("printed:\n%s", first.out)
	}
	before := count()
	_, stop = start(t, "demo", "--data", data)
	stop()
	if after := count(); after != before {
		t.Errorf("the second start adds to the record: %s then %s", before, after)
	}
}

func TestStartRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	busy := taken.Addr().String()
	data := filepath.Join(t.TempDir(), "data")
	for _, cmd := range []string{"serve", "demo"} {
		zhixing(cmd, "--data", data, "--listen", busy).refused(t, 1, busy, "--listen", "runs already")
		if _, err := os.Stat(data); err == nil {
			t.Errorf("%s found its address taken, but made a record all the same", cmd)
		}
	}
	zhixing("serve", "--data", "/dev/null/data", "--listen", "127.0.0.1:0").refused(t, 1, "data folder", "--data")
	for _, url := range []string{"gazette.example.gov.cn", "ftp://example.org", "https://example.org/gazette", "https://"} {
		zhixing("serve", "--data", data, "--listen", "127.0.0.1:0", "--base-url", url).refused(t, 2, "--base-url", url)
	}
	junk := write(t, "zhixing.db", strings.Repeat("no database\n", 1000))
	zhixing("serve", "--data", filepath.Dir(junk), "--listen", "127.0.0.1:0").refused(t, 1, "not a database")
	r := zhixing("serve", "--database", "postgres://u:geheim@127.0.0.1:1/d", "--listen", "127.0.0.1:0")
	if r.refused(t, 1, "127.0.0.1"); strings.Contains(r.err, "geheim") {
		t.Error("the password is printed:", r.err)
	}
	zhixing("serve", "--data", record(t), "--listen", "127.0.0.1:0", "--log-key", "no key").refused(t, 1, "key")
}

// A folder that belongs to another is told with what to do. Root may write anywhere, so this is asked of nobody.
func TestUnwritableDataFolder(t *testing.T) {
	data := t.TempDir()
	if err := os.Chmod(data, 0o555); err != nil {
		t.Fatal(err)
	}
	p := &program{Cmd: exec.Command(os.Args[0], "serve", "--data", data, "--listen", "127.0.0.1:0"), ended: make(chan error, 1)}
	p.Env, p.Stdout, p.Stderr = append(os.Environ(), "ZHIXING_TEST_AS_PROGRAM=1"), &p.out, &p.errs
	if os.Geteuid() == 0 {
		// The test binary and the folder must be within nobody's reach.
		program := filepath.Join(os.TempDir(), "zhixing-test-"+filepath.Base(data))
		b, err := os.ReadFile(os.Args[0])
		if err == nil {
			err = os.WriteFile(program, b, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer os.Remove(program)
		p.Path = program
		for dir := filepath.Dir(data); dir != os.TempDir(); dir = filepath.Dir(dir) {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	if err := p.Run(); err == nil || p.ProcessState.ExitCode() != 1 {
		t.Fatalf("%v %s", err, p.errs.String())
	}
	for _, s := range []string{"permission denied", data, "must belong to the user"} {
		if !strings.Contains(p.errs.String(), s) {
			t.Errorf("no %q in %s", s, p.errs.String())
		}
	}
}

// slow sends a request but for its last byte; the server has begun with it and cannot answer yet.
func slow(t *testing.T, base string) (finish func() (int, error)) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	const body = "name=nobody&password=wrong"
	head := "POST /login HTTP/1.1\r\nHost: " + strings.TrimPrefix(base, "http://") + "\r\nOrigin: " + base +
		"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 26\r\n\r\n"
	if _, err := io.WriteString(conn, head+body[:len(body)-1]); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // until its handler waits for the rest
	return func() (int, error) {
		if _, err := io.WriteString(conn, body[len(body)-1:]); err != nil {
			return 0, err
		}
		r, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return 0, err
		}
		defer r.Body.Close()
		_, err = io.Copy(io.Discard, r.Body)
		return r.StatusCode, err
	}
}

func TestGracefulStop(t *testing.T) {
	p := launch(t, "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0")
	base := p.errs.ready(t)
	finish := slow(t, base)
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for range 500 { // no newcomer is let in
		conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err != nil {
			break
		}
		conn.Close()
		time.Sleep(10 * time.Millisecond)
	}
	if status, err := finish(); err != nil || status == 0 || status >= 500 {
		t.Errorf("what had begun before the signal is answered with %d, %v", status, err)
	}
	if err := p.end(t); err != nil {
		t.Error("a graceful stop is no failure:", err)
	}
	if !strings.Contains(p.errs.String(), "stopping") {
		t.Error(p.errs.String())
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	p := launch(t, "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0")
	slow(t, p.errs.ready(t)) // never finished
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for range 500 {
		if strings.Contains(p.errs.String(), "stopping") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	begun := time.Now()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = p.end(t)
	if took := time.Since(begun); took > 5*time.Second || p.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("ended %v after the second signal: %v", took, p.ProcessState)
	}
}

// TestKilledAndStartedAgain: after kill -9 with the log of the database unmerged, everything stands as before.
func TestKilledAndStartedAgain(t *testing.T) {
	data := t.TempDir()
	p := launch(t, "demo", "--data", data, "--on", "2023-01-06", "--listen", "127.0.0.1:0")
	issues := get(t, p.errs.ready(t)+"/api/v1/issues")
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.end(t)
	if _, err := os.Stat(filepath.Join(data, "zhixing.db-wal")); err != nil {
		t.Error("the kill left nothing to recover from, so this shows little:", err)
	}
	zhixing("check", "--data", data).must(t)
	base, _ := start(t, "demo", "--data", data, "--on", "2023-01-06")
	if got := get(t, base+"/api/v1/issues"); got != issues {
		t.Errorf("before:\n%s\nafter:\n%s", issues, got)
	}
}

func TestAddress(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", ":8080": "http://localhost:8080", "0.0.0.0:80": "http://localhost:80",
		"[::]:8080": "http://localhost:8080", "[::1]:8080": "http://[::1]:8080", "intern:8080": "http://intern:8080",
	} {
		if got := (&site{listen: &listen}).address(); got != want {
			t.Errorf("%s is reached at %s, want %s", listen, got, want)
		}
	}
}
