package observation

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"zhixing/db"
)

// bulk runs an INSERT for many rows: on SQLite prepared and row by row, on PostgreSQL, where each call is a round trip,
// hundreds of rows a statement. query ends in VALUES; tail, such as ON CONFLICT …, follows the values.
type bulk struct {
	query, tail string
	columns     int
	args        []any
}

// portions are how many rows one statement of PostgreSQL takes: few different texts, so that the driver keeps them prepared,
// and below 65,535 parameters.
var portions = []int{500, 100, 20, 5, 1}

func (b *bulk) add(args ...any) { b.args = append(b.args, args...) }

func (b *bulk) run(ctx context.Context, tx *db.Tx) error {
	if tx.Dialect == db.PostgreSQL {
		for _, n := range portions {
			for text := ""; len(b.args) >= n*b.columns; b.args = b.args[n*b.columns:] {
				if text == "" {
					text = b.text(n)
				}
				if _, err := tx.Exec(ctx, text, b.args[:n*b.columns]...); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if len(b.args) == 0 {
		return nil
	}
	one, err := tx.Prepare(ctx, b.text(1))
	if err != nil {
		return err
	}
	defer one.Close()
	for ; len(b.args) > 0; b.args = b.args[b.columns:] {
		if _, err := one.ExecContext(ctx, b.args[:b.columns]...); err != nil {
			return err
		}
	}
	return nil
}

func (b *bulk) text(rows int) string {
	var s strings.Builder
	s.WriteString(b.query)
	p := 0
	for r := range rows {
		for c := range b.columns {
			switch {
			case c > 0:
				s.WriteByte(',')
			case r > 0:
				s.WriteString(",(")
			default:
				s.WriteString(" (")
			}
			p++
			s.WriteString("$" + strconv.Itoa(p))
		}
		s.WriteByte(')')
	}
	s.WriteByte(' ')
	s.WriteString(b.tail)
	return s.String()
}

// storable reports whether a text that came from outside can be kept.
func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
