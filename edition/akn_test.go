package edition

import (
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"zhixing/internal/peertest"
)

// TestAKNIsValid checks against testdata/akn-used.xsd, our own narrower statement of the standard's rules; with
// ZHIXING_AKN_XSD=…/akomantoso30.xsd (and its xml.xsd beside it) against the official schema too.
func TestAKNIsValid(t *testing.T) {
	xmllint := peertest.Program(t, "xmllint", "libxml2-utils")
	schemas := []string{"testdata/akn-used.xsd"}
	if s := os.Getenv("ZHIXING_AKN_XSD"); s != "" {
		schemas = append(schemas, s)
	}
	dir := t.TempDir()
	for name, p := range samples() {
		file := filepath.Join(dir, name+".xml")
		if err := os.WriteFile(file, AKN(p), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, schema := range schemas {
			out, err := exec.Command(xmllint, "--nonet", "--noout", "--schema", schema, file).CombinedOutput()
			if err != nil {
				t.Errorf("%s against %s: %v\n%s", name, schema, err, out)
			}
		}
	}
}

func TestAKNNames(t *testing.T) {
	p := sample()
	p.Record, p.Version, p.VersionNote = Correct, 2, "表中数字有误"
	p.Earlier = []Earlier{{1, Publish, p.PublishedAt.Add(-72 * time.Hour), ""}}
	got := string(AKN(p))
	for _, want := range []string{
		`<FRBRuri value="/akn/cn-990101/doc/notice/2024-03-18/qzbf-2024-7"/>`,
		`<FRBRthis value="/akn/cn-990101/doc/notice/2024-03-18/qzbf-2024-7/zho@2024-04-01/!main"/>`,
		`<eventRef eId="eventRef_1" date="2024-03-29" source="#original" type="generation"/>`,
		`<eventRef eId="eventRef_2" date="2024-04-01" source="#version_2" type="amendment"/>`,
		`<subsection eId="hcontainer_nn6__sec_2__subsec_2" zx:path="河塘/二/(二)"><num>（二）</num><heading>分类施工</heading>`,
		`<paragraph eId="hcontainer_nn6__sec_2__subsec_2__para_1" zx:path="河塘/二/(二)/1"><num>1.</num><heading>清淤</heading><content><p>。先下游`,
		`<ref href="https://gazette.example.cn/990100/d/bzf-2023-5">《白石市人民政府关于加强小型水利设施管护的意见》</ref>`,
		`status="ignored" zx:path="附件2"><content><p><omissis>〔附件2不公开〕</omissis></p></content>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestAKNLosesNothing reads the text back: every block's own text stands in the XML, in order.
func TestAKNLosesNothing(t *testing.T) {
	for name, p := range samples() {
		text := squeeze(xmlText_(t, AKN(p)))
		at := 0
		p.Walk(func(_ Part, b Block, _ int) {
			want := squeeze(b.Text)
			i := strings.Index(text[at:], want)
			if i < 0 {
				t.Errorf("%s: %s: lost %q", name, b.Path, b.Text)
				return
			}
			at += i + len(want)
		})
	}
}

// xmlText_ is the character data of a well-formed document.
func xmlText_(t *testing.T, b []byte) string {
	t.Helper()
	var out strings.Builder
	dec := xml.NewDecoder(strings.NewReader(string(b)))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return out.String()
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		if c, ok := tok.(xml.CharData); ok {
			out.Write(c)
		}
	}
}
