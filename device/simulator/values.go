package simulator

import (
	"strconv"
	"time"

	"zhixing/device/hj212"
)

// factor is what a station measures: around which value it swings, and how far, in units of its last digit.
type factor struct {
	code, old   string // before 2017
	base, swing int64
	digits      int
}

// factors are those of a sewage outlet and then of a flue; the numbers are invented.
var factors = []factor{
	{"w01018", "011", 285, 60, 1}, // COD
	{"w21003", "060", 1480, 500, 3},
	{"w21011", "101", 210, 80, 3},
	{"w01001", "001", 742, 30, 2},
	{"w00000", "B01", 35500, 5000, 3},
	{"w21001", "065", 8600, 900, 3},
	{"w01010", "", 184, 25, 1},
	{"w01012", "003", 90, 30, 1},
	{"a21026", "02", 1850, 600, 2},
	{"a21002", "03", 4200, 900, 2},
	{"a34013", "01", 620, 200, 2},
	{"a19001", "S01", 980, 90, 2},
	{"a01011", "S02", 850, 100, 2},
	{"a01012", "S03", 12600, 700, 2},
	{"a01014", "S05", 730, 60, 2},
	{"a01013", "S08", -35, 20, 3},
}

func factorOf(code string) factor {
	for _, f := range factors {
		if f.code == code || f.old == code && code != "" {
			return f
		}
	}
	return factor{code: code, base: 1000, swing: 200, digits: 2}
}

// name is how an edition calls the factor.
func (f factor) name(e hj212.Edition) string {
	if e == hj212.Edition2005 && f.old != "" {
		return f.old
	}
	return f.code
}

// at is the factor's value at a station at a time, the same whenever it is asked.
func (f factor) at(seed uint64, station int, t time.Time, salt uint64) int64 {
	h := mix(mix(mix(seed, uint64(station)), uint64(t.Unix())), salt)
	for _, c := range []byte(f.code) {
		h = mix(h, uint64(c))
	}
	return f.base + int64(h%uint64(2*f.swing+1)) - f.swing
}

// mix is a step of SplitMix64.
func mix(h, v uint64) uint64 {
	h = (h ^ v) + 0x9E3779B97F4A7C15
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return h ^ h>>31
}

// decimal writes v with so many places.
func decimal(v int64, places int) string {
	var buf [24]byte
	b := buf[:0]
	if v < 0 {
		b, v = append(b, '-'), -v
	}
	ten := int64(1)
	for range places {
		ten *= 10
	}
	b = strconv.AppendInt(b, v/ten, 10)
	if places > 0 {
		b = append(b, '.')
		for v, ten = v%ten, ten/10; ten > 0; v, ten = v%ten, ten/10 {
			b = append(b, byte('0'+v/ten))
		}
	}
	return string(b)
}

// maxItems is how many factors go into one frame, so that no segment is longer than 1024 bytes.
func maxItems(kind hj212.Kind) int {
	if kind == hj212.Realtime {
		return 20
	}
	return 10
}

// frames are one report of the station: one frame, or as many parts as it takes, without numbers.
func (s *station) frames(kind hj212.Kind, at time.Time, stored bool) []hj212.Frame {
	var out []hj212.Frame
	n := maxItems(kind)
	for from := 0; from < len(s.factors); from += n {
		f := hj212.Frame{ST: s.opt.ST, CN: commands[kind], PW: s.pw, MN: s.mn, Flag: hj212.FlagOf(s.opt.Edition).WithAnswer(),
			Resent: stored && s.opt.Edition == hj212.Edition2025}
		f.Items = append(make([]hj212.Item, 0, 5*n+1), hj212.Item{Name: "DataTime", Value: hj212.FormatTime(at)})
		for i, factor := range s.factors[from:min(from+n, len(s.factors))] {
			f.Items = s.measure(f.Items, kind, factor, at, i+1)
		}
		out = append(out, f)
	}
	if len(out) > 1 {
		for i := range out {
			out[i].Flag, out[i].PNUM, out[i].PNO = out[i].Flag|2, len(out), i+1
		}
	}
	return out
}

// measure appends the items of one factor.
func (s *station) measure(items []hj212.Item, kind hj212.Kind, f named, at time.Time, group int) []hj212.Item {
	item := func(name string, v string) { items = append(items, hj212.Item{Name: name, Value: v, Group: group}) }
	v := f.at(s.opt.Seed, s.no, at, 0)
	text := decimal(v, f.digits)
	exceeded := s.exceeds(f, at)
	if exceeded != "" {
		text = exceeded
	}
	if kind == hj212.Realtime {
		item(f.rtd, text)
		item(f.flag, "N")
		return items
	}
	low, high := text, text
	if exceeded == "" {
		low, high = decimal(v-f.swing/10, f.digits), decimal(v+f.swing/10, f.digits)
	}
	item(f.cou, decimal(max(v, 0)*36/10, f.digits))
	item(f.min, low)
	item(f.avg, text)
	item(f.max, high)
	item(f.flag, "N")
	return items
}

func (s *station) exceeds(f named, at time.Time) string {
	for _, e := range s.opt.Exceed {
		if (e.MN == "" || e.MN == s.mn) && (e.Code == f.code || e.Code == f.shown) && !at.Before(e.From) && (e.Until.IsZero() || at.Before(e.Until)) {
			return e.Value
		}
	}
	return ""
}

// named is a factor with the names of its items, made once.
type named struct {
	factor
	shown, rtd, cou, min, avg, max, flag string
}

func newNamed(f factor, e hj212.Edition) named {
	n := f.name(e)
	return named{f, n, n + "-Rtd", n + "-Cou", n + "-Min", n + "-Avg", n + "-Max", n + "-Flag"}
}
