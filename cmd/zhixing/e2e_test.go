package main

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
	"zhixing/internal/peertest"

	"github.com/chromedp/chromedp"
)

// manuscriptText is a whole issue in invented words, with a misprint for the editor to find.
const manuscriptText = `绛县人民政府公报

2031年第1期（总第40期）

2031年7月1日出版

绛县人民政府办公室
关于印发绛县河道保结试行方案的通知

绛政办发〔2031〕901号

各乡（镇）人民政府，县直各有关单位：

《绛县河道保洁试行方案》（虚构演示）已经县人民政府同意，现印发给你们，请认真组织实施。

绛县人民政府办公室

2031年6月20日

（此件公开发布）

绛县河道保洁试行方案

一、总体要求

为保持河道整洁，制定本方案。

二、重点任务

（一）清理河道

1.清捞漂浮物。每月清捞一次，2031年10月底前完成首轮。（县水务局牵头，县住建局配合，各乡镇人民政府负责落实）

2.建立巡查台账。逐段登记问题和整改情况。（县水务局负责）
`

// TestAClerkPublishesAndACitizenChecks goes the whole way in a real browser: upload, mend, submit, publish by another
// person, find, download, verify. Screenshots go to $ZHIXING_SCREENSHOTS where it is set.
func TestAClerkPublishesAndACitizenChecks(t *testing.T) {
	b := openBrowser(t)
	data := demoFolder(t)
	base, _ := start(t, "demo", "--data", data)

	b.logIn(base, data, "演示编辑")
	b.open(base + "/desk/new")
	file := filepath.Join(t.TempDir(), "2031-1.txt")
	if err := os.WriteFile(file, []byte(manuscriptText), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles(`#file`, []string{file}))
	b.click(`form[action="/desk/new"] button`, "稿件已上传并读出")
	b.shot("desk-draft")
	b.click(`ol.list a[href$="/1"]`, "原文与读出结果")
	b.shot("desk-document")
	b.do(chromedp.SetValue(`#f-title`, "绛县人民政府办公室关于印发绛县河道保洁试行方案的通知"))
	b.click(`form:has(#f-title) button`, "已校改")
	b.see("河道保洁试行方案的通知")
	b.click(`a.btn.right`, "提交签发")
	draft := b.address()
	b.click(`form[action$="/submit"] button`, "等待签发")
	b.click(`form[action="/logout"] button`, "登录")

	b.logIn(base, data, "演示签发")
	b.open(draft)
	b.click(`form[action$="/publish"] button`, "已公布，并已记入公开日志")
	b.shot("published")
	b.click(`form[action="/logout"] button`, "登录")

	b.open(base + "/")
	b.see("2031年第1期")
	b.shot("front")
	b.do(chromedp.SendKeys(`#q`, "漂浮物\r"))
	b.see("共 1 件")
	b.shot("search")
	b.click(`ol.hits a`, "绛县河道保洁试行方案")
	b.see("2031-10-31")
	b.shot("document")
	b.phone()
	b.shot("document-phone")
	b.open(base + "/")
	b.shot("front-phone")

	page := base + "/documents/" + url.PathEscape("绛政办发") + "/2031/901"
	key := regexp.MustCompile(`日志公钥</h2><p class="mono">([^<]+)<`).FindStringSubmatch(get(t, base+"/proof"))
	if key == nil {
		t.Fatal("the proof page shows no key")
	}
	vkey := strings.ReplaceAll(key[1], "&#43;", "+")
	dir := t.TempDir()
	proof := save(t, dir, page+".proof")
	formats := []string{"html", "docx", "txt", "json", "akn", "jsonld", "pdf"}
	for _, format := range formats {
		name := save(t, dir, page+"."+format)
		var out, errs bytes.Buffer
		if code := run(context.Background(), []string{"verify", name, proof, "--key", vkey}, stdio{strings.NewReader(""), &out, &errs}); code != 0 {
			t.Errorf("%s: verify says %d: %s", format, code, errs.String())
		}
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		content[len(content)/2] ^= 1
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if code := run(context.Background(), []string{"verify", name, proof, "--key", vkey}, stdio{strings.NewReader(""), &out, &errs}); code == 0 {
			t.Errorf("%s: one changed bit and verify is still content", format)
		}
	}
}

// The days on which tests want the story behind them: the storm's, and the story's own.
const beforeTheStorm, storyDay = "2023-09-23T13:30:00+08:00", "2023-11-01"

// asTold is the story as far as it has been told, for the tests that only want to have it behind them.
var asTold struct {
	sync.Mutex
	on      []string // the days up to now, each with its data folder
	folders []fstest.MapFS
	leftOut []string
	took    time.Duration
}

