package observation

import (
	"context"
	"strings"
	"unicode/utf8"

	"zhixing/db"
)

// bulk runs an INSERT for many rows, some a statement: on PostgreSQL each call is a round trip, and on SQLite a call costs as
// much as a row. query ends in VALUES; tail, such as ON CONFLICT …, follows the values.
type bulk struct {
	query, tail string
	columns     int
	args        []any
}

// How many rows one statement takes: few different texts, so that they are kept prepared, and on PostgreSQL below 65,535
// parameters. SQLite gains nothing from more than a dozen.
var (
	portions     = []int{500, 100, 20, 5, 1}
	litePortions = []int{12, 1}
)

func (b *bulk) add(args ...any) { b.args = append(b.args, args...) }

func (b *bulk) run(ctx context.Context, tx *db.Tx) error {
	sizes := portions
	if tx.Dialect == db.SQLite {
		sizes = litePortions
	}
	for _, rows := range sizes {
		if err := b.portion(ctx, tx, rows); err != nil {
			return err
		}
	}
	return nil
}

// portion runs the statement of so many rows as often as it can be filled.
func (b *bulk) portion(ctx context.Context, tx *db.Tx, rows int) error {
	n := rows * b.columns
	if len(b.args) < n {
		return nil
	}
	text := b.text(tx.Dialect, rows)
	if tx.Dialect == db.PostgreSQL { // the driver keeps it prepared
		for ; len(b.args) >= n; b.args = b.args[n:] {
			if _, err := tx.Exec(ctx, text, b.args[:n]...); err != nil {
				return err
			}
		}
		return nil
	}
	insert, err := tx.Prepare(ctx, text)
	if err != nil {
		return err
	}
	defer insert.Close()
	for ; len(b.args) >= n; b.args = b.args[n:] {
		if _, err := insert.ExecContext(ctx, b.args[:n]...); err != nil {
			return err
		}
	}
	return nil
}

// text is the statement. On SQLite its parameters have no names, as the driver looks each name up among all; and one that fails
// ends the transaction, so nothing need be kept to undo it alone.
func (b *bulk) text(dialect db.Dialect, rows int) string {
	var s strings.Builder
	if dialect == db.SQLite {
		s.WriteString(strings.Replace(b.query, "INSERT INTO", "INSERT OR FAIL INTO", 1))
	} else {
		s.WriteString(b.query)
	}
	for r := range rows {
		if r > 0 {
			s.WriteByte(',')
		}
		if dialect == db.SQLite {
			s.WriteString(" (?" + strings.Repeat(",?", b.columns-1) + ")")
		} else {
			s.WriteString(" " + db.In(1+r*b.columns, b.columns))
		}
	}
	s.WriteByte(' ')
	s.WriteString(b.tail)
	return s.String()
}

// storable reports whether a text that came from outside can be kept.
func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
