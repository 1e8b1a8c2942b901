// Package example plays the examples of policies (examples/*.yaml) through the packages that run a county: entries are entered,
// readings recorded, clocks moved and ticked as the server does, and what came of it is held against what the author wants.
//
//	err := example.Run(ctx, &county, county.Policies.Examples, func(r example.Result) {
//		for _, f := range r.Failures {
//			fmt.Println(f) // policies/water-2023/examples/outlets.yaml:12：线索 outlet-over P1：to 应是“甲镇人民政府”，现在是“县水务局”
//		}
//	})
//
// All is kept in a temporary database, in which each example is a county of its own. An example depends on nothing but its own
// lines: not on the hour, on the machine, or on the examples before it.
package example

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/org"
	"zhixing/policy"
)

// Result is what became of an example.
type Result struct {
	Example  *policy.Example
	Failures []Failure // none: all is as it should be
	Took     time.Duration
}

// Failure is one thing that is not as the example wants it.
type Failure struct {
	File    string
	Line    int
	Message string
}

func (f Failure) String() string { return fmt.Sprintf("%s:%d：%s", f.File, f.Line, f.Message) }

// Run plays examples and calls report for each, in their order. The error is of the machinery as a whole; where it fails in one
// example, that is a Failure.
func Run(ctx context.Context, c *policy.County, examples []policy.Example, report func(Result)) error {
	dir, err := os.MkdirTemp("", "zhixing-example-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	n := min(runtime.GOMAXPROCS(0), 4, max(1, len(examples)))
	results := make([]chan Result, len(examples))
	for i := range results {
		results[i] = make(chan Result, 1)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var workers sync.WaitGroup
	defer workers.Wait()
	next := make(chan int)
	for w := range n {
		workers.Go(func() {
			if err := work(ctx, c, filepath.Join(dir, fmt.Sprintf("%d.db", w)), examples, next, results); err != nil {
				stop(err)
			}
		})
	}
	go func() {
		defer close(next)
		for i := range examples {
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	for _, r := range results {
		select {
		case x := <-r:
			report(x)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// work plays what comes in one database, with its own clock.
func work(ctx context.Context, c *policy.County, file string, examples []policy.Example, next <-chan int, results []chan Result) error {
	clock := &Clock{}
	d, err := db.Open(ctx, "sqlite:"+file, clock.Now)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	for i := range next {
		began := time.Now()
		e := &examples[i]
		own := *c
		own.Policies = c.Policies.For(e)
		own.Place.Code = org.Code(fmt.Sprintf("example-%d", i+1)) // nobody else's records
		failures, err := play(ctx, d, clock, &own, e)
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			failures = append(failures, Failure{e.File, e.Line, "程序出错：" + err.Error()})
		}
		results[i] <- Result{e, failures, time.Since(began)}
	}
	return nil
}

// play tells one example.
func play(ctx context.Context, d *db.DB, clock *Clock, c *policy.County, e *policy.Example) ([]Failure, error) {
	clock.Set(e.On)
	p, err := NewPlayer(d, c, nil, clock)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	var failures []Failure
	fail := func(file string, line int, format string, args ...any) {
		failures = append(failures, Failure{file, line, fmt.Sprintf(format, args...)})
	}
	for _, s := range e.Steps {
		var refused error
		for n, f := range s.Given {
			refused = nil
			if err := p.Do(ctx, f); err != nil {
				if refused = said(err); refused == nil {
					return nil, fmt.Errorf("%s:%d: %w", e.File, f.Line, err)
				}
			}
			if refused != nil && (n < len(s.Given)-1 || !wantsRefusal(s.Want)) {
				fail(e.File, f.Line, "被拒绝：%v", refused)
			}
		}
		if err := p.Tick(ctx); err != nil {
			return nil, err
		}
		for _, w := range s.Want {
			message, err := p.look(ctx, w, refused)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", e.File, w.Line, err)
			}
			if message != "" {
				fail(w.File, w.Line, "%s", message)
			}
		}
	}
	return failures, nil
}

func wantsRefusal(wants []policy.Want) bool {
	for _, w := range wants {
		if w.Kind == policy.RefusedWant {
			return true
		}
	}
	return false
}

// Clock is moved by hand.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Set moves the clock.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

func dayOf(t time.Time) calendar.Date { return calendar.DateOf(t) }
