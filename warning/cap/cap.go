// Package cap reads, checks, writes, signs and feeds warnings in the Common Alerting Protocol 1.2 (OASIS, 2010; ITU-T X.1303bis), and
// takes in the form of China's national warning system, which looks like CAP and is not. It is pure: nothing that a document
// points at is ever fetched, and the time is handed in.
//
// A document is valid when nothing that Parse finds is a reason against it: schema first (order, number, values, no attributes,
// nothing foreign but a signature), then what only the text of the standard says. The rest is advice.
//
//	a, problems := cap.Parse(b)     // a is nil where cap.Valid(problems) is false
//	a.Triple()                      // sender, identifier and sent: what a message is known by
//	region := cap.NewRegion(a.Infos[0].Areas...)
//	region.Contains(cap.Point{Lat: 35.49, Lon: 111.57})
//
//	b, err := cap.Write(a)          // refuses what is not valid and what crosses itself; the same warning gives the same bytes
//	b, err = cap.Sign(b, key, cert) // to be stored and served byte for byte
//
// Feed writes an Atom index and ReadFeed reads the feeds of others; FromNational turns a document of the national system into an
// Alert and says what could not be carried over. docs/cap.md lists what is let pass and what not.
package cap

import (
	"slices"
	"time"
)

// Namespace is that of the one edition that is read; MediaType is that of its documents.
const (
	Namespace = "urn:oasis:names:tc:emergency:cap:1.2"
	MediaType = "application/cap+xml"
)

// Alert is one message. What is absent is empty; times without a value are zero.
type Alert struct {
	Identifier, Sender string
	Sent               time.Time
	Status             Status
	MsgType            MsgType
	Source             string
	Scope              Scope
	Restriction        string
	Addresses          []string
	Codes              []string
	Note               string
	References         []Triple
	Incidents          []string
	Infos              []Info
	// Signatures counts the signatures in what was read; Verify says whether they hold. Write does not look at it.
	Signatures int
}

// Info is one language, time, area or severity of an event. Validity and urgency belong to it, not to the alert.
type Info struct {
	Language                  string // empty means en-US: ask Lang
	Categories                []Category
	Event                     string
	Responses                 []Response
	Urgency                   Urgency
	Severity                  Severity
	Certainty                 Certainty
	Audience                  string
	EventCodes                []Value
	Effective, Onset, Expires time.Time
	SenderName, Headline      string
	Description, Instruction  string
	Web, Contact              string
	Parameters                []Value
	Resources                 []Resource
	Areas                     []Area
}

// Lang is the language of the info's text, with the default of the standard.
func (i *Info) Lang() string {
	if i.Language == "" {
		return "en-US"
	}
	return i.Language
}

// Parameter is the first value of that name, or nothing.
func (i *Info) Parameter(name string) string { return first(i.Parameters, name) }

// EventCode is the first code of that list, or nothing.
func (i *Info) EventCode(list string) string { return first(i.EventCodes, list) }

func first(list []Value, name string) string {
	for _, v := range list {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// Value is a name with what it names: eventCode, parameter and geocode.
type Value struct{ Name, Value string }

// Resource is a file that belongs to an info: at an address, or inside (Deref).
type Resource struct {
	Desc, MimeType string
	Size           int64 // bytes; 0 where the document does not say
	URI            string
	Deref          []byte // the file itself
	Digest         string // SHA-1 in hex
}

// Area is where an info holds: its shapes and codes add up.
type Area struct {
	Desc              string
	Polygons          []Polygon
	Circles           []Circle
	Geocodes          []Value
	Altitude, Ceiling *float64 // feet above mean sea level
}

// Triple is what a message is known by; an identifier alone is unique only within its sender.
type Triple struct {
	Sender, Identifier string
	Sent               time.Time
}

// Triple of the message itself.
func (a *Alert) Triple() Triple { return Triple{a.Sender, a.Identifier, a.Sent} }

// Same compares the time as an instant: senders write one instant in different zones.
func (t Triple) Same(o Triple) bool {
	return t.Sender == o.Sender && t.Identifier == o.Identifier && t.Sent.Equal(o.Sent)
}

// String is the form that references have.
func (t Triple) String() string { return t.Sender + "," + t.Identifier + "," + FormatTime(t.Sent) }

// From is when an info takes effect: when it says, or when the message was sent.
func (a *Alert) From(i *Info) time.Time {
	if i.Effective.IsZero() {
		return a.Sent
	}
	return i.Effective
}

// Until is when an info ends: when it says, or after the receiver's own limit, since a receiver needs one.
func (a *Alert) Until(i *Info, limit time.Duration) time.Time {
	if i.Expires.IsZero() {
		return a.From(i).Add(limit)
	}
	return i.Expires
}

// Ends is when the last info ends: an alert is active while one of its infos is.
func (a *Alert) Ends(limit time.Duration) time.Time {
	var end time.Time
	for k := range a.Infos {
		if t := a.Until(&a.Infos[k], limit); t.After(end) {
			end = t
		}
	}
	return end
}

// Info in a language: one that is just this, one that begins with it, or the first.
func (a *Alert) Info(language string) *Info {
	for _, fits := range []func(string) bool{
		func(s string) bool { return s == language },
		func(s string) bool { return len(s) > len(language) && s[:len(language)+1] == language+"-" },
		func(string) bool { return true },
	} {
		if k := slices.IndexFunc(a.Infos, func(i Info) bool { return fits(i.Lang()) }); k >= 0 {
			return &a.Infos[k]
		}
	}
	return nil
}
