// Package brokertest gives tests a broker of their own: Debian's mosquitto on a free port, whose sessions outlive a restart.
//
//	b := brokertest.Start(t)
//	client := mqtt.NewClientOptions().AddBroker(b.Address())
//	b.Stop()
//	b.Start()
//
// Where it is not installed tests end as package peertest says.
package brokertest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
	"zhixing/internal/peertest"
)

// Broker is a running broker.
type Broker struct {
	t            testing.TB
	program, dir string
	port         int
	cmd          *exec.Cmd
}

// Start starts one; it ends with the test.
func Start(t testing.TB) *Broker {
	t.Helper()
	b := &Broker{t: t, dir: t.TempDir()}
	b.program = peertest.Program(t, "mosquitto", "mosquitto")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	b.Start()
	t.Cleanup(b.Stop)
	return b
}

// Port is where it listens on 127.0.0.1.
func (b *Broker) Port() int { return b.port }

// Address is the same for clients.
func (b *Broker) Address() string { return fmt.Sprintf("tcp://127.0.0.1:%d", b.port) }

// Start starts it again after Stop.
func (b *Broker) Start() {
	b.t.Helper()
	conf := filepath.Join(b.dir, "mosquitto.conf")
	text := fmt.Sprintf("listener %d 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location %s/\nmax_queued_messages 0\nlog_type error\nuser root\n", b.port, b.dir)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.cmd = exec.Command(b.program, "-c", conf)
	b.cmd.Stderr = os.Stderr
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	for range 500 {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", b.port)); err == nil {
			c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.t.Fatal("mosquitto does not listen")
}

// Stop ends it, its sessions saved.
func (b *Broker) Stop() {
	if b.cmd != nil {
		_ = b.cmd.Process.Signal(os.Interrupt)
		_ = b.cmd.Wait()
		b.cmd = nil
	}
}
