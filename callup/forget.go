package callup

import (
	"context"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

// Forget takes out of the records by which numbers people were reached in rounds that ended before a moment, and what was sent from
// which number until then. Who was called, when, and what he answered stays.
func (c *Callup) Forget(ctx context.Context, tx *db.Tx, by string, before time.Time) (addresses int, err error) {
	const op = "Forget"
	if tx.Now().Sub(before) < codeRest {
		return 0, refuse(Invalid, op, "只能清除%d天以前的号码。", int(codeRest.Hours()/24))
	}
	if addresses, err = forget(ctx, tx, c.County, before); err != nil || addresses == 0 {
		return addresses, wrap(op, err)
	}
	return addresses, c.journal(ctx, tx, by, "forget", "callup", "清除%s以前结束的叫应的号码%d个", calendar.DateOf(before).Chinese(), addresses)
}
