package cap

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/internal/peertest"
)

var keyOnce = sync.OnceValues(func() ([]byte, error) { return newKey("示例县突发事件预警信息发布中心", at(8, 0), 2048) })

func testKey(t testing.TB) (crypto.Signer, *x509.Certificate) {
	t.Helper()
	b, err := keyOnce()
	if err != nil {
		t.Fatal(err)
	}
	key, cert, err := ReadKey(b)
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}

func trust(c ...*x509.Certificate) []*x509.Certificate { return c }

func signedStorm(t *testing.T) ([]byte, *x509.Certificate) {
	t.Helper()
	b, err := Write(storm())
	if err != nil {
		t.Fatal(err)
	}
	key, cert := testKey(t)
	signed, err := Sign(b, key, cert)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Sign(b, key, cert)
	if !bytes.Equal(signed, again) {
		t.Error("the same document is signed in the same bytes")
	}
	return signed, cert
}

func TestSignAndVerify(t *testing.T) {
	signed, cert := signedStorm(t)
	a, problems := Parse(signed)
	if a == nil || a.Signatures != 1 {
		t.Fatal(problems)
	}
	if who, err := Verify(signed, trust(cert), at(15, 0)); err != nil || !who.Equal(cert) {
		t.Error(who, err)
	}
	s := string(signed)
	for name, c := range map[string]struct {
		doc  string
		want error
	}{
		"another word":         {strings.Replace(s, "转移", "返回", 1), ErrTampered},
		"a blank more":         {strings.Replace(s, "<info>", "<info> ", 1), ErrTampered},
		"a comment":            {strings.Replace(s, "<info>", "<info><!-- x -->", 1), nil},
		"another quote":        {strings.Replace(s, `xmlns="`+Namespace+`"`, `xmlns='`+Namespace+`'`, 1), nil},
		"a namespace unused":   {strings.Replace(s, "<alert ", `<alert xmlns:x="urn:x" `, 1), nil},
		"CDATA":                {strings.Replace(s, "转移", "<![CDATA[转移]]>", 1), nil},
		"other line ends":      {strings.ReplaceAll(s, "\n", "\r\n"), nil},
		"an info taken out":    {strings.Replace(s, s[strings.Index(s, "  <info>"):strings.Index(s, "</info>")+8], "", 1), ErrTampered},
		"another digest":       {strings.Replace(s, "<ds:DigestValue>", "<ds:DigestValue>AAAA", 1), ErrTampered},
		"another value":        {strings.Replace(s, "<ds:SignatureValue>", "<ds:SignatureValue>AAAA", 1), ErrTampered},
		"SHA-1":                {strings.Replace(s, "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1", 1), ErrMethod},
		"a part":               {strings.Replace(s, `URI=""`, `URI="#x"`, 1), ErrMethod},
		"another transform":    {strings.Replace(s, `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>`, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>`, 1), ErrMethod},
		"HMAC":                 {strings.Replace(s, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", 1), ErrMethod},
		"two signatures":       {strings.Replace(s, "</alert>", s[strings.Index(s, "<ds:Signature "):strings.Index(s, "</alert>")]+"</alert>", 1), ErrMethod},
		"no signature":         {s[:strings.Index(s, "<ds:Signature ")] + "</alert>", ErrUnsigned},
		"a signature of shell": {s[:strings.Index(s, "<ds:Signature ")] + `<ds:Signature xmlns:ds="` + nsDsig + `"/></alert>`, ErrMethod},
		"no certificate":       {s[:strings.Index(s, "<ds:KeyInfo>")] + s[strings.Index(s, "</ds:Signature>"):], nil},
		"not valid":            {strings.Replace(s, "<status>Actual", "<status>actual", 1), ErrInvalid},
	} {
		if _, err := Verify([]byte(c.doc), trust(cert), at(15, 0)); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	other, err := newKey("别人", at(8, 0), 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, stranger, _ := ReadKey(other)
	if _, err := Verify(signed, trust(stranger), at(15, 0)); !errors.Is(err, ErrUnknown) {
		t.Error("a stranger:", err)
	}
	if _, err := Verify(signed, nil, at(15, 0)); !errors.Is(err, ErrUnknown) {
		t.Error("nobody is trusted:", err)
	}
	if _, err := Verify(signed, trust(cert), at(15, 0).AddDate(11, 0, 0)); !errors.Is(err, ErrUnknown) {
		t.Error("eleven years later:", err)
	}
}

func TestSignRefuses(t *testing.T) {
	b, _ := Write(storm())
	key, cert := testKey(t)
	signed, _ := Sign(b, key, cert)
	other, _ := newKey("别人", at(8, 0), 2048)
	otherKey, _, _ := ReadKey(other)
	late, _ := newKey("来日", at(8, 0).AddDate(1, 0, 0), 2048)
	lateKey, lateCert, _ := ReadKey(late)
	for name, err := range map[string]error{
		"what is not valid":       second(Sign([]byte("<alert/>"), key, cert)),
		"what is signed":          second(Sign(signed, key, cert)),
		"with another's key":      second(Sign(b, otherKey, cert)),
		"with a mark":             second(Sign(append([]byte("\ufeff"), b...), key, cert)),
		"before its certificate":  second(Sign(b, lateKey, lateCert)),
		"a key that is no PEM":    third(ReadKey([]byte("x"))),
		"a certificate alone":     third(ReadKey(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))),
		"another's certificate":   third(ReadKey(append(other[:bytes.Index(other, []byte("-----BEGIN CERT"))], pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...))),
		"a key that cannot be it": third(ReadKey([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))),
	} {
		if err == nil {
			t.Error(name, "was let pass")
		}
	}
}

func second(_ []byte, err error) error                            { return err }
func third(_ crypto.Signer, _ *x509.Certificate, err error) error { return err }

// TestChain: a certificate that an authority gave is trusted by the authority's.
func TestChain(t *testing.T) {
	key := must2(rsa.GenerateKey(rand.Reader, 2048))
	root := must2(rsa.GenerateKey(rand.Reader, 2048))
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "示例认证机构"}, NotBefore: at(0, 0), NotAfter: at(0, 0).AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	caCert := must2(x509.ParseCertificate(must2(x509.CreateCertificate(rand.Reader, ca, ca, root.Public(), root))))
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "示例县"}, NotBefore: at(0, 0), NotAfter: at(0, 0).AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	cert := must2(x509.ParseCertificate(must2(x509.CreateCertificate(rand.Reader, leaf, caCert, key.Public(), root))))
	signed, err := Sign(must2(Write(storm())), key, cert)
	if err != nil {
		t.Fatal(err)
	}
	if who, err := Verify(signed, trust(caCert), at(15, 0)); err != nil || who.Subject.CommonName != "示例县" {
		t.Error(who, err)
	}
}

func must2[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// xmlsec runs Debian's xmlsec1, so that our code is not on both ends.
func xmlsec(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command(peertest.Program(t, "xmlsec1", "xmlsec1"), args...).CombinedOutput(); err != nil {
		t.Fatalf("xmlsec1 %v: %v\n%s", args, err, out)
	}
}

// TestAgainstXMLSec: others verify what we sign, in documents of any shape.
func TestAgainstXMLSec(t *testing.T) {
	dir := t.TempDir()
	key, cert := testKey(t)
	certFile := filepath.Join(dir, "cert.pem")
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	docs := map[string]string{
		"ours":   string(must2(Write(storm()))),
		"prefix": strings.ReplaceAll(strings.ReplaceAll(expand.Replace("<?xml-stylesheet href='a'?>\n<!-- x -->\n{head}{info}<headline>a &lt;&amp;&gt; \"b\"</headline></info></alert>\n<?end?>"), "</", "</c:"), "<alert xmlns=", "<c:alert xmlns:q='urn:q' xmlns:c="),
		"odd":    expand.Replace("{head}\r\n<!-- x -->{info}\t<description><![CDATA[<b>]]>&#13;\n</description><?p q?></info>\n</alert>"),
	}
	docs["prefix"] = prefixAll(docs["prefix"])
	for name, doc := range docs {
		signed, err := Sign([]byte(doc), key, cert)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, doc)
		}
		file := filepath.Join(dir, "signed.xml")
		write(t, file, signed)
		xmlsec(t, "--verify", "--verification-time", "2026-08-05 15:00:00", "--trusted-pem", certFile, file)
	}
}

// prefixAll gives the elements of the case's CAP their prefix.
func prefixAll(doc string) string {
	for _, e := range []string{"identifier", "sender", "sent", "status", "msgType", "scope", "info", "language", "category", "event", "urgency", "severity", "certainty", "headline"} {
		doc = strings.ReplaceAll(doc, "<"+e+">", "<c:"+e+">")
	}
	return doc
}

// TestXMLSecSigns: we verify what others sign, in each way of canonical XML.
func TestXMLSecSigns(t *testing.T) {
	dir := t.TempDir()
	_, cert := testKey(t)
	pemBytes, _ := keyOnce()
	keyFile, certFile := filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
	write(t, keyFile, pemBytes[:bytes.Index(pemBytes, []byte("-----BEGIN CERT"))])
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	for method := range canonicalMethods {
		for _, doc := range []string{
			string(must2(Write(storm()))),
			"<?xml-stylesheet href='a'?>" + expand.Replace(strings.Replace("{head}\r\n<!-- x -->{info}\t<description xmlns:z='urn:z'><![CDATA[<b>]]>&#13;\n</description></info>\n</alert><?end?>", "{head}", `<alert xmlns:a="urn:a" xmlns="`+Namespace+`">`+testIDs+`<status>Actual</status><msgType>Alert</msgType><scope>Public</scope>`, 1)),
		} {
			template := `<ds:Signature xmlns:ds="` + nsDsig + `">
  <ds:SignedInfo>
    <ds:CanonicalizationMethod Algorithm="` + method + `"/>
    <ds:SignatureMethod Algorithm="` + algRSASHA256 + `"/>
    <ds:Reference URI="">
      <ds:Transforms><ds:Transform Algorithm="` + algEnveloped + `"/><ds:Transform Algorithm="` + method + `"/></ds:Transforms>
      <ds:DigestMethod Algorithm="` + algSHA256 + `"/>
      <ds:DigestValue></ds:DigestValue>
    </ds:Reference>
  </ds:SignedInfo>
  <ds:SignatureValue></ds:SignatureValue>
  <ds:KeyInfo><ds:X509Data></ds:X509Data></ds:KeyInfo>
</ds:Signature>
</alert>`
			in, out := filepath.Join(dir, "in.xml"), filepath.Join(dir, "out.xml")
			write(t, in, []byte(strings.Replace(doc, "</alert>", template, 1)))
			xmlsec(t, "--sign", "--privkey-pem", keyFile+","+certFile, "--output", out, in)
			signed, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Verify(signed, trust(cert), at(15, 0)); err != nil {
				t.Errorf("%s: %v\n%s", method, err, signed)
			}
			if _, err := Verify(bytes.Replace(signed, []byte("zh-CN"), []byte("zh-TW"), 1), trust(cert), at(15, 0)); !errors.Is(err, ErrTampered) {
				t.Errorf("%s, tampered: %v", method, err)
			}
		}
	}
}

func write(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTimeOfKey(t *testing.T) {
	_, cert := testKey(t)
	if cert.NotAfter.Sub(cert.NotBefore) < 9*365*24*time.Hour || cert.Subject.CommonName == "" {
		t.Error(cert.NotBefore, cert.NotAfter, cert.Subject)
	}
}
