package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"zhixing/audience"
	"zhixing/db"
	"zhixing/personnel"
)

// Who is on duty and who is away is entered by those who may; what lacks and what contradicts itself is said with what to do about it, and
// who is on duty is called.
func TestRoster(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		one, two := s.callTowns()
		s.seat("一镇长", one, "镇长")
		s.roll(townHead("1", one), townHead("2", two))
		ids := map[string]string{} // by town
		s.reading(func(ctx context.Context, tx *db.Tx) error {
			list, err := s.works.Audience.Posts(ctx, tx, audience.Area{County: true})
			for _, r := range list {
				ids[r.Place.Town] = fmt.Sprintf("recipient/%d", r.ID)
			}
			return err
		})
		page := s.get("督查", "/callups/roster?town="+url.QueryEscape(one))
		s.want(page, 200, "没有人可叫", "登记一班值班", "没有排班", "登记值班")
		if strings.Contains(page.body, "1380000000") {
			t.Error("the roster shows somebody's number")
		}
		s.want(s.get("", "/callups/roster"), 303)
		s.want(s.get("督查", "/callups/roster?town=x"), 404)
		if a := s.get("旁局", "/callups/roster?town="+url.QueryEscape(one)); strings.Contains(a.body, `name="act" value="shift"`) {
			t.Error("the form is shown to who may not")
		}
		_, rest, _ := strings.Cut(page.body, `name="seat0" value="`)
		seat, _, _ := strings.Cut(rest, `"`)
		shift := url.Values{"act": {"shift"}, "town": {one}, "seat": {"0"}, "seat0": {seat}, "person": {ids[one]}, "from": {"2031-06-08T20:00"}, "to": {"2031-06-09T00:00"}}
		with := func(k, v string) url.Values {
			out := url.Values{}
			for name, list := range shift {
				out[name] = list
			}
			out[k] = []string{v}
			return out
		}
		s.want(s.post("旁局", "/callups/roster", shift), 403)
		s.want(s.post("一镇长", "/callups/roster", with("town", two)), 403)
		s.want(s.post("一镇长", "/callups/roster", with("person", ids[two])), 403)
		s.want(s.post("一镇长", "/callups/roster", with("to", "")), 400, "请填写开始和结束的时间")
		s.want(s.post("一镇长", "/callups/roster", with("to", "2031-06-08T10:00")), 400, "结束时间应晚于开始")
		s.want(s.post("一镇长", "/callups/roster", with("seat0", "别的岗位")), 400, "请选择哪个岗位")
		s.want(s.post("一镇长", "/callups/roster", shift), 303)
		s.want(s.get("一镇长", "/callups/roster"), 200, "示例一镇长", "6月9日 00:00", "撤销")
		file := s.get("督查", "/callups/roster.csv")
		s.want(file, 200, "类别,岗位,姓名", "值班,", "示例一镇长", "2031-06-08 20:00,2031-06-09 00:00")
		if strings.Contains(file.body, "1380000000") {
			t.Error("the roster's file holds somebody's number")
		}

		leave := url.Values{"act": {"leave"}, "town": {one}, "person": {ids[one]}, "standin": {ids[two]}, "from": {"2031-06-08T18:00"}, "to": {"2031-06-08T22:00"}, "reason": {"看病"}}
		s.want(s.post("督查", "/callups/roster", leave), 303)
		s.want(s.post("督查", "/callups/roster", leave), 400, "已登记请假")
		s.want(s.get("督查", "/callups/roster"), 200, "看病", "值班时请假", "换班")
		s.want(s.post("旁局", "/callups/roster", url.Values{"act": {"drop"}, "id": {"1"}}), 403)
		s.want(s.post("督查", "/callups/roster", url.Values{"act": {"drop"}, "id": {"9"}}), 404)
		s.want(s.post("督查", "/callups/roster", url.Values{"act": {"back"}, "id": {"1"}}), 303)
		s.want(s.post("督查", "/callups/roster", url.Values{"act": {"drop"}, "id": {"1"}}), 303)
		s.want(s.get("督查", "/callups/roster"), 200, "没有排班")
	})
}

// A number that is refused stays in its form beside the reason: on the page of the person himself, and on the office's.
func TestPhoneForms(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		var id int64
		s.reading(func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = personnel.PersonOf(ctx, tx, s.srv.countyCode, "副县长")
			return err
		})
		s.want(s.post("副县长", "/notices/phone", url.Values{"phone": {"1380000"}}), 400, "手机号码是11位数字", `value="1380000"`, "通知方式")
		s.want(s.post("副县长", "/notices/phone", url.Values{"phone": {"13800000003"}}), 303)
		s.want(s.get("副县长", "/notices/settings"), 200, `value="13800000003"`)
		page := fmt.Sprintf("/persons/%d", id)
		s.want(s.post("督查", page+"/phone", url.Values{"phone": {"1380000"}}), 400, "手机号码是11位数字", `value="1380000"`, "13800000003")
		s.want(s.get("督查", page), 200, `value="13800000003"`)
	})
}
