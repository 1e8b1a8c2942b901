package publication

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
)

const issueColumns = `i.year, i.n, i.total_n, i.title, i.publish_date, i.organiser, i.address, i.tel, i.postcode, i.website, i.recorded_at,
	(SELECT count(*) FROM document d WHERE d.county = i.county AND d.issue_year = i.year AND d.issue_n = i.n)`

func scanIssue(scan func(...any) error) (Issue, error) {
	var i Issue
	var date string
	var at int64
	err := scan(&i.Year, &i.No, &i.TotalNo, &i.Title, &date, &i.Organiser, &i.Address, &i.Tel, &i.Postcode, &i.Website, &at, &i.Count)
	if err != nil {
		return i, err
	}
	i.RecordedAt = db.FromMicros(at)
	i.PublishDate, err = calendar.ParseDate(date)
	return i, err
}

func readIssue(ctx context.Context, tx *db.Tx, county string, n IssueNo) (Issue, error) {
	i, err := scanIssue(tx.QueryRow(ctx, `/* publication.readIssue */
		SELECT `+issueColumns+` FROM issue i WHERE i.county = $1 AND i.year = $2 AND i.n = $3`, county, n.Year, n.No).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return i, refuse(NotFound, "Issue", "没有查到%s公报。", n.Chinese())
	}
	return i, err
}

