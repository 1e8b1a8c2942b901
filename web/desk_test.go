package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var revisionField = regexp.MustCompile(`name="revision" value="(\d+)"`)

// draftOf uploads a manuscript and returns the address of its draft.
func (s *site) draftOf(text string) string {
	s.t.Helper()
	a := s.upload("编辑甲", "/desk/new", nil, "稿件.txt", []byte(text))
	draft, _, _ := strings.Cut(a.location, "?")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(draft, "/desk/") {
		s.t.Fatalf("upload: %d %s", a.status, a.body)
	}
	return draft
}

// revision is the one that a page's forms send.
func (s *site) revision(page string) string {
	s.t.Helper()
	m := revisionField.FindStringSubmatch(s.get("编辑甲", page).body)
	if m == nil {
		s.t.Fatalf("%s: no revision", page)
	}
	return m[1]
}

// offset is where a word stands in the draft's text, as the page's forms name it.
func offset(text, word string) string {
	at := strings.Index(text, word)
	n := ""
	for n == "" || at > 0 {
		n = string(rune('0'+at%10)) + n
		at /= 10
	}
	return n
}

func TestUploadSaysWhatIsWrong(t *testing.T) {
	sites(t, func(s *site) {
		typed := "这里已经打了一半的文字"
		for name, c := range map[string]struct {
			content string
			says    string
		}{
			"空.txt":    {"", "请选择一个文件"},
			"坏.docx":   {"PK\x03\x04 not a zip", "docx"},
			"图.exe":    {"MZ\x90\x00\x03\x00\x00\x00\x04\x00", ""},
			"乱.pdf":    {"%PDF-1.4 nothing", ""},
			"只有空白.txt": {" \n\t\n ", "请选择一个文件"},
		} {
			fields := map[string]string{"text": ""}
			if name != "空.txt" {
				fields["text"] = typed
			}
			a := s.upload("编辑甲", "/desk/new", fields, name, []byte(c.content))
			if a.status != http.StatusBadRequest || !strings.Contains(a.body, `role="alert"`) || !strings.Contains(a.body, c.says) {
				s.t.Errorf("%s: %d, says not %q: %.300s", name, a.status, c.says, around2(a.body, "alert"))
			}
			if fields["text"] != "" && !strings.Contains(a.body, typed) {
				s.t.Errorf("%s: what was typed is lost", name)
			}
		}
		a := s.upload("编辑甲", "/desk/new", map[string]string{"text": draftOnly}, "", nil)
		if a.status != http.StatusSeeOther {
			s.t.Errorf("pasted text: %d", a.status)
		}
		if a := s.post("编辑甲", "/desk/new", url.Values{"text": {"x"}}); a.status != http.StatusBadRequest {
			s.t.Errorf("a form of the wrong kind: %d", a.status)
		}
	})
}

func around2(body, word string) string {
	i := strings.Index(body, word)
	return body[max(0, i):]
}

