package web

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/sheet"
)

// looks is how the columns of the ledger look in a spreadsheet; one that is not named is short text.
var looks = map[string]sheet.Column{
	"序号": {Width: 5, Kind: sheet.Number}, "编号": {Width: 7}, "任务": {Width: 30, Kind: sheet.Wrap}, "依据": {Width: 20, Kind: sheet.Wrap},
	"牵头单位": {Width: 16, Kind: sheet.Wrap}, "配合单位": {Width: 18, Kind: sheet.Wrap}, "落实单位": {Width: 14, Kind: sheet.Wrap},
	"时限": {Width: 12, Kind: sheet.Date}, "时限原文": {Width: 13, Kind: sheet.Wrap}, "填报频次": {Width: 12, Kind: sheet.Wrap}, "进度%": {Width: 7, Kind: sheet.Number},
	"状态": {Width: 9}, "灯": {Width: 7}, "原因": {Width: 14, Kind: sheet.Wrap}, "交办日期": {Width: 12, Kind: sheet.Date}, "最近填报": {Width: 12, Kind: sheet.Date},
	"销号日期": {Width: 12, Kind: sheet.Date}, "延期次数": {Width: 6, Kind: sheet.Number}, "退回次数": {Width: 6, Kind: sheet.Number},
	"任务内容": {Width: 36, Kind: sheet.Wrap}, "版本": {Width: 6, Kind: sheet.Number},
}

// sheetName is the tab that an import reads.
const sheetName = "台账"

// maxLives is for how many duties an export tells the whole life.
const maxLives = 500

// ledgerSheet is the ledger as a spreadsheet that can be printed and signed, and edited and imported again.
func (s *Server) ledgerSheet(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	q, err := s.ledgerQuery(r.URL.Query())
	if err != nil {
		return err
	}
	if r.URL.Query().Get("on") != "" {
		return badRequest("Excel 只导出现在的台账。过去某一天的情形请导出 CSV。")
	}
	full := r.URL.Query().Get("full") == "1"
	var rows []ledger.Row
	var lives [][]string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		if rows, err = s.Ledger.Rows(ctx, tx, by, q, s.today()); err != nil || !full {
			return err
		}
		if len(rows) > maxLives {
			return badRequest("全过程一次最多导出 " + strconv.Itoa(maxLives) + " 项任务的，请缩小查询范围。")
		}
		lives, err = s.livesOf(ctx, tx, rows)
		return err
	})
	if err != nil {
		return err
	}
	book := sheet.Book{Sheets: []sheet.Sheet{s.ledgerTab(rows), s.printTab(rows), howTab()}}
	if full {
		book.Sheets = append(book.Sheets, sheet.Sheet{Name: "全过程", Heading: "任务办理全过程", Rows: lives, Columns: []sheet.Column{{Title: "任务编号", Width: 9},
			{Title: "步", Width: 5, Kind: sheet.Number}, {Title: "时间", Width: 17}, {Title: "事项", Width: 14}, {Title: "单位", Width: 20, Kind: sheet.Wrap},
			{Title: "经办人", Width: 14}, {Title: "内容", Width: 60, Kind: sheet.Wrap}}})
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, book); err != nil {
		return badRequest(sheet.Message(err))
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape("任务台账"+s.today().String()+".xlsx"))
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	_, err = w.Write(b.Bytes())
	return err
}

func (s *Server) ledgerTab(rows []ledger.Row) sheet.Sheet {
	t := sheet.Sheet{Name: sheetName, Heading: s.countyName + "重点任务台账", Rows: ledger.Table(rows),
		Note: "截至" + s.today().Chinese() + "，共" + strconv.Itoa(len(rows)) + "项。可以修改后再导入，办法见“说明”；打印、签字用“打印”表。"}
	for _, c := range ledger.Columns {
		col := looks[c.Title]
		if col.Title = c.Title; c.Title == "状态" {
			for _, st := range ledger.States {
				col.Choices = append(col.Choices, st.Chinese())
			}
		}
		t.Columns = append(t.Columns, col)
	}
	return t
}

