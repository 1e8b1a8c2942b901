package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The second factor is TOTP as in RFC 6238 with what every authenticator app takes for granted: SHA-1, six
// digits, 30 seconds. Clocks may differ by one step either way, and a step is accepted once.
const (
	stepLen   = 30 // seconds
	digits    = 6
	drift     = 1  // steps
	secretLen = 20 // bytes, as RFC 4226 recommends
)

// step is the number of the 30 seconds that t falls in.
func step(t time.Time) int64 { return t.Unix() / stepLen }

// hotp is the code of RFC 4226, section 5.3, of n digits.
func hotp(secret []byte, counter int64, n int) string {
	mac := hmac.New(sha1.New, secret)
	binary.Write(mac, binary.BigEndian, counter)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	v := uint64(binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff)
	mod := uint64(1)
	for range n {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", n, v%mod)
}

// matchCode returns the step that the typed code belongs to, if it is one that may be used now: within the drift,
// and later than used, the last step accepted before.
func matchCode(secret []byte, typed string, now time.Time, used int64) (int64, bool) {
	typed, ok := sixDigits(typed)
	if !ok || len(secret) == 0 {
		return 0, false
	}
	found, at := false, int64(0)
	for s := step(now) - drift; s <= step(now)+drift; s++ {
		same := subtle.ConstantTimeCompare([]byte(hotp(secret, s, digits)), []byte(typed)) == 1
		if same && s > used && !found {
			found, at = true, s
		}
	}
	return at, found
}

// sixDigits takes a code as people type it: full-width, with a space in the middle.
func sixDigits(s string) (string, bool) {
	if len(s) > 64 {
		return "", false
	}
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, fold(s))
	if len(s) != digits || strings.Trim(s, "0123456789") != "" {
		return "", false
	}
	return s, true
}

var b32 = base32.StdEncoding.WithPadding(base32.NoPadding)

func newSecret() []byte {
	b := make([]byte, secretLen)
	rand.Read(b)
	return b
}

// parseSecret reads a secret as it is shown, in base32 with or without spaces: 16 to 64 bytes.
func parseSecret(s string) ([]byte, error) {
	s = strings.ToUpper(strings.Join(strings.Fields(strings.ReplaceAll(s, "-", "")), ""))
	b, err := b32.DecodeString(strings.TrimRight(s, "="))
	if err != nil || len(b) < 16 || len(b) > 64 {
		return nil, fmt.Errorf("second factor secret: want 16 to 64 bytes in base32")
	}
	return b, nil
}

// otpauth is the address that authenticator apps read from a QR code.
func otpauth(issuer string, name Name, secret []byte) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + string(name)}
	// url.Values would write spaces as +, which some apps show as they are. SHA-1, six digits and 30 seconds go
	// without saying, which keeps the QR code coarse enough for old phones.
	u.RawQuery = "secret=" + b32.EncodeToString(secret) + "&issuer=" + url.PathEscape(issuer)
	return u.String()
}

// Recovery codes stand in for the second factor when the phone is lost: 80 random bits each, used once. Only
// hashes are kept; so much randomness needs no slow hash.
const recoveryCodes = 10

func newRecoveryCodes() []string {
	codes := make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = grouped("abcdefghijkmnpqrstuvwxyz23456789", 16) // 32 letters, no l o 0 1
	}
	return codes
}

// recoveryForm takes a recovery code as people type it, or says that it is none.
func recoveryForm(s string) (string, bool) {
	if len(s) > 128 {
		return "", false
	}
	s = strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(fold(s), "-", "")), ""))
	if len(s) != 16 || strings.Trim(s, "abcdefghijkmnpqrstuvwxyz23456789") != "" {
		return "", false
	}
	return s, true
}
