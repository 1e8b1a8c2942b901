// Package mas is a client of 云MAS, China Mobile's short-message platform for government and firms, over its HTTP interface:
// short messages out, and handlers for the receipts and replies that it brings.
//
//	c, err := mas.New(mas.Options{URL: "https://…/sms/norsubmit", ECName: "示例县政府", APID: "…", Secret: secret, Sign: "…", Hear: hear})
//	out := c.Send(ctx, messages)
//	mux.Handle("POST /gateway/mas/", http.StripPrefix("/gateway/mas", c.Handler())) // …/TOKEN/receipts, …/TOKEN/replies
//
// “success” means accepted, no more. A time-out behind the request is unknown, not failed. The secret stands in the
// mac and, for older platforms, in the body; never in an error or a log.
package mas

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"zhixing/gateway"
	"zhixing/gateway/sms"
)

// Options are what the contract says. What is zero has the value named beside it.
type Options struct {
	URL        string // …/sms/norsubmit, or with Template …/sms/tmpsubmit; each province has its own
	ECName     string // the firm's name as registered
	APID       string // the account of the interface
	Secret     string
	Sign       string // the code of the signature, not its text
	AddSerial  string // extension of the access number
	Template   string // id of a template whose one variable is the text
	HideSecret bool   // newer platforms want the secret in the mac alone

	Most    int           // mobiles in one request, 500; the contract says how many
	Workers int           // requests at a time, 4
	Wait    time.Duration // for an answer, 30 s
	Pause   time.Duration // when the platform wants one, 1 s

	Token string // part of the address at which the platform brings receipts and replies; without one it cannot
	Hear  gateway.Hear
	Now   func() time.Time
	HTTP  *http.Client
	Log   *slog.Logger
}

// Client is a gateway.Gateway that speaks to 云MAS.
type Client struct {
	opt    Options
	sender sms.Sender
}

// New makes a client.
func New(opt Options) (*Client, error) {
	u, err := url.Parse(opt.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("mas: the address is no http or https address: the platform's province says which")
	}
	if opt.ECName == "" || opt.APID == "" || opt.Secret == "" || opt.Sign == "" {
		return nil, errors.New("mas: firm, account, secret and signature code are needed: the contract has them")
	}
	if strings.Contains(opt.Token, "/") {
		return nil, errors.New("mas: the token is a part of an address: no slash")
	}
	set(&opt.Most, 500)
	set(&opt.Workers, 4)
	set(&opt.Wait, 30*time.Second)
	set(&opt.Log, slog.New(slog.DiscardHandler))
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.HTTP == nil {
		// Only the configured address is called: an answer that leads elsewhere is not followed.
		opt.HTTP = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	c := &Client{opt: opt}
	c.sender = sms.Sender{Submit: c.submit, Most: opt.Most, Workers: opt.Workers, Pause: opt.Pause, Whole: true}
	return c, nil
}

func set[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

// Send hands messages over. Texts that are alike go in one request.
func (c *Client) Send(ctx context.Context, list []gateway.Message) []gateway.Outcome {
	return c.sender.Send(ctx, list)
}

// request is the JSON of a submission. It travels as Base64.
type request struct {
	ECName    string `json:"ecName"`
	APID      string `json:"apId"`
	Secret    string `json:"secretKey,omitempty"`
	Mobiles   string `json:"mobiles"`
	Content   string `json:"content,omitempty"`
	Template  string `json:"templateId,omitempty"`
	Params    string `json:"params,omitempty"`
	Sign      string `json:"sign"`
	AddSerial string `json:"addSerial"`
	MAC       string `json:"mac"`
}

// body is what is posted for a text to some numbers.
func (c *Client) body(numbers []string, text string) (string, error) {
	o := &c.opt
	r := request{ECName: o.ECName, APID: o.APID, Mobiles: strings.Join(numbers, ","), Sign: o.Sign, AddSerial: o.AddSerial}
	said := text
	if o.Template == "" {
		r.Content = text
	} else {
		params, err := json.Marshal([]string{text})
		if err != nil {
			return "", err
		}
		r.Template, r.Params = o.Template, string(params)
		said = r.Template + r.Params
	}
	r.MAC = mac(o.ECName, o.APID, o.Secret, r.Mobiles, said, o.Sign, o.AddSerial)
	if !o.HideSecret {
		r.Secret = o.Secret
	}
	b, err := json.Marshal(r)
	return base64.StdEncoding.EncodeToString(b), err
}

func mac(parts ...string) string {
	sum := md5.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// answer is what the platform says; with HTTP 200 to refusals too.
type answer struct {
	Group   string `json:"msgGroup"`
	Code    string `json:"rspcod"`
	Success bool   `json:"success"`
}

// codeWords are refusals that are known by name.
var codeWords = map[string]string{"IllegalMac": "校验码不对", "IllegalSignId": "签名编码不合法", "NoSignId": "签名未报备", "InvalidMessage": "短信内容或参数不合规定",
	"InvalidUsrOrPwd": "账号或口令不对", "ToManyMobiles": "一次提交的号码太多", "TooManyMobiles": "一次提交的号码太多"}

// no is what an answer means that is no success.
func (a answer) no() *sms.No {
	word := codeWords[a.Code]
	if word == "" {
		word = "云MAS平台拒收"
	}
	n := &sms.No{State: gateway.Refused, Reason: fmt.Sprintf("%s（%s）", word, clip(a.Code))}
	switch a.Code {
	case "InvalidMessage", "ToManyMobiles", "TooManyMobiles": // the platform says InvalidMessage of a wrong number too
		n.Split = true
	case "":
		n.Reason = word
	}
	return n
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
