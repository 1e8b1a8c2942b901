package account

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"zhixing/db"
)

// Accounts are the users of one county. It is safe for use by many goroutines.
type Accounts struct {
	db     *db.DB
	county string
	opts   Options
	hash   hasher

	mu sync.Mutex
	// strangers bounds how many failures with unknown names are written into the journal, which is kept for ever.
	strangers *rate.Limiter
}

// Options of the accounts of a county; the zero value is right for a county at work.
type Options struct {
	// Issuer is what authenticator apps show above the code; 知行 where empty.
	Issuer string
	// Demo lets demonstration accounts in. Without it they cannot log in, whoever knows their secrets.
	Demo bool
	// CodeClock is the time by which codes of the second factor are made: that of the person's phone. It is the
	// database's where nil; a demonstration, whose record lives on another day, gives the machine's.
	CodeClock func() time.Time
}

// Open gives the accounts of a county, by its six-digit code. It does not touch the database.
func Open(d *db.DB, county string, o Options) *Accounts {
	if o.Issuer == "" {
		o.Issuer = "知行"
	}
	return &Accounts{
		db: d, county: county, opts: o,
		hash:      hasher{slots: make(chan struct{}, 2*runtime.GOMAXPROCS(0)), cost: today},
		strangers: rate.NewLimiter(rate.Every(time.Minute), 20),
	}
}

// codeTime is the time by which a code is checked in a transaction.
func (a *Accounts) codeTime(tx *db.Tx) time.Time {
	if a.opts.CodeClock != nil {
		return a.opts.CodeClock()
	}
	return tx.Now()
}

// usable reports whether the user may be logged in at all.
func (a *Accounts) usable(u User) bool { return u.Active && (!u.Demo || a.opts.Demo) }

func (a *Accounts) write(ctx context.Context, op string, do func(*db.Tx) error) error {
	return wrap(op, a.db.Write(ctx, do))
}

// wrap names the operation, and leaves what is meant for the person as it is.
func wrap(op string, err error) error {
	var r *Refusal
	if err == nil || errors.As(err, &r) {
		return err
	}
	return fmt.Errorf("account.%s: %w", op, err)
}
