package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhixing/warning/cap"
)

const capDocument = `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>a1</identifier><sender>s@example.org</sender><sent>2026-08-05T14:30:00+08:00</sent>` +
	`<status>Actual</status><msgType>Alert</msgType><scope>Public</scope></alert>`

// A line a file; a bad document is an answer, a file that cannot be read fails the command when the others have been answered.
func TestCapCheck(t *testing.T) {
	good, bad := write(t, "good.xml", capDocument), write(t, "bad.xml", strings.Replace(capDocument, "Actual", "actual", 1))
	bomb := write(t, "bomb.xml", `<!DOCTYPE a [<!ENTITY x SYSTEM "file://`+good+`">]>`+strings.Replace(capDocument, "a1", "&x;", 1))
	large := write(t, "large.xml", strings.Replace(capDocument, "<scope>", "<source>"+strings.Repeat("x", 2<<20)+"</source><scope>", 1))
	out := zhixing("cap", "check", good, bad, bomb, large, write(t, "empty.xml", "")).must(t)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 5 {
		t.Fatal(out)
	}
	for k, want := range []struct {
		valid bool
		word  string
	}{{true, ""}, {false, "actual"}, {false, "DTD"}, {false, "1 MiB"}, {false, "空的"}} {
		var v struct {
			File            string
			Valid           bool
			Reasons, Advice []string
		}
		if err := json.Unmarshal([]byte(lines[k]), &v); err != nil || v.Reasons == nil || v.Advice == nil {
			t.Fatal(lines[k], err)
		}
		if v.Valid != want.valid || v.Valid != (len(v.Reasons) == 0) || !strings.Contains(strings.Join(v.Reasons, ""), want.word) || !filepath.IsAbs(v.File) {
			t.Errorf("%s, want %v", lines[k], want)
		}
	}
	if r := zhixingReading(capDocument, "cap", "check"); !strings.Contains(r.must(t), `"file":"-","valid":true,"reasons":[],`) {
		t.Error(r.out)
	}
	r := zhixing("cap", "check", filepath.Join(t.TempDir(), "none.xml"), t.TempDir(), good)
	if r.code != 1 || !strings.Contains(r.err, "2 of 3 files") || strings.Count(r.out, `"valid":false`) != 2 || strings.Count(r.out, `"valid":true`) != 1 {
		t.Error(r.out)
	}
	zhixing("cap").refused(t, 2, "wants")
	zhixing("cap", "chek", good).refused(t, 2, "wants")
}

// A key signs what others verify, and is never written over.
func TestCapKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cap.key")
	zhixing("cap", "key", file).refused(t, 2, "--signer")
	zhixing("cap", "key", file, "--signer", "示例县").must(t)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	key, cert, err := cap.ReadKey(b)
	if err != nil || cert.Subject.CommonName != "示例县" {
		t.Fatal(cert, err)
	}
	signed, err := cap.Sign([]byte(strings.Replace(capDocument, "2026-08-05T14:30:00+08:00", cap.FormatTime(cert.NotBefore), 1)), key, cert)
	if err != nil || !strings.Contains(string(signed), "SignatureValue") {
		t.Error(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	zhixing("cap", "key", file, "--signer", "示例县").refused(t, 1, "never written over")
}
