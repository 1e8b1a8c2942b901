package cases_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/sheet"
)

const token = "kx3v9q-7f2m1p8c-5zt4hb"

func trash() cases.Report {
	return cases.Report{Service: "river-trash", Text: "金丝雀正文：桥下有成堆垃圾，我家门牌三号。", Place: &cases.Point{Lon: 111.4567891, Lat: 35.4567891}, Address: "金丝雀地址",
		Contact: cases.Contact{Name: "金丝雀姓名", Phone: "13800138000"}, Once: token}
}

func (s *story) report(r cases.Report) cases.Receipt {
	s.Helper()
	var got cases.Receipt
	s.write(func(tx *db.Tx) (err error) {
		got, err = s.c.Report(ctx, tx, r)
		return err
	})
	s.sound(got.ID)
	return got
}

// A citizen's report goes to the unit of its category; sent twice it is one; its reporter is asked, and heard once.
func TestCitizensReport(t *testing.T) {
	stories(t, func(s *story) {
		got := s.report(trash())
		if got.Due != day("2023-09-21") || got.Unit != office || len(got.Code) < 14 {
			t.Fatalf("%+v", got)
		}
		if again := s.report(trash()); again != got {
			t.Fatalf("sent twice: %+v and %+v", got, again)
		}
		id := got.ID
		if k := s.kase(id); k.Units()[0] != hekou || k.Town != hekou || k.Source != cases.ByCitizen {
			t.Fatalf("%+v", k)
		}
		s.feed("督查甲", id)
		s.accept("河口镇长", id)
		s.putRight("河口镇长", id)
		s.check("督查甲", id)
		s.close("督查乙", id)
		track := func(code string) (tr cases.Tracked, err error) {
			err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
				tr, err = s.c.Track(ctx, tx, code)
				return err
			})
			return tr, err
		}
		tr, err := track(strings.ToLower(got.Code[:4] + "-" + got.Code[4:]))
		if err != nil || !tr.Asked || tr.Until != day("2023-10-18") || tr.Case.State != cases.Closed || tr.Case.Confirmed != "waiting" {
			t.Fatalf("%+v, %v", tr, err)
		}
		_, err = track("ABCDEFGHJK")
		s.refused(err, ledger.NotFound, "查询码")
		answer := func(yes bool, words string) error {
			return s.db.Write(ctx, func(tx *db.Tx) error {
				_, err := s.c.Answer(ctx, tx, got.Code, yes, words)
				return err
			})
		}
		s.At("2023-10-18")
		s.refused(answer(false, ""), ledger.Invalid, "说明")
		if err := answer(false, "桥下还有。"); err != nil {
			t.Fatal(err)
		}
		s.sound(id)
		s.wantState(id, cases.PuttingIt)
		if k := s.kase(id); k.Asked.No != 1 || !k.Asked.Again {
			t.Errorf("%+v", k.Asked)
		}
		s.refused(answer(false, "还有"), ledger.WrongState, "期限")
		s.putRight("河口镇长", id)
		s.check("督查甲", id)
		s.close("督查乙", id)
		if err := answer(false, "还是没有解决。"); err != nil { // on record; it is sent back once
			t.Fatal(err)
		}
		s.wantState(id, cases.Closed)
		s.read(func(tx *db.Tx) error {
			p, err := s.c.PublicOf(ctx, tx, id)
			if err != nil || p.Confirmed != "no" {
				t.Errorf("%+v, %v", p, err)
			}
			return nil
		})
		s.At("2023-11-20")
		s.refused(answer(true, ""), ledger.WrongState, "期限")
	})
}

