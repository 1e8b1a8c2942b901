package edition

import (
	"bytes"
	"strings"
	"testing"
)

func TestJSONGivesThePublicationBack(t *testing.T) {
	p := sample()
	a, err := JSON(p)
	if err != nil {
		t.Fatal(err)
	}
	q, err := ParseJSON(a)
	if err != nil {
		t.Fatal(err)
	}
	b, err := JSON(q)
	if err != nil || !bytes.Equal(a, b) {
		t.Fatalf("%v\n%s\n%s", err, a, b)
	}
}

func TestManifestAndBundle(t *testing.T) {
	p := sample()
	files, err := All(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Manifest(p, files)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ParseManifest(m)
	if err != nil || l.Title != p.Title || !l.PublishedAt.Equal(p.PublishedAt) || len(l.Editions) != len(files) {
		t.Fatalf("%v %+v", err, l)
	}
	if h, ok := l.Find(files[0].SHA256); !ok || h.Format != files[0].Format || h.Size != int64(len(files[0].Bytes)) {
		t.Fatal(h, ok)
	}
	proof := []byte("c2sp.org/tlog-proof@v1\nindex 3\n\nlog\n5\n")
	m2, proof2, err := SplitBundle(Bundle(m, proof))
	if err != nil || !bytes.Equal(m, m2) || !bytes.Equal(proof, proof2) {
		t.Fatalf("%v %q %q", err, m2, proof2)
	}
	for _, bad := range []string{"", "x", string(m) + "\n", strings.Replace(string(m), "record: publish", "record: erase", 1),
		strings.Replace(string(m), "version: 1", "version: 01", 1), strings.ToUpper(string(m)), string(m) + "key: a\n"} {
		if _, err := ParseManifest([]byte(bad)); err == nil {
			t.Errorf("read %q", bad)
		}
	}
}
