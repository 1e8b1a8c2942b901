package standard

import (
	"strings"
)

// Class is a class of water quality; a greater one is worse. 0 means not classed.
type Class uint8

// The classes. Surface water has Ⅰ to Ⅴ and worse than Ⅴ; groundwater has Ⅰ to Ⅴ, and of radioactivity over Ⅲ it can only be said
// that it is worse than Ⅲ, for Ⅳ and Ⅴ are printed alike.
const (
	I Class = iota + 1
	II
	III
	IV
	WorseThanIII
	V
	WorseThanV
)

var classWords = [...]string{"", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "劣于Ⅲ", "Ⅴ", "劣Ⅴ"}

func (c Class) String() string { return classWords[min(int(c), len(classWords)-1)] }

// MarshalText writes Ⅲ; not classed is empty.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// level is the class as grade words count it: 1 to 5, 6 for worse than Ⅴ.
func (c Class) level() int64 {
	return int64([...]int{0, 1, 2, 3, 4, 4, 5, 6}[min(int(c), 7)])
}

// limits are the classes that have a limit in a table, in its order.
var limits = [...]Class{I, II, III, IV, V}

// ParseClass reads Ⅲ, III, 3, Ⅲ类, 三类, 劣Ⅴ, 劣V类 and >V.
func ParseClass(s string) (Class, bool) {
	t := strings.ToUpper(strings.TrimSpace(s))
	t = strings.NewReplacer("类", "", "水质", "", " ", "", "_", "", "-", "").Replace(t)
	if c, ok := classNames[t]; ok {
		return c, true
	}
	return 0, false
}

var classNames = map[string]Class{
	"Ⅰ": I, "I": I, "1": I, "一": I, "Ⅱ": II, "II": II, "2": II, "二": II, "Ⅲ": III, "III": III, "3": III, "三": III,
	"Ⅳ": IV, "IV": IV, "4": IV, "四": IV, "Ⅴ": V, "V": V, "5": V, "五": V,
	"劣Ⅴ": WorseThanV, "劣V": WorseThanV, "劣于Ⅴ": WorseThanV, "劣于V": WorseThanV, "劣五": WorseThanV, "劣5": WorseThanV, ">V": WorseThanV, ">Ⅴ": WorseThanV,
	"6": WorseThanV, "WORSETHANV": WorseThanV, "WORSEV": WorseThanV, "WORSE": WorseThanV, "劣": WorseThanV, "INFERIORV": WorseThanV,
	"劣于Ⅲ": WorseThanIII, "劣于III": WorseThanIII,
}
