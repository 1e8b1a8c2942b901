// Package voice asks a telephone gateway to call people, read a text to them, and say which key they press. The wire is ours, JSON over
// HTTP, small enough for the maker of a gateway (or a dozen lines before one that speaks SIP) to serve; SIP itself is left to it.
//
// We ask, POST to Config.URL:
//
//	{"calls": [{"id": "7", "to": "13800000000", "text": "示例县气象台。……", "keys": "1", "level": 2, "drill": false, "expires": "2023-07-20T14:00:00+08:00"}]}
//
// id is ours and the same whenever we ask again: a call that is known by it is not placed a second time, and answered as the first time. text
// is to be read as it stands, again until the callee hangs up or presses a key. keys is what he is asked to press; empty: nothing. After
// expires no call is placed. The answer, 200, has one entry a call, in order:
//
//	{"calls": [{"id": "7", "call": "c-81"}, {"id": "8", "error": "号码不正确"}, {"id": "9", "error": "线路忙", "retry": true}]}
//
// 400, 413 and 422 say that none of them will ever be taken, other 5xx than 503 that nobody knows, all else that none was taken now.
//
// The gateway tells, POST to Handler's address:
//
//	{"events": [{"id": "e-1", "call": "c-81", "to": "13800000000", "event": "key", "key": "1", "at": "2023-07-20T12:00:31+08:00"}]}
//
// event is heard (answered, and the text read to its end or a key pressed), failed (with reason: 无人接听, 占线, 空号 …), or key. The answer 204 says
// that the events are kept; on any other they are sent again.
//
// Both directions are signed: X-Zhixing-Timestamp holds the milliseconds since 1970, X-Zhixing-Signature "sha256=" and the HMAC-SHA-256, in
// hexadecimal, of timestamp + "." + body. What is older than five minutes is refused.
package voice

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"zhixing/gateway"
	"zhixing/gateway/speech"
)

// Config is a gateway.
type Config struct {
	URL    string
	Secret string // at least 16 characters
	Now    func() time.Time
	Client *http.Client // nil: one that follows no redirects
	Log    *slog.Logger // nil: silent; no number is ever written
}

// Voice is a gateway.
type Voice struct {
	Config
	hear gateway.Hear
}

// New checks the configuration.
func New(c Config, hear gateway.Hear) (*Voice, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("voice.New: want an address that begins with https://")
	}
	if len(c.Secret) < 16 {
		return nil, errors.New("voice.New: want a secret of at least 16 characters")
	}
	if c.Now == nil {
		return nil, errors.New("voice.New: want a clock")
	}
	if c.Client == nil {
		c.Client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Voice{c, hear}, nil
}

type call struct {
	ID      string    `json:"id"`
	To      string    `json:"to"`
	Text    string    `json:"text"`
	Keys    string    `json:"keys"`
	Level   int       `json:"level"`
	Drill   bool      `json:"drill"`
	Expires time.Time `json:"expires"`
}

type placed struct {
	ID    string `json:"id"`
	Call  string `json:"call"`
	Error string `json:"error"`
	Retry bool   `json:"retry"`
}

const maxAnswer = 4 << 20

var china = time.FixedZone("CST", 8*60*60)

// Send asks for the calls in one request.
func (v *Voice) Send(ctx context.Context, list []gateway.Message) []gateway.Outcome {
	calls := make([]call, len(list))
	for i, m := range list {
		calls[i] = call{m.ID, m.To, speech.Of(m.Text), m.Code, m.Level, m.Drill, m.Expires.In(china)}
	}
	body, err := json.Marshal(map[string]any{"calls": calls})
	if err != nil {
		return gateway.All(len(list), gateway.Refused, "%v", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.URL, bytes.NewReader(body))
	if err != nil {
		return gateway.All(len(list), gateway.Refused, "地址不对")
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	v.sign(req.Header, body)
	resp, err := v.Client.Do(req)
	if err != nil {
		return gateway.All(len(list), unanswered(err), "%v", cause(err))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		return gateway.All(len(list), gateway.Busy, "语音网关忙（HTTP %d）", code)
	case code >= 500:
		return gateway.All(len(list), gateway.Unknown, "语音网关出错（HTTP %d）", code)
	case code == http.StatusBadRequest || code == http.StatusRequestEntityTooLarge || code == http.StatusUnprocessableEntity:
		return gateway.All(len(list), gateway.Refused, "语音网关拒收（HTTP %d）", code)
	case code != http.StatusOK: // a wrong secret, a wrong address: somebody can mend it
		return gateway.All(len(list), gateway.Busy, "语音网关配置不对（HTTP %d）", code)
	case err != nil:
		return gateway.All(len(list), gateway.Unknown, "语音网关的答复没有收完")
	}
	return outcomes(list, answer)
}

// outcomes reads the answer. A call that it does not name may have been placed.
func outcomes(list []gateway.Message, answer []byte) []gateway.Outcome {
	var a struct{ Calls []placed }
	if err := json.Unmarshal(answer, &a); err != nil || len(a.Calls) != len(list) {
		return gateway.All(len(list), gateway.Unknown, "语音网关的答复看不懂")
	}
	out := make([]gateway.Outcome, len(list))
	for i, p := range a.Calls {
		switch {
		case p.ID != list[i].ID:
			out[i] = gateway.Outcome{State: gateway.Unknown, Reason: "语音网关的答复与请求不符"}
		case p.Error != "" && p.Retry:
			out[i] = gateway.Outcome{State: gateway.Busy, Reason: p.Error}
		case p.Error != "":
			out[i] = gateway.Outcome{State: gateway.Refused, Reason: p.Error}
		case p.Call == "":
			out[i] = gateway.Outcome{State: gateway.Unknown, Reason: "语音网关没有给出呼叫编号"}
		default:
			out[i] = gateway.Outcome{State: gateway.Accepted, Ref: p.Call}
		}
	}
	return out
}

// unanswered tells a gateway that was never reached from one that did not answer.
func unanswered(err error) gateway.State {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return gateway.Busy
	}
	return gateway.Unknown
}

// cause is an error of net/http without the address in it.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// sign puts the signature of a body into its headers.
func (v *Voice) sign(h http.Header, body []byte) {
	stamp := strconv.FormatInt(v.Now().UnixMilli(), 10)
	h.Set("X-Zhixing-Timestamp", stamp)
	h.Set("X-Zhixing-Signature", "sha256="+hex.EncodeToString(v.mac(stamp, body)))
}

func (v *Voice) mac(stamp string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(v.Secret))
	h.Write([]byte(stamp + "."))
	h.Write(body)
	return h.Sum(nil)
}
