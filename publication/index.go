package publication

import (
	"context"
	"slices"
	"strings"

	"zhixing/db"
	"zhixing/edition"
	"zhixing/search"
)

// index makes the newest version of a document findable by its public text, or takes a withdrawn one out.
func index(ctx context.Context, tx *db.Tx, county string, e entry) error {
	if e.head.Withdrawn {
		return search.Remove(ctx, tx, county, string(e.head.Key))
	}
	i := slices.IndexFunc(e.files, func(f Content) bool { return f.Name == "json" })
	if i < 0 {
		return errNoText
	}
	pub, err := edition.ParseJSON(e.files[i].Bytes)
	if err != nil {
		return err
	}
	return search.Put(ctx, tx, search.Entry{County: county, Key: string(e.head.Key), Version: int64(e.v.N), Title: pub.Title,
		Body: searchable(pub), Kind: pub.Kind, Issuer: pub.Issuer, Units: unitNames(e.mentions), SignedOn: pub.SignedOn})
}

// searchable is the text in which a document is found: its number, its parts, the titles of public attachments.
func searchable(pub edition.Publication) string {
	lines := []string{pub.No}
	var part *edition.Part
	pub.Walk(func(p edition.Part, b edition.Block, _ int) {
		if part == nil || part.Title != p.Title || part.Key != p.Key {
			part = &p
			lines = append(lines, p.Title)
		}
		lines = append(lines, b.Text)
	})
	for _, a := range pub.Attachments {
		lines = append(lines, a.Title)
	}
	lines = slices.DeleteFunc(lines, func(s string) bool { return strings.TrimSpace(s) == "" })
	text := strings.Join(lines, "\n")
	return strings.ToValidUTF8(text[:min(len(text), search.MaxBody)], "")
}

func unitNames(rows []mentionRow) []string {
	var out []string
	for _, r := range rows {
		if !slices.Contains(out, r.unit) {
			out = append(out, r.unit)
		}
	}
	return out
}
