package manuscript

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// decodeText reads a plain text: UTF-8, UTF-16, GB 18030 (which holds GB 2312 and GBK) or Big5. What a web page
// declares is believed only of Big5; the rest is seen better from the bytes.
//
// A broken character is kept as U+FFFD where it is one in a thousand or rarer (a copy cut in the middle of a
// character): the reader of gazettes raises a doubt at each of them, so none goes unseen. More than that is refused.
func decodeText(data []byte, declared string) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return checkBroken(string(data[3:]))
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return fromUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return fromUTF16(data[2:], binary.BigEndian)
	}
	hasNUL := bytes.IndexByte(data, 0) >= 0
	if !hasNUL && utf8.Valid(data) && !shortGB(data) {
		return checkBroken(string(data))
	}
	if order := utf16Order(data); order != nil {
		return fromUTF16(data, order)
	}
	if hasNUL {
		return "", refuse("第 %d 行有空字节，不是文本文件：请用 WPS 或 Word 打开，另存为 .docx 或 .txt 后再传", 1+bytes.Count(data[:bytes.IndexByte(data, 0)], []byte("\n")))
	}
	if mostlyUTF8(data) {
		return checkBroken(string(data))
	}
	enc := encoding.Encoding(simplifiedchinese.GB18030)
	if declared == "big5" || declared == "big5-hkscs" || clearlyBig5(data) {
		enc = traditionalchinese.Big5
	}
	text, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return "", because(err, "的文字编码认不出：请用记事本打开，另存为 UTF-8 编码的 .txt 后再传")
	}
	return checkBroken(string(text))
}

// checkBroken refuses a text with more than one broken character in a thousand.
func checkBroken(text string) (string, error) {
	bad, all, first := 0, 0, -1
	for i, r := range text {
		all++
		if r == utf8.RuneError {
			if bad++; first < 0 {
				first = i
			}
		}
	}
	if bad*1000 > all {
		line := 1 + strings.Count(text[:first], "\n")
		return "", refuse("第 %d 行起有 %d 处乱码，文字编码认不出或文件已损坏：请用记事本打开，看得到正常文字时另存为 UTF-8 编码的 .txt，看不到时请向来稿单位重新要一份", line, bad)
	}
	return strings.ToValidUTF8(text, "\uFFFD"), nil
}

func fromUTF16(data []byte, order binary.ByteOrder) (string, error) {
	var b strings.Builder
	b.Grow(len(data) * 3 / 2)
	at := func(i int) rune { return rune(order.Uint16(data[i:])) }
	for i := 0; i+1 < len(data); i += 2 {
		r := at(i)
		if utf16.IsSurrogate(r) {
			next := rune(0)
			if i+3 < len(data) {
				next = at(i + 2)
			}
			if r = utf16.DecodeRune(r, next); r != utf8.RuneError {
				i += 2
			}
		}
		b.WriteRune(r)
	}
	if len(data)%2 == 1 {
		b.WriteRune(utf8.RuneError)
	}
	return checkBroken(b.String())
}

const guessed = 64 << 10 // bytes from which an encoding is guessed; even

// utf16Order guesses UTF-16 without a mark: read the right way round nearly all of it is Chinese or ASCII.
func utf16Order(data []byte) binary.ByteOrder {
	part := data[:min(len(data), guessed)&^1]
	if len(part) < 4 {
		return nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		likely, common, all := 0, 0, 0
		for i := 0; i < len(part); i += 2 {
			r := rune(order.Uint16(part[i:]))
			all++
			switch {
			case strings.ContainsRune(commonRunes, r), r == '\n', r == ' ':
				common++
				likely++
			case r >= 0x20 && r < 0x7f, r == '\t', r == '\r', r == '\f', r >= 0x4e00 && r <= 0x9fff, r >= 0x3000 && r <= 0x303f, r >= 0xff01 && r <= 0xff5e, r >= 0x2010 && r <= 0x203b:
				likely++
			}
		}
		if likely*100 >= all*95 && common > 0 {
			return order
		}
	}
	return nil
}

// mostlyUTF8 tells a damaged UTF-8 text, where Chinese characters far outnumber stray bytes, from other encodings.
func mostlyUTF8(data []byte) bool {
	chinese, stray := 0, 0
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && n == 1:
			stray++
		case n > 2:
			chinese++
		}
		data = data[n:]
	}
	return chinese > 10*stray
}

// shortGB reports text like 通知, whose bytes in GB 18030 happen to be valid UTF-8: it has characters of two bytes,
// none of three as Chinese has in UTF-8, and is Chinese when read as GB 18030.
func shortGB(data []byte) bool {
	pairs := 0
	for part := data; len(part) > 0; {
		_, n := utf8.DecodeRune(part)
		switch n {
		case 1:
		case 2:
			pairs++
		default:
			return false
		}
		part = part[n:]
	}
	if pairs == 0 {
		return false
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	return err == nil && !bytes.ContainsRune(text, utf8.RuneError) && bytes.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// commonRunes are what any Chinese text is full of, in both scripts.
const commonRunes = "，。、：；（）的一二三四五六七八九十年月日在和是不有人中大上下府市政"

// clearlyBig5 compares what the two readings make of the beginning. Nearly every Big5 text is valid GB 18030 too, so
// only the sense of it tells.
func clearlyBig5(data []byte) bool {
	part := data[:min(len(data), guessed)]
	score := func(enc encoding.Encoding) (common, bad int) {
		text, _ := enc.NewDecoder().Bytes(part)
		for _, r := range string(text) {
			switch {
			case r == utf8.RuneError:
				bad++
			case r >= 0x80 && strings.ContainsRune(commonRunes, r):
				common++
			}
		}
		return common, bad
	}
	big5, bad := score(traditionalchinese.Big5)
	gb, _ := score(simplifiedchinese.GB18030)
	return bad <= 1 && big5 >= 5 && big5 > 4*gb
}
