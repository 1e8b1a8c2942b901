package device

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/device/hj212"
	"zhixing/device/simulator"
	"zhixing/observation"
)

// What a child process needs to know to take readings until it is killed.
const (
	childDSN   = "ZHIXING_TEST_KILL_DSN"
	childAddr  = "ZHIXING_TEST_KILL_ADDR"
	childInbox = "ZHIXING_TEST_KILL_INBOX"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		fmt.Println("error", child(dsn, os.Getenv(childAddr), os.Getenv(childInbox)))
		return
	}
	dbtest.Main(m)
}

// child is the process that gets killed.
func child(dsn, addr, inbox string) error {
	d, err := db.Open(ctx, dsn, time.Now)
	if err != nil {
		return err
	}
	o, err := observation.New("999999", definitions())
	if err != nil {
		return err
	}
	current := func() *observation.Observations { return o }
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	fmt.Println("ready")
	return (&Server{DB: d, Devices: NewRegistry("999999"), Observations: current, Inbox: inbox, Writer: observation.NewWriter(d, current, observation.WriterOptions{})}).Serve(ctx, l)
}

const killDevices = 40

// Killed at any moment under load: no acknowledged reading is missing, and none is there twice. ZHIXING_KILLS=100 makes it the
// long form.
func TestKillUnderLoad(t *testing.T) {
	kills := 5
	if n, err := strconv.Atoi(os.Getenv("ZHIXING_KILLS")); err == nil {
		kills = n
	} else if testing.Short() {
		kills = 2
	}
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			dsn := dbtest.DSN(t, dialect)
			d := dbtest.Open(t, dsn, time.Now)
			o, err := observation.New("999999", definitions())
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Write(ctx, func(tx *db.Tx) error {
				for i := range killDevices {
					if _, err := NewRegistry("999999").Add(ctx, tx, o, "示例甲", Device{MN: simulator.MN(i, hj212.Edition2017), Password: "123456", Register: "outlets", Entry: fmt.Sprintf("P%d", i)}); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			addr := l.Addr().String()
			l.Close()
			acked := map[hj212.MN]map[time.Time]int{}
			var mu sync.Mutex
			load, stop := context.WithCancel(ctx)
			over := make(chan simulator.Report, 1)
			run := func(c *exec.Cmd) {
				waitReady(t, c)
				time.Sleep(100*time.Millisecond + rand.N(400*time.Millisecond))
			}
			inbox := t.TempDir()
			cmd := startChild(t, dsn, addr, inbox)
			waitReady(t, cmd)
			go func() {
				report, err := simulator.Run(load, simulator.Options{To: addr, Devices: killDevices, Rate: 100, Batch: 4, Codes: []string{"w01018", "w21003"}, Edition: hj212.Edition2017,
					Timeout: 300 * time.Millisecond, Start: time.Now().Add(-20 * time.Hour).Truncate(time.Second), Step: time.Second,
					Acked: func(a simulator.Ack) {
						if a.CN != hj212.CNRealtime {
							return
						}
						mu.Lock()
						defer mu.Unlock()
						if acked[a.MN] == nil {
							acked[a.MN] = map[time.Time]int{}
						}
						acked[a.MN][a.Time.UTC()]++
					}})
				if err != nil {
					t.Error(err)
				}
				over <- report
			}()
			for range kills {
				time.Sleep(50*time.Millisecond + rand.N(300*time.Millisecond))
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				_ = cmd.Wait()
				cmd = startChild(t, dsn, addr, inbox)
				run(cmd)
			}
			stop()
			report := <-over
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			cmd = startChild(t, dsn, addr, inbox) // the last records what the one before had answered
			waitReady(t, cmd)
			if _, err := simulator.Run(ctx, simulator.Options{To: addr, Devices: 1, Frames: 1, Codes: []string{"w01018"}, Edition: hj212.Edition2017, Start: time.Now().Add(-time.Hour).Truncate(time.Second)}); err != nil {
				t.Error(err) // it serves now
			}
			_ = cmd.Process.Signal(os.Interrupt)
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
			inspect(t, d, o, acked)
			t.Logf("%d kills, %d frames acknowledged\n%s", kills, report.Acked, report)
		})
	}
}

func startChild(t *testing.T, dsn, addr, inbox string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDSN+"="+dsn, childAddr+"="+addr, childInbox+"="+inbox)
	cmd.Stderr = os.Stderr
	return cmd
}

// waitReady starts the child and waits until it listens.
func waitReady(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "ready" {
		t.Fatalf("the child says %q, %v", line, err)
	}
}

// inspect looks for every acknowledged frame, and for anything that is there twice.
func inspect(t *testing.T, d *db.DB, o *observation.Observations, acked map[hj212.MN]map[time.Time]int) {
	t.Helper()
	frames, there := 0, 0
	err := d.Read(ctx, func(tx *db.Tx) error {
		for i := range killDevices {
			mn := simulator.MN(i, hj212.Edition2017)
			if len(acked[mn]) == 0 {
				continue // never heard between two kills
			}
			for _, name := range []observation.SeriesName{"cod-realtime", "nh3-realtime"} {
				series, ok, err := o.Find(ctx, tx, name, fmt.Sprintf("P%d", i))
				if err != nil {
					return err
				}
				if !ok {
					t.Errorf("%s: no %s", mn, name)
					continue
				}
				have := map[time.Time]bool{}
				err = o.Each(ctx, tx, observation.Query{Series: series.ID}, func(r observation.Reading) error {
					there++
					if r.Version != 1 || have[r.At] {
						t.Errorf("%s %s is there more than once (version %d)", series.Address(), r.At, r.Version)
					}
					have[r.At] = true
					return nil
				})
				if err != nil {
					return err
				}
				for at := range acked[mn] {
					frames++
					if !have[at] {
						t.Errorf("%s %s was acknowledged and is missing", series.Address(), at)
					}
				}
			}
		}
		var twice int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM observation_reading WHERE n > 1`).Scan(&twice); err != nil {
			return err
		}
		if twice > 0 {
			t.Errorf("%d sets supersede others", twice)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if frames == 0 {
		t.Error("nothing was acknowledged")
	}
	t.Logf("%d acknowledged readings, %d on record", frames, there)
}
