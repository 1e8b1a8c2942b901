package example

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/policy"
)

// carry does one deed to the case that a fact means.
func (p *Player) carry(ctx context.Context, tx *db.Tx, f policy.Fact) error {
	k, err := p.caseFor(ctx, tx, f.ID, f.Key)
	if err != nil {
		return err
	}
	if k == nil {
		return &refusal{words: fmt.Sprintf("没有%s %s的事项", f.ID, f.Key)}
	}
	c, s := p.Works.Cases, cases.Sending{Words: f.Text, Place: point(f.Place)}
	if s.Words == "" {
		s.Words = "例子：" + f.Do
	}
	if f.Photo {
		s.Files = []cases.Upload{p.shot()}
	}
	by := p.actor(p.doer(k, f), f.Do)
	switch f.Do {
	case "反馈":
		var to []string
		if f.To != "" {
			to = []string{f.To}
		}
		_, err = c.Feed(ctx, tx, by, k.ID, cases.Feeding{Units: to, Words: s.Words})
	case "受理":
		_, err = c.Accept(ctx, tx, by, k.ID, s)
	case "整改":
		_, err = c.PutRight(ctx, tx, by, k.ID, s)
	case "核查":
		_, err = c.Check(ctx, tx, by, k.ID, s)
	case "办结":
		_, err = c.Close(ctx, tx, by, k.ID, cases.Closure{Result: s.Words, Despite: f.Despite})
	case "退回":
		if k.State == cases.Acceptance {
			_, err = c.Decline(ctx, tx, by, k.ID, s)
		} else {
			_, err = c.SendBack(ctx, tx, by, k.ID, nil, s)
		}
	case "上交":
		_, err = c.HandUp(ctx, tx, by, k.ID, cases.Handing{To: f.To, Reason: s.Words})
	case "下交":
		_, err = c.HandDown(ctx, tx, by, k.ID, cases.Handing{To: f.To, Reason: s.Words})
	case "移送":
		if k.State != cases.HandingOver {
			_, err = c.HandOver(ctx, tx, by, k.ID, f.To, s.Words)
		}
		if err == nil && f.Receipt != "" {
			_, err = c.Receipt(ctx, tx, by, k.ID, f.Receipt, dayOf(tx.Now()))
		}
	case "不予受理":
		_, err = c.Refuse(ctx, tx, by, k.ID, "其他", s.Words)
	case "曝光":
		_, err = c.Expose(ctx, tx, by, k.ID, s.Words, nil)
	default:
		return fmt.Errorf("no such deed: %s", f.Do)
	}
	return err
}

// doer is the unit that does a deed: the one that is named, or the one whose turn it is.
func (p *Player) doer(k *cases.Case, f policy.Fact) string {
	switch {
	case f.By != "":
		return f.By
	case f.Do == "曝光":
		return p.County.Government
	case f.Do == "移送" || f.Do == "不予受理" || len(k.Clocks) == 0:
		return k.Owner
	}
	return k.Clocks[0].Unit
}

// caseFor is the case of what is named about an entry: the newest; nil where there is none.
func (p *Player) caseFor(ctx context.Context, tx *db.Tx, source, of string) (*cases.Case, error) {
	id := p.ids[source]
	if id == 0 {
		list, err := p.findings(ctx, tx, source, of, true)
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			at, err := p.Works.Cases.CaseOf(ctx, tx, int64(f.ID))
			if err != nil {
				return nil, err
			}
			id = max(id, at)
		}
	}
	if id == 0 {
		return nil, nil
	}
	return p.Works.Cases.Of(ctx, tx, p.actor(p.County.Office, ""), id)
}

// findings are those of a rule about an entry, a unit, or the county; of empty: about anything.
func (p *Player) findings(ctx context.Context, tx *db.Tx, source, of string, behind bool) ([]finding.Finding, error) {
	all, err := p.Works.Judge.Findings(ctx, tx, finding.Query{Rule: source, Inhibited: behind, Size: 1000})
	if err != nil {
		return nil, err
	}
	var out []finding.Finding
	for _, f := range all {
		if of == "" || about(f, of) || about(f, p.unit(of)) {
			out = append(out, f)
		}
	}
	return out, nil
}

// unit is the canonical name of a unit, where it is one's.
func (p *Player) unit(name string) string {
	if u, ok := p.County.Directory.Resolve(name); ok {
		return u.Name
	}
	return name
}

// about reports whether a finding is about the entry with a key, or the unit with a name.
func about(f finding.Finding, of string) bool {
	return f.Subject == of || tail(f.Subject) == of || tail(f.Entry) == of
}

// tail is what follows the first slash of an address.
func tail(address string) string {
	for i := range len(address) {
		if address[i] == '/' {
			return address[i+1:]
		}
	}
	return address
}

// shot is a picture like no other.
func (p *Player) shot() cases.Upload {
	p.shots++
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	seed := uint32(p.shots)*2654435761 + 12345
	for y := range 64 {
		for x := range 64 {
			if x%8 == 0 && y%8 == 0 {
				seed = seed*1664525 + 1013904223
			}
			img.SetGray(x, y, color.Gray{Y: uint8(seed >> 24)})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // into memory
	}
	return cases.Upload{Name: fmt.Sprintf("照片%d.png", p.shots), Content: b.Bytes()}
}
