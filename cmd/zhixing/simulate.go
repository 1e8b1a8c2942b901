package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"zhixing/device/hj212"
	"zhixing/device/simulator"
)

var simulatedKinds = map[string]hj212.Kind{"realtime": hj212.Realtime, "minute": hj212.Minute, "hour": hj212.Hour, "day": hj212.Day}

// simulate plays a far side. Without a protocol it is about stations.
func simulate(ctx context.Context, c *call) error {
	if len(c.args) > 0 && c.args[0] == "mas" {
		return simulateMAS(ctx, c)
	}
	return simulateHJ212(ctx, c)
}

// simulateHJ212 plays invented stations against a centre and prints how it went.
func simulateHJ212(ctx context.Context, c *call) error {
	opt := simulator.Options{}
	var exceed []string
	fs := c.flags
	fs.StringVar(&opt.To, "to", "", "host:port of the centre")
	fs.IntVar(&opt.Devices, "devices", 1, "how many stations")
	mns := fs.String("mn", "", "their numbers, with commas, instead of invented ones")
	fs.StringVar(&opt.PW, "password", "123456", "their password")
	st := fs.String("st", "32", "their system code")
	edition := fs.Int("edition", 2017, "2005, 2017 or 2025")
	kind := fs.String("kind", "realtime", "what they report: realtime, minute, hour or day")
	fs.Float64Var(&opt.Rate, "rate", 1, "reports a second of each")
	fs.IntVar(&opt.Frames, "frames", 0, "reports of each, then they go; 0 is until interrupted")
	last := fs.Duration("for", 0, "how long; 0 is until interrupted")
	codes := fs.String("factors", "4", "how many factors, or their codes with commas")
	fs.IntVar(&opt.Batch, "batch", 1, "reports that a station writes at a time")
	start := fs.String("start", "", "data time of the first report, as 2026-03-01T08:00; without it the last is of now")
	fs.DurationVar(&opt.Step, "step", 0, "data time from report to report")
	fs.IntVar(&opt.Backfill, "backfill", 0, "hours of stored hour data that each sends first")
	fs.Uint64Var(&opt.Seed, "seed", 1, "of the values")
	fs.Func("exceed", "MN:FACTOR:VALUE[@FROM[/UNTIL]], a value for some time of the data; MN may be empty; repeatable", func(s string) error {
		exceed = append(exceed, s)
		return nil
	})
	fs.Float64Var(&opt.LoseAck, "lose-ack", 0, "share of answers that a station does not hear")
	fs.DurationVar(&opt.Timeout, "timeout", 10*time.Second, "before a frame is sent again")
	fs.DurationVar(&opt.Spread, "spread", 0, "over which the stations connect; 0 is a millisecond each")
	if err := c.parse(); err != nil {
		return err
	}
	if len(c.args) != 1 || c.args[0] != "hj212" || opt.To == "" {
		return fmt.Errorf("%w: wants %s", errUsage, c.cmd.args)
	}
	opt.ST, opt.Edition = hj212.ST(*st), hj212.Edition(*edition)
	if e := opt.Edition; e != hj212.Edition2005 && e != hj212.Edition2017 && e != hj212.Edition2025 {
		return fmt.Errorf("%w: --edition %d", errUsage, *edition)
	}
	var ok bool
	if opt.Kind, ok = simulatedKinds[*kind]; !ok {
		return fmt.Errorf("%w: --kind %q", errUsage, *kind)
	}
	for _, mn := range strings.FieldsFunc(*mns, func(r rune) bool { return r == ',' }) {
		opt.MNs = append(opt.MNs, hj212.MN(mn))
	}
	if n, err := strconv.Atoi(*codes); err == nil {
		opt.Factors = n
	} else {
		opt.Codes = strings.Split(*codes, ",")
	}
	var err error
	if opt.Start, err = dataTime(*start); err != nil {
		return err
	}
	for _, s := range exceed {
		e, err := readExceed(s)
		if err != nil {
			return err
		}
		opt.Exceed = append(opt.Exceed, e)
	}
	if *last > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, *last)
		defer stop()
	}
	report, err := simulator.Run(ctx, opt)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(c.out, report)
	return err
}

// readExceed reads MN:FACTOR:VALUE[@FROM[/UNTIL]].
func readExceed(s string) (simulator.Exceed, error) {
	what, when, _ := strings.Cut(s, "@")
	parts := strings.Split(what, ":")
	if len(parts) != 3 || parts[1] == "" || parts[2] == "" {
		return simulator.Exceed{}, fmt.Errorf("%w: --exceed %q: want MN:FACTOR:VALUE[@FROM[/UNTIL]]", errUsage, s)
	}
	e := simulator.Exceed{MN: hj212.MN(parts[0]), Code: parts[1], Value: parts[2]}
	from, until, _ := strings.Cut(when, "/")
	var err error
	if e.From, err = dataTime(from); err == nil {
		e.Until, err = dataTime(until)
	}
	if err != nil {
		return simulator.Exceed{}, fmt.Errorf("--exceed %q: %w", s, err)
	}
	return e, nil
}

// dataTime reads a time of China to the minute or the second; empty is none.
func dataTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, hj212.Zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%w: %q: want a time as 2026-03-01T08:00", errUsage, s)
}
