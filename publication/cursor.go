package publication

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// A cursor is where a page of a list ends, and a mark of what the list was asked for, so that it leads on in its own
// list only. To whoever carries it it is a word without meaning.

// mark is a short form of what a list is asked for.
func mark(asked ...any) string {
	h := fnv.New32a()
	fmt.Fprintf(h, "%q", asked)
	return strconv.FormatUint(uint64(h.Sum32()), 36)
}

func cursor(mark string, at ...int64) string {
	words := []string{mark}
	for _, n := range at {
		words = append(words, strconv.FormatInt(n, 10))
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(words, ".")))
}

// parseCursor gives the n numbers of a cursor; nil for the empty one, which asks for the first page.
func parseCursor(text string, n int, mark string) ([]int64, error) {
	if text == "" {
		return nil, nil
	}
	bad := refuse(Invalid, "List", "翻页标记不对，或与查询条件不符。请从第一页重新开始。")
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > 100 {
		return nil, bad
	}
	words := strings.Split(string(b), ".")
	if len(words) != n+1 || words[0] != mark {
		return nil, bad
	}
	var at []int64
	for _, w := range words[1:] {
		v, err := strconv.ParseInt(w, 10, 64)
		if err != nil || v < 1 {
			return nil, bad
		}
		at = append(at, v)
	}
	return at, nil
}