// demoFolder is a data folder of the test's own in which the story is told up to its day.
func demoFolder(t *testing.T) string { return toldFolder(t, storyDay) }

// toldFolder is a data folder of the test's own in which the story is told up to a day. It is told once, and copied.
func toldFolder(t *testing.T, on string) string {
	t.Helper()
	asTold.Lock()
	defer asTold.Unlock()
	for _, day := range []string{beforeTheStorm, storyDay} {
		if !slices.Contains(asTold.on, day) {
			tellOn(t, day)
		}
		if day == on {
			break
		}
	}
	data := t.TempDir()
	if err := os.CopyFS(data, asTold.folders[slices.Index(asTold.on, on)]); err != nil {
		t.Fatal(err)
	}
	return data
}

// tellOn tells the story from where it was left to a day.
func tellOn(t *testing.T, day string) {
	t.Helper()
	data, begun := t.TempDir(), time.Now()
	if n := len(asTold.folders); n > 0 {
		if err := os.CopyFS(data, asTold.folders[n-1]); err != nil {
			t.Fatal(err)
		}
	}
	s, err := shownOn(t, []string{"--data", data}, day)
	if err == nil {
		err = s.db.Close()
	}
	files := fstest.MapFS{}
	if err == nil {
		err = fs.WalkDir(os.DirFS(data), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(filepath.Join(data, name))
			files[name] = &fstest.MapFile{Data: content, Mode: 0o600}
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	asTold.on, asTold.folders, asTold.leftOut = append(asTold.on, day), append(asTold.folders, files), append(asTold.leftOut, s.leftOut...)
	asTold.took += time.Since(begun)
}

// startDemo starts the demonstration on a free port and waits for its first page. "--on", with an early day, spares a test
// that needs no ledger the telling of the story.
func startDemo(t *testing.T, args ...string) (data, base string) {
	t.Helper()
	data = t.TempDir()
	base, _ = start(t, append([]string{"demo", "--data", data}, args...)...)
	return data, base
}

// browser is one tab of a headless Chromium.
type browser struct {
	t   *testing.T
	ctx context.Context
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	path := peertest.Program(t, "chromium", "chromium")
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("force-prefers-reduced-motion", true), // a page that is still scrolling is clicked beside the mark
		chromedp.WindowSize(1280, 900))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel2 := chromedp.NewContext(alloc)
	t.Cleanup(cancel2)
	ctx, cancel3 := context.WithTimeout(ctx, 10*time.Minute)
	t.Cleanup(cancel3)
	return &browser{t, ctx}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) open(address string) { b.t.Helper(); b.do(chromedp.Navigate(address)) }

func (b *browser) phone() { b.t.Helper(); b.do(chromedp.EmulateViewport(390, 844)) }

// click clicks and waits until the page says something.
func (b *browser) click(selector, says string) {
	b.t.Helper()
	b.do(chromedp.Click(selector))
	b.see(says)
}

// see waits until the page holds a text.
func (b *browser) see(text string) {
	b.t.Helper()
	var body string
	for range 100 {
		body, _ = chromedp.Run(b.ctx, chromedp.Text("body"))
		if strings.Contains(body, text) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.shot("failed")
	b.t.Fatalf("the page never said %q but\n%s", text, body)
}

func (b *browser) address() string {
	b.t.Helper()
	at, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		b.t.Fatal(err)
	}
	at, _, _ = strings.Cut(at, "?")
	return at
}

// logIn types name, password and, where it is asked for, the code of the demonstration account.
func (b *browser) logIn(base, data, name string) {
	b.t.Helper()
	b.open(base + "/login")
	b.do(chromedp.SendKeys(`#name`, name), chromedp.SendKeys(`#password`, demoPassword+"\r"))
	if name == demoAccounts[0].name {
		b.see("编发台")
		return
	}
	b.see("验证码")
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"user", "code", name, "--data", data}, stdio{strings.NewReader(""), &out, &errs}); code != 0 {
		b.t.Fatal(errs.String())
	}
	b.do(chromedp.SendKeys(`#code`, strings.TrimSpace(out.String())+"\r"))
	b.see("编发台")
}

// shot keeps a picture of the page for a person to look at.
func (b *browser) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("ZHIXING_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func get(t *testing.T, address string) string {
	t.Helper()
	r, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s %v", address, r.Status, err)
	}
	return string(b)
}

func save(t *testing.T, dir, address string) string {
	t.Helper()
	name := filepath.Join(dir, "download"+filepath.Ext(address))
	if err := os.WriteFile(name, []byte(get(t, address)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
