package audience

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

// Deed is what a citizen asks for.
type Deed string

// The deeds. A clerk's import and the end of a list's time leave no proof but that of erasing.
const (
	Join     Deed = "join"     // to be told
	Withdraw Deed = "withdraw" // his consent
	Erase    Deed = "erase"    // whatever is kept of him
)

// Chinese is what pages call the deed.
func (d Deed) Chinese() string {
	return map[Deed]string{Join: "订阅", Withdraw: "退订", Erase: "删除"}[d]
}

// Request is what a citizen asks for. Place, wishes and words are for Join.
type Request struct {
	Deed    Deed
	Address Address // SMS or mail
	Place   Place
	At      *XY
	Roles   []string // such as 樱桃种植户
	Wants   []Want
	Quiet   Quiet
	Words   string // what he was shown and agreed to, by its edition: 预警订阅须知（2023年版）
	How     string // 网页, 窗口
}

// Code is what shows that an address is his who asked: the digits go to the address, the rest stays with the page.
type Code struct {
	ID     string
	Digits string
	Until  time.Time
}

// The bounds of codes: whoever asks in somebody else's name sends him no more than a few messages.
const (
	codeLasts  = 10 * time.Minute
	codeTries  = 5
	codeHourly = 3   // to one address in an hour
	codeDaily  = 8   // in a day
	codeCounty = 600 // to anybody, in an hour
)

// Ask takes a request down and gives the code that the caller sends to the address. Whether the address is known is not told.
func (a *Audience) Ask(ctx context.Context, tx *db.Tx, q Request) (Code, error) {
	const op = "Ask"
	if q.Deed.Chinese() == "" {
		return Code{}, refuse(Invalid, op, "只能订阅、退订或删除。")
	}
	if q.Address.Channel != SMS && q.Address.Channel != Mail {
		return Code{}, refuse(Invalid, op, "请填写手机号或邮箱。")
	}
	if why := q.Address.tidy(); why != "" {
		return Code{}, refuse(Invalid, op, "%s", why)
	}
	if len(q.How) > 60 || len(q.Words) > 300 || !readable(q.How+q.Words) {
		return Code{}, refuse(Invalid, op, "提交的内容太长。")
	}
	if q.Deed == Join {
		if q.Words == "" {
			return Code{}, refuse(Invalid, op, "请先阅读并同意订阅须知。")
		}
		r := q.recipient()
		if why := a.tidy(&r); why != "" {
			return Code{}, refuse(Invalid, op, "%s", why)
		}
		if r.Place == (Place{}) && len(r.Wants) == 0 {
			return Code{}, refuse(Invalid, op, "请选择所在的乡镇和村，或要订阅的地方。")
		}
	}
	if err := a.mayAsk(ctx, tx, q.Address.To); err != nil {
		return Code{}, wrap(op, err)
	}
	h, err := loadHead(ctx, tx, a.County)
	if err != nil {
		return Code{}, wrap(op, err)
	}
	code, err := newCode(tx.Now())
	if err != nil {
		return Code{}, wrap(op, err)
	}
	return code, wrap(op, insertCode(ctx, tx, a.County, code, q, keyed(h.secret, code.ID+code.Digits)))
}

// recipient is what a Join makes.
func (q Request) recipient() Recipient {
	return Recipient{Source: SourceSelf, Key: keyBy(q.Address), Kind: Person, Place: q.Place, At: q.At,
		Roles: q.Roles, Wants: q.Wants, Quiet: q.Quiet, Addresses: []Address{q.Address}}
}

func (a *Audience) mayAsk(ctx context.Context, tx *db.Tx, to string) error {
	hour, err := codesSince(ctx, tx, a.County, to, tx.Now().Add(-time.Hour))
	if err != nil {
		return err
	}
	today, err := codesSince(ctx, tx, a.County, to, tx.Now().Add(-24*time.Hour))
	if err != nil {
		return err
	}
	all, err := codesSince(ctx, tx, a.County, "", tx.Now().Add(-time.Hour))
	switch {
	case err != nil:
		return err
	case hour >= codeHourly:
		return refuse(TooMany, "Ask", "验证码发得太多，请一小时后再试。")
	case today >= codeDaily:
		return refuse(TooMany, "Ask", "今天验证码发得太多，请明天再试。")
	case all >= codeCounty:
		return refuse(TooMany, "Ask", "现在订阅的人太多，请稍后再试。")
	}
	return nil
}

