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

// rowsAtOnce keeps a statement below PostgreSQL's 65,535 parameters.
const rowsAtOnce = 500

func (b *bulk) add(args ...any) { b.args = append(b.args, args...) }

func (b *bulk) run(ctx context.Context, tx *db.Tx) error {
	n := len(b.args) / b.columns
	if n == 0 {
		return nil
	}
	once := 1
	if tx.Dialect == db.PostgreSQL {
		once = min(rowsAtOnce, n)
	}
	full, err := tx.Prepare(ctx, b.text(once))
	if err != nil {
		return err
	}
	defer full.Close()
	for ; n >= once; n -= once {
		if _, err := full.ExecContext(ctx, b.args[:once*b.columns]...); err != nil {
			return err
		}
		b.args = b.args[once*b.columns:]
	}
	if n > 0 {
		_, err = tx.Exec(ctx, b.text(n), b.args...)
	}
	return err
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
