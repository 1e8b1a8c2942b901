package cap

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

const (
	keyBits  = 3072
	keyYears = 10
)

// NewKey makes a key and a certificate that it signs itself, in PEM: what the county has until an authority gives it a certificate.
func NewKey(name string, now time.Time) ([]byte, error) { return newKey(name, now, keyBits) }

func newKey(name string, now time.Time, bits int) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	about := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.Truncate(time.Second), NotAfter: now.AddDate(keyYears, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	out := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	return append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...), nil
}

// ReadKey reads a private key and the certificate that goes with it, in PEM, in either order.
func ReadKey(b []byte) (crypto.Signer, *x509.Certificate, error) {
	var key *rsa.PrivateKey
	rest := b
	for block, after := pem.Decode(rest); block != nil; block, after = pem.Decode(rest) {
		rest = after
		if block.Type == "CERTIFICATE" {
			continue
		}
		k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if block.Type == "RSA PRIVATE KEY" {
			k, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("private key: %w", err)
		}
		var ok bool
		if key, ok = k.(*rsa.PrivateKey); !ok {
			return nil, nil, errors.New("private key: want RSA, which every receiver of CAP can verify")
		}
	}
	if key == nil {
		return nil, nil, errors.New("no private key in the file: want PEM, as `zhixing cap key` writes it")
	}
	certs, err := ReadCertificates(b)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range certs {
		if key.PublicKey.Equal(c.PublicKey) {
			return key, c, nil
		}
	}
	return nil, nil, errors.New("no certificate in the file belongs to its key")
}

// ReadCertificates reads those whom Verify is to trust, in PEM.
func ReadCertificates(b []byte) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", len(out)+1, err)
		}
		out = append(out, c)
	}
	return out, nil
}
