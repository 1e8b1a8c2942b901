package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/register"
)

func (s *Server) listImport(w http.ResponseWriter, r *http.Request) error {
	b, err := s.writer(r)
	if err != nil {
		return err
	}
	return s.importFormOf(w, r, b, http.StatusOK, "", "")
}

func (s *Server) importFormOf(w http.ResponseWriter, r *http.Request, b listBase, status int, problem, why string) error {
	var batches []*register.Batch
	var names map[string]string
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if batches, err = b.works.Registers.Batches(ctx, tx, b.by, b.S.Name); err != nil {
			return err
		}
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	if err != nil {
		return err
	}
	p := s.listFrame(r, b, b.S.Title+"：导入", Link{Text: "导入"})
	p.Data = map[string]any{"B": b, "Problem": problem, "Why": why, "Batches": batches, "Names": names}
	return s.render(w, status, "listimport.html", p)
}

// listOffer takes a table and holds it against the register. No entry is touched yet.
func (s *Server) listOffer(w http.ResponseWriter, r *http.Request) error {
	b, err := s.writer(r)
	if err != nil {
		return err
	}
	table, err := readTable(r)
	if err != nil {
		return err
	}
	if len(table.Content) == 0 {
		return s.importFormOf(w, r, b, http.StatusBadRequest, "请选择要导入的文件（.xlsx、.csv 或 .geojson）。", table.Why)
	}
	var batch *register.Batch
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		batch, _, err = b.works.Registers.Offer(r.Context(), tx, b.by, b.S.Name, table)
		return err
	})
	var re *register.Error
	if errors.As(err, &re) && (re.Kind == register.Invalid || re.Kind == register.TooLarge) {
		return s.importFormOf(w, r, b, http.StatusBadRequest, re.Message, table.Why)
	}
	if err != nil {
		return err
	}
	return &redirectError{batch.Path()}
}

// readTable reads the file of a form, with what was written about it.
func readTable(r *http.Request) (register.Table, error) {
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return register.Table{}, err
		}
		return register.Table{}, nil
	}
	defer r.MultipartForm.RemoveAll()
	t := register.Table{Why: strings.TrimSpace(r.PostFormValue("why")), Basis: strings.TrimSpace(r.PostFormValue("basis"))}
	file, head, err := r.FormFile("file")
	if err != nil {
		return t, nil // none was chosen
	}
	defer file.Close()
	t.File = filepath.Base(head.Filename)
	t.Content, err = io.ReadAll(file)
	return t, err
}

// fateGroup are the rows of a table that fare alike.
type fateGroup struct {
	Fate register.Fate
	N    int
	Rows []rowView
}

type rowView struct {
	register.RowReport
	Changes []fieldChange
}

// fateGroups sorts rows, the wrong ones first.
func fateGroups(b listBase, rep *register.Report) []fateGroup {
	groups := []fateGroup{{Fate: register.FateWrong, N: rep.Wrong}, {Fate: register.FateChange, N: rep.Change}, {Fate: register.FateBack, N: rep.Back}, {Fate: register.FateNew, N: rep.New}}
	for _, row := range rep.Rows {
		i := slices.IndexFunc(groups, func(g fateGroup) bool { return g.Fate == row.Fate })
		if i < 0 || len(groups[i].Rows) >= previewLines {
			continue
		}
		v := rowView{RowReport: row}
		for _, f := range b.S.Fields {
			if value, ok := row.Set[f.Name]; ok {
				v.Changes = append(v.Changes, fieldChange{Field: f.Name, Now: f.Written(value)})
			}
		}
		groups[i].Rows = append(groups[i].Rows, v)
	}
	return slices.DeleteFunc(groups, func(g fateGroup) bool { return g.N == 0 })
}

func (s *Server) listBatch(w http.ResponseWriter, r *http.Request) error {
	b, err := s.writer(r)
	if err != nil {
		return err
	}
	return s.batchOf(w, r, b, http.StatusOK, "")
}

func (s *Server) batchOf(w http.ResponseWriter, r *http.Request, b listBase, status int, problem string) error {
	id, err := importID(r)
	if err != nil {
		return err
	}
	var batch *register.Batch
	var rep *register.Report
	var names map[string]string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if batch, rep, err = b.works.Registers.BatchOf(ctx, tx, b.by, id); err != nil {
			return err
		}
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	if err != nil {
		return err
	}
	if batch.Register != b.S.Name {
		return notFound("没有这次导入。")
	}
	var groups []fateGroup
	if rep != nil {
		groups = fateGroups(b, rep)
	}
	p := s.listFrame(r, b, "导入："+batch.File, Link{Text: "导入", URL: b.Here() + "/import"}, Link{Text: batch.File})
	p.Data = map[string]any{"B": b, "Batch": batch, "Report": rep, "Groups": groups, "Names": names, "Problem": problem}
	return s.render(w, status, "listbatch.html", p)
}

