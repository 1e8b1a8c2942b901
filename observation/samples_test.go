package observation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/quantity"
	"zhixing/sheet"
)

func (s *story) upload(csv string) (m *Import) {
	s.Helper()
	s.write(func(tx *db.Tx) (err error) {
		m, err = s.o.ReadSamples(ctx, tx, "示例甲", "九月.csv", strings.NewReader(csv), int64(len(csv)), nil, "")
		return err
	})
	return m
}

func (s *story) lines(m *Import) string {
	var out []string
	for _, l := range m.Lines {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s %s %s", l.Line, l.State, l.Name, l.Value, l.Message)))
	}
	return strings.Join(out, "\n")
}

func TestHandSamples(t *testing.T) {
	stories(t, "2023-09-25 09:00", func(s *story) {
		s.give("lab-lead/P1 2023-09-20 09:00 0.010", "lab-lead/P2 2023-09-20 09:00 0.004")
		m := s.upload(`点位,项目,采样时间,结果,单位,方法,采样人
P1,铅,2023-09-20 09:00,0.0003L,mg/L,HJ 700,示例甲
P2,Pb,2023年9月20日 9:00,4.0,ug/L,HJ 700,示例甲
P3,铅,2023/9/20 9:30,1.50,μg/L,,
P3,氨氮,2023-09-20,0.20,,,
P3,铅,2023-09-20 09:30,2,mg/L,,
P4,铅,昨天,2,mg/L,,
P4,铅,2023-09-20 09:00,未检出,mg/L,,
P4,铅,2023-09-20 09:00,2,亩,,
P4,镉,2023-09-20 09:00,2,mg/L,,
P5,铅,2023-09-20 09:00,缺测,mg/L,,
,铅,2023-09-20 09:00,1,mg/L,,
`)
		s.want("preview", s.lines(m), `2 更正 lab-lead 0.0003L 原为 0.010
3 相同 lab-lead 0.0040
4 新增 lab-lead 0.00150
5 新增 nh3 0.20
6 有误 lab-lead 2 与第 4 行是同一个点位、项目和时间
7 有误 lab-lead  采样时间“昨天”应写作 2023-09-20 09:00
8 有误 lab-lead  “未检出”应写出检出限，如 0.0003L
9 有误 lab-lead  “亩”不能换算成“mg/L”：不是同一种量
10 有误   没有名为“镉”的监测项目
11 新增 lab-lead
12 有误   没有写点位`)
		s.want("nothing yet", s.all(Query{Series: s.id("lab-lead/P1")}), "09-20 09:00 0.010 v1")
		apply := func() (r Result, err error) {
			err = s.d.Write(ctx, func(tx *db.Tx) error {
				_, r, err = s.o.Apply(ctx, tx, m.ID, "示例甲")
				return err
			})
			return r, err
		}
		if r, err := apply(); err != nil || len(r.Changed) != 4 {
			t.Fatalf("%+v %v", r, err)
		}
		if _, err := apply(); KindOf(err) != WrongState {
			t.Error("applied twice:", err)
		}
		s.want("applied", s.all(Query{Series: s.id("lab-lead/P1")}), "09-20 09:00 0.0003L v2")
		s.give("nh3/P3 2023-09-20 00:00 0.25") // corrected by hand afterwards: stays
		s.write(func(tx *db.Tx) error {
			_, r, err := s.o.Undo(ctx, tx, m.ID, "示例甲")
			if len(r.Changed) != 3 {
				t.Errorf("undone: %+v", r.Changed)
			}
			return err
		})
		s.want("undone", s.all(Query{Series: s.id("lab-lead/P1")}), "09-20 09:00 0.010 v3")
		s.want("withdrawn", s.all(Query{Series: s.id("lab-lead/P3")}), "")
		s.want("changed since", s.all(Query{Series: s.id("nh3/P3")}), "09-20 00:00 0.25 v2")
		// Once more: what was withdrawn is new again.
		m = s.upload("点位,项目,采样时间,结果\nP3,铅,2023-09-20 09:30,0.0015\n")
		s.want("again", s.lines(m), "2 新增 lab-lead 0.0015")
	})
}

