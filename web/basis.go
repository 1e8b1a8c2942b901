package web

import (
	"context"
	"net/url"

	"zhixing/db"
	"zhixing/policy/works"
	"zhixing/publication"
	"zhixing/rule"
)

// cited is a basis as pages show it: as people cite it, with the clause's address where the document is published.
type cited struct{ Text, URL string }

// addresses are those of the published documents, by the number as policies write it.
type addresses map[string]string

// addresses are those of the documents that the county's policies name, in force or not.
func (s *Server) addresses(ctx context.Context, tx *db.Tx, w *works.Works) (addresses, error) {
	var keys []publication.Key
	written := map[publication.Key][]string{} // a number has more than one spelling
	for _, p := range w.County.Policies.Policies {
		if k, ok := publication.ParseKey(p.Basis.Document); ok {
			if written[k] == nil {
				keys = append(keys, k)
			}
			written[k] = append(written[k], p.Basis.Document)
		}
	}
	heads, err := publication.Heads(ctx, tx, s.countyCode, keys)
	out := addresses{}
	for _, h := range heads {
		for _, no := range written[h.Key] {
			out[no] = documentURL(h.Key)
		}
	}
	return out, err
}

// cite shows a basis.
func (a addresses) cite(b rule.Basis) cited {
	if b.Document == "" {
		return cited{}
	}
	c := cited{Text: b.String(), URL: a[b.Document]}
	if c.URL != "" && b.Clause != "" {
		path := b.Clause
		if b.Plan != "" {
			path = b.Plan + "/" + path
		}
		c.URL += "#" + (&url.URL{Fragment: path}).EscapedFragment()
	}
	return c
}
