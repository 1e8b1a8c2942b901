// Package simulator plays monitoring stations that speak HJ 212, for tests, for load and for the demonstration. Each station is
// one connection: it measures, keeps what it sent until 9014 comes, sends it again under the same number when none comes, and
// carries out what the centre orders. Its values follow from the seed, the station, the factor and the time, so an hour that is
// fetched again has the same mean.
//
//	report, err := simulator.Run(ctx, simulator.Options{To: "127.0.0.1:9212", Devices: 1000, Rate: 10, Frames: 600, Factors: 5})
//	fmt.Print(report) // sent, acknowledged, how long acknowledgements took
//
// What it plays is invented; no station has these numbers.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"zhixing/device/hj212"
)

// Options say how many stations there are and what they do. What is zero has the value named beside it.
type Options struct {
	To   string                                  // host:port of the centre
	Dial func(context.Context) (net.Conn, error) // instead of To

	Devices int        // 1
	MNs     []hj212.MN // the stations' numbers instead of MN(i, Edition), and how many they are
	PW      string     // 123456
	ST      hj212.ST   // 32, surface-water source
	Edition hj212.Edition

	Kind     hj212.Kind    // hj212.Realtime, or Minute, Hour, Day
	Rate     float64       // frames a second of each station, 1
	Frames   int           // reports of each station, then it goes; until ctx ends where 0
	Factors  int           // how many factors of the list a report has, 4
	Codes    []string      // these factors instead
	Batch    int           // frames that a station gathers for one write, 1
	Window   int           // frames that may wait for their answer, 16
	Start    time.Time     // data time of the first report; where zero, so that the last is of now
	Step     time.Duration // data time from report to report; what Kind and Rate make of it where zero
	Backfill int           // hours of stored hour data that each station sends first

	Seed    uint64
	Exceed  []Exceed
	LoseAck float64 // share of answers that the station does not hear

	Timeout time.Duration // before a frame is sent again, 10 s
	Resends int           // before the station connects anew, 3
	Spread  time.Duration // over which the stations connect, a millisecond each

	// Acked is told of each acknowledged frame, from many goroutines.
	Acked func(Ack)
}

// Ack is a frame that the centre has acknowledged.
type Ack struct {
	MN   hj212.MN
	CN   hj212.CN
	QN   hj212.QN
	Time time.Time // DataTime
	Took time.Duration
}

// Exceed gives a factor a value for some time.
type Exceed struct {
	MN          hj212.MN // every station where empty
	Code, Value string
	From, Until time.Time // of the data; open where zero
}

// MN is the number of the i-th station, from 0.
func MN(i int, e hj212.Edition) hj212.MN {
	if e == hj212.Edition2005 {
		return hj212.MN(fmt.Sprintf("5A58%010X", i+1))
	}
	return hj212.MN(fmt.Sprintf("5A58%020X", i+1))
}

func (o *Options) defaults() error {
	if o.Dial == nil {
		if o.To == "" {
			return errors.New("simulator: no address to connect to")
		}
		o.Dial = func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", o.To)
		}
	}
	set := func(n *int, to int) {
		if *n <= 0 {
			*n = to
		}
	}
	set(&o.Devices, 1)
	set(&o.Factors, 4)
	set(&o.Batch, 1)
	set(&o.Window, 16)
	set(&o.Resends, 3)
	if o.Edition == 0 {
		o.Edition = hj212.Edition2017
	}
	if len(o.MNs) == 0 {
		for i := range o.Devices {
			o.MNs = append(o.MNs, MN(i, o.Edition))
		}
	}
	o.Devices = len(o.MNs)
	if o.PW == "" {
		o.PW = "123456"
	}
	if o.ST == "" {
		o.ST = "32"
	}
	if o.Rate <= 0 {
		o.Rate = 1
	}
	if o.Kind == hj212.Other {
		o.Kind = hj212.Realtime
	}
	if _, ok := commands[o.Kind]; !ok {
		return fmt.Errorf("simulator: stations do not report %s", o.Kind.Words())
	}
	if o.Step <= 0 {
		o.Step = o.Kind.Period()
	}
	switch {
	case o.Step > 0:
	case o.Kind == hj212.Minute:
		o.Step = 10 * time.Minute
	default:
		o.Step = max(time.Second, time.Duration(float64(time.Second)/o.Rate)) // a data time has no parts of a second
	}
	o.Start = o.begin(time.Now())
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Spread <= 0 {
		o.Spread = time.Duration(o.Devices) * time.Millisecond
	}
	if len(o.Codes) == 0 {
		if o.Factors > len(factors) {
			return fmt.Errorf("simulator: %d factors of which there are %d: name them", o.Factors, len(factors))
		}
		for _, f := range factors[:o.Factors] {
			o.Codes = append(o.Codes, f.code)
		}
	}
	return nil
}

// begin is the first data time. Data have no parts of a second, so at more than a report a second they are of times that
// pass faster than the clock, and must begin earlier if they are not to be of tomorrow.
func (o *Options) begin(now time.Time) time.Time {
	at := o.Start
	if at.IsZero() {
		at = now
		ahead := o.Step - time.Duration(float64(time.Second)/o.Rate) // of the clock, each report
		switch {
		case o.Kind != hj212.Realtime && o.Frames > 0:
			at = at.Add(-o.Step * time.Duration(o.Frames))
		case o.Kind != hj212.Realtime || ahead > 0 && o.Frames == 0:
			at = at.Add(-24 * time.Hour)
		case ahead > 0:
			at = at.Add(-ahead * time.Duration(o.Frames))
		}
	}
	at = at.In(hj212.Zone).Truncate(time.Second)
	switch o.Kind { // a period begins where the clock strikes
	case hj212.Minute:
		at = at.Truncate(min(o.Step, time.Hour))
	case hj212.Hour:
		at = at.Truncate(time.Hour)
	case hj212.Day:
		at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, hj212.Zone)
	}
	return at
}

var commands = map[hj212.Kind]hj212.CN{
	hj212.Realtime: hj212.CNRealtime, hj212.Minute: hj212.CNMinute, hj212.Hour: hj212.CNHour, hj212.Day: hj212.CNDay,
}

// Run plays the stations until each has reported Frames times and everything is acknowledged, or until ctx ends, which is no
// error. What fails is counted and tried again; an error is that nothing was ever reached.
func Run(ctx context.Context, opt Options) (Report, error) {
	opt.MNs, opt.Codes = slices.Clone(opt.MNs), slices.Clone(opt.Codes)
	if err := opt.defaults(); err != nil {
		return Report{}, err
	}
	var c counts
	begun := time.Now()
	var wg sync.WaitGroup
	for i := range opt.MNs {
		wg.Go(func() {
			if !sleep(ctx, opt.Spread*time.Duration(i)/time.Duration(opt.Devices)) {
				return
			}
			newStation(&opt, &c, i).play(ctx)
		})
	}
	wg.Wait()
	report := c.report(opt.Devices, time.Since(begun))
	if report.Connected == 0 && ctx.Err() == nil {
		return report, fmt.Errorf("simulator: no station reached the centre: %v", c.lastError.Load())
	}
	return report, nil
}

// sleep is false where ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
