package cap

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"zhixing/internal/peertest"
)

// TestAgainstSchema holds us against xmllint and the schema in testdata: what is valid to us is valid to the schema, and what we write is;
// what the schema refuses, we do.
func TestAgainstSchema(t *testing.T) {
	peertest.Program(t, "xmllint", "libxml2-utils")
	dir := t.TempDir()
	list := cases(t)
	ours := must2(Write(storm()))
	key, cert := testKey(t)
	list = append(list, testCase{name: "written", doc: string(ours), valid: true}, testCase{name: "signed", doc: string(must2(Sign(ours, key, cert))), valid: true})
	args := []string{"--nonet", "--noout", "--schema", "testdata/cap12.xsd"}
	var files []string
	for k, c := range list {
		if c.valid || !strings.Contains(c.doc, "<!") {
			files = append(files, filepath.Join(dir, fmt.Sprintf("%03d.xml", k)))
			write(t, files[len(files)-1], []byte(c.doc))
		}
	}
	out, _ := exec.Command("xmllint", append(args, files...)...).CombinedOutput() // fails for the invalid ones
	refused := 0
	for k, c := range list {
		validates := strings.Contains(string(out), fmt.Sprintf("%03d.xml validates\n", k))
		if c.valid && !validates {
			t.Errorf("%s: we let it pass, the schema does not", c.name)
		}
		if !validates {
			refused++
		}
	}
	if refused < 80 {
		t.Errorf("the schema refuses only %d: %s", refused, out)
	}
}
