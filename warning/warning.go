// Package warning keeps public warnings (预警): how one is proposed, drafted, approved, published, updated and ended, and how good
// it was.
//
// A Hazard is data of a county's folder (warnings.yaml): the levels of a kind of danger, who drafts and who publishes, what each
// level starts. An Event is one danger as it goes on; its Versions follow each other from outlook to nowcast (递进式), each a
// valid CAP 1.2 document that is kept byte for byte, each update naming those that it replaces:
//
//	w := &warning.Warnings{County: "990101", Hazards: hazards, Tell: …, Call: …}
//	judge.Opened = … w.Found(ctx, tx, f)                    // a rule that warns makes a proposal, with the facts it saw
//	v, err := w.Draft(ctx, tx, by, warning.Draft{…})       // or from a proposal, w.Take
//	v, err = w.Submit(ctx, tx, by, v.Event, v.N)
//	v, err = w.Publish(ctx, tx, another, v.Event, v.N)     // whoever wrote any of it may not; by night as the data say
//	more, err := w.Tick(ctx, tx, tx.Now())                 // ends, confirmations, what waited for the morning
//
// Publishing is one transaction: the version, its document, the public row, who is to be told, whom to call, the orders (linked
// duties, and 停工停课停业停运) and the journal. What an update or a cancel ends is withdrawn where it still waits, and they reach
// everybody whom any version before them reached.
//
// A drill is told from the real thing in every text: 【演练】 stands first and last, the document is an Exercise, and no public
// table holds it.
package warning

import (
	"context"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/ledger"
)

// Actor is who does something: the ledger's.
type Actor = ledger.Actor

// EventID numbers the events of a county.
type EventID int64

// Warnings is the warnings of a county. It is safe for use by many goroutines; when the policies are loaded again it is replaced whole.
// A function value that is nil is not asked.
type Warnings struct {
	County  string // administrative division code
	Place   string // name of the county, for texts
	Hazards []*Hazard

	// CodeOf is the code of a town, or of a village of it; documents carry it. Empty: it has none that we know.
	CodeOf func(town, village string) string
	// Sign signs a document before it is kept; nil: none is signed.
	Sign func(document []byte) ([]byte, error)
	// Audience is who is to be told of a version by its area, its hazard and its level, in rising order.
	Audience func(ctx context.Context, tx *db.Tx, v *Version) ([]Recipient, error)
	// Tell hands a text to the outbox. It is asked once for a telling and its Key.
	Tell func(ctx context.Context, tx *db.Tx, t Telling) error
	// Withdraw takes back what still waits under the key of a telling and says for whom it did, in rising order: those were
	// not told.
	Withdraw func(ctx context.Context, tx *db.Tx, key string) ([]Recipient, error)
	// Call opens, follows or ends the calls (叫应) of an event: v.Kind says which, and v.State when its time has run out.
	Call func(ctx context.Context, tx *db.Tx, v *Version) error
	// Ordered hands on orders that were opened, such as to the inboxes of their units; Lifted those that were lifted.
	Ordered, Lifted func(ctx context.Context, tx *db.Tx, v *Version, orders []Order) error
	// Start is told of each version, which may propose that an emergency plan be started, or end such a proposal.
	Start func(ctx context.Context, tx *db.Tx, v *Version) error
	// Note tells those who issue of what they should know: a proposal, a confirmation that is due, a warning that ended.
	Note func(ctx context.Context, tx *db.Tx, n Note) error
	// Exceed is where a forecast exceeds a threshold, by town or village; Look asks it. looked is false where there was no forecast to
	// look at.
	Exceed func(ctx context.Context, tx *db.Tx, f *Foreseen) (list []Exceeded, looked bool, err error)
	// PassedOn is told of a version that was passed on, also where that is said again.
	PassedOn func(ctx context.Context, tx *db.Tx, v *Version, r Rebroadcast) error
	// Rests keeps a run of a forecast on which a version rests.
	Rests func(ctx context.Context, tx *db.Tx, v *Version, run int64) error
	// Reached is where and when the criteria of a hazard were reached by readings.
	Reached func(ctx context.Context, tx *db.Tx, hazard string, from, to time.Time) ([]Reached, error)
}

// Recipient is a person, a post or a device as package audience numbers them.
type Recipient int64

// Note is a thing that the issuer should know.
type Note struct {
	Kind   NoteKind
	Hazard *Hazard
	Event  EventID // 0: none yet
	N      int
	Says   string
	Posts  []string // unit/title of those whom it concerns
}

// NoteKind sorts notes.
type NoteKind string

// The kinds of notes.
const (
	NoteProposal    NoteKind = "proposal"
	NoteSubmitted   NoteKind = "submitted"
	NoteUnconfirmed NoteKind = "unconfirmed" // nobody confirmed what was published by night, and it is time
	NoteEnding      NoteKind = "ending"      // soon, and no version follows
	NoteEnded       NoteKind = "ended"       // without one
	NoteForeign     NoteKind = "foreign"     // another issuer warned
	NoteDeaf        NoteKind = "deaf"        // nothing was heard of another issuer's feed for some time
)

// Hazard finds a hazard by its id; nil where there is none.
func (w *Warnings) Hazard(id string) *Hazard {
	i := slices.IndexFunc(w.Hazards, func(h *Hazard) bool { return h.ID == id })
	if i < 0 {
		return nil
	}
	return w.Hazards[i]
}

func (w *Warnings) note(ctx context.Context, tx *db.Tx, n Note) error {
	if w.Note == nil || n.Hazard == nil {
		return nil
	}
	for _, p := range n.Hazard.Approve {
		n.Posts = append(n.Posts, string(p))
	}
	return w.Note(ctx, tx, n)
}
