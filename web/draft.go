package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/duty"
	"zhixing/gazette"
	"zhixing/publication"
)

func init() {
	for word, sentence := range map[string]string{
		"uploaded": "稿件已上传并读出，请逐件核对。", "mended": "已校改，读出结果已更新。", "undone": "已撤销。", "facts": "期次信息已保存。",
		"chosen": "公开范围已更新。", "attached": "附件文件已添加。", "detached": "附件文件已移除。", "submitted": "已提交，等待签发。",
		"sentback": "已退回修改。", "discarded": "已作废。", "published": "已公布，并已记入公开日志。", "withdrawn": "已撤回。",
	} {
		flashes[word] = sentence
	}
}

// draftView is what the pages of one draft show.
type draftView struct {
	Draft    publication.Draft
	Issue    *gazette.Issue
	Docs     []docView
	Warnings []publication.Warning
	Problem  string            // what went wrong with the form just sent
	Typed    map[string]string // what it held
	Me       publication.Actor
	MayHand  bool // may publish: a publisher who had no hand in it
	Unread   string
}

// docView is one document of a draft.
type docView struct {
	*gazette.Document
	LeftOut bool
	Duties  []duty.Duty
	Doubts  []gazette.Doubt
	Files   []publication.DraftFile
	Rows    []nodeRow
	Hidden  map[int]bool // numbers of withheld attachments
}

// nodeRow is one node beside the source that it was read from.
type nodeRow struct {
	At     int
	Line   int
	Kind   string
	Node   *gazette.Node
	Source []sourceRun
	Typed  map[string]string
	Open   bool
}

// sourceRun is a run of the source; noise belongs to no node.
type sourceRun struct {
	Text  string
	Noise string
}

func (s *Server) draft(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return notFound("没有这份稿件。")
	}
	return s.draftPage(w, r, id, nil)
}

func (s *Server) draftPage(w http.ResponseWriter, r *http.Request, id int64, problem error) error {
	v, err := s.draftView(r, id, problem)
	if err != nil {
		return err
	}
	p := s.page(r, v.Draft.Subject, home, Link{Text: "编发台", URL: "/desk"}, Link{Text: v.Draft.Subject})
	p.Data = v
	return s.render(w, statusOf(problem), "draft.html", p)
}

func (s *Server) draftDocument(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	seq, err2 := strconv.Atoi(r.PathValue("seq"))
	if errors.Join(err, err2) != nil {
		return notFound("没有这份稿件或这件公文。")
	}
	return s.draftDocumentPage(w, r, id, seq, nil)
}

func (s *Server) draftDocumentPage(w http.ResponseWriter, r *http.Request, id int64, seq int, problem error) error {
	v, err := s.draftView(r, id, problem)
	if err != nil {
		return err
	}
	if seq < 1 || seq > len(v.Docs) {
		if problem != nil { // a join may have taken the document away
			return s.draftPage(w, r, id, problem)
		}
		return notFound("稿件里没有第 " + strconv.Itoa(seq) + " 件公文。")
	}
	doc := &v.Docs[seq-1]
	doc.Rows = nodeRows(v.Issue, doc.Document)
	if at, err := strconv.Atoi(v.Typed["at"]); err == nil && problem != nil {
		for i := range doc.Rows {
			if doc.Rows[i].At == at {
				doc.Rows[i].Open, doc.Rows[i].Typed = true, v.Typed
			}
		}
	}
	p := s.page(r, doc.Title, home, Link{Text: "编发台", URL: "/desk"}, Link{Text: v.Draft.Subject, URL: deskURL(id)}, Link{Text: "第 " + strconv.Itoa(seq) + " 件"})
	p.Data = map[string]any{"V": v, "Doc": doc, "Levels": []string{"0", "1", "2", "3", "4", "5"}}
	return s.render(w, statusOf(problem), "draftdoc.html", p)
}

func statusOf(problem error) int {
	if problem == nil {
		return http.StatusOK
	}
	return asHTTPError(problem).status
}

