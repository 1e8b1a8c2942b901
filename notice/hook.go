package notice

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"zhixing/calendar"
)

// Hook is a group's robot, or another system that wants to be told. It stands for a group: what is for a unit goes to the unit's
// group once, beside what goes to its people; what is for one post or one account never goes to a group.
type Hook struct {
	Name   string // what pages call it; unique
	Style  Style
	URL    string   // a secret: whoever has it can write to the group
	Secret string   // DingTalk: 加签; PlainJSON: key of the signature; WeCom has none
	Unit   string   // the unit whose group it is; empty: of every unit
	Kinds  []string // only these kinds; empty: all
}

// Style is the form in which a hook wants its messages.
type Style string

// The styles.
const (
	WeCom     Style = "wecom"    // 企业微信群机器人
	DingTalk  Style = "dingtalk" // 钉钉自定义机器人
	PlainJSON Style = "json"     // our own: the fields of the notice, signed
)

func (h *Hook) takes(n Notice) bool {
	return n.To.Unit != "" && (h.Unit == "" || h.Unit == n.To.Unit) && (len(h.Kinds) == 0 || slices.Contains(h.Kinds, n.Kind))
}

// What the robots take, in bytes, less a little.
const (
	maxWeCom    = 2000
	maxDingTalk = 18000
	maxAnswer   = 64 << 10
)

// Only the addresses of the configuration are called: an answer that leads elsewhere is not followed.
var hookClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (h *Hook) send(ctx context.Context, p parcel) error {
	req, err := h.request(ctx, p)
	if err != nil {
		return fail(down, "群机器人“%s”的地址配置不对", h.Name)
	}
	resp, err := hookClient.Do(req)
	if err != nil {
		broken := unanswered
		if unreached(err) {
			broken = fail
		}
		if ctx.Err() != nil {
			return broken(down, "群机器人“%s”超过时限未答复", h.Name)
		}
		return broken(down, "群机器人“%s”：连接出错：%v", h.Name, cause(err))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		return fail(down, "群机器人“%s”答复 HTTP %d", h.Name, code)
	case code >= 300 && code < 400:
		return fail(never, "群机器人“%s”要求转到别的地址（HTTP %d），不跟随", h.Name, code)
	case code < 200 || code >= 400:
		return fail(never, "群机器人“%s”答复 HTTP %d", h.Name, code)
	case err != nil:
		return fail(down, "群机器人“%s”的答复没有收完", h.Name)
	case h.Style == PlainJSON:
		return nil
	}
	return robotSays(h.Name, answer)
}

// robotSays reads the answer of WeCom and DingTalk: both answer 200 to everything and mean errcode.
func robotSays(name string, answer []byte) error {
	var a struct {
		Code    *int   `json:"errcode"`
		Message string `json:"errmsg"`
	}
	switch err := json.Unmarshal(answer, &a); {
	case err != nil || a.Code == nil:
		return fail(again, "群机器人“%s”的答复看不懂", name)
	case *a.Code == 0:
		return nil
	}
	// Too often (45009, 130101), a keyword or a signature that does not fit: the operator or time can mend each of them.
	return fail(down, "群机器人“%s”答复 errcode %d：%s", name, *a.Code, a.Message)
}

func (h *Hook) request(ctx context.Context, p parcel) (*http.Request, error) {
	u, err := url.Parse(h.URL)
	if err != nil {
		return nil, err
	}
	if u.Host == "" {
		return nil, errors.New("no host")
	}
	stamp := strconv.FormatInt(p.at.UnixMilli(), 10)
	if h.Style == DingTalk && h.Secret != "" {
		q := u.Query()
		q.Set("timestamp", stamp)
		q.Set("sign", base64.StdEncoding.EncodeToString(mac(h.Secret, stamp+"\n"+h.Secret)))
		u.RawQuery = q.Encode()
	}
	body, err := json.Marshal(h.message(p))
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Idempotency-Key", p.id)
	if h.Style == PlainJSON {
		req.Header.Set("X-Zhixing-Timestamp", stamp)
		req.Header.Set("X-Zhixing-Signature", "sha256="+hex.EncodeToString(mac(h.Secret, stamp+"."+string(body))))
	}
	return req, nil
}

// message is what is written as JSON.
func (h *Hook) message(p parcel) any {
	type content struct {
		Content string `json:"content"`
	}
	type robot struct {
		Type string  `json:"msgtype"`
		Text content `json:"text"`
	}
	// The page's address stands last; a text that is too long is cut before it.
	say := func(most int) robot {
		tail := ""
		if p.url != "" {
			tail = "\n详情：" + p.url
		}
		short := p
		short.url = ""
		return robot{"text", content{clip(subject(p)+"\n"+text(short), most-len(tail)) + tail}}
	}
	switch h.Style {
	case WeCom:
		return say(maxWeCom)
	case DingTalk:
		return say(maxDingTalk)
	}
	return struct {
		ID      string `json:"id"`
		Kind    string `json:"kind"`
		Grade   Grade  `json:"grade"`
		Unit    string `json:"unit"`
		Subject string `json:"subject"`
		Text    string `json:"text"`
		URL     string `json:"url,omitempty"`
		About   string `json:"about,omitempty"`
		Basis   string `json:"basis,omitempty"`
		SentAt  string `json:"sent_at"`
	}{p.id, p.Kind, p.Grade, p.To.Unit, p.Subject, p.Text, p.url, p.About, p.Basis, p.at.In(calendar.Zone).Format(time.RFC3339)}
}

func mac(key, text string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return h.Sum(nil)
}
