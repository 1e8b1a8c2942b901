package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"zhixing/device/hj212"
)

// decoders are the protocols that decode reads: each gives a value to print for the reads of one connection.
var decoders = map[string]func(opt decodeOptions, reads [][]byte) any{
	"hj212": decodeHJ212,
}

// decodeOptions are what a device's folder would say of it.
type decodeOptions struct {
	profile hj212.Profile
}

// maxLine is the longest line of hex that is read.
const maxLine = 16 << 20

// decode prints what devices said: a line of hex for each read of a connection, an empty line between connections.
func decode(_ context.Context, c *call) error {
	crc := c.flags.String("crc", "standard", "CRC of the devices besides the standard's: modbus-swapped, arc, constant or none")
	key := c.flags.String("key", "", "SM4 key of the devices, 32 hex digits")
	if err := c.parse(); err != nil {
		return err
	}
	if len(c.args) == 0 || decoders[c.args[0]] == nil {
		return fmt.Errorf("%w: wants %s", errUsage, c.cmd.args)
	}
	var opt decodeOptions
	var ok bool
	if opt.profile.CRC, ok = hj212.CRCNames[*crc]; !ok {
		return fmt.Errorf("%w: --crc %q", errUsage, *crc)
	}
	var err error
	if opt.profile.Key, err = hex.DecodeString(*key); err != nil || len(opt.profile.Key) != 0 && len(opt.profile.Key) != 16 {
		return fmt.Errorf("%w: --key: want 32 hex digits", errUsage)
	}
	out := json.NewEncoder(c.out)
	out.SetEscapeHTML(false)
	one := func(name string, in io.Reader) error {
		return eachConnection(in, func(line int, err error) {
			fmt.Fprintf(c.err, "zhixing decode: %s:%d: %v\n", name, line, err)
		}, func(reads [][]byte) error { return out.Encode(decoders[c.args[0]](opt, reads)) })
	}
	if len(c.args) == 1 {
		return one("-", c.in)
	}
	for _, name := range c.args[1:] {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = one(name, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// eachConnection calls do with the reads of each connection. A line that is not hex is told to bad and left out.
func eachConnection(in io.Reader, bad func(line int, err error), do func(reads [][]byte) error) error {
	var reads [][]byte
	begun := false
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line != "" {
			begun = true
			read, err := hex.DecodeString(strings.ReplaceAll(line, " ", ""))
			if err != nil {
				bad(n, err)
				continue
			}
			reads = append(reads, read)
			continue
		}
		if begun {
			if err := do(reads); err != nil {
				return err
			}
		}
		reads, begun = nil, false
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if begun {
		return do(reads)
	}
	return nil
}

// hj212Frame is a frame as decode prints it. What the frame does not have is null, what it has empty is empty; every value is
// the text on the wire but numbers of the protocol itself.
type hj212Frame struct {
	DeclaredLen int           `json:"declared_len"`
	Version     string        `json:"version"` // 2005, 2017, 2025, or unknown
	QN          *string       `json:"qn"`
	ST          *string       `json:"st"`
	CN          *string       `json:"cn"`
	PW          *string       `json:"pw"`
	MN          *string       `json:"mn"`
	Flag        *int          `json:"flag"`
	Answer      bool          `json:"answer"`
	Split       bool          `json:"split"`
	PNUM        *int          `json:"pnum"`
	PNO         *int          `json:"pno"`
	RF          bool          `json:"rf"`
	DataTime    *string       `json:"data_time"`
	Groups      [][][2]string `json:"groups"`
	CRC         string        `json:"crc"` // upper case
}

type hj212Connection struct {
	Frames   []hj212Frame    `json:"frames"`
	Acks     []string        `json:"acks"` // whole frames without CR LF
	Rejected []hj212Rejected `json:"rejected"`
}

type hj212Rejected struct {
	Reason hj212.Reason `json:"reason"`
}

// decodeHJ212 answers as a server does that knows every device and stores at once.
func decodeHJ212(opt decodeOptions, reads [][]byte) any {
	out := hj212Connection{[]hj212Frame{}, []string{}, []hj212Rejected{}}
	p := hj212.NewParser(hj212.Options{Profile: func(hj212.MN) hj212.Profile { return opt.profile }})
	session := hj212.NewSession(hj212.Timers{}, nil)
	take := func() {
		for f, ok := p.Next(); ok; f, ok = p.Next() {
			out.Frames = append(out.Frames, hj212JSON(&f))
			if ev := session.Receive(&f, time.Time{}); ev.Answer != nil {
				out.Acks = append(out.Acks, strings.TrimSuffix(string(ev.Answer), "\r\n"))
			}
		}
		stretches, more := p.Rejected()
		for _, r := range stretches {
			out.Rejected = append(out.Rejected, hj212Rejected{r.Reason})
		}
		for range more {
			out.Rejected = append(out.Rejected, hj212Rejected{hj212.Stray})
		}
	}
	for _, read := range reads {
		for part := range slices.Chunk(read, 4096) {
			if err := p.Feed(part); err != nil {
				panic(err) // take leaves room
			}
			take()
		}
	}
	for p.Expire() {
		take()
	}
	return out
}

func hj212JSON(f *hj212.Frame) hj212Frame {
	text := func(field hj212.Field, s string) *string {
		if !f.Has(field) {
			return nil
		}
		return &s
	}
	number := func(field hj212.Field, n int) *int {
		if !f.Has(field) {
			return nil
		}
		return &n
	}
	out := hj212Frame{
		DeclaredLen: f.Declared, Version: "unknown",
		QN: text(hj212.FieldQN, string(f.QN)), ST: text(hj212.FieldST, string(f.ST)), CN: text(hj212.FieldCN, string(f.CN)),
		PW: text(hj212.FieldPW, f.PW), MN: text(hj212.FieldMN, string(f.MN)),
		Flag: number(hj212.FieldFlag, int(f.Flag)), Answer: f.Flag.Answer(), Split: f.Flag.Split(),
		PNUM: number(hj212.FieldPNUM, f.PNUM), PNO: number(hj212.FieldPNO, f.PNO), RF: f.Resent,
		Groups: [][][2]string{}, CRC: fmt.Sprintf("%04X", f.CRC),
	}
	if e := f.Flag.Edition(); e != hj212.EditionUnknown {
		out.Version = fmt.Sprint(int(e))
	}
	if t, ok := f.Value("DataTime"); ok {
		out.DataTime = &t
	}
	for _, group := range f.Groups() {
		var items [][2]string
		for _, it := range group {
			items = append(items, [2]string{it.Name, it.Value})
		}
		out.Groups = append(out.Groups, items)
	}
	return out
}
