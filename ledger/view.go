package ledger

import (
	"context"
	"net/url"
	"strings"
	"unicode/utf8"

	"zhixing/db"
)

// View is a question to the ledger that a person has saved under a name.
type View struct {
	Name  string
	Query string // as in the address of the ledger, without ?
}

// maxViews bounds what one person saves.
const maxViews = 30

// SaveView keeps a question under a name, in place of one of the same name.
func (l *Ledger) SaveView(ctx context.Context, tx *db.Tx, by Actor, v View) error {
	const op = "SaveView"
	v.Name = strings.TrimSpace(v.Name)
	if n := utf8.RuneCountInString(v.Name); n < 1 || n > 20 || !readable(v.Name) {
		return wrong(op, "name", "名称应为 1 至 20 个字。")
	}
	if _, err := url.ParseQuery(v.Query); err != nil || len(v.Query) > 2000 || !readable(v.Query) {
		return wrong(op, "query", "这个查询太长，不能保存。")
	}
	have, err := l.Views(ctx, tx, by)
	if err != nil {
		return err
	}
	if len(have) >= maxViews {
		return refuse(Invalid, op, "最多保存 %d 个查询，请先删去不用的。", maxViews)
	}
	return wrap(op, putView(ctx, tx, l.County, by.Account, v))
}

// DropView forgets a saved question.
func (l *Ledger) DropView(ctx context.Context, tx *db.Tx, by Actor, name string) error {
	if !readable(name) {
		return wrong("DropView", "name", "没有这个查询。")
	}
	return wrap("DropView", deleteView(ctx, tx, l.County, by.Account, name))
}
