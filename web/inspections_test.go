package web

import (
	"context"
	"net/url"
	"testing"

	"zhixing/db"
	"zhixing/register"
)

// An inspection is planned, filled in on the spot, and what failed is a case.
func TestInspectionPages(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		l, ok := s.works.Cases.ChecklistOf("six")
		if !ok || len(l.Items) < 2 {
			t.Fatal("the demonstration county has no checklist six of some items")
		}
		of, _ := s.works.Registers.Schema(l.Register)
		s.want(s.get("经办", "/inspections/at/"+l.ID), 200, of.Title, "里还没有条目", "/lists/"+string(of.Name), of.Custodian+"先登记")
		e := s.caseEntry(l.Register)
		s.want(s.get("经办", "/inspections/at/"+l.ID+"?q=金丝雀"), 200, of.Title, "没有找到“金丝雀”", "看全部")
		s.want(s.get("督查", "/inspections"), 200, l.Title, "随机抽取")
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
		s.want(s.post("经办", at, form), 400, "还没有检查", "先看了一半", "没有记录")
		for n := 1; n < len(l.Items); n++ {
			form.Set("item"+string(rune('0'+n)), "pass")
		}
		s.want(s.asked("经办", at, form), 200, `"inspection":1`)
		s.want(s.asked("经办", at, form), 200, `"inspection":1`)
		s.want(s.get("经办", "/inspections/1"), 200, "不合格 1 项", "没有记录", l.Items[0].Ask, "照片和整改在事项里")
		s.want(s.post("督查", "/inspections/draw", url.Values{"checklist": {l.ID}, "entries": {"9"}, "each": {"1"}, "inspectors": {"经办"}, "due": {"2031-07-01"}}), 400, "不够抽取 9 个")
		s.want(s.post("督查", "/inspections/draw", url.Values{"checklist": {l.ID}, "entries": {"1"}, "each": {"1"}, "inspectors": {"经办", "局长"}, "due": {"2031-07-01"}}), 303)
		s.want(s.get("督查", "/inspections"), 200, "种子")
		s.want(s.get("督查", "/inspections/9"), 404)
	})
}

// caseEntry puts an invented entry into a register by what its fields ask for.
func (s *site) caseEntry(name register.Name) (e *register.Entry) {
	s.t.Helper()
	schema, ok := s.works.Registers.Schema(name)
	if !ok {
		s.t.Fatalf("no register %s", name)
	}
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
			s.t.Fatalf("%s of %s is a %s: say what to put into it", f.Name, name, f.Type)
		}
	}
	s.caseWrite(func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = s.works.Registers.Add(ctx, tx, register.System, name, register.Input{Fields: values, Why: "虚构"})
		return err
	})
	return e
}
