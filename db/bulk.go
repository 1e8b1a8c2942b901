package db

import (
	"context"
	"strings"
)

// Bulk runs one statement for many rows, some a call: on PostgreSQL each call is a round trip, and on SQLite a call costs as much
// as a row.
//
//	b := db.Bulk{Query: `/* noun.Put */ INSERT INTO noun (county, id, name) VALUES`, Columns: 3, Tail: `ON CONFLICT (county, id) DO NOTHING`}
//	b.Add(county, 1, "甲")
//	b.Add(county, 2, "乙")
//	n, err := b.Run(ctx, tx)
//
// Query ends in VALUES and has no parameters of its own; Tail follows the rows. For UPDATE … FROM (VALUES …) AS v, whose columns are
// v.column1, v.column2 …, Casts say what each is: PostgreSQL cannot guess it.
type Bulk struct {
	Query, Tail string
	Columns     int
	Casts       []string

	args []any
}

// How many rows one statement takes: few different texts, so that they are kept prepared, and on PostgreSQL below 65,535
// parameters. SQLite gains nothing from more than a dozen.
var (
	portions     = []int{500, 100, 20, 5, 1}
	litePortions = []int{12, 1}
)

// Add adds a row.
func (b *Bulk) Add(row ...any) { b.args = append(b.args, row...) }

// Run runs the statement for all rows and forgets them; n is how many rows were changed.
func (b *Bulk) Run(ctx context.Context, tx *Tx) (n int, err error) {
	defer func() { b.args = nil }()
	sizes := portions
	if tx.Dialect == SQLite {
		sizes = litePortions
	}
	for _, rows := range sizes {
		per := rows * b.Columns
		if len(b.args) < per {
			continue
		}
		for text := b.text(tx.Dialect, rows); len(b.args) >= per; b.args = b.args[per:] {
			res, err := tx.Exec(ctx, text, b.args[:per]...)
			if err != nil {
				return n, err
			}
			k, err := res.RowsAffected()
			if err != nil {
				return n, err
			}
			n += int(k)
		}
	}
	return n, nil
}

// text is the statement. On SQLite its parameters have no names, as the driver looks each name up among all; and one that fails
// ends the transaction, so nothing need be kept to undo it alone.
func (b *Bulk) text(dialect Dialect, rows int) string {
	var s strings.Builder
	if dialect == SQLite {
		s.WriteString(strings.Replace(b.Query, "INSERT INTO", "INSERT OR FAIL INTO", 1))
	} else {
		s.WriteString(b.Query)
	}
	for r := range rows {
		if r > 0 {
			s.WriteByte(',')
		}
		switch {
		case dialect == SQLite:
			s.WriteString(" (?" + strings.Repeat(",?", b.Columns-1) + ")")
		case b.Casts != nil && r == 0: // the first row says it for all
			s.WriteString(" (" + castParameters(b.Casts) + ")")
		default:
			s.WriteString(" " + In(1+r*b.Columns, b.Columns))
		}
	}
	s.WriteByte(' ')
	s.WriteString(b.Tail)
	return s.String()
}

func castParameters(casts []string) string {
	list := make([]string, len(casts))
	for i, c := range casts {
		list[i] = "CAST(" + strings.Trim(In(1+i, 1), "()") + " AS " + c + ")"
	}
	return strings.Join(list, ",")
}
