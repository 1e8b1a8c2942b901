package web

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/edition"
	"zhixing/publication"
)

// documentPage is what document.html shows.
type documentPage struct {
	Doc      publication.Document
	Body     template.HTML
	Outline  []edition.Entry
	Duties   []dutyView
	Cards    bool // duties stand beside the text
	Became   bool // what became of them is known
	Runs     []runView
	On       string // day asked for
	At       string // ?v= of the version shown, where it is not the newest
	FileName string // what a download is called, without its ending
	HasPDF   bool
	Before   *publication.Head // its neighbours in the issue
	After    *publication.Head
}

// Shown are the clauses by which something runs that stand in the open, More those that are folded.
func (p documentPage) Shown() []runView { return p.Runs[:min(runsShown, len(p.Runs))] }

// More are the folded ones.
func (p documentPage) More() []runView { return p.Runs[min(runsShown, len(p.Runs)):] }

// formats are the endings under which a document can be downloaded, with the name that people know.
var formats = map[string]string{
	"html": "网页", "pdf": "PDF", "docx": "Word", "txt": "纯文本", "json": "JSON", "akn": "Akoma Ntoso", "jsonld": "JSON-LD",
}

// endings are those of the saved files.
var endings = map[string]string{
	"html": ".html", "pdf": ".pdf", "docx": ".docx", "txt": ".txt", "json": ".json", "akn": ".akn.xml", "jsonld": ".jsonld",
}

// document is the page of a document, or one of its downloads.
func (s *Server) document(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("key")
	if doc, file, ok := strings.Cut(name, "/files/"); ok {
		return s.attached(w, r, doc, file)
	}
	if base, ok := strings.CutSuffix(name, ".xml"); ok {
		name = strings.TrimSuffix(base, ".akn") + ".akn"
	}
	if ext := strings.TrimPrefix(path.Ext(name), "."); formats[ext] != "" || ext == "proof" {
		return s.download(w, r, strings.TrimSuffix(name, "."+ext), ext)
	}
	key, ok := publication.ParseKey(name)
	if !ok {
		return notFound("没有这件公文。文号可写作 甲政发/2023/1 这样的形式，或到检索页查找。")
	}
	if string(key) != name { // 甲政办发〔2023〕12号 typed as people type it leads to the one address
		return &redirectError{documentURL(key) + query(r)}
	}
	d, err := s.documentOf(r, key)
	if err != nil {
		return err
	}
	page := documentPage{Doc: d, On: r.URL.Query().Get("on"), FileName: path.Base(string(key))}
	if d.Shown.N != d.Version {
		page.At = "?v=" + strconv.Itoa(d.Shown.N)
	}
	if page.Before, page.After, err = s.neighbours(r, d.Head); err != nil {
		return err
	}
	for _, f := range d.Editions {
		page.HasPDF = page.HasPDF || f.Format == "pdf"
	}
	if !d.Withdrawn && !d.Shown.Removed {
		if page.Duties, err = dutyViews(d.Duties); err != nil {
			return err
		}
		if page.At == "" {
			if page.Became, err = s.tellOutcomes(r, key, page.Duties); err != nil {
				return err
			}
			if works, err := s.works(); err == nil {
				page.Runs = runsOf(works, d)
			}
		}
		page.Outline = d.Text.Outline()
		for i, e := range page.Outline {
			if strings.HasPrefix(e.Mark, "附件") { // 附件1 值守电话表
				page.Outline[i].Mark += " "
			}
		}
		page.Cards = len(page.Duties) > 0
		page.Body = template.HTML(edition.HTMLBodyWith(d.Text, s.cards(page.Duties))) // #nosec: edition escapes what it is given
	}
	p := s.page(r, d.Title, home, Link{Text: d.Issue.Chinese(), URL: "/issues/" + d.Issue.String()}, Link{Text: crumbOf(d.Head)})
	p.Description = strings.TrimSpace(d.No + " " + d.Title)
	p.Canonical = s.BaseURL + documentURL(key) + page.At
	if !d.Withdrawn {
		for _, f := range d.Editions {
			p.Alternates = append(p.Alternates, Alternate{f.MediaType, formats[f.Format], documentURL(key) + "." + f.Format + page.At})
		}
	}
	p.Data = page
	status := http.StatusOK
	if d.Withdrawn {
		status = http.StatusGone
	}
	return s.render(w, status, "document.html", p)
}

// neighbours are the documents printed before and after this one in the same issue; nil at its ends.
func (s *Server) neighbours(r *http.Request, h publication.Head) (before, after *publication.Head, err error) {
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		is, err := publication.IssueOf(ctx, tx, s.countyCode, h.Issue)
		for i := range is.Documents {
			switch x := &is.Documents[i]; {
			case x.Seq < h.Seq:
				before = x
			case x.Seq > h.Seq && after == nil:
				after = x
			}
		}
		return err
	})
	return before, after, err
}

