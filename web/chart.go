package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
)

// A chart is drawn on the server, as SVG: it is there without a script, prints, and has its limits written on it in words. What it
// draws is drawn in binary floats; whether a limit is kept is never decided here.

// chart is values over time and the limits that they are held against.
type chart struct {
	Title    string // what screen readers are told, and the caption
	Unit     string
	From, To time.Time
	Dots     []chartDot
	Limits   []chartLimit
	Levels   []string      // names of the heights 1, 2 …, where values are classes
	Joined   time.Duration // points further apart than this are not joined: nothing came in between; 0: all are
}

// chartDot is a value, or the mean of a stretch with its least and greatest.
type chartDot struct {
	At        time.Time
	V         float64
	Low, High float64 // both 0: a single value
	Hollow    bool    // it does not count
	Says      string
}

// chartLimit is a limit, from one instant to another.
type chartLimit struct {
	V        float64
	Words    string // 不超过 50 mg/L
	Faint    bool   // it is not of single values, or does not always hold
	From, To time.Time
}

// chartView is a chart in the coordinates of its picture.
type chartView struct {
	Title, Caption       string
	Width, Height        int
	Left, Right          int
	Top, Bottom          int
	Rows, Columns        []chartTick
	Lines, Bands         []string // points of polylines and polygons
	Dots                 []chartMark
	Limits               []chartLine
	Empty                bool
	Unit                 string
	Banded, Hollow, Solo bool
}

type chartTick struct {
	At   string
	Text string
}

type chartMark struct {
	X, Y   string
	Hollow bool
	Says   string
}

type chartLine struct {
	X1, X2, Y, TextY string
	Words            string
	Faint            bool
}

const (
	chartWidth, chartHeight                         = 960, 320
	chartLeft, chartRight, chartTop, chartBottomGap = 64, 16, 20, 34
)

// draw lays the chart out.
func (c *chart) draw() *chartView {
	v := &chartView{Title: c.Title, Width: chartWidth, Height: chartHeight, Left: chartLeft, Right: chartWidth - chartRight, Top: chartTop,
		Bottom: chartHeight - chartBottomGap, Unit: c.Unit, Empty: len(c.Dots) == 0}
	low, high := c.bounds()
	rows := c.rows(&low, &high)
	x := func(t time.Time) float64 {
		span := c.To.Sub(c.From).Seconds()
		return chartLeft + (chartWidth-chartLeft-chartRight)*math.Max(0, math.Min(1, t.Sub(c.From).Seconds()/math.Max(span, 1)))
	}
	y := func(value float64) float64 {
		return chartHeight - chartBottomGap - (chartHeight-chartTop-chartBottomGap)*(value-low)/(high-low)
	}
	for _, r := range rows {
		v.Rows = append(v.Rows, chartTick{px(y(r.v)), r.text})
	}
	for _, t := range timeTicks(c.From, c.To) {
		v.Columns = append(v.Columns, chartTick{px(x(t.at)), t.text})
	}
	c.drawDots(v, x, y)
	above := -100.0 // where the text of the limit before stands
	for _, l := range oncePerHeight(c.Limits) {
		from, to := c.From, c.To
		if l.From.After(from) {
			from = l.From
		}
		if !l.To.IsZero() && l.To.Before(to) {
			to = l.To
		}
		if !from.Before(to) {
			continue
		}
		at := y(l.V)
		text := at - 5
		if text < chartTop+8 {
			text = at + 14
		}
		if math.Abs(text-above) < 13 {
			text = at + 14
		}
		above = text
		v.Limits = append(v.Limits, chartLine{px(x(from)), px(x(to)), px(at), px(text), l.Words, l.Faint})
	}
	return v
}

// oncePerHeight makes one line of limits that lie on one another: it says all of them.
func oncePerHeight(limits []chartLimit) (out []chartLimit) {
next:
	for _, l := range limits {
		for i := range out {
			o := &out[i]
			if o.V == l.V && o.From.Equal(l.From) && o.To.Equal(l.To) {
				o.Faint = o.Faint && l.Faint
				o.Words += "；" + l.Words
				continue next
			}
		}
		out = append(out, l)
	}
	return out
}