func TestSamplesAsWorkbook(t *testing.T) {
	stories(t, "2023-09-25 09:00", func(s *story) {
		var b bytes.Buffer
		err := sheet.Write(&b, sheet.Book{Sheets: []sheet.Sheet{{Name: "九月", Heading: "九月采样", Columns: []sheet.Column{{Title: "点位"}, {Title: "项目"}, {Title: "采样时间"}, {Title: "结果"}, {Title: "单位"}},
			Rows: [][]string{{"P1", "铅", "2023-09-20 09:00", "0.0003L", "mg/L"}}}}})
		if err != nil {
			t.Fatal(err)
		}
		s.write(func(tx *db.Tx) error {
			m, err := s.o.ReadSamples(ctx, tx, "示例甲", "九月.xlsx", bytes.NewReader(b.Bytes()), int64(b.Len()), func(_ context.Context, _ *db.Tx, register, text string) (string, error) {
				if text == "P1" {
					return "outlet-1", nil
				}
				return "", nil
			}, "outlets")
			if err == nil && (len(m.Lines) != 1 || m.Lines[0].State != LineNew || m.Lines[0].Key != "outlet-1") {
				t.Errorf("%+v", m.Lines)
			}
			return err
		})
		s.read(func(tx *db.Tx) error {
			if _, err := s.o.ReadSamples(ctx, tx, "示例甲", "x.csv", strings.NewReader("点位,项目,结果\nP1,铅,1\n"), -1, nil, ""); !strings.Contains(fmt.Sprint(err), "没有“采样时间”一列") {
				t.Error(err)
			}
			return nil
		})
	})
}

func TestConvertKeepsDigits(t *testing.T) {
	for _, c := range []struct{ in, from, to, want string }{
		{"1.50", "ug/L", "mg/L", "0.00150"}, {"0.20", "mg/L", "ug/L", "200"}, {"0.2000", "mg/L", "ug/L", "200.0"}, {"7", "mg/L", "mg/L", "7"}, {"1.5", "亩", "hm2", "0.1000000"}, {"2", "m3/h", "m3/s", "0.000556"},
	} {
		got, err := Convert(quantity.MustParse(c.in), quantity.Unit(c.from), quantity.Unit(c.to))
		if err != nil || got.String() != c.want {
			t.Errorf("%s %s = %s %s, want %s (%v)", c.in, c.from, got, c.to, c.want, err)
		}
	}
}

func TestReceive(t *testing.T) {
	stories(t, "2023-09-20 12:00", func(s *story) {
		var token string
		s.write(func(tx *db.Tx) (err error) {
			token, err = s.o.AddSender(ctx, tx, "示例甲", Sender{Name: "示例平台", Series: []SeriesName{"cod", "nh3"}})
			return err
		})
		body := `{"readings":[
			{"series":"cod","of":"P1","at":"2023-09-20T09:00:00+08:00","value":61.0},
			{"series":"cod","of":"P1","at":"2023-09-20 10:00","value":"0.3L"},
			{"series":"cod","of":"P1","at":"2023-09-20T11:00:00+08:00","value":null,"flag":"D"},
			{"series":"nh3","of":"P1","at":"2023-09-20T09:00:00+08:00","value":1500,"unit":"ug/L"},
			{"series":"flow","of":"P1","at":"2023-09-20T09:00:00+08:00","value":1},
			{"series":"cod","of":"P1","at":"2023-09-20T09:00:00+08:00","vlaue":1},
			{"series":"cod","of":"P1","at":"gestern","value":1},
			{"series":"cod","of":"P1","at":"2099-09-20T09:00:00+08:00","value":1},
			{"series":"cod","of":"P1","at":"2023-09-20T09:00:00+08:00"}
		]}`
		s.write(func(tx *db.Tx) error {
			sender, err := s.o.SenderOf(ctx, tx, token)
			if err != nil || sender == nil {
				t.Fatal(sender, err)
			}
			r, err := s.o.Receive(ctx, tx, sender, []byte(body))
			var refused []string
			for _, x := range r.Refused {
				refused = append(refused, fmt.Sprint(x.Index, " ", x.Message))
			}
			got := strings.Join(refused, "\n")
			for _, want := range []string{"4 “示例平台”不可报送“flow”", "5 读不懂", "6 时间“gestern”", "7 时间 2099", "8 没有写 value"} {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in\n%s", want, got)
				}
			}
			if len(r.Changed) != 4 || len(r.Refused) != 5 {
				t.Errorf("%d %s", len(r.Changed), got)
			}
			return err
		})
		s.want("cod", s.all(Query{Series: s.id("cod/P1")}), "09-20 09:00 61.0 v1, 09-20 10:00 0.3L v1, 09-20 11:00 /D v1")
		s.want("nh3", s.all(Query{Series: s.id("nh3/P1")}), "09-20 09:00 1.500 v1")
		s.read(func(tx *db.Tx) error {
			if x, err := s.o.SenderOf(ctx, tx, token+"x"); x != nil || err != nil {
				t.Error("a wrong token is known")
			}
			return nil
		})
		s.write(func(tx *db.Tx) error { return s.o.EndSender(ctx, tx, "示例甲", 1) })
		s.read(func(tx *db.Tx) error {
			if x, err := s.o.SenderOf(ctx, tx, token); x != nil || err != nil {
				t.Error("an ended token is taken")
			}
			return nil
		})
	})
}

