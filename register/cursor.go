package register

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// A cursor is where a page of a list ends. To whoever carries it it is a word without meaning.

func cursor(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\x1f")))
}

func parseCursor(s string, n int) ([]string, bool) {
	if len(s) > 4096 {
		return nil, false
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, false
	}
	parts := strings.Split(string(b), "\x1f")
	for _, p := range parts {
		if !readable(p) {
			return nil, false
		}
	}
	return parts, len(parts) == n
}

func errCursor(op string) error {
	return refuse(Invalid, op, "翻页标记不对，或与查询条件不符。请从第一页重新开始。")
}

func atoi(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
