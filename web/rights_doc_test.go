package web

import (
	"os"
	"slices"
	"strings"
	"testing"

	"zhixing/account"
	"zhixing/ledger"
	"zhixing/personnel"
)

// seatColumns are the columns of the table of rights.
var seatColumns = []struct {
	title string
	role  personnel.Role // empty: the public
	own   string         // what "own" is called there
}{
	{"县政府办公室", personnel.Office, "本单位"}, {"县领导", personnel.Leader, "本单位"}, {"单位负责人", personnel.Head, "本单位"}, {"单位经办人", personnel.Member, "本单位"},
	{"乡镇负责人", personnel.Head, "本乡镇"}, {"乡镇经办人", personnel.Member, "本乡镇"}, {"审计", personnel.Auditor, "本单位"}, {"公众", "", ""},
}

// permissions are what an account's own roles allow.
var permissions = []struct {
	of   account.Permission
	what string
}{
	{account.DraftDocuments, "上传稿件、校改、决定哪些内容不公开、提交签发"}, {account.PublishDocuments, "签发公布、退回、更正、撤回（起草人本人除外）"},
	{account.ManageUsers, "账号的新建、停用、重置"}, {account.ReadJournal, "查看、校验操作留痕（谁、何时、办了什么、所写理由的摘要）"},
}

// rightNames gives the right that TestRightsOfEveryRoute expects for each act of the ledger.
var rightNames = map[ledger.Act]string{
	ledger.ActSee: "see", ledger.ActEdit: "edit", ledger.ActSign: "sign", ledger.ActReport: "report", ledger.ActSupport: "support", ledger.ActClaim: "claim",
	ledger.ActSplit: "split", ledger.ActCheck: "check", ledger.ActClose: "close", ledger.ActNote: "note", ledger.ActSignLetter: "send", ledger.ActExport: "see",
	ledger.ActAppeal: "appeal", ledger.ActDecide: "decide", ledger.ActPersonnel: "personnel",
}

const rightsIntro = `# 谁可以做什么

权限跟着职务走，不跟着账号走：一个人今天担任什么职务（任免记录），今天就能办这个职务的事；免职当天起就不能再办，接任的人从任职当天起接着办。
账号绑定在人员上，不带任务台账的任何权限；编辑、签发、管理员三种账号权限另列在后，与职务互不包含。
一人担任几个职务，权限是各职务之和；领导小组成员对领导小组牵头、配合的任务与本单位的任务一样办理。
申请人本人不能复核、销号、批延期、裁定自己的申请，起草人本人不能签发自己起草的文书，签发人不能公布自己校改过的稿件。

本页由程序中的权限表和路由表生成（` + "`go test ./web -run Rights -update`" + `）。另有一项测试以每一种身份走遍每一个地址，办理本单位、外单位的数据，与下表有任何出入即不通过。

## 任务台账：职务与事项

“本单位”指本单位在任务中有相应角色：签收须是牵头或配合单位；填报进展、申请销号、申请延期、分解须是牵头单位；填报配合情况须是配合单位；反馈文书须是收文单位。
尚未交办的任务、尚未签发的文书，只有能看全县的职务可以查看。分解出去的任务，上一级任务的牵头、配合单位也能查看；反过来不能。

`

// rightsTable is docs/rights.md.
func rightsTable() string {
	var b strings.Builder
	b.WriteString(rightsIntro)
	head, rule := []string{"事项"}, []string{"---"}
	for _, c := range seatColumns {
		head, rule = append(head, c.title), append(rule, "---")
	}
	table := func(rows ...[]string) {
		for _, r := range rows {
			b.WriteString("| " + strings.Join(r, " | ") + " |\n")
		}
	}
	table(head, rule)
	for _, a := range ledger.Acts {
		cells := []string{a.What}
		for _, c := range seatColumns {
			word := "—"
			switch scope := ledger.RightOf(a.Act, c.role); {
			case scope == ledger.Own:
				word = c.own
			case scope != ledger.None:
				word = scope.Chinese()
			}
			cells = append(cells, word)
		}
		table(cells)
	}
	b.WriteString("\n签发文书：由办公室签发的，县领导不能代签；由县领导签发的，办公室不能代签。\n公众不用登录，可以查看已公布的公文和由此交办的任务的落实情况（名称、单位、时限、状态、进度、办理结果），看不到填报内容、证明材料、退回原因、批示、文书和人员账号。\n")
	b.WriteString("\n## 账号权限\n\n")
	head, rule = []string{"事项"}, []string{"---"}
	for _, r := range account.Roles {
		head, rule = append(head, r.Chinese()), append(rule, "---")
	}
	table(append(head, "公众"), append(rule, "---"))
	for _, p := range permissions {
		cells := []string{p.what}
		for _, r := range account.Roles {
			word := "—"
			if account.Can(account.User{Roles: []account.Role{r}, Active: true}, p.of) {
				word = "可以"
			}
			cells = append(cells, word)
		}
		table(append(cells, "—"))
	}
	b.WriteString("\n县政府办公室的职务还没有人担任时，管理员可以登记第一批人员和任职；有人担任以后就不能了。\n\n## 不公开的地址各要求什么\n\n")
	table([]string{"方法", "地址", "要求"}, []string{"---", "---", "---"})
	for _, r := range routes {
		if r.access == everybody {
			continue
		}
		method, path, _ := strings.Cut(r.pattern, " ")
		table([]string{method, "`" + path + "`", demands(r.access)})
	}
	return b.String()
}

// demands is what an access asks for, in the words of the tables above.
func demands(a access) string {
	if a == overseers {
		return demands(officers) + "；或" + demands(administrators)
	}
	if act, ok := acts[a]; ok {
		i := slices.IndexFunc(ledger.Acts, func(x struct {
			Act  ledger.Act
			What string
		}) bool {
			return x.Act == act
		})
		return ledger.Acts[i].What
	}
	if p, ok := permission[a]; ok {
		i := slices.IndexFunc(permissions, func(x struct {
			of   account.Permission
			what string
		}) bool {
			return x.of == p
		})
		return "账号权限：" + permissions[i].what
	}
	return map[access]string{signedIn: "登录", thisHost: "本机", seated: "担任任一职务"}[a]
}

// TestRightsAreWrittenDown holds docs/rights.md against the code, and what the walk expects against both: go test ./web -run Rights -update
func TestRightsAreWrittenDown(t *testing.T) {
	for _, a := range ledger.Acts {
		for _, r := range personnel.Roles {
			want := [...]ledger.Scope{none: ledger.None, own: ledger.Own, all: ledger.All}[may[rightNames[a.Act]][string(r)]]
			if got := ledger.RightOf(a.Act, r); got != want {
				t.Errorf("%s of %s: the ledger says %s, the walk expects %s", a.Act, r, got.Chinese(), want.Chinese())
			}
		}
	}
	for _, r := range routes {
		if r.access != everybody && demands(r.access) == "" {
			t.Errorf("%s: nobody has said what it asks for", r.pattern)
		}
	}
	want := rightsTable()
	const file = "../docs/rights.md"
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("%s is stale: go test ./web -run Rights -update", file)
	}
}
