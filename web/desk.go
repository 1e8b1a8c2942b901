package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/gazette"
	"zhixing/manuscript"
	"zhixing/publication"
)

// deskRoutes is the way of a manuscript: upload, see what was read, mend, withhold, attach, submit, publish.
var deskRoutes = []route{
	{"GET /desk", drafters, false, false, (*Server).desk, "编发台：待办与稿件"},
	{"GET /desk/new", drafters, false, false, (*Server).newDraft, "上传稿件"},
	{"POST /desk/new", drafters, false, true, (*Server).upload, "上传稿件"},
	{"GET /desk/correct", drafters, false, false, (*Server).correctForm, "更正一件已公布的公文"},
	{"POST /desk/correct", drafters, false, false, (*Server).correct, "更正一件已公布的公文"},
	{"GET /desk/withdraw", publishers, false, false, (*Server).withdrawForm, "撤回一件已公布的公文"},
	{"POST /desk/withdraw", publishers, false, false, (*Server).withdraw, "撤回一件已公布的公文"},
	{"GET /desk/{id}", drafters, false, false, (*Server).draft, "一份稿件"},
	{"GET /desk/{id}/original", drafters, false, false, (*Server).original, "稿件原件"},
	{"GET /desk/{id}/files/{n}", drafters, false, false, (*Server).draftFile, "稿件所带的附件文件"},
	{"GET /desk/{id}/{seq}", drafters, false, false, (*Server).draftDocument, "稿件中的一件公文：原文与读出结果对照"},
	{"POST /desk/{id}/mend", drafters, false, false, (*Server).mend, "校改"},
	{"POST /desk/{id}/undo", drafters, false, false, (*Server).undo, "撤销一步"},
	{"POST /desk/{id}/facts", drafters, false, false, (*Server).facts, "期次信息"},
	{"POST /desk/{id}/choose", drafters, false, false, (*Server).choose, "公开或不公开"},
	{"POST /desk/{id}/attach", drafters, false, true, (*Server).attach, "添加附件文件"},
	{"POST /desk/{id}/detach", drafters, false, false, (*Server).detach, "移除附件文件"},
	{"POST /desk/{id}/submit", drafters, false, false, (*Server).submit, "提交签发"},
	{"POST /desk/{id}/discard", drafters, false, false, (*Server).discard, "作废"},
	{"POST /desk/{id}/sendback", publishers, false, false, (*Server).sendBack, "退回修改"},
	{"POST /desk/{id}/publish", publishers, false, false, (*Server).publish, "签发公布"},
}

func (s *Server) desk(w http.ResponseWriter, r *http.Request) error {
	var all []publication.Draft
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = publication.Drafts(ctx, tx, s.countyCode, actor(r))
		return err
	})
	if err != nil {
		return err
	}
	var todo, rest []publication.Draft
	for _, d := range all {
		mine := d.State == publication.Drafting || d.State == publication.Submitted && actor(r).MayPublish
		if mine {
			todo = append(todo, d)
		} else {
			rest = append(rest, d)
		}
	}
	p := s.page(r, "编发台", home, Link{Text: "编发台"})
	p.Data = map[string]any{"Todo": todo, "Rest": rest, "Me": actor(r)}
	return s.render(w, http.StatusOK, "desk.html", p)
}

func (s *Server) newDraft(w http.ResponseWriter, r *http.Request) error {
	return s.uploadPage(w, r, http.StatusOK, "")
}

func (s *Server) uploadPage(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	p := s.page(r, "上传稿件", home, Link{Text: "编发台", URL: "/desk"}, Link{Text: "上传稿件"})
	p.Data = map[string]any{"Problem": problem, "Text": r.PostFormValue("text")}
	return s.render(w, status, "upload.html", p)
}

