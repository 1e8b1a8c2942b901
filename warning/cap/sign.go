package cap

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

// What Verify says when a signature is not good. Only no error is "verified"; everything else is "signature present, not verified".
var (
	ErrUnsigned = errors.New("没有数字签名")
	ErrTampered = errors.New("数字签名与内容不符：文件被改动过，或签名有误")
	ErrUnknown  = errors.New("签名者的证书不在信任之列，或已过期")
	ErrMethod   = errors.New("签名方法不受支持")
)

const (
	algEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	algExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	algSHA256    = "http://www.w3.org/2001/04/xmlenc#sha256"
	algRSASHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
)

var (
	// canonicalMethods: exclusive or not.
	canonicalMethods = map[string]bool{
		algExclusive: true,
		"http://www.w3.org/TR/2001/REC-xml-c14n-20010315": false,
		"http://www.w3.org/2006/12/xml-c14n11":            false,
	}
	digestMethods = map[string]crypto.Hash{
		algSHA256: crypto.SHA256,
		"http://www.w3.org/2001/04/xmlenc#sha512": crypto.SHA512,
	}
	signatureMethods = map[string]crypto.Hash{
		algRSASHA256: crypto.SHA256,
		"http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": crypto.SHA384,
		"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": crypto.SHA512,
	}
)

// leastBits of a key whose signature is worth anything.
const leastBits = 2048

