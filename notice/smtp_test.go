package notice

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"zhixing/internal/peertest"
)

// peer is Debian's aiosmtpd in a process of its own: the other end is not our code.
type peer struct {
	Mail
	lines *bufio.Scanner
}

// taken is a message as the server and Python's parser understood it.
type taken struct {
	MailFrom   string   `json:"mail_from"`
	To         []string `json:"to"`
	From       string   `json:"from"`
	HeaderTo   string   `json:"header_to"`
	Subject    string   `json:"subject"`
	ID         string   `json:"id"`
	Thread     string   `json:"thread"`
	References string   `json:"references"`
	Date       string   `json:"date"`
	Auto       string   `json:"auto"`
	Importance string   `json:"importance"`
	Type       string   `json:"type"`
	Text       string   `json:"text"`
	Defects    []string `json:"defects"`
	Longest    int      `json:"longest"`
	Bare       int      `json:"bare"`
	ASCII      bool     `json:"ascii"`
	Auth       bool     `json:"auth"`
	TLS        bool     `json:"tls"`
}

// python is an interpreter that has the module. Debian's may not be the first on the path.
func python(t testing.TB, module, pkg string) string {
	t.Helper()
	for _, p := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(p, "-c", "import "+module).Run() == nil {
			return p
		}
	}
	peertest.Missing(t, "Python's %s is not installed (Debian: %s)", module, pkg)
	return ""
}

func startMailbox(t testing.TB, security Security, user, password, methods string) *peer {
	t.Helper()
	cert, key, roots := certificate(t)
	cmd := exec.Command(python(t, "aiosmtpd", "python3-aiosmtpd"), "testdata/smtpd.py", string(security), cert, key, user, password, methods)
	cmd.Stderr = os.Stderr
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		t.Fatal("the mail server does not start:", lines.Err())
	}
	port, err := strconv.Atoi(lines.Text())
	if err != nil {
		t.Fatal("the mail server says", lines.Text())
	}
	return &peer{Mail{Host: "localhost", Port: port, Security: security, User: user, Password: password,
		From: "甲县人民政府办公室 <notice@gov.example.cn>", RootCAs: roots}, lines}
}

// next is the next message that the server has taken.
func (m *peer) next(t testing.TB) (got taken) {
	t.Helper()
	if !m.lines.Scan() {
		t.Fatal("the mail server says no more:", m.lines.Err())
	}
	if err := json.Unmarshal(m.lines.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// certificate makes a key for localhost that vouches for itself.
func certificate(t testing.TB) (certFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err1 := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	pkcs, err2 := x509.MarshalPKCS8PrivateKey(key)
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	err3 := os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
	err4 := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs}), 0o600)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(parsed)
	return certFile, keyFile, roots
}

func mailTo(local string) parcel {
	n := aNotice("due/1")
	n.Subject = strings.Repeat("关于某某任务将于2023年10月31日到期的提醒，", 4)
	n.Grade = Urgent
	return parcel{Notice: n, id: "0123abcd@gov.example.cn", thread: "feed@gov.example.cn", at: time.Date(2023, 10, 30, 1, 2, 3, 0, time.UTC),
		url: "https://gov.example.cn/duty/1", channel: ByEmail, email: local + "@example.org"}
}

// What another program reads out of our message is what we put in.
func TestMailIsUnderstood(t *testing.T) {
	for _, c := range []struct {
		security       Security
		user, password string
		methods        string
	}{
		{PlainText, "", "", ""},
		{StartTLS, "notice", "密码 pass", "PLAIN"},
		{StartTLS, "notice", "密码 pass", "LOGIN"},
		{ImplicitTLS, "notice", "secret", "PLAIN,LOGIN"},
		{ImplicitTLS, "notice", "secret", "LOGIN"},
		{ImplicitTLS, "", "", ""},
	} {
		t.Run(string(c.security)+" "+c.methods, func(t *testing.T) {
			box := startMailbox(t, c.security, c.user, c.password, c.methods)
			p := mailTo("clerk")
			if err := box.send(ctx, p); err != nil {
				t.Fatal(err)
			}
			got := box.next(t)
			want := taken{MailFrom: "notice@gov.example.cn", To: []string{"clerk@example.org"}, From: "甲县人民政府办公室 <notice@gov.example.cn>",
				HeaderTo: "clerk@example.org", Subject: "【紧急】" + p.Subject, ID: "<" + p.id + ">", Thread: "<" + p.thread + ">", References: "<" + p.thread + ">",
				Date: "2023-10-30T09:02:03+08:00", Auto: "auto-generated", Importance: "high", Type: "text/plain",
				Text:    "请于2023年10月31日前填报。\n\n依据：甲政办发〔2023〕1号 一(1)\n详情：https://gov.example.cn/duty/1\n\n本邮件由系统自动发出，请勿直接回复。\n",
				Defects: []string{}, Longest: got.Longest, ASCII: true, Auth: c.user != "", TLS: c.security != PlainText}
			a, _ := json.MarshalIndent(got, "", " ")
			b, _ := json.MarshalIndent(want, "", " ")
			if string(a) != string(b) {
				t.Errorf("got %s\nwant %s", a, b)
			}
			if got.Longest > 76 {
				t.Errorf("a line of %d columns, want at most 76", got.Longest)
			}
		})
	}
}

