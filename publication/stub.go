package publication

// Signatures that are not filled in yet; this file goes away.

import (
	"context"
	"errors"
	"io"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/gazette"
)

var errSoon = errors.New("publication: not filled in yet")

// FrontOf is the first page: the newest issues and documents, and how fresh each issuer is.
func FrontOf(ctx context.Context, tx *db.Tx, county string) (Front, error) { return Front{}, errSoon }

// Issues lists all issues, newest first, without their documents.
func Issues(ctx context.Context, tx *db.Tx, county string) ([]Issue, error) { return nil, errSoon }

// IssueOf is one issue with its documents and neighbours.
func IssueOf(ctx context.Context, tx *db.Tx, county string, n IssueNo) (Issue, error) {
	return Issue{}, errSoon
}

// DocumentOn is a document as it held on a day; the zero Date asks for the newest version.
func DocumentOn(ctx context.Context, tx *db.Tx, county string, key Key, on calendar.Date) (Document, error) {
	return Document{}, errSoon
}

// DocumentVersion is a document in its n-th version.
func DocumentVersion(ctx context.Context, tx *db.Tx, county string, key Key, n int) (Document, error) {
	return Document{}, errSoon
}

// FileOf is one edition or public attachment of a version by its name; version 0 is the newest.
func FileOf(ctx context.Context, tx *db.Tx, county string, key Key, version int, name string) (Content, error) {
	return Content{}, errSoon
}

// List is one page of the documents that f asks for.
func List(ctx context.Context, tx *db.Tx, county string, f Filter) (Page, error) {
	return Page{}, errSoon
}

// Heads are the documents with these keys in the same order, those left out that are unknown or withdrawn: how hits of
// a search become lines of a list.
func Heads(ctx context.Context, tx *db.Tx, county string, keys []Key) ([]Head, error) {
	return nil, errSoon
}

// Units lists every unit named in a published document, those with most duties first.
func Units(ctx context.Context, tx *db.Tx, county string) ([]UnitCount, error) { return nil, errSoon }

// Unit is all that names one unit.
func Unit(ctx context.Context, tx *db.Tx, county, unit string) (UnitPage, error) {
	return UnitPage{}, errSoon
}

// Sitemap lists the addresses of all issues and documents.
func Sitemap(ctx context.Context, tx *db.Tx, county string) ([]SitemapRow, error) {
	return nil, errSoon
}

// Drafts lists drafts in these states (all where none is given), the one changed last first, without their text.
func Drafts(ctx context.Context, tx *db.Tx, county string, by Actor, states ...State) ([]Draft, error) {
	return nil, errSoon
}

// DraftOf is one draft with its text and steps.
func DraftOf(ctx context.Context, tx *db.Tx, county string, by Actor, id int64) (Draft, error) {
	return Draft{}, errSoon
}

// Original is the manuscript as it was uploaded, byte for byte.
func Original(ctx context.Context, tx *db.Tx, county string, by Actor, id int64) (Manuscript, error) {
	return Manuscript{}, errSoon
}

// DraftFileOf is a file of a draft with its bytes, public or not.
func DraftFileOf(ctx context.Context, tx *db.Tx, county string, by Actor, id, n int64) (DraftFile, []byte, error) {
	return DraftFile{}, nil, errSoon
}

// Reading is what the draft says, with its mends, facts and choices: what Publish would publish, before it is redacted.
func (d Draft) Reading() (*gazette.Issue, error) { return nil, errSoon }

// Warning is a place of a draft that a person should look at: suspected personal data.
type Warning struct {
	At      int    // byte offset into the source
	Line    int    // from 1
	Found   string // masked, such as 1402**********1234
	Message string
}

// Warnings finds suspected personal data in a draft: identity numbers and mobile numbers.
func Warnings(d Draft) []Warning { return nil }

// BeginCorrection starts a draft that corrects a published document, with the text that it has now.
func BeginCorrection(ctx context.Context, tx *db.Tx, county string, by Actor, key Key, note, basis string) (Draft, error) {
	return Draft{}, errSoon
}

// Progress is told how far long work has come; total is 0 where it is not known.
type Progress func(done, total int64)

// Dump writes the whole public store as JSON lines, gzipped where gz is set. docs/dump.md describes the form.
func Dump(ctx context.Context, d *db.DB, county string, w io.Writer, gz bool, told Progress) error {
	return errSoon
}

// Load fills an empty store with what Dump wrote, gzipped or not: the same site and the same log.
func Load(ctx context.Context, d *db.DB, county string, r io.Reader, told Progress) error {
	return errSoon
}

func mayDraft(op string, by Actor) error                                     { return nil }
func mayPublish(op string, by Actor) error                                   { return nil }
func wantReason(op, what, reason string) error                               { return nil }
func (d Draft) canUndo(n int64) bool                                         { return false }
func (d Draft) documentAt(op string, at int) (*gazette.Document, error)      { return nil, errSoon }
func (d Draft) toPublish() (*gazette.Issue, error)                           { return nil, errSoon }
func newDraft(now any, county string, by Actor, m Manuscript) (Draft, error) { return Draft{}, errSoon }
func documentHead(ctx context.Context, tx *db.Tx, county string, k Key) (Head, error) {
	return Head{}, errSoon
}
func insertDraft(ctx context.Context, tx *db.Tx, d Draft, raw []byte) (int64, error) {
	return 0, errSoon
}
func step(ctx context.Context, tx *db.Tx, op string, d Draft, by Actor, what string, data stepData) (Draft, error) {
	return d, errSoon
}
func drafting(ctx context.Context, tx *db.Tx, op string, at At, by Actor) (Draft, error) {
	return Draft{}, errSoon
}
func inState(ctx context.Context, tx *db.Tx, op string, at At, s ...State) (Draft, error) {
	return Draft{}, errSoon
}
func read(source string, m []gazette.Mend) (*gazette.Issue, string, error) { return nil, "", errSoon }
func inspect(f DraftFile, b []byte) (DraftFile, error)                     { return f, errSoon }
func putDraftFile(ctx context.Context, tx *db.Tx, d Draft, f DraftFile, b []byte) error {
	return errSoon
}
func checkFree(ctx context.Context, tx *db.Tx, op string, d Draft) error { return errSoon }