func listIssues(ctx context.Context, tx *db.Tx, county string, most int) ([]Issue, error) {
	rows, err := tx.Query(ctx, `/* publication.listIssues */
		SELECT `+issueColumns+` FROM issue i WHERE i.county = $1 ORDER BY i.year DESC, i.n DESC LIMIT $2`, county, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Issue
	for rows.Next() {
		i, err := scanIssue(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, rows.Err()
}

func issueHeads(ctx context.Context, tx *db.Tx, county string, n IssueNo) ([]Head, error) {
	return queryHeads(ctx, tx, `/* publication.issueHeads */ SELECT `+headColumns+` FROM document d
		WHERE d.county = $1 AND d.issue_year = $2 AND d.issue_n = $3 ORDER BY d.seq`, county, n.Year, n.No)
}

func neighbours(ctx context.Context, tx *db.Tx, county string, n IssueNo) (prev, next *IssueNo, err error) {
	for _, side := range []struct {
		query string
		into  **IssueNo
	}{
		{`(year, n) < ($2, $3) ORDER BY year DESC, n DESC`, &prev},
		{`(year, n) > ($2, $3) ORDER BY year, n`, &next},
	} {
		var o IssueNo
		err := tx.QueryRow(ctx, `/* publication.neighbours */ SELECT year, n FROM issue WHERE county = $1 AND `+side.query+` LIMIT 1`,
			county, n.Year, n.No).Scan(&o.Year, &o.No)
		if err == nil {
			*side.into = &o
		} else if !errors.Is(err, sql.ErrNoRows) {
			return nil, nil, err
		}
	}
	return prev, next, nil
}

// where is the condition of a filter on document d, with its parameters; $1 is the county.
func (f Filter) where(county string) (string, []any) {
	cond, args := []string{"d.county = $1"}, []any{county}
	add := func(text string, v any) {
		args = append(args, v)
		cond = append(cond, fmt.Sprintf(text, len(args)))
	}
	if f.Unit != "" {
		add(`EXISTS (SELECT 1 FROM mention m WHERE m.county = d.county AND m.doc = d.doc AND m.version = d.version AND m.unit = $%d)`, f.Unit)
	}
	for _, c := range []struct{ text, v string }{{"d.kind = $%d", f.Kind}, {"d.issuer = $%d", f.Issuer}, {"d.agency = $%d", f.Agency},
		{"d.signed_on >= $%d", f.From.String()}, {"d.signed_on <> '' AND d.signed_on <= $%d", f.To.String()}} {
		if c.v != "" {
			add(c.text, c.v)
		}
	}
	if f.Year != 0 {
		add("d.issue_year = $%d", f.Year)
	}
	return strings.Join(cond, " AND "), args
}

// page is what List gives: up to f's limit of documents behind the ordinal before, the last ordinal, and whether more follow.
func page(ctx context.Context, tx *db.Tx, county string, f Filter, before int64) (heads []Head, last int64, more bool, err error) {
	where, args := f.where(county)
	args = append(args, before, f.limit()+1)
	rows, err := tx.Query(ctx, fmt.Sprintf(`/* publication.List */ SELECT %s, d.ordinal FROM document d
		WHERE %s AND NOT d.withdrawn AND d.ordinal < $%d ORDER BY d.ordinal DESC LIMIT $%d`, headColumns, where, len(args)-1, len(args)), args...)
	if err != nil {
		return nil, 0, false, err
	}
	defer rows.Close()
	for rows.Next() {
		var ordinal int64
		h, err := scanHead(rows.Scan, &ordinal)
		if err != nil {
			return nil, 0, false, err
		}
		if len(heads) == f.limit() {
			return heads, last, true, rows.Close()
		}
		heads, last = append(heads, h), ordinal
	}
	return heads, last, false, rows.Err()
}

func recent(ctx context.Context, tx *db.Tx, county string, f Filter, n int, withdrawn bool) ([]Head, error) {
	where, args := f.where(county)
	if !withdrawn {
		where += " AND NOT d.withdrawn"
	}
	args = append(args, n)
	return queryHeads(ctx, tx, fmt.Sprintf(`/* publication.Recent */ SELECT %s FROM document d
		WHERE %s ORDER BY d.recorded_at DESC, d.issue_year DESC, d.issue_n DESC, d.seq LIMIT $%d`,
		headColumns, where, len(args)), args...)
}

func freshness(ctx context.Context, tx *db.Tx, county string) ([]Freshness, error) {
	rows, err := tx.Query(ctx, `/* publication.freshness */
		SELECT issuer, count(*), max(signed_on), max(recorded_at) FROM document
		WHERE county = $1 AND NOT withdrawn GROUP BY issuer ORDER BY max(signed_on) DESC, issuer`, county)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Freshness
	for rows.Next() {
		var f Freshness
		var signed string
		var at int64
		if err := rows.Scan(&f.Issuer, &f.Documents, &signed, &at); err != nil {
			return nil, err
		}
		if f.LastSigned, err = calendar.ParseDate(signed); err != nil {
			return nil, err
		}
		f.LastRecorded = db.FromMicros(at)
		out = append(out, f)
	}
	return out, rows.Err()
}

// current joins mentions with the documents whose newest version they belong to.
const current = ` FROM mention m JOIN document d ON d.county = m.county AND d.doc = m.doc AND d.version = m.version AND NOT d.withdrawn `

// unitCounts counts documents and duties by unit; of one unit where it is named.
func unitCounts(ctx context.Context, tx *db.Tx, county, unit string) ([]UnitCount, error) {
	rows, err := tx.Query(ctx, `/* publication.unitCounts */
		SELECT unit, count(DISTINCT doc), count(DISTINCT duty), count(DISTINCT led) FROM (
			SELECT m.unit, m.doc, CASE WHEN m.duty > 0 THEN m.doc || ' ' || m.duty END AS duty,
				CASE WHEN m.duty > 0 AND m.role = 'lead' THEN m.doc || ' ' || m.duty END AS led`+current+`
			WHERE m.county = $1 AND ($2 = '' OR m.unit = $2)) AS t
		GROUP BY unit ORDER BY 3 DESC, 2 DESC, unit`, county, unit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []UnitCount
	for rows.Next() {
		var u UnitCount
		if err := rows.Scan(&u.Unit, &u.Documents, &u.Duties, &u.Leads); err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, rows.Err()
}

func naming(ctx context.Context, tx *db.Tx, county, unit string) ([]Naming, error) {
	rows, err := tx.Query(ctx, `/* publication.naming */ SELECT DISTINCT `+headColumns+`, d.ordinal, m.role`+current+`
		WHERE m.county = $1 AND m.unit = $2 ORDER BY d.ordinal DESC, m.role`, county, unit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Naming
	for rows.Next() {
		var ordinal int64
		var role string
		h, err := scanHead(rows.Scan, &ordinal, &role)
		if err != nil {
			return nil, err
		}
		if n := len(out); n > 0 && out[n-1].Key == h.Key {
			out[n-1].Roles = append(out[n-1].Roles, role)
			continue
		}
		out = append(out, Naming{h, []string{role}})
	}
	for i := range out {
		slices.SortFunc(out[i].Roles, func(a, b string) int { return slices.Index(Roles, a) - slices.Index(Roles, b) })
	}
	return out, rows.Err()
}

func dutiesOf(ctx context.Context, tx *db.Tx, county, unit string) ([]Duty, error) {
	rows, err := tx.Query(ctx, `/* publication.dutiesOf */
		SELECT p.doc, p.n, p.clause, p.plan, p.title, p.proposed, p.data, m.role`+current+`
		JOIN published_duty p ON p.county = m.county AND p.doc = m.doc AND p.version = m.version AND p.n = m.duty
		WHERE m.county = $1 AND m.unit = $2 ORDER BY d.ordinal DESC, p.n`, county, unit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Duty
	for rows.Next() {
		var d Duty
		var key, data string
		if err := rows.Scan(&key, &d.N, &d.Clause, &d.Plan, &d.Title, &d.Proposed, &data, &d.Role); err != nil {
			return nil, err
		}
		d.Key, d.JSON = Key(key), json.RawMessage(data)
		if n := len(out); n > 0 && out[n-1].Key == d.Key && out[n-1].N == d.N {
			if slices.Index(Roles, d.Role) < slices.Index(Roles, out[n-1].Role) {
				out[n-1].Role = d.Role
			}
			continue
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

func sitemap(ctx context.Context, tx *db.Tx, county string) ([]SitemapRow, error) {
	issues, err := listIssues(ctx, tx, county, maxIssues)
	if err != nil {
		return nil, err
	}
	var out []SitemapRow
	for _, i := range issues {
		out = append(out, SitemapRow{i.Path(), i.RecordedAt})
	}
	rows, err := tx.Query(ctx, `/* publication.sitemap */
		SELECT doc, recorded_at FROM document WHERE county = $1 AND NOT withdrawn ORDER BY ordinal DESC`, county)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var at int64
		if err := rows.Scan(&key, &at); err != nil {
			return nil, err
		}
		out = append(out, SitemapRow{Key(key).Path(), db.FromMicros(at)})
	}
	return out, rows.Err()
}

// facet counts documents by one of their own columns.
func facet(ctx context.Context, tx *db.Tx, county, column string) ([]Facet, error) {
	rows, err := tx.Query(ctx, `/* publication.facet */ SELECT CAST(`+column+` AS text), count(*) FROM document
		WHERE county = $1 AND NOT withdrawn GROUP BY `+column+` ORDER BY 2 DESC, `+column+` DESC`, county)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Facet
	for rows.Next() {
		var f Facet
		if err := rows.Scan(&f.Value, &f.Count); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}
