package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	file := write(t, "2031-1.txt", manuscriptText)
	tree := zhixing("read", file).must(t)
	for _, s := range []string{"2031年第1期（总第40期）", "绛政办发〔2031〕901号", "《绛县河道保洁试行方案》", "（一）清理河道", "[一]"} {
		if !strings.Contains(tree, strings.TrimPrefix(s, "（一）")) {
			t.Errorf("no %q in\n%s", s, tree)
		}
	}
	if got := zhixing("read", "--as=tree", file).must(t); got != tree {
		t.Error("--as tree is not the default")
	}
	var documents struct {
		Documents []struct {
			No string `json:"doc_no"`
		}
	}
	if err := json.Unmarshal([]byte(zhixing("read", file, "--as", "documents").must(t)), &documents); err != nil || len(documents.Documents) != 1 || documents.Documents[0].No != "绛政办发〔2031〕901号" {
		t.Errorf("%+v %v", documents, err)
	}
	duties := lines(t, zhixing("read", file, "--as", "duties").must(t))
	if len(duties) != 2 || !reflect.DeepEqual(duties[0]["lead"], []any{"县水务局"}) {
		t.Errorf("duties: %v", duties)
	}
	if got := zhixing("read", file, "--as", "appointments").must(t); got != "" {
		t.Errorf("there are none, but it prints %q", got)
	}
}

func TestReadStandardInput(t *testing.T) {
	file := write(t, "2031-1.txt", manuscriptText)
	for _, as := range []string{"tree", "documents", "duties"} {
		want := zhixing("read", file, "--as", as).must(t)
		if got := zhixingReading(manuscriptText, "read", "-", "--as", as).must(t); got != want {
			t.Errorf("%s: from standard input\n%s\nfrom the file\n%s", as, got, want)
		}
	}
	t.Setenv("ZHIXING_AS", "duties")
	if got := zhixingReading(manuscriptText, "read", "-").must(t); !strings.HasPrefix(got, "{") {
		t.Errorf("ZHIXING_AS=duties prints %.40q", got)
	}
}

// Diagnostics go to standard error with file and line; a program that reads standard output never meets one.
func TestWhatIsDoubtfulIsSaidBeside(t *testing.T) {
	doubtful := strings.Replace(manuscriptText, "绛政办发〔2031〕901号\n", "绛政办发〔2031901号\n", 1)
	doubtful = strings.Replace(doubtful, "（二）", "（五）", 1)
	doubtful = strings.Replace(doubtful, "2.建立", "7.建立", 1)
	file := write(t, "2031-1.txt", doubtful)
	for _, as := range []string{"documents", "duties", "tree"} {
		r := zhixing("read", file, "--as", as)
		r.must(t)
		if !strings.Contains(r.err, file+":") {
			t.Errorf("--as %s: no doubt with file and line on standard error: %q", as, r.err)
		}
		if strings.Contains(r.out, file) {
			t.Errorf("--as %s: a doubt on standard output", as)
		}
	}
}

// Of a county whose folder is named, the units are told that its folder does not know.
func TestReadForACounty(t *testing.T) {
	county := []string{"--as", "duties", "--county", "../../counties/jiangxian"}
	known := zhixing(append([]string{"read", write(t, "2031-1.txt", manuscriptText)}, county...)...)
	if known.must(t); strings.Contains(known.err, "units/ 里没有") {
		t.Error(known.err)
	}
	other := zhixing(append([]string{"read", write(t, "2031-2.txt", strings.Replace(manuscriptText, "县住建局", "县示例局", 1))}, county...)...)
	if other.must(t); strings.Count(other.err, "units/ 里没有") != 1 || !strings.Contains(other.err, "绛政办发〔2031〕901号 ") || !strings.Contains(other.err, "“县示例局”") {
		t.Error(other.err)
	}
	zhixing("read", write(t, "2031-3.txt", manuscriptText), "--county", t.TempDir()).refused(t, 1, "county.yaml")
}

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ content, says string }{
		"empty.txt":   {"", "空"},
		"blank.txt":   {" \n\n\t\n", "没有文字"},
		"zeros.txt":   {"第一行\n第二行\x00\n", "第 2 行"},
		"control.txt": {"第一行\n第二行\n第三行\x01甲乙丙丁\n", "第 3 行"},
		"broken.docx": {"PK\x03\x04 not really", "重新拷贝"},
		"table.xls":   {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600), "另存为"},
	} {
		t.Run(name, func(t *testing.T) {
			zhixing("read", write(t, name, c.content)).refused(t, 1, name, c.says)
		})
	}
	zhixing("read", t.TempDir()).refused(t, 1, "is a directory")
}

// TestGoldThroughTheBinary holds what the program prints against answers made by careful hand reading.
func TestGoldThroughTheBinary(t *testing.T) {
	issue := shared(t, "gazette/jiangxian-2023-3.txt")
	for as, gold := range map[string]string{"documents": "gold/documents.json", "appointments": "gold/appointments.json"} {
		b, err := os.ReadFile(shared(t, gold))
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		printed := zhixing("read", issue, "--as", as).must(t)
		if as == "appointments" {
			var list []any
			for _, l := range lines(t, printed) {
				list = append(list, l)
			}
			got = list
		} else if err := json.Unmarshal([]byte(printed), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("--as %s differs from shared/%s", as, gold)
		}
	}
	b, err := os.ReadFile(shared(t, "gold/duties.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	want := lines(t, string(b))
	got := lines(t, zhixing("read", issue, "--as", "duties").must(t))
	if len(got) < len(want) { // more are those proposed from plain sentences, which have answers of their own
		t.Errorf("%d duties, the gold has %d", len(got), len(want))
	}
	for field := range want[0] {
		if _, ok := got[0][field]; !ok {
			t.Errorf("duties lack the field %s", field)
		}
	}
}

// lines reads JSON Lines of objects.
func lines(t *testing.T, s string) []map[string]any {
	t.Helper()
	var out []map[string]any
	for dec := json.NewDecoder(strings.NewReader(s)); dec.More(); {
		var m map[string]any
		if err := dec.Decode(&m); err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

// shared is a file of the folder with the real gazette and its answers, which stands beside the repository on some
// machines and is no part of it.
func shared(t *testing.T, name string) string {
	t.Helper()
	for dir, _ := filepath.Abs("."); ; dir = filepath.Dir(dir) {
		p := filepath.Join(dir, "shared", name)
		if _, err := os.Stat(p); err == nil {
			return p
		}
		if dir == filepath.Dir(dir) {
			t.Skipf("SKIPPED: no shared/%s above this folder, so nothing was compared with it", name)
		}
	}
}
