// Package search finds documents by their Chinese text, inside the database and without a second server.
//
// A word is found where its letters stand in the title or the text, one after the other, as a person looking with
// his eyes would find it: 水质 is found in 地表水质量. Upper and lower case, full and half width are the same; spaces
// and brackets do not count, so 县政办发〔2023〕7号 is found however its brackets are typed; any other mark of
// punctuation equals any other. A word may be a single letter. Several words must all be found; a phrase in “” 「」 or
// "" may hold spaces.
//
//	err := d.Write(ctx, func(tx *db.Tx) error {
//		return search.Put(ctx, tx, search.Entry{County: "100000", Key: "2023/7", Version: 1, Title: "关于…的通知", Body: text})
//	})
//	err = d.Read(ctx, func(tx *db.Tx) error {
//		found, err = search.Find(ctx, tx, search.Query{County: "100000", Text: "水源地 保护", Limit: 20})
//		return err
//	})
//
// The most relevant come first: all words in the title; some word in the title; every word often in the text; the
// rest. Among equals the newest comes first. What is asked too widely is refused with a *TooWide that says what is
// allowed, and never cut off in silence.
package search

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"zhixing/calendar"
)

// Entry is a document as it can be found. A county has one for each key.
type Entry struct {
	County   string
	Key      string // the document's own, such as its address
	Version  int64
	Title    string   // at most MaxTitle bytes
	Body     string   // everything public, a paragraph a line; at most MaxBody bytes
	Kind     string   // 通知, 办法 …
	Issuer   string   // 发文机关
	Units    []string // that it mentions, by their full names
	SignedOn calendar.Date
}

// What an entry may have, in bytes.
const (
	MaxTitle = 16 << 10
	MaxBody  = 16 << 20
)

// Sort is the order of what is found.
type Sort string

// The orders. Without a text to look for, both are the same.
const (
	ByRelevance Sort = "" // best first, then newest
	ByDate      Sort = "date"
)

// Query asks for entries of a county that fit everything that it gives.
type Query struct {
	County   string
	Text     string // words and "phrases", at most MaxText characters
	Unit     string // that is mentioned
	Kind     string
	Issuer   string
	From, To calendar.Date // signed between these days, both included
	Sort     Sort
	Limit    int    // 1 to MaxLimit
	After    string // Results.Next of the page before
}

// What a query may ask for.
const (
	MaxText  = 200 // characters
	MaxWords = 20
	MaxLimit = 100
)

// Results are a page of what was found.
type Results struct {
	Total int // all hits, on all pages
	Hits  []Hit
	Next  string // Query.After for the next page; empty on the last
}

// Hit is a document that was found.
type Hit struct {
	Key      string
	Version  int64
	Kind     string
	Issuer   string
	SignedOn calendar.Date
	Rank     Rank
	Title    Marked
	Snippet  Marked // of the text, some 120 characters around the words, with … where it is cut
}

// Rank says why a hit stands where it stands.
type Rank int

// The ranks, from the last to the first.
const (
	Mentioned Rank = iota
	Often          // every word comes at least oftenTimes times
	PartTitle      // some word stands in the title
	InTitle        // every word stands in the title
)

// TooWide is the refusal of a query; Error says in Chinese, for whoever asked, what is allowed.
type TooWide struct {
	Field   string // the field of Query
	Message string
}

func (t *TooWide) Error() string { return t.Message }

func refuse(field, format string, args ...any) error {
	return &TooWide{field, fmt.Sprintf(format, args...)}
}

// Check refuses what Find would refuse.
func (q Query) Check() error {
	_, _, err := q.parse()
	return err
}

// parse checks a query and gives its words and its cursor.
func (q Query) parse() (words []string, after *cursor, err error) {
	if n := utf8.RuneCountInString(q.Text); n > MaxText {
		return nil, nil, refuse("Text", "检索词有%d个字，最多%d个字。", n, MaxText)
	}
	words = Words(q.Text)
	switch {
	case len(words) > MaxWords:
		return nil, nil, refuse("Text", "检索词有%d个，最多%d个；整句请加引号。", len(words), MaxWords)
	case len(words) == 0 && strings.TrimSpace(q.Text) != "":
		return nil, nil, refuse("Text", "检索词里没有文字或数字。")
	case len(words) == 0 && q.Unit == "" && q.Kind == "" && q.Issuer == "" && q.From.IsZero() && q.To.IsZero():
		return nil, nil, refuse("Text", "请至少给出检索词、单位、文种、发文机关、日期之一。")
	case q.Limit < 1 || q.Limit > MaxLimit:
		return nil, nil, refuse("Limit", "每页条数是%d，可以是1到%d；更多请翻页，或下载全部数据。", q.Limit, MaxLimit)
	case !q.From.IsZero() && !q.To.IsZero() && q.To.Before(q.From):
		return nil, nil, refuse("To", "日期从%s到%s：止日不能早于起日。", q.From, q.To)
	case q.Sort != ByRelevance && q.Sort != ByDate:
		return nil, nil, refuse("Sort", "排序方式可以是相关或日期（date）。")
	}
	if q.After != "" {
		c, ok := parseCursor(q.After)
		if !ok {
			return nil, nil, refuse("After", "翻页记号不对，请从第一页重新检索。")
		}
		after = &c
	}
	return words, after, nil
}

// cursor is the last hit of a page: what follows it in the order of the query is on the next.
type cursor struct {
	rank Rank
	day  string
	key  string
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("%d %s %s", c.rank, c.day, c.key)))
}

func parseCursor(s string) (c cursor, ok bool) {
	if len(s) > 4096 {
		return c, false
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || !utf8.Valid(b) || strings.ContainsRune(string(b), 0) {
		return c, false
	}
	rank, rest, ok1 := strings.Cut(string(b), " ")
	day, key, ok2 := strings.Cut(rest, " ")
	n, err := strconv.Atoi(rank)
	if _, bad := calendar.ParseDate(day); !ok1 || !ok2 || err != nil || bad != nil {
		return c, false
	}
	return cursor{Rank(n), day, key}, true
}
