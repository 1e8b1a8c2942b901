package works

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"zhixing/audience"
	"zhixing/callup"
	"zhixing/db"
	"zhixing/drill"
)

// Who has no account, as a village head, answers by what he reads too: the message that calls him carries a link of its own. It is signed, is for this
// one call with its code, and answers once.

// LinkPath is below which such links stand.
const LinkPath = "/c/"

// ByLink is how a call was answered that way, on record.
const ByLink = "link"

// linked is a text that asks for an answer with the link by which it can be given.
func (w *Works) linked(ctx context.Context, tx *db.Tx, m callup.Message) (string, error) {
	at, ok := strings.CutPrefix(m.Call, "callup/")
	if w.Site == "" || m.Code == "" || !ok || m.Channel != string(audience.SMS) && m.Channel != string(audience.Mail) {
		return m.Text, nil
	}
	at = strings.ReplaceAll(at, "/", "-")
	seal, err := w.Audience.Seal(ctx, tx, linkText(at, m.Code))
	if err != nil {
		return "", err
	}
	text := drill.Unmarked(m.Text) + "也可以点开应答：" + w.Site + LinkPath + at + "-" + seal + " 。" // a space ends the link
	if m.Drill {
		text = drill.Marked(text)
	}
	return text, nil
}

func linkText(at, code string) string { return "callup-link " + at + " " + code }

// LinkedCall is the call of a link, and whether somebody still waits for its answer. A link that is not one is that of no call.
func (w *Works) LinkedCall(ctx context.Context, tx *db.Tx, link string) (k *callup.Call, r *callup.Round, takes bool, err error) {
	none := &callup.Error{Kind: callup.NotFound, Message: "没有这一项叫应，或者已有新的版次：请点开最新一条信息里的链接，或者照信息回复。"}
	part := strings.Split(link, "-")
	if len(part) != 3 {
		return nil, nil, false, none
	}
	id, err := strconv.ParseInt(part[0], 10, 64)
	n, err2 := strconv.Atoi(part[1])
	if err != nil || err2 != nil || id < 1 || n < 1 {
		return nil, nil, false, none
	}
	k, r, takes, err = w.Callup.Linked(ctx, tx, callup.ID(id), n)
	if callup.KindOf(err) == callup.NotFound {
		return nil, nil, false, none
	}
	if err != nil {
		return nil, nil, false, err
	}
	ok, err := w.Audience.Sealed(ctx, tx, linkText(fmt.Sprintf("%d-%d", id, n), k.Code), part[2])
	switch {
	case err != nil:
		return nil, nil, false, err
	case !ok:
		return nil, nil, false, none
	}
	return k, r, takes, nil
}

// AnswerLink answers the call of a link, once.
func (w *Works) AnswerLink(ctx context.Context, tx *db.Tx, link string, said callup.Said) error {
	k, _, takes, err := w.LinkedCall(ctx, tx, link)
	if err != nil {
		return err
	}
	switch {
	case !takes:
		return &callup.Error{Kind: callup.Conflict, Message: "这一项叫应已结束，不用再应答；险情仍在的，请马上打电话报告。"}
	case !k.Answered.IsZero():
		return &callup.Error{Kind: callup.Conflict, Message: "这一项已经应答过了，链接只能用一次；办好以后请照信息回复，或者打电话。"}
	}
	_, err = w.Callup.Answer(ctx, tx, k.Person, k.Name, k.Round, k.N, ByLink, said)
	return err
}
