package publication

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zhixing/db"
	"zhixing/gazette"
	"zhixing/journal"
)

// Drafts lists drafts in these states (all where none is given), the one changed last first, without their text.
func Drafts(ctx context.Context, tx *db.Tx, county string, by Actor, states ...State) ([]Draft, error) {
	if err := maySee("Drafts", by); err != nil {
		return nil, err
	}
	out, err := listDrafts(ctx, tx, county, states)
	return out, wrap("Drafts", err)
}

// DraftOf is one draft with its text and steps.
func DraftOf(ctx context.Context, tx *db.Tx, county string, by Actor, id int64) (Draft, error) {
	if err := maySee("DraftOf", by); err != nil {
		return Draft{}, err
	}
	d, err := loadDraft(ctx, tx, county, id)
	return d, wrap("DraftOf", err)
}

// Original is the manuscript as it was uploaded, byte for byte.
func Original(ctx context.Context, tx *db.Tx, county string, by Actor, id int64) (Manuscript, error) {
	if err := maySee("Original", by); err != nil {
		return Manuscript{}, err
	}
	m, err := draftRaw(ctx, tx, county, id)
	return m, wrap("Original", err)
}

// DraftFileOf is a file of a draft with its bytes, public or not. n is DraftFile.N.
func DraftFileOf(ctx context.Context, tx *db.Tx, county string, by Actor, id, n int64) (DraftFile, []byte, error) {
	d, err := DraftOf(ctx, tx, county, by, id)
	if err != nil {
		return DraftFile{}, nil, err
	}
	i := slices.IndexFunc(d.Files, func(f DraftFile) bool { return f.N == n })
	if i < 0 {
		return DraftFile{}, nil, refuse(NotFound, "DraftFileOf", "没有这个附件文件，或已经移除。")
	}
	b, err := draftBytes(ctx, tx, d, d.Files[i])
	return d.Files[i], b, wrap("DraftFileOf", err)
}

// newDraft checks a manuscript and reads it once.
func newDraft(now time.Time, county string, by Actor, m Manuscript) (Draft, error) {
	const op = "Upload"
	switch {
	case len(m.Raw) > MaxRaw || len(m.Source) > MaxSource:
		return Draft{}, refuse(TooLarge, op, "稿件过大：文件不超过%d MB，文字不超过%d MB。请分期上传。", MaxRaw>>20, MaxSource>>20)
	case strings.TrimSpace(m.Source) == "":
		return Draft{}, refuse(Invalid, op, "稿件里没有文字。扫描件请先识别成文字再上传。")
	case !utf8.ValidString(m.Source) || strings.ContainsRune(m.Source, 0):
		return Draft{}, refuse(Invalid, op, "稿件的文字编码不对。请另存为 UTF-8 或 GB 18030 编码的文本后再上传。")
	case len(m.Note) > maxNote || len(m.Basis) > maxNote || !writable(m.Note, m.Basis):
		return Draft{}, refuse(Invalid, op, "更正说明和依据各不能超过%d个字，也不能有控制字符。", maxNote/3)
	case m.Corrects != "" && strings.TrimSpace(m.Note) == "":
		return Draft{}, refuse(Invalid, op, "请写明更正说明：改了什么、为什么改。它会与更正后的文件一起公布。")
	}
	issue, err := gazette.Read(m.Source)
	if err != nil {
		return Draft{}, unreadable(op, "稿件读不出来：", err)
	}
	sum := sha256.Sum256(m.Raw)
	name := shorten(strings.Map(printable, strings.ToValidUTF8(m.Filename, "")), 120)
	d := Draft{County: county, State: Drafting, Subject: subject(issue, name), Filename: name, RawSHA256: hex.EncodeToString(sum[:]),
		Author: by.Name, CreatedAt: now, ChangedAt: now, Corrects: m.Corrects, Source: m.Source}
	if m.Corrects != "" {
		d.Subject = "更正：" + d.Subject
	}
	return d, nil
}

// maxDetail is what one step may tell the journal, in bytes of JSON; the journal takes a little more in all.
const maxDetail = 56 << 10

// step records one thing done, in the draft and in the journal, and gives the draft as it is afterwards.
func step(ctx context.Context, tx *db.Tx, op string, d Draft, by Actor, what string, data stepData) (Draft, error) {
	if len(d.Steps) >= MaxSteps {
		return Draft{}, refuse(TooLarge, op, "这份稿件的操作已超过%d步。请作废后重新上传。", MaxSteps)
	}
	s := Step{N: d.Revision + 1, What: what, By: by.Name, At: tx.Now(), Data: data}
	d.Steps = append(slices.Clone(d.Steps), s)
	d.Revision, d.ChangedAt = s.N, s.At
	d.fold()
	if issue, err := d.Reading(); err == nil && d.Corrects == "" {
		d.Subject = subject(issue, d.Filename)
	}
	ok, err := insertStep(ctx, tx, d, s)
	if err != nil && !db.IsDuplicate(err) {
		return Draft{}, wrap(op, err)
	}
	if !ok {
		return Draft{}, overtaken(op)
	}
	detail, err := json.Marshal(data)
	if err != nil {
		return Draft{}, wrap(op, err)
	}
	if len(detail) > maxDetail {
		return Draft{}, refuse(TooLarge, op, "一次改动的内容过长，留痕放不下：最多约%d字。请分几次改，或改好稿件后重新上传。", maxDetail/3)
	}
	_, err = journal.Append(ctx, tx, d.County, journal.Entry{Who: by.Name, What: "draft." + what,
		Subject: fmt.Sprintf("draft/%d", d.ID), Basis: data.Reason + data.Basis, Detail: string(detail)})
	return d, wrap(op, err)
}

