// Package publication is the way of a manuscript to the public record, and back: draft, publish, correct (更正),
// withdraw (撤回), and every read of what is public.
//
// A draft is a manuscript with what people did to it, step by step; nothing of it is ever overwritten, and none of
// its tables is public. Whoever had a hand in a draft cannot publish it:
//
//	d.Write(ctx, func(tx *db.Tx) error {
//		draft, err = publication.Upload(ctx, tx, "100000", editor, publication.Manuscript{Filename: "3.txt", Raw: raw, Source: text})
//		draft, err = publication.Mend(ctx, tx, draft.At(), editor, gazette.Mend{At: 1200, What: gazette.SetTitle, Value: "…"})
//		draft, err = publication.Submit(ctx, tx, draft.At(), editor)
//		return err
//	})
//	out, err := press.Publish(ctx, draft.At(), publisher) // returns after everything is committed, log and all
//
// Publishing writes the public tables: what the draft withholds never enters them, so that no page, feed, search
// or dump has anything to hide. All reads of the public site go through this package, and it alone knows what a
// withdrawn document still shows: its number, its title, the reason and the proof.
//
// Two times: a version holds from a day (HoldsFrom, a civil day in China) and was recorded at an instant
// (RecordedAt, UTC). Document(…, on) gives the text as it held on any day.
//
// Errors meant for people are *Error, with a sentence in Chinese; all others are for the operator.
package publication

import (
	"encoding/json"
	"time"

	"zhixing/calendar"
	"zhixing/duty"
	"zhixing/edition"
	"zhixing/org"
)

// Actor is who does something: a user's name and what the office lets him do.
type Actor struct {
	Name       string
	MayDraft   bool // upload, mend, withhold, attach, submit
	MayPublish bool // publish, send back, withdraw
}

// Head is what a list shows of a document. All of it is public, also of a withdrawn one.
type Head struct {
	Key        Key           `json:"key"`
	No         string        `json:"no,omitempty"` // 发文字号 in canonical form
	Title      string        `json:"title"`
	Issuer     string        `json:"issuer,omitempty"`
	Kind       string        `json:"kind,omitempty"`
	SignedOn   calendar.Date `json:"signed_on,omitzero"`
	Issue      IssueNo       `json:"issue"`
	Seq        int           `json:"seq"`     // place in the issue, from 1
	Version    int           `json:"version"` // newest
	HoldsFrom  calendar.Date `json:"holds_from,omitzero"`
	RecordedAt time.Time     `json:"recorded_at"` // of the newest version
	FirstAt    time.Time     `json:"first_recorded_at"`
	Withdrawn  bool          `json:"withdrawn,omitempty"`
}

// Issue is one number of the gazette with its documents in the order of print.
type Issue struct {
	IssueNo
	Title       string        `json:"title"`
	TotalNo     int           `json:"total_no,omitempty"`
	PublishDate calendar.Date `json:"publish_date,omitzero"`
	Organiser   string        `json:"organiser,omitempty"`
	Address     string        `json:"address,omitempty"`
	Tel         string        `json:"tel,omitempty"`
	Postcode    string        `json:"postcode,omitempty"`
	Website     string        `json:"website,omitempty"`
	RecordedAt  time.Time     `json:"recorded_at"`
	Count       int           `json:"count"` // of documents, withdrawn ones included
	Documents   []Head        `json:"documents,omitempty"`
	Prev        *IssueNo      `json:"prev,omitempty"`
	Next        *IssueNo      `json:"next,omitempty"`
}

// Document is one document as its page shows it on a given day.
type Document struct {
	Head
	Shown    Version             `json:"shown"`           // the version that this is
	Text     edition.Publication `json:"text"`            // of that version; head alone where Withdrawn or Shown.Removed
	Versions []Version           `json:"versions"`        // all, oldest first
	Next     *Version            `json:"next,omitempty"`  // the version that took the place of the one shown
	Cites    []Link              `json:"cites,omitempty"` // in order of mention
	CitedBy  []Link              `json:"cited_by,omitempty"`
	Effects  []Link              `json:"effects,omitempty"`     // what this one does to others
	Affected []Link              `json:"affected_by,omitempty"` // what others do to this one
	Chain    []Link              `json:"chain,omitempty"`       // what it carries out, highest level first: 国→省→市→县
	Editions []File              `json:"editions,omitempty"`
	Attached []File              `json:"attached,omitempty"` // public files only
	Duties   []Duty              `json:"duties,omitempty"`
	Units    []Mention           `json:"units,omitempty"`
}

// Version is one dated record of a document. The newest decides what the page shows.
type Version struct {
	N          int            `json:"version"` // from 1
	Record     edition.Record `json:"record"`
	HoldsFrom  calendar.Date  `json:"holds_from,omitzero"`
	RecordedAt time.Time      `json:"recorded_at"`
	Note       string         `json:"note,omitempty"`  // why it was corrected or withdrawn
	Basis      string         `json:"basis,omitempty"` // on what authority
	Removed    bool           `json:"removed,omitempty"`
	Leaf       int64          `json:"leaf"`     // index in the transparency log
	Manifest   string         `json:"manifest"` // the log leaf's text
}

// Link leads from one document to another. Key is that of the other document where it is known from its number, and
// Known says that it is in the store and not withdrawn. Path is the clause that cites, in the document that cites.
type Link struct {
	Key       Key           `json:"key,omitempty"`
	No        string        `json:"no,omitempty"`
	Title     string        `json:"title"`
	Level     org.Level     `json:"-"`
	LevelName string        `json:"level,omitempty"`  // nation, province, city, county, township
	Effect    string        `json:"effect,omitempty"` // 废止, 修改, 替代
	Known     bool          `json:"known"`            // of an effect: applied; otherwise it is outstanding
	Path      string        `json:"path,omitempty"`
	On        calendar.Date `json:"on,omitzero"`           // of an effect and of those who cite: day from which it holds
	CarryOut  bool          `json:"carries_out,omitempty"` // the one that cites carries the other out (贯彻)
}

// File is one file of a version: an edition that we made, or an attachment that the office gave.
type File struct {
	Name      string `json:"name"` // last part of its address, unique in the version
	Title     string `json:"title,omitempty"`
	Format    string `json:"format,omitempty"` // of an edition: pdf, docx, html …
	No        int    `json:"no,omitempty"`     // of an attachment
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"` // hexadecimal
}

// Duty is one duty as read, with the clause that orders it.
type Duty struct {
	Key      Key    `json:"document"`
	N        int    `json:"n"` // from 1, in order of the text
	Clause   string `json:"clause,omitempty"`
	Plan     string `json:"plan,omitempty"`
	Title    string `json:"title"`
	Proposed bool   `json:"proposed,omitempty"` // read from a plain sentence; no person has confirmed it
	Role     string `json:"role,omitempty"`     // of the unit asked for, where one was
	// JSON is the whole duty in the fields of package duty; see Read.
	JSON json.RawMessage `json:"read,omitempty"`
}

// Read is the whole duty as it was read.
func (d Duty) Read() (duty.Duty, error) {
	var out duty.Duty
	err := json.Unmarshal(d.JSON, &out)
	return out, err
}

// Mention says that a document names a unit, and as what (see Roles).
type Mention struct {
	Unit string `json:"unit"`
	Role string `json:"role"`
}

// Roles of a unit in a document, in the order of weight.
var Roles = []string{"lead", "support", "implement", "guide", "inherited", "issuer", "interpreter", "recipient", "appointment", "text"}
