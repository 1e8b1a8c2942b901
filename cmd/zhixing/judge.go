package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"zhixing/counties"
	"zhixing/policy"
	"zhixing/standard"
)

// maxCase bounds a line of cases; standard.Judge answers longer ones with an error of their own.
const maxCase = 8 << 20

// judge answers cases, one a line, by the national tables. A bad case is an answer, not a failure.
func judge(ctx context.Context, c *call) error {
	county := c.flags.String("county", "", "folder of the county whose own limits are judged by too; without it the demonstration county")
	if err := c.parse(); err != nil {
		return err
	}
	folder := counties.Demonstration()
	if *county != "" {
		folder = os.DirFS(*county)
	}
	limits, err := policy.KilnLimits(folder)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(c.out)
	if len(c.args) == 0 {
		c.args = []string{"-"}
	}
	for _, name := range c.args {
		if err := judgeFile(ctx, c, name, limits, out); err != nil {
			return err
		}
	}
	return out.Flush()
}

func judgeFile(ctx context.Context, c *call, name string, limits []standard.KilnLimit, out *bufio.Writer) error {
	var in io.Reader = c.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), maxCase)
	for lines.Scan() && ctx.Err() == nil {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		out.Write(standard.Judge(lines.Bytes(), limits))
		if err := out.WriteByte('\n'); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w: a case is a line of at most %d MB", name, err, maxCase>>20)
	}
	return ctx.Err()
}