// unreadable tells an editor why the reader refuses a manuscript; the reader says so in Chinese, with the line.
func unreadable(op, what string, err error) error {
	return &Error{Invalid, "publication." + op, what + strings.TrimPrefix(err.Error(), "gazette.Read: ") + "。", err}
}

func overtaken(op string) error {
	return refuse(Conflict, op, "这份稿件刚被别人改过。请刷新页面，看过改动后再操作。")
}

// fold works out where the steps have led.
func (d *Draft) fold() {
	undone := map[int64]bool{}
	for _, s := range d.Steps {
		if s.What == stepUndo || s.What == stepDetach {
			undone[s.Data.Undo] = true
		}
	}
	d.State, d.Mends, d.Facts, d.Choices, d.Files, d.SentBack = Drafting, nil, Facts{}, nil, nil, ""
	for _, s := range d.Steps {
		switch {
		case undone[s.N]:
		case s.What == stepUpload:
			d.Note, d.Basis = s.Data.Note, s.Data.Basis
		case s.What == stepMend && s.Data.Mend != nil:
			d.Mends = append(d.Mends, *s.Data.Mend)
		case s.What == stepFacts && s.Data.Facts != nil:
			d.Facts = *s.Data.Facts
		case s.What == stepChoose && s.Data.Choice != nil:
			d.Choices = append(d.Choices, *s.Data.Choice)
		case s.What == stepAttach && s.Data.File != nil:
			f := *s.Data.File
			f.N = s.N
			d.Files = append(d.Files, f)
		case s.What == stepSubmit:
			d.State, d.SentBack = Submitted, ""
		case s.What == stepSendBack:
			d.State, d.SentBack = Drafting, s.Data.Reason
		case s.What == stepPublish:
			d.State, d.PublishedAs = Published, s.Data.As
		case s.What == stepDiscard:
			d.State = Discarded
		}
	}
}

// Undone reports whether the step was taken back later.
func (d Draft) Undone(n int64) bool {
	return slices.ContainsFunc(d.Steps, func(s Step) bool {
		return (s.What == stepUndo || s.What == stepDetach) && s.Data.Undo == n
	})
}

// CanUndo reports whether Undo takes this step.
func (d Draft) CanUndo(n int64) bool {
	return !d.Undone(n) && slices.ContainsFunc(d.Steps, func(s Step) bool {
		return s.N == n && (s.What == stepMend || s.What == stepFacts || s.What == stepChoose)
	})
}

// Hands are those who had a hand in the draft: everybody but whoever sent it back. None of them may publish it.
func (d Draft) Hands() []string {
	var out []string
	for _, s := range d.Steps {
		if s.What != stepSendBack && s.What != stepPublish && !slices.Contains(out, s.By) {
			out = append(out, s.By)
		}
	}
	return out
}

// drafting loads the draft for a change by an editor.
func drafting(ctx context.Context, tx *db.Tx, op string, at At, by Actor) (Draft, error) {
	if err := mayDraft(op, by); err != nil {
		return Draft{}, err
	}
	return inState(ctx, tx, op, at, Drafting)
}

// inState loads the draft and checks that it is still what the caller saw, in a state that allows the change.
func inState(ctx context.Context, tx *db.Tx, op string, at At, states ...State) (Draft, error) {
	d, err := loadDraft(ctx, tx, at.County, at.Draft)
	if err != nil {
		return Draft{}, wrap(op, err)
	}
	if d.Revision != at.Revision {
		return Draft{}, overtaken(op)
	}
	if !slices.Contains(states, d.State) {
		return Draft{}, refuse(WrongState, op, "这份稿件%s，不能这样操作。", d.State.Chinese())
	}
	return d, nil
}

func mayDraft(op string, by Actor) error {
	if by.Name == "" || !by.MayDraft {
		return refuse(NotAllowed, op, "只有编辑可以起草和修改稿件。请用编辑账号登录。")
	}
	return nil
}

func mayPublish(op string, by Actor) error {
	if by.Name == "" || !by.MayPublish {
		return refuse(NotAllowed, op, "只有签发人可以签发、退回、更正和撤回。请用签发账号登录。")
	}
	return nil
}

func maySee(op string, by Actor) error {
	if by.Name == "" || !by.MayDraft && !by.MayPublish {
		return refuse(NotAllowed, op, "稿件尚未公布，只有编辑和签发人可以查看。")
	}
	return nil
}

func wantReason(op, what, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return refuse(Invalid, op, "请写明%s的理由。", what)
	}
	if len(reason) > maxNote || !writable(reason) {
		return refuse(Invalid, op, "理由不能超过%d个字，也不能有控制字符。", maxNote/3)
	}
	return nil
}