func TestMailRefused(t *testing.T) {
	box := startMailbox(t, PlainText, "", "", "")
	for _, c := range []struct {
		to     string
		want   verdict
		reason string
	}{
		{"busy", again, "450"},
		{"full", again, "452"},
		{"leaving", down, "421"},
		{"unknown", never, "550"},
		{"spam", never, "554"},
		{"rude", down, "连接出错"},
		{"slow", down, "超过时限"},
	} {
		t.Run(c.to, func(t *testing.T) {
			short, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			p := mailTo(c.to)
			err := box.send(short, p)
			var f *failure
			if !errors.As(err, &f) || f.verdict != c.want || !strings.Contains(f.reason, c.reason) {
				t.Fatalf("got %v (%+v), want verdict %d and %q", err, f, c.want, c.reason)
			}
			if r := redact(f.reason, p.email); strings.Contains(r, "@") {
				t.Errorf("the reason shows the address: %s", r)
			}
		})
	}
}

func TestMailServerOutOfOrder(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := dead.Addr().(*net.TCPAddr).Port
	dead.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes calls and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	plain, locked := startMailbox(t, PlainText, "", "", ""), startMailbox(t, ImplicitTLS, "notice", "right", "PLAIN")
	noTLS := plain.Mail
	noTLS.Security = StartTLS
	wrong := locked.Mail
	wrong.Password = "not-this-one"
	stranger := locked.Mail
	stranger.RootCAs = x509.NewCertPool()
	for name, c := range map[string]struct {
		Mail
		reason string
	}{
		"nobody listens":     {Mail{Host: "127.0.0.1", Port: port, Security: PlainText, From: noTLS.From}, "连接邮件服务器"},
		"says nothing":       {Mail{Host: "127.0.0.1", Port: silent.Addr().(*net.TCPAddr).Port, Security: PlainText, From: noTLS.From}, "超过时限"},
		"offers no STARTTLS": {noTLS, "握手：服务器答复 454"},
		"wrong password":     {wrong, "登录邮件服务器：服务器答复 535"},
		"unknown authority":  {stranger, "unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			short, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			err := c.send(short, mailTo("clerk"))
			var f *failure
			if !errors.As(err, &f) || f.verdict != down || !strings.Contains(f.reason, c.reason) {
				t.Errorf("got %v, want that the server is down, for the reason %q", err, c.reason)
			}
			if strings.Contains(err.Error(), wrong.Password) {
				t.Error("the reason shows the password:", err)
			}
		})
	}
}

// Whatever stands in a notice, the mail is one message with the headers we gave it, and the reader gets the words back.
func FuzzLetter(f *testing.F) {
	f.Add("任务到期", "正文\n第二行")
	f.Add("=?utf-8?b?5Yqe?= =?utf-8?q?x?=", "\n.\nMAIL FROM:<a@b>")
	f.Add(strings.Repeat("long ", 40), strings.Repeat("长", 4000))
	from, err := mail.ParseAddress("甲县 <notice@gov.example.cn>")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, subject, text string) {
		n := aNotice("k")
		n.Subject, n.Text = subject, text
		if n.check() != nil {
			return
		}
		raw := letter(from, parcel{Notice: n, id: "1@x", at: time.Unix(0, 0), email: "a@example.org"})
		m, err := mail.ReadMessage(strings.NewReader(string(raw)))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Header) != 9 {
			t.Errorf("%d headers: %v", len(m.Header), m.Header)
		}
		if got, err := new(wordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(subject), " ") {
			t.Errorf("subject %q came out as %q, %v", subject, got, err)
		}
		body, err := io.ReadAll(base64Lines(m.Body))
		if err != nil || !strings.HasPrefix(string(body), strings.TrimSpace(text)) {
			t.Errorf("text %q came out as %q, %v", text, body, err)
		}
		for _, line := range strings.Split(string(raw), "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
				t.Errorf("a line of %d bytes, or a bare line end in it", len(line))
			}
		}
	})
}
