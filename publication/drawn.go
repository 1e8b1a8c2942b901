package publication

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"zhixing/duty"
	"zhixing/edition"
	"zhixing/gazette"
)

// What is drawn from the public text of a version: duties, citations, units, appointments. Nothing here looks at what is withheld.

// publicDuties are the duties whose clause is public, as rows and as the JSON array of the publication.
func publicDuties(key Key, pub edition.Publication, read []duty.Duty) ([]duty.Duty, []Duty, json.RawMessage, error) {
	var kept []duty.Duty
	var rows []Duty
	var lines [][]byte
	for _, d := range read {
		if !pub.Has(d.Clause) {
			continue
		}
		var b bytes.Buffer
		if err := duty.WriteJSON(&b, []duty.Duty{d}); err != nil {
			return nil, nil, nil, err
		}
		line := bytes.TrimSpace(b.Bytes())
		kept = append(kept, d)
		lines = append(lines, line)
		rows = append(rows, Duty{Key: key, N: len(rows) + 1, Clause: d.Clause, Plan: d.Plan, Title: d.Title, Proposed: d.Proposed, JSON: line})
	}
	if len(kept) == 0 {
		return nil, nil, nil, nil
	}
	return kept, rows, json.RawMessage("[" + string(bytes.Join(lines, []byte(","))) + "]"), nil
}

// publicMoves are the appointments and removals whose clause is public.
func publicMoves(key Key, pub edition.Publication, doc *gazette.Document) []Appointment {
	var out []Appointment
	for _, a := range doc.Appointments {
		if pub.Has(a.Path) {
			out = append(out, Appointment{Key: key, N: len(out) + 1, Clause: a.Path, Person: a.Person, Action: a.Action, Unit: a.Unit,
				Post: a.Post, Rank: a.Rank, ProbationMonths: a.ProbationMonths, DecidedOn: a.DecidedOn})
		}
	}
	return out
}

// carriesOut is how an edition says that a document carries another one out.
const carriesOut = "贯彻"

// citations are the documents that the public text names, itself left out.
func (p *Press) citations(pub edition.Publication) []citation {
	var out []citation
	for _, c := range pub.Cites {
		key, _ := ParseKey(c.No)
		if key == Key(pub.Key) {
			continue
		}
		row := citation{cited: key, no: c.No, title: c.Title, path: c.Path, implements: c.Effect == carriesOut,
			level: levelOf(p.Directory, c.No, c.Title).String()}
		if !row.implements {
			row.effect = c.Effect
		}
		out = append(out, row)
	}
	return out
}

// mentions are the units that the public text names. duties are the public ones, in the order of their rows.
func (p *Press) mentions(pub edition.Publication, doc *gazette.Document, duties []duty.Duty) []mentionRow {
	m := mentioner{dir: p.Directory, no: pub.No, seen: map[mentionRow]bool{}}
	for i, d := range duties {
		for role, names := range map[string][]string{"lead": d.Lead, "support": d.Support, "implement": d.Implement,
			"guide": d.Guide, "inherited": d.Inherited} {
			for _, name := range names {
				m.add(name, role, i+1)
			}
		}
	}
	for _, name := range strings.FieldsFunc(pub.Issuer, func(r rune) bool { return r == ' ' || r == '、' || r == '，' }) {
		m.add(name, "issuer", 0)
	}
	for _, name := range pub.Recipients {
		m.add(name, "recipient", 0)
	}
	m.add(pub.InterpretedBy, "interpreter", 0)
	for _, part := range pub.Parts {
		m.add(part.InterpretedBy, "interpreter", 0)
	}
	for _, a := range doc.Appointments {
		if pub.Has(a.Path) {
			m.add(a.Unit, "appointment", 0)
		}
	}
	m.text(pub)
	return m.rows
}

// earlier is how a publication names the versions before it.
func earlier(versions []Version) []edition.Earlier {
	var out []edition.Earlier
	for _, v := range versions {
		out = append(out, edition.Earlier{Version: v.N, Record: v.Record, PublishedAt: v.RecordedAt, Note: v.Note})
	}
	return out
}

// Path is the address of a document on the site, not escaped: /documents/甲政办发/2023/12.
func (k Key) Path() string { return "/documents/" + string(k) }

// Path is the address of an issue on the site: /issues/2023-3.
func (n IssueNo) Path() string { return "/issues/" + n.String() }

// escape makes a path fit for a link.
func escape(path string) string { return (&url.URL{Path: path}).EscapedPath() }
