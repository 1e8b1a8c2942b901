package edition

import (
	"strings"
	"testing"

	"zhixing/edition/paper"
	"zhixing/gazette"
)

func TestColumns(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"乡镇\t数\n东塬\t7", "乡镇|数\n东塬|7"},
		{"乡镇    数  备注\n东塬   7   无", "乡镇|数|备注\n东塬|7|无"},
		{"乡镇　数\n东塬　7", "乡镇|数\n东塬|7"},
		{"东塬 7\n柳湾 5", "东塬|7\n柳湾|5"},
		{"组 长: 甲某 副县长\n李 某 镇长", "组　长:　甲某　副县长\n李　某　镇长"}, // no two rows agree: lines
		{"一行", "一行"},
	} {
		if got := strings.ReplaceAll(strings.Join(paper.Columns(strings.Split(c.in, "\n")), "\n"), "\t", "|"); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestRowsOfATableKeepTheirAddresses(t *testing.T) {
	row := func(path, text string) *gazette.Node {
		return &gazette.Node{Kind: gazette.TableNode, Text: text, Path: path}
	}
	doc := &gazette.Document{Title: "表", Nodes: []*gazette.Node{{Kind: gazette.TableNode, Path: "表1",
		Children: []*gazette.Node{row("表1/1", "乡镇  数"), row("表1/2", "东塬  7")}}}}
	p, err := FromReading(nil, doc)
	if err != nil {
		t.Fatal(err)
	}
	body, text := string(HTMLBody(p)), string(Text(p))
	if !p.Has("表1/2") || !strings.Contains(body, `<tr id="表1/2" data-path="表1/2"><td>东塬</td><td>7</td></tr>`) || !strings.Contains(text, "东塬\t7\n") {
		t.Errorf("%s\n%s", body, text)
	}
	b := Block{Kind: Table, Text: "甲\t乙\n丙", Children: []Block{{Kind: Row, Text: "丁\t戊\t己", Path: "x"}}}
	grid := b.Grid()
	if len(grid) != 3 || len(grid[0].Cells) != 3 || grid[2].Path != "x" {
		t.Errorf("%+v", grid)
	}
}
