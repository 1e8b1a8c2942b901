package web

import (
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// How anybody checks that a warning is the county's: its certificate, and what to do with it.

// capCertificate is the page on how documents are checked.
type capCertificate struct {
	Signer      string
	From, Until time.Time
	Fingerprint string // SHA-256, in pairs
	Over        bool   // its time: nothing is signed
}

func (s *Server) warningVerify(w http.ResponseWriter, r *http.Request) error {
	var data *capCertificate
	if c := s.Certificate; c != nil {
		sum := sha256.Sum256(c.Raw)
		data = &capCertificate{Signer: c.Subject.CommonName, From: c.NotBefore, Until: c.NotAfter, Over: s.now().After(c.NotAfter),
			Fingerprint: strings.Trim(strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":"), ":")}
	}
	p := s.page(r, "怎样核对预警文件", Link{Text: "预警", URL: "/warnings"})
	p.Data = data
	return s.render(w, http.StatusOK, "warningverify.html", p)
}

func (s *Server) warningCertificate(w http.ResponseWriter, r *http.Request) error {
	if s.Certificate == nil {
		return notFound("本县的预警文件没有数字签名。")
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-pem-file")
	h.Set("Content-Disposition", `attachment; filename="warning-certificate.pem"`)
	return pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate.Raw})
}
