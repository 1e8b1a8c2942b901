package publication

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/edition"
	"zhixing/journal"
	"zhixing/org"
)

// DocumentOn is a document as it held on a day; the zero Date asks for the newest version. Before its first day it is
// NotFound. A withdrawn document shows its tombstone on every day.
func DocumentOn(ctx context.Context, tx *db.Tx, county string, key Key, on calendar.Date) (Document, error) {
	d, err := readDocument(ctx, tx, county, key, on.String(), func(versions []Version) (int, error) {
		if on.IsZero() {
			return len(versions) - 1, nil
		}
		for i := len(versions) - 1; i >= 0; i-- {
			if !on.Before(versions[i].HoldsFrom) {
				return i, nil
			}
		}
		return 0, refuse(NotFound, "Document", "%s还没有这份公文：它自%s起有文本。", on.Chinese(), firstDay(versions).Chinese())
	})
	return d, wrap("DocumentOn", err)
}

// DocumentVersion is a document in its n-th version, from 1.
func DocumentVersion(ctx context.Context, tx *db.Tx, county string, key Key, n int) (Document, error) {
	d, err := readDocument(ctx, tx, county, key, "", func(versions []Version) (int, error) {
		if n < 1 || n > len(versions) {
			return 0, refuse(NotFound, "Document", "这份公文没有第%d版，现有%d版。", n, len(versions))
		}
		return n - 1, nil
	})
	return d, wrap("DocumentVersion", err)
}

// FileOf is one edition or public attachment of a version by its name (an edition's name is its format); version 0 is
// the newest. Of a withdrawn document there are the editions of its tombstone, and nothing else.
func FileOf(ctx context.Context, tx *db.Tx, county string, key Key, version int, name string) (Content, error) {
	h, err := documentHead(ctx, tx, county, key)
	if err != nil {
		return Content{}, wrap("FileOf", err)
	}
	c, err := readFile(ctx, tx, county, key, cmp.Or(version, h.Version), name)
	return c, wrap("FileOf", err)
}

func firstDay(versions []Version) calendar.Date {
	first := versions[0].HoldsFrom
	for _, v := range versions {
		if v.HoldsFrom.Before(first) {
			first = v.HoldsFrom
		}
	}
	return first
}

// readDocument puts a document together; which chooses the version to show. on narrows what others say of it to that
// day; empty means now.
func readDocument(ctx context.Context, tx *db.Tx, county string, key Key, on string, which func([]Version) (int, error)) (Document, error) {
	h, err := documentHead(ctx, tx, county, key)
	if err != nil {
		return Document{}, err
	}
	d := Document{Head: h}
	if d.Versions, err = readVersions(ctx, tx, county, key); err != nil {
		return d, err
	}
	if len(d.Versions) == 0 {
		return d, errors.New("document without a version")
	}
	i, err := which(d.Versions)
	if err != nil {
		return d, err
	}
	if d.Withdrawn {
		i = len(d.Versions) - 1
	}
	d.Shown = d.Versions[i]
	if i+1 < len(d.Versions) {
		d.Next = &d.Versions[i+1]
	}
	if d.Text, err = readText(ctx, tx, county, key, d.Shown.N); errors.Is(err, errNoText) && d.Shown.Removed {
		d.Text, err = headOnly(d.Head), nil
	}
	if err != nil {
		return d, err
	}
	return d, d.readAround(ctx, tx, county, on)
}

// headOnly is a publication without a text, for a version whose text is gone.
func headOnly(h Head) edition.Publication {
	return edition.Publication{Key: string(h.Key), No: h.No, Title: h.Title, Issuer: h.Issuer, Kind: h.Kind, SignedOn: h.SignedOn}
}

// readAround fills in what stands around the text: files, duties, units, citations both ways.
func (d *Document) readAround(ctx context.Context, tx *db.Tx, county, on string) error {
	files, err := readFiles(ctx, tx, county, d.Key, d.Shown.N)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Format != "" {
			d.Editions = append(d.Editions, f)
		} else {
			d.Attached = append(d.Attached, f)
		}
	}
	if d.Duties, err = readDuties(ctx, tx, county, d.Key, d.Shown.N); err != nil {
		return err
	}
	rows, err := readMentions(ctx, tx, county, d.Key, d.Shown.N)
	if err != nil {
		return err
	}
	d.Units = units(rows)
	cites, err := readCites(ctx, tx, county, d.Key, d.Shown.N)
	if err != nil {
		return err
	}
	for _, l := range cites {
		d.Cites = append(d.Cites, l)
		if l.Effect != "" {
			l.On = d.Shown.HoldsFrom
			d.Effects = append(d.Effects, l)
		}
		if l.CarryOut {
			d.Chain = append(d.Chain, l)
		}
	}
	d.Chain = chain(d.Chain)
	by, err := readCitedBy(ctx, tx, county, d.Head, on)
	if err != nil {
		return err
	}
	for _, l := range by {
		if l.Effect != "" {
			d.Affected = append(d.Affected, l)
		}
		d.CitedBy = append(d.CitedBy, l)
	}
	return nil
}

// units are the units of a version, each with its weightiest role, in the order of weight.
func units(rows []mentionRow) []Mention {
	best := map[string]int{}
	var names []string
	for _, r := range rows {
		i := slices.Index(Roles, r.role)
		if old, ok := best[r.unit]; !ok {
			names = append(names, r.unit)
			best[r.unit] = i
		} else if i < old {
			best[r.unit] = i
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return best[a] - best[b] })
	var out []Mention
	for _, n := range names {
		out = append(out, Mention{n, Roles[max(best[n], 0)]})
	}
	return out
}

// chain puts what a document carries out in the order 国→省→市→县, those of unknown level last, each once.
func chain(links []Link) []Link {
	var out []Link
	for _, l := range links {
		if !slices.ContainsFunc(out, func(o Link) bool { return o.No == l.No && o.Title == l.Title }) {
			out = append(out, l)
		}
	}
	rank := func(l Link) int {
		if l.Level == org.NoLevel {
			return 99
		}
		return int(l.Level)
	}
	slices.SortStableFunc(out, func(a, b Link) int { return rank(a) - rank(b) })
	return out
}

// RepealedBy is the document that repeals or replaces this one on the day asked for; nil where it is in force as far as
// the store knows.
func (d Document) RepealedBy() *Link {
	for i, l := range d.Affected {
		if l.Effect == "废止" || l.Effect == "替代" {
			return &d.Affected[i]
		}
	}
	return nil
}

// Bundle is the proof file of a version: its manifest and the proof that the manifest stands in the transparency log.
// `zhixing verify` checks any edition with it offline.
func Bundle(ctx context.Context, tx *db.Tx, log *journal.Log, v Version) ([]byte, error) {
	proof, err := log.Proof(ctx, tx, v.Leaf)
	if err != nil {
		return nil, wrap("Bundle", err)
	}
	return edition.Bundle([]byte(v.Manifest), proof), nil
}
