package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Cases come from standard input or named files; a bad one is an answer and not a failure of the command.
func TestJudgeCommand(t *testing.T) {
	cases := `{"id":"a","standard":"HJ 633-2012","kind":"aqi-daily","input":{"PM2.5":75}}

{"id":"b","kind":"brick-kiln","standard":"GB 29620-2013","input":{"o2_percent":"18","measured":{"PM":"12"}}}
not a case
`
	file := filepath.Join(t.TempDir(), "cases.jsonl")
	if err := os.WriteFile(file, []byte(cases), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"judge"}, {"judge", file}, {"judge", "-"}} {
		var out, errs bytes.Buffer
		if code := run(context.Background(), args, stdio{strings.NewReader(cases), &out, &errs}); code != 0 {
			t.Fatalf("%v: exit %d: %s", args, code, &errs)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != 3 || errs.Len() > 0 {
			t.Fatalf("%v: %q, %s", args, lines, &errs)
		}
		for i, want := range []string{`"aqi":100,"class":"良"`, `"PM":{"converted":12,"limit":30,"ok":true`, `"error":"不是 JSON 对象"`} {
			if !json.Valid([]byte(lines[i])) || !strings.Contains(lines[i], want) {
				t.Errorf("%v: %s, want %s", args, lines[i], want)
			}
		}
		if !strings.Contains(lines[1], `"encouraged":{"set":"`) {
			t.Errorf("the county's own values are the second judgement: %s", lines[1])
		}
	}
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"judge", "--county", otherCounty, file}, stdio{strings.NewReader(""), &out, &errs}); code != 0 || !strings.Contains(out.String(), `"encouraged":{"set":"yixian-kilns-2031","converted":12,"limit":15,"ok":true`) {
		t.Errorf("another county's own values: exit %d, %s%s", code, &out, &errs)
	}
	table := filepath.Join(t.TempDir(), "policies", "kilns-2031", "standards", "brick-kiln.csv")
	if err := os.MkdirAll(filepath.Dir(table), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(table, []byte("set,limit\nown,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(filepath.Dir(table), "..", "..", "..")
	if code := run(context.Background(), []string{"judge", "--county", broken, file}, stdio{strings.NewReader(""), &out, &errs}); code != 1 || !strings.Contains(errs.String(), "policies/kilns-2031/standards/brick-kiln.csv:2：") {
		t.Errorf("a table that does not read: exit %d, %s", code, &errs)
	}
}
