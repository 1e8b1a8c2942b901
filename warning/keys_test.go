package warning

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/warning/cap"
)

// signing is a key with its certificate, and what it signs.
type signing struct {
	key  crypto.Signer
	cert *x509.Certificate
}

func newSigning(t *testing.T, name, at string) signing {
	t.Helper()
	pem, err := cap.NewKey(name, day(at))
	if err != nil {
		t.Fatal(err)
	}
	key, cert, err := cap.ReadKey(pem)
	if err != nil {
		t.Fatal(err)
	}
	return signing{key, cert}
}

func (k signing) sign(b []byte) ([]byte, error) { return cap.Sign(b, k.key, k.cert) }

// A document is known to be the county's after its key was exchanged for another, and a key vouches for nothing outside its time.
func TestKeysOfThePast(t *testing.T) {
	first, second, stranger := newSigning(t, "示例县一", "01 00:00"), newSigning(t, "示例县二", "02 00:00"), newSigning(t, "旁人", "01 00:00")
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		use := func(k signing) {
			s.Helper()
			s.w.Sign = k.sign
			s.do(func(tx *db.Tx) error { return UseKey(ctx, tx, county, k.cert) })
		}
		document := func(v *Version) []byte {
			return read(s, func(tx *db.Tx) ([]byte, error) { return s.w.Document(ctx, tx, v.Event, v.N) })
		}
		want := func(what string, b []byte, found Found, key string) Checked {
			s.Helper()
			c := read(s, func(tx *db.Tx) (Checked, error) { return Check(ctx, tx, county, b) })
			name := ""
			if c.Key != nil {
				name = c.Key.Certificate.Subject.CommonName
			}
			if c.Found != found || name != key {
				s.Errorf("%s: %s by %q (%s), want %s by %q", what, c.Found, name, c.Reason, found, key)
			}
			return c
		}
		bare := document(s.warn(orangeDraft()))
		want("unsigned, and public", bare, FoundSame, "")
		changed := bytes.Replace(bare, []byte("</alert>"), []byte("\n</alert>"), 1)
		want("unsigned, not as it is public", changed, FoundUnsigned, "")
		want("no document", []byte("<x/>"), FoundInvalid, "")

		s.at("28 13:05")
		use(first)
		use(first) // a start with the same key is no change
		v := s.warn(orangeDraft())
		old := document(v)
		if c := want("by the key in use", old, FoundOurs, "示例县一"); c.Event != v.Event || c.N != v.N {
			s.Errorf("it is %d/%d", c.Event, c.N)
		}
		s.at("28 14:00")
		use(second)
		s.at("28 14:30")
		want("by the key before", old, FoundOurs, "示例县一")
		want("by the new key", document(s.warn(orangeDraft())), FoundOurs, "示例县二")
		keys := read(s, func(tx *db.Tx) ([]Key, error) { return Keys(ctx, tx, county) })
		if len(keys) != 2 || !keys[0].InUse() || keys[0].From != keys[1].Until || !keys[1].Until.Equal(day("28 14:00")) || !keys[1].From.Equal(day("01 00:00")) {
			s.Fatalf("%+v", keys)
		}

		want("one word changed", bytes.Replace(old, []byte("暴雨"), []byte("暴雪"), 1), FoundTampered, "")
		// Somebody has got hold of the old key, or of none.
		forged := func(k signing, sent string) []byte {
			x := strings.Replace(string(changed), cap.FormatTime(day("28 13:00")), cap.FormatTime(day(sent)), 1)
			b, err := k.sign([]byte(strings.Replace(x, "<identifier>", "<identifier>x", 1)))
			if err != nil {
				s.Fatal(err)
			}
			return b
		}
		want("the old key after its time", forged(first, "28 14:20"), FoundTime, "示例县一")
		want("the new key before its time", forged(second, "28 13:50"), FoundTime, "示例县二")
		want("the old key, put back in time", forged(first, "28 13:30"), FoundUnlisted, "示例县一")
		want("another's key", forged(stranger, "28 13:30"), FoundElsewhere, "")
		// A drill is signed and not public.
		d := orangeDraft()
		d.Drill = "演练"
		if c := want("a drill", document(s.warn(d)), FoundUnlisted, "示例县二"); c.Alert.Status != cap.Exercise || c.Event != 0 {
			s.Errorf("%+v", c)
		}
		// The old key comes back into use.
		s.at("28 15:00")
		use(first)
		s.clock.Advance(time.Minute)
		want("by a key that is in use again", document(s.warn(orangeDraft())), FoundOurs, "示例县一")
		want("by it when it was in use first", old, FoundOurs, "示例县一")
		want("by it when it was not", forged(first, "28 14:20"), FoundTime, "示例县一")
	})
}
