package smpp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"

	"zhixing/gateway/sms"
)

// The commands that are spoken. An answer has the highest bit; genericNack answers what was not understood.
const (
	submitSM        = 0x04
	deliverSM       = 0x05
	unbind          = 0x06
	bindTransceiver = 0x09
	enquireLink     = 0x15
	alert           = 0x102
	dataSM          = 0x103
	genericNack     = 0x80000000
)

// The tags of optional parameters that are read.
const (
	tagReceiptID  = 0x001E
	tagSarRef     = 0x020C
	tagSarTotal   = 0x020E
	tagSarSegment = 0x020F
	tagPayload    = 0x0424
	tagState      = 0x0427
)

var errShort = errors.New("smpp: the frame is too short for its command")

// cstring writes a text that ends with zero; of one that holds a zero, what is before it.
func cstring(dst []byte, s string) []byte {
	s, _, _ = strings.Cut(s, "\x00")
	return append(append(dst, s...), 0)
}

// bindBody is bind_transceiver.
func (c *Client) bindBody() []byte {
	b := cstring(nil, c.opt.SystemID)
	b = cstring(b, c.opt.Password)
	b = cstring(b, c.opt.SystemType)
	b = append(b, 0x34, 0, 0) // interface_version, addr_ton, addr_npi
	return cstring(b, "")     // address_range: what the centre has for us
}

// submitBody is submit_sm of one part to one number, with a receipt asked for.
func (c *Client) submitBody(s *sms.Submission) []byte {
	to, ton, npi := s.Numbers[0], byte(1), byte(1)
	switch {
	case c.opt.Bare:
		ton = 0
	case len(to) == 11 && to[0] == '1':
		to = "86" + to
	}
	class := byte(0)
	if s.Total > 1 {
		class = 0x40 // the text begins with a head
	}
	b := make([]byte, 0, 80+len(s.Body))
	b = cstring(b, c.opt.Service)
	b = cstring(append(b, c.opt.SourceTON, c.opt.SourceNPI), c.opt.Source)
	b = cstring(append(b, ton, npi), to)
	b = append(b, class, 0, 0) // esm_class, protocol_id, priority_flag
	b = cstring(b, "")         // schedule_delivery_time: at once
	b = cstring(b, s.Validity) //
	b = append(b, 1, 0)        // registered_delivery, replace_if_present_flag
	b = append(b, sms.UCS2, 0) // data_coding, sm_default_msg_id
	b = append(b, byte(len(s.Body)))
	return append(b, s.Body...)
}

// reader reads a body field by field; behind its end all fields are empty and short is set.
type reader struct {
	b     []byte
	short bool
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.b) {
		r.b, r.short = nil, true
		return make([]byte, min(n, 8))
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) byte() byte { return r.bytes(1)[0] }

func (r *reader) cstring() string {
	s, rest, ok := bytes.Cut(r.b, []byte{0})
	if !ok {
		r.short = true
	}
	r.b = rest
	return strings.ToValidUTF8(string(s), "?")
}

// delivery is deliver_sm or data_sm: what a telephone sent, or what became of a message.
type delivery struct {
	from, to string
	class    byte
	coding   byte
	content  []byte

	receiptID string // as the optional parameter has it
	state     byte
	part      sms.Part // by sar_ parameters; Total 0 where there are none
}

func readDeliver(id uint32, b []byte) (d delivery, err error) {
	r := &reader{b: b}
	r.cstring() // service_type
	r.bytes(2)
	d.from = r.cstring()
	r.bytes(2)
	d.to = r.cstring()
	d.class = r.byte()
	if id == dataSM {
		r.byte() // registered_delivery
		d.coding = r.byte()
	} else {
		r.bytes(2)  // protocol_id, priority_flag
		r.cstring() // schedule_delivery_time
		r.cstring() // validity_period
		r.bytes(2)  // registered_delivery, replace_if_present_flag
		d.coding = r.byte()
		r.byte() // sm_default_msg_id
		d.content = r.bytes(int(r.byte()))
	}
	if r.short {
		return d, errShort
	}
	d.options(r)
	return d, nil
}

// options reads the optional parameters; a broken one ends them.
func (d *delivery) options(r *reader) {
	for len(r.b) >= 4 {
		tag := binary.BigEndian.Uint16(r.bytes(2))
		v := r.bytes(int(binary.BigEndian.Uint16(r.bytes(2))))
		if r.short || len(v) == 0 {
			continue
		}
		switch tag {
		case tagReceiptID:
			s, _, _ := bytes.Cut(v, []byte{0})
			d.receiptID = strings.ToValidUTF8(string(s), "?")
		case tagState:
			d.state = v[0]
		case tagPayload:
			d.content = v
		case tagSarRef:
			for _, c := range v[:min(len(v), 2)] {
				d.part.Reference = d.part.Reference<<8 | int(c)
			}
		case tagSarTotal:
			d.part.Total = int(v[0])
		case tagSarSegment:
			d.part.No = int(v[0])
		}
	}
}

// isReceipt says that the centre speaks, not a telephone.
func (d *delivery) isReceipt() bool { return d.class&0x3C == 0x04 || d.receiptID != "" }

// intermediate says that the centre will say more.
func (d *delivery) intermediate() bool { return d.class&0x3C == 0x20 }
