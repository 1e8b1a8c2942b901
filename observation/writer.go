package observation

import (
	"context"
	"errors"
	"sync"
	"time"

	"zhixing/db"
)

// Writer records what many senders give in common transactions, and tells each sender when its readings are on disk: one
// wait for the disk serves all that came while the last one was waited for.
//
//	w := observation.NewWriter(d, current, observation.WriterOptions{})
//	defer w.Close()
//	err := w.Submit(ctx, readings, func(r observation.Result, err error) { … acknowledge, if err == nil … })
//
// What is waiting is bounded: Submit waits for room, which holds up the sender's connection and no other.
type Writer struct {
	d       *db.DB
	current func() *Observations
	opt     WriterOptions

	mu     sync.Mutex
	room   sync.Cond
	work   sync.Cond
	queue  []submission
	queued int // readings in the queue
	closed bool
	done   chan struct{}
	stats  WriterStats
}

// WriterOptions bound a Writer; zeros are the usual.
type WriterOptions struct {
	Queued int // readings that may wait; 40,000
	AtOnce int // readings of one transaction; 20,000
}

// WriterStats count since the start.
type WriterStats struct {
	Commits, Submissions, Readings, Changed, Same, Refused, Failed int64
	Queued                                                         int // readings that wait now
	Busy                                                           time.Duration
}

type submission struct {
	readings []Reading
	also     func(ctx context.Context, tx *db.Tx) error
	done     func(Result, error)
}

// NewWriter starts a writer. current gives the definitions in force; it is asked for each transaction.
func NewWriter(d *db.DB, current func() *Observations, opt WriterOptions) *Writer {
	if opt.Queued == 0 {
		opt.Queued = 40_000
	}
	if opt.AtOnce == 0 {
		opt.AtOnce = 20_000
	}
	w := &Writer{d: d, current: current, opt: opt, done: make(chan struct{})}
	w.room.L, w.work.L = &w.mu, &w.mu
	go w.run()
	return w
}

// ErrClosed is the error of what was given to a Writer that is closed, or was not begun when it closed.
var ErrClosed = errors.New("observation: the writer is closed")

// Submit queues readings; it waits while the queue is full, and gives an error where ctx ends first. done is called once,
// when they are on disk or when they could not be written; it must not wait for anything.
func (w *Writer) Submit(ctx context.Context, readings []Reading, done func(Result, error)) error {
	return w.submit(ctx, submission{readings: readings, done: done})
}

// SubmitAlso is Submit with something else to be done in the same transaction before the readings are recorded. It may be run
// again, when the transaction is tried again.
func (w *Writer) SubmitAlso(ctx context.Context, readings []Reading, also func(context.Context, *db.Tx) error, done func(Result, error)) error {
	return w.submit(ctx, submission{readings, also, done})
}

func (w *Writer) submit(ctx context.Context, s submission) error {
	stop := context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.room.Broadcast()
	})
	defer stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.closed && w.queued > 0 && w.queued+len(s.readings) > w.opt.Queued {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.room.Wait()
	}
	if w.closed {
		return ErrClosed
	}
	w.queue = append(w.queue, s)
	w.queued += max(1, len(s.readings))
	w.work.Signal()
	return nil
}

// Record submits readings and waits until they are on disk.
func (w *Writer) Record(ctx context.Context, readings []Reading) (Result, error) {
	type answer struct {
		r   Result
		err error
	}
	c := make(chan answer, 1)
	if err := w.Submit(ctx, readings, func(r Result, err error) { c <- answer{r, err} }); err != nil {
		return Result{}, err
	}
	a := <-c
	return a.r, a.err
}

// Close writes what is queued and ends the writer.
func (w *Writer) Close() {
	w.mu.Lock()
	w.closed = true
	w.room.Broadcast()
	w.work.Broadcast()
	w.mu.Unlock()
	<-w.done
}

// Stats are the counts so far.
func (w *Writer) Stats() WriterStats {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.stats
	s.Queued = w.queued
	return s
}

func (w *Writer) run() {
	defer close(w.done)
	for {
		batch, n := w.take()
		if len(batch) == 0 {
			return
		}
		start := time.Now()
		w.write(batch)
		w.mu.Lock()
		w.stats.Busy += time.Since(start)
		w.stats.Submissions += int64(len(batch))
		w.queued -= n
		w.room.Broadcast()
		w.mu.Unlock()
	}
}

// take waits for work and takes what one transaction shall write; none: the writer is closed.
func (w *Writer) take() (batch []submission, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) == 0 && !w.closed {
		w.work.Wait()
	}
	for len(w.queue) > 0 {
		next := max(1, len(w.queue[0].readings))
		if n > 0 && n+next > w.opt.AtOnce {
			break
		}
		n += next
		batch = append(batch, w.queue[0])
		w.queue[0] = submission{}
		w.queue = w.queue[1:]
	}
	return batch, n
}

// write records a batch. One that fails is halved, until what fails stands alone: one sender's readings must not keep those
// of all others out.
func (w *Writer) write(batch []submission) {
	results, err := w.commit(batch)
	switch {
	case err == nil:
		for i, s := range batch {
			s.done(results[i], nil)
		}
	case len(batch) == 1:
		w.count(func(st *WriterStats) { st.Failed++ })
		batch[0].done(Result{}, err)
	default:
		w.write(batch[:len(batch)/2])
		w.write(batch[len(batch)/2:])
	}
}

func (w *Writer) commit(batch []submission) (results []Result, err error) {
	ctx := context.Background() // what was begun is written, whoever has gone away
	o := w.current()
	var all Result
	total := 0
	for _, s := range batch {
		total += len(s.readings)
	}
	readings := make([]Reading, 0, total)
	for _, s := range batch {
		readings = append(readings, s.readings...)
	}
	err = w.d.Write(ctx, func(tx *db.Tx) error {
		for _, s := range batch {
			if s.also == nil {
				continue
			}
			if err := s.also(ctx, tx); err != nil {
				return err
			}
		}
		all, err = o.Record(ctx, tx, readings)
		return err
	})
	if err != nil {
		return nil, err
	}
	w.count(func(st *WriterStats) {
		st.Commits++
		st.Readings += int64(total)
		st.Changed += int64(len(all.Changed))
		st.Same += int64(all.Same)
		st.Refused += int64(len(all.Refused))
	})
	return share(batch, all), nil
}

// share gives each submission its own refusals. What changed is not shared out: Recorded had it.
func share(batch []submission, all Result) []Result {
	results := make([]Result, len(batch))
	offset, next := 0, 0
	for i, s := range batch {
		for next < len(all.Refused) && all.Refused[next].Index < offset+len(s.readings) {
			results[i].Refused = append(results[i].Refused, Refusal{all.Refused[next].Index - offset, all.Refused[next].Message})
			next++
		}
		offset += len(s.readings)
	}
	return results
}

func (w *Writer) count(do func(*WriterStats)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	do(&w.stats)
}
