package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhixing/audience"
	"zhixing/db"
)

func (s *Server) audienceImport(w http.ResponseWriter, r *http.Request) error {
	return s.audienceImportPage(w, r, http.StatusOK, "", "", "")
}

func (s *Server) audienceImportPage(w http.ResponseWriter, r *http.Request, status int, problem, list, why string) error {
	by, works, err := s.audienceKeeper(r)
	if err != nil {
		return err
	}
	names, err := s.accountNames(r)
	if err != nil {
		return err
	}
	var batches []*audience.Batch
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		batches, err = works.Audience.Batches(r.Context(), tx, by, 100)
		return err
	})
	if err != nil {
		return err
	}
	var lists []string
	for _, b := range batches {
		if !slices.Contains(lists, b.List) {
			lists = append(lists, b.List)
		}
	}
	p := s.office(r, "导入接收对象", Link{Text: "接收对象", URL: "/audience"}, Link{Text: "导入"})
	p.Data = map[string]any{"Problem": problem, "TheList": list, "Why": why, "Batches": batches, "Lists": lists, "Names": names}
	return s.render(w, status, "audienceimport.html", p)
}

// audienceOffer takes a table and holds it against the record. Nothing of anybody is written yet.
func (s *Server) audienceOffer(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.audienceKeeper(r)
	if err != nil {
		return err
	}
	file, err := readTable(r)
	if err != nil {
		return err
	}
	list := strings.TrimSpace(r.PostFormValue("list"))
	if len(file.Content) == 0 {
		return s.audienceImportPage(w, r, http.StatusBadRequest, "请选择要导入的文件（.xlsx 或 .csv）。", list, file.Why)
	}
	var b *audience.Batch
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		b, _, err = works.Audience.Offer(r.Context(), tx, by, audience.Table{List: list, File: file.File, Why: file.Why, Content: file.Content})
		return err
	})
	if k := audience.KindOf(err); k == audience.Invalid || k == audience.TooLarge {
		return s.audienceImportPage(w, r, audienceStatus[k], audience.Message(err), list, file.Why)
	}
	if err != nil {
		return err
	}
	return &redirectError{"/audience/imports/" + strconv.FormatInt(b.ID, 10)}
}

func (s *Server) audienceBatch(w http.ResponseWriter, r *http.Request) error {
	return s.audienceBatchPage(w, r, http.StatusOK, "")
}

func (s *Server) audienceBatchPage(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	by, works, err := s.audienceKeeper(r)
	if err != nil {
		return err
	}
	id, err := importID(r)
	if err != nil {
		return err
	}
	names, err := s.accountNames(r)
	if err != nil {
		return err
	}
	var b *audience.Batch
	var wrong []audience.RowReport
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		b, wrong, err = works.Audience.BatchOf(r.Context(), tx, by, id)
		return err
	})
	if err != nil {
		return err
	}
	p := s.office(r, "导入："+b.File, Link{Text: "接收对象", URL: "/audience"}, Link{Text: "导入", URL: "/audience/import"}, Link{Text: b.List})
	p.Data = map[string]any{"B": b, "Wrong": wrong, "Names": names, "Problem": problem, "Does": b.Did.New + b.Did.Change}
	return s.render(w, status, "audiencebatch.html", p)
}

func (s *Server) audienceBatchAct(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.audienceKeeper(r)
	if err != nil {
		return err
	}
	id, err := importID(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	done := ""
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		switch r.PathValue("act") {
		case "apply":
			done = "applied"
			_, err := works.Audience.Apply(r.Context(), tx, by, id, f.Get("only") == "1")
			return err
		case "leave":
			done = "left"
			return works.Audience.Leave(r.Context(), tx, by, id)
		case "undo":
			done = "undone"
			_, err := works.Audience.Undo(r.Context(), tx, by, id, f.Get("why"))
			return err
		}
		return notFound("没有这样的办理。")
	})
	if k := audience.KindOf(err); k == audience.Invalid || k == audience.Conflict {
		return s.audienceBatchPage(w, r, audienceStatus[k], audience.Message(err))
	}
	if err != nil {
		return err
	}
	return &redirectError{"/audience/imports/" + strconv.FormatInt(id, 10) + "?done=audience-" + done}
}
