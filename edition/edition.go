// Package edition makes the forms in which a published document leaves the house: plain text, canonical JSON, HTML,
// PDF, DOCX, Akoma Ntoso, JSON-LD; and the manifest that names them all by their hashes and goes into the
// transparency log. It is pure: no file, no clock, no network; the same Publication gives the same bytes.
//
// A Publication holds only what is public. FromReading makes one from a reading and leaves out what the document
// withholds, so that no writer below has anything to hide:
//
//	p, err := edition.FromReading(issue, doc) // 附件3不公开: attachment 3 is not in p
//	p.County, p.Key, p.Version = edition.County{Code: "100000", Name: "甲县"}, "jzbf-2023-12", 1
//	p.PublishedAt, p.Record = tx.Now(), edition.Publish
//	files, err := edition.All(p, font)
//	leaf, err := edition.Manifest(p, files)
//
// Every writer first cleans what it is given (see Publication.Clean), so any text at all gives well-formed output.
package edition

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/edition/paper"
)

// Publication is one version of one published document, as public data.
type Publication struct {
	Record      Record    `json:"record"`
	County      County    `json:"county"`
	Key         string    `json:"key"`                    // the document's name in addresses, such as jzbf-2023-12
	Version     int       `json:"version"`                // from 1
	VersionNote string    `json:"version_note,omitempty"` // why it was corrected or withdrawn
	Earlier     []Earlier `json:"earlier,omitempty"`      // versions before this one, oldest first
	PublishedAt time.Time `json:"published_at,omitzero"`  // of this version, UTC, whole microseconds
	URL         string    `json:"url,omitempty"`          // of the document's page, absolute
	BaseURL     string    `json:"base_url,omitempty"`     // of the site, without a stroke at the end

	No            string          `json:"no,omitempty"` // 发文字号 in canonical form; empty where there is none
	Title         string          `json:"title"`
	Kind          string          `json:"kind,omitempty"`   // 通知, 实施意见 …
	Issuer        string          `json:"issuer,omitempty"` // 发文机关
	Recipients    []string        `json:"recipients,omitempty"`
	SignedOn      calendar.Date   `json:"signed_on,omitzero"`
	Issue         Issue           `json:"issue,omitzero"`
	PublicNote    string          `json:"public_note,omitempty"`
	Availability  string          `json:"availability,omitempty"` // where what is not printed is to be found
	InterpretedBy string          `json:"interpreted_by,omitempty"`
	Attachments   []Attachment    `json:"attachments,omitempty"`
	Cites         []Cite          `json:"cites,omitempty"`
	Parts         []Part          `json:"parts,omitempty"`
	Duties        json.RawMessage `json:"duties,omitempty"` // duties as read; only those whose path Has reports true for
}

// Record says what a version does to the public record.
type Record string

// The kinds of record. A withdrawal keeps head, number and reason, and no text.
const (
	Publish  Record = "publish"
	Correct  Record = "correct"
	Withdraw Record = "withdraw"
)

// County is the county whose gazette it is.
type County struct {
	Code string `json:"code"` // administrative division code, six digits
	Name string `json:"name"`
}

// Issue is the number of the gazette that printed the document; zero where it came out on its own.
type Issue struct {
	Title       string        `json:"title"`
	Year        int           `json:"year"`
	No          int           `json:"no"`
	TotalNo     int           `json:"total_no,omitempty"`
	PublishDate calendar.Date `json:"publish_date,omitzero"`
}

// Earlier is a version that this one takes the place of.
type Earlier struct {
	Version     int       `json:"version"`
	Record      Record    `json:"record"`
	PublishedAt time.Time `json:"published_at"`
	Note        string    `json:"note,omitempty"`
}

// Attachment is one 附件. A withheld one has its number and Note 不公开, and neither title nor file.
type Attachment struct {
	No     int    `json:"no"`
	Title  string `json:"title,omitempty"`
	Note   string `json:"note,omitempty"`
	URL    string `json:"url,omitempty"`    // of the file, where one is published beside the text
	SHA256 string `json:"sha256,omitempty"` // of that file, hexadecimal
}

// The text of a publication is made of the pieces that paper sets.
type (
	Part      = paper.Part
	Block     = paper.Block
	BlockKind = paper.Kind
	Cite      = paper.Cite
)

// The kinds of block.
const (
	Recipients     = paper.Recipients
	Heading        = paper.Heading
	Clause         = paper.Clause
	Signature      = paper.Signature
	SignDate       = paper.SignDate
	Note           = paper.Note
	AttachmentList = paper.AttachmentList
	AttachmentHead = paper.AttachmentHead
	Table          = paper.Table
	Row            = paper.Row
	Removed        = paper.Removed
)

// ErrWithheld says that the document as a whole is not public.
var ErrWithheld = errors.New("edition: 该文不公开，不能发布")

// Has reports whether the public text has a block of this path; what is told about any other path is not public.
func (p Publication) Has(path string) bool {
	found := false
	p.Walk(func(_ Part, b Block, _ int) {
		found = found || path != "" && b.Path == path
	})
	return found
}

// Walk calls visit for every block in reading order; depth is 0 for the blocks directly in a part.
func (p Publication) Walk(visit func(part Part, b Block, depth int)) {
	for _, part := range p.Parts {
		walk(part, part.Nodes, 0, visit)
	}
}

func walk(part Part, bs []Block, depth int, visit func(Part, Block, int)) {
	for _, b := range bs {
		visit(part, b, depth)
		walk(part, b.Children, depth+1, visit)
	}
}

// Entry is one line of a document's outline.
type Entry struct {
	Path  string
	Mark  string
	Title string
	Depth int // from 0
}

// Outline lists the titles of parts and the headings, for a table of contents. A part's own entry has the path
// that its heading carries in HTMLBody.
func (p Publication) Outline() []Entry {
	var out []Entry
	for i, part := range p.Parts {
		base := 0
		if part.Title != "" {
			out = append(out, Entry{Path: partID(i, part), Title: part.Title})
			base = 1
		}
		walk(part, part.Nodes, base, func(_ Part, b Block, depth int) {
			if b.Path == "" || b.Kind != Heading && b.Kind != AttachmentHead {
				return
			}
			mark, title, rest := b.Split()
			if title == "" {
				title = rest
			}
			out = append(out, Entry{Path: b.Path, Mark: strings.TrimSpace(mark), Title: title, Depth: depth})
		})
	}
	return out
}
