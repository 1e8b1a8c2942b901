package voice

import (
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"zhixing/gateway"
)

type event struct {
	ID     string    `json:"id"`
	Call   string    `json:"call"`
	To     string    `json:"to"`
	Event  string    `json:"event"`
	Key    string    `json:"key"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

const (
	maxEvents = 1 << 20 // bytes of a request
	maxAge    = 5 * time.Minute
	maxKeys   = 20
)

// Handler takes what the gateway tells. It answers 204 when everything is kept.
func (v *Voice) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "want POST", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvents))
		if err != nil {
			http.Error(w, "the body did not come whole, or is too large", http.StatusRequestEntityTooLarge)
			return
		}
		if !v.signed(r.Header, body) {
			http.Error(w, "the signature or the time is wrong", http.StatusUnauthorized)
			return
		}
		receipts, replies, wrong := read(body)
		if wrong != "" {
			http.Error(w, wrong, http.StatusBadRequest)
			return
		}
		if err := v.hear.Receipt(r.Context(), receipts...); err != nil {
			v.fail(w, err)
			return
		}
		if err := v.hear.Reply(r.Context(), replies...); err != nil {
			v.fail(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

// fail lets the gateway send it all again: a receipt that comes twice is one, and so is a reply, by its id.
func (v *Voice) fail(w http.ResponseWriter, err error) {
	v.Log.Error("voice: what the gateway told was not kept", "error", err)
	http.Error(w, "not kept, send it again", http.StatusServiceUnavailable)
}

func (v *Voice) signed(h http.Header, body []byte) bool {
	stamp := h.Get("X-Zhixing-Timestamp")
	ms, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return false
	}
	if age := v.Now().Sub(time.UnixMilli(ms)); age > maxAge || age < -maxAge {
		return false
	}
	said, ok := strings.CutPrefix(h.Get("X-Zhixing-Signature"), "sha256=")
	sum, err := hex.DecodeString(said)
	return ok && err == nil && hmac.Equal(sum, v.mac(stamp, body))
}

// read reads events; a mistake in one refuses all, so that none is lost unseen.
func read(body []byte) (receipts []gateway.Receipt, replies []gateway.Reply, wrong string) {
	var told struct{ Events []event }
	if !utf8.Valid(body) || json.Unmarshal(body, &told) != nil {
		return nil, nil, "want JSON: {\"events\": […]}"
	}
	for i, e := range told.Events {
		at := "event " + strconv.Itoa(i) + ": "
		if e.Call == "" {
			return nil, nil, at + "want call"
		}
		switch e.Event {
		case "heard":
			receipts = append(receipts, gateway.Receipt{Ref: e.Call, To: e.To, State: gateway.Delivered, At: e.At})
		case "failed":
			receipts = append(receipts, gateway.Receipt{Ref: e.Call, To: e.To, State: gateway.Failed, Reason: e.Reason, At: e.At})
		case "key":
			if e.ID == "" || e.To == "" || e.Key == "" || len(e.Key) > maxKeys || strings.Trim(e.Key, "0123456789*#") != "" {
				return nil, nil, at + "want id, to and key: figures, * and #"
			}
			replies = append(replies, gateway.Reply{ID: e.ID, From: e.To, Text: e.Key, Ref: e.Call, At: e.At})
		default:
			return nil, nil, at + "event is heard, failed or key"
		}
	}
	return receipts, replies, ""
}
