package db

import (
	"context"
	"database/sql"
	"os"
	"time"
)

// A SQLite write-ahead log is copied into its file from time to time. Done by the write that makes it too long, as is usual, that
// write and all that queue behind it wait for the disk. So it is copied beside the writes, some times a second while there are
// any; only where that cannot keep up does a write do it, and finds most of it done.
const (
	walPages     = 32_000                 // of 4 KiB, at which a write copies what is left
	walCopyAfter = 4 << 20                // bytes, from which on it is copied beside
	walLook      = 200 * time.Millisecond // from look to look
)

// keepShort copies the log beside the writes until stop is closed.
func keepShort(d *sql.DB, path string, stop <-chan struct{}, done chan<- struct{}) {
	defer close(done)
	defer d.Close()
	look := time.NewTicker(walLook)
	defer look.Stop()
	var was time.Time
	for {
		select {
		case <-stop:
			return
		case <-look.C:
		}
		info, err := os.Stat(path + "-wal")
		if err != nil || info.Size() < walCopyAfter || info.ModTime().Equal(was) {
			continue
		}
		was = info.ModTime()
		_, _ = d.ExecContext(context.Background(), `PRAGMA wal_checkpoint(PASSIVE)`) // one that fails is made up for by the next, or by a write
	}
}
