// Package notice tells people what waits for them (通知): in the house by an inbox, outside by e-mail, webhook and web push,
// and by calendar feeds they subscribe to.
//
// A notice is put in the transaction of the deed that makes it, so that there is no deed without its notice. It is addressed
// to an office, not to a name: who holds the office is asked when the notice goes out.
//
//	fresh, err := notice.Put(ctx, tx, county, notice.Notice{
//		To:      notice.To{Unit: "甲局", Roles: []string{"head"}},
//		Kind:    "due",
//		Subject: "任务将于2023年10月31日到期",
//		Text:    "……",
//		Path:    "/duty/123", About: "duty/123", Basis: "某政办发〔2023〕12号 三(四)18",
//		Key:     "due/duty/123/2023-10-31",
//	})
//
// Key is the reason in one word: a second notice with the same key is not kept, so whoever runs a clock may run it again after
// a crash without asking what it has said already.
//
// A Courier carries notices out. What it promises:
//
//   - An ordinary notice leaves the house in office hours only; an urgent one at any time. The inbox shows both at once.
//   - Each person gets a notice by each channel once. What a crash has cut off is sent again when it is not known to have
//     been handed over, and then bears the same Message-ID.
//   - What cannot be handed over is tried again with growing pauses, then stands as failed, with the reason, until somebody
//     sends it again. It is in the inbox all the same.
package notice

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"zhixing/db"
)

// ID is the number of a notice in its county.
type ID int64

// Grade says whether a notice may leave the house outside office hours.
type Grade string

// The grades. The zero Grade is Ordinary.
const (
	Ordinary Grade = "ordinary" // 普通: waits for office hours
	Urgent   Grade = "urgent"   // 紧急: leaves at any time
)

// Chinese is what the pages call the grade.
func (g Grade) Chinese() string {
	switch g {
	case Ordinary, "":
		return "普通"
	case Urgent:
		return "紧急"
	}
	return "未知等级"
}

// To is whom a notice is for: exactly one of Unit, Post and Account.
type To struct {
	Unit    string   // whoever holds the roles in this unit
	Roles   []string // with Unit: head, member, office …; empty for all of them
	Post    string   // whoever holds this post
	Account string   // this one account
}

// Notice is one thing that people are to be told.
type Notice struct {
	To        To
	Kind      string // what it is about, as preferences sort it: sign, due, late, rung, sentback, check, letter …
	Subject   string // one line
	Text      string // plain text
	Path      string // address of the page on this site, such as /duty/123; may be empty
	About     string // what it is about: duty/123; notices about the same thing stand together in a mailbox
	Basis     string // rule or clause that makes it
	Grade     Grade
	NotBefore time.Time // zero: now
	Key       string    // there is no second notice with this key in this county
}

// Bounds of a notice. A notice points at a page; it is not the page.
const (
	maxSubject = 200 // letters
	maxText    = 16 << 10
	maxWord    = 300 // bytes of every other field
	maxRoles   = 20
)

// Put keeps a notice, to be carried out when its time comes and the transaction is done. It is fresh unless there is one with
// the same key already; then nothing is changed.
func Put(ctx context.Context, tx *db.Tx, county string, n Notice) (fresh bool, err error) {
	if err := n.check(); err != nil {
		return false, err
	}
	if n.Grade == "" {
		n.Grade = Ordinary
	}
	if n.NotBefore.IsZero() {
		n.NotBefore = tx.Now()
	}
	fresh, err = insertNotice(ctx, tx, county, n)
	return fresh, wrap("Put", err)
}

func (n Notice) check() error {
	const op = "Put"
	one := 0
	for _, s := range []string{n.To.Unit, n.To.Post, n.To.Account} {
		if s != "" {
			one++
		}
	}
	switch {
	case one != 1:
		return refuse(Invalid, op, "通知须有且只有一个对象：单位、职务或账号。")
	case len(n.To.Roles) > 0 && n.To.Unit == "" || len(n.To.Roles) > maxRoles:
		return refuse(Invalid, op, "通知的角色须与单位同时填写，且不超过%d个。", maxRoles)
	case n.Key == "" || n.Kind == "":
		return refuse(Invalid, op, "通知须有类别和唯一标识。")
	case n.Subject == "" || utf8.RuneCountInString(n.Subject) > maxSubject || hasControl(n.Subject):
		return refuse(Invalid, op, "通知的标题须为一行，不超过%d字。", maxSubject)
	case len(n.Text) > maxText:
		return refuse(TooLarge, op, "通知的正文过长（上限%d字节）。请写要点，详情放在页面上。", maxText)
	case n.Grade != "" && n.Grade != Ordinary && n.Grade != Urgent:
		return refuse(Invalid, op, "通知的等级只有普通、紧急两种。")
	case n.Path != "" && (!strings.HasPrefix(n.Path, "/") || strings.HasPrefix(n.Path, "//") || strings.ContainsAny(n.Path, "\\ ")):
		return refuse(Invalid, op, "通知所附页面地址须为本站地址，以一个“/”开头。")
	}
	for _, r := range n.To.Roles {
		if r == "" || strings.ContainsFunc(r, unicode.IsSpace) {
			return refuse(Invalid, op, "通知的角色不能为空，也不能含空格。")
		}
	}
	for _, s := range append([]string{n.To.Unit, n.To.Post, n.To.Account, n.Kind, n.Path, n.About, n.Basis, n.Key}, n.To.Roles...) {
		if len(s) > maxWord || hasControl(s) {
			return refuse(Invalid, op, "通知的字段过长或含控制字符：%.20q。", s)
		}
	}
	if !utf8.ValidString(n.Subject) || !utf8.ValidString(n.Text) || strings.ContainsRune(n.Text, 0) {
		return refuse(Invalid, op, "通知的文字不是有效的 UTF-8。")
	}
	return nil
}

// hasControl reports whether a text of one line holds what does not belong in one: line ends would become header lines of a mail.
func hasControl(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl)
}
