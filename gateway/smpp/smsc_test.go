package smpp

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/internal/peertest"
)

// smsc is other people's message centre, the npm package smpp, run by a small script.
type smsc struct {
	t    *testing.T
	in   io.WriteCloser
	addr string

	mu     sync.Mutex
	events []event
}

// event is a line that the script prints.
type event struct {
	Got, Do, To, From, Validity, UDH, Text, Error string
	TON, NPI, Coding, ESM, Registered, Status     int
	Port, Version                                 int
	OK                                            bool
	ID                                            uint32
}

func newSMSC(t *testing.T) *smsc {
	t.Helper()
	dir := filepath.Join("testdata", "smsc")
	node := peertest.Program(t, "node", "nodejs")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "smpp")); err != nil {
		peertest.Missing(t, "the message centre of the tests is missing; `make test-tools` installs it: %v", err)
	}
	cmd := exec.Command(node, "smsc.js")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &smsc{t: t, in: in}
	var reading sync.WaitGroup
	reading.Go(func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var e event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				t.Errorf("%s: %v", lines.Text(), err)
			}
			s.mu.Lock()
			s.events = append(s.events, e)
			s.mu.Unlock()
		}
	})
	t.Cleanup(func() { in.Close(); reading.Wait(); _ = cmd.Wait() })
	s.addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(s.wait("listening", 1)[0].Port))
	return s
}

// do tells the script to do something, and waits until it has.
func (s *smsc) do(line string) {
	s.t.Helper()
	n := len(s.of("done"))
	if _, err := io.WriteString(s.in, strings.ReplaceAll(line, "\n", " ")+"\n"); err != nil {
		s.t.Fatal(err)
	}
	s.wait("done", n+1)
}

func (s *smsc) of(got string) (out []event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.Got == got {
			out = append(out, e)
		}
	}
	return out
}

// wait waits for n events of a kind.
func (s *smsc) wait(got string, n int) []event {
	s.t.Helper()
	for end := time.Now().Add(15 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		list := s.of(got)
		if len(list) >= n {
			return list
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d × %s, want %d", len(list), got, n)
		}
	}
}
