package notice

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
)

// Config is what the operator sets up. The zero Config is a house with inboxes and no way out.
type Config struct {
	Site  string // address of this site, https://…, for links and Message-IDs
	Mail  *Mail
	Hooks []Hook
	Push  *Push
}

// Check says in one sentence a mistake what is wrong; nil where nothing is.
func (c Config) Check() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, refuse(Invalid, "Config", format, args...)) }
	outside := c.Mail != nil || len(c.Hooks) > 0 || c.Push != nil
	if u, err := url.Parse(c.Site); outside && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.HasSuffix(c.Site, "/")) {
		wrong("站点地址须写全，如 https://gov.example.cn，末尾不带“/”。")
	}
	if c.Mail != nil {
		c.Mail.check(wrong)
	}
	var names []string
	for _, h := range c.Hooks {
		if slices.Contains(names, h.Name) {
			wrong("群机器人“%s”的名称重复。", h.Name)
		}
		names = append(names, h.Name)
		h.check(wrong)
	}
	if c.Push != nil {
		c.Push.check(wrong)
	}
	return errors.Join(errs...)
}

func (m *Mail) check(wrong func(string, ...any)) {
	if m.Host == "" || m.Port < 1 || m.Port > 65535 {
		wrong("邮件服务器须有主机名和端口（1至65535）。")
	}
	if _, err := mail.ParseAddress(m.From); err != nil {
		wrong("邮件的发件人地址不对，应如 甲县人民政府办公室 <notice@gov.example.cn>。")
	}
	switch m.Security {
	case ImplicitTLS, StartTLS:
	case PlainText:
		if m.User != "" {
			wrong("不加密的邮件连接不得使用用户名和密码。")
		}
	default:
		wrong("邮件连接的加密方式只有 tls、starttls、none 三种。")
	}
}

func (h *Hook) check(wrong func(string, ...any)) {
	if h.Name == "" || len(h.Name) > maxWord || hasControl(h.Name) {
		wrong("每个群机器人须有名称，不含控制字符。")
	}
	if u, err := url.Parse(h.URL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		wrong("群机器人“%s”的地址不对，应以 https:// 开头。", h.Name)
	}
	if !slices.Contains([]Style{WeCom, DingTalk, PlainJSON}, h.Style) {
		wrong("群机器人“%s”的样式只有 wecom、dingtalk、json 三种。", h.Name)
	}
	if h.Style == PlainJSON && len(h.Secret) < 16 {
		wrong("群机器人“%s”的签名密钥至少16个字符。", h.Name)
	}
}

// page is the full address of a page of this site.
func (c Config) page(path string) string {
	if path == "" {
		return ""
	}
	return c.Site + path
}

// host is the right side of Message-IDs.
func (c Config) host() string {
	if u, err := url.Parse(c.Site); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "zhixing.invalid"
}

func (c Config) hook(name string) *Hook {
	for i := range c.Hooks {
		if c.Hooks[i].Name == name {
			return &c.Hooks[i]
		}
	}
	return nil
}

// String keeps the password out of logs.
func (m *Mail) String() string { return fmt.Sprintf("smtp %s:%d %s", m.Host, m.Port, m.Security) }

// String keeps the address, which is a secret, and the key out of logs.
func (h Hook) String() string { return fmt.Sprintf("webhook %s %s", h.Name, h.Style) }
