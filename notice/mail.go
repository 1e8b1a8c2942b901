package notice

import (
	"bytes"
	"encoding/base64"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"zhixing/calendar"
	"zhixing/drill"
)

// letter is the message of RFC 5322 that a mail server gets: plain text, all of it ASCII, so that it passes every relay.
func letter(from *mail.Address, p parcel) []byte {
	var b bytes.Buffer
	head := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	head("From", mailbox(from))
	head("To", "<"+p.email+">")
	head("Subject", encoded(subject(p)))
	head("Date", p.at.In(calendar.Zone).Format(time.RFC1123Z))
	head("Message-ID", "<"+p.id+">")
	if p.thread != "" { // no message has this ID; programs put together what refers to the same one
		head("In-Reply-To", "<"+p.thread+">")
		head("References", "<"+p.thread+">")
	}
	head("Auto-Submitted", "auto-generated") // RFC 3834: no holiday replies
	if p.Grade == Urgent {
		head("Importance", "high")
	}
	head("MIME-Version", "1.0")
	head("Content-Type", "text/plain; charset=utf-8")
	head("Content-Transfer-Encoding", "base64")
	b.WriteString("\r\n")
	closing := "\n\n本邮件由系统自动发出，请勿直接回复。\n"
	if drill.Is(p.Text) {
		closing += drill.Mark + "\n"
	}
	body := base64.StdEncoding.EncodeToString([]byte(text(p) + closing))
	for len(body) > 76 {
		b.WriteString(body[:76] + "\r\n")
		body = body[76:]
	}
	b.WriteString(body + "\r\n")
	return b.Bytes()
}

// encoded is a header's text after RFC 2047: words of so few bytes that no line passes 76 columns. A short text in ASCII stays as it
// is, unless it could be taken for such a word.
func encoded(s string) string {
	plain := len(s) <= 60 && s == strings.TrimSpace(s) && !strings.Contains(s, "=?")
	for i := 0; i < len(s); i++ {
		plain = plain && s[i] >= ' ' && s[i] <= '~'
	}
	if plain {
		return s
	}
	const most = 39 // 52 as base64, 64 with what stands around it
	var words []string
	for len(s) > 0 {
		end := 0
		for i, r := range s {
			if i+utf8.RuneLen(r) > most {
				break
			}
			end = i + utf8.RuneLen(r)
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:end]))+"?=")
		s = s[end:]
	}
	return strings.Join(words, "\r\n ")
}

// mailbox is a name with its address.
func mailbox(a *mail.Address) string {
	if a.Name == "" {
		return "<" + a.Address + ">"
	}
	name := encoded(a.Name)
	if name == a.Name {
		name = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	return name + "\r\n <" + a.Address + ">"
}

// subject is the one line that a phone shows.
func subject(p parcel) string {
	if p.Grade == Urgent {
		return "【紧急】" + p.Subject
	}
	return p.Subject
}

// text is what every channel with room for it says.
func text(p parcel) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(p.Text))
	if p.Basis != "" {
		b.WriteString("\n\n依据：" + p.Basis)
	}
	if p.url != "" {
		b.WriteString("\n详情：" + p.url)
	}
	return strings.TrimSpace(b.String())
}
