package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"rsc.io/qr"

	"zhixing/db"
)

// Enrolment is what a person needs to put the second factor on the phone.
type Enrolment struct {
	Secret string // base32 in groups of four, for typing in
	URI    string // otpauth://totp/…, for a link on the phone itself
	QR     string // the same as an <svg> element, in black on white
}

// Enrolment prepares a second factor for the session's user. Asked again before it is confirmed, it gives the
// same secret, so that a page that is loaded twice does not spoil what was scanned. It has no effect until Enrol.
func (a *Accounts) Enrolment(ctx context.Context, s *Session) (Enrolment, error) {
	if s.Stage != NeedsEnrolment && s.Stage != Ready {
		return Enrolment{}, &Refusal{Kind: Conflict, Message: "请先完成前面的步骤。"}
	}
	var secret []byte
	err := a.write(ctx, "Enrolment", func(tx *db.Tx) error {
		rec, err := a.load(ctx, tx, s.User.Name)
		if err != nil {
			return err
		}
		if secret = rec.pending; len(secret) > 0 {
			return nil
		}
		secret = newSecret()
		return a.setPending(ctx, tx, s.User.Name, secret)
	})
	if err != nil {
		return Enrolment{}, err
	}
	e := Enrolment{URI: otpauth(a.opts.Issuer, s.User.Name, secret)}
	text := b32.EncodeToString(secret)
	for len(text) > 4 {
		e.Secret += text[:4] + " "
		text = text[4:]
	}
	e.Secret += text
	e.QR, err = qrSVG(e.URI)
	return e, wrap("Enrolment", err)
}

// Enrol sets the prepared second factor once the phone shows the right code, and returns ten recovery codes, to be
// shown this once. Where a second factor is set already, current must be a code of the old one or a recovery code.
func (a *Accounts) Enrol(ctx context.Context, s *Session, code, current string) ([]string, Token, *Session, error) {
	if s.Stage != NeedsEnrolment && s.Stage != Ready {
		return nil, "", nil, &Refusal{Kind: Conflict, Message: "请先完成前面的步骤。"}
	}
	if s.User.SecondFactor {
		if err := a.spendCode(ctx, s, current); err != nil {
			return nil, "", nil, wrap("Enrol", onField(err, "current"))
		}
	}
	codes := newRecoveryCodes()
	var t Token
	var next *Session
	err := a.write(ctx, "Enrol", func(tx *db.Tx) error {
		rec, err := a.load(ctx, tx, s.User.Name)
		if err != nil {
			return err
		}
		at, ok := matchCode(rec.pending, code, a.codeTime(tx), 0)
		if !ok {
			return &Refusal{Kind: Invalid, Field: "code", Message: "验证码不对。请确认手机时间准确，再输入当前的六位数字。"}
		}
		if err := a.setSecondFactor(ctx, tx, rec.Name, rec.pending, at); err != nil {
			return err
		}
		if err := a.replaceRecovery(ctx, tx, rec.Name, codes); err != nil {
			return err
		}
		if err := a.deleteSessions(ctx, tx, rec.Name, s.ID); err != nil {
			return err
		}
		if err := a.note(ctx, tx, own(s), deedEnrol, rec.Name, ""); err != nil {
			return err
		}
		t, next, err = a.rotate(ctx, tx, s, true)
		return err
	})
	if err != nil {
		return nil, "", nil, err
	}
	return codes, t, next, nil
}

// RecoveryLeft is how many recovery codes of the user are unused.
func (a *Accounts) RecoveryLeft(ctx context.Context, s *Session) (n int, err error) {
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		n, err = a.countRecovery(ctx, tx, s.User.Name)
		return err
	})
	return n, wrap("RecoveryLeft", err)
}

// DemoCode is the current code of a demonstration account, for `zhixing user code NAME`: the next one where the
// current one is used. ErrForbidden for every account of a county at work.
func (a *Accounts) DemoCode(ctx context.Context, name string) (string, error) {
	var code string
	err := a.db.Read(ctx, func(tx *db.Tx) error {
		n, err := Canonical(name)
		if err != nil {
			return err
		}
		rec, err := a.load(ctx, tx, n)
		if err != nil {
			return err
		}
		if !rec.Demo || !a.opts.Demo {
			return &Refusal{Kind: Forbidden, Message: "只有演示账号的验证码可以这样查看。"}
		}
		if !rec.SecondFactor {
			return &Refusal{Kind: Conflict, Message: "这个演示账号不需要验证码。"}
		}
		now := step(a.codeTime(tx))
		code = hotp(rec.secret, min(max(now, rec.step+1), now+drift), digits)
		return nil
	})
	return code, wrap("DemoCode", err)
}

func recoveryHash(n Name, code string) string {
	sum := sha256.Sum256([]byte(string(n) + "\x00" + strings.ReplaceAll(code, "-", "")))
	return hex.EncodeToString(sum[:])
}

// qrSVG draws text as a QR code, one unit a module, four modules of margin.
func qrSVG(text string) (string, error) {
	c, err := qr.Encode(text, qr.L)
	if err != nil {
		return "", fmt.Errorf("QR code: %w", err)
	}
	const margin = 4
	n := c.Size + 2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="二次验证的二维码" shape-rendering="crispEdges"><rect width="%d" height="%d" fill="#fff"/><path d="`,
		n, n, 4*n, 4*n, n, n)
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			if !c.Black(x, y) {
				continue
			}
			run := 1
			for x+run < c.Size && c.Black(x+run, y) {
				run++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+margin, y+margin, run, run)
			x += run
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}

// onField moves a refusal to another field of the form.
func onField(err error, field string) error {
	if r, ok := err.(*Refusal); ok && r.Field != "" {
		moved := *r
		moved.Field = field
		return &moved
	}
	return err
}
