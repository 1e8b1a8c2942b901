package channel

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/gateway"
	"zhixing/internal/brokertest"
)

// What a child process needs to know to send messages until it is killed.
const (
	childDSN   = "ZHIXING_TEST_KILL_DSN"
	childPeer  = "ZHIXING_TEST_KILL_PEER"  // address of the far side
	childAhead = "ZHIXING_TEST_KILL_AHEAD" // by how many seconds its clock is ahead, so that leases need not be waited for
)

// child is the process that gets killed.
func child(dsn, peer string) error {
	ahead, err := strconv.Atoi(os.Getenv(childAhead))
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, dsn, func() time.Time { return time.Now().Add(time.Duration(ahead) * time.Second) })
	if err != nil {
		return err
	}
	o := killOutbox(d, peer)
	if strings.Contains(peer, "://") { // a broker
		if o, err = hornOutbox(d, peer); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	o.Run(ctx)
	return nil
}

// killOutbox has a channel whose far side tells doubles, and one whose does not.
func killOutbox(d *db.DB, peer string) *Outbox {
	return &Outbox{DB: d, County: county, Channels: []Channel{
		{"sms", []Driver{{Name: "sms", Gateway: line{peer, "sms"}, Batch: 5, Workers: 2}}},
		{"speaker", []Driver{{Name: "speaker", Gateway: line{peer, "speaker"}, Batch: 5, Workers: 2, TellsDoubles: true}}},
	}}
}

// line is a gateway that writes a line a message and waits for the answer to all.
type line struct{ peer, name string }

func (l line) Send(ctx context.Context, list []gateway.Message) []gateway.Outcome {
	var dial net.Dialer
	c, err := dial.DialContext(ctx, "tcp", l.peer)
	if err != nil {
		return gateway.All(len(list), gateway.Busy, "%v", err)
	}
	defer c.Close()
	var text strings.Builder
	for _, m := range list {
		fmt.Fprintln(&text, l.name, m.ID, m.To)
	}
	if _, err := fmt.Fprintln(c, text.String()); err != nil {
		return gateway.All(len(list), gateway.Unknown, "%v", err)
	}
	if s, err := bufio.NewReader(c).ReadString('\n'); s != "ok\n" {
		return gateway.All(len(list), gateway.Unknown, "%q %v", s, err)
	}
	return gateway.All(len(list), gateway.Accepted, "")
}

// Killed at any moment while it sends: whatever was put has arrived, or stands as unknown where the far side cannot tell doubles, where nothing
// arrives twice. `make kills-channel` makes it the long form.
func TestKillWhileSending(t *testing.T) {
	kills := killsOr(4)
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			far := listen(t)
			dsn := dbtest.DSN(t, dialect)
			d := dbtest.Open(t, dsn, time.Now)
			const each = 300
			put := 0
			for i := range kills {
				var list []Message
				for range each {
					put++
					for _, channel := range []string{"sms", "speaker"} {
						list = append(list, Message{Purpose: fmt.Sprintf("w/%d", i), Channel: channel, To: fmt.Sprint(put), Urgency: Warning, Text: "预警", Expires: time.Now().Add(20 * 24 * time.Hour)})
					}
				}
				if err := d.Write(ctx, func(tx *db.Tx) error { _, err := killOutbox(d, "").PutAll(ctx, tx, list); return err }); err != nil {
					t.Fatal(err)
				}
				killOne(t, dsn, far.addr, i*60)
			}
			// The last start, which nobody kills.
			last := killOutbox(dbtest.Open(t, dsn, func() time.Time { return time.Now().Add(time.Duration(kills+1) * time.Minute) }), far.addr)
			for range 3 {
				if _, err := last.Once(ctx, last.DB.Now()); err != nil {
					t.Fatal(err)
				}
			}
			far.inspect(t, last, put)
		})
	}
}

