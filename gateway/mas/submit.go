package mas

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"

	"zhixing/gateway"
	"zhixing/gateway/link"
	"zhixing/gateway/sms"
)

const maxAnswer = 64 << 10

// submit posts a text to some numbers.
func (c *Client) submit(ctx context.Context, s *sms.Submission) (string, *sms.No) {
	body, err := c.body(s.Numbers, s.Text)
	if err != nil {
		return "", &sms.No{State: gateway.Refused, Reason: "短信写不成请求"}
	}
	ctx, cancel := context.WithTimeout(ctx, c.opt.Wait)
	defer cancel()
	var began atomic.Bool // from here on the platform may have something
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { began.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.opt.URL, strings.NewReader(body))
	if err != nil {
		return "", &sms.No{State: gateway.Refused, Reason: "云MAS平台地址配置不对"}
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	resp, err := c.opt.HTTP.Do(req)
	switch {
	case err != nil && !began.Load():
		return "", &sms.No{State: gateway.Busy, Reason: "没有连上云MAS平台，没有提交：" + link.Why(err)}
	case err != nil:
		return "", &sms.No{State: gateway.Unknown, Reason: "已提交，不知云MAS平台收到没有：" + link.Why(err)}
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		return "", &sms.No{State: gateway.Busy, Flow: true, Reason: fmt.Sprintf("云MAS平台忙（HTTP %d）", code)}
	case code >= 500 || code == http.StatusRequestTimeout:
		return "", &sms.No{State: gateway.Unknown, Reason: fmt.Sprintf("已提交，云MAS平台答复HTTP %d", code)}
	case code < 200 || code >= 300:
		return "", &sms.No{State: gateway.Refused, Reason: fmt.Sprintf("云MAS平台不受理（HTTP %d），请核对接口地址", code)}
	case err != nil:
		return "", &sms.No{State: gateway.Unknown, Reason: "已提交，云MAS平台的答复没有收完：" + link.Why(err)}
	}
	var a answer
	switch err := json.Unmarshal(b, &a); {
	case err != nil:
		return "", &sms.No{State: gateway.Unknown, Reason: "已提交，云MAS平台的答复看不懂"}
	case !a.Success:
		return "", a.no()
	}
	return a.Group, nil
}
