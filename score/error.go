package score

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zhixing/ledger"
)

// refuse is an error for the person at the screen. It is the ledger's, so that pages know it already.
func refuse(kind ledger.Kind, op, format string, args ...any) error {
	return &ledger.Error{Kind: kind, Op: "score." + op, Message: fmt.Sprintf(format, args...)}
}

// wrap names the operation to the operator.
func wrap(op string, err error) error {
	var e *ledger.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("score.%s: %w", op, err)
}

// maxWords bounds, in bytes, what a person writes into one field.
const maxWords = 6000

// checkReason refuses a reason that is missing, too long or no text.
func checkReason(op, name, s string) error {
	message := ""
	switch {
	case strings.TrimSpace(s) == "":
		message = "请填写" + name + "。"
	case len(s) > maxWords:
		message = fmt.Sprintf("%s最多 2000 字，现有 %d 字，请删减。", name, utf8.RuneCountInString(s))
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		message = name + "里有无法识别的字符，请重新输入。"
	default:
		return nil
	}
	return &ledger.Error{Kind: ledger.Invalid, Op: "score." + op, Field: "reason", Message: message}
}
