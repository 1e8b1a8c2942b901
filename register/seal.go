package register

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A record is a leaf of its register's tree as a text in which every part is sealed:
//
//	zhixing register 1
//	outlets 12 5 1 add 2023-09-20 2023-09-20T08:00:00.000000Z
//	@unit 3b0c…
//	名称 9f86…
//
// The second line is register, place in the log, number of the entry, number of the record among the entry's, deed, the
// day from which it holds, and when it was written. A line for each part follows, in the order of the names' bytes: what
// stands in the hexadecimal after the name is SHA-256 of salt, name and value with line feeds between. Whoever has salt
// and value of a part can hold them against the leaf; of a part without them he learns nothing.

// leafHeader is the first line of a leaf.
const leafHeader = "zhixing register 1"

// Parts of a record that are no fields. Names of fields hold no such sign.
const (
	partBy    = "@by"
	partUnit  = "@unit"
	partWhy   = "@why"
	partBasis = "@basis"
	partState = "@state"
	partInto  = "@into"
	partBatch = "@batch"
)

// parts are the sealed parts of the record: names and values.
func (rec *Record) parts() Values {
	out := make(Values, len(rec.Set)+5)
	maps.Copy(out, rec.Set)
	for name, value := range map[string]string{partBy: rec.By, partUnit: rec.Unit, partWhy: rec.Why, partBasis: rec.Basis, partState: rec.State,
		partInto: rec.Into} {
		if value != "" {
			out[name] = value
		}
	}
	if rec.Batch != 0 {
		out[partBatch] = itoa(rec.Batch)
	}
	return out
}

// setParts is the reverse of parts.
func (rec *Record) setParts(parts Values) error {
	rec.Set = Values{}
	for name, value := range parts {
		switch name {
		case partBy:
			rec.By = value
		case partUnit:
			rec.Unit = value
		case partWhy:
			rec.Why = value
		case partBasis:
			rec.Basis = value
		case partState:
			rec.State = value
		case partInto:
			rec.Into = value
		case partBatch:
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return err
			}
			rec.Batch = n
		default:
			if strings.HasPrefix(name, "@") {
				return errors.New("no part is called " + name)
			}
			rec.Set[name] = value
		}
	}
	return nil
}

// seal is what opens the parts of a record: one secret from which the salts of all are drawn; or, for a record that came
// out of a dump without everything, the salt of each part that is open and the hash of each that is closed.
type seal struct {
	secret []byte
	parts  map[string]sealed
}

type sealed struct {
	Salt string `json:"salt,omitempty"`
	Hash string `json:"hash,omitempty"`
}

const secretSize = 16

func newSeal() seal {
	s := seal{secret: make([]byte, secretSize)}
	rand.Read(s.secret) // never fails
	return s
}

// salt of a part, empty where it is closed.
func (s seal) salt(name string) string {
	if s.secret == nil {
		return s.parts[name].Salt
	}
	b := make([]byte, 0, secretSize+64)
	b = append(append(b, s.secret...), name...)
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// saltSize is how many characters a salt has.
const saltSize = 22

// commitment is the hash under which a value stands in the leaf.
func commitment(salt, name, value string) string {
	b := make([]byte, 0, len(salt)+len(name)+len(value)+2)
	b = append(append(append(append(append(b, salt...), '\n'), name...), '\n'), value...)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// sum is a part's line in the leaf.
type sum struct{ name, hash string }

// sums are the parts' lines in order. They do not depend on where the record will stand, so a load works them out ahead.
func (rec *Record) sums() []sum {
	if rec.ready != nil {
		return rec.ready
	}
	parts := rec.parts()
	out := make([]sum, 0, len(parts)+len(rec.seal.parts))
	for name, value := range parts {
		out = append(out, sum{name, commitment(rec.seal.salt(name), name, value)})
	}
	for name, p := range rec.seal.parts {
		if p.Salt == "" {
			out = append(out, sum{name, p.Hash})
		}
	}
	slices.SortFunc(out, func(a, b sum) int { return strings.Compare(a.name, b.name) })
	return out
}

// prepare works the sums out and keeps them. Nothing but the record's place may change afterwards.
func (rec *Record) prepare() {
	if rec.seal.secret == nil && rec.seal.parts == nil {
		rec.seal = newSeal()
	}
	rec.ready = rec.sums()
}

// leafText is the record as it stands in the tree.
func (rec *Record) leafText(register Name) []byte {
	sums := rec.sums()
	b := make([]byte, 0, 150+100*len(sums))
	b = append(b, leafHeader...)
	b = append(b, '\n')
	b = append(append(b, register...), ' ')
	b = rec.appendHead(b)
	b = append(b, '\n')
	for _, s := range sums {
		b = append(append(append(append(b, s.name...), ' '), s.hash...), '\n')
	}
	return b
}

// stampLayout is how a leaf writes an instant.
const stampLayout = "2006-01-02T15:04:05.000000Z"

// appendHead writes what every record has in the open: its places, the deed and both times.
func (rec *Record) appendHead(b []byte) []byte {
	for _, n := range []int64{rec.Seq, int64(rec.Entry), int64(rec.N)} {
		b = append(strconv.AppendInt(b, n, 10), ' ')
	}
	b = append(b, rec.What...)
	b = append(append(b, ' '), rec.Holds.String()...)
	return rec.At.UTC().AppendFormat(append(b, ' '), stampLayout)
}

// sealUp fixes the record's leaf.
func (rec *Record) sealUp(register Name) {
	rec.leaf = tlog.RecordHash(rec.leafText(register))
}

func (s seal) encode() string {
	if s.secret != nil {
		return base64.RawURLEncoding.EncodeToString(s.secret)
	}
	b, _ := json.Marshal(s.parts)
	return string(b)
}

func decodeSeal(text string) (s seal, err error) {
	if strings.HasPrefix(text, "{") {
		return s, json.Unmarshal([]byte(text), &s.parts)
	}
	s.secret, err = base64.RawURLEncoding.DecodeString(text)
	if err == nil && len(s.secret) != secretSize {
		err = errors.New("a seal has not 16 bytes")
	}
	return s, err
}

// closed are the parts that the record has and nobody here can open.
func (rec *Record) closed() []string {
	var out []string
	for name, p := range rec.seal.parts {
		if p.Salt == "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func parseStamp(s string) (time.Time, error) {
	t, err := time.Parse(stampLayout, s)
	if err == nil && t.Format(stampLayout) != s {
		err = errors.New("not in its one spelling")
	}
	return t, err
}

// leafParts are the hashes of a leaf's parts, by name.
func leafParts(leaf string) map[string]string {
	out := map[string]string{}
	for i, line := range strings.Split(leaf, "\n") {
		if name, hash, ok := strings.Cut(line, " "); ok && i > 1 {
			out[name] = hash
		}
	}
	return out
}
