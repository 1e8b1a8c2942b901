package main

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhixing/publication"
)

// staff makes the accounts that publishing takes.
func staff(t *testing.T, where ...string) {
	t.Helper()
	zhixing(append([]string{"user", "add", "起草甲", "--roles", "editor"}, where...)...).must(t)
	zhixing(append([]string{"user", "add", "签发乙", "--roles", "publisher"}, where...)...).must(t)
}

// publishAs publishes a file in the names of two accounts.
func publishAs(file, drafter, publisher string, where ...string) result {
	return zhixing(append([]string{"publish", file, "--drafter", drafter, "--publisher", publisher}, where...)...)
}

func TestPublish(t *testing.T) {
	eachRecord(t, func(t *testing.T, where []string) {
		staff(t, where...)
		file := write(t, "2031-1.txt", manuscriptText)
		for name, r := range map[string]result{
			"nobody of this name":         publishAs(file, "起草丙", "签发乙", where...),
			"the drafter publishes":       publishAs(file, "签发乙", "签发乙", where...),
			"an editor publishes":         publishAs(file, "签发乙", "起草甲", where...),
			"a name that is none":         publishAs(file, "<script>", "签发乙", where...),
			"a file that says nothing":    publishAs(write(t, "empty.txt", ""), "起草甲", "签发乙", where...),
			"a file that is not there":    publishAs("/nowhere.txt", "起草甲", "签发乙", where...),
			"a text that is no gazette":   publishAs(write(t, "letter.txt", "你好。\n"), "起草甲", "签发乙", where...),
			"someone else's word for one": publishAs(file, "", "签发乙", where...),
		} {
			if r.code == 0 || r.out != "" || !strings.HasPrefix(r.err, "zhixing publish: ") {
				t.Errorf("%s: %d %q %q", name, r.code, r.out, r.err)
			}
		}
		out := publishAs(file, "起草甲", "签发乙", where...).must(t)
		for _, s := range []string{"已公布：2031年第1期", "公文 1 件", "（共 2 条）", "/documents/绛政办发/2031/901"} {
			if !strings.Contains(out, s) {
				t.Errorf("no %q in %s", s, out)
			}
		}
		publishAs(file, "起草甲", "签发乙", where...).refused(t, 1, "2031年第1期已经公布")
		if got := zhixing(append([]string{"check"}, where...)...).must(t); !strings.Contains(got, "公开日志 2 条") {
			t.Errorf("after a refused second publication: %s", got)
		}
	})
}

func TestPublishFromStandardInput(t *testing.T) {
	data := record(t)
	staff(t, "--data", data)
	r := zhixingReading(manuscriptText, "publish", "-", "--drafter", "起草甲", "--publisher", "签发乙", "--data", data)
	if out := r.must(t); !strings.Contains(out, "已公布") {
		t.Error(out)
	}
}