func (s *Server) draftView(r *http.Request, id int64, problem error) (v draftView, err error) {
	v.Me = actor(r)
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		v.Draft, err = publication.DraftOf(ctx, tx, s.countyCode, v.Me, id)
		return err
	})
	if err != nil {
		return v, err
	}
	if problem != nil {
		v.Problem = asHTTPError(problem).message
		v.Typed = map[string]string{}
		for k := range r.PostForm {
			v.Typed[k] = r.PostForm.Get(k)
		}
	}
	v.MayHand = v.Me.MayPublish
	for _, h := range v.Draft.Hands() {
		v.MayHand = v.MayHand && h != v.Me.Name
	}
	v.Warnings = publication.Warnings(v.Draft)
	if v.Issue, err = v.Draft.Reading(); err != nil {
		v.Unread = err.Error()
		return v, nil
	}
	for _, d := range v.Issue.Documents {
		dv := docView{Document: d, LeftOut: v.Draft.LeftOut(d), Duties: duty.ReadDocument(v.Issue, d), Files: v.Draft.FilesOf(d), Hidden: map[int]bool{}}
		for _, x := range v.Issue.Doubts {
			if d.Span.Start <= x.At && x.At < d.Span.End {
				dv.Doubts = append(dv.Doubts, x)
			}
		}
		for _, x := range d.Withheld {
			dv.Hidden[x.Attachment] = !x.Whole
		}
		v.Docs = append(v.Docs, dv)
	}
	return v, nil
}

// nodeRows sets every node of a document beside the source that it was read from, noise included, so that a person
// sees that nothing was lost.
func nodeRows(issue *gazette.Issue, doc *gazette.Document) []nodeRow {
	var rows []nodeRow
	line, at := 1, 0
	for _, p := range issue.Pieces {
		if p.End <= doc.Span.Start || p.Start >= doc.Span.End {
			continue
		}
		if p.Node != nil && (len(rows) == 0 || rows[len(rows)-1].Node != p.Node) {
			line += strings.Count(issue.Source[at:p.Start], "\n")
			at = p.Start
			rows = append(rows, nodeRow{At: p.Start, Line: line, Kind: nodeKinds[p.Node.Kind], Node: p.Node})
		}
		if len(rows) == 0 {
			continue
		}
		last := &rows[len(rows)-1]
		last.Source = append(last.Source, sourceRun{issue.Source[p.Start:p.End], noiseKinds[p.Noise]})
	}
	return rows
}

var nodeKinds = map[gazette.NodeKind]string{
	gazette.TitleNode: "标题", gazette.NumberNode: "文号", gazette.RecipientsNode: "主送", gazette.SectionNode: "栏目", gazette.HeadingNode: "小标题",
	gazette.ClauseNode: "条款", gazette.SignatureNode: "落款", gazette.DateNode: "成文日期", gazette.NoteNode: "附注", gazette.AttachListNode: "附件说明",
	gazette.AttachmentNode: "附件", gazette.PlanTitleNode: "方案标题", gazette.TableNode: "表格",
}

var noiseKinds = map[gazette.Noise]string{
	gazette.Blank: "空白", gazette.PageBreak: "分页", gazette.PageNumber: "页码", gazette.RunningHead: "页眉", gazette.Cover: "封面",
	gazette.Contents: "目录", gazette.Colophon: "版权页", gazette.Navigation: "网页导航",
}

// original is the manuscript as it was uploaded.
func (s *Server) original(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return notFound("没有这份稿件。")
	}
	var m publication.Manuscript
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = publication.Original(ctx, tx, s.countyCode, actor(r), id)
		return err
	})
	if err != nil {
		return err
	}
	return sendPrivate(w, m.Filename, m.Raw)
}

func (s *Server) draftFile(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	n, err2 := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if errors.Join(err, err2) != nil {
		return notFound("没有这个文件。")
	}
	var f publication.DraftFile
	var b []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		f, b, err = publication.DraftFileOf(ctx, tx, s.countyCode, actor(r), id, n)
		return err
	})
	if err != nil {
		return err
	}
	return sendPrivate(w, f.Name, b)
}

// sendPrivate sends a file as a download, so that no browser runs what it holds.
func sendPrivate(w http.ResponseWriter, name string, b []byte) error {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	_, err := w.Write(b)
	return err
}

// hiddenFields are what every form on a document of a draft sends along.
type hiddenFields struct {
	Revision int64
	Seq, Doc int
}

func hiddenOf(d publication.Draft, doc *docView) hiddenFields {
	return hiddenFields{d.Revision, doc.Seq, doc.Span.Start}
}

// factField is one line of the table of facts, with its own form.
type factField struct {
	ID                 int64
	What, Label, Value string
	Open               bool
	Hidden             hiddenFields
}

func factOf(d publication.Draft, doc *docView, what, label, value string, open bool) factField {
	return factField{d.ID, what, label, value, open, hiddenOf(d, doc)}
}
