package journal_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
)

// oneProof gives a log with nine entries and the proof of the fourth.
func oneProof(t testing.TB) (l *journal.Log, proof []byte) {
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	l, err := journal.OpenLog(ctx, d, county, origin, "")
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		for i := range int64(9) {
			if _, err := l.Add(ctx, tx, entry(i)); err != nil {
				return err
			}
		}
		proof, err = l.Proof(ctx, tx, 3)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l, proof
}

func TestProofIsAsC2SPWritesIt(t *testing.T) {
	_, proof := oneProof(t)
	lines := strings.Split(string(proof), "\n")
	// Nine leaves: entry 3 has three hashes in its half of eight, and the ninth leaf beside that.
	want := []string{"c2sp.org/tlog-proof@v1", "index 3", "#", "#", "#", "#", "", origin, "9", "#", "", "— " + origin + " *", ""}
	if len(lines) != len(want) {
		t.Fatalf("want %d lines, got\n%s", len(want), proof)
	}
	for i, w := range want {
		got := lines[i]
		switch {
		case w == "#" && len(got) == 44:
		case strings.HasSuffix(w, "*") && strings.HasPrefix(got, w[:len(w)-1]):
		case w != got:
			t.Errorf("line %d: want %q, got %q", i+1, w, got)
		}
	}
}

func TestAnyWrongByteFails(t *testing.T) {
	l, proof := oneProof(t)
	good := entry(3)
	if err := journal.VerifyProof(good, proof, l.Key()); err != nil {
		t.Fatal(err)
	}
	for i := range proof {
		for _, flip := range []byte{1, 2, 4, 32, 128} {
			bad := bytes.Clone(proof)
			bad[i] ^= flip
			if err := journal.VerifyProof(good, bad, l.Key()); err == nil {
				t.Errorf("byte %d (%q instead of %q) was not noticed", i, bad[i], proof[i])
			}
		}
		without := append(bytes.Clone(proof[:i]), proof[i+1:]...)
		if err := journal.VerifyProof(good, without, l.Key()); err == nil {
			t.Errorf("byte %d (%q) was taken out and it was not noticed", i, proof[i])
		}
		if err := journal.VerifyProof(good, proof[:i], l.Key()); err == nil {
			t.Errorf("it ends after %d bytes and it was not noticed", i)
		}
		for _, more := range "\n \rA=" {
			bad := append(append(bytes.Clone(proof[:i]), byte(more)), proof[i:]...)
			if err := journal.VerifyProof(good, bad, l.Key()); err == nil && !bytes.Equal(bad, proof) {
				t.Errorf("%q before byte %d was not noticed", more, i)
			}
		}
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if err := journal.VerifyProof(bad, proof, l.Key()); !errors.Is(err, journal.ErrNotIncluded) {
			t.Errorf("byte %d of the entry: %v", i, err)
		}
	}
	for i := range l.Key() {
		bad := []byte(l.Key())
		bad[i] ^= 1
		if err := journal.VerifyProof(good, proof, string(bad)); err == nil {
			t.Errorf("byte %d of the key was not noticed", i)
		}
	}
	other, _ := oneProof(t)
	if err := journal.VerifyProof(good, proof, other.Key()); !errors.Is(err, journal.ErrSignature) {
		t.Error("by another log's key:", err)
	}
}

func TestProofWithExtraDataAndWitness(t *testing.T) {
	l, proof := oneProof(t)
	p, err := journal.ParseProof(proof)
	if err != nil {
		t.Fatal(err)
	}
	p.Extra = []byte("context")
	p.Checkpoint = append(p.Checkpoint, "— witness.example.org mJirIklj1roloIaaaaaaaaaa\n"...)
	again, err := journal.ParseProof(p.Text())
	if err != nil || string(again.Extra) != "context" || !bytes.Equal(again.Text(), p.Text()) {
		t.Errorf("%v\n%s", err, again.Text())
	}
	if tree, err := again.Verify(entry(3), l.Key()); err != nil || tree.Size != 9 {
		t.Error(tree, err)
	}
}

func TestParseProofRefuses(t *testing.T) {
	const head = "c2sp.org/tlog-proof@v1\n"
	const hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
	for text, want := range map[string]string{
		"":                                      "line 1",
		"<html>":                                "line 1",
		head:                                    "ends before its checkpoint",
		head + "\nx":                            "line 2: want the index",
		head + "index 07\n\nx":                  "line 2: index",
		head + "index -1\n\nx":                  "line 2: index",
		head + "index 9999999999999999999\n\nx": "line 2: index",
		head + "extra \nindex 1\n\nx":           "line 2: extra",
		head + "extra YQ\nindex 1\n\nx":         "line 2: extra",
		head + "index 1\nAAAA\n\nx":             "line 3",
		head + "index 1\n" + strings.Repeat(hash, 64) + "\nx": "more hashes",
		strings.Repeat("x", 200000):                           "at most",
	} {
		if _, err := journal.ParseProof([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: want an error with %q, got %v", text, want, err)
		}
	}
}

func FuzzVerifyProof(f *testing.F) {
	l, proof := oneProof(f)
	f.Add(proof)
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra YQ==\nindex 0\n\nx\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAAAAA=\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := journal.ParseProof(text)
		if err == nil && !bytes.Equal(p.Text(), text) {
			t.Errorf("read %q, wrote %q", text, p.Text())
		}
		if err := journal.VerifyProof(entry(3), text, l.Key()); err == nil && !bytes.HasPrefix(text, []byte("c2sp.org/tlog-proof@v1\n")) {
			t.Errorf("proved by %q", text)
		}
	})
}

func FuzzParseBundle(f *testing.F) {
	f.Add([]byte("\x00\x01a\x00\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		entries, err := journal.ParseBundle(body)
		size := 0
		for _, e := range entries {
			size += 2 + len(e)
		}
		if err == nil && size != len(body) {
			t.Errorf("%d bytes of %d in entries", size, len(body))
		}
	})
}
