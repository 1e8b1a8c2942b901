package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"zhixing/sheet"
)

// TestTheLifeOfADuty takes one duty over four people in a real browser: the office enters and issues it, the town's head
// signs for it, its member reports from a phone with a photo, the head claims that it is done, the office checks it, and
// another of the office closes it. Then the ledger goes out as a spreadsheet, is edited, and comes in again.
func TestTheLifeOfADuty(t *testing.T) {
	b := openBrowser(t)
	base, _ := start(t, "demo", "--data", demoFolder(t), "--on", "2023-11-01")
	dir := t.TempDir()
	photo := filepath.Join(dir, "现场.jpg")
	if err := os.WriteFile(photo, drawn(t), 0o600); err != nil {
		t.Fatal(err)
	}

	b.enter(base, "示例督查甲")
	b.shot("office-work")
	b.open(base + "/ledger/new")
	b.do(chromedp.SetValue(`#words`, "县政府第12次常务会议（虚构演示）"), chromedp.SetValue(`#title`, "河道垃圾清理见底（虚构演示）"),
		chromedp.SetValue(`#lead`, "古绛镇"), chromedp.SetValue(`#due`, "2023-11-30"), chromedp.Click(`input[name=confirm]`))
	b.shot("office-new")
	b.click(`main form[action="/ledger/new"] button.btn:not(.plain)`, "河道垃圾清理见底")
	duty := b.address()
	if !strings.Contains(duty, "/ledger/") || strings.HasSuffix(duty, "/new") {
		b.open(base + "/ledger?q=" + "河道垃圾")
		b.click(`td a[href^="/ledger/"]`, "河道垃圾清理见底")
		duty = b.address()
	}
	b.see("待交办")
	b.click(`form[action$="/issue"] button`, "待签收")
	b.leave()

	b.enter(base, "示例李")
	b.see("待签收")
	b.see("河道垃圾清理见底")
	b.open(duty)
	b.click(`form[action$="/sign"] button`, "办理中")
	b.leave()

	b.phone()
	b.enter(base, "示例古绛经办")
	b.open(duty + "/report")
	b.shot("phone-report")
	b.do(chromedp.SetUploadFiles(`input[type=file][name=files]`, []string{photo}))
	b.do(chromedp.SendKeys(`[name=text]`, "三个村已经清理，装车外运。"))
	b.shot("phone-report-filled")
	b.do(chromedp.Click(`main form[action$="/report"] button[type=submit], main form[action$="/report"] button:not([type])`))
	b.see("已")
	b.open(duty)
	b.see("三个村已经清理")
	b.shot("phone-duty")
	b.desk()
	b.leave()

	b.enter(base, "示例李")
	b.open(duty)
	b.do(chromedp.Click(`#act-claim > summary`), chromedp.SetValue(`#claim-text`, "河道垃圾全部清理，现场已核。"), chromedp.SetUploadFiles(`#claim-files`, []string{photo}))
	b.click(`form[action$="/claim"] button`, "待复核")
	b.leave()

	b.enter(base, "示例督查甲")
	b.open(duty)
	b.do(chromedp.SetValue(`#check-words`, "照片与现场一致。"))
	b.click(`form[action$="/check"] button`, "待销号")
	b.leave()

	b.enter(base, "示例督查乙")
	b.open(duty)
	b.do(chromedp.SetValue(`#close-result`, "古绛镇河道垃圾已清理见底。"))
	b.click(`form[action$="/close"] button`, "已销号")
	b.shot("duty-closed")

	b.sheetOutAndIn(base, dir)
}

// sheetOutAndIn takes the ledger out, puts a wrong and a right change into it, and brings it in again.
func (b *browser) sheetOutAndIn(base, dir string) {
	b.t.Helper()
	out := visit(b.t, base, "示例督查乙").get("/ledger.xlsx?state=confirmed")
	tables, err := sheet.Read(bytes.NewReader(out), int64(len(out)), sheet.Limits{}, "编号", "任务", "牵头单位", "版本")
	if err != nil {
		b.t.Fatal(err)
	}
	if len(tables) == 0 || len(tables[0].Rows) < 2 {
		b.t.Fatalf("the ledger that went out has no duties that wait for issue: %+v", tables)
	}
	t := tables[0]
	t.Rows[0].Cells["任务"] += "（已核）"
	t.Rows[1].Cells["牵头单位"] = "没有这个局"
	var cols []sheet.Column
	for _, h := range t.Header {
		cols = append(cols, sheet.Column{Title: h})
	}
	var rows [][]string
	for _, r := range t.Rows {
		var cells []string
		for _, h := range t.Header {
			cells = append(cells, r.Cells[h])
		}
		rows = append(rows, cells)
	}
	var edited bytes.Buffer
	if err := sheet.Write(&edited, sheet.Book{Sheets: []sheet.Sheet{{Name: t.Name, Columns: cols, Rows: rows}}}); err != nil {
		b.t.Fatal(err)
	}
	file := filepath.Join(dir, "台账.xlsx")
	if err := os.WriteFile(file, edited.Bytes(), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.open(base + "/ledger/import")
	b.do(chromedp.SetUploadFiles(`#file`, []string{file}))
	b.click(`form[action="/ledger/import"] button`, "没有这个局")
	b.see("（已核）")
	b.shot("import-preview")
	b.click(`form[action$="/apply"] button`, "已导入")
	b.shot("import-done")
	b.click(`form[action$="/undo"] button`, "已撤销")
}

// visitor is somebody of the demonstration, logged in beside the browser.
type visitor struct {
	t      *testing.T
	base   string
	client *http.Client
}

func visit(t *testing.T, base, name string) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := visitor{t, base, &http.Client{Jar: jar}}
	r, err := v.client.PostForm(base+"/login", url.Values{"name": {name}, "password": {demoPassword}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	return v
}

// get is what the visitor gets at an address.
func (v visitor) get(path string) []byte {
	v.t.Helper()
	r, err := v.client.Get(v.base + path)
	if err != nil {
		v.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		v.t.Fatalf("GET %s: %s %v", path, r.Status, err)
	}
	return body
}

// enter logs in somebody of the demonstration who needs no second factor and opens his desk.
func (b *browser) enter(base, name string) {
	b.t.Helper()
	b.open(base + "/login")
	b.do(chromedp.SendKeys(`#name`, name), chromedp.SendKeys(`#password`, demoPassword+"\r"))
	b.see(name)
	b.open(base + "/work")
	b.see("待办")
}

func (b *browser) leave() {
	b.t.Helper()
	b.click(`form[action="/logout"] button`, "登录")
}

func (b *browser) desk() { b.t.Helper(); b.do(chromedp.EmulateViewport(1280, 900)) }

// drawn is a small real photo.
func drawn(t *testing.T) []byte { return drawnAs(t, 0) }

// drawnAs is another photo for each shade.
func drawnAs(t *testing.T, shade int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			img.Set(x, y, color.RGBA{uint8(x/2 + y*shade/10), uint8(y + x*shade/20), 120, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
