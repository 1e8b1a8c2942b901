package mas

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"zhixing/gateway"
	"zhixing/gateway/sms"
)

// maxPush bounds what the platform brings at once.
const maxPush = 4 << 20

// Handler takes what the platform brings: POST /TOKEN/receipts and POST /TOKEN/replies, a JSON object or a list of them. The
// platform signs nothing, so the token in the address is what tells it from others. What was not kept is answered with 503 and
// comes again.
func (c *Client) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{token}/receipts", c.push(c.receipts))
	mux.HandleFunc("POST /{token}/replies", c.push(c.replies))
	return mux
}

func (c *Client) push(take func(context.Context, []byte) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if c.opt.Token == "" || subtle.ConstantTimeCompare([]byte(r.PathValue("token")), []byte(c.opt.Token)) != 1 {
			http.NotFound(w, r)
			return
		}
		b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPush))
		if err == nil {
			err = take(r.Context(), b)
		}
		var bad *json.SyntaxError
		var kind *json.UnmarshalTypeError
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &bad), errors.As(err, &kind), errors.As(err, &large):
			c.opt.Log.Warn("mas: what the platform brought was not read", "bytes", len(b))
			http.Error(w, "not the JSON that was expected", http.StatusBadRequest)
		case err != nil:
			c.opt.Log.Error("mas: what the platform brought was not kept", "err", err)
			http.Error(w, "not kept, bring it again", http.StatusServiceUnavailable)
		default:
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = io.WriteString(w, `{"rspcod":"success","success":true}`)
		}
	}
}

// list reads an object or a list of them.
func list[T any](b []byte) ([]T, error) {
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\ufeff")))
	var out []T
	if len(b) > 0 && b[0] == '{' {
		out = make([]T, 1)
		return out, json.Unmarshal(b, &out[0])
	}
	return out, json.Unmarshal(b, &out)
}

// pushed are the fields of receipts and replies that are read. Platforms write numbers and times as text.
type pushed struct {
	Mobile  string `json:"mobile"`
	Group   string `json:"msgGroup"`
	Status  string `json:"reportStatus"`
	Code    string `json:"errorCode"`
	At      string `json:"receiveDate"`
	Content string `json:"smsContent"`
	SentAt  string `json:"sendTime"`
}

func (c *Client) receipts(ctx context.Context, b []byte) error {
	in, err := list[pushed](b)
	if err != nil {
		return err
	}
	out := make([]gateway.Receipt, 0, len(in))
	for _, p := range in {
		if p.Group == "" || p.Mobile == "" {
			continue
		}
		r := gateway.Receipt{Ref: p.Group, To: number(p.Mobile), State: gateway.Failed, At: c.at(p.At)}
		if delivered(p.Status) || p.Status == "" && delivered(p.Code) {
			r.State = gateway.Delivered
		} else {
			r.Reason = fmt.Sprintf("未送达（%s）", clip(strings.Trim(p.Status+" "+p.Code, " ")))
		}
		out = append(out, r)
	}
	return c.opt.Hear.Receipt(ctx, out...)
}

func delivered(s string) bool { return s == "CM:0000" || s == "DELIVRD" }

func (c *Client) replies(ctx context.Context, b []byte) error {
	in, err := list[pushed](b)
	if err != nil {
		return err
	}
	out := make([]gateway.Reply, 0, len(in))
	for _, p := range in {
		if p.Mobile == "" {
			continue
		}
		out = append(out, gateway.Reply{From: number(p.Mobile), Text: sms.Clean(p.Content), At: c.at(p.SentAt)})
	}
	return c.opt.Hear.Reply(ctx, out...)
}

func number(s string) string {
	if n, ok := sms.Number(s); ok {
		return n
	}
	return s
}

// at reads the platform's time; without one it is now.
func (c *Client) at(s string) time.Time {
	for _, layout := range []string{"20060102150405", time.DateTime} {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(s), zone); err == nil {
			return t
		}
	}
	return c.opt.Now()
}

var zone = time.FixedZone("", 8*60*60)
