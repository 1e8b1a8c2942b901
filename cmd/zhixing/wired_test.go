package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zhixing/counties"
	"zhixing/warning/cap"
)

// What the packages can do is at work in the program that serves: grids that are put into the folder are taken in, the feeds that the county's
// folder names are read, and warnings are signed with the key that was given, whose certificate anybody can fetch.
func TestServeIsWired(t *testing.T) {
	var asked atomic.Int32
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		f := cap.Feed{ID: "http://" + r.Host, Title: "预警", Self: "http://" + r.Host + "/feed", Author: "云台市气象台", Updated: time.Unix(0, 0)}
		w.Write(f.Atom())
	}))
	defer feed.Close()
	county := filepath.Join(t.TempDir(), "county")
	if err := os.CopyFS(county, counties.Demonstration()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(county, "policies", "weather-2023", "warnings.yaml")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	with := strings.Replace(string(b), "dialect: cap }", "dialect: cap, feed: "+feed.URL+"/feed }", 1)
	if with == string(b) {
		t.Fatal("the county's folder names no source")
	}
	if err := os.WriteFile(file, []byte(with), 0o644); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "cap.pem")
	zhixing("cap", "key", key, "--signer", "示例县").must(t)
	t.Setenv("ZHIXING_CAP_KEY_FILE", key)
	grids := t.TempDir()
	if err := os.WriteFile(filepath.Join(grids, "rain.grb2"), []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	base, _ := start(t, "serve", "--data", t.TempDir(), "--county", county, "--grids", grids)
	if page := get(t, base+"/warnings/verify"); !strings.Contains(page, "示例县") || !strings.Contains(page, "SHA-256 指纹") {
		t.Error("the page does not say how to check:", page)
	}
	certs, err := cap.ReadCertificates([]byte(get(t, base+"/warnings/certificate.pem")))
	if err != nil || len(certs) != 1 || certs[0].Subject.CommonName != "示例县" {
		t.Error("certificate", certs, err)
	}
	if all, err := cap.ReadCertificates([]byte(get(t, base+"/warnings/certificates.pem"))); err != nil || len(all) != 1 || !all[0].Equal(certs[0]) {
		t.Error("the key is not kept with its time:", all, err)
	}
	why := filepath.Join(grids, "refused", "rain.grb2.txt")
	for range 300 {
		if _, err := os.Stat(why); err == nil && asked.Load() > 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if _, err := os.Stat(why); err != nil {
		t.Error("the folder of grids is not watched:", err)
	}
	if asked.Load() == 0 {
		t.Error("the feed was not read")
	}
}

// A key that is of no use is told before anything is served.
func TestServeRefusesAKey(t *testing.T) {
	t.Setenv("ZHIXING_CAP_KEY_FILE", write(t, "cap.pem", "nonsense"))
	zhixing("serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0").refused(t, 2, "--cap-key")
}

// A document is signed by the county's key, and `cap check` says by whom.
func TestCapCheckVerifies(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cap.pem")
	zhixing("cap", "key", file, "--signer", "示例县").must(t)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	key, cert, err := cap.ReadKey(b)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := cap.Sign([]byte(strings.Replace(capDocument, "2026-08-05T14:30:00+08:00", cap.FormatTime(cert.NotBefore), 1)), key, cert)
	if err != nil {
		t.Fatal(err)
	}
	if out := zhixing("cap", "check", "--trust", file, write(t, "signed.xml", string(signed)), write(t, "plain.xml", capDocument)).must(t); !strings.Contains(out, `"signed":"示例县"`) ||
		strings.Count(out, `"valid":true`) != 1 || !strings.Contains(out, "签名：") {
		t.Error(out)
	}
}
