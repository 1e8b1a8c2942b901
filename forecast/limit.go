package forecast

import (
	"fmt"
	"math/big"
	"time"

	"zhixing/quantity"
)

// Fold is how the fields in a window become one value.
type Fold uint8

// The folds.
const (
	Each Fold = iota // every field by itself
	Sum              // what falls in the window
	Mean             // the mean over the window, by the length of the fields
	Fall             // how much lower a field is than the highest before it in the window: a cold wave
)

// Threshold is a limit as warning signals are written: 6 小时降水量 ≥ 50 mm, 24 小时内气温 ≤ 0 ℃.
type Threshold struct {
	Op     string // >= > <= <
	Value  quantity.Decimal
	Unit   quantity.Unit // empty: the product's
	Window time.Duration // of Sum, Mean and Fall
	Fold   Fold
	Within time.Duration // only what begins so soon; 0: all that is forecast
}

// Signal is the threshold of a warning signal over a product: what falls in the window, or the mean over it of what does not gather; most
// says that less is worse. An error says why the product cannot be held against it.
func (d *Definition) Signal(value quantity.Decimal, unit quantity.Unit, window, within time.Duration, most bool) (Threshold, error) {
	t := Threshold{Op: ">=", Value: value, Unit: unit, Window: window, Fold: Mean, Within: within}
	switch {
	case d.Amount:
		t.Fold = Sum
	case window <= d.Step:
		t.Fold, t.Window = Each, 0
	}
	if most {
		t.Op = "<="
	}
	if err := d.fits(t); err != nil {
		return t, err
	}
	_, err := d.limit(t, 1)
	return t, err
}

// fits refuses a threshold to which no field of the product can say anything.
func (d *Definition) fits(t Threshold) error {
	switch {
	case t.Fold != Each && (t.Window < d.Step || t.Window > 10*24*time.Hour):
		return refuse(Invalid, "Exceed", "阈值的时段%s不合用：应不短于产品“%s”的%s，不长于10日。", span(t.Window), d.Title, span(d.Step))
	case t.Fold == Sum && !d.Amount:
		return refuse(Invalid, "Exceed", "“%s”不是累计量，不能按时段累加。", d.Title)
	case t.Fold == Sum && (t.Op == "<" || t.Op == "<="):
		return refuse(Invalid, "Exceed", "累计量只能与下限比较：预报之外的时段没有值，累计不到不能说明少于。")
	}
	return nil
}

// Limit is a threshold in the whole numbers of a product.
type Limit struct {
	op string
	at int64
}

// limit turns a threshold into whole numbers, exactly: v/10^places ≥ x is v ≥ ceil(x·10^places). times is by how much values are
// multiplied before they are compared, for means.
func (d *Definition) limit(t Threshold, times int64) (*Limit, error) {
	unit := t.Unit
	if unit == "" {
		unit = d.Unit
	}
	r, err := quantity.Convert(t.Value, unit, d.Unit)
	if err != nil {
		return nil, refuse(Invalid, "Limit", "阈值的单位%s。", err)
	}
	for range d.Places {
		r.Mul(r, big.NewRat(10, 1))
	}
	r.Mul(r, big.NewRat(times, 1))
	at := quantity.Ceil(r)
	if !at.IsInt64() || at.BitLen() > 60 {
		return nil, refuse(Invalid, "Limit", "阈值%s太大。", t.Value)
	}
	l := &Limit{t.Op, at.Int64()}
	switch t.Op {
	case ">=", "<":
	case ">", "<=":
		// v > x is v ≥ x+1 where x is whole, and v ≥ ceil(x) where it is not; v <= x is the contrary.
		if r.IsInt() {
			l.at++
		}
	default:
		return nil, refuse(Invalid, "Limit", "比较写作 >=、>、<=、<，不是“%s”。", t.Op)
	}
	return l, nil
}

// reached reports whether a value is beyond the limit.
func (l *Limit) reached(v int64) bool {
	if l.op == ">=" || l.op == ">" {
		return v >= l.at
	}
	return v < l.at
}

// above reports whether more of it is worse.
func (l *Limit) above() bool { return l.op == ">=" || l.op == ">" }

// String is a threshold in words: 6小时累计≥50mm.
func (t Threshold) String() string {
	window := map[Fold]string{Sum: "累计", Mean: "平均", Fall: "内下降"}[t.Fold]
	if window != "" {
		window = span(t.Window) + window
	}
	op := map[string]string{">=": "≥", "<=": "≤"}[t.Op]
	if op == "" {
		op = t.Op
	}
	return fmt.Sprintf("%s%s%s%s", window, op, t.Value, t.Unit)
}

// span is a length of time in words: 6小时, 90分钟, 2日 is 48小时 as signals say it.
func span(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%d小时", d/time.Hour)
	}
	return fmt.Sprintf("%d分钟", d/time.Minute)
}
