package letter

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"zhixing/edition/paper"
)

// testFont is a font of the system; without one the tests that print are skipped, and say so.
func testFont(t testing.TB) []byte {
	t.Helper()
	font, _, err := paper.FindFont(os.ReadFile)
	if err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	return font
}

// pages are the texts of a PDF's pages, as a person's reader would take them, without blanks and line breaks.
func pages(t testing.TB, b []byte) []string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("SKIPPED: pdftotext is not installed (Debian: poppler-utils)")
	}
	cmd := exec.Command(tool, "-raw", "-", "-")
	cmd.Stdin = bytes.NewReader(b)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("pdftotext: %v %s", err, stderr.String())
	}
	all := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
	for i := range all {
		all[i] = squeeze(all[i])
	}
	return all
}

var pageNumber = regexp.MustCompile(`—[0-9]+—`)

func squeeze(s string) string {
	return strings.NewReplacer(" ", "", "　", "", "\n", "", "\t", "", "【", "", "】", "").Replace(s)
}

// TestPDFReadsBack: whatever the text of a letter says its print says too, and every page of a demonstration says so.
func TestPDFReadsBack(t *testing.T) {
	font := testFont(t)
	for name, l := range cases(t) {
		b, err := l.PDF(font)
		if err != nil {
			t.Fatal(name, err)
		}
		if dir := os.Getenv("LETTERS"); dir != "" { // to look at: LETTERS=/tmp go test ./letter -run PDF; pdftoppm -png …
			if err := os.WriteFile(dir+"/"+name+".pdf", b, 0o644); err != nil {
				t.Fatal(err)
			}
			d, err := l.DOCX()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(dir+"/"+name+".docx", d, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got := pages(t, b)
		all := strings.NewReplacer(demoMark, "").Replace(pageNumber.ReplaceAllString(strings.Join(got, ""), ""))
		for _, piece := range strings.Split(strings.NewReplacer("\n", "\t", "　", "\t", "【", "\t", "】", "\t").Replace(l.Text()), "\t") {
			piece = squeeze(strings.Trim(piece, "〔〕"))
			if piece != demoMark && !strings.Contains(all, piece) {
				t.Errorf("%s: %q is not in the PDF:\n%s", name, piece, all)
			}
		}
		for i, page := range got {
			if strings.Contains(page, demoMark) != l.Demo {
				t.Errorf("%s: page %d and demonstration: %s", name, i+1, page)
			}
		}
		again, err := l.PDF(font)
		if err != nil || !bytes.Equal(b, again) {
			t.Errorf("%s: the same letter gives other bytes", name)
		}
	}
}
