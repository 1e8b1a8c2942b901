// Package sms holds what every wire that carries short messages shares, whatever it is called: telephone numbers, the
// UCS-2 of a Chinese text, the parts of a long one and the one receipt of their many, the parts of a long reply, and
// numbers that a log may hold.
//
//	sms.Parts("暴雨橙色预警：…", 7)   // one part of up to 70 characters, or parts of 67 with a head that joins them
//	sms.Number("+8613800000000")     // "13800000000", true
//	sms.Hide("13800000000")          // "138****0000"
//
// A character here is a UTF-16 code unit, as the bill counts it. It is pure: no network, no clock.
package sms

import (
	"strings"
	"time"
	"unicode/utf16"
)

// What a frame of the air interface carries, in UTF-16 code units.
const (
	OnePart   = 70
	EachPart  = 67
	mostParts = 20 // 1,340 characters; a centre allows 255, a person reads less
)

const headLen = 6 // 05 00 03 reference total number

// Parts cuts a text into what is handed over: big-endian UCS-2, in several parts each behind a head that the receiving
// telephone joins them by. Surrogate pairs stay together. It gives nil for an empty text and for one that is too long.
func Parts(text string, reference byte) [][]byte {
	units := utf16.Encode([]rune(text))
	switch {
	case len(units) == 0:
		return nil
	case len(units) <= OnePart:
		return [][]byte{ucs2(nil, units)}
	}
	var cut [][]uint16
	for len(units) > 0 {
		n := min(EachPart, len(units))
		if n < len(units) && utf16.IsSurrogate(rune(units[n-1])) && utf16.IsSurrogate(rune(units[n])) &&
			utf16.DecodeRune(rune(units[n-1]), rune(units[n])) != '�' {
			n--
		}
		cut = append(cut, units[:n])
		units = units[n:]
	}
	if len(cut) > mostParts {
		return nil
	}
	out := make([][]byte, len(cut))
	for i, u := range cut {
		head := append(make([]byte, 0, headLen+2*len(u)), 5, 0, 3, reference, byte(len(cut)), byte(i+1))
		out[i] = ucs2(head, u)
	}
	return out
}

// Size is how many characters a text has, and in how many parts it goes, each of which is paid for; 0 parts where it is too long to go.
func Size(text string) (characters, parts int) {
	return len(utf16.Encode([]rune(text))), len(Parts(text, 0))
}

func ucs2(dst []byte, units []uint16) []byte {
	for _, u := range units {
		dst = append(dst, byte(u>>8), byte(u))
	}
	return dst
}

// FromUCS2 reads big-endian UCS-2; half a character at the end is left out.
func FromUCS2(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, uint16(b[0])<<8|uint16(b[1]))
	}
	return Clean(string(utf16.Decode(units)))
}

// Clean takes out what no database keeps and no page shows.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}

// Number is a telephone number as this county writes it: digits, without +86 or 0086 before a mobile number. It says
// false for what is none.
func Number(s string) (string, bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "+")
	s = strings.TrimPrefix(s, "00")
	if len(s) == 13 && strings.HasPrefix(s, "861") {
		s = s[2:]
	}
	if len(s) < 3 || len(s) > 20 {
		return "", false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", false
		}
	}
	return s, true
}

// Hide is a number as errors and logs may hold it.
func Hide(number string) string {
	if len(number) < 8 {
		return "****"
	}
	return number[:3] + "****" + number[len(number)-4:]
}

// zone is China's: what centres write has no zone.
var zone = time.FixedZone("", 8*60*60)

// Until is the end of validity as CMPP and SMPP write it, YYMMDDhhmmss, tenths, quarters of an hour from UTC: a centre
// that keeps to it does not wake anybody with a warning that is over. A zero time is "".
func Until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format("060102150405") + "032+"
}

// Minute reads yyMMddHHmm, or with seconds, as receipts have it; the zero time where it is none.
func Minute(s string) time.Time {
	for _, layout := range []string{"0601021504", "060102150405"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t
		}
	}
	return time.Time{}
}
