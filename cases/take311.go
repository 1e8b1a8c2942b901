package cases

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
)

// Requests of other servers as they come in: read, opened as cases once each, and followed by what the server says of them later.

// max311 bounds an answer of another server, in bytes.
const max311 = 8 << 20

// Read311 reads requests that another server gives: JSON as a list or in an object, or XML. It reads at most a thousand.
func Read311(r io.Reader) ([]Request311, error) {
	list, err := read311(r)
	if len(list) > maxPage {
		return nil, wrong("Read311", "body", "一次最多取 %d 件。", maxPage)
	}
	return list, err
}

func read311(r io.Reader) ([]Request311, error) {
	const op = "Read311"
	b, err := io.ReadAll(io.LimitReader(r, max311+1))
	switch {
	case err != nil:
		return nil, wrap(op, err)
	case len(b) > max311:
		return nil, wrong(op, "body", "对方的数据超过 8 MB。")
	}
	var list []Request311
	switch text := strings.TrimSpace(string(b)); {
	case strings.HasPrefix(text, "<"):
		var x struct {
			Requests []Request311 `xml:"request"`
		}
		if err := xml.Unmarshal(b, &x); err != nil {
			return nil, wrong(op, "body", "对方的 XML 读不出来：%s", cut(err.Error(), 100))
		}
		list = x.Requests
	case strings.HasPrefix(text, "["):
		if err := json.Unmarshal(b, &list); err != nil {
			return nil, wrong(op, "body", "对方的 JSON 读不出来：%s", cut(err.Error(), 100))
		}
	default:
		var x struct {
			Requests []Request311 `json:"service_requests"`
		}
		if err := json.Unmarshal(b, &x); err != nil {
			return nil, wrong(op, "body", "对方的 JSON 读不出来：%s", cut(err.Error(), 100))
		}
		list = x.Requests
	}
	return list, nil
}

// UnmarshalJSON reads a request as servers write it: numbers are text to some and numbers to others.
func (q *Request311) UnmarshalJSON(b []byte) error {
	type same Request311
	x := struct {
		*same
		ID        loose `json:"service_request_id"`
		Code      loose `json:"service_code"`
		AddressID loose `json:"address_id"`
		Zipcode   loose `json:"zipcode"`
	}{same: (*same)(q)}
	if err := json.Unmarshal(b, &x); err != nil {
		return err
	}
	q.ID, q.ServiceCode, q.AddressID, q.Zipcode = string(x.ID), string(x.Code), string(x.AddressID), string(x.Zipcode)
	return nil
}

// loose is text that may come as a number.
type loose string

func (l *loose) UnmarshalJSON(b []byte) error {
	var n json.Number
	if string(b) == "null" || json.Unmarshal(b, &n) == nil && b[0] != '"' {
		*l = loose(n)
		return nil
	}
	return json.Unmarshal(b, (*string)(l))
}

