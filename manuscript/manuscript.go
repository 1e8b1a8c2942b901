// Package manuscript turns a file as it comes from the printer (稿件) into text: bytes of any kind a county office
// hands in, UTF-8 out, one paragraph a line. What the file is, is seen from its content and not from its name.
//
//	text, err := manuscript.Decode("第3期.txt", data)
//
// The text ends its lines with \n, keeps page breaks (\f) where the file has them, has no other control characters,
// no invisible ones, and is valid UTF-8. Either all of the text comes back or an error, never a part. An error is a
// sentence in Chinese for the clerk: which file, where, what is wrong and what to do; errors.Unwrap gives the cause
// for the operator's log.
package manuscript

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of one manuscript. Time and memory are linear in them.
const (
	MaxFile = 64 << 20 // bytes of the file
	MaxText = 64 << 20 // bytes of its text in UTF-8: more than that the reader of gazettes does not take
)

// refusal is why a file is not read, said for the clerk.
type refusal struct {
	file, why string
	err       error
}

func (r *refusal) Error() string {
	if r.file == "" {
		return "这个文件" + r.why
	}
	return "《" + r.file + "》" + r.why
}

func (r *refusal) Unwrap() error { return r.err }

// refuse makes a refusal without a file; Decode adds the file.
func refuse(format string, args ...any) error {
	return &refusal{why: fmt.Sprintf(format, args...)}
}

// because is refuse with its cause.
func because(err error, format string, args ...any) error {
	return &refusal{why: fmt.Sprintf(format, args...), err: err}
}

// Decode reads the text of a file. The name is for messages, and its ending for what the content leaves open.
func Decode(name string, data []byte) (string, error) {
	text, err := decode(strings.ToLower(ending(name)), data)
	if err == nil {
		text, err = finish(text)
	}
	if err != nil {
		why, ok := err.(*refusal)
		if !ok {
			why = &refusal{why: "没有读成：" + err.Error(), err: err}
		}
		return "", &refusal{shortName(name), why.why, why.err}
	}
	return text, nil
}

// finish looks the text over once more, whatever it came from.
func finish(text string) (string, error) {
	text = tidy(text)
	if strings.TrimSpace(text) == "" {
		return "", refuse("只有空白，没有文字：请检查是否选错了文件")
	}
	if len(text) > MaxText {
		return "", errTooLong
	}
	if i := strings.IndexFunc(text, control); i >= 0 {
		return "", refuse("第 %d 行有控制字符 0x%02X，不是正常的文字：请用 WPS 或 Word 打开，另存为 .docx 或 .txt 后再传", 1+strings.Count(text[:i], "\n"), text[i])
	}
	return text, nil
}

// control reports characters that no text is written with.
func control(r rune) bool { return r < 0x20 && r != '\n' && r != '\t' && r != '\f' || r == 0x7f }

// ending is what stands behind the last dot of a file's name, without the dot.
func ending(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i+1:]
	}
	return ""
}

// shortName is a file's name as it goes into a message: no folders, no control characters, not endless.
func shortName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == utf8.RuneError || invisible(r) {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 80 {
		name = string(r[:60]) + "…" + string(r[len(r)-16:])
	}
	return name
}
