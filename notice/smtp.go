package notice

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
)

// Security is how a connection to the mail server is protected.
type Security string

// The kinds of security.
const (
	ImplicitTLS Security = "tls"      // TLS from the first byte, usually port 465
	StartTLS    Security = "starttls" // STARTTLS is demanded, usually port 587
	PlainText   Security = "none"     // a relay in the same house, without password
)

// Mail is the county's mail server.
type Mail struct {
	Host           string
	Port           int
	Security       Security
	User, Password string         // AUTH PLAIN, or LOGIN where the server knows only that; empty: none
	From           string         // 甲县人民政府办公室 <notice@gov.example.cn>
	RootCAs        *x509.CertPool // nil: those of the machine
}

// stage is how far a conversation had come when it broke off: the same code means different things.
type stage string

const (
	connecting stage = "连接邮件服务器"
	greeting   stage = "与邮件服务器握手"
	signingIn  stage = "登录邮件服务器"
	naming     stage = "声明发件人"
	addressing stage = "声明收件人"
	writing    stage = "传送邮件"
)

// send hands one message to the server. It is handed over when the server has answered 250 to the end of its text.
func (m *Mail) send(ctx context.Context, p parcel) error {
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return fail(down, "发件人地址配置不对")
	}
	at, err := m.talk(ctx, from.Address, p.email, letter(from, p))
	return refusal(at, err)
}

func (m *Mail) talk(ctx context.Context, from, to string, message []byte) (stage, error) {
	wire, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(m.Host, strconv.Itoa(m.Port)))
	if err != nil {
		return connecting, err
	}
	defer wire.Close()
	defer context.AfterFunc(ctx, func() { wire.Close() })() // a slow server does not keep us
	secure := &tls.Config{ServerName: m.Host, RootCAs: m.RootCAs, MinVersion: tls.VersionTLS12}
	conn := wire
	if m.Security == ImplicitTLS {
		conn = tls.Client(wire, secure)
	}
	c, err := smtp.NewClient(conn, m.Host)
	if err != nil {
		return greeting, err
	}
	if err := c.Hello(from[strings.LastIndexByte(from, '@')+1:]); err != nil {
		return greeting, err
	}
	if m.Security == StartTLS {
		if err := c.StartTLS(secure); err != nil { // refused by a server that does not offer it
			return greeting, err
		}
	}
	if m.User != "" {
		if err := c.Auth(m.auth(c)); err != nil {
			return signingIn, err
		}
	}
	// Not c.Mail: it would ask for SMTPUTF8, which an ASCII message does not need and the next relay may lack.
	if err := command(c, "MAIL FROM:<%s>", from); err != nil {
		return naming, err
	}
	if err := command(c, "RCPT TO:<%s>", to); err != nil {
		return addressing, err
	}
	w, err := c.Data()
	if err != nil {
		return writing, err
	}
	if _, err := w.Write(message); err != nil {
		return writing, err
	}
	if err := w.Close(); err != nil { // reads the answer
		return writing, err
	}
	c.Quit() // it is handed over, whatever is answered
	return "", nil
}

// command sends a line and wants 2xx. The address was checked when it was recorded: it holds no line end and no bracket.
func command(c *smtp.Client, format string, args ...any) error {
	id, err := c.Text.Cmd(format, args...)
	if err != nil {
		return err
	}
	c.Text.StartResponse(id)
	defer c.Text.EndResponse(id)
	_, _, err = c.Text.ReadResponse(2)
	return err
}

// refusal makes of a broken conversation what is to be done next.
func refusal(at stage, err error) error {
	if err == nil {
		return nil
	}
	var answer *textproto.Error
	if !errors.As(err, &answer) {
		broken := fail
		if at == writing {
			broken = unanswered
		}
		if errors.Is(err, net.ErrClosed) {
			return broken(down, "%s：超过时限未答复", at)
		}
		return broken(down, "%s：连接出错：%v", at, err)
	}
	said := fmt.Sprintf("%s：服务器答复 %d %s", at, answer.Code, strings.ReplaceAll(answer.Msg, "\n", " "))
	switch {
	case at != addressing && at != writing: // about us, not about this recipient
		return fail(down, "%s", said)
	case answer.Code == 421: // the server goes away
		return fail(down, "%s", said)
	case answer.Code >= 500:
		return fail(never, "%s", said)
	}
	return fail(again, "%s", said)
}

func (m *Mail) auth(c *smtp.Client) smtp.Auth {
	_, offered := c.Extension("AUTH")
	for _, word := range strings.Fields(strings.ToUpper(offered)) {
		if word == "PLAIN" {
			return smtp.PlainAuth("", m.User, m.Password, m.Host)
		}
	}
	return &loginAuth{m.User, m.Password, 0}
}

// loginAuth is AUTH LOGIN, which was never standardised and is the only one that some servers know: they ask twice, in whatever
// words, for the name and then for the password.
type loginAuth struct {
	user, password string
	asked          int
}

func (a *loginAuth) Start(s *smtp.ServerInfo) (string, []byte, error) {
	if !s.TLS {
		return "", nil, errors.New("AUTH LOGIN over a connection that is not encrypted")
	}
	return "LOGIN", nil, nil
}

func (a *loginAuth) Next(_ []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	a.asked++
	switch a.asked {
	case 1:
		return []byte(a.user), nil
	case 2:
		return []byte(a.password), nil
	}
	return nil, errors.New("AUTH LOGIN: asked for more than name and password")
}