// Nothing that a citizen wrote is in a public table, nor in what Open311 shows; places of sensitive services are rough.
func TestNothingPrivateIsPublic(t *testing.T) {
	stories(t, func(s *story) {
		got := s.report(trash())
		tip := trash()
		tip.Service, tip.Once = "tip", token+"2"
		secret := s.report(tip)
		var all strings.Builder
		s.read(func(tx *db.Tx) error {
			list, _, err := s.c.PublicList(ctx, tx, cases.PublicQuery{})
			if err != nil || len(list) != 2 {
				t.Fatalf("%+v, %v", list, err)
			}
			for _, p := range list {
				if p.Due.IsZero() {
					t.Errorf("no last day on %+v", p)
				}
				if p.ID == secret.ID && *p.Place != (cases.Point{Lon: 111.46, Lat: 35.46}) {
					t.Errorf("a sensitive place: %v", *p.Place)
				}
				if p.ID == got.ID && *p.Place != (cases.Point{Lon: 111.45679, Lat: 35.45679}) {
					t.Errorf("a place: %v", *p.Place)
				}
			}
			b, _ := json.Marshal(list)
			all.Write(b)
			reqs, err := s.c.Requests311(ctx, tx, url.Values{})
			if err != nil || len(reqs) != 2 {
				t.Fatalf("%+v, %v", reqs, err)
			}
			b, _ = json.Marshal(reqs)
			all.Write(b)
			tr, err := s.c.Track(ctx, tx, got.Code)
			b, _ = json.Marshal(tr)
			all.Write(b)
			if err != nil {
				t.Fatal(err)
			}
			for _, table := range []string{"case_public", "case_picture"} {
				rows, err := tx.Query(ctx, `SELECT * FROM `+table)
				if err != nil {
					return err
				}
				cols, _ := rows.Columns()
				for rows.Next() {
					vals := make([]any, len(cols))
					for i := range vals {
						vals[i] = new(any)
					}
					if err := rows.Scan(vals...); err != nil {
						return err
					}
					for _, v := range vals {
						fmt.Fprintln(&all, *v.(*any))
					}
				}
				rows.Close()
			}
			return nil
		})
		for _, canary := range []string{"金丝雀", "13800138000", "111.4567891", "zh-"} {
			if strings.Contains(all.String(), canary) {
				t.Errorf("%q is public", canary)
			}
		}
		// the code is the reporter's alone: neither it nor the token stands anywhere
		for _, table := range []string{"case_step", "case_record", "case_reporter", "journal"} {
			s.read(func(tx *db.Tx) error {
				rows, err := tx.Query(ctx, `SELECT * FROM `+table)
				if err != nil {
					return err
				}
				defer rows.Close()
				cols, _ := rows.Columns()
				for rows.Next() {
					vals := make([]any, len(cols))
					for i := range vals {
						vals[i] = new(any)
					}
					if err := rows.Scan(vals...); err != nil {
						return err
					}
					for i, v := range vals {
						if text := fmt.Sprint(*v.(*any)); strings.Contains(text, token) || strings.Contains(text, got.Code) {
							t.Errorf("%s.%s holds the reporter's secret", table, cols[i])
						}
					}
				}
				return rows.Err()
			})
		}
		reporter := func(name string, id cases.ID) error {
			return s.db.Read(ctx, func(tx *db.Tx) error {
				_, err := s.c.ReporterOf(ctx, tx, as(name), id)
				return err
			})
		}
		s.feed("督查甲", got.ID)
		s.feed("督查甲", secret.ID)
		if err := reporter("河口经办", got.ID); err != nil {
			t.Error(err)
		}
		s.refused(reporter("上岭乡长", got.ID), ledger.NotAllowed, "无关")
		s.refused(reporter("分局经办", secret.ID), ledger.NotAllowed, "主管单位") // it might be about them
	})
}

// What is reported with mistakes is refused in words.
func TestReportRefusals(t *testing.T) {
	s := open(t, db.SQLite)
	for name, c := range map[string]struct {
		mend func(*cases.Report)
		word string
	}{
		"no category":   {func(r *cases.Report) { r.Service = "nothing" }, "类别"},
		"no text":       {func(r *cases.Report) { r.Text = " \n" }, "请填写"},
		"too long":      {func(r *cases.Report) { r.Text = strings.Repeat("字", 4001) }, "最多 4000 字"},
		"zero byte":     {func(r *cases.Report) { r.Text = "a\x00b" }, "无法识别"},
		"nowhere":       {func(r *cases.Report) { r.Place, r.Address = nil, "" }, "位置"},
		"off the earth": {func(r *cases.Report) { r.Place.Lat = 91 }, "经纬度"},
		"guessable":     {func(r *cases.Report) { r.Once = "1" }, "提交标识"},
		"ten pictures":  {func(r *cases.Report) { r.Files = make([]cases.Upload, 10) }, "最多附"},
		"a program":     {func(r *cases.Report) { r.Files = []cases.Upload{{Name: "x.exe", Content: []byte("MZ\x90\x00")}} }, "不是照片"},
	} {
		r := trash()
		c.mend(&r)
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			_, err := s.c.Report(ctx, tx, r)
			return err
		})
		if ledger.KindOf(err) == 0 || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%s: %v, want a refusal that says %q", name, err, c.word)
		}
	}
	r := trash()
	r.Text = strings.Repeat("字", 4000)
	s.report(r)
}

