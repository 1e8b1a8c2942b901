package web

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/notice"
)

// Letters about a case stand where whoever signs or answers looks for letters, each with an address that opens for him; for others it
// does not.
func TestCaseLettersAreFound(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		var id cases.ID
		s.caseWrite(func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = s.works.Cases.Open(ctx, tx, cases.Found{ID: 1, Rule: "test-rule", Subject: "x/1", Title: "工地没有围挡", Unit: unitA, Ladder: "dust", At: tx.Now()})
			return err
		})
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Cases.Feed(ctx, tx, officer, id, cases.Feeding{Units: []string{unitA}})
			return err
		})
		s.want(s.post("局长", id.Path()+"/accept", nil), 303)
		later := func(days int) {
			s.clock.Advance(time.Duration(days) * 24 * time.Hour)
			for _, who := range []string{"督查", "副县长", "局长", "旁局"} {
				s.logInAgain(who)
			}
			if _, err := s.works.Cases.Run(context.Background(), s.srv.DB); err != nil {
				t.Fatal(err)
			}
		}
		letter := func(n string) string { return id.Path() + "/letters/" + n }
		later(12) // three working days to put it right, three more to the warning
		warn := letter("1")
		s.want(s.get("督查", "/work"), 200, "待签发文书", `href="`+warn+`"`)
		s.want(s.get("督查", "/letters"), 200, `href="`+warn+`"`, "工地没有围挡")
		s.want(s.get("督查", "/letters.csv?queue=all"), 200, "闭环事项"+id.Number())
		s.want(s.get("督查", warn), 200, `action="`+warn+`/sign"`)
		for _, page := range []string{"/work", "/letters", "/letters.csv", "/ledger/units/" + url.PathEscape(unitA)} {
			if a := s.get("局长", page); strings.Contains(a.body, warn) || strings.Contains(a.body, "闭环事项"+id.Number()) && page == "/letters.csv" {
				t.Errorf("%s shows a unit the draft of a letter to it", page)
			}
		}
		s.want(s.get("局长", warn), 404)
		s.want(s.get("督查", "/letters/1"), 404) // it is no letter about a duty
		if n := s.noticeTo("督查", "letter"); n.Path != warn {
			t.Errorf("who signs is led to %q", n.Path)
		}
		s.want(s.post("督查", warn+"/sign", nil), 303)
		s.want(s.get("局长", "/work"), 200, "待反馈文书", `href="`+warn+`"`)
		s.want(s.get("局长", "/letters?queue=sent"), 200, `href="`+warn+`"`)
		s.want(s.get("局长", "/ledger/units/"+url.PathEscape(unitA)), 200, `href="`+warn+`"`)
		s.want(s.get("局长", warn), 200, `action="`+warn+`/answer"`)
		for _, page := range []string{"/work", "/letters", "/letters.csv"} {
			if a := s.get("旁局", page); strings.Contains(a.body, "工地没有围挡") {
				t.Errorf("%s shows a letter to another unit", page)
			}
		}
		s.want(s.get("旁局", warn), 404)
		s.want(s.post("局长", warn+"/answer", url.Values{"words": {"正在装围挡"}}), 303)
		if a := s.get("局长", "/work"); strings.Contains(a.body, warn) {
			t.Error("an answered letter still waits")
		}

		later(12) // ten working days: the interview, which a leader signs
		talk := letter("2")
		s.want(s.get("副县长", "/work"), 200, "待签发文书", `href="`+talk+`"`)
		s.want(s.get("副县长", "/letters"), 200, `href="`+talk+`"`)
		s.want(s.get("副县长", talk), 200, `action="`+talk+`/sign"`)
		if a := s.get("督查", "/letters?queue=mine"); strings.Contains(a.body, talk) {
			t.Error("the office is asked to sign what a leader signs")
		}
		s.want(s.post("督查", talk+"/sign", url.Values{"when": {"明天9时"}, "where": {"二楼会议室"}}), 403)
		s.want(s.post("副县长", talk+"/sign", url.Values{"when": {"明天9时"}, "where": {"二楼会议室"}}), 303)
	})
}

// noticeTo is the newest notice of a kind to somebody.
func (s *site) noticeTo(who, kind string) (out notice.Notice) {
	s.t.Helper()
	s.carry()
	s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
		list, _, err := notice.Inbox(ctx, tx, s.srv.countyCode, who, notice.InboxQuery{})
		for _, n := range list {
			if n.Kind == kind && out.Path == "" {
				out = n.Notice
			}
		}
		return err
	})
	return out
}