// The same over a broker that ends and comes back at a moment of its own: the next server tells those who were not told, and every
// loudspeaker plays every warning, once.
func TestKillWhileTheBrokerRestarts(t *testing.T) {
	kills := killsOr(2)
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			b := brokertest.Start(t)
			h := plug(t, b)
			dsn := dbtest.DSN(t, dialect)
			d := dbtest.Open(t, dsn, time.Now)
			var longest time.Duration
			before := 0
			for i := range kills {
				purpose := fmt.Sprintf("warning/%d/1", i)
				list := loud(purpose, fmt.Sprintf("请立即撤离%d。", i), time.Now().Add(20*24*time.Hour))
				if err := d.Write(ctx, func(tx *db.Tx) error { _, err := killOutbox(d, "").PutAll(ctx, tx, list); return err }); err != nil {
					t.Fatal(err)
				}
				kill := startChild(t, dsn, b.Address(), i*120)
				until(t, "the first are told", func() bool { return h.heard() > i*len(list) })
				time.Sleep(rand.N(150 * time.Millisecond))
				if rand.N(2) == 0 {
					kill()
					time.Sleep(rand.N(50 * time.Millisecond))
					b.Stop()
				} else {
					b.Stop()
					time.Sleep(rand.N(50 * time.Millisecond))
					kill()
				}
				before += h.heard() - i*len(list)
				b.Start()
				began := time.Now()
				own, err := db.Open(ctx, dsn, func() time.Time { return time.Now().Add(time.Duration(i*120+60) * time.Second) })
				if err != nil {
					t.Fatal(err)
				}
				next, end := lively(t, own, b)
				until(t, "all have said that they played it", func() bool { return delivered(t, next, purpose) == len(list) })
				end()
				own.Close()
				longest = max(longest, time.Since(began))
			}
			h.once(t, kills*142)
			t.Logf("%d warnings: %d loudspeakers were told before the server was killed and the broker stopped, %d by the next server within %v; %d were asked again under the same seq",
				kills, before, kills*142-before, longest.Round(time.Millisecond), h.asked-kills*142)
		})
	}
}

// killsOr is how often to kill: n, unless a long run says otherwise.
func killsOr(n int) int {
	if long, err := strconv.Atoi(os.Getenv("ZHIXING_KILLS")); err == nil {
		return long
	}
	if testing.Short() {
		return 2
	}
	return n
}

// killOne starts a child and kills it at a random moment.
func killOne(t *testing.T, dsn, peer string, ahead int) {
	t.Helper()
	kill := startChild(t, dsn, peer, ahead)
	time.Sleep(rand.N(300 * time.Millisecond))
	kill()
}

func startChild(t *testing.T, dsn, peer string, ahead int) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDSN+"="+dsn, childPeer+"="+peer, childAhead+"="+strconv.Itoa(ahead))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if said, err := bufio.NewReader(out).ReadString('\n'); said != "ready\n" {
		t.Fatalf("the child says %q, %v", said, err)
	}
	return func() {
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
}

// far is the far side: it counts what it got.
type far struct {
	addr string
	mu   sync.Mutex
	got  map[string]int // "sms 7 13": by name, id and address
}

func listen(t *testing.T) *far {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	f := &far{addr: l.Addr().String(), got: map[string]int{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go f.hear(c)
		}
	}()
	return f
}

func (f *far) hear(c net.Conn) {
	defer c.Close()
	for lines := bufio.NewScanner(c); lines.Scan() && lines.Text() != ""; {
		f.mu.Lock()
		f.got[lines.Text()]++
		f.mu.Unlock()
	}
	time.Sleep(rand.N(4 * time.Millisecond)) // it has them and has not said so
	fmt.Fprintln(c, "ok")
}

func (f *far) inspect(t *testing.T, o *Outbox, put int) {
	t.Helper()
	var list []Sent
	if err := o.DB.Read(ctx, func(tx *db.Tx) (err error) { list, err = o.Messages(ctx, tx, Query{Limit: 1 << 30}); return err }); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2*put {
		t.Errorf("%d messages, want %d", len(list), 2*put)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	unknown, cut, twice := 0, 0, 0
	for _, m := range list {
		n := f.got[fmt.Sprintf("%s %s %s", m.Channel, m.ID, m.Address)]
		switch {
		case m.Channel == "sms" && n > 1:
			t.Errorf("message %s arrived %d times", m.ID, n)
		case m.Channel == "sms" && m.State == Unknown:
			unknown++
			if n == 0 {
				cut++
			}
		case m.State != Accepted || n == 0:
			t.Errorf("%s message %s is %s and arrived %d times", m.Channel, m.ID, m.State, n)
		case n > 1:
			twice++
		}
	}
	t.Logf("%d messages by each channel; sms: %d unknown, of which %d did not arrive; speaker: %d came again under the same id", put, unknown, cut, twice)
}