// Sign puts an enveloped signature (RSA with SHA-256, exclusive canonical XML) before the end of a valid document in UTF-8. Nothing else
// of the document changes, and the same key gives the same bytes.
func Sign(b []byte, key crypto.Signer, cert *x509.Certificate) ([]byte, error) {
	a, problems := Parse(b)
	pub, ok := key.Public().(*rsa.PublicKey)
	switch {
	case a == nil:
		return nil, fmt.Errorf("%w：%v", ErrInvalid, problems)
	case a.Signatures > 0:
		return nil, errors.New("文件已有数字签名：不再签")
	case !ok || !pub.Equal(cert.PublicKey):
		return nil, errors.New("签名要用 RSA 密钥，并与证书相配")
	}
	root, text, err := readTree(b, documentLimits)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(text, b) {
		return nil, errors.New("要签的文件须是不带字节序标记的 UTF-8")
	}
	content, err := canonicalDocument(text, root, nil, true)
	if err != nil {
		return nil, err
	}
	end := root.from + bytes.LastIndex(b[root.from:root.to], []byte("</"))
	digest := sum(crypto.SHA256, content)
	with := func(value []byte) []byte {
		return bytes.Join([][]byte{b[:end], signature(digest, value, cert), b[end:]}, nil)
	}
	root, text, err = readTree(with(nil), documentLimits)
	if err != nil {
		return nil, err
	}
	info, err := canonical(text, root.nodes[len(root.nodes)-1].nodes[0], nil, true)
	if err != nil {
		return nil, err
	}
	value, err := key.Sign(rand.Reader, sum(crypto.SHA256, info), crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	signed := with(value)
	if _, err := Verify(signed, []*x509.Certificate{cert}, a.Sent); err != nil {
		return nil, fmt.Errorf("签好的文件验不过：%w", err)
	}
	return signed, nil
}

func sum(h crypto.Hash, b []byte) []byte {
	w := h.New()
	w.Write(b)
	return w.Sum(nil)
}

func signature(digest, value []byte, cert *x509.Certificate) []byte {
	b64 := base64.StdEncoding.EncodeToString
	return []byte(`<ds:Signature xmlns:ds="` + nsDsig + `"><ds:SignedInfo>` +
		`<ds:CanonicalizationMethod Algorithm="` + algExclusive + `"/><ds:SignatureMethod Algorithm="` + algRSASHA256 + `"/>` +
		`<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="` + algEnveloped + `"/><ds:Transform Algorithm="` + algExclusive + `"/></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="` + algSHA256 + `"/><ds:DigestValue>` + b64(digest) + `</ds:DigestValue></ds:Reference></ds:SignedInfo>` +
		`<ds:SignatureValue>` + b64(value) + `</ds:SignatureValue>` +
		`<ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + b64(cert.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`)
}

// Verify checks the one signature of a document and gives the certificate of who signed. It is trusted when it is among roots or signed by
// one of them, and valid at that time. What was verified is the whole document: a signature over a part of it is refused, so that nobody
// can wrap one message in another.
func Verify(b []byte, roots []*x509.Certificate, at time.Time) (*x509.Certificate, error) {
	if a, problems := Parse(b); a == nil {
		return nil, fmt.Errorf("%w：%v", ErrInvalid, problems)
	} else if a.Signatures == 0 {
		return nil, ErrUnsigned
	} else if a.Signatures > 1 {
		return nil, fmt.Errorf("%w：有 %d 个签名", ErrMethod, a.Signatures)
	}
	root, text, err := readTree(b, documentLimits)
	if err != nil {
		return nil, err
	}
	s, err := readSignature(root)
	if err != nil {
		return nil, err
	}
	content, err := canonicalDocument(text, root, s.node, s.contentExclusive)
	if err != nil {
		return nil, fmt.Errorf("%w：%v", ErrMethod, err)
	}
	info, err := canonical(text, s.info, nil, s.infoExclusive)
	if err != nil {
		return nil, fmt.Errorf("%w：%v", ErrMethod, err)
	}
	if !bytes.Equal(sum(s.digestHash, content), s.digest) {
		return nil, ErrTampered
	}
	return s.signer(sum(s.hash, info), roots, at)
}

// signer finds the certificate whose key made the signature, and its way to a root.
func (s *signatureRead) signer(digest []byte, roots []*x509.Certificate, at time.Time) (*x509.Certificate, error) {
	known, between := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range roots {
		known.AddCert(c)
	}
	for _, c := range s.certs {
		between.AddCert(c)
	}
	candidates := s.certs
	if len(candidates) == 0 {
		candidates = roots // the signature does not say who: one of those we know
	}
	if len(candidates) == 0 {
		return nil, ErrUnknown
	}
	for _, c := range candidates {
		pub, ok := c.PublicKey.(*rsa.PublicKey)
		if !ok || pub.N.BitLen() < leastBits || rsa.VerifyPKCS1v15(pub, s.hash, digest, s.value) != nil {
			continue
		}
		_, err := c.Verify(x509.VerifyOptions{Roots: known, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if err != nil {
			return nil, fmt.Errorf("%w：%v", ErrUnknown, err)
		}
		return c, nil
	}
	return nil, ErrTampered
}

// signatureRead is a signature taken apart.
type signatureRead struct {
	node, info                      *node
	infoExclusive, contentExclusive bool
	digestHash, hash                crypto.Hash
	digest, value                   []byte
	certs                           []*x509.Certificate
}

func readSignature(root *node) (*signatureRead, error) {
	s := &signatureRead{node: root.nodes[len(root.nodes)-1]} // Parse has made sure that it is the last
	failed := error(nil)
	refuse := func(format string, args ...any) {
		if failed == nil {
			failed = fmt.Errorf("%w：%s", ErrMethod, fmt.Sprintf(format, args...))
		}
	}
	only := func(n *node, name string) *node {
		var found []*node
		if n != nil {
			for _, e := range n.nodes {
				if e.name.Space == nsDsig && e.name.Local == name {
					found = append(found, e)
				}
			}
		}
		if len(found) != 1 {
			refuse("<%s> 应有且只有一个", name)
			return &node{}
		}
		return found[0]
	}
	decoded := func(n *node) []byte {
		v, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.text), ""))
		if err != nil {
			refuse("<%s> 不是 base64", n.name.Local)
		}
		return v
	}
	s.info = only(s.node, "SignedInfo")
	var ok bool
	method := only(s.info, "CanonicalizationMethod")
	if s.infoExclusive, ok = canonicalMethods[method.attr("Algorithm")]; !ok || len(method.nodes) > 0 {
		refuse("规范化方法 %q", short(method.attr("Algorithm")))
	}
	alg := only(s.info, "SignatureMethod").attr("Algorithm")
	if s.hash, ok = signatureMethods[alg]; !ok {
		refuse("签名算法 %q", short(alg))
	}
	ref := only(s.info, "Reference")
	if ref.attr("URI") != "" {
		refuse("签的不是整个文件")
	}
	enveloped := false
	for k, t := range only(ref, "Transforms").nodes {
		alg := t.attr("Algorithm")
		exclusive, known := canonicalMethods[alg]
		switch {
		case alg == algEnveloped && k == 0:
			enveloped = true
		case known && k == 1 && len(t.nodes) == 0:
			s.contentExclusive = exclusive
		default:
			refuse("变换 %q", short(alg))
		}
	}
	if !enveloped {
		refuse("不是封内签名")
	}
	alg = only(ref, "DigestMethod").attr("Algorithm")
	if s.digestHash, ok = digestMethods[alg]; !ok {
		refuse("摘要算法 %q", short(alg))
	}
	s.digest, s.value = decoded(only(ref, "DigestValue")), decoded(only(s.node, "SignatureValue"))
	if failed != nil {
		return nil, failed
	}
	for _, info := range s.node.nodes {
		if info.name.Local != "KeyInfo" {
			continue
		}
		for _, data := range info.nodes {
			for _, e := range data.nodes {
				if e.name.Local != "X509Certificate" || len(s.certs) >= 8 {
					continue
				}
				c, err := x509.ParseCertificate(decoded(e))
				if err != nil {
					return nil, fmt.Errorf("%w：证书读不出", ErrMethod)
				}
				s.certs = append(s.certs, c)
			}
		}
	}
	return s, failed
}
