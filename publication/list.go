package publication

import (
	"context"
	"errors"
	"math"
	"strings"

	"zhixing/db"
	"zhixing/search"
)

// FrontOf is the first page: the newest issues and documents, and how fresh each issuer is.
func FrontOf(ctx context.Context, tx *db.Tx, county string) (f Front, err error) {
	const issues, documents = 8, 10
	if f.Issues, err = listIssues(ctx, tx, county, issues); err != nil {
		return f, wrap("FrontOf", err)
	}
	if f.Documents, err = recent(ctx, tx, county, Filter{}, documents, false); err != nil {
		return f, wrap("FrontOf", err)
	}
	if f.Freshness, err = freshness(ctx, tx, county); err != nil {
		return f, wrap("FrontOf", err)
	}
	for _, i := range f.Freshness {
		f.Count += i.Documents
	}
	return f, nil
}

// Issues lists all issues, newest first, without their documents.
func Issues(ctx context.Context, tx *db.Tx, county string) ([]Issue, error) {
	out, err := listIssues(ctx, tx, county, maxIssues)
	return out, wrap("Issues", err)
}

// IssueOf is one issue with its documents and neighbours.
func IssueOf(ctx context.Context, tx *db.Tx, county string, n IssueNo) (Issue, error) {
	i, err := readIssue(ctx, tx, county, n)
	if err != nil {
		return i, wrap("IssueOf", err)
	}
	if i.Documents, err = issueHeads(ctx, tx, county, n); err != nil {
		return i, wrap("IssueOf", err)
	}
	i.Prev, i.Next, err = neighbours(ctx, tx, county, n)
	return i, wrap("IssueOf", err)
}

// List is one page of the documents that f asks for.
func List(ctx context.Context, tx *db.Tx, county string, f Filter) (Page, error) {
	const op = "List"
	if err := f.check(op); err != nil {
		return Page{}, err
	}
	mark := mark(f.Unit, f.Kind, f.Issuer, f.Agency, f.Year, f.From, f.To)
	after, err := parseCursor(f.Cursor, 1, mark)
	if err != nil {
		return Page{}, err
	}
	before := int64(math.MaxInt64)
	if after != nil {
		before = after[0]
	}
	heads, last, more, err := page(ctx, tx, county, f, before)
	if err != nil {
		return Page{}, wrap(op, err)
	}
	p := Page{Items: heads}
	if more {
		p.Next = cursor(mark, last)
	}
	return p, nil
}

// Recent are the n documents (1 to MaxLimit) that f asks for which were published, corrected or withdrawn last, the last
// first: what a feed shows. Limit and Cursor of f do not count.
func Recent(ctx context.Context, tx *db.Tx, county string, f Filter, n int) ([]Head, error) {
	f.Limit, f.Cursor = n, ""
	if err := f.check("Recent"); err != nil {
		return nil, err
	}
	out, err := recent(ctx, tx, county, f, f.limit(), true)
	return out, wrap("Recent", err)
}

// RecentWith are the n documents (1 to MaxLimit) signed last whose text holds the words: what the feed of a phrase shows.
func RecentWith(ctx context.Context, tx *db.Tx, county, words string, n int) ([]Head, error) {
	const op = "RecentWith"
	found, err := search.Find(ctx, tx, search.Query{County: county, Text: words, Sort: search.ByDate, Limit: n})
	var wide *search.TooWide
	if errors.As(err, &wide) {
		return nil, &Error{Invalid, "publication." + op, wide.Message, err}
	} else if err != nil {
		return nil, wrap(op, err)
	}
	var keys []Key
	for _, h := range found.Hits {
		keys = append(keys, Key(h.Key))
	}
	return Heads(ctx, tx, county, keys)
}

// Heads are the documents with these keys in the same order, those left out that are unknown or withdrawn: how hits of
// a search become lines of a list.
func Heads(ctx context.Context, tx *db.Tx, county string, keys []Key) ([]Head, error) {
	found, err := known(ctx, tx, county, keys)
	if err != nil {
		return nil, wrap("Heads", err)
	}
	var out []Head
	for _, k := range keys {
		if h, ok := found[k]; ok {
			out = append(out, h)
		}
	}
	return out, nil
}

// Units lists every unit named in a published document, those with most duties first.
func Units(ctx context.Context, tx *db.Tx, county string) ([]UnitCount, error) {
	out, err := unitCounts(ctx, tx, county, "")
	return out, wrap("Units", err)
}

// UnitOf is all that names one unit.
func UnitOf(ctx context.Context, tx *db.Tx, county, unit string) (UnitPage, error) {
	const op = "UnitOf"
	notFound := refuse(NotFound, op, "已公布的公文中没有提到“%s”。", shorten(strings.Map(printable, unit), 40))
	if unit == "" || !askable(unit) {
		return UnitPage{}, notFound
	}
	counts, err := unitCounts(ctx, tx, county, unit)
	if err != nil {
		return UnitPage{}, wrap(op, err)
	}
	if len(counts) == 0 {
		return UnitPage{}, notFound
	}
	p := UnitPage{UnitCount: counts[0]}
	if p.Naming, err = naming(ctx, tx, county, unit); err != nil {
		return p, wrap(op, err)
	}
	p.Listed, err = dutiesOf(ctx, tx, county, unit)
	return p, wrap(op, err)
}

// Sitemap lists the addresses of all issues and of all documents that are not withdrawn.
func Sitemap(ctx context.Context, tx *db.Tx, county string) ([]SitemapRow, error) {
	out, err := sitemap(ctx, tx, county)
	return out, wrap("Sitemap", err)
}

// Facets are the values by which the county's documents can be narrowed, with how many documents have each.
type Facets struct {
	Kinds   []Facet `json:"kinds"`
	Issuers []Facet `json:"issuers"`
	Years   []Facet `json:"years"`
}

// Facet is one value with its count.
type Facet struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// FacetsOf gives the facets of all published documents.
func FacetsOf(ctx context.Context, tx *db.Tx, county string) (f Facets, err error) {
	for _, of := range []struct {
		column string
		into   *[]Facet
	}{{"kind", &f.Kinds}, {"issuer", &f.Issuers}, {"issue_year", &f.Years}} {
		if *of.into, err = facet(ctx, tx, county, of.column); err != nil {
			return f, wrap("FacetsOf", err)
		}
	}
	return f, nil
}

// check refuses what a list cannot answer, and says what it can.
func (f Filter) check(op string) error {
	if !askable(f.Unit, f.Kind, f.Issuer, f.Agency) {
		return refuse(Invalid, op, "单位、种类、发文机关和机关代字各不能超过100个字，也不能有控制字符。")
	}
	switch {
	case f.Limit < 0 || f.Limit > MaxLimit:
		return refuse(Invalid, op, "每页条数应为1至%d。要取全部数据，请逐页读取或下载整库。", MaxLimit)
	case f.Year != 0 && (f.Year < 1949 || f.Year > 2999):
		return refuse(Invalid, op, "年份应为1949至2999。")
	case !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From):
		return refuse(Invalid, op, "起始日期%s晚于截止日期%s。", f.From, f.To)
	}
	return nil
}

func (f Filter) limit() int {
	if f.Limit == 0 {
		return DefaultLimit
	}
	return f.Limit
}

// maxIssues bounds the list of issues: two centuries of a weekly.
const maxIssues = 10_000
