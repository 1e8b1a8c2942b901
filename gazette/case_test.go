package gazette

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is read into the case files")

const wantLine = "-- 读出 --\n"

// TestCases reads every file of testdata/cases: a source above the line "-- 读出 --", what must be read below it.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no case files", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			comment, rest, _ := strings.Cut(string(b), "-- 原文 --\n")
			source, want, _ := strings.Cut(rest, wantLine)
			is, err := Read(source)
			got := ""
			if err != nil {
				got = "错误 " + err.Error() + "\n"
			} else {
				whole(t, is)
				got = outline(is)
			}
			if *update {
				if err := os.WriteFile(name, []byte(comment+"-- 原文 --\n"+source+wantLine+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// outline writes a reading down, one fact a line.
func outline(is *Issue) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if is.Title != "" || is.Year != 0 {
		line("公报 %s %d年第%d期 总第%d期 %s", is.Title, is.Year, is.No, is.TotalNo, is.PublishDate)
	}
	for _, c := range is.Contents {
		line("目录 %s", c)
	}
	for _, d := range is.Documents {
		line("公文 %s《%s》", d.ID(), d.Title)
		fact := func(name, value string) {
			if value != "" && value != "[]" {
				line("  %s：%s", name, value)
			}
		}
		fact("机关", d.Issuer)
		fact("文种", d.Kind)
		fact("主送", strings.Join(d.Recipients, "｜"))
		fact("成文", d.SignedOn.String())
		fact("公开", d.PublicNote)
		for _, w := range d.Withheld {
			if w.Whole {
				line("  不公开：全文")
			} else {
				line("  不公开：附件%d", w.Attachment)
			}
		}
		for _, a := range d.Attachments {
			line("  附件%d：%s%s", a.No, a.Title, map[bool]string{true: "（随文）"}[a.Printed])
		}
		fact("何处", d.Availability)
		for _, c := range d.Cites {
			line("  引用：《%s》%s%s%s @%s", c.Title, c.No, map[bool]string{true: " 依据"}[c.Implements], c.Effect, c.Path)
		}
		fact("解读", d.InterpretedBy)
		for _, a := range d.Appointments {
			line("  任免：%s %s %s|%s %s %d %s", a.Person, a.Action, a.Unit, a.Post, a.Rank, a.ProbationMonths, a.DecidedOn)
		}
		nodes(&b, d.Nodes, 1)
		for _, p := range d.Plans {
			line("  计划 %q《%s》", p.Key, p.Title)
			nodes(&b, p.Nodes, 2)
		}
	}
	for _, p := range is.Pieces {
		if p.Node == nil && p.Noise != Blank {
			line("杂 %s %s", p.Noise, strings.TrimSpace(is.Source[p.Start:p.End]))
		}
	}
	for _, d := range is.Doubts {
		line("疑 第%d行 %s", d.Line, d.Message)
	}
	return b.String()
}

func nodes(b *strings.Builder, list []*Node, depth int) {
	for _, n := range list {
		title := ""
		if n.Title != "" && n.Title != n.Text && n.Title != n.Body() {
			title = "{" + n.Title + "}"
		}
		fmt.Fprintf(b, "%s%s %s%s%s\n", strings.Repeat("  ", depth), n.Path, n.Kind, title, strings.ReplaceAll("："+n.Text, "\n", "⏎"))
		nodes(b, n.Children, depth+1)
	}
}
