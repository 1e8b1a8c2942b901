package screen

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhixing/gateway"
	"zhixing/internal/peertest"
)

// A real browser stands for the display: a number and the secret are typed once, a warning fills it within seconds and is said to be shown only then,
// two take turns, what was taken back goes, and what has expired goes even when the line is cut.
func TestDisplayInABrowser(t *testing.T) {
	chromium := peertest.Program(t, "chromium", "chromium")
	h := newHouse(t)
	var receipts, cut = make(chan string, 10), make(chan bool, 1)
	list := make(chan []gateway.Message, 1)
	list <- nil
	h.s.Now = time.Now
	h.s.Showing = func(context.Context, string) ([]gateway.Message, error) {
		now := <-list
		list <- now
		select {
		case <-cut:
			cut <- true
			return nil, os.ErrDeadlineExceeded
		default:
		}
		return slices.Clone(now), nil
	}
	h.s.hear.Receipts = func(_ context.Context, all []gateway.Receipt) error {
		for _, r := range all {
			receipts <- r.Ref
		}
		return nil
	}
	show := func(now ...gateway.Message) { <-list; list <- now }
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(1280, 720))...)
	defer cancel()
	tab, cancel := chromedp.NewContext(alloc)
	defer cancel()
	tab, cancel = context.WithTimeout(tab, 3*time.Minute)
	defer cancel()
	until := func(js string) {
		t.Helper()
		for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if ok, err := chromedp.Run(tab, chromedp.Evaluate[bool]("!!("+js+")")); err == nil && ok {
				return
			}
		}
		t.Fatalf("never came true: %s", js)
	}
	shot := func(name string) {
		if dir := os.Getenv("ZHIXING_SCREENSHOTS"); dir != "" {
			if png, err := chromedp.Run(tab, chromedp.CaptureScreenshot()); err == nil {
				_ = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
			}
		}
	}
	said := func(want string) {
		t.Helper()
		select {
		case got := <-receipts:
			if got != want {
				t.Errorf("%s is said to be shown, want %s", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s is not said to be shown", want)
		}
	}
	if err := chromedp.Do(tab, chromedp.Navigate(h.at)); err != nil {
		t.Fatal(err)
	}
	shot("screen-enter")
	until(`document.getElementById('id').value = '门口', document.getElementById('secret').value = '` + secret + `', document.querySelector('button').click(), true`)
	until(`document.getElementById('show') && document.getElementById('show').textContent.includes('现在没有预警') && document.getElementById('which').textContent.includes('门口')`)
	shot("screen-calm")
	rain := gateway.Message{ID: "1", Level: 2, Title: "暴雨橙色预警", Text: "示例县气象台6月8日2时发布暴雨橙色预警：预计未来3小时，古绛镇、横水镇降雨量将达50毫米以上，山洪、地质灾害风险高。请停止室外集会和作业，远离河道沟谷，按通知转移。", Expires: time.Now().Add(time.Hour)}
	flood := gateway.Message{ID: "2", Level: 1, Drill: true, Title: "【演练】山洪红色预警【演练】", Text: "【演练】请立即转移。【演练】", Expires: time.Now().Add(time.Hour)}
	show(rain)
	until(`document.body.className === 'orange' && document.querySelector('h1').textContent === '暴雨橙色预警'`)
	said("1")
	shot("screen-orange")
	until(`(m => m.scrollHeight <= m.clientHeight)(document.getElementById('show'))`)
	show(rain, flood)
	until(`document.body.className === 'red' && document.querySelector('.drill')`)
	said("2")
	shot("screen-drill")
	show(flood)
	until(`!document.getElementById('show').textContent.includes('橙色')`)
	gust := gateway.Message{ID: "3", Level: 4, Title: "大风蓝色预警", Text: "请注意防风。", Expires: time.Now().Add(15 * time.Second)}
	show(gust)
	until(`document.body.className === 'blue'`)
	said("3")
	cut <- true
	until(`document.getElementById('line').textContent.includes('连接中断') && document.body.className === 'blue'`)
	shot("screen-cut")
	until(`document.body.className === 'calm' && document.getElementById('show').textContent.includes('现在没有预警')`)
	<-cut
	show(rain)
	until(`document.body.className === 'orange' && document.getElementById('line').textContent === ''`)
	if len(receipts) > 0 {
		t.Error(<-receipts, "is said twice")
	}
}