func TestOut(t *testing.T) {
	stories(t, "2023-09-20 12:00", func(s *story) {
		s.o.Definition("cod").Public = true
		s.give("cod/P\"1 2023-09-20 09:00 61.0", "cod/P\"1 2023-09-20 10:00 /D", "cod/P2 2023-09-20 10:00 0.3L", "nh3/P2 2023-09-20 10:00 3")
		s.read(func(tx *db.Tx) error {
			var b bytes.Buffer
			q := Query{Series: s.id(`cod/P"1`)}
			err := errors.Join(s.o.WriteCSV(ctx, tx, q, &b), s.o.WriteJSON(ctx, tx, q, &b), s.o.WriteMetrics(ctx, tx, "outlets", &b))
			s.want("out", b.String(), `时间,值,单位,状态,标志,收到时间,版本
2023-09-20 09:00:00,61.0,mg/L,有效,N,2023-09-20 12:00:00,1
2023-09-20 10:00:00,,mg/L,源头缺测,D,2023-09-20 12:00:00,1
{"series":"cod","of":"P\"1","unit":"mg/L","kind":"hour","readings":[
{"at":"2023-09-20T01:00:00Z","value":"61.0","flag":"N","state":"有效","recorded":"2023-09-20T04:00:00Z","version":1},
{"at":"2023-09-20T02:00:00Z","value":null,"flag":"D","state":"源头缺测","recorded":"2023-09-20T04:00:00Z","version":1}
]}
# TYPE zhixing_reading gauge
zhixing_reading{register="outlets",series="cod",of="P2",unit="mg/L"} 0.3
# TYPE zhixing_reading_time_seconds gauge
zhixing_reading_time_seconds{register="outlets",series="cod",of="P2",unit="mg/L"} 1695175200
# TYPE zhixing_series_silent gauge
zhixing_series_silent{register="outlets",series="cod",of="P\"1",unit="mg/L"} 0
zhixing_series_silent{register="outlets",series="cod",of="P2",unit="mg/L"} 0
`)
			return err
		})
	})
}

func FuzzDecodeJSON(f *testing.F) {
	o, err := New("999999", definitions())
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"readings":[{"series":"cod","of":"P1","at":"2023-09-20T09:00:00+08:00","value":61.0,"unit":"ug/L"}]}`))
	f.Add([]byte(`[{"series":"cod","of":"P1","at":"2023-09-20 09:00","value":"0.3L","flag":"D"}]`))
	f.Add([]byte(`{"series":"cod","of":"P1","at":"2023-09-20 09:00","value":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, index, refused, err := o.DecodeJSON(b, "token/x")
		if err == nil && (len(list)+len(refused) == 0 || len(list) != len(index)) {
			t.Fatalf("%d readings, %d refused", len(list), len(refused))
		}
		for _, r := range list {
			if back, err := parseValue(r.Value.String()); err != nil || !back.Same(r.Value) {
				t.Fatalf("%s is stored as %s, %v", r.Value, back, err)
			}
		}
	})
}

func FuzzSampleLine(f *testing.F) {
	f.Add("0.0003L", "mg/L", "2023年9月20日 9:00")
	f.Add("<4", "ug/L", "2023/9/20")
	f.Add("缺测", "", "2023-09-20 09:00:01")
	d := definitions()[5]
	f.Fuzz(func(t *testing.T, result, unit, moment string) {
		v, err := sampleValue(result, unit, d)
		if err == nil {
			if back, err := parseValue(v.String()); err != nil || !back.Same(v) {
				t.Fatalf("%q %q is stored as %s, %v", result, unit, v, err)
			}
		}
		if at, ok := parseMoment(moment); ok && (at.Year() < 1949 || at.Year() > 3000) {
			t.Fatal(moment, at)
		}
	})
}
