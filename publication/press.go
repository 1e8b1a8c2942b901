package publication

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/edition"
	"zhixing/org"
)

// Press is what it takes to publish besides a draft. It is safe for use by many goroutines.
type Press struct {
	DB        *db.DB
	County    edition.County
	Directory *org.Directory // folds names of units; may be nil
	Font      []byte         // TrueType face for PDF; without it no PDF is made
	BaseURL   string         // of the site, for addresses inside editions; may be empty
}

// Outcome is what a publication, correction or withdrawal has done. Whoever holds one may say that it is public:
// everything is committed, the transparency log included.
type Outcome struct {
	Issue     IssueNo
	Documents []Head
	LogSize   int64 // of the transparency log, these documents included
}

// Publish makes a submitted draft public, an issue or a correction, as one transaction. The one who publishes must not
// have uploaded, mended or chosen anything in it (NotAllowed).
func (p *Press) Publish(ctx context.Context, at At, by Actor) (Outcome, error) { return Outcome{}, nil }

// Withdrawal says why a document is taken back.
type Withdrawal struct {
	Reason string        // shown to everybody
	Basis  string        // on what authority; may be empty
	On     calendar.Date // day from which it is withdrawn; today where zero
}

// Withdraw takes a published document back: its page says when and why, and still offers the proof; its text is offered
// nowhere any more.
func (p *Press) Withdraw(ctx context.Context, key Key, by Actor, w Withdrawal) (Outcome, error) {
	return Outcome{}, nil
}
