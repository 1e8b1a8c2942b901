package db

import (
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lite "modernc.org/sqlite/lib"
)

// In is a list of n parameters for IN, the first of them $first: In(2, 3) is "($2,$3,$4)". An empty list is
// "(NULL)", in which nothing is found.
func In(first, n int) string {
	if n == 0 {
		return "(NULL)"
	}
	var b strings.Builder
	for i := range n {
		b.WriteByte("(,"[min(i, 1)])
		b.WriteString("$" + strconv.Itoa(first+i))
	}
	b.WriteByte(')')
	return b.String()
}

// IsDuplicate says that err is a refusal of a record whose key, or another unique value, is there already. The
// transaction must then end: PostgreSQL does nothing more in it. Where a duplicate is no error, write ON CONFLICT.
func IsDuplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var li *sqlite.Error
	return errors.As(err, &li) && (li.Code() == lite.SQLITE_CONSTRAINT_UNIQUE || li.Code() == lite.SQLITE_CONSTRAINT_PRIMARYKEY)
}
