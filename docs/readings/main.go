// Command readings measures how fast a server takes in readings that are judged: it registers stations of an invented county in
// a fresh record, starts zhixing on it, plays the stations from this process over TCP, and asks for latest values meanwhile.
// Afterwards it looks for every acknowledged reading on record.
//
//	go build ./cmd/zhixing && go run ./docs/readings -stations 1000 -rate 10 -seconds 60
//
// Each station sends that many frames of five factors a second, so the above asks for 50,000 readings a second. Both processes
// share the machine.
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/device"
	"zhixing/device/hj212"
	"zhixing/device/simulator"
	"zhixing/observation"
	"zhixing/policy"
	"zhixing/policy/works"
	"zhixing/register"
)

//go:embed county
var folder embed.FS

type options struct {
	stations, batch, window int
	rate                    float64
	seconds                 int
	binary, hj212, web, dsn string
}

func main() {
	debug.SetGCPercent(400) // what plays a thousand stations shall leave the cores to what is measured
	var o options
	flag.IntVar(&o.stations, "stations", 1000, "how many stations send")
	flag.Float64Var(&o.rate, "rate", 10, "frames of five readings a second, of each")
	flag.IntVar(&o.batch, "batch", 1, "frames of a station in one write")
	flag.IntVar(&o.window, "window", 16, "frames of a station that may wait for their answer")
	flag.IntVar(&o.seconds, "seconds", 30, "how long")
	flag.StringVar(&o.binary, "zhixing", "./zhixing", "the program to measure")
	flag.StringVar(&o.hj212, "hj212", "127.0.0.1:9213", "where it shall listen to stations")
	flag.StringVar(&o.web, "listen", "127.0.0.1:8097", "where it shall listen to people")
	flag.StringVar(&o.dsn, "db", "", "an empty PostgreSQL database, postgres://…; without it SQLite in a temporary folder")
	flag.Parse()
	if err := measure(o); err != nil {
		log.Fatal(err)
	}
}

var codes = []string{"w01018", "w21003", "w21011", "w21001", "w00000"}

func measure(o options) error {
	dir, err := os.MkdirTemp("", "zhixing-readings-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sub, err := fs.Sub(folder, "county")
	if err != nil {
		return err
	}
	countyDir := filepath.Join(dir, "county")
	if err := os.CopyFS(countyDir, sub); err != nil {
		return err
	}
	county, err := policy.LoadCounty(sub)
	if err != nil {
		return err
	}
	dsn := o.dsn
	if dsn == "" {
		dsn = "sqlite:" + filepath.Join(dir, "zhixing.db")
	}
	ctx := context.Background()
	d, err := db.Open(ctx, dsn, time.Now)
	if err != nil {
		return err
	}
	defer d.Close()
	start := time.Now()
	works, err := prepare(ctx, d, county, o.stations)
	if err != nil {
		return err
	}
	fmt.Printf("%d stations registered in %.1f s; %s, %d cores\n", o.stations, time.Since(start).Seconds(), d.Dialect, runtime.NumCPU())
	args := []string{"serve", "--data", dir, "--county", countyDir, "--listen", o.web, "--hj212", o.hj212, "--log-level", "error"}
	if o.dsn != "" {
		args = append(args, "--database", o.dsn)
	}
	server := exec.Command(o.binary, args...)
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		return err
	}
	defer func() { _ = server.Process.Signal(os.Interrupt); _ = server.Wait() }()
	if err := waitFor(o.hj212); err != nil {
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	reads := make(chan []time.Duration, 1)
	go func() { reads <- readLatest(reading, d, works.Observations) }()
	mns := make([]hj212.MN, o.stations)
	for i := range mns {
		mns[i] = simulator.MN(i, hj212.Edition2017)
	}
	frames := int(o.rate * float64(o.seconds))
	begun := time.Now()
	report, err := simulator.Run(ctx, simulator.Options{To: o.hj212, MNs: mns, Rate: o.rate, Frames: frames, Codes: codes, Batch: o.batch, Window: o.window, Edition: hj212.Edition2017,
		Start: begun.Add(-time.Duration(frames) * time.Second).Truncate(time.Second), Step: time.Second, Timeout: 30 * time.Second})
	if err != nil {
		return err
	}
	stop()
	fmt.Print(report)
	fmt.Printf("acknowledged %.0f readings a second\n", float64(report.Acked)*float64(len(codes))/report.Elapsed.Seconds())
	took := <-reads
	slices.Sort(took)
	if n := len(took); n > 0 {
		fmt.Printf("latest values of all stations meanwhile, from another process: %d times, p50 %v, p99 %v\n", n, took[n/2].Round(time.Millisecond/10), took[n*99/100].Round(time.Millisecond/10))
	}
	return onRecord(ctx, d, int64(report.Acked))
}

// prepare enters the stations and their devices, as officials would.
func prepare(ctx context.Context, d *db.DB, county policy.County, n int) (*works.Works, error) {
	if err := d.Migrate(ctx); err != nil {
		return nil, err
	}
	works, err := works.New(&county, nil, calendar.DateOf(time.Now()), nil)
	if err != nil {
		return nil, err
	}
	devices := device.NewRegistry(string(county.Place.Code))
	err = d.Write(ctx, func(tx *db.Tx) error {
		for i := range n {
			key := fmt.Sprintf("S%04d", i)
			if _, err := works.Registers.Add(ctx, tx, register.Actor{Account: "load", Name: "示例甲", Office: true}, "stations", register.Input{Fields: map[string]string{"编号": key}}); err != nil {
				return err
			}
			if _, err := devices.Add(ctx, tx, works.Observations, "load", device.Device{MN: simulator.MN(i, hj212.Edition2017), Password: "123456", Register: "stations", Entry: key}); err != nil {
				return err
			}
		}
		return nil
	})
	return works, err
}

func waitFor(addr string) error {
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			return c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("nobody listens on %s", addr)
}

// readLatest asks for the latest values of all stations ten times a second, as a page does.
func readLatest(ctx context.Context, d *db.DB, o *observation.Observations) (took []time.Duration) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return took
		case <-tick.C:
		}
		start := time.Now()
		err := d.Read(context.Background(), func(tx *db.Tx) error {
			_, err := o.LatestOf(context.Background(), tx, "stations")
			return err
		})
		if err != nil {
			log.Print(err)
			continue
		}
		took = append(took, time.Since(start))
	}
}
