package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// TestDemonstrationAndWorkStayApart: nothing invented gets into a county's record, and nothing invented is served
// as if it were real.
func TestDemonstrationAndWorkStayApart(t *testing.T) {
	zhixing := func(args ...string) (int, string) {
		var errs bytes.Buffer
		code := run(context.Background(), args, stdio{strings.NewReader(""), &bytes.Buffer{}, &errs})
		return code, errs.String()
	}
	const nowhere = "127.0.0.1:-1" // what is wrongly let in ends where it would listen
	atWork := t.TempDir()
	if code, errs := zhixing("user", "add", "编辑甲", "--roles", "editor", "--data", atWork); code != 0 {
		t.Fatal(errs)
	}
	if code, errs := zhixing("demo", "--data", atWork, "--listen", nowhere); code != 1 || !strings.Contains(errs, "county at work") {
		t.Errorf("demo in the record of a county: %d %s", code, errs)
	}
	demonstration, _ := startDemo(t)
	if code, errs := zhixing("serve", "--data", demonstration, "--listen", nowhere); code != 1 || !strings.Contains(errs, "demonstration") {
		t.Errorf("serve the record of a demonstration: %d %s", code, errs)
	}
}
