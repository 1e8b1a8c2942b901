package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/personnel"
)

// caseSeats seats people for stories of cases: an office, a leader, the head and an officer of a bureau, a town, another bureau.
func caseSeats(s *site) {
	s.t.Helper()
	for i, p := range []struct{ name, unit, title string }{
		{"督查", officeUnit, "督查员"}, {"副县长", governmentUnit, "副县长"}, {"局长", unitA, "局长"}, {"经办", unitA, "经办人"}, {"旁局", unitB, "经办人"},
	} {
		s.login(p.name)
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			id, err := personnel.AddPerson(ctx, tx, s.srv.countyCode, "system", "示例"+p.name, "虚构")
			if err != nil {
				return err
			}
			if err := personnel.BindAccount(ctx, tx, s.srv.countyCode, "system", id, p.name); err != nil {
				return err
			}
			_, err = personnel.Appoint(ctx, tx, s.srv.County.Book, s.srv.countyCode, "system", personnel.Move{Person: id, Post: personnel.ID(p.unit, p.title),
				On: calendar.Date{Year: 2031, Month: 1, Day: 1 + i}, Reason: "虚构"})
			return err
		})
	}
}

func (s *site) caseWrite(do func(ctx context.Context, tx *db.Tx) error) {
	s.t.Helper()
	ctx := context.Background()
	if err := s.srv.DB.Write(ctx, func(tx *db.Tx) error { return do(ctx, tx) }); err != nil {
		s.t.Fatal(err)
	}
}

// caseFound opens a case for a unit, which the county office owns.
func (s *site) caseFound(n int64, unit, title string) cases.ID {
	s.t.Helper()
	var id cases.ID
	s.caseWrite(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = s.works.Cases.Open(ctx, tx, cases.Found{ID: n, Rule: "test-rule", Subject: "x/" + title, Title: title, Unit: unit, Ladder: "none", At: tx.Now()})
		return err
	})
	return id
}

func (s *site) want(a answer, status int, words ...string) {
	s.t.Helper()
	if a.status != status {
		if a.status >= 500 {
			s.t.Log(s.logs.String())
		}
		s.t.Fatalf("%d %s, want %d\n%.1500s", a.status, a.location, status, around2(a.body, "<main"))
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			s.t.Errorf("%q is missing:\n%.3000s", w, around2(a.body, "<main"))
		}
	}
}

// A case from found to closed through its pages: what each does is said, what is wrong is said beside what was typed.
func TestCasePages(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		id := s.caseFound(1, unitA, "河边堆放垃圾")
		path := id.Path()
		s.want(s.get("督查", "/cases"), 200, "河边堆放垃圾", unitA)
		s.want(s.get("督查", path), 200, `action="`+path+`/feed"`)
		s.want(s.get("旁局", path), 403)
		if a := s.get("旁局", "/cases"); strings.Contains(a.body, "河边堆放垃圾") {
			t.Error("another bureau reads the case in the list")
		}
		s.want(s.post("旁局", path+"/feed", url.Values{"words": {"反馈"}}), 403)
		s.want(s.post("督查", path+"/feed", url.Values{"units": {"没有这个局"}, "words": {"请抓紧"}}), 400, "没有叫", "请抓紧")
		a := s.post("督查", path+"/feed", url.Values{"units": {unitA}, "words": {"请在雨前清理。"}, "once": {"once-for-feeding-it"}})
		s.want(a, 303)
		s.want(s.get("督查", a.location), 200, "已办理：反馈", "请在雨前清理。")
		s.want(s.get("局长", "/cases?mine=1"), 200, "河边堆放垃圾")
		s.want(s.post("局长", path+"/accept", nil), 303)
		s.want(s.post("局长", path+"/putright", url.Values{"words": {""}}), 400)
		up := (&world{site: s}).send("局长", path+"/putright", url.Values{"words": {"已清理。"}, "lon": {"111.5"}, "lat": {"35.5"}}, "files")
		s.want(up, 303)
		s.want(s.post("督查", path+"/check", url.Values{"words": {"现场看过"}, "lon": {"很远"}, "lat": {"1"}}), 400, "经度", "现场看过", "很远")
		s.want(s.post("督查", path+"/check", url.Values{"words": {"现场看过"}, "lon": {"111.5"}, "lat": {"35.5"}}), 303)
		s.want(s.post("督查", path+"/close", url.Values{"reason": {"已整改"}, "result": {"垃圾已运走。"}, "despite": {"由人工确认"}}), 303)
		a = s.get("督查", path)
		s.want(a, 200, "已办结", "垃圾已运走。", "现场看过", "SHA-256")
		_, rest, _ := strings.Cut(a.body, path+"/files/")
		sha := rest[:64]
		if a := s.get("局长", path+"/files/"+sha); a.status != 200 || !strings.Contains(a.header.Get("Content-Security-Policy"), "sandbox") {
			t.Error(a.status, a.header)
		}
		s.want(s.get("旁局", path+"/files/"+sha), 403)
		s.want(s.get("督查", "/cases.csv"), 200, "河边堆放垃圾", "已办结")
		s.want(s.get("督查", "/cases.json?state=已办结"), 200, "河边堆放垃圾")
		s.want(s.get("督查", "/cases?state=已办结&q=垃圾&unit="+url.QueryEscape(unitA)), 200, "河边堆放垃圾")
		s.want(s.get("督查", path+"?on=2031-06-08"), 200, "已办结")
		s.want(s.get("督查", "/cases?state=睡觉"), 400)
		s.want(s.get("督查", "/cases/99999"), 404)
		s.want(s.get("", "/cases"), http.StatusSeeOther)
	})
}

