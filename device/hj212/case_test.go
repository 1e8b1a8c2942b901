package hj212

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what came out into the case files")

// TestCases runs testdata/cases/*.txt. A case begins with "=== what it shows"; then come settings ("crc arc", "key …",
// "max 1024"), reads ("read …", with \r \n \xHH), and below --- what comes out: frames, answers, rejected stretches.
// {segment} is a frame with its length and CRC, without CR LF; {0400|segment} has another length, {:0000|segment} another
// CRC, {:|segment} its CRC in lower case.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, rest, _ := strings.Cut(string(b), "=== ")
		out := head
		for _, c := range strings.Split(rest, "\n=== ") {
			title, body, _ := strings.Cut(c, "\n")
			input, want, _ := strings.Cut(body, "---\n")
			got := runCase(t, title, input)
			out += "=== " + title + "\n" + input + "---\n" + got + "\n"
			if strings.TrimSpace(want) != strings.TrimSpace(got) && !*update {
				t.Errorf("%s: %s\ngot\n%s\nwant\n%s", file, title, got, want)
			}
		}
		if *update {
			if err := os.WriteFile(file, []byte(strings.TrimSuffix(out, "\n")), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func runCase(t *testing.T, title, input string) string {
	t.Helper()
	var opt Options
	var profile Profile
	var reads [][]byte
	for _, line := range strings.Split(strings.TrimSpace(input), "\n") {
		word, v, _ := strings.Cut(line, " ")
		switch word {
		case "crc":
			profile.CRC = CRCNames[v]
		case "key":
			profile.Key = []byte(v)
		case "max":
			opt.MaxSegment, _ = strconv.Atoi(v)
		case "read":
			reads = append(reads, unquote(t, v))
		default:
			t.Fatalf("%s: line %q", title, line)
		}
	}
	opt.Profile = func(MN) Profile { return profile }
	var out strings.Builder
	p := NewParser(opt)
	drain := func() {
		for f, ok := p.Next(); ok; f, ok = p.Next() {
			out.WriteString(show(&f) + "\n")
			if a, ok := Answer(&f); ok {
				fmt.Fprintf(&out, "  answer %q\n", a.Encode())
			}
		}
		stretches, _ := p.Rejected()
		for _, r := range stretches {
			fmt.Fprintf(&out, "rejected %s at %d\n", r.Reason, r.At)
		}
	}
	for _, r := range reads {
		if err := p.Feed(r); err != nil {
			t.Fatalf("%s: %v", title, err)
		}
		drain()
	}
	if at, ok := p.Pending(); ok {
		fmt.Fprintf(&out, "pending from %d\n", at)
	}
	for p.Expire() {
		drain()
	}
	return out.String()
}

func unquote(t *testing.T, s string) []byte {
	t.Helper()
	for {
		before, rest, ok := strings.Cut(s, "{")
		if !ok {
			break
		}
		segment, after, ok := strings.Cut(rest, "}")
		if !ok {
			t.Fatalf("no } in %q", s)
		}
		change, bare, changed := strings.Cut(segment, "|")
		if changed {
			segment = bare
		}
		sealed := Seal(string(raw(t, segment)))
		sealed = sealed[:len(sealed)-2]
		length, crc, both := strings.Cut(change, ":")
		if changed && length != "" {
			copy(sealed[2:], length)
		}
		if changed && both {
			if crc == "" {
				crc = strings.ToLower(string(sealed[len(sealed)-4:]))
			}
			copy(sealed[len(sealed)-4:], crc)
		}
		q := strconv.Quote(string(sealed))
		s = before + q[1:len(q)-1] + after
	}
	return raw(t, s)
}

func raw(t *testing.T, s string) []byte {
	t.Helper()
	v, err := strconv.Unquote(`"` + strings.NewReplacer(`\"`, `\"`, `"`, `\"`).Replace(s) + `"`)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return []byte(v)
}

// show is a frame on one line: what it has of its head, then its items as they are parted.
func show(f *Frame) string {
	var b strings.Builder
	fmt.Fprintf(&b, "frame %d edition %d", f.Declared, f.Flag.Edition())
	field := func(has Field, name string, v any) {
		if f.Has(has) {
			fmt.Fprintf(&b, " %s=%v", name, v)
		}
	}
	field(FieldQN, "QN", f.QN)
	field(FieldST, "ST", f.ST)
	field(FieldCN, "CN", f.CN)
	field(FieldPW, "PW", f.PW)
	field(FieldMN, "MN", f.MN)
	field(FieldFlag, "Flag", f.Flag)
	field(FieldPNUM, "PNUM", f.PNUM)
	field(FieldPNO, "PNO", f.PNO)
	field(FieldRF, "RF", f.Resent)
	if f.Encrypted {
		b.WriteString(" encrypted")
	}
	for _, g := range f.Groups() {
		b.WriteString(" |")
		for _, it := range g {
			fmt.Fprintf(&b, " %s=%q", it.Name, it.Value)
		}
	}
	return b.String()
}
