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

// Contains is a condition: the text expression holds the text parameter, letter for letter. (LIKE would ignore
// the case of Latin letters on SQLite and give % and _ a meaning.)
func (d Dialect) Contains(text, param string) string {
	if d == SQLite {
		return "instr(" + text + ", " + param + ") > 0"
	}
	return "strpos(" + text + ", " + param + ") > 0"
}

// IsDuplicate says that err is a refusal of a record whose key, or another unique value, is there already.
func IsDuplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var li *sqlite.Error
	return errors.As(err, &li) && (li.Code() == lite.SQLITE_CONSTRAINT_UNIQUE || li.Code() == lite.SQLITE_CONSTRAINT_PRIMARYKEY)
}