// A grid worker reports from the spot, in his own name and without a code.
func TestGridWorkersReport(t *testing.T) {
	stories(t, func(s *story) {
		report := func(name string) (cases.Receipt, error) {
			var got cases.Receipt
			err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
				r := trash()
				r.Files = []cases.Upload{{Name: "a.jpg", Content: fakeJPEG("grid")}}
				got, err = s.c.ReportBy(ctx, tx, as(name), r)
				return err
			})
			return got, err
		}
		_, err := report("审计")
		s.refused(err, ledger.NotAllowed, "不能上报")
		got, err := report("河口经办")
		if err != nil || got.Code != "" {
			t.Fatalf("%+v, %v", got, err)
		}
		again, err := report("河口经办")
		if err != nil || again.ID != got.ID {
			t.Errorf("%+v, %v", again, err)
		}
		s.sound(got.ID)
		if k := s.kase(got.ID); k.Source != cases.ByGrid || len(s.steps(got.ID)[0].Data.Files) != 1 {
			t.Errorf("%+v", k)
		}
	})
}

// Two reports of one matter are one case, and both reporters are heard.
func TestMergedReports(t *testing.T) {
	stories(t, func(s *story) {
		first := s.report(trash())
		r := trash()
		r.Once = token + "second"
		second := s.report(r)
		if first.Code == second.Code {
			t.Fatal("one code for two")
		}
		merge := func(id, into cases.ID) error {
			_, err := s.does("督查甲", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
				return s.c.Merge(ctx, tx, by, id, into, "同一处垃圾")
			})
			return err
		}
		s.refused(merge(first.ID, first.ID), ledger.Invalid, "自身")
		if err := merge(second.ID, first.ID); err != nil {
			t.Fatal(err)
		}
		s.sound(first.ID)
		s.sound(second.ID)
		s.wantState(second.ID, cases.Merged)
		s.refused(merge(second.ID, first.ID), ledger.WrongState, "已并案")
		s.feed("督查甲", first.ID)
		s.accept("河口镇长", first.ID)
		s.putRight("河口镇长", first.ID)
		s.check("督查甲", first.ID)
		s.close("督查乙", first.ID)
		s.write(func(tx *db.Tx) error {
			tr, err := s.c.Track(ctx, tx, second.Code)
			if err != nil || tr.Case.ID != first.ID || tr.Mine != second.ID || !tr.Asked {
				t.Errorf("%+v, %v", tr, err)
			}
			_, err = s.c.Answer(ctx, tx, second.Code, true, "")
			return err
		})
		if k := s.kase(first.ID); k.Asked.Yes != 1 || len(k.From) != 1 {
			t.Errorf("%+v", k)
		}
	})
}

// A case is split into several, which go their own ways.
func TestSplit(t *testing.T) {
	stories(t, func(s *story) {
		got := s.report(trash())
		var kids []cases.ID
		s.must("督查甲", func(tx *db.Tx, by cases.Actor) (k *cases.Case, err error) {
			k, kids, err = s.c.Split(ctx, tx, by, got.ID, []cases.Splitting{{Title: "桥下垃圾", Unit: "生态分局"}, {Title: "护栏损坏", Unit: housing}}, "两件事")
			return k, err
		})
		if len(kids) != 2 {
			t.Fatal(kids)
		}
		if k := s.kase(kids[0]); k.Split != got.ID || k.Units()[0] != bureau || k.State != cases.Feedback {
			t.Errorf("%+v", k)
		}
		s.feed("督查甲", kids[1])
		s.accept("住建局长", kids[1])
	})
}

