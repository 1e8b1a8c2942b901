package web

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"zhixing/register"
)

// repealIssue carries a notice that does away with the plan of secretIssue, and one with no number.
const repealIssue = `某县人民政府公报

2031年第2期（总第2期）

2031年4月1日出版

某县人民政府办公室
关于废止某县防汛值守方案的通知

某政办发〔2031〕5号

各乡镇人民政府：

《某县人民政府办公室关于印发某县防汛值守方案的通知》（某政办发〔2031〕1号）即日起废止。

某县人民政府办公室

2031年3月1日

（此件公开发布）

某县人民政府
关于春季造林的通告

春季造林自三月起。

某县人民政府

2031年3月5日

（此件公开发布）
`

const firstKey = "/documents/某政办发/2031/1"

// sees asks as the public and checks that the answer has the status and every text; a text after a ! must be missing.
func (s *site) sees(target string, status int, texts ...string) answer {
	s.t.Helper()
	return s.seesAs("", target, status, texts...)
}

func (s *site) seesAs(as, target string, status int, texts ...string) answer {
	s.t.Helper()
	path, query, has := strings.Cut(target, "?")
	at := escape(path)
	if has {
		at += "?" + query
	}
	a := s.get(as, at)
	a.check(s.t, target, status, texts...)
	return a
}

func (a answer) check(t testing.TB, what string, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: status %d, want %d: %s", what, a.status, status, a.location)
	}
	for _, x := range texts {
		if not, ok := strings.CutPrefix(x, "!"); ok {
			if strings.Contains(a.body, not) {
				t.Errorf("%s: holds %q", what, not)
			}
		} else if !strings.Contains(a.body, x) {
			t.Errorf("%s: lacks %q:\n%.4000s", what, x, a.body)
		}
	}
}

func TestEmptySiteSaysSo(t *testing.T) {
	sites(t, func(s *site) {
		s.sees("/", 200, "尚未公布公报")
		s.sees("/issues", 200, "还没有公布任何一期")
		s.sees("/units", 200, "没有符合的单位")
		s.sees("/duties", 200, "没有符合的任务")
		s.sees("/search?q="+url.QueryEscape("水"), 200, "没有找到")
		s.sees("/feed.atom", 200, "<feed")
		s.sees("/sitemap.xml", 200, "urlset")
		s.sees("/proof", 200, "现有 <strong>0</strong> 条")
	})
}

func TestReadingTheGazette(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		s.publishText(repealIssue)

		s.sees("/", 200, "2031年第2期", "关于废止某县防汛值守方案的通知", "某政办发〔2031〕1号")
		s.sees("/issues", 200, `href="/issues/2031-1"`, `href="/issues/2031-2"`)
		s.sees("/issues/2031-1", 200, `rel="next" href="/issues/2031-2"`, `<link rel="canonical" href="http://gazette.test/issues/2031-1">`)
		s.sees("/issues/2031-2", 200, `rel="prev" href="/issues/2031-1"`)
		s.sees("/issues/2031年第2期", 200, "关于春季造林的通告")
		s.sees("/issues/2031-9", 404, "没有找到")
	})
}

func TestDocumentPage(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		s.sees(firstKey, 200, "!本件已废止", "还没有公文引用本文",
			`<link rel="canonical" href="http://gazette.test`+escape(firstKey)+`">`, `type="application/ld&#43;json"`)
		s.publishText(repealIssue)
		s.sees(firstKey, 200,
			`<a href="#%e4%b8%80">一、重点任务</a>`, `id="一/1"`, `id="一"`, // outline and anchors
			`aria-label="本条下达的任务"`, "<dt>牵头</dt><dd>县水务局</dd>", // duties beside the text
			"本件已废止", "自 2031年3月1日 起", "某政办发〔2031〕5号", // effects, and who cites it
			"值守电话表", "值班电话公开甲", "不公开", "!名单", // attachments
			"第 1 版", "公开日志第", `.proof"`, "zhixing verify",
		)
		s.sees("/documents/某政办发/2031/5", 200, "废止：", escapeLower("/documents/某政办发/2031/1"), `rel="next"`, "关于春季造林的通告", "!rel=\"prev\"")
		s.sees("/documents/2031-2/2", 200, "关于春季造林的通告", `rel="prev"`, "没有附件", "!rel=\"next\"")
		s.sees("/documents/某政办发/2031/99", 404, "没有")
		s.sees("/documents/乱写", 404, "文号可写作")
		s.sees(firstKey+"?on=2030-12-31", 404)
		s.sees(firstKey+"?on=2031-02-01", 200, "就是现行文本", "!本件已废止")
		s.sees(firstKey+"?on=2031-13-01", 400, "2023-10-31")
		s.sees(firstKey+"?v=2", 404)
		s.sees(firstKey+"?v=x", 400, "?v=1")
		for _, typed := range []string{"某政办发〔2031〕1号", "某政办发[2031]1号", "某政办发（2031）1号", "某政办发2031-1", "某政办发〔２０３１〕１号", "某政办发 〔2031〕 1 号"} {
			if a := s.sees("/documents/"+typed+"?v=1", 303); a.location != escape(firstKey)+"?v=1" {
				s.t.Errorf("%s leads to %s", typed, a.location)
			}
		}
	})
}

