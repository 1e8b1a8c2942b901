package web

import (
	"context"
	"encoding/pem"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/warning"
	"zhixing/warning/cap"
)

// How anybody checks that a warning is the county's: the certificates of its keys and when each was in use, what to do with them, and a form that does it.

// capKey is a key as the page shows it.
type capKey struct {
	warning.Key
	Signer      string
	Ends        time.Time // of its certificate
	Fingerprint string    // SHA-256, in pairs
}

// capKeys are the keys that documents were signed with, the one in use first.
func (s *Server) capKeys(r *http.Request) (out []capKey, err error) {
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		keys, err := warning.Keys(ctx, tx, s.countyCode)
		for _, k := range keys {
			var pairs []string
			for i := 0; i+1 < len(k.Fingerprint); i += 2 {
				pairs = append(pairs, strings.ToUpper(k.Fingerprint[i:i+2]))
			}
			out = append(out, capKey{k, k.Certificate.Subject.CommonName, k.Certificate.NotAfter, strings.Join(pairs, ":")})
		}
		return err
	})
	return out, err
}

func (s *Server) warningVerify(w http.ResponseWriter, r *http.Request) error {
	return s.warningVerifyPage(w, r, http.StatusOK, "", nil, "")
}

// checkedFile is what came of checking somebody's file.
type checkedFile struct {
	warning.Checked
	Name string
	Path string // of the warning on this site
}

// Good reports whether the file is to be believed.
func (c checkedFile) Good() bool { return c.Found == warning.FoundOurs || c.Found == warning.FoundSame }

func (s *Server) warningVerifyPage(w http.ResponseWriter, r *http.Request, status int, name string, checked *warning.Checked, wrong string) error {
	keys, err := s.capKeys(r)
	if err != nil {
		return err
	}
	data := map[string]any{"Keys": keys, "Wrong": wrong, "Signs": s.Certificate != nil, "Over": s.Certificate != nil && s.now().After(s.Certificate.NotAfter)}
	if checked != nil {
		c := checkedFile{Checked: *checked, Name: name}
		if c.Event > 0 {
			c.Path = warningPath(c.Event)
		}
		data["Checked"] = c
	}
	p := s.page(r, "怎样核对预警文件", Link{Text: "预警", URL: "/warnings"})
	p.Data = data
	return s.render(w, status, "warningverify.html", p)
}

// warningCheck checks a file. Nothing of it is kept.
func (s *Server) warningCheck(w http.ResponseWriter, r *http.Request) error {
	if !s.limits.allow("warning check", clientAddress(r), .2, 20) {
		return &httpError{status: http.StatusTooManyRequests, message: "核对太频繁，请过一会儿再试。"}
	}
	r.Body = http.MaxBytesReader(w, r.Body, cap.MaxBytes+64<<10)
	file, head, err := r.FormFile("file")
	if r.MultipartForm != nil {
		defer r.MultipartForm.RemoveAll()
	}
	if err != nil || head.Size == 0 {
		return s.warningVerifyPage(w, r, http.StatusBadRequest, "", nil, "请选择要核对的 CAP 文件（.xml，不超过 "+strconv.Itoa(cap.MaxBytes>>20)+" MB）。")
	}
	defer file.Close()
	b, err := io.ReadAll(file)
	if err != nil {
		return badRequest("文件没有传完，请重新上传。")
	}
	var checked warning.Checked
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		checked, err = warning.Check(ctx, tx, s.countyCode, b)
		return err
	})
	if err != nil {
		return err
	}
	return s.warningVerifyPage(w, r, http.StatusOK, firstRunes(head.Filename, 60), &checked, "")
}

// warningCertificate gives the certificate that is in use, warningCertificates all that ever were, the newest first.
func (s *Server) warningCertificate(w http.ResponseWriter, r *http.Request) error {
	if s.Certificate == nil {
		return notFound("本县的预警文件没有数字签名。")
	}
	certificateHead(w, "warning-certificate.pem")
	return pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate.Raw})
}

func (s *Server) warningCertificates(w http.ResponseWriter, r *http.Request) error {
	keys, err := s.capKeys(r)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return notFound("本县的预警文件没有数字签名。")
	}
	certificateHead(w, "warning-certificates.pem")
	seen := map[string]bool{}
	for _, k := range keys {
		if seen[k.Fingerprint] {
			continue
		}
		seen[k.Fingerprint] = true
		if err := pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: k.Certificate.Raw}); err != nil {
			return err
		}
	}
	return nil
}

func certificateHead(w http.ResponseWriter, name string) {
	h := w.Header()
	h.Set("Content-Type", "application/x-pem-file")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
}