func crumbOf(h publication.Head) string {
	if h.No != "" {
		return h.No
	}
	return fmt.Sprintf("第 %d 件", h.Seq)
}

func query(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return "?" + r.URL.RawQuery
}

// documentURL is the address of a document's page.
func documentURL(k publication.Key) string {
	return (&url.URL{Path: "/documents/" + string(k)}).EscapedPath()
}

// documentOf is the document as ?v= or ?on= ask for it; the newest without either.
func (s *Server) documentOf(r *http.Request, key publication.Key) (d publication.Document, err error) {
	q := r.URL.Query()
	on, err := calendar.ParseDate(q.Get("on"))
	if err != nil {
		return d, badRequest("日期写作 2023-10-31 的形式。")
	}
	version := 0
	if v := q.Get("v"); v != "" {
		if version, err = strconv.Atoi(v); err != nil || version < 1 {
			return d, badRequest("版本写作从 1 起的数字，如 ?v=1。")
		}
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		if version > 0 {
			d, err = publication.DocumentVersion(ctx, tx, s.countyCode, key, version)
		} else {
			d, err = publication.DocumentOn(ctx, tx, s.countyCode, key, on)
		}
		return err
	})
	return d, err
}

// download answers with the bytes that were published, never with bytes made anew.
func (s *Server) download(w http.ResponseWriter, r *http.Request, name, format string) error {
	key, ok := publication.ParseKey(name)
	if !ok {
		return notFound("没有这件公文。")
	}
	d, err := s.documentOf(r, key)
	if err != nil {
		return err
	}
	if format == "proof" {
		return s.proofOf(w, r, d)
	}
	if d.Withdrawn || d.Shown.Removed {
		return &httpError{status: http.StatusGone, message: "本件已撤回，正文不再提供；证明仍可下载。"}
	}
	for _, f := range d.Editions {
		if f.Format == format {
			return s.sendFile(w, r, key, d.Shown.N, f.Name, path.Base(string(key))+endings[format])
		}
	}
	if format == "pdf" {
		return notFound("公布这件公文时，服务器上没有中文字体，未生成 PDF。请下载网页或 Word 格式。")
	}
	return notFound("这件公文没有这种格式。")
}

// attached is a public attachment: /documents/{key}/files/{name}, of the version that ?v= or ?on= ask for.
func (s *Server) attached(w http.ResponseWriter, r *http.Request, document, name string) error {
	key, ok := publication.ParseKey(document)
	if !ok {
		return notFound("没有这个文件。")
	}
	d, err := s.documentOf(r, key)
	if err != nil {
		return err
	}
	if d.Withdrawn || d.Shown.Removed {
		return &httpError{status: http.StatusGone, message: "本件已撤回，附件不再提供。"}
	}
	return s.sendFile(w, r, key, d.Shown.N, name, name)
}

func (s *Server) sendFile(w http.ResponseWriter, r *http.Request, key publication.Key, version int, name, saveAs string) error {
	var c publication.Content
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = publication.FileOf(ctx, tx, s.countyCode, key, version, name)
		return err
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", c.MediaType)
	h.Set("Content-Length", strconv.Itoa(len(c.Bytes)))
	if sum, err := hex.DecodeString(c.SHA256); err == nil {
		h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum)+":") // RFC 9530
	}
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(saveAs))
	_, err = w.Write(c.Bytes)
	return err
}

// proofOf is the proof bundle of the version shown: the manifest with the hash of every download, and its place in the
// log under the newest checkpoint.
func (s *Server) proofOf(w http.ResponseWriter, r *http.Request, d publication.Document) error {
	var proof []byte
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		proof, err = s.Log.Proof(ctx, tx, d.Shown.Leaf)
		return err
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(path.Base(string(d.Key))+".proof"))
	_, err = w.Write(edition.Bundle([]byte(d.Shown.Manifest), proof))
	return err
}

// cards renders the duties that a clause orders, to stand beside it.
func (s *Server) cards(duties []dutyView) func(path string) string {
	byPath := map[string][]dutyView{}
	for _, d := range duties {
		byPath[d.Path] = append(byPath[d.Path], d)
	}
	return func(path string) string {
		list := byPath[path]
		if len(list) == 0 {
			return ""
		}
		var b strings.Builder
		if err := s.pages.parts.ExecuteTemplate(&b, "dutycards", list); err != nil {
			s.Logger.Error("duty card", "path", path, "error", err)
			return ""
		}
		return b.String()
	}
}

var errNoDuty = errors.New("a stored duty is not JSON")
