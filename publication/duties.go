package publication

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"zhixing/db"
)

// DutyFilter says which duties a list asks for. Zero fields do not narrow it.
type DutyFilter struct {
	Unit   string // that has a role in the duty
	Role   string // that Unit has, or any unit where none is given; one of Roles
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
	if !askable(f.Unit, string(f.Key)) || f.Role != "" && !slices.Contains(Roles, f.Role) {
		return DutyPage{}, refuse(Invalid, op, "单位和文号各不能超过100个字；分工可以是 %s。", strings.Join(Roles, "、"))
	}
	f.Limit = cmp.Or(f.Limit, DefaultLimit)
	mark := mark(f.Unit, f.Role, f.Key)
	after, err := parseCursor(f.Cursor, 2, mark)
	if err != nil {
		return DutyPage{}, err
	}
	ordinal, n := int64(math.MaxInt64), int64(0)
	if after != nil {
		ordinal, n = after[0], after[1]
	}
	list, ordinals, err := listDuties(ctx, tx, county, f, ordinal, n)
	if err != nil {
		return DutyPage{}, wrap(op, err)
	}
	p := DutyPage{Items: list}
	if len(list) > f.Limit {
		p.Items = list[:f.Limit]
		p.Next = cursor(mark, ordinals[f.Limit-1], int64(list[f.Limit-1].N))
	}
	return p, nil
}
