package standard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"zhixing/calendar"
)

// maxLine bounds one case.
const maxLine = 1 << 20

// Judge answers one case, a line of JSON {"id", "standard" or "date", "kind", "input"}, with {"id", "result"} or {"id", "error"}. local are kiln limits
// of a county, shown as a second judgement.
func Judge(line []byte, local []KilnLimit) []byte {
	q, err := readQuestion(line)
	q.local = local
	var result fields
	if err == nil {
		result, err = q.answer()
	}
	if err != nil {
		message := err.Error()
		var e *Error
		if !errors.As(err, &e) {
			message = "读不懂：" + message
		}
		return encode(fields{{"id", q.id}, {"error", message}})
	}
	return encode(fields{{"id", q.id}, {"result", result}})
}

// question is a case as it was asked.
type question struct {
	id       json.RawMessage
	standard string
	kind     string
	date     calendar.Date
	input    object
	local    []KilnLimit
}

// kinds are the kinds of cases.
var kinds = map[string]func(question) (fields, error){
	"aqi-daily": judgeAQIDaily, "aqi-daily-missing": judgeAQIMissing, "aqi-hourly": judgeAQIHourly, "iaqi-single": judgeIAQI,
	"composite": judgeComposite, "percentile": judgePercentile,
	"surface-water": judgeSurface, "river-grade": judgeRiver, "tli": judgeTLI, "tli-grade": judgeTLIGrade, "mean-with-nondetect": judgeMean,
	"groundwater": judgeGround, "brick-kiln": judgeKiln,
	"rain-signal": judgeRain, "rain-signal-series": judgeRainSeries, "heavy-pollution": judgeHeavy,
}

func (q question) answer() (fields, error) {
	f, ok := kinds[strings.ReplaceAll(q.kind, "_", "-")]
	if !ok {
		return nil, bad("kind", "不认识的题型“%s”", short(q.kind))
	}
	return f(q)
}

// idOf finds the id of a line that is no JSON, such as one with NaN in it.
var idOf = regexp.MustCompile(`^\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)`)

func readQuestion(line []byte) (question, error) {
	q := question{id: json.RawMessage("null")}
	if len(line) > maxLine {
		return q, bad("", "一行最多 %d 字节", maxLine)
	}
	line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	top, err := readObject(line)
	if err != nil {
		if m := idOf.FindSubmatch(line); m != nil && json.Valid(m[1]) {
			q.id = m[1]
		}
		return q, err
	}
	if raw, ok := top.get("id"); ok {
		q.id = raw
	}
	var standard, date cell
	for _, m := range top {
		switch m.key {
		case "id":
		case "kind":
			var c cell
			if c, err = readCell("kind", m.raw); err == nil {
				q.kind = c.word
			}
		case "standard":
			standard, err = readCell("standard", m.raw)
		case "date":
			date, err = readCell("date", m.raw)
		case "input":
			q.input, err = readObject(m.raw)
		}
		if err != nil {
			return q, err
		}
	}
	q.standard = standard.word
	if raw, ok := q.input.get("date"); ok && date.missing() {
		if date, err = readCell("date", raw); err != nil {
			return q, err
		}
	}
	if !date.missing() {
		if q.date, err = readDay(date.word); err != nil {
			return q, err
		}
	}
	if q.input == nil {
		return q, bad("input", "缺少输入")
	}
	return q, nil
}

// readDay reads 2026-02-28, or 2026-02 for a month, by its first day.
func readDay(s string) (calendar.Date, error) {
	s, _, _ = strings.Cut(strings.Replace(s, "T", " ", 1), " ")
	if len(s) == len("2006-01") {
		s += "-01"
	}
	d, err := calendar.ParseDate(s)
	if err != nil || d.IsZero() {
		return calendar.Date{}, bad("date", "“%s”不是日期，应写作 2006-01-02", short(s))
	}
	return d, nil
}

// edition is the edition that the case names, with or without GB, HJ and spaces; else the one in force on its date; else the only one.
func (q question) edition(f Family) (Edition, error) {
	var all []Edition
	for _, e := range Editions {
		if e.Family == f {
			all = append(all, e.Name)
		}
	}
	if q.standard != "" {
		named := bare(q.standard)
		noYear := false
		for _, e := range all {
			number, _, _ := strings.Cut(string(e), "-")
			if strings.Contains(named, bare(string(e))) { // 《地表水环境质量标准》（GB 3838-2002） too
				return e, nil
			}
			if _, behind, ok := strings.Cut(named, bare(number)); ok && (behind == "" || behind[0] < '0' || behind[0] > '9') {
				noYear = true
			}
		}
		if !noYear {
			return "", bad("standard", "不认识的标准“%s”，可写：%s", short(q.standard), joinEditions(all))
		}
	}
	if !q.date.IsZero() {
		return EditionOn(f, q.date)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return "", bad("standard", "要写明标准的版本（%s）或监测日期 date", joinEditions(all))
}

func joinEditions(all []Edition) string {
	var s []string
	for _, e := range all {
		s = append(s, string(e))
	}
	return strings.Join(s, "、")
}

// bare makes GB/T 14848-2017, GB14848-2017 and 14848-2017 one name.
func bare(s string) string {
	s = strings.ReplaceAll(plain(s), "/", "")
	for _, prefix := range []string{"GBT", "GB", "HJT", "HJ"} {
		s = strings.TrimPrefix(s, prefix)
	}
	return s
}

// fits refuses a standard that has nothing to do with the kind: one of the words must stand in it.
func (q question) fits(words ...string) error {
	if q.standard == "" {
		return nil
	}
	named := plain(q.standard)
	if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(named, w) }) {
		return nil
	}
	return bad("standard", "标准“%s”与题型 %s 不相干", short(q.standard), q.kind)
}

// fields is a JSON object that keeps its order.
type fields []field

type field struct {
	key   string
	value any
}

func (f fields) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range f {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(encode(x.key))
		b.WriteByte(':')
		b.Write(encode(x.value))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// encode writes what this package built, so it cannot fail.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("standard: %v", err))
	}
	return bytes.TrimSpace(b.Bytes())
}

// object is a JSON object as it was written: its members in order.
type object []member

type member struct {
	key string
	raw json.RawMessage
}

func (o object) get(key string) (json.RawMessage, bool) {
	for _, m := range o {
		if m.key == key {
			return m.raw, true
		}
	}
	return nil, false
}

func readObject(b []byte) (object, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, bad("", "不是 JSON 对象")
	}
	out := object{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, bad("", "不是 JSON：%v", err)
		}
		key, _ := t.(string)
		m := member{key: key}
		if err := dec.Decode(&m.raw); err != nil {
			return nil, bad(key, "不是 JSON 的值：%v", err)
		}
		if _, twice := out.get(key); twice {
			return nil, bad(key, "给了两次")
		}
		out = append(out, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, bad("", "JSON 不完整")
	}
	if len(bytes.TrimSpace(b[dec.InputOffset():])) > 0 {
		return nil, bad("", "JSON 对象后面还有别的内容")
	}
	return out, nil
}

func readArray(name string, b json.RawMessage) ([]json.RawMessage, error) {
	var out []json.RawMessage
	if err := json.Unmarshal(b, &out); err != nil || len(b) == 0 || b[0] != '[' {
		return nil, bad(name, "应为列表")
	}
	return out, nil
}
