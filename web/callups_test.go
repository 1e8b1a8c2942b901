package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"zhixing/audience"
	"zhixing/callup"
	"zhixing/db"
)

// The board shows who has not answered, without anybody's number; the county office says for somebody that he has, in its own name, and nobody
// else does.
func TestCallupBoard(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		works := s.srv.Config.Works()
		town := works.Warnings.Place
		for _, u := range works.County.Directory.Units() {
			if u.Kind == "town" {
				town = u.Name
				break
			}
		}
		s.want(s.get("督查", "/callups"), 200, "还没有叫应过")
		draft := storm("预计有强降雨。")
		draft.Level = "黄" // for which nobody is called by itself
		v := s.warned(draft)
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := works.Audience.Put(ctx, tx, audience.System, audience.SourcePosts, []audience.Recipient{
				{Key: "1", Kind: audience.Post, Name: "示例镇长", Place: audience.Place{Town: town}, Roles: []string{"镇长", "乡长"}, Addresses: []audience.Address{{Channel: audience.SMS, To: "13800000001"}}}}, true)
			if err != nil {
				return err
			}
			_, err = works.Callup.Open(ctx, tx, "system", callup.Opening{Purpose: fmt.Sprintf("warning/%d", v.Event), Version: 1, Title: "暴雨橙色预警", Text: "注意防范。", Level: 2, Basis: "示例站三小时雨量55毫米", Places: []callup.Place{{Town: town}},
				Ladder: callup.Ladder{Name: "橙色预警", Office: []string{"某单位/值班员"}, Tell: []string{"sms"}, Steps: []callup.Step{
					{Name: "乡镇主官", Of: callup.Town, Posts: []string{"镇长|乡长"}, Rungs: []callup.Rung{{After: 0, By: []string{"sms"}}, {After: 5, Do: callup.DoOffice}}}}}})
			return err
		})
		s.want(s.get("督查", "/callups"), 200, "暴雨橙色预警", "进行中", "绛县人民政府办公室主任", "<b>1</b> / 1 岗")
		s.want(s.get("督查", "/callups.csv"), 200, "编号,事由,级别,演练,状态", "1,暴雨橙色预警,橙,否,进行中,2031-", ",橙色预警,1,1,1")
		page := s.get("督查", "/callups/1")
		s.want(page, 200, "示例镇长", town, "未应答", "登记答复", `href="`+deskPath(v.Event, 1)+`"`, "暴雨预警，第 1 版", "根据", "示例站三小时雨量55毫米", "依据", "绛政发〔2023〕15号 二(三)5", "2031-")
		if strings.Contains(page.body, "13800000001") {
			t.Error("the board shows somebody's number")
		}
		s.want(s.get("经办", "/callups/1"), 200, "示例镇长")
		if strings.Contains(s.get("经办", "/callups/1").body, "登记答复") {
			t.Error("the form is shown to who may not")
		}
		s.want(s.get("督查", "/callups/1.json"), 200, `"revision"`)
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			return works.Callup.Received(ctx, tx, []callup.Receipt{{Key: "callup/1/1/rung/0/sms", Reason: "一号网关：关机", At: tx.Now()}})
		})
		file := s.get("督查", "/callups/1.csv")
		s.want(file, 200, "示例镇长", "短信未送达：", "关机")
		if strings.Contains(file.body, "sms") {
			t.Error("a channel stands in the file by its code")
		}
		s.want(s.get("督查", "/callups/9"), 404)
		s.want(s.get("督查", "/callups/x"), 404)
		s.want(s.post("经办", "/callups/1/1", url.Values{"words": {"打通电话"}}), 403)
		s.want(s.post("督查", "/callups/1/1", url.Values{"words": {""}}), 400, "请填写本人是怎样答复的")
		s.want(s.post("督查", "/callups/1/1", url.Values{"words": {"打通电话，已到岗"}, "acted": {"1"}}), 303)
		s.want(s.get("督查", "/callups/1"), 200, "已应答", "登记")
		if strings.Contains(s.get("督查", "/callups").body, "<b>1</b> / 1 岗") {
			t.Error("who has answered still counts as missing")
		}
		s.want(s.get("督查", "/callups/1.csv"), 200, "已应答", "登记")
		s.want(s.post("督查", "/callups/1/8", url.Values{"words": {"没有这个人"}}), 404)
	})
}

// Names of gateways tell an official nothing.
func TestPlainReason(t *testing.T) {
	for in, want := range map[string]string{"speaker-stub：关机": "关机", "短信未送达：sms.a_1：空号": "短信未送达：空号", "关机": "关机", "号码：13800000000不通": "号码：13800000000不通", "": ""} {
		if got := plainReason(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := callTrouble("sms未送达：sms-a：关机"); got != "短信未送达：关机" {
		t.Error(got)
	}
}