func newCode(now time.Time) (Code, error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return Code{}, err
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return Code{}, err
	}
	return Code{hex.EncodeToString(id), fmt.Sprintf("%06d", n), now.Add(codeLasts)}, nil
}

// Seal signs a text with the county's secret, in as few letters as a message has room for.
func (a *Audience) Seal(ctx context.Context, tx *db.Tx, text string) (string, error) {
	h, err := loadHead(ctx, tx, a.County)
	if err != nil {
		return "", wrap("Seal", err)
	}
	return keyed(h.secret, text)[:sealLen], nil
}

// Sealed reports whether a seal is that of a text.
func (a *Audience) Sealed(ctx context.Context, tx *db.Tx, text, seal string) (bool, error) {
	h, ok, err := headIfAny(ctx, tx, a.County)
	if err != nil || !ok || len(seal) != sealLen {
		return false, wrap("Sealed", err)
	}
	return hmac.Equal([]byte(keyed(h.secret, text)[:sealLen]), []byte(seal)), nil
}

const sealLen = 24 // of 4 bits each

// keyed is what is kept of a secret or an address: whoever has only the record of proofs cannot try numbers out.
func keyed(secret []byte, text string) string {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// Result is what came of a code.
type Result struct {
	Done bool
	Deed Deed
	Left int    // tries that are left, where the digits were wrong
	More []Held // after Erase: what else knows the address
}

// Held is a list that still has an address after it was erased as far as it may be: that of a firm or a post, or of a register, in
// which it must be changed.
type Held struct {
	ID     ID
	Source string
	Kind   Kind
}

// Confirm does what was asked for, if the digits are right. Wrong digits are no error: the try must stay counted.
func (a *Audience) Confirm(ctx context.Context, tx *db.Tx, id, digits string) (Result, error) {
	const op = "Confirm"
	c, ok, err := readCode(ctx, tx, a.County, id)
	if err != nil {
		return Result{}, wrap(op, err)
	}
	if !ok || !tx.Now().Before(c.until) || c.tries >= codeTries {
		return Result{}, refuse(NotFound, op, "验证码已失效，请重新获取。")
	}
	h, err := loadHead(ctx, tx, a.County)
	if err != nil {
		return Result{}, wrap(op, err)
	}
	if !hmac.Equal([]byte(keyed(h.secret, id+strings.TrimSpace(digits))), []byte(c.digits)) {
		return Result{Deed: c.deed, Left: codeTries - c.tries - 1}, wrap(op, countTry(ctx, tx, a.County, id))
	}
	var q Request
	if err := json.Unmarshal([]byte(c.body), &q); err != nil {
		return Result{}, wrap(op, err)
	}
	if err := dropCode(ctx, tx, a.County, id); err != nil {
		return Result{}, wrap(op, err)
	}
	out := Result{Done: true, Deed: q.Deed}
	switch q.Deed {
	case Join:
		err = a.join(ctx, tx, h.secret, q)
	case Withdraw:
		_, err = a.WithdrawFrom(ctx, tx, q.Address.To, q.How)
	case Erase:
		out.More, err = a.EraseAll(ctx, tx, Actor{Account: "public", Keeps: true}, q.Address.To, q.How)
	}
	return out, wrap(op, err)
}

func (a *Audience) join(ctx context.Context, tx *db.Tx, secret []byte, q Request) error {
	r := q.recipient()
	r.Consent = Consent{Given: tx.Now(), How: q.How}
	if why := a.tidy(&r); why != "" {
		return refuse(Invalid, "Confirm", "%s", why)
	}
	have, err := byKeys(ctx, tx, a.County, SourceSelf, []string{r.Key})
	if err != nil {
		return err
	}
	w, err := a.begin(ctx, tx, 0)
	if err != nil {
		return err
	}
	if _, err := w.put(&r, have[r.Key]); err != nil {
		return err
	}
	if err := w.end(); err != nil {
		return err
	}
	if err := insertProof(ctx, tx, a.County, Join, keyed(secret, q.Address.To), q.How, q.Words); err != nil {
		return err
	}
	return a.citizenEntry(ctx, tx, "public", "audience.join", r.ID, q.How)
}

func (a *Audience) citizenEntry(ctx context.Context, tx *db.Tx, who, what string, id ID, how string) error {
	_, err := journal.Append(ctx, tx, a.County, journal.Entry{Who: who, What: what, Subject: fmt.Sprintf("audience/%d", id), Basis: how})
	return err
}
