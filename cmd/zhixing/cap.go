package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"zhixing/warning/cap"
)

// capCommand checks warnings, and makes the key that the county's own are signed with.
func capCommand(_ context.Context, c *call) error {
	trust := c.flags.String("trust", "", "for check: file with the certificates whose signatures are to be verified")
	name := c.flags.String("signer", "", "who signs, as the certificate of a new key says: 示例县突发事件预警信息发布中心")
	if err := c.parse(); err != nil {
		return err
	}
	if len(c.args) == 0 {
		return fmt.Errorf("%w: wants %s", errUsage, c.cmd.args)
	}
	args := c.args[1:]
	switch c.args[0] {
	case "check":
		return capCheck(c, args, *trust)
	case "key":
		if len(args) != 1 || *name == "" {
			return fmt.Errorf("%w: key wants FILE and --signer", errUsage)
		}
		return capKey(c, args[0], *name)
	}
	return fmt.Errorf("%w: wants %s", errUsage, c.cmd.args)
}

// capVerdict is a line of `cap check`.
type capVerdict struct {
	File    string   `json:"file"`
	Valid   bool     `json:"valid"`
	Reasons []string `json:"reasons"`
	Advice  []string `json:"advice"`
	Signed  string   `json:"signed,omitempty"` // by whom, where it was verified
}

// capCheck prints a line a file. A bad document is an answer; a file that cannot be read is one too, and fails the command at the end.
// Where certificates are given, what nobody of them signed is bad.
func capCheck(c *call, files []string, trust string) error {
	var roots []*x509.Certificate
	if trust != "" {
		b, err := os.ReadFile(trust)
		if err == nil {
			roots, err = cap.ReadCertificates(b)
		}
		if err == nil && len(roots) == 0 {
			err = errors.New("no certificate in it")
		}
		if err != nil {
			return fmt.Errorf("%w: --trust %s: %w", errUsage, trust, err)
		}
	}
	if len(files) == 0 {
		files = []string{"-"}
	}
	out := json.NewEncoder(c.out)
	out.SetEscapeHTML(false)
	unread := 0
	for _, name := range files {
		v := capVerdict{File: name, Reasons: []string{}, Advice: []string{}}
		b, err := c.readSome(name, cap.MaxBytes+1) // one more than Parse takes, so that it says so itself
		if err != nil {
			fmt.Fprintf(c.err, "zhixing cap check: %v\n", err)
			unread++
			v.Reasons = append(v.Reasons, "文件读不了")
		} else {
			a, problems := cap.Parse(b)
			v.Valid = cap.Valid(problems)
			if v.Valid && roots != nil {
				if who, err := cap.Verify(b, roots, a.Sent); err != nil {
					v.Valid, v.Reasons = false, append(v.Reasons, "签名："+err.Error())
				} else {
					v.Signed = who.Subject.CommonName
				}
			}
			for _, p := range problems {
				if p.Advice {
					v.Advice = append(v.Advice, p.String())
				} else {
					v.Reasons = append(v.Reasons, p.String())
				}
			}
		}
		if err := out.Encode(v); err != nil {
			return err
		}
	}
	if unread > 0 {
		return fmt.Errorf("%d of %d files could not be read", unread, len(files))
	}
	return nil
}

// readSome reads at most so many bytes of a named file, or of standard input for "-".
func (c *call) readSome(name string, most int64) ([]byte, error) {
	in := c.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// capKey writes a new key with its certificate where no file is. Who has the file can sign as the county.
func capKey(c *call, file, name string) error {
	pem, err := cap.NewKey(name, c.clock.now())
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("%w: a key is never written over another", err)
	}
	_, err = f.Write(pem)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: a new key of %s and its certificate. Only the server may read it; give others the certificate alone.\n", file, name)
	return nil
}

// expiresSoon is how long before its end a certificate is spoken of in the log.
const expiresSoon = 60 * 24 * time.Hour

// signer is what signs the documents of warnings; nil where there is no key. A key that is of no use is told at the start. Later, as when the
// certificate has run out, a warning goes out unsigned sooner than not at all (decision 46).
func (s *site) signer() (sign func([]byte) ([]byte, error), cert *x509.Certificate, err error) {
	if *s.capKey == "" {
		return nil, nil, nil
	}
	key, cert, err := cap.ReadKey([]byte(*s.capKey))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: --cap-key: %w", errUsage, err)
	}
	if left := cert.NotAfter.Sub(s.db.Now()); left < expiresSoon {
		s.logger.Warn("the certificate of warnings ends soon, or has: `zhixing cap key` makes another", "signer", cert.Subject.CommonName, "until", cert.NotAfter)
	}
	return func(document []byte) ([]byte, error) {
		signed, err := cap.Sign(document, key, cert)
		if err != nil {
			s.logger.Error("a warning goes out without a signature", "error", err)
			return document, nil
		}
		return signed, nil
	}, cert, nil
}
