package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// cost is what one argon2id hash takes. Stored hashes carry their own; see stale.
type cost struct {
	memory uint32 // KiB
	time   uint32 // passes
	lanes  uint8
}

// today is OWASP's setting: about 30 ms and 19 MiB. Raise it here: hashes are renewed as their owners log in.
var today = cost{memory: 19 * 1024, time: 2, lanes: 1}

// known is for the password of a demonstration account, which everybody is told: no work is worth doing to hide it.
var known = cost{memory: 64, time: 1, lanes: 1}

const (
	saltLen = 16
	keyLen  = 32
)

// phc is a stored password: $argon2id$v=19$m=19456,t=2,p=1$SALT$KEY, both in unpadded base64.
type phc struct {
	cost
	salt, key []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.lanes,
		b64.EncodeToString(p.salt), b64.EncodeToString(p.key))
}

var errPHC = errors.New("stored password is not of the form $argon2id$v=19$m=…,t=…,p=…$salt$key within its limits")

// parsePHC reads what String writes. Its limits keep a damaged or planted record from eating the machine.
func parsePHC(s string) (phc, error) {
	var p phc
	part := strings.Split(s, "$")
	if len(s) > 512 || len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v=19" {
		return phc{}, errPHC
	}
	param := strings.Split(part[3], ",")
	if len(param) != 3 {
		return phc{}, errPHC
	}
	var v [3]uint64
	for i, want := range []struct {
		prefix   string
		min, max uint64
	}{{"m=", 8, 256 * 1024}, {"t=", 1, 16}, {"p=", 1, 8}} {
		digits, ok := strings.CutPrefix(param[i], want.prefix)
		n, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil || digits != strconv.FormatUint(n, 10) || n < want.min || n > want.max {
			return phc{}, errPHC
		}
		v[i] = n
	}
	p.cost = cost{memory: uint32(v[0]), time: uint32(v[1]), lanes: uint8(v[2])}
	var err1, err2 error
	p.salt, err1 = base64.RawStdEncoding.Strict().DecodeString(part[4])
	p.key, err2 = base64.RawStdEncoding.Strict().DecodeString(part[5])
	if err1 != nil || err2 != nil || len(p.salt) < 8 || len(p.salt) > 64 || len(p.key) < 16 || len(p.key) > 64 {
		return phc{}, errPHC
	}
	if p.memory < 8*uint32(p.lanes) || p.String() != s {
		return phc{}, errPHC
	}
	return p, nil
}

// hasher makes argon2id hashes, no more than cap(slots) at once: each takes 19 MiB, and a flood of log-ins must
// wait rather than take all memory.
type hasher struct {
	slots chan struct{}
	cost  cost
}

func (h *hasher) key(ctx context.Context, password string, salt []byte, c cost, n int) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(fold(password)), salt, c.time, c.memory, c.lanes, uint32(n)), nil
}

// hash makes a new stored password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	return h.hashAt(ctx, h.cost, password)
}

func (h *hasher) hashAt(ctx context.Context, c cost, password string) (string, error) {
	p := phc{cost: c, salt: make([]byte, saltLen)}
	rand.Read(p.salt)
	var err error
	if p.key, err = h.key(ctx, password, p.salt, p.cost, keyLen); err != nil {
		return "", err
	}
	return p.String(), nil
}

// verify compares a password with a stored one; stale says that it should be hashed anew at today's cost. With
// an empty or unreadable record the same work is done in vain, so that the time taken does not tell an unknown
// user from a wrong password.
func (h *hasher) verify(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	p, bad := parsePHC(stored)
	if bad != nil {
		p = phc{cost: h.cost, salt: make([]byte, saltLen), key: make([]byte, keyLen)}
	}
	got, err := h.key(ctx, password, p.salt, p.cost, len(p.key))
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(got, p.key) == 1
	return same && bad == nil, p.cost != h.cost, nil
}

// fold makes what an input method typed full-width the same as half-width.
func fold(s string) string { return norm.NFKC.String(s) }

// The policy: long enough, not guessable; no rules about kinds of characters, no forced change after so many days.
const (
	minPassword = 10  // characters
	maxPassword = 256 // bytes
)

//go:embed commonest.txt
var commonestList string

var commonest = func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(commonestList) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			m[line] = true
		}
	}
	return m
}()

// checkPassword refuses, in words for the person, a password that the policy does not allow.
func checkPassword(name Name, password string) error {
	refuse := func(m string) error { return &Refusal{Kind: Invalid, Field: "password", Message: m} }
	if len(password) > maxPassword || !utf8.ValidString(password) {
		return refuse("密码太长，请不要超过 80 个汉字或 256 个字母")
	}
	p := strings.ToLower(fold(password))
	n := utf8.RuneCountInString(p)
	switch {
	case n < minPassword:
		return refuse(fmt.Sprintf("密码至少 %d 个字符，现在是 %d 个。可以用一句自己记得住的话", minPassword, n))
	case carriesName(p, string(name)):
		return refuse("密码里不能包含用户名")
	case commonest[p] || commonest[strings.TrimRight(p, "0123456789.!@#*")] || monotonous(p):
		return refuse("这个密码太常见，容易被猜中，请换一个")
	}
	return nil
}

// carriesName reports a password built on the user name. A name of two or three letters may stand in any word, so
// only a Chinese or a longer one counts.
func carriesName(p, name string) bool {
	n := utf8.RuneCountInString(name)
	return (n >= 4 || len(name) > n) && strings.Contains(p, name)
}

// monotonous reports a password of fewer than four different characters, a short piece repeated, or one that
// only counts up or down.
func monotonous(p string) bool {
	r := []rune(p)
	different := map[rune]bool{}
	up, down := true, true
	for i, c := range r {
		different[c] = true
		if i > 0 {
			up = up && c == r[i-1]+1
			down = down && c == r[i-1]-1
		}
	}
	if len(different) < 4 || up || down {
		return true
	}
	for piece := 1; piece <= 4; piece++ {
		if len(r)%piece == 0 && strings.Repeat(string(r[:piece]), len(r)/piece) == string(r) {
			return true
		}
	}
	return false
}

// oneTime is a password to be typed once from paper: 16 characters that cannot be mistaken, 78 bits.
func oneTime() string {
	const letters = "abcdefghjkmnpqrstuvwxyz2346789" // 30, no i l o 0 1 5
	return grouped(letters, 16)
}

// grouped is n random letters in groups of four.
func grouped(letters string, n int) string {
	var b strings.Builder
	var buf [1]byte
	for i := 0; i < n; {
		rand.Read(buf[:])
		if int(buf[0]) >= 256/len(letters)*len(letters) {
			continue // would favour the first letters
		}
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[int(buf[0])%len(letters)])
		i++
	}
	return b.String()
}
