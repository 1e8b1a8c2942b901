package audience

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
)

var (
	// What people put into telephone numbers, full-width digits included.
	phoneNoise = strings.NewReplacer(" ", "", "-", "", "　", "", "(", "", ")", "", "（", "", "）", "", "—", "", "－", "",
		"０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9", "＋", "+")
	mobile   = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	landline = regexp.MustCompile(`^0[1-9][0-9]{9,10}$`)
	deviceID = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._:-]{0,63}$`) // what can stand in a topic of MQTT: no /, + or #
)

// tidy brings an address into its one spelling, so that the same telephone is the same address, and says what is wrong with it.
func (a *Address) tidy() string {
	to := strings.TrimSpace(a.To)
	switch a.Channel {
	case SMS, Voice:
		to = phoneNoise.Replace(to)
		if bare := strings.TrimPrefix(strings.TrimPrefix(to, "+"), "86"); len(bare) == 11 && bare[0] == '1' {
			to = bare
		}
		if !mobile.MatchString(to) && (a.Channel == SMS || !landline.MatchString(to)) {
			return fmt.Sprintf("%s号码写得不对：手机是11位数字，座机带区号。", a.Channel.Chinese())
		}
	case Mail:
		m, err := mail.ParseAddress(to)
		if err != nil || m.Address != to || len(to) > 254 || !readable(to) {
			return "邮箱写得不对。"
		}
		local, domain, _ := strings.Cut(to, "@")
		to = local + "@" + strings.ToLower(domain)
	case Hook:
		u, err := url.Parse(to)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(to) > 1000 || !readable(to) {
			return "对接地址应以 https:// 开头，不带用户名。"
		}
	case Speaker, Screen:
		if !deviceID.MatchString(to) {
			return "设备编号只能用字母、数字和 . _ : -，最多64个字符。"
		}
	case Push:
		if to == "" || len(to) > 300 || !readable(to) {
			return "网页推送的编号写得不对。"
		}
	default:
		return fmt.Sprintf("没有“%s”这种渠道。", cut(string(a.Channel), 30))
	}
	a.To = to
	return ""
}

// Spelt is a telephone number or a mail address in its one spelling, such as it stands on record; what is neither is left as it is.
func Spelt(to string) string {
	a := Address{Voice, to}
	if strings.Contains(to, "@") {
		a.Channel = Mail
	}
	if a.tidy() != "" {
		return strings.TrimSpace(to)
	}
	return a.To
}

// Masked is the address as a page may show it: enough to know one's own, too little for anybody else.
func (a Address) Masked() string {
	r := []rune(a.To)
	if len(r) < 8 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:3]) + strings.Repeat("*", len(r)-7) + string(r[len(r)-4:])
}
