package hj212

import (
	"math/rand/v2"
	"testing"
)

// TestSum holds the check against the values of annex A and of HJ 212-2025, A.1.
func TestSum(t *testing.T) {
	for segment, want := range map[string]uint16{
		"": 0xFFFF, "\x00": 0x4040, "Q": 0xBC81, "QN": 0x8581, "QN=": 0x7200, "QN=2": 0xF001, "123456789": 0x2F80,
		"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&": 0x1C80,
		"QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&":               0x2200,
	} {
		if got := Sum([]byte(segment)); got != want {
			t.Errorf("Sum(%q) = %04X, want %04X", segment, got, want)
		}
	}
	for i, want := range []uint16{0x0000, 0xC0C1, 0xC181, 0x0140} {
		if crcTable[i] != want {
			t.Errorf("T[%d] = %04X", i, crcTable[i])
		}
	}
	low := map[uint8]bool{}
	for _, v := range crcTable {
		low[uint8(v)] = true
	}
	if len(low) != 8 {
		t.Errorf("%d different low bytes, want 8", len(low))
	}
}

// TestSumIsTheTextOfAnnexA computes bit by bit what Sum looks up eight bytes at a time.
func TestSumIsTheTextOfAnnexA(t *testing.T) {
	r := rand.New(rand.NewPCG(212, 2017))
	for n := range 300 {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		reg := uint16(0xFFFF)
		for _, c := range b {
			reg = reg>>8 ^ uint16(c)
			for range 8 {
				low := reg & 1
				reg >>= 1
				if low == 1 {
					reg ^= 0xA001
				}
			}
		}
		if got := Sum(b); got != reg {
			t.Fatalf("%x: %04X, want %04X", b, got, reg)
		}
	}
}

func TestProfiles(t *testing.T) {
	check := []byte("123456789")
	if arc(check, 0xFFFF) != 0x4B37 || arc(check, 0) != 0xBB3D {
		t.Errorf("Modbus %04X, ARC %04X", arc(check, 0xFFFF), arc(check, 0))
	}
	for _, c := range []struct {
		crc  CRC
		got  uint16
		want bool
	}{
		{CRCStandard, 0x2F80, true}, {CRCStandard, 0x374B, false}, {CRCStandard, 0xFFFF, false}, {CRCStandard, 0xBB3D, false},
		{CRCModbusSwapped, 0x374B, true}, {CRCModbusSwapped, 0x4B37, false}, {CRCModbusSwapped, 0x2F80, true},
		{CRCARC, 0xBB3D, true}, {CRCARC, 0x374B, false}, {CRCARC, 0x2F80, true},
		{CRCConstant, 0xFFFF, true}, {CRCConstant, 0, true}, {CRCConstant, 1, false}, {CRCNone, 1, true},
	} {
		if c.crc.Holds(check, c.got) != c.want {
			t.Errorf("profile %d, %04X: want %v", c.crc, c.got, c.want)
		}
	}
}
