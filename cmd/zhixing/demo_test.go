package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
)

// TestDemonstrationAndWorkStayApart: nothing invented gets into a county's record, and nothing invented is served
// as if it were real.
func TestDemonstrationAndWorkStayApart(t *testing.T) {
	// Whatever is wrongly let in ends with ctx, and with 0.
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	start := func(args ...string) result {
		var errs bytes.Buffer
		code := run(ctx, append(args, "--listen", "127.0.0.1:0"), stdio{strings.NewReader(""), &bytes.Buffer{}, &errs})
		return result{code: code, err: errs.String()}
	}
	atWork := record(t)
	zhixing("user", "add", "编辑甲", "--roles", "editor", "--data", atWork).must(t)
	start("demo", "--data", atWork).refused(t, 1, "county at work")
	demonstration, _ := startDemo(t)
	start("serve", "--data", demonstration).refused(t, 1, "demonstration")
}
