package personnel

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/publication"
)

// QuestionID numbers the questions of a county.
type QuestionID int64

// QuestionKind says what nobody could tell.
type QuestionKind string

// The kinds of question.
const (
	UnknownName QuestionKind = "unknown-name" // no unit is called so
	UnknownPost QuestionKind = "unknown-post" // the unit has no such post
	Occupied    QuestionKind = "occupied"     // somebody is appointed to a single post that another holds
	NoHolder    QuestionKind = "no-holder"    // somebody is removed from a post that he is not known to hold
	Namesakes   QuestionKind = "namesakes"    // several persons have the name
	Unfounded   QuestionKind = "unfounded"    // the notice on which tenures rest was withdrawn or corrected
	NoDay       QuestionKind = "no-day"       // the notice does not say from when it holds
)

// Question is something that the county office is asked once.
type Question struct {
	ID      QuestionID
	Kind    QuestionKind
	Name    string          // the name as printed, or the move: 示例甲任县某局局长
	Doc     publication.Key // where it stands
	Clause  string
	Context string // the sentence around it
	AskedAt time.Time
	Answer  *Answer // nil while it is open
}

var questionChinese = map[QuestionKind]string{
	UnknownName: "未识别名称", UnknownPost: "未列出的职务", Occupied: "职务已有人", NoHolder: "查无此人", Namesakes: "同名人员",
	Unfounded: "依据已撤回或更正", NoDay: "未写明日期",
}

// Chinese is what the pages call the kind.
func (k QuestionKind) Chinese() string { return questionChinese[k] }

func (q Question) subject() string { return fmt.Sprintf("question/%d", q.ID) }

// Ask asks the county office. A question of the same kind and name in the same document is asked once: Ask then gives
// the one that is there, with its answer.
func Ask(ctx context.Context, tx *db.Tx, county string, q Question) (Question, error) {
	const op = "Ask"
	q.Name = strings.TrimSpace(q.Name)
	if questionChinese[q.Kind] == "" || q.Name == "" || !writable(q.Name, string(q.Doc), q.Clause) || !writable(clip(q.Context)) {
		return Question{}, refuse(Invalid, op, "这个问题没有写明要问什么，或文字太长。")
	}
	q.Context = clip(q.Context)
	if old, ok, err := questionLike(ctx, tx, county, q); err != nil || ok {
		return old, wrap(op, err)
	}
	q, err := insertQuestion(ctx, tx, county, q)
	if err != nil {
		return Question{}, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, county, journal.Entry{Who: "system", What: "personnel.ask", Subject: q.subject(),
		Basis: basis(q.Doc, q.Clause), Detail: q.Kind.Chinese() + "：" + q.Name})
	return q, wrap(op, err)
}

// clip keeps the beginning of a sentence that is too long to keep.
func clip(s string) string {
	const most = 500
	r := []rune(strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")))
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(r)
}

// basis is how a document and its clause stand in the journal.
func basis(doc publication.Key, clause string) string {
	return strings.TrimSpace(string(doc) + " " + clause)
}