// upload takes a file, or text pasted into the form.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) error {
	name, raw, err := formFile(r, "file")
	if err != nil {
		return err
	}
	if len(raw) == 0 {
		name, raw = "粘贴的文字.txt", []byte(r.PostFormValue("text"))
	}
	if len(strings.TrimSpace(string(raw))) == 0 {
		return s.uploadPage(w, r, http.StatusBadRequest, "请选择一个文件，或把文字粘贴到下面。")
	}
	text, err := manuscript.Decode(name, raw)
	if err != nil {
		return s.uploadPage(w, r, http.StatusBadRequest, err.Error())
	}
	var d publication.Draft
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		d, err = publication.Upload(r.Context(), tx, s.countyCode, actor(r), publication.Manuscript{Filename: name, Raw: raw, Source: text})
		return err
	})
	if publication.KindOf(err) == publication.Invalid {
		return s.uploadPage(w, r, http.StatusBadRequest, publication.Message(err))
	}
	if err != nil {
		return err
	}
	return &redirectError{deskURL(d.ID) + "?done=uploaded"}
}

// formFile is the uploaded file of a form, nothing where none was chosen.
func formFile(r *http.Request, field string) (string, []byte, error) {
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return "", nil, err
		}
		return "", nil, &httpError{http.StatusBadRequest, "表单不完整，请重新提交。", err}
	}
	// What did not fit into memory lies in the folder for temporary files. The server cleans up after its own request
	// only, and this one is a copy that carries the session.
	defer r.MultipartForm.RemoveAll()
	f, head, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, &httpError{http.StatusBadRequest, "文件没有传完，请重新上传。", err}
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	return filepath.Base(head.Filename), raw, err
}

func deskURL(id int64) string { return "/desk/" + strconv.FormatInt(id, 10) }

// draftAt is the draft that a form speaks of, at the revision that its reader saw.
func (s *Server) draftAt(r *http.Request) (publication.At, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return publication.At{}, notFound("没有这份稿件。")
	}
	revision, err := strconv.ParseInt(r.PostFormValue("revision"), 10, 64)
	if err != nil {
		return publication.At{}, badRequest("表单缺少版本号，请刷新页面后再提交。")
	}
	return publication.At{County: s.countyCode, Draft: id, Revision: revision}, nil
}

// change runs one step on a draft and goes back to the page that asked for it. What a person can put right is said on
// that page, with what was typed still in the form.
func (s *Server) change(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, *db.Tx, publication.At, publication.Actor) error) error {
	at, err := s.draftAt(r)
	if err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error { return do(r.Context(), tx, at, actor(r)) })
	back := deskURL(at.Draft)
	seq, _ := strconv.Atoi(r.PostFormValue("seq"))
	if seq > 0 {
		back += "/" + strconv.Itoa(seq)
	}
	if err == nil {
		if at := r.PostFormValue("at"); at != "" {
			done += "#at" + at
		}
		return &redirectError{back + "?done=" + done}
	}
	switch publication.KindOf(err) {
	case publication.Invalid, publication.Conflict, publication.TooLarge, publication.WrongState:
		if seq > 0 {
			return s.draftDocumentPage(w, r, at.Draft, seq, err)
		}
		return s.draftPage(w, r, at.Draft, err)
	}
	return err
}

func (s *Server) mend(w http.ResponseWriter, r *http.Request) error {
	where, err := strconv.Atoi(r.PostFormValue("at"))
	if err != nil {
		return badRequest("校改的位置不对，请刷新页面。")
	}
	m := gazette.Mend{At: where, What: gazette.MendWhat(r.PostFormValue("what")), Value: strings.TrimSpace(r.PostFormValue("value"))}
	return s.change(w, r, "mended", func(ctx context.Context, tx *db.Tx, at publication.At, by publication.Actor) error {
		_, err := publication.Mend(ctx, tx, at, by, m)
		return err
	})
}

func (s *Server) undo(w http.ResponseWriter, r *http.Request) error {
	n, _ := strconv.ParseInt(r.PostFormValue("step"), 10, 64)
	return s.change(w, r, "undone", func(ctx context.Context, tx *db.Tx, at publication.At, by publication.Actor) error {
		_, err := publication.Undo(ctx, tx, at, by, n)
		return err
	})
}