// Take311 takes requests of another server: an open one is opened as a case, once by its number there; what the server says anew of one
// that is known is noted on its case. One that has no service here, or cannot be read, is left out, and its line says why.
func (c *Cases) Take311(ctx context.Context, tx *db.Tx, from Server311, list []Request311) ([]Line, error) {
	const op = "Take311"
	if from.Name == "" || from.Name == hotline || len(from.Name) > 100 || !readable(from.Name) {
		return nil, wrong(op, "source", "请写明对方系统的名称。")
	}
	var out []Line
	for i, q := range list {
		l := Line{Line: i + 1, Number: strings.TrimSpace(q.ID), What: NewLine}
		if l.Number == "" || len(l.Number) > 100 || !readable(l.Number) {
			l.What, l.Why = WrongLine, "没有编号"
			out = append(out, l)
			continue
		}
		r, why := c.report311(from, q)
		l.digest = sumOf([]byte(r.Text))
		was, err := foreignOf(ctx, tx, c.county(), from.Name, l.Number)
		switch {
		case err != nil:
			return nil, wrap(op, err)
		case was.id != 0:
			l.Case, l.What = was.id, SameLine
			if err := c.hear(ctx, tx, from, was, q, r.Text, &l); err != nil {
				return nil, wrap(op, err)
			}
		case why != "":
			l.What, l.Why = WrongLine, why
		default:
			r.ref = l.Number
			if l.Case, err = c.takeForeign(ctx, tx, op, ByOpen311, from.Name, l.Number, l.digest, r); err == nil {
				err = heardForeign(ctx, tx, c.county(), from.Name, foreignCase{number: l.Number, digest: l.digest, status: q.Status, notes: q.notes()})
			}
			if err != nil {
				return nil, wrap(op, err)
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// report311 is a request as it is reported here, or why it is not.
func (c *Cases) report311(from Server311, q Request311) (r Report, why string) {
	text := firstOf(strings.TrimSpace(q.Description), q.ServiceName)
	if u, err := url.Parse(q.MediaURL); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		text = cut(text, maxReport-600) + "\n对方附图：" + cut(q.MediaURL, 500)
	}
	r = Report{Text: cut(text, maxReport-1), Address: cut(q.Address, 190), system: from.Name}
	if q.Lat.Known && q.Lon.Known {
		r.Place = &Point{q.Lon.Value, q.Lat.Value}
	}
	s, ok := c.service311(from, q)
	if !ok {
		return r, "类别“" + cut(firstOf(q.ServiceName, q.ServiceCode), 30) + "”在本县没有对应的"
	}
	r.Service = s.Code
	if q.Status == "closed" {
		return r, "对方已经办结"
	}
	if _, err := c.checkReport("Take311", &r); err != nil {
		return r, message(err)
	}
	return r, ""
}

// service311 is the service here that a request of another server is about.
func (c *Cases) service311(from Server311, q Request311) (Service, bool) {
	if len(from.Services) > 0 {
		return c.ServiceOf(from.Services[q.ServiceCode])
	}
	if s, ok := c.serviceNamed(q.ServiceCode); ok {
		return s, true
	}
	return c.serviceNamed(q.ServiceName)
}

func (q Request311) notes() string {
	return cut(strings.ToValidUTF8(strings.ReplaceAll(q.StatusNotes, "\x00", ""), ""), 1000)
}

var status311 = map[string]string{"open": "未办结", "closed": "已办结"}

// hear notes on a case what the server that it came from says anew: its status, what it says of that, the request itself.
func (c *Cases) hear(ctx context.Context, tx *db.Tx, from Server311, was foreignCase, q Request311, text string, l *Line) error {
	now := foreignCase{number: l.Number, digest: l.digest, status: q.Status, notes: q.notes()}
	if !was.news(now) {
		if tx.Now().Sub(was.heard) < heardWithin {
			return nil
		}
		return heardForeign(ctx, tx, c.county(), from.Name, now)
	}
	if err := heardForeign(ctx, tx, c.county(), from.Name, now); err != nil {
		return err
	}
	l.What = ChangedLine
	words := func(s string) string { return firstOf(status311[s], cut(s, 30), "不明") }
	says := fmt.Sprintf("%s（编号 %s）现在是“%s”", from.Name, l.Number, words(now.status))
	if now.status != was.status {
		says += "，原来是“" + words(was.status) + "”"
	}
	if now.notes != "" {
		says += "。" + now.notes
	}
	if now.digest != was.digest {
		says += "。内容改为：" + text
	}
	k, err := load(ctx, tx, c.county(), was.id)
	for err == nil && k.State == Merged && k.Into != 0 {
		k, err = load(ctx, tx, c.county(), k.Into)
	}
	if err != nil {
		return err
	}
	if err := c.do(ctx, tx, ledger.System, personnel.Seat{}, k, DidHear, "", Data{Words: says}); err != nil {
		return err
	}
	for _, u := range k.Holders() {
		if err := c.tell(ctx, tx, k, u, notice.Notice{Kind: "case", Subject: "外部系统有新的进展", Text: cut(says, 1000)}); err != nil {
			return err
		}
	}
	return nil
}

// heardWithin is how exactly the record says when a request was last heard of, and how long none is asked for again by its number.
const heardWithin = 15 * time.Minute

// news reports whether what is said now was not said before.
func (f foreignCase) news(now foreignCase) bool {
	return now.status != f.status || now.notes != f.notes || now.digest != f.digest
}
