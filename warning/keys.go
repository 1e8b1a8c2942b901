package warning

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"time"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/warning/cap"
)

// The keys that documents were signed with are kept with the time of each, so that a document is known to be the county's also after its key was
// exchanged (decision 53).

// Key is a key that documents are or were signed with, by its certificate.
type Key struct {
	Certificate *x509.Certificate
	Fingerprint string // SHA-256 of the certificate, in hexadecimal
	From, Until time.Time
}

// InUse reports whether it signs still.
func (k *Key) InUse() bool { return k.Until.IsZero() }

// signed reports whether it was in use at a time, which is known to the second.
func (k *Key) signed(at time.Time) bool {
	return !at.Before(k.From.Truncate(time.Second)) && (k.InUse() || !at.After(k.Until))
}

func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// UseKey says that documents are signed with the key of a certificate from now on, and no longer with the one before. What the first key of a county
// signed before it was kept here counts from the beginning of its certificate.
func UseKey(ctx context.Context, tx *db.Tx, county string, c *x509.Certificate) error {
	const op = "UseKey"
	keys, err := Keys(ctx, tx, county)
	if err != nil {
		return err
	}
	k := Key{Certificate: c, Fingerprint: fingerprint(c), From: tx.Now()}
	switch {
	case len(keys) == 0:
		if c.NotBefore.Before(k.From) {
			k.From = c.NotBefore
		}
	case keys[0].Fingerprint == k.Fingerprint:
		return nil
	default:
		if err := endKey(ctx, tx, county, keys[0], k.From); err != nil {
			return wrap(op, err)
		}
	}
	if err := insertKey(ctx, tx, county, k); err != nil {
		return wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, county, journal.Entry{Who: "system", What: "warning.key", Subject: "warning/key", Detail: c.Subject.CommonName + " " + k.Fingerprint})
	return wrap(op, err)
}

// Found says what somebody's file is found to be.
type Found string

// What a file may be found to be.
const (
	FoundOurs      Found = "ours"      // published here, byte for byte, and signed with a key of that time
	FoundSame      Found = "same"      // published here, byte for byte, when nothing was signed
	FoundUnlisted  Found = "unlisted"  // signed with a key of that time, but not among what is public here
	FoundTime      Found = "time"      // signed with a key of ours that was not in use at the time that it says
	FoundTampered  Found = "tampered"  // the signature is not of this content
	FoundElsewhere Found = "elsewhere" // signed by somebody else
	FoundUnsigned  Found = "unsigned"
	FoundInvalid   Found = "invalid" // no document of a warning
)

// Checked is what came of checking a file.
type Checked struct {
	Found
	Alert  *cap.Alert // nil: FoundInvalid
	Key    *Key       // of FoundOurs, FoundUnlisted and FoundTime
	Event  EventID    // whose version has its identifier; 0: none that is public
	N      int
	Reason string // of FoundInvalid, FoundTampered and FoundElsewhere
}

// Check finds out whether a file is a document of the county's. It reads what is public and nothing else.
func Check(ctx context.Context, tx *db.Tx, county string, b []byte) (Checked, error) {
	const op = "Check"
	a, problems := cap.Parse(b)
	if a == nil {
		out := Checked{Found: FoundInvalid}
		for _, p := range problems {
			if !p.Advice {
				out.Reason = p.String()
				break
			}
		}
		return out, nil
	}
	out := Checked{Alert: a}
	keys, err := Keys(ctx, tx, county)
	if err != nil {
		return out, err
	}
	p, found, err := publicBy(ctx, tx, county, a.Identifier)
	if err != nil {
		return out, wrap(op, err)
	}
	same := false
	if found {
		document, err := PublicDocument(ctx, tx, county, a.Identifier)
		if err != nil {
			return out, err
		}
		out.Event, out.N, same = p.Event, p.N, bytes.Equal(document, b)
	}
	roots := make([]*x509.Certificate, len(keys))
	for i, k := range keys {
		roots[i] = k.Certificate
	}
	who, err := cap.Verify(b, roots, a.Sent)
	switch {
	case errors.Is(err, cap.ErrUnsigned):
		out.Found = FoundUnsigned
		if same {
			out.Found = FoundSame
		}
	case errors.Is(err, cap.ErrTampered):
		out.Found, out.Reason = FoundTampered, err.Error()
	case err != nil:
		out.Found, out.Reason = FoundElsewhere, err.Error()
	default:
		out.Found = FoundElsewhere
		for _, k := range keys { // the same key may have been in use twice
			if k.Fingerprint != fingerprint(who) {
				continue
			}
			if out.Key = &k; k.signed(a.Sent) {
				out.Found = FoundUnlisted
				break
			}
			out.Found = FoundTime
		}
		if out.Found == FoundUnlisted && same {
			out.Found = FoundOurs
		}
	}
	return out, nil
}
