package edition

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhixing/gazette"
)

// TestRealIssue puts a real issue, where one lies beside the repository, through every writer.
func TestRealIssue(t *testing.T) {
	files, _ := filepath.Glob("../../shared/gazette/*.txt")
	if len(files) == 0 {
		t.Skip("SKIPPED: no real issue in ../shared/gazette")
	}
	xmllint, _ := exec.LookPath("xmllint")
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		issue, err := gazette.Read(string(source))
		if err != nil {
			t.Fatal(err)
		}
		for i, doc := range issue.Documents {
			p, err := FromReading(issue, doc)
			if err != nil {
				t.Errorf("document %d: %v", i+1, err)
				continue
			}
			p.County, p.Key, p.Version, p.Record = County{"999999", "某县"}, fmt.Sprintf("d%d", i+1), 1, Publish
			p.PublishedAt = time.Date(2023, 10, 1, 1, 0, 0, 0, time.UTC)
			check(t, p)
			lost(t, doc.Nodes, squeeze(string(Text(p))))
			for _, plan := range doc.Plans {
				lost(t, plan.Nodes, squeeze(string(Text(p))))
			}
			if xmllint == "" {
				continue
			}
			cmd := exec.Command(xmllint, "--nonet", "--noout", "--schema", "testdata/akn-used.xsd", "-")
			cmd.Stdin = strings.NewReader(string(AKN(p)))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("document %d: %s", i+1, out)
			}
		}
	}
}

// lost reports nodes whose text is not in the plain text. Title and number stand in the head.
func lost(t *testing.T, nodes []*gazette.Node, text string) {
	t.Helper()
	for _, n := range nodes {
		if n.Kind != gazette.TitleNode && n.Kind != gazette.SectionNode && !strings.Contains(text, squeeze(n.Text)) {
			t.Errorf("%s: lost %.60q", n.Path, n.Text)
		}
		lost(t, n.Children, text)
	}
}
