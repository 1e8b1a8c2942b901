package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/warning"
	"zhixing/warning/cap"
)

// Anybody checks a document on the page, one that was signed before the key was exchanged too; the page lists each key with its time.
func TestWarningCheck(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08T08:00:00+08:00")
		s.want(s.get("", "/warnings/verify"), 200, "目前没有数字签名", "在这里核对")
		s.want(s.get("", "/warnings/certificates.pem"), 404)
		check := func(name string, b string, words ...string) {
			t.Helper()
			a := s.upload("", "/warnings/verify", nil, name, []byte(b))
			s.want(a, 200, words...)
		}
		s.want(s.upload("", "/warnings/verify", nil, "空.xml", nil), 400, "请选择要核对的 CAP 文件")
		use := func(name string) {
			t.Helper()
			pem, err := cap.NewKey(name, s.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			key, cert, err := cap.ReadKey(pem)
			if err != nil {
				t.Fatal(err)
			}
			s.works.Warnings.Sign = func(b []byte) ([]byte, error) { return cap.Sign(b, key, cert) }
			s.srv.Certificate = cert
			s.caseWrite(func(ctx context.Context, tx *db.Tx) error { return warning.UseKey(ctx, tx, s.srv.countyCode, cert) })
		}
		defer func() { s.works.Warnings.Sign, s.srv.Certificate = nil, nil }()
		use("示例签名一")
		v := s.warned(storm("预计有强降雨。"))
		document := s.get("", warningPath(v.Event)+"/1.xml").body
		s.clock.Set("2031-06-08T10:00:00+08:00")
		use("示例签名二")
		a := s.get("", "/warnings/verify")
		s.want(a, 200, "示例签名一", "示例签名二", "2031-06-08 10:00 至今", "2031-06-08 08:00 至 2031-06-08 10:00")
		certs, err := cap.ReadCertificates([]byte(s.get("", "/warnings/certificates.pem").body))
		if err != nil || len(certs) != 2 {
			t.Errorf("%d certificates: %v", len(certs), err)
		}
		check("1.xml", document, "是本县发布的，没有改过", "逐字节相同，签名属实", "使用至 2031-06-08 10:00", warningPath(v.Event))
		check("1.xml", strings.Replace(document, "强降雨", "小雨", 1), "不要相信", "改动过")
		check("<b>.xml", "不是文件", "不是合格的 CAP 1.2 文件", "&lt;b&gt;.xml")
		if a := s.upload("", "/warnings/verify", nil, "大.xml", make([]byte, 2<<20)); a.status != http.StatusBadRequest {
			t.Errorf("two megabytes: %d", a.status)
		}
	})
}
