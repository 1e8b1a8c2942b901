package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
)

// hotlineRoutes are the exchange with 12345: its orders come in as a sheet that is looked at first, what became of them goes back.
var hotlineRoutes = []route{
	{"GET /cases/hotline", seated, false, false, (*Server).hotlineForm, "12345工单：导入、导出办理结果；外部系统（Open311）的情况"},
	{"POST /cases/hotline", seated, false, true, (*Server).hotlineLook, "12345工单：看导入的表会怎样，还不导入"},
	{"POST /cases/hotline/take", seated, false, true, (*Server).hotlineTake, "12345工单：导入"},
	{"GET /cases/hotline/answers.csv", seated, false, false, (*Server).hotlineAnswers, "12345工单办理结果；?from= ?to="},
}

func (s *Server) hotlineForm(w http.ResponseWriter, r *http.Request) error {
	return s.hotlinePage(w, r, http.StatusOK, nil, "", false, "")
}

// hotlinePage shows the sheet line by line as it was looked at; sheet is the file itself, which the browser keeps until it is taken in.
func (s *Server) hotlinePage(w http.ResponseWriter, r *http.Request, status int, lines []cases.Line, sheet string, taken bool, problem string) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	if !cases.May(by, cases.ActImport) {
		return forbidden("只有县政府办公室可以导入工单。")
	}
	var servers []cases.Standing311
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		servers, err = works.Cases.Standings311(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, l := range lines {
		counts[string(l.What)]++
	}
	p := s.office(r, "12345工单和外部系统", Link{Text: "闭环事项", URL: "/cases"}, Link{Text: "12345工单和外部系统"})
	p.Data = map[string]any{"Lines": lines, "Counts": counts, "Sheet": sheet, "Taken": taken, "Problem": problem, "Servers": servers, "From": s.today().AddDays(-30), "To": s.today(),
		"What": map[cases.LineKind]string{cases.NewLine: "新工单", cases.SameLine: "已受理过", cases.ChangedLine: "内容有变", cases.WrongLine: "有问题"}}
	return s.render(w, status, "hotline.html", p)
}

func (s *Server) hotlineLook(w http.ResponseWriter, r *http.Request) error {
	return s.hotline(w, r, false)
}

func (s *Server) hotlineTake(w http.ResponseWriter, r *http.Request) error {
	return s.hotline(w, r, true)
}

func (s *Server) hotline(w http.ResponseWriter, r *http.Request, take bool) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	if !cases.May(by, cases.ActImport) {
		return forbidden("只有县政府办公室可以导入工单。")
	}
	b, err := hotlineSheet(r, take)
	if err != nil {
		return err
	}
	if len(b) == 0 {
		return s.hotlinePage(w, r, http.StatusBadRequest, nil, "", false, "请选择要导入的表格（.xlsx 或 .csv）。")
	}
	var lines []cases.Line
	do := func(ctx context.Context, tx *db.Tx) (err error) {
		lines, err = works.Cases.Orders(ctx, tx, by, bytes.NewReader(b), int64(len(b)), take)
		return err
	}
	if take {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) error { return do(r.Context(), tx) })
	} else {
		err = s.read(r, do)
	}
	var le *ledger.Error
	switch {
	case errors.As(err, &le) && le.Kind == ledger.Invalid:
		return s.hotlinePage(w, r, http.StatusBadRequest, nil, "", false, le.Message)
	case err != nil:
		return err
	}
	return s.hotlinePage(w, r, http.StatusOK, lines, base64.StdEncoding.EncodeToString(b), take, "")
}

// hotlineSheet is the sheet of a form: the file, or the one that the page was shown for.
func hotlineSheet(r *http.Request, kept bool) ([]byte, error) {
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return nil, err
		}
		return nil, nil
	}
	defer r.MultipartForm.RemoveAll()
	if kept {
		b, err := base64.StdEncoding.DecodeString(r.FormValue("sheet"))
		if err != nil {
			return nil, badRequest("表格没有传完，请重新选择。")
		}
		return b, nil
	}
	file, _, err := r.FormFile("file")
	if err != nil {
		return nil, nil
	}
	defer file.Close()
	return io.ReadAll(file)
}

// hotlineAnswers is what became of the orders whose cases changed in a period, in the columns that 12345 takes back.
func (s *Server) hotlineAnswers(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	from, err := day(r, "from")
	if err != nil {
		return err
	}
	to, err := day(r, "to")
	if err != nil {
		return err
	}
	if to.IsZero() {
		to = s.today()
	}
	if from.IsZero() {
		from = to.AddDays(-30)
	}
	var rows [][]string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = works.Cases.Answers(ctx, tx, by, from, to)
		return err
	})
	if err != nil {
		return err
	}
	return writeCSV(w, "12345办理结果"+from.String()+"至"+to.String()+".csv", append([][]string{cases.AnswerColumns}, rows...))
}
