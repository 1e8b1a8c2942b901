package main

import (
	"bytes"
	"context"
	"image"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhixing/policy"
)

// TestDemonstrationAndWorkStayApart: nothing invented gets into a county's record, and nothing invented is served
// as if it were real.
func TestDemonstrationAndWorkStayApart(t *testing.T) {
	start := func(args ...string) result {
		// Whatever is wrongly let in ends with ctx, and with 0.
		ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
		defer stop()
		var errs bytes.Buffer
		code := run(ctx, append(args, "--listen", "127.0.0.1:0"), stdio{strings.NewReader(""), &bytes.Buffer{}, &errs})
		return result{code: code, err: errs.String()}
	}
	atWork := record(t)
	zhixing("user", "add", "编辑甲", "--roles", "editor", "--data", atWork).must(t)
	start("demo", "--data", atWork).refused(t, 1, "county at work")
	demonstration, _ := startDemo(t, "--on", "2023-01-06")
	start("serve", "--data", demonstration).refused(t, 1, "demonstration")
}

// TestPhotoOfTheDemonstration: a picture is a picture, is the same each time, and differs from the next.
func TestPhotoOfTheDemonstration(t *testing.T) {
	a, err := demoPhoto("0042", "2023-10-18", 7)
	if err != nil {
		t.Fatal(err)
	}
	same, _ := demoPhoto("0042", "2023-10-18", 7)
	other, _ := demoPhoto("0043", "2023-10-18", 7)
	if !bytes.Equal(a, same) || bytes.Equal(a, other) {
		t.Error("pictures are not told apart by what is on them")
	}
	if c, kind, err := image.DecodeConfig(bytes.NewReader(a)); err != nil || kind != "jpeg" || c.Width != 480 || len(a) > 60<<10 {
		t.Errorf("%s of %d pixels in %d bytes: %v", kind, c.Width, len(a), err)
	}
	if dir := os.Getenv("ZHIXING_SCREENSHOTS"); dir != "" {
		_ = os.WriteFile(filepath.Join(dir, "photo.jpg"), a, 0o600)
	}
}

// TestActsOfStoriesCanBePlayed holds what demo.yaml may say against what is done.
func TestActsOfStoriesCanBePlayed(t *testing.T) {
	for act := range policy.StoryActs {
		if plays[act] == nil && act != "publish" && act != "enter" && act != "recipients" {
			t.Errorf("demo.yaml may say %s, and nothing is done", act)
		}
	}
	for act := range plays {
		if policy.StoryActs[act] == nil {
			t.Errorf("%s can be done, but demo.yaml may not say it", act)
		}
	}
}

func TestDaysOfTheDemonstration(t *testing.T) {
	for s, want := range map[string]string{"2023-11-01": "2023-11-01T01:00:00Z", "2023-11-20T15:00:00+08:00": "2023-11-20T07:00:00Z"} {
		if at, err := parseOn(s); err != nil || at.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s is %v %v", s, at, err)
		}
	}
	for _, s := range []string{"yesterday", "2023-02-30", "2023-11-01 09:00", "1923-11-01T00:00:00Z"} {
		zhixing("demo", "--on", s, "--data", t.TempDir()).refused(t, 2, "--on")
	}
	zhixing("serve", "--on", "2023-11-01", "--data", t.TempDir()).refused(t, 2, "--demo")
}

// TestTimeOfTheDemonstration: serve --demo is demo, the day stands on every page, codes of the machine's own time get a
// visitor in, and what the console does is done on the day that is shown.
func TestTimeOfTheDemonstration(t *testing.T) {
	data := t.TempDir()
	base, stop := start(t, "serve", "--demo", "--on", "2023-01-06", "--data", data)
	for _, page := range []string{"/", "/login", "/search?q=" + "气象", "/nowhere"} {
		r, err := http.Get(base + page)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if !strings.Contains(string(b), "模拟日期 2023-01-06") {
			t.Errorf("%s does not say which day it shows", page)
		}
	}
	code := strings.TrimSpace(zhixing("user", "code", "演示签发", "--data", data).must(t))
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	post := func(path string, form url.Values) string {
		r, err := client.PostForm(base+path, form)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		return string(b)
	}
	post("/login", url.Values{"name": {"演示签发"}, "password": {demoPassword}})
	if page := post("/login/code", url.Values{"code": {code}}); !strings.Contains(page, "退出") {
		t.Errorf("the code does not get a visitor in: %.600s", page)
	}
	zhixing("user", "reset", "演示编辑", "--data", data).must(t)
	if out := stop().out; !strings.Contains(out, "2023年1月6日") || !strings.Contains(out, "示例督查甲") {
		t.Errorf("printed %q", out)
	}
	d := zhixing("check", "--data", data).must(t)
	if !strings.Contains(d, "相符") {
		t.Errorf("check: %q", d)
	}
	if _, err := shownOn(t, []string{"--data", data}, "2023-01-06"); err != nil {
		t.Errorf("the console has carried the record to another day: %v", err)
	}
}
