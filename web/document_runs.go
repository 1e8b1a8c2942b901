package web

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"sync"

	"zhixing/edition"
	"zhixing/policy"
	"zhixing/policy/works"
	"zhixing/publication"
)

// runView is a clause of a document with what policies in force have made of it.
type runView struct {
	Path  string // empty: the document as a whole
	Cite  string
	Title string
	Kinds []runKind
}

// runKind is what a clause runs of one kind.
type runKind struct {
	Kind  policy.ItemKind
	Items []Link // without an address: only a name
}

// runsShown is how many clauses stand in the open; the others are folded.
const runsShown = 12

// runsKinds are the kinds that are told of, in their order. What an entry owes stands with its register.
var runsKinds = []policy.ItemKind{policy.RegisterItem, policy.SeriesItem, policy.IndicatorItem, policy.RuleItem, policy.LadderItem, policy.ChecklistItem, policy.BulletinItem,
	policy.ServiceItem}

// runsOf tells what runs by each clause of a document, in the document's order. The page is kept for everybody until the record or the
// policies change, and registers change every minute: so it names what there is, and figures stand on the pages that it leads to.
func runsOf(w *works.Works, doc publication.Document) []runView {
	under, cites := map[string]map[policy.ItemKind][]Link{}, map[string]string{}
	for _, i := range w.Set.Items {
		key, ok := publication.ParseKey(i.Basis.Document)
		if !ok || key != doc.Key || !slices.Contains(runsKinds, i.Kind) {
			continue
		}
		address, shown := itemURL(w, i, false)
		if !shown {
			continue
		}
		path := strings.Trim(i.Basis.Plan+"/"+i.Basis.Clause, "/")
		if under[path] == nil {
			under[path], cites[path] = map[policy.ItemKind][]Link{}, strings.TrimSpace(i.Basis.Plan+" "+cite(i.Basis.Clause))
		}
		under[path][i.Kind] = append(under[path][i.Kind], Link{Text: i.Title, URL: address})
	}
	var out []runView
	add := func(path, anchor, title string) {
		v := runView{Path: anchor, Cite: cites[path], Title: title}
		for _, kind := range runsKinds {
			if list := under[path][kind]; len(list) > 0 {
				v.Kinds = append(v.Kinds, runKind{kind, list})
			}
		}
		delete(under, path)
		out = append(out, v)
	}
	doc.Text.Walk(func(_ edition.Part, b edition.Block, _ int) {
		if under[b.Path] == nil || b.Path == "" {
			return
		}
		_, title, rest := b.Split()
		if title == "" {
			title = rest
		}
		add(b.Path, b.Path, shorten(title, 30))
	})
	rest := slices.Sorted(maps.Keys(under)) // of the whole, and of clauses that this version does not have
	for _, path := range rest {
		add(path, "", "")
	}
	return slices.Concat(out[len(out)-len(rest):], out[:len(out)-len(rest)])
}

// policyMark changes when what pages for everybody tell of policies does: they are kept by it.
type policyMark struct {
	mu   sync.Mutex
	of   *works.Works
	mark string
}

func (m *policyMark) now(w *works.Works) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w != m.of {
		h := fnv.New64a()
		for _, i := range w.Set.Items {
			address, shown := itemURL(w, i, false)
			fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00%v\n", i.Kind, i.Title, i.Basis, address, shown)
		}
		fmt.Fprintln(h, len(w.Cases.Services))
		m.of, m.mark = w, fmt.Sprintf("%x", h.Sum64())
	}
	return m.mark
}