func (s *story) orders(book [][]string, apply bool) ([]cases.Line, error) {
	s.Helper()
	var b bytes.Buffer
	sh := sheet.Sheet{Name: "工单", Columns: make([]sheet.Column, len(book[0])), Rows: book[1:]}
	for i, title := range book[0] {
		sh.Columns[i] = sheet.Column{Title: title}
	}
	if err := sheet.Write(&b, sheet.Book{Sheets: []sheet.Sheet{sh}}); err != nil {
		s.Fatal(err)
	}
	var lines []cases.Line
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		lines, err = s.c.Orders(ctx, tx, as("督查甲"), bytes.NewReader(b.Bytes()), int64(b.Len()), apply)
		return err
	})
	return lines, err
}

// A sheet of 12345 orders may come again and again; its lines are told one by one, and the answers go back by its numbers.
func TestOrdersOf12345(t *testing.T) {
	stories(t, func(s *story) {
		book := [][]string{{"工单编号", "诉求内容", "诉求类别", "地址", "经度", "纬度", "诉求人", "联系电话"},
			{"S001", "夜间施工", "噪声", "某小区", "", "", "示例甲", "13800138001"}, {"S002", "河边垃圾", "垃圾", "桥头", "111.4", "35.5", "", ""},
			{"S003", "不知何事", "天文", "某处", "", "", "", ""}, {"", "没有编号", "噪声", "某处", "", "", "", ""},
			{"S001", "重复", "噪声", "某处", "", "", "", ""}, {"S005", "坐标不对", "噪声", "某处", "211.4", "35.5", "", ""}}
		kinds := func(lines []cases.Line) string {
			var out []string
			for _, l := range lines {
				out = append(out, string(l.What))
			}
			return strings.Join(out, " ")
		}
		lines, err := s.orders(book, false)
		if err != nil || kinds(lines) != "new new wrong wrong wrong wrong" || s.count(`SELECT count(*) FROM case_record`) != 0 {
			t.Fatalf("%+v, %v", lines, err)
		}
		lines, err = s.orders(book, true)
		if err != nil || lines[0].Case == 0 || lines[1].Case == 0 || lines[2].Why == "" || lines[2].Line != 4 {
			t.Fatalf("%+v, %v", lines, err)
		}
		id := lines[1].Case
		book[1][1] = "夜间施工，扰民"
		lines, err = s.orders(book, true)
		if err != nil || kinds(lines) != "changed same wrong wrong wrong wrong" || s.count(`SELECT count(*) FROM case_record`) != 2 {
			t.Fatalf("%+v, %v", lines, err)
		}
		s.feed("督查甲", id)
		s.accept("河口镇长", id)
		s.putRight("河口镇长", id)
		s.check("督查甲", id)
		s.close("督查乙", id)
		s.read(func(tx *db.Tx) error {
			rows, err := s.c.Answers(ctx, tx, as("督查甲"), day("2023-09-01"), day("2023-09-30"))
			if err != nil || len(rows) != 2 || rows[1][0] != "S002" || rows[1][2] != "已办结" || rows[1][7] != "是" || len(rows[0]) != len(cases.AnswerColumns) {
				t.Errorf("%v, %v", rows, err)
			}
			_, err = s.c.Answers(ctx, tx, as("河口镇长"), day("2023-09-01"), day("2023-09-30"))
			s.refused(err, ledger.NotAllowed, "工单")
			return nil
		})
	})
}

