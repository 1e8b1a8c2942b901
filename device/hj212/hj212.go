// Package hj212 speaks the protocol in which monitoring stations report pollutants: HJ/T 212-2005, HJ 212-2017 and
// HJ 212-2025, told apart frame by frame. It is pure: bytes go in, frames and answers come out; sockets, clocks and the
// record belong to the caller, and so does the order "store first, then answer".
//
// A frame is ## and a decimal length, a data segment of that many bytes, four hex digits of a CRC that is not the Modbus
// one, and CR LF. Nothing is escaped, so only the length says where a frame ends. What a Parser cannot make a frame of it
// drops byte by byte and reports as Rejected; docs/hj212.md lists what it lets pass and what not.
//
//	p := hj212.NewParser(hj212.Options{})
//	p.Feed([]byte("##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n"))
//	f, ok := p.Next()          // f.CN == "1062", f.Flag.Edition() == hj212.Edition2017, f.Items[0] is RtdInterval=30
//	answer, ok := hj212.Answer(&f)
//	conn.Write(answer.Encode()) // ##0085QN=20160801085857223;ST=91;CN=9014;…, only when f is on disk
//
// Data gives a frame's readings with their times, an Assembler puts split frames together, and a Session keeps the
// exchanges that the centre begins: the clock set, intervals asked, missing hours fetched.
//
// Clauses are those of HJ 212-2017 unless another edition is named.
package hj212

import "time"

// MN is a device's number: 24 hex digits, 14 characters before 2017, and in the field any 3 to 24.
type MN string

// QN is a request's number, 17 digits of local time; answers carry it, and so do resends.
type QN string

// ST is a system code: what kind of station speaks (table 5).
type ST string

// STInteraction marks all answers, CN 9011 to 9014.
const STInteraction ST = "91"

// CN is a command code (table 9).
type CN string

// The command codes that mean something to a centre. Others are carried as they are.
const (
	CNSetTimeout     CN = "1000"
	CNSerial         CN = "1001" // 2025
	CNAskTime        CN = "1011"
	CNSetTime        CN = "1012"
	CNTimeWanted     CN = "1013" // the device asks to have its clock set
	CNAskRealtime    CN = "1061"
	CNSetRealtime    CN = "1062"
	CNAskMinute      CN = "1063"
	CNSetMinute      CN = "1064"
	CNSetPassword    CN = "1072"
	CNRealtime       CN = "2011"
	CNStopRealtime   CN = "2012"
	CNRaw            CN = "2013" // 2025
	CNState          CN = "2021"
	CNStopState      CN = "2022"
	CNDay            CN = "2031"
	CNRunTime        CN = "2041"
	CNMinute         CN = "2051"
	CNNoise          CN = "2052" // 2025
	CNHour           CN = "2061"
	CNCheck          CN = "2062" // 2025
	CNAlarm          CN = "2071" // 2005
	CNRestart        CN = "2081"
	CNFurnace        CN = "2111" // 2025
	CNSiteInfo       CN = "3020"
	CNRequestAnswer  CN = "9011"
	CNResult         CN = "9012"
	CNNotifyAnswer   CN = "9013"
	CNDataAnswer     CN = "9014"
	CNHeartbeat      CN = "9015" // 2025
	CNLoginHeartbeat CN = "9021" // of some provincial platforms, in no edition
)

// Zone is the local time of every time in a frame; the wire names none.
var Zone = time.FixedZone("CST", 8*3600)

// ParseTime reads the 14 digits of a time on the wire, and up to three more for parts of a second.
func ParseTime(s string) (time.Time, bool) {
	if len(s) < 14 || len(s) > 17 {
		return time.Time{}, false
	}
	var n [7]int // year, month, day, hour, minute, second, milliseconds
	for i, scale := 0, 100; i < len(s); i++ {
		c := s[i]
		if c < '0' || c > '9' {
			return time.Time{}, false
		}
		digit := int(c - '0')
		switch {
		case i < 4:
			n[0] = n[0]*10 + digit
		case i < 14:
			n[i/2-1] = n[i/2-1]*10 + digit
		default:
			n[6] += digit * scale
			scale /= 10
		}
	}
	if n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > daysIn(n[0], n[1]) || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return time.Time{}, false
	}
	return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], n[6]*1e6, Zone), true
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// FormatTime is t as the wire has it, to the second.
func FormatTime(t time.Time) string { return t.In(Zone).Format("20060102150405") }

// NewQN is the request number of an instant, to the millisecond.
func NewQN(t time.Time) QN {
	b := t.In(Zone).AppendFormat(make([]byte, 0, 18), "20060102150405.000")
	return QN(append(b[:14], b[15:]...))
}