// How often a finding was seen is asked of the finding: what goes on is told to its case once.
func TestCaseCountsItsFindings(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		ctx := context.Background()
		var id cases.ID
		for n := range 3 {
			s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
				f, err := s.works.Judge.Raise(ctx, tx, finding.Raised{Rule: "test-rule", Subject: "x/1", Unit: unitA, Detail: finding.Detail{Title: "超标", Says: "超过限值"}})
				if err == nil && n == 0 {
					id, err = s.works.Cases.Open(ctx, tx, cases.Found{ID: int64(f.ID), Rule: f.Rule, Subject: f.Subject, Title: "超标", Unit: unitA, Ladder: "none", At: tx.Now()})
				}
				return err
			})
		}
		s.want(s.get("督查", id.Path()), 200, `<td data-is="次数" class="figure">3</td>`)
		if err := s.srv.DB.Read(ctx, func(tx *db.Tx) error {
			k, err := s.works.Cases.Of(ctx, tx, officer, id)
			if err == nil && k.Findings[0].Times != 1 {
				t.Errorf("the case was told %d times", k.Findings[0].Times)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// Findings, with what they saw, and silences with their reasons.
func TestFindingPages(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		s.want(s.get("督查", "/findings"), 200, "没有符合条件的问题")
		rule := s.works.Judge.Rules[0]
		s.want(s.post("督查", "/findings/silences", url.Values{"rule": {rule.ID}, "until": {"2031-06-20"}, "reason": {""}}), 400, "请填写静默理由", "2031-06-20")
		s.want(s.post("局长", "/findings/silences", url.Values{"rule": {rule.ID}, "until": {"2031-06-20"}, "reason": {"检修"}}), 403)
		s.want(s.post("督查", "/findings/silences", url.Values{"rule": {rule.ID}, "until": {"2031-06-20"}, "reason": {"设备检修"}}), 303)
		s.want(s.get("局长", "/findings/silences"), 200, "设备检修", rule.Title, "静默中")
		s.want(s.post("督查", "/findings/silences/1/end", nil), 303)
		s.want(s.get("督查", "/findings/silences"), 200, "提前结束")
		s.want(s.get("督查", "/findings/unknown"), 200)
		s.want(s.get("督查", "/findings.csv?severity=严重"), 200, "责任单位")
		s.want(s.get("督查", "/findings/7"), 404)
		s.want(s.get("督查", "/findings?severity=很"), 400)
	})
}