func (c *chart) drawDots(v *chartView, x func(time.Time) float64, y func(float64) float64) {
	var line, upper, lower []string
	var last time.Time
	flush := func() {
		if len(line) > 1 {
			v.Lines = append(v.Lines, strings.Join(line, " "))
		}
		if len(upper) > 1 {
			for i := len(lower) - 1; i >= 0; i-- {
				upper = append(upper, lower[i])
			}
			v.Bands = append(v.Bands, strings.Join(upper, " "))
			v.Banded = true
		}
		line, upper, lower = nil, nil, nil
	}
	few := len(c.Dots) <= 120
	for i, d := range c.Dots {
		at := px(x(d.At)) + "," + px(y(d.V))
		if d.Hollow {
			v.Hollow = true
			v.Dots = append(v.Dots, chartMark{px(x(d.At)), px(y(d.V)), true, d.Says})
			continue
		}
		if c.Joined > 0 && !last.IsZero() && d.At.Sub(last) > c.Joined {
			flush()
		}
		alone := len(line) == 0 && (i+1 == len(c.Dots) || c.Joined > 0 && c.Dots[i+1].At.Sub(d.At) > c.Joined)
		last = d.At
		line = append(line, at)
		if d.Low != 0 || d.High != 0 {
			upper = append(upper, px(x(d.At))+","+px(y(d.High)))
			lower = append(lower, px(x(d.At))+","+px(y(d.Low)))
		}
		if few || alone {
			v.Dots = append(v.Dots, chartMark{px(x(d.At)), px(y(d.V)), false, d.Says})
		}
	}
	flush()
}

// bounds are the least and greatest heights to be drawn.
func (c *chart) bounds() (low, high float64) {
	if len(c.Levels) > 0 {
		return .5, float64(len(c.Levels)) + .5
	}
	low, high = math.Inf(1), math.Inf(-1)
	see := func(f float64) { low, high = math.Min(low, f), math.Max(high, f) }
	for _, d := range c.Dots {
		see(d.V)
		if d.Low != 0 || d.High != 0 {
			see(d.Low)
			see(d.High)
		}
	}
	for _, l := range c.Limits {
		see(l.V)
	}
	if math.IsInf(low, 0) {
		return 0, 1
	}
	if low > 0 && low < high*.75 { // quantities begin at nothing, where that does not flatten the curve
		low = 0
	}
	if high == low {
		high = low + math.Max(1, math.Abs(low)*.1)
	}
	return low, high + (high-low)*.08
}

type row struct {
	v    float64
	text string
}

// rows are the lines across, at round numbers; the bounds are moved to them.
func (c *chart) rows(low, high *float64) (out []row) {
	if len(c.Levels) > 0 {
		for i, name := range c.Levels {
			out = append(out, row{float64(i + 1), name})
		}
		return out
	}
	step := math.Pow(10, math.Floor(math.Log10((*high-*low)/4)))
	for _, times := range []float64{1, 2, 5, 10} {
		if (*high-*low)/(step*times) <= 5 {
			step *= times
			break
		}
	}
	*low = math.Floor(*low/step) * step
	places := max(0, int(math.Ceil(-math.Log10(step)-1e-9)))
	for i := 0; i < 12; i++ {
		at := *low + float64(i)*step
		if at > *high {
			break
		}
		out = append(out, row{at, strconv.FormatFloat(at, 'f', places, 64)})
	}
	return out
}

type timeTick struct {
	at   time.Time
	text string
}

// timeTicks are instants that people name, at most thirteen.
func timeTicks(from, to time.Time) (out []timeTick) {
	from, to = from.In(calendar.Zone), to.In(calendar.Zone)
	span := to.Sub(from)
	at := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, calendar.Zone)
	next := func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
	text := func(t time.Time) string { return fmt.Sprintf("%d-%d", t.Month(), t.Day()) }
	switch {
	case span <= 49*time.Hour:
		next = func(t time.Time) time.Time { return t.Add(time.Duration(1+int(span.Hours())/13) * time.Hour) }
		text = func(t time.Time) string { return fmt.Sprintf("%d时", t.Hour()) }
	case span <= 93*24*time.Hour:
		step := 1 + int(span.Hours()/24)/12
		next = func(t time.Time) time.Time { return t.AddDate(0, 0, step) }
	case span <= 400*24*time.Hour:
		at = time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, calendar.Zone)
		next = func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
		text = func(t time.Time) string { return fmt.Sprintf("%d月", t.Month()) }
	default:
		months := 1 + int(span.Hours()/24/30)/12
		at = time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, calendar.Zone)
		next = func(t time.Time) time.Time { return t.AddDate(0, months, 0) }
		text = func(t time.Time) string { return t.Format("2006-01") }
	}
	for ; at.Before(to); at = next(at) {
		if !at.Before(from) {
			out = append(out, timeTick{at, text(at)})
		}
	}
	return out
}

func px(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
