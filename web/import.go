package web

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/sheet"
)

func (s *Server) importForm(w http.ResponseWriter, r *http.Request) error {
	return s.importFormPage(w, r, http.StatusOK, "")
}

func (s *Server) importFormPage(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	p := s.office(r, "导入台账", Link{Text: "任务台账", URL: "/ledger"}, Link{Text: "导入"})
	p.Data = map[string]any{"Problem": problem, "Columns": ledger.Columns}
	return s.render(w, status, "import.html", p)
}

// importFile takes a table and holds it against the ledger. Nothing is done to any duty yet.
func (s *Server) importFile(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	up, err := readUpload(r)
	var b *ledger.Batch
	if err == nil {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			b, err = s.Ledger.Offer(r.Context(), tx, by, up)
			return err
		})
	}
	var se *sheet.Error
	var le *ledger.Error
	switch {
	case errors.As(err, &se):
		return s.importFormPage(w, r, http.StatusBadRequest, se.Message)
	case errors.As(err, &le) && le.Kind == ledger.Invalid:
		return s.importFormPage(w, r, http.StatusBadRequest, le.Message)
	case err != nil:
		return err
	}
	return &redirectError{b.Path()}
}

// readUpload reads the table in the file of a form.
func readUpload(r *http.Request) (ledger.Upload, error) {
	none := &sheet.Error{Kind: sheet.Invalid, Message: "请选择要导入的表格（.xlsx 或 .csv）。"}
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return ledger.Upload{}, err
		}
		return ledger.Upload{}, none
	}
	defer r.MultipartForm.RemoveAll()
	file, head, err := r.FormFile("file")
	if err != nil || head.Size == 0 {
		return ledger.Upload{}, none
	}
	defer file.Close()
	tables, err := sheet.Read(file, head.Size, sheet.Usual, ledger.Titles()...)
	if err != nil {
		return ledger.Upload{}, err
	}
	t := tables[0] // the first that has a row of our titles
	if i := slices.IndexFunc(tables, func(t sheet.Table) bool { return t.Name == sheetName }); i >= 0 {
		t = tables[i]
	}
	up := ledger.Upload{File: filepath.Base(head.Filename), Columns: t.Header}
	for _, row := range t.Rows {
		for title, text := range row.Cells {
			if d, ok := sheet.ParseDate(text); ok && !d.IsZero() && looks[title].Kind == sheet.Date {
				row.Cells[title] = d.String()
			}
		}
		up.Lines = append(up.Lines, ledger.Line{N: row.Line, Cells: row.Cells})
	}
	return up, nil
}

// imports lists the imports.
func (s *Server) imports(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	var list []*ledger.Batch
	var names map[string]string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if list, err = s.Ledger.Batches(ctx, tx, by); err != nil {
			return err
		}
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	if err != nil {
		return err
	}
	p := s.office(r, "历次导入", Link{Text: "任务台账", URL: "/ledger"}, Link{Text: "导入", URL: "/ledger/import"}, Link{Text: "历次导入"})
	p.Data = map[string]any{"Batches": list, "Names": names}
	return s.render(w, http.StatusOK, "imports.html", p)
}

func importID(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return 0, notFound("没有这次导入。")
	}
	return n, nil
}

func (s *Server) importPage(w http.ResponseWriter, r *http.Request) error {
	return s.batchPage(w, r, nil)
}

// previewLines is how many lines of a kind a page shows; a table with more mistakes is mended in the spreadsheet.
const previewLines = 300

// preview is the lines of a waiting batch by what they would do.
type preview struct {
	Wrong, Change, New     []ledger.Verdict
	Wrongs, Changes, Fresh int // all of them
	Same, Going            int
}

func previewOf(b *ledger.Batch, list []ledger.Verdict) preview {
	p := preview{Same: b.Same}
	add := func(to *[]ledger.Verdict, n *int, v ledger.Verdict) {
		if *n++; *n <= previewLines {
			*to = append(*to, v)
		}
	}
	for _, v := range list {
		switch v.Fate {
		case ledger.FateWrong:
			add(&p.Wrong, &p.Wrongs, v)
		case ledger.FateChange:
			add(&p.Change, &p.Changes, v)
		case ledger.FateNew:
			add(&p.New, &p.Fresh, v)
		default:
			p.Same++
		}
	}
	p.Going = p.Changes + p.Fresh
	return p
}

func (s *Server) batchPage(w http.ResponseWriter, r *http.Request, no *ledger.Error) error {
	id, err := importID(r)
	if err != nil {
		return err
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	var b *ledger.Batch
	var verdicts []ledger.Verdict
	var names map[string]string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if b, verdicts, err = s.Ledger.BatchOf(ctx, tx, by, id); err != nil {
			return err
		}
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	if err != nil {
		return err
	}
	p := s.office(r, "导入："+b.File, Link{Text: "任务台账", URL: "/ledger"}, Link{Text: "历次导入", URL: "/ledger/imports"}, Link{Text: b.File})
	status, message := http.StatusOK, ""
	if no != nil {
		status, message = ledgerStatus[no.Kind], no.Message
	}
	p.Data = map[string]any{"B": b, "P": previewOf(b, verdicts), "Names": names, "Problem": message}
	return s.render(w, status, "batch.html", p)
}

func (s *Server) applyImport(w http.ResponseWriter, r *http.Request) error {
	return s.onBatch(w, r, "imported", func(ctx context.Context, tx *db.Tx, by ledger.Actor, id int64) error {
		_, err := s.Ledger.ApplyBatch(ctx, tx, by, id, r.PostFormValue("only") == "1")
		return err
	})
}

func (s *Server) dropImport(w http.ResponseWriter, r *http.Request) error {
	return s.onBatch(w, r, "dropped", s.Ledger.DropBatch)
}

func (s *Server) undoImport(w http.ResponseWriter, r *http.Request) error {
	return s.onBatch(w, r, "undone", func(ctx context.Context, tx *db.Tx, by ledger.Actor, id int64) error {
		_, err := s.Ledger.UndoBatch(ctx, tx, by, id)
		return err
	})
}

// onBatch does one thing to a batch and goes back to its page, which says what was refused.
func (s *Server) onBatch(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, *db.Tx, ledger.Actor, int64) error) error {
	id, err := importID(r)
	if err != nil {
		return err
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error { return do(r.Context(), tx, by, id) })
	var le *ledger.Error
	if errors.As(err, &le) && (le.Kind == ledger.Invalid || le.Kind == ledger.WrongState) {
		return s.batchPage(w, r, le)
	}
	if err != nil {
		return err
	}
	s.changed()
	return &redirectError{"/ledger/imports/" + strconv.FormatInt(id, 10) + "?done=" + done}
}

// Asks is what the page shows of a new duty beside its title.
func (preview) Asks(v ledger.Verdict) string {
	var out []string
	for _, title := range []string{"依据", "牵头单位", "配合单位", "落实单位", "时限", "填报频次", "状态"} {
		if t := v.Line.Cells[title]; t != "" {
			out = append(out, title+"："+t)
		}
	}
	return strings.Join(out, "；")
}
