package web

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/routes.md anew")

var accessNames = map[access]string{
	everybody: "任何人", signedIn: "已登录", drafters: "编辑、签发", publishers: "签发", administrators: "管理员", auditors: "查看留痕的人", thisHost: "本机",
	seated: "有职务的人", officers: "县政府办公室", editLedger: "县政府办公室",
	seeLedger: "有职务的人，按职务看本单位或全县", exportLedger: "有职务的人，按职务看本单位或全县", signLetters: "县政府办公室、县领导", claimLedger: "单位负责人", appealScores: "单位负责人", decideScores: "县政府办公室",
	overseers: "县政府办公室、管理员", reportLedger: "牵头单位人员",
}

// TestRoutesAreWrittenDown holds docs/routes.md against the list of routes: go test ./web -run Written -update
func TestRoutesAreWrittenDown(t *testing.T) {
	var b strings.Builder
	b.WriteString("# 地址\n\n本站回答的全部地址和谁可以用，由 `web` 包的路由表生成（`go test ./web -run Written -update`）；不一致时测试不通过。\n")
	for _, part := range []struct {
		title string
		list  []route
	}{{"公开页面", publicRoutes}, {"开放数据", openDataRoutes}, {"账号", accountRoutes}, {"编发台", deskRoutes}, {"任务台账的录入、导入和导出", intakeRoutes}, {"职务和人员", personnelRoutes}, {"督办文书", letterRoutes}, {"落实情况", outcomeRoutes}, {"各单位任务和一屏总览", ledgerUnitRoutes}, {"通知", noticeRoutes}, {"日历订阅", calendarRoutes}, {"手机填报", phoneRoutes}, {"考核", scoreRoutes}, {"政策包", slicesConcat(policyRoutes, policyDraftRoutes)}, {"通报", bulletinRoutes}, {"联网", sendRoutes}, {"监测", seriesRoutes}, {"指标", indicatorRoutes}, {"设备和报送令牌", deviceRoutes}, {"采样结果", sampleRoutes}, {"读数的接口", readingRoutes}, {"台账（名录、清单）", listRoutes}, {"问题", findingRoutes}, {"闭环事项、检查、12345工单", caseRoutes}, {"应急响应", emergencyRoutes}, {"叫应", slicesConcat(callupRoutes, callLinkRoutes)}, {"群众反映和办理公开", caseOpenRoutes}, {"Open311", open311Routes}, {"网格预报", forecastRoutes}, {"预警", warningRoutes}, {"预警发布台", warningDeskRoutes}, {"预警接收对象和订阅", audienceRoutes}} {
		b.WriteString("\n## " + part.title + "\n\n| 方法 | 地址 | 谁可以用 | 内容 |\n|---|---|---|---|\n")
		for _, r := range part.list {
			method, path, _ := strings.Cut(r.pattern, " ")
			if r.what == "" || accessNames[r.access] == "" {
				t.Errorf("%s: say what it is and who may use it", r.pattern)
			}
			b.WriteString("| " + method + " | `" + strings.TrimSuffix(path, "{$}") + "` | " + accessNames[r.access] + " | " + strings.ReplaceAll(r.what, "|", "\\|") + " |\n")
		}
	}
	const file = "../docs/routes.md"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s is stale: go test ./web -run Written -update", file)
	}
}
