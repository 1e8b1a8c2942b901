package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/register"
)

// asked sends a form as the telephone's script does.
func (s *site) asked(as, target string, form url.Values) answer {
	s.t.Helper()
	req := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	return s.do(as, req)
}

// A grid worker reports from the telephone; what is sent twice is there once. The pages of the telephone are let in by right and state.
func TestCasePhone(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		s.want(s.get("经办", "/cases/new"), 200, "取得现在的位置", `data-duty="case-new"`)
		form := url.Values{"service": {"water-black"}, "words": {"桥下发黑"}, "address": {"某村桥头"}, "once": {"abcdefghijklmnopqrstuvwx"}}
		for range 2 {
			a := s.asked("经办", "/cases/new", form)
			s.want(a, 200, `"case":1`)
		}
		s.want(s.asked("经办", "/cases/new", url.Values{"service": {"nothing"}, "words": {"x"}}), 400, "请选择反映的类别")
		s.want(s.post("经办", "/cases/new", url.Values{"service": {"water-black"}, "words": {"还在"}}), 400, "请在地图上点出位置", "还在")
		id := s.caseFound(1, unitA, "河边堆放垃圾")
		s.post("督查", id.Path()+"/feed", url.Values{"units": {unitA}})
		s.post("局长", id.Path()+"/accept", nil)
		s.want(s.get("局长", id.Path()+"/phone/putright"), 200, `action="`+id.Path()+`/putright"`)
		s.want(s.get("旁局", id.Path()+"/phone/putright"), 403)
		s.want(s.get("局长", id.Path()+"/phone/check"), 200, "不能办这一项")
		s.want(s.get("局长", id.Path()+"/phone/close"), 404)
		s.want(s.asked("局长", id.Path()+"/putright", url.Values{"words": {"已清理"}, "once": {"tttttttttttttttttttttttt"}}), 200, `"done":"putright"`)
		s.want(s.asked("局长", id.Path()+"/putright", url.Values{"words": {"已清理"}, "once": {"tttttttttttttttttttttttt"}}), 200)
		s.want(s.get("局长", "/work"), 200)
		s.want(s.get("督查", "/work"), 200, "河边堆放垃圾")
	})
}

// An inspection is planned, filled in on the spot, and what failed is a case.
func TestInspectionPages(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		s.want(s.get("督查", "/inspections"), 200, s.works.Cases.Checklists[0].Title, "随机抽取")
		var l cases.Checklist
		var e *register.Entry
		for _, l = range s.works.Cases.Checklists { // one of a register into which something can be put
			if e = s.caseEntry(l.Register); e != nil {
				break
			}
		}
		if e == nil {
			t.Skip("no register of a checklist takes an invented entry")
		}
		at := "/inspections/at/" + l.ID + "/" + url.PathEscape(e.Key)
		s.want(s.get("经办", "/inspections/at/"+l.ID), 200, e.Label)
		s.want(s.get("经办", at), 200, l.Items[0].Name)
		s.want(s.get("经办", "/inspections/at/"+l.ID+"/nobody"), 404)
		s.want(s.get("经办", "/inspections/at/nothing"), 404)
		s.want(s.post("经办", "/inspections/plan", url.Values{"checklist": {l.ID}, "entries": {e.Key}, "due": {"2031-07-01"}}), 403)
		s.want(s.post("督查", "/inspections/plan", url.Values{"checklist": {l.ID}, "entries": {"nobody"}, "due": {"2031-07-01"}}), 400)
		s.want(s.post("督查", "/inspections/plan", url.Values{"checklist": {l.ID}, "entries": {e.Key}, "due": {"2031-07-01"}}), 303)
		s.want(s.get("经办", "/inspections?planned=1"), 200, e.Label, "2031-07-01")
		s.want(s.get("经办", "/inspections/1"), 200, l.Items[0].Name)
		form := url.Values{"planned": {"1"}, "words": {"先看了一半"}, "item0": {"fail"}, "said0": {"没有记录"}, "once": {"inspection-once-1234567890"}}
		if len(l.Items) > 1 {
			s.want(s.post("经办", at, form), 400, "还没有检查", "先看了一半", "没有记录")
		}
		for n := 1; n < len(l.Items); n++ {
			form.Set("item"+string(rune('0'+n)), "pass")
		}
		s.want(s.asked("经办", at, form), 200, `"inspection":1`)
		s.want(s.asked("经办", at, form), 200, `"inspection":1`)
		s.want(s.get("经办", "/inspections/1"), 200, "不合格", "没有记录")
		s.want(s.post("督查", "/inspections/draw", url.Values{"checklist": {l.ID}, "entries": {"9"}, "each": {"1"}, "inspectors": {"经办"}, "due": {"2031-07-01"}}), 400, "不够抽取 9 个")
		s.want(s.post("督查", "/inspections/draw", url.Values{"checklist": {l.ID}, "entries": {"1"}, "each": {"1"}, "inspectors": {"经办", "局长"}, "due": {"2031-07-01"}}), 303)
		s.want(s.get("督查", "/inspections"), 200, "种子")
		s.want(s.get("督查", "/inspections/9"), 404)
	})
}

// caseEntry puts an invented entry into a register by what its fields ask for; nil where the register does not take it.
func (s *site) caseEntry(name register.Name) (e *register.Entry) {
	s.t.Helper()
	schema, _ := s.works.Registers.Schema(name)
	values := map[string]string{}
	for _, f := range schema.Fields {
		switch {
		case !f.Required:
		case len(f.Options) > 0:
			values[f.Name] = f.Options[0]
		case f.Type == register.Text || f.Type == register.Person:
			values[f.Name] = "虚构" + f.Name
		case f.Type == register.Unit:
			values[f.Name] = unitA
		case f.Type == register.Number || f.Type == register.Money:
			values[f.Name] = "1"
		case f.Type == register.Day:
			values[f.Name] = "2031-01-01"
		case f.Type == register.YesNo:
			values[f.Name] = "是"
		case f.Type == register.Point:
			values[f.Name] = "111.56 35.49"
		default:
			return nil
		}
	}
	ctx := context.Background()
	err := s.srv.DB.Write(ctx, func(tx *db.Tx) (err error) {
		e, err = s.works.Registers.Add(ctx, tx, register.System, name, register.Input{Fields: values, Why: "虚构"})
		return err
	})
	if err != nil {
		return nil
	}
	return e
}
