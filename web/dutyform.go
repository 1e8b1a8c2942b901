package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
)

// form is what was typed.
type form struct {
	url.Values
	evidence []ledger.Evidence
	bad      error // of a date or number that is none
}

func (f *form) date(name string) calendar.Date {
	d, err := calendar.ParseDate(strings.TrimSpace(f.Get(name)))
	if err != nil && f.bad == nil {
		f.bad = &ledger.Error{Kind: ledger.Invalid, Op: "form", Field: name, Message: "日期写作 2023-10-31 的样子。"}
	}
	return d
}

func (f *form) number(name string) int {
	s := strings.TrimSpace(f.Get(name))
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil && f.bad == nil {
		f.bad = &ledger.Error{Kind: ledger.Invalid, Op: "form", Field: name, Message: "“" + s + "”不是整数。"}
	}
	return n
}

// names are the units of a field: one a line, or between 、 ， and ；.
func (f *form) names(name string) []string {
	var out []string
	for _, part := range f.Values[name] {
		out = append(out, strings.FieldsFunc(part, func(r rune) bool { return strings.ContainsRune("、，,；;\n\r\t ", r) })...)
	}
	return out
}

func (f *form) sending() ledger.Sending {
	s := ledger.Sending{Report: ledger.Report{Text: strings.TrimSpace(f.Get("text")), Progress: f.number("progress"), Trouble: strings.TrimSpace(f.Get("trouble"))},
		Evidence: f.evidence, Once: f.Get("once")}
	for i := range 50 {
		if v := strings.TrimSpace(f.Get("value" + strconv.Itoa(i))); v != "" {
			s.Measured = append(s.Measured, ledger.Measure{Target: i, Value: v, AsOf: f.date("asof" + strconv.Itoa(i))})
		}
	}
	return s
}

func (f *form) saw() ledger.Saw {
	n, _ := strconv.ParseInt(f.Get("saw"), 10, 64)
	return ledger.Saw(n)
}

// fields is what a form says a duty says; nil where the form has none of it, so that a plain confirmation changes nothing.
func (f *form) fields(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID) (*ledger.Fields, error) {
	if !f.Has("title") {
		return nil, nil
	}
	d, err := l.Of(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	out := d.Fields
	out.Title, out.Lead, out.Support, out.Implement = strings.TrimSpace(f.Get("title")), f.names("lead"), f.names("support"), f.names("implement")
	if f.Has("text") {
		out.Text = strings.TrimSpace(f.Get("text"))
	}
	out.Due, out.Standing = f.date("due"), f.Get("standing") == "1"
	f.more(d.Fields, &out)
	if raw := strings.TrimSpace(f.Get("recur")); raw != out.Recur.Raw {
		out.Recur = calendar.Recurrence{}
		if raw != "" {
			i := slices.IndexFunc(calendar.Terms(raw, 0), func(t calendar.Term) bool { return t.Kind == calendar.Recurring })
			if i < 0 {
				return nil, &ledger.Error{Kind: ledger.Invalid, Op: "form", Field: "recur", Message: "填报频次应写作“每月25日前”“每季度”的样子，不写则按督办规则。"}
			}
			out.Recur = calendar.Terms(raw, 0)[i].Recur
		}
	}
	return &out, f.bad
}

// readForm reads a form, with its files where it may have some.
func readForm(r *http.Request, files bool) (form, error) {
	if !files || !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseForm(); err != nil {
			return form{}, &httpError{http.StatusBadRequest, "表单不完整，请重新提交。", err}
		}
		return form{Values: r.PostForm}, nil
	}
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return form{}, err
		}
		return form{}, &httpError{http.StatusBadRequest, "表单没有传完，请重新提交。", err}
	}
	defer r.MultipartForm.RemoveAll()
	f := form{Values: url.Values(r.MultipartForm.Value)}
	for _, head := range r.MultipartForm.File["files"] {
		if head.Size == 0 {
			continue
		}
		if len(f.evidence) == ledger.MaxFiles || head.Size > ledger.MaxFile {
			return f, badRequest(fmt.Sprintf("一次最多附 %d 个文件，每个不超过 %d MB。", ledger.MaxFiles, ledger.MaxFile>>20))
		}
		file, err := head.Open()
		if err != nil {
			return f, &httpError{http.StatusBadRequest, "文件没有传完，请重新上传。", err}
		}
		b, err := io.ReadAll(file)
		file.Close()
		if err != nil {
			return f, &httpError{http.StatusBadRequest, "文件没有传完，请重新上传。", err}
		}
		f.evidence = append(f.evidence, ledger.Evidence{Name: filepath.Base(head.Filename), Content: b})
	}
	return f, nil
}