// Open311: what comes in by it goes out by it.
func TestOpen311(t *testing.T) {
	stories(t, func(s *story) {
		if list := s.c.Services311(); len(list) != 1 || list[0].Code != "river-trash" || list[0].Keywords != "垃圾,河道" {
			t.Errorf("%+v", list) // the tips and the service that is not public are left out
		}
		r, err := cases.Post311(url.Values{"service_code": {"river-trash"}, "lat": {"35.5"}, "long": {"111.4"}, "description": {"垃圾"}, "last_name": {"示例"}, "first_name": {"甲"}, "phone": {"1"}})
		if err != nil || r.Place.Lon != 111.4 || r.Contact.Name != "示例甲" {
			t.Fatalf("%+v, %v", r, err)
		}
		got := s.report(r)
		_, err = cases.Post311(url.Values{"service_code": {"river-trash"}, "lat": {"north"}, "long": {"111.4"}})
		if e, ok := cases.Errors311(err); !ok || e.Code != 400 {
			t.Errorf("%+v, %v", e, err)
		}
		requests := func(v url.Values) ([]cases.Request311, error) {
			var out []cases.Request311
			err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
				out, err = s.c.Requests311(ctx, tx, v)
				return err
			})
			return out, err
		}
		list, err := requests(url.Values{"service_request_id": {fmt.Sprint(int64(got.ID))}})
		if err != nil || len(list) != 1 || list[0].Status != "open" || list[0].Expected != "2023-09-21T23:59:59+08:00" || !list[0].Lat.Known || list[0].Lat.Value != 35.5 {
			t.Fatalf("%+v, %v", list, err)
		}
		for _, v := range []url.Values{{"start_date": {"2023-01-01T00:00:00+08:00"}}, {"status": {"fixed"}}, {"service_request_id": {"x"}}, {"start_date": {"1 May"}}} {
			_, err := requests(v)
			s.refused(err, ledger.Invalid, "")
		}
		_, err = requests(url.Values{"service_code": {"nothing"}})
		if e, ok := cases.Errors311(err); !ok || e.Code != 404 {
			t.Errorf("%+v, %v", e, err)
		}
		b, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		x, err := xml.Marshal(struct {
			XMLName xml.Name `xml:"service_requests"`
			List    []cases.Request311
		}{List: list})
		if err != nil {
			t.Fatal(err)
		}
		object := []byte(`{"service_requests":` + string(b) + `}`)
		for _, form := range [][]byte{b, x, object} {
			back, err := cases.Read311(bytes.NewReader(form))
			if err != nil || len(back) != 1 || back[0].ID != list[0].ID || back[0].Lat != list[0].Lat {
				t.Errorf("%s\n%+v, %v", form, back, err)
			}
		}
		other := []cases.Request311{{ID: "77", Status: "open", ServiceName: "噪声", Description: "夜里很吵", Address: "某街"}, {ID: "78", Status: "closed", ServiceName: "噪声", Description: "x", Address: "y"},
			{ID: "79", ServiceName: "别的", Address: "某街"}}
		for range 2 {
			s.write(func(tx *db.Tx) error {
				lines, err := s.c.Take311(ctx, tx, cases.Server311{Name: "city.example.org"}, other)
				if err != nil || lines[0].Case == 0 || lines[1].What != cases.WrongLine || lines[2].What != cases.WrongLine {
					t.Errorf("%+v, %v", lines, err)
				}
				return err
			})
		}
		if n := s.count(`SELECT count(*) FROM case_record WHERE source = 'open311'`); n != 1 {
			t.Errorf("%d cases of one request", n)
		}
	})
}

func FuzzRead311(f *testing.F) {
	f.Add([]byte(`[{"service_request_id":"1","lat":"35.5","long":null}]`))
	f.Add([]byte(`{"service_requests":[{"service_request_id":"1","lat":1e3}]}`))
	f.Add([]byte(`<service_requests><request><lat></lat><long>1</long></request></service_requests>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := cases.Read311(bytes.NewReader(b))
		if err != nil && ledger.KindOf(err) != ledger.Invalid {
			t.Errorf("%v", err)
		}
		for _, r := range list {
			if r.Lat.Known && (r.Lat.Value > 180 || r.Lat.Value < -180) {
				t.Errorf("%+v", r)
			}
		}
	})
}

func FuzzOrders(f *testing.F) {
	f.Add("工单编号,诉求内容,诉求类别,地址\nS1,吵,噪声,某处\n")
	f.Add("工单编号,诉求内容,诉求类别,经度,纬度\nS1,吵,噪声,NaN,Inf\n")
	c := theCases(f)
	d := dbOf(f)
	f.Fuzz(func(t *testing.T, text string) {
		err := d.Read(ctx, func(tx *db.Tx) error {
			lines, err := c.Orders(ctx, tx, as("督查甲"), strings.NewReader(text), int64(len(text)), false)
			for _, l := range lines {
				if l.What == cases.WrongLine && l.Why == "" {
					t.Errorf("%+v", l)
				}
			}
			return err
		})
		if err != nil && ledger.KindOf(err) != ledger.Invalid {
			t.Errorf("%v", err)
		}
	})
}