func TestMendingADraft(t *testing.T) {
	sites(t, func(s *site) {
		text := secretIssue + strings.TrimPrefix(repealIssue, strings.SplitAfter(repealIssue, "出版\n")[0])
		draft := s.draftOf(text)
		s.seesAs("编辑甲", draft, 200, "读出的公文（3 件）", "某政办发〔2031〕1号", "某政办发〔2031〕5号", "提交签发")
		s.seesAs("编辑甲", draft+"/1", 200, "原文与读出结果", "校改", "值班电话公开甲", `<span class="noise"`)
		s.seesAs("编辑甲", draft+"/9", 404, "没有第 9 件")
		s.seesAs("编辑甲", "/desk/99", 404)
		s.seesAs("编辑甲", "/desk/x", 404)

		mend := func(page, at, what, value string) answer {
			return s.post("编辑甲", draft+"/mend", url.Values{"revision": {s.revision(draft)}, "seq": {page}, "doc": {at}, "at": {at}, "what": {what}, "value": {value}})
		}
		first := offset(text, "某县人民政府办公室\n关于印发")
		if a := mend("1", first, "title", "改过的标题"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, draft+"/1?done=mended#at") {
			s.t.Fatalf("mend: %d %s %s", a.status, a.location, around2(a.body, "alert"))
		}
		s.seesAs("编辑甲", draft+"/1?done=mended", 200, "改过的标题", "已校改")
		s.seesAs("编辑甲", draft, 200, "改过的标题", "撤销")
		a := mend("1", first, "signed_on", "三月初几")
		a.check(s.t, "a date that is none", http.StatusBadRequest, `role="alert"`, "三月初几")
		if a := mend("1", "x", "title", "y"); a.status != http.StatusBadRequest {
			s.t.Errorf("no place: %d", a.status)
		}
		a = mend("1", first, "nonsense", "某值")
		a.check(s.t, "an unknown mend", http.StatusBadRequest, `role="alert"`)

		s.step("编辑甲", draft, "undo", url.Values{"step": {"2"}})
		s.seesAs("编辑甲", draft+"/1", 200, "!改过的标题", "关于印发某县防汛值守方案的通知")
		s.seesAs("编辑甲", draft, 200, "已撤销")

		third := offset(text, "某县人民政府\n关于春季造林")
		if a := mend("3", third, "join", ""); a.status != http.StatusSeeOther {
			s.t.Fatalf("join: %d %s", a.status, around2(a.body, "alert"))
		}
		s.seesAs("编辑甲", draft, 200, "读出的公文（2 件）")
		if a := mend("2", third, "split", ""); a.status != http.StatusSeeOther {
			s.t.Fatalf("split: %d %s", a.status, around2(a.body, "alert"))
		}
		s.seesAs("编辑甲", draft, 200, "读出的公文（3 件）")

		s.step("编辑甲", draft, "choose", url.Values{"doc": {third}, "withhold": {"1"}})
		s.seesAs("编辑甲", draft, 200, "本期不收录")
		s.step("编辑甲", draft, "choose", url.Values{"doc": {first}, "attachment": {"1"}, "withhold": {"1"}})
		fields := map[string]string{"revision": s.revision(draft), "seq": "1", "doc": first, "title": "示意图", "public": "1"}
		up := s.upload("编辑甲", draft+"/attach", fields, "示意图.html", []byte("<script>alert(1)</script>"))
		up.check(s.t, "a page as attachment", http.StatusBadRequest, `role="alert"`, "可以上传 PDF")
		up = s.upload("编辑甲", draft+"/attach", fields, "示意图.txt", []byte("图的文字说明"))
		if up.status != http.StatusSeeOther {
			s.t.Fatalf("attach: %d %s", up.status, around2(up.body, "alert"))
		}
		page := s.seesAs("编辑甲", draft+"/1", 200, "示意图.txt")
		file := regexp.MustCompile(draft + `/files/\d+`).FindString(page.body)
		for _, private := range []string{draft + "/original", file} {
			a := s.get("编辑甲", private)
			if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") || a.header.Get("Content-Type") != "application/octet-stream" || a.header.Get("Cache-Control") != "no-store" {
				s.t.Errorf("%s is shown in the browser: %d %v", private, a.status, a.header)
			}
			if a := s.get("", private); a.status != http.StatusSeeOther {
				s.t.Errorf("%s to the public: %d", private, a.status)
			}
		}
		a = s.post("编辑甲", draft+"/facts", url.Values{"revision": {s.revision(draft)}, "title": {"打好的公报名称"}, "publish_date": {"四月"}})
		a.check(s.t, "a publishing date that is none", http.StatusBadRequest, "2023-10-01")

		s.step("编辑甲", draft, "submit", nil)
		s.step("签发乙", draft, "publish", nil)
		s.sees("/issues/2031-1", 200, "某政办发〔2031〕1号", "!春季造林")
		s.sees(firstKey, 200, "!值班电话公开甲", "示意图")
		got := s.sees(firstKey, 200)
		public := strings.TrimPrefix(regexp.MustCompile(`http://gazette.test/documents/[^"]+/files/[^"]+`).FindString(got.body), "http://gazette.test")
		if a := s.get("", public); a.body != "图的文字说明" || a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
			s.t.Errorf("public file %q: %d %v", public, a.status, a.header)
		}
	})
}

