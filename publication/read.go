package publication

import (
	"time"

	"zhixing/calendar"
)

// Front is what the first page shows.
type Front struct {
	Issues    []Issue     `json:"issues"`    // newest first, without their documents
	Documents []Head      `json:"documents"` // newest first
	Freshness []Freshness `json:"freshness"` // by issuer, the one heard of last first
	Count     int         `json:"count"`     // of documents, withdrawn ones left out
}

// Freshness says when something of an issuer was last signed and last published.
type Freshness struct {
	Issuer       string        `json:"issuer"`
	Documents    int           `json:"documents"`
	LastSigned   calendar.Date `json:"last_signed,omitzero"`
	LastRecorded time.Time     `json:"last_recorded"`
}

// UnitCount is one line of the list of units.
type UnitCount struct {
	Unit      string `json:"unit"`
	Documents int    `json:"documents"`
	Duties    int    `json:"duties"` // in any role
	Leads     int    `json:"leads"`  // duties that it leads
}

// UnitPage is all that names one unit.
type UnitPage struct {
	UnitCount
	Naming []Naming `json:"naming"` // newest first
	Listed []Duty   `json:"listed"` // newest document first, then the order of the text; each with the unit's weightiest role
}

// Naming is a document with the roles in which it names a unit.
type Naming struct {
	Head
	Roles []string `json:"roles"`
}

// Filter says which documents a list asks for. Zero fields do not narrow it.
type Filter struct {
	Unit   string // named in the document
	Kind   string
	Issuer string
	Agency string        // letter code of the number, such as 甲政办发
	Year   int           // of the issue
	From   calendar.Date // signed on this day or later
	To     calendar.Date // signed on this day or earlier
	Limit  int           // 1 to MaxLimit; DefaultLimit where 0
	Cursor string        // Next of the page before; empty for the first
}

// Bounds of lists. A query past them is refused with the range that is allowed, never cut silently.
const (
	DefaultLimit = 20
	MaxLimit     = 100
)

// Page is one page of a list, newest publication first. Publications that come while somebody turns pages move nothing.
type Page struct {
	Items []Head `json:"items"`
	Next  string `json:"next,omitempty"` // empty on the last page
}

// SitemapRow is one address of the public site.
type SitemapRow struct {
	Path      string // such as /documents/某政发/2023/12, not escaped
	ChangedAt time.Time
}

// Content is a file with its bytes.
type Content struct {
	File
	Bytes []byte
}