// printed are the columns that fit on a page that people sign.
var printed = []string{"序号", "编号", "任务", "依据", "牵头单位", "配合单位", "时限", "进度%", "状态", "灯"}

// printTab is the same table in few columns, with room for signatures above it.
func (s *Server) printTab(rows []ledger.Row) sheet.Sheet {
	t := sheet.Sheet{Name: "打印", Heading: s.countyName + "重点任务台账",
		Note: "截至" + s.today().Chinese() + "，共" + strconv.Itoa(len(rows)) + "项　　　填表人（签字）：　　　　　　　审核人（签字）：　　　　　　　负责人（签字）："}
	titles := ledger.Titles()
	var at []int
	wider := map[string]float64{"牵头单位": 26, "配合单位": 24} // there is room where the other columns are not
	for _, title := range printed {
		col := looks[title]
		col.Title = title
		col.Width = max(col.Width, wider[title])
		t.Columns = append(t.Columns, col)
		at = append(at, slices.Index(titles, title))
	}
	for _, whole := range ledger.Table(rows) {
		var row []string
		for _, i := range at {
			row = append(row, whole[i])
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// howTab explains how to edit the table and to import it again.
func howTab() sheet.Sheet {
	t := sheet.Sheet{Name: "说明", Heading: "怎样修改后再导入",
		Note:    "在“台账”表里修改，保存后到“任务台账—导入”上传。导入前逐行核对，不合格的行说明原因，可只导入无误的行；导入后可以撤销。",
		Columns: []sheet.Column{{Title: "列名", Width: 14}, {Title: "能否修改", Width: 14}, {Title: "怎样填", Width: 70, Kind: sheet.Wrap}}}
	for _, c := range ledger.Columns {
		t.Rows = append(t.Rows, []string{c.Title, c.Change.Chinese(), c.How})
	}
	for _, line := range [][2]string{
		{"修改", "只改“可改”“交办前可改”的列。其他列改动后，这一行不能导入。"}, {"新增", "在表格下面接着填，编号和版本留空，任务、依据、牵头单位必填。"},
		{"删除", "删去一行不会删去任务。任务不办了，请在任务页面终止。"}, {"表头", "不要改动列名；列的次序可以调，不用的列可以删，“编号”“任务”“版本”要保留。"},
	} {
		t.Rows = append(t.Rows, []string{line[0], "", line[1]})
	}
	return t
}

// livesOf are all steps of the duties, as a table.
func (s *Server) livesOf(ctx context.Context, tx *db.Tx, rows []ledger.Row) (out [][]string, err error) {
	for _, d := range rows {
		steps, err := s.Ledger.StepsOf(ctx, tx, d.ID)
		if err != nil {
			return nil, err
		}
		names, err := s.namesOf(ctx, tx, steps)
		if err != nil {
			return nil, err
		}
		for _, st := range steps {
			out = append(out, []string{d.ID.Number(), strconv.FormatInt(st.N, 10), st.At.In(calendar.Zone).Format("2006-01-02 15:04"), st.What.Chinese(),
				firstText(st.Unit, st.Data.Unit), firstText(names[st.By], st.By), stepWords(st)})
		}
	}
	return out, nil
}

// stepWords is what a step says, in one cell.
func stepWords(st ledger.Step) string {
	var out []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" && (len(out) == 0 || out[len(out)-1] != s) {
			out = append(out, s)
		}
	}
	if r := st.Data.Report; r != nil {
		add(r.Text)
		add("进度" + strconv.Itoa(r.Progress) + "%")
	}
	if g := st.Data.Rung; g != nil {
		add(g.Name + "：" + g.Words + "；依据 " + g.Rule.Cite())
	}
	add(st.Data.Reason)
	add(st.Data.Result)
	for _, x := range st.Data.Diff {
		add(x.Field + "：" + x.Was + " → " + x.Now)
	}
	return strings.Join(out, "\n")
}
