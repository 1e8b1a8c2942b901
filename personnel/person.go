package personnel

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"zhixing/db"
	"zhixing/journal"
)

// Person is a natural person. Two may have the same name; the note tells them apart.
type Person struct {
	ID         int64
	Name       string
	Note       string // for namesakes: unit, year of birth
	Account    string // empty where none is bound
	RecordedAt time.Time
	RecordedBy string
}

// maxName bounds a person's name, in characters; names of minorities are long.
const maxName = 30

// AddPerson records a person and gives his number.
func AddPerson(ctx context.Context, tx *db.Tx, county, by, name, note string) (int64, error) {
	const op = "AddPerson"
	name, note = nameOf(name), strings.TrimSpace(note)
	if n := utf8.RuneCountInString(name); n < 2 || n > maxName || !writable(name) {
		return 0, refuse(Invalid, op, "姓名应为2至%d个字。", maxName)
	}
	if !writable(note) {
		return 0, refuse(Invalid, op, "备注不能超过1000个字，也不能有控制字符。")
	}
	id, err := insertPerson(ctx, tx, county, Person{Name: name, Note: note, RecordedAt: tx.Now(), RecordedBy: by})
	if err != nil {
		return 0, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, county, journal.Entry{Who: by, What: "personnel.person", Subject: personSubject(id), Basis: note, Detail: name})
	return id, wrap(op, err)
}

// nameOf is a name as it is kept: printers set 张　三 so that names line up.
func nameOf(s string) string {
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) && !unicode.IsSpace(r) {
			return strings.Join(strings.Fields(s), " ")
		}
	}
	return strings.Join(strings.Fields(s), "")
}

// BindAccount says whose an account is; person 0 says nobody's any more. Whether there is such an account is for the
// caller to know. An account is one person's, and a person has one.
func BindAccount(ctx context.Context, tx *db.Tx, county, by string, person int64, account string) error {
	const op = "BindAccount"
	if account == "" || !writable(account) {
		return refuse(Invalid, op, "请写明账号。")
	}
	owner, err := personOf(ctx, tx, county, account)
	if err != nil {
		return wrap(op, err)
	}
	if owner == person {
		return nil
	}
	if person != 0 {
		who, err := PersonBy(ctx, tx, county, person)
		switch {
		case err != nil:
			return wrap(op, err)
		case owner != 0:
			return refuse(Conflict, op, "账号“%s”已是另一人的。请先解除。", account)
		case who.Account != "":
			return refuse(Conflict, op, "%s已有账号“%s”。请先解除。", who.Name, who.Account)
		}
	}
	if err := insertBinding(ctx, tx, county, by, person, account); err != nil {
		return wrap(op, err)
	}
	subject := person
	detail := "绑定账号" + account
	if person == 0 {
		subject, detail = owner, "解除账号"+account
	}
	_, err = journal.Append(ctx, tx, county, journal.Entry{Who: by, What: "personnel.account", Subject: personSubject(subject), Detail: detail})
	return wrap(op, err)
}

func personSubject(id int64) string { return fmt.Sprintf("person/%d", id) }

func (t Tenure) subject() string { return personSubject(t.Person) }

// detail is what the journal says of a tenure.
func (t Tenure) detail() string {
	s := fmt.Sprintf("任职记录%d第%d版：%s，%s，%s", t.ID, t.Version, t.Name, t.Post.chinese(), t.span())
	if !t.ProbationUntil.IsZero() {
		s += "；试用期至" + t.ProbationUntil.Chinese() + "，" + t.Decision.Chinese()
	}
	if t.Cancelled {
		s += "；更正为无效"
	}
	if t.Reason != "" {
		s += "；" + t.Reason
	}
	return s
}