// TestVerify tells a true copy from everything that is none.
func TestVerify(t *testing.T) {
	data := record(t)
	staff(t, "--data", data)
	publishAs(write(t, "2031-1.txt", manuscriptText), "起草甲", "签发乙", "--data", data).must(t)
	other := strings.NewReplacer("第1期（总第40期）", "第2期（总第41期）", "901号", "902号").Replace(manuscriptText)
	publishAs(write(t, "2031-2.txt", other), "起草甲", "签发乙", "--data", data).must(t)

	base, stop := start(t, "serve", "--data", data)
	page := base + "/documents/" + url.PathEscape("绛政办发") + "/2031/901"
	dir := t.TempDir()
	html, proof := save(t, dir, page+".html"), save(t, dir, page+".proof")
	otherProof := save(t, t.TempDir(), strings.Replace(page, "901", "902", 1)+".proof")
	keyOf := func(base string) string {
		m := regexp.MustCompile(`日志公钥</h2><p class="mono">([^<]+)<`).FindStringSubmatch(get(t, base+"/proof"))
		if m == nil {
			t.Fatal("the proof page shows no key")
		}
		return strings.ReplaceAll(m[1], "&#43;", "+")
	}
	key := keyOf(base)
	stop()
	stranger, stop := start(t, "serve", "--data", t.TempDir())
	strangerKey := keyOf(stranger)
	stop()

	verify := func(file, proof, key string) result { return zhixing("verify", file, proof, "--key", key) }
	out := verify(html, proof, key).must(t)
	for _, s := range []string{"相符。", "绛政办发〔2031〕901号", "html格式", "第 1 版", "公布 于 20"} {
		if !strings.Contains(out, s) {
			t.Errorf("no %q in %s", s, out)
		}
	}
	text, err := os.ReadFile(html)
	if err != nil {
		t.Fatal(err)
	}
	if zhixingReading(string(text), "verify", "-", proof, "--key", key).must(t) != out {
		t.Error("from standard input it says something else")
	}
	t.Run("key from the environment", func(t *testing.T) {
		t.Setenv("ZHIXING_KEY", key)
		zhixing("verify", html, proof).must(t)
	})

	bundle, err := os.ReadFile(proof)
	if err != nil {
		t.Fatal(err)
	}
	changed := write(t, "changed.html", strings.Replace(string(text), "2031", "2032", 1))
	forged := write(t, "forged.proof", strings.Replace(string(bundle), "version: 1", "version: 2", 1))
	cut := write(t, "cut.proof", string(bundle[:len(bundle)-40]))
	for name, c := range map[string]struct {
		r    result
		says string
	}{
		"changed file":           {verify(changed, proof, key), "不相符：这个文件"},
		"changed manifest":       {verify(html, forged, key), "不相符：证明文件"},
		"proof cut off":          {verify(html, cut, key), "不相符：证明文件"},
		"another document":       {verify(html, otherProof, key), "不相符：这个文件"},
		"another log's key":      {verify(html, proof, strangerKey), "不相符：证明文件"},
		"no key at all":          {verify(html, proof, "gazette"), "不相符：证明文件"},
		"file and proof swapped": {verify(proof, html, key), "不是证明文件"},
		"empty proof":            {verify(html, write(t, "empty.proof", ""), key), "不是证明文件"},
		"no file":                {verify("/nowhere.html", proof, key), "/nowhere.html"},
		"no proof":               {verify(html, "/nowhere.proof", key), "/nowhere.proof"},
	} {
		t.Run(name, func(t *testing.T) { c.r.refused(t, 1, c.says) })
	}

	t.Run("withdrawn", func(t *testing.T) {
		withdraw(t, data, "绛政办发/2031/901")
		base, _ := start(t, "serve", "--data", data)
		page := base + strings.TrimPrefix(page, page[:strings.Index(page, "/documents")])
		newProof := save(t, t.TempDir(), page+".proof")
		verify(html, newProof, key).refused(t, 1, "不相符：", "撤回", "绛政办发〔2031〕901号")
		if out := verify(html, proof, key).must(t); !strings.Contains(out, "公布") {
			t.Error("the old proof still proves that it was published:", out)
		}
	})
}

// withdraw takes a document back as a publisher does in the browser.
func withdraw(t *testing.T, data string, key publication.Key) {
	t.Helper()
	c := newCall(commands[0], []string{"--data", data}, stdio{strings.NewReader(""), &shown{}, &shown{}})
	s := c.site()
	if err := c.parse(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := c.openSite(ctx, s, opening{}); err != nil {
		t.Fatal(err)
	}
	defer s.db.Close()
	by, err := s.actor(ctx, "签发乙")
	if err == nil {
		_, err = s.press.Withdraw(ctx, key, by, publication.Withdrawal{Reason: "试行结束（虚构）"})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// summary gives size and root of a record's log, and what of each document is public.
func summary(t *testing.T, dump string) (log string, documents []string) {
	t.Helper()
	for _, l := range lines(t, dump) {
		if d, ok := l["dump"].(map[string]any); ok {
			l := d["log"].(map[string]any)
			log = text(t, l["size"]) + " " + text(t, l["root"])
		}
		for _, kind := range []string{"document", "version", "file"} {
			if d, ok := l[kind]; ok {
				documents = append(documents, text(t, d))
			}
		}
	}
	if log == "" || strings.Contains(log, "null") {
		t.Fatalf("the dump begins with no log: %.300s", dump)
	}
	return log, documents
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// folder lists what a data folder holds.
func folder(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	hidden, err := filepath.Glob(filepath.Join(dir, ".z*"))
	if err != nil {
		t.Fatal(err)
	}
	return append(names, hidden...)
}