// escapeLower is an address as html/template writes it.
func escapeLower(path string) string {
	return regexp.MustCompile(`%[0-9A-F]{2}`).ReplaceAllStringFunc(escape(path), strings.ToLower)
}

func TestDownloadsAreWhatWasPublished(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		s.correctDocument("某政办发/2031/1", "错字更正。")
		for _, version := range []string{"1", "2"} {
			var d struct {
				Shown    struct{ Manifest string }
				Editions []struct{ Format, SHA256 string }
			}
			if err := json.Unmarshal([]byte(s.sees("/api/v1"+firstKey+"?v="+version, 200).body), &d); err != nil || len(d.Editions) < 6 {
				s.t.Fatalf("version %s: %v %d editions", version, err, len(d.Editions))
			}
			for _, e := range d.Editions {
				a := s.sees(firstKey+"."+e.Format+"?v="+version, 200)
				sum := sha256.Sum256([]byte(a.body))
				if hex.EncodeToString(sum[:]) != e.SHA256 || !strings.Contains(d.Shown.Manifest, e.Format+" "+e.SHA256) {
					s.t.Errorf("version %s as %s: not the bytes that were published", version, e.Format)
				}
				if !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment; filename*=UTF-8''1.") {
					s.t.Errorf("%s is shown, not saved: %v", e.Format, a.header)
				}
				packed := s.send("", http.MethodGet, escape(firstKey)+"."+e.Format+"?v="+version, map[string]string{"Accept-Encoding": "gzip"})
				if packed.header.Get("Content-Encoding") != "" || packed.body != a.body {
					s.t.Errorf("%s comes packed: its digest would not fit", e.Format)
				}
			}
			s.sees(firstKey+".proof?v="+version, 200, "zhixing manifest 1", "version: "+version)
		}
		s.sees(firstKey+".xml", 200, "<akomaNtoso")
		s.sees(firstKey+".pdf", 404, "没有中文字体") // this site has no font
		s.sees("/documents/某政办发/2031/9.txt", 404)
		s.sees(firstKey+"/files/none.txt", 404)
		s.sees("/documents/某政办发/2031/9/files/none.txt", 404)
	})
}

func TestCorrectionAndWithdrawal(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		s.correctDocument("某政办发/2031/1", "值守时间写错，予以更正。")
		s.sees(firstKey, 200, "更正（第 2 版）", "值守时间写错")
		s.sees(firstKey+"?v=1", 200, "已由第 2 版更正", "看现行文本", "值班电话公开甲", `.txt?v=1"`)
		s.sees("/", 200, "已更正")
		s.sees("/feed.atom", 200, "（已更正）")
		if a := s.post("签发乙", "/desk/withdraw", url.Values{"key": {"某政办发/2031/1"}, "note": {"与上位规定不一致"}, "basis": {"县政府常务会议"}}); a.status != 303 {
			s.t.Fatalf("withdraw: %d %s", a.status, a.body)
		}
		s.sees(firstKey, 410, "已于", "撤回", "与上位规定不一致", "县政府常务会议", "!值班电话公开甲", ".proof", "某政办发〔2031〕1号")
		s.sees(firstKey+"?v=1", 410, "!值班电话公开甲")
		s.sees(firstKey+".proof", 200, "record: withdraw")
		for f := range formats {
			s.sees(firstKey+"."+f, 410, "!值班电话公开甲")
			s.sees(firstKey+"."+f+"?v=1", 410, "!值班电话公开甲")
		}
		s.sees("/issues/2031-1", 200, "已撤回")
		s.sees("/feed.atom", 200, "（已撤回）")
		s.sees("/search?q="+url.QueryEscape("值班电话"), 200, "没有找到")
		s.sees("/duties", 200, "没有符合的任务")
		s.sees("/sitemap.xml", 200, "!"+escape(firstKey))
	})
}

