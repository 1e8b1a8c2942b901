package warning

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zhixing/ledger"
)

// refuse is an error for the person at the screen. It is the ledger's, so that pages know it already.
func refuse(kind ledger.Kind, op, format string, args ...any) error {
	return &ledger.Error{Kind: kind, Op: "warning." + op, Message: fmt.Sprintf(format, args...)}
}

// wrong is a refusal of one field of a form.
func wrong(op, field, format string, args ...any) error {
	return &ledger.Error{Kind: ledger.Invalid, Op: "warning." + op, Field: field, Message: fmt.Sprintf(format, args...)}
}

// wrap names the operation to the operator.
func wrap(op string, err error) error {
	var e *ledger.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("warning.%s: %w", op, err)
}

// checkWords refuses a text that is missing, too long or no text.
func checkWords(op, field, name, s string, most int, needed bool) error {
	switch {
	case needed && strings.TrimSpace(s) == "":
		return wrong(op, field, "请填写%s。", name)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, control):
		return wrong(op, field, "%s里有无法识别的字符，请重新输入。", name)
	case utf8.RuneCountInString(s) > most:
		return wrong(op, field, "%s最多 %d 字，现有 %d 字，请删减。", name, most, utf8.RuneCountInString(s))
	}
	return nil
}

// control is what neither XML nor a telephone can carry.
func control(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF }

// refused reports whether an error is a refusal with a sentence: trying again changes nothing.
func refused(err error) bool { return ledger.KindOf(err) != 0 }
