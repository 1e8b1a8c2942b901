package works

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/policy"
	"zhixing/relay"
)

// Live holds the policies by which a running server works, and puts others in their place without a restart. Whoever asks for Works
// keeps what he got to the end of what he is doing; the next one gets the new ones.
//
//	live := &works.Live{DB: d, Folder: func() fs.FS { return os.DirFS("counties/somewhere") }, Ledger: led}
//	err := live.Start(ctx, "system")
//	entry, err := live.Works().Registers.Add(…)
//	version, err := live.Reload(ctx, "示例账号") // refused with every problem, and then the old ones go on
type Live struct {
	DB     *db.DB
	Folder func() fs.FS
	Ledger *ledger.Ledger               // nil where the county keeps none
	To     map[string]relay.Destination // platforms of higher levels
	Sign   func([]byte) ([]byte, error) // signs the documents of warnings; nil: they go out without
	Site   string                       // see Works
	First  *policy.Copy                 // Folder as it was read a moment ago, for Start; nil: Start reads it

	works   atomic.Pointer[Works]
	trouble atomic.Pointer[Trouble]
	mu      sync.Mutex // one reload at a time

	recipients audience.Memory // of one Works after the other
	outbox     *channel.Outbox // by which they reach people; nil: nothing leaves the house
}

// Trouble is why the folder is not what the server works by.
type Trouble struct{ Err error }

// Works is what runs the policies now.
func (l *Live) Works() *Works { return l.works.Load() }

// Trouble is why the folder as it is now was not taken; nil where it was.
func (l *Live) Trouble() error {
	if t := l.trouble.Load(); t != nil {
		return t.Err
	}
	return nil
}

// Start loads the folder. Where that fails and a version is on record, the server goes on with that one, and Trouble says why.
func (l *Live) Start(ctx context.Context, by string) error {
	_, err := l.Reload(ctx, by)
	if err == nil || l.works.Load() != nil {
		return nil
	}
	was, failed := l.recorded(ctx, "")
	if failed != nil || was == nil {
		return errors.Join(err, failed)
	}
	l.works.Store(was)
	l.trouble.Store(&Trouble{err})
	return nil
}

// recorded wires the newest version on record; nil where there is none, or none but the one of this digest.
func (l *Live) recorded(ctx context.Context, but string) (*Works, error) {
	code, ok := l.code()
	if !ok {
		return nil, nil
	}
	var folder fs.FS
	err := l.DB.Read(ctx, func(tx *db.Tx) error {
		v, ok, err := newest(ctx, tx, code)
		if err != nil || !ok || v.Digest == but {
			return err
		}
		folder, err = VersionFiles(ctx, tx, code, v.N)
		return err
	})
	if err != nil || folder == nil {
		return nil, err
	}
	c, err := policy.LoadCounty(folder)
	if err != nil {
		return nil, fmt.Errorf("works: the version on record: %w", err)
	}
	return l.wire(&c, calendar.DateOf(l.DB.Now()))
}

// Connect gives the works, and those that come after them, the outbox by which they reach people. It is called before anything is
// served.
func (l *Live) Connect(out *channel.Outbox) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outbox = out
	if w := l.works.Load(); w != nil {
		w.Connect(out)
	}
}

// wire makes what takes the place of the works before it, whose memory of recipients it takes over.
func (l *Live) wire(c *policy.County, day calendar.Date) (*Works, error) {
	w, err := New(c, l.Ledger, day, l.To)
	if err == nil {
		w.Audience.Memory, w.Warnings.Sign, w.Site = &l.recipients, l.Sign, l.Site
		w.Connect(l.outbox)
	}
	return w, err
}

// code is the county's; of a folder that cannot be loaded, as county.yaml has it.
func (l *Live) code() (string, bool) {
	if l.Ledger != nil {
		return l.Ledger.County, true
	}
	if w := l.works.Load(); w != nil {
		return string(w.County.Place.Code), true
	}
	return policy.CodeOf(l.Folder())
}

// Reload puts the folder as it is now in the place of what the server works by. It is refused where the folder has problems, and
// where entries or readings that are kept would no longer be what they are said to be; then nothing changes. Where the folder is
// as it was, the version is the one on record.
func (l *Live) Reload(ctx context.Context, by string) (Version, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v, err := l.reload(ctx, by)
	if err != nil {
		l.trouble.Store(&Trouble{err})
		return Version{}, err
	}
	l.trouble.Store(nil)
	return v, nil
}

func (l *Live) reload(ctx context.Context, by string) (Version, error) {
	next, err := l.First, error(nil)
	if l.First = nil; next == nil {
		next, err = policy.Take(l.Folder())
	}
	if err != nil {
		return Version{}, err
	}
	c := next.County
	w, err := l.wire(&c, calendar.DateOf(l.DB.Now()))
	if err != nil {
		return Version{}, err
	}
	was := l.works.Load()
	if was == nil {
		if was, err = l.recorded(ctx, next.Digest); err != nil { // what is on record cannot clash with itself
			return Version{}, err
		}
	}
	v := Version{Digest: next.Digest, By: by}
	if c.Policies != nil {
		for _, p := range c.Policies.Policies {
			v.Policies = append(v.Policies, p.ID)
		}
	}
	code := string(c.Place.Code)
	err = l.DB.Write(ctx, func(tx *db.Tx) error {
		if was != nil {
			if err := was.clash(ctx, tx, w); err != nil {
				return err
			}
		}
		if last, ok, err := newest(ctx, tx, code); err != nil || ok && last.Digest == next.Digest {
			v = last
			return err
		}
		if err := insertVersion(ctx, tx, code, &v, next.Files); err != nil {
			return err
		}
		_, err := journal.Append(ctx, tx, code, journal.Entry{Who: by, What: "policy.load", Subject: fmt.Sprintf("policies/%d", v.N), Detail: next.Digest + " " + strings.Join(v.Policies, " ")})
		if err != nil {
			return err
		}
		if _, err = w.Registers.Settle(ctx, tx); err != nil {
			return err
		}
		return w.refollow(ctx, tx)
	})
	if err != nil {
		return Version{}, err
	}
	l.works.Store(w)
	return v, nil
}

// Turn puts in place what comes into force, or ends, with the day, and says whether it did. Call it at each tick; nothing happens
// on other days.
func (l *Live) Turn(ctx context.Context) (turned bool, err error) {
	w := l.works.Load()
	day := calendar.DateOf(l.DB.Now())
	if w == nil || w.Day == day {
		return false, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if w = l.works.Load(); w.Day == day {
		return false, nil
	}
	next, err := l.wire(w.County, day)
	if err != nil {
		return false, err
	}
	err = l.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := next.Registers.Settle(ctx, tx); err != nil {
			return err
		}
		return next.refollow(ctx, tx)
	})
	if err != nil {
		return false, err
	}
	l.works.Store(next)
	return true, nil
}