func TestFeedsAndMapsAreWellFormed(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		s.publishText(repealIssue)
		for _, path := range []string{"/feed.atom", "/search.atom?q=" + url.QueryEscape("值守"), "/search.atom?issuer=" + url.QueryEscape("某县人民政府"), "/units/县水务局.atom"} {
			var f atomFeed
			a := s.sees(path, 200)
			if err := xml.Unmarshal([]byte(a.body), &f); err != nil || f.ID == "" || f.Title == "" || f.Updated == "" || len(f.Entries) == 0 {
				s.t.Errorf("%s: %v: %.500s", path, err, a.body)
			}
			for _, e := range f.Entries {
				if e.ID == "" || e.Title == "" || e.Author == "" || len(e.Links) == 0 || !strings.HasPrefix(e.Links[0].Href, "http://gazette.test/") {
					s.t.Errorf("%s: entry %+v", path, e)
				}
			}
		}
		if first := s.sees("/feed.atom", 200).body; strings.Index(first, "造林") > strings.Index(first, "防汛值守方案的通知</title>") && !strings.Contains(first, "废止") {
			s.t.Error("the feed does not begin with the newest")
		}
		var set sitemapSet
		if err := xml.Unmarshal([]byte(s.sees("/sitemap.xml", 200).body), &set); err != nil || len(set.URLs) < 5 {
			s.t.Errorf("sitemap: %v, %d addresses", err, len(set.URLs))
		}
		for _, u := range set.URLs {
			if a := s.get("", strings.TrimPrefix(u.Loc, "http://gazette.test")); a.status != 200 {
				s.t.Errorf("sitemap leads to %s: %d", u.Loc, a.status)
			}
		}
		var desc struct {
			URL struct {
				Template string `xml:"template,attr"`
			} `xml:"Url"`
		}
		if err := xml.Unmarshal([]byte(s.sees("/opensearch.xml", 200).body), &desc); err != nil || desc.URL.Template != "http://gazette.test/search?q={searchTerms}" {
			s.t.Errorf("opensearch: %v %+v", err, desc)
		}
		s.sees("/robots.txt", 200, "Sitemap: http://gazette.test/sitemap.xml", "Disallow: /desk")
	})
}

// hostileIssue tries to leave the text: as a tag, an attribute, a script, a formula of a spreadsheet.
const hostileIssue = `某县人民政府公报

2031年第3期（总第3期）

2031年7月1日出版

某县人民政府办公室
关于印发<script>alert("1")</script>方案"onload="x的通知

某政办发〔2031〕7号

各乡镇人民政府：

现印发给你们 </textarea><img src=x onerror=alert(1)> {{.}} & "引号" '单引号'。

某县人民政府办公室

2031年6月1日

（此件公开发布）

某县<b>方案</b>

一、重点任务

1.=HYPERLINK("http://x","y")落实。每日值守。（县水务局牵头，县应急管理局配合）

2.<script>alert(2)</script>落实。2031年10月底前完成。（县水务局牵头）
`

func TestTextStaysText(t *testing.T) {
	sites(t, func(s *site) {
		draft := s.publishText(hostileIssue)
		key := "/documents/某政办发/2031/7"
		for _, path := range []string{"/", "/issues/2031-3", key, key + ".html", "/duties", "/units/县水务局", "/search?q=" + url.QueryEscape(`script "alert`), "/feed.atom"} {
			s.sees(path, 200, "!<script>alert", "!<img src=x", `!"onload="`)
		}
		for _, path := range []string{draft, draft + "/1", "/desk"} {
			s.seesAs("编辑甲", path, 200, "!<script>alert", "!<img src=x", `!"onload="`)
		}
		s.sees(key, 200, "&lt;script&gt;")
		s.sees("/search?q="+url.QueryEscape(`"><script>alert(3)</script>`), 200, "!<script>alert")
		s.sees("/duties?unit="+url.QueryEscape(`"><script>alert(3)</script>`), 200, "!<script>alert")
		for _, path := range []string{"/duties.csv", "/units/县水务局.csv"} {
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(s.sees(path, 200).body, "\ufeff"))).ReadAll()
			if err != nil || len(rows) != 3 {
				s.t.Fatalf("%s: %v, %d rows", path, err, len(rows))
			}
			for _, row := range rows {
				for _, cell := range row {
					if cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
						s.t.Errorf("%s: a spreadsheet would run %q", path, cell)
					}
				}
			}
		}
	})
}

func TestWaysToWriteANumber(t *testing.T) {
	for no, want := range map[string]string{"甲政发〔2031〕8号": "甲政发〔2031〕8号 甲政发[2031]8号 2031-8", "": "", "通告第8号": ""} {
		if got := strings.Join(waysToWrite(no), " "); got != want {
			t.Errorf("%q is written %q, want %q", no, got, want)
		}
	}
}

func TestOutlinesSayWhatTheyAre(t *testing.T) {
	p := &register.Places{List: []register.Place{{Name: "甲镇", Note: "示意"}, {Name: "乙镇", Note: "示意"}, {Name: "丙村", Note: "县民政局提供"}, {Name: "丁村"}}}
	if got := outlines(p); got != "示意；县民政局提供" || outlines(nil) != "" {
		t.Errorf("%q", got)
	}
}
