package emergency

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zhixing/ledger"
)

// refuse is an error for the person at the screen. It is the ledger's, so that pages know it already.
func refuse(kind ledger.Kind, op, format string, args ...any) error {
	return &ledger.Error{Kind: kind, Op: "emergency." + op, Message: fmt.Sprintf(format, args...)}
}

// wrong is a refusal of one field of a form.
func wrong(op, field, format string, args ...any) error {
	return &ledger.Error{Kind: ledger.Invalid, Op: "emergency." + op, Field: field, Message: fmt.Sprintf(format, args...)}
}

// wrap names the operation to the operator.
func wrap(op string, err error) error {
	var e *ledger.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("emergency.%s: %w", op, err)
}

// checkWords refuses a text that is missing, too long or no text.
func checkWords(op, field, name, s string, most int, needed bool) error {
	switch {
	case needed && strings.TrimSpace(s) == "":
		return wrong(op, field, "请填写%s。", name)
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return wrong(op, field, "%s里有无法识别的字符，请重新输入。", name)
	case utf8.RuneCountInString(s) > most:
		return wrong(op, field, "%s最多 %d 字，现有 %d 字，请删减。", name, most, utf8.RuneCountInString(s))
	}
	return nil
}