func TestTwoEditorsDoNotOverwriteEachOther(t *testing.T) {
	sites(t, func(s *site) {
		draft := s.draftOf(secretIssue)
		old := s.revision(draft)
		s.step("编辑甲", draft, "facts", url.Values{"year": {"2031"}, "no": {"1"}})
		at := offset(secretIssue, "某县人民政府办公室\n关于印发")
		a := s.post("签发乙", draft+"/mend", url.Values{"revision": {old}, "seq": {"1"}, "doc": {at}, "at": {at}, "what": {"title"}, "value": {"乙写的标题"}})
		a.check(s.t, "an old page sent", http.StatusConflict, "刚被别人改过", "乙写的标题")
		a = s.post("编辑甲", draft+"/submit", url.Values{"revision": {old}})
		a.check(s.t, "an old submit", http.StatusConflict, "刚被别人改过")
		a = s.post("编辑甲", draft+"/submit", url.Values{})
		a.check(s.t, "no revision", http.StatusBadRequest, "刷新")
	})
}

func TestWhoDraftsIsNotWhoPublishes(t *testing.T) {
	sites(t, func(s *site) {
		draft := s.draftOf(secretIssue)
		if a := s.post("签发乙", draft+"/publish", url.Values{"revision": {s.revision(draft)}}); a.status != http.StatusConflict {
			s.t.Errorf("published before it was submitted: %d", a.status)
		}
		s.step("编辑甲", draft, "submit", nil)
		rev := url.Values{"revision": {s.revision2("签发乙", draft)}}
		if a := s.post("编辑甲", draft+"/publish", rev); a.status != http.StatusForbidden {
			s.t.Errorf("an editor published: %d", a.status)
		}
		if a := s.post("", draft+"/publish", rev); a.status != http.StatusUnauthorized {
			s.t.Errorf("the public published: %d", a.status)
		}
		if a := s.post("管理丙", draft+"/publish", rev); a.status != http.StatusForbidden {
			s.t.Errorf("the administrator published: %d", a.status)
		}
		s.step("签发乙", draft, "sendback", url.Values{"reason": {"日期请再核对"}})
		s.seesAs("编辑甲", draft, 200, "已退回修改：日期请再核对")
		s.step("签发乙", draft, "facts", url.Values{"year": {"2031"}, "no": {"1"}}) // now the publisher has a hand in it
		s.step("签发乙", draft, "submit", nil)
		s.seesAs("签发乙", draft, 200, "须由另一位签发人公布", "!签发公布</button>")
		a := s.post("签发乙", draft+"/publish", url.Values{"revision": {s.revision2("签发乙", draft)}})
		if a.status != http.StatusForbidden || !strings.Contains(a.body, `role="alert"`) {
			s.t.Errorf("who mended it published it: %d", a.status)
		}
		s.sees("/", 200, "尚未公布公报")
		s.step("签发乙", draft, "discard", url.Values{"reason": {"重来"}})
		s.seesAs("编辑甲", draft, 200, "已作废")
		if a := s.post("编辑甲", "/desk/withdraw", url.Values{"key": {"某政办发/2031/1"}, "note": {"x"}}); a.status != http.StatusForbidden {
			s.t.Errorf("an editor withdrew: %d", a.status)
		}
	})
}

func (s *site) revision2(as, page string) string {
	s.t.Helper()
	m := revisionField.FindStringSubmatch(s.get(as, page).body)
	if m == nil {
		s.t.Fatalf("%s as %s: no revision", page, as)
	}
	return m[1]
}

func TestFormsAboutPublishedDocumentsKeepWhatWasTyped(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		s.seesAs("编辑甲", "/desk/correct?key="+url.QueryEscape("某政办发〔2031〕1号"), 200, "关于印发某县防汛值守方案的通知")
		s.seesAs("编辑甲", "/desk/correct?key=x", 404)
		a := s.post("编辑甲", "/desk/correct", url.Values{"key": {"某政办发/2031/1"}, "note": {" "}, "basis": {"打好的依据"}})
		a.check(s.t, "no reason", http.StatusBadRequest, `role="alert"`, "打好的依据")
		a = s.post("签发乙", "/desk/withdraw", url.Values{"key": {"某政办发/2031/1"}, "note": {"打好的事由"}, "on": {"明天"}})
		a.check(s.t, "no day", http.StatusBadRequest, `role="alert"`, "打好的事由", "2023-10-31")
		s.post("编辑甲", "/desk/correct", url.Values{"key": {"某政办发/2031/1"}, "note": {"第一次"}})
		a = s.post("编辑甲", "/desk/correct", url.Values{"key": {"某政办发/2031/1"}, "note": {"第二次更正"}})
		a.check(s.t, "two corrections at once", http.StatusConflict, "已有更正稿", "第二次更正")
	})
}
