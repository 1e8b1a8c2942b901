package publication

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"zhixing/db"
)

// DutyFilter says which duties a list asks for. Zero fields do not narrow it.
type DutyFilter struct {
	Unit   string // that has a role in the duty
	Role   string // that Unit has; one of Roles
	Key    Key    // of the document
	Limit  int    // 1 to MaxLimit; DefaultLimit where 0
	Cursor string // Next of the page before
}

// DutyPage is one page of duties, newest document first, then in the order of the text.
type DutyPage struct {
	Items []Duty `json:"items"`
	Next  string `json:"next,omitempty"` // empty on the last page
}

// Duties are the duties as read of the documents that are public now.
func Duties(ctx context.Context, tx *db.Tx, county string, f DutyFilter) (DutyPage, error) {
	const op = "Duties"
	if f.Limit < 0 || f.Limit > MaxLimit {
		return DutyPage{}, refuse(Invalid, op, "每页条数应为1至%d。要取全部数据，请逐页读取或下载整库。", MaxLimit)
	}
	if f.Limit == 0 {
		f.Limit = DefaultLimit
	}
	ordinal, n := int64(1)<<62, int64(0)
	if f.Cursor != "" {
		a, b, ok := strings.Cut(f.Cursor, "-")
		var err1, err2 error
		ordinal, err1 = strconv.ParseInt(a, 10, 64)
		n, err2 = strconv.ParseInt(b, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			return DutyPage{}, refuse(Invalid, op, "翻页标记不对，请从第一页重新开始。")
		}
	}
	list, ordinals, err := listDuties(ctx, tx, county, f, ordinal, n)
	if err != nil {
		return DutyPage{}, wrap(op, err)
	}
	p := DutyPage{Items: list}
	if len(list) > f.Limit {
		p.Items = list[:f.Limit]
		p.Next = fmt.Sprintf("%d-%d", ordinals[f.Limit-1], list[f.Limit-1].N)
	}
	return p, nil
}

// listDuties reads one row more than the page holds, from behind the n-th duty of the document with this ordinal.
func listDuties(ctx context.Context, tx *db.Tx, county string, f DutyFilter, ordinal, n int64) ([]Duty, []int64, error) {
	rows, err := tx.Query(ctx, `/* publication.Duties */
		SELECT p.doc, p.n, p.clause, p.plan, p.title, p.proposed, p.data, d.ordinal
		FROM document d
		JOIN published_duty p ON p.county = d.county AND p.doc = d.doc AND p.version = d.version
		WHERE d.county = $1 AND NOT d.withdrawn AND ($2 = '' OR d.doc = $2)
			AND (d.ordinal < $3 OR d.ordinal = $3 AND p.n > $4)
			AND ($5 = '' OR EXISTS (SELECT 1 FROM mention m WHERE m.county = p.county AND m.doc = p.doc AND m.version = p.version
				AND m.duty = p.n AND m.unit = $5 AND ($6 = '' OR m.role = $6)))
		ORDER BY d.ordinal DESC, p.n LIMIT $7`, county, string(f.Key), ordinal, n, f.Unit, f.Role, f.Limit+1)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	var out []Duty
	var ordinals []int64
	for rows.Next() {
		var d Duty
		var key, data string
		var o int64
		if err := rows.Scan(&key, &d.N, &d.Clause, &d.Plan, &d.Title, &d.Proposed, &data, &o); err != nil {
			return nil, nil, err
		}
		d.Key, d.JSON, d.Role = Key(key), json.RawMessage(data), f.Role
		out, ordinals = append(out, d), append(ordinals, o)
	}
	return out, ordinals, rows.Err()
}