func (s *Server) facts(w http.ResponseWriter, r *http.Request) error {
	year, _ := strconv.Atoi(r.PostFormValue("year"))
	no, _ := strconv.Atoi(r.PostFormValue("no"))
	total, _ := strconv.Atoi(r.PostFormValue("total_no"))
	f := publication.Facts{Title: strings.TrimSpace(r.PostFormValue("title")), Year: year, No: no, TotalNo: total}
	if err := f.PublishDate.UnmarshalText([]byte(r.PostFormValue("publish_date"))); err != nil {
		return badRequest("出版日期写作 2023-10-01 的形式。")
	}
	return s.change(w, r, "facts", func(ctx context.Context, tx *db.Tx, at publication.At, by publication.Actor) error {
		_, err := publication.SetFacts(ctx, tx, at, by, f)
		return err
	})
}

func (s *Server) choose(w http.ResponseWriter, r *http.Request) error {
	doc, err := strconv.Atoi(r.PostFormValue("doc"))
	if err != nil {
		return badRequest("公文的位置不对，请刷新页面。")
	}
	attachment, _ := strconv.Atoi(r.PostFormValue("attachment"))
	c := publication.Choice{Doc: doc, Attachment: attachment, Withhold: r.PostFormValue("withhold") == "1"}
	return s.change(w, r, "chosen", func(ctx context.Context, tx *db.Tx, at publication.At, by publication.Actor) error {
		_, err := publication.Choose(ctx, tx, at, by, c)
		return err
	})
}

func (s *Server) attach(w http.ResponseWriter, r *http.Request) error {
	name, raw, err := formFile(r, "file")
	if err != nil {
		return err
	}
	doc, err := strconv.Atoi(r.PostFormValue("doc"))
	if err != nil {
		return badRequest("公文的位置不对，请刷新页面。")
	}
	no, _ := strconv.Atoi(r.PostFormValue("no"))
	f := publication.DraftFile{Doc: doc, No: no, Title: strings.TrimSpace(r.PostFormValue("title")), Name: name, Public: r.PostFormValue("public") == "1"}
	return s.change(w, r, "attached", func(ctx context.Context, tx *db.Tx, at publication.At, by publication.Actor) error {
		_, err := publication.Attach(ctx, tx, at, by, f, raw)
		return err
	})
}

func (s *Server) detach(w http.ResponseWriter, r *http.Request) error {
	n, _ := strconv.ParseInt(r.PostFormValue("file"), 10, 64)
	return s.change(w, r, "detached", func(ctx context.Context, tx *db.Tx, at publication.At, by publication.Actor) error {
		_, err := publication.Detach(ctx, tx, at, by, n)
		return err
	})
}

func (s *Server) submit(w http.ResponseWriter, r *http.Request) error {
	return s.change(w, r, "submitted", func(ctx context.Context, tx *db.Tx, at publication.At, by publication.Actor) error {
		_, err := publication.Submit(ctx, tx, at, by)
		return err
	})
}

func (s *Server) sendBack(w http.ResponseWriter, r *http.Request) error {
	return s.change(w, r, "sentback", func(ctx context.Context, tx *db.Tx, at publication.At, by publication.Actor) error {
		_, err := publication.SendBack(ctx, tx, at, by, strings.TrimSpace(r.PostFormValue("reason")))
		return err
	})
}

func (s *Server) discard(w http.ResponseWriter, r *http.Request) error {
	return s.change(w, r, "discarded", func(ctx context.Context, tx *db.Tx, at publication.At, by publication.Actor) error {
		_, err := publication.Discard(ctx, tx, at, by, strings.TrimSpace(r.PostFormValue("reason")))
		return err
	})
}

// publish answers only after everything is committed, the transparency log included.
func (s *Server) publish(w http.ResponseWriter, r *http.Request) error {
	at, err := s.draftAt(r)
	if err != nil {
		return err
	}
	out, err := s.Press.Publish(r.Context(), at, actor(r))
	s.published()
	switch publication.KindOf(err) {
	case publication.Invalid, publication.Conflict, publication.TooLarge, publication.WrongState, publication.NotAllowed:
		return s.draftPage(w, r, at.Draft, err)
	}
	if err != nil {
		return err
	}
	s.takeIn(r.Context())
	if len(out.Documents) == 1 {
		return &redirectError{documentURL(out.Documents[0].Key) + "?done=published"}
	}
	return &redirectError{"/issues/" + out.Issue.String() + "?done=published"}
}
