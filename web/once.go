package web

import (
	"crypto/rand"
	"encoding/base64"
)

// newOnce names one sending of a form: the same form sent again, from a weak line or by a second press of the button, is
// known by it.
func newOnce() string {
	b := make([]byte, 18)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