func (s *Server) listBatchAct(w http.ResponseWriter, r *http.Request) error {
	b, err := s.writer(r)
	if err != nil {
		return err
	}
	id, err := importID(r)
	if err != nil {
		return err
	}
	ctx, reg, done := r.Context(), b.works.Registers, ""
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if batch, _, err := reg.BatchOf(ctx, tx, b.by, id); err != nil {
			return err
		} else if batch.Register != b.S.Name {
			return notFound("没有这次导入。")
		}
		switch r.PathValue("act") {
		case "apply":
			done = "list-imported"
			_, _, err := reg.Apply(ctx, tx, b.by, id, r.PostFormValue("only") == "1")
			return err
		case "drop":
			done = "list-dropped"
			return reg.Drop(ctx, tx, b.by, id)
		case "undo":
			done = "list-undone"
			_, err := reg.Undo(ctx, tx, b.by, id, strings.TrimSpace(r.PostFormValue("why")))
			return err
		}
		return notFound("没有这个页面。地址可能打错了，或者页面已经移走。")
	})
	var re *register.Error
	if errors.As(err, &re) && (re.Kind == register.Invalid || re.Kind == register.WrongState || re.Kind == register.Conflict) {
		return s.batchOf(w, r, b, registerStatus[re.Kind], re.Message)
	}
	if err != nil {
		return err
	}
	s.changed()
	return &redirectError{b.Here() + "/imports/" + strconv.FormatInt(id, 10) + "?done=" + done}
}

// keeper begins a page for those who write the whole register.
func (s *Server) keeper(r *http.Request) (listBase, error) {
	b, err := s.writer(r)
	if err == nil && !b.MayAll() {
		return b, forbidden("《" + b.S.Title + "》由" + b.S.Custodian + "管理，您的职务不能合并条目。")
	}
	return b, err
}

// twinsView are two entries side by side, with the fields in which they differ.
type twinsView struct {
	register.Twins
	Rows []twinRow
}

type twinRow struct {
	Field register.Field
	A, B  string
}

func (s *Server) listTwins(w http.ResponseWriter, r *http.Request) error {
	b, err := s.keeper(r)
	if err != nil {
		return err
	}
	return s.twinsPage(w, r, b, http.StatusOK, "")
}

// mostTwins is how many pairs stand on a page; when they are settled, others come.
const mostTwins = 50

func (s *Server) twinsPage(w http.ResponseWriter, r *http.Request, b listBase, status int, problem string) error {
	var pairs []register.Twins
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		pairs, err = b.works.Registers.Twins(ctx, tx, b.S.Name)
		return err
	})
	if err != nil {
		return err
	}
	total := len(pairs)
	var views []twinsView
	for _, t := range pairs[:min(total, mostTwins)] {
		v := twinsView{Twins: t}
		for _, f := range b.S.Fields {
			if t.A.Values[f.Name] != t.B.Values[f.Name] {
				v.Rows = append(v.Rows, twinRow{f, f.Written(t.A.Values[f.Name]), f.Written(t.B.Values[f.Name])})
			}
		}
		views = append(views, v)
	}
	p := s.listFrame(r, b, b.S.Title+"：疑似重复", Link{Text: "疑似重复"})
	p.Data = map[string]any{"B": b, "Pairs": views, "Total": total, "Problem": problem, "Typed": r.PostForm}
	return s.render(w, status, "twins.html", p)
}

// listMerge settles a pair: one entry goes into the other, or they are two; or it takes a merging back.
func (s *Server) listMerge(w http.ResponseWriter, r *http.Request) error {
	b, err := s.keeper(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return badRequest("提交的内容不完整，请重新提交。")
	}
	ctx, reg, form := r.Context(), b.works.Registers, r.PostForm
	one, other, why := form.Get("a"), form.Get("b"), strings.TrimSpace(form.Get("why"))
	to := b.Here() + "/twins?done="
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		switch form.Get("what") {
		case "into-a", "into-b":
			winner, loser := one, other
			if form.Get("what") == "into-b" {
				winner, loser = other, one
			}
			_, err := reg.Merge(ctx, tx, b.by, b.S.Name, loser, winner, form["take"], why)
			to = b.At(b.S.Name, winner) + "?done=merged"
			return err
		case "apart":
			to += "apart"
			return reg.Apart(ctx, tx, b.by, b.S.Name, one, other, why)
		case "part":
			id, err := strconv.ParseInt(form.Get("merging"), 10, 64)
			if err != nil {
				return badRequest("没有这次合并。")
			}
			e, err := reg.Part(ctx, tx, b.by, id, why)
			if err == nil {
				to = b.EntryURL(e) + "?done=parted"
			}
			return err
		}
		return badRequest("请选择怎样处理。")
	})
	var re *register.Error
	if errors.As(err, &re) && re.Kind != register.NotFound && re.Kind != register.NotAllowed {
		return s.twinsPage(w, r, b, registerStatus[re.Kind], re.Message)
	}
	if err != nil {
		return err
	}
	s.changed()
	return &redirectError{to}
}
