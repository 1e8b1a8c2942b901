package forecast

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"zhixing/forecast/grid"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/rule"
)

// written is a product as the county's folder holds it; docs/forecast.md explains each word.
type written struct {
	Name, Title, Source, Element, Unit string
	Places                             int
	Amount                             bool
	Public                             any // opened nothing, and is refused
	Pick                               struct {
		GRIB, Level, NetCDF, CSV, Unit string
		Files                          []string
	} `yaml:"pick"`
	Extrapolate, Gauges, Before         string
	Radius                              int
	Every, Step, Horizon, Latency, Keep string
	Resolution                          string
	Area                                []string
	Low, High                           string
	Legend                              []struct{ From, Colour, Title string }
	line                                int
}

// UnmarshalYAML keeps the line and refuses words that are not known.
func (w *written) UnmarshalYAML(n *yaml.Node) error {
	type plain written
	w.line = n.Line
	text, err := yaml.Marshal(n)
	if err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	line := w.line
	err = dec.Decode((*plain)(w))
	w.line = line
	return err
}

// ReadDefinitions reads a county's forecast.yaml: a list of products under the word products. file is for messages.
func ReadDefinitions(file string, b []byte) ([]Definition, error) {
	var all struct{ Products []written }
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&all); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s：写法不对：%w", file, err)
	}
	out := make([]Definition, len(all.Products))
	for i, w := range all.Products {
		d, err := w.definition(file)
		if err != nil {
			return nil, err
		}
		out[i] = *d
	}
	return out, nil
}

func (w *written) definition(file string) (*Definition, error) {
	d := &Definition{Name: Name(w.Name), Title: w.Title, Source: w.Source, Element: w.Element, Places: w.Places, Amount: w.Amount,
		Pick:        Pick{Files: w.Pick.Files, GRIB: w.Pick.GRIB, Level: w.Pick.Level, NetCDF: w.Pick.NetCDF, CSV: w.Pick.CSV, Unit: w.Pick.Unit},
		Extrapolate: Name(w.Extrapolate), Gauges: w.Gauges, Before: Name(w.Before), Radius: w.Radius, File: file, LineNo: w.line}
	if w.Public != nil {
		return nil, d.wrong("产品“%s”的 public 请删去：网格只给有职务的人看，不对外公布；要告诉公众的，经预警发布台发布预警", d.Name)
	}
	var err error
	if d.Unit, err = quantity.ParseUnit(w.Unit); err != nil {
		return nil, d.wrong("产品“%s”：%v", d.Name, err)
	}
	for _, s := range []struct {
		name, text string
		to         *time.Duration
	}{{"every", w.Every, &d.Every}, {"step", w.Step, &d.Step}, {"horizon", w.Horizon, &d.Horizon}, {"latency", w.Latency, &d.Latency}, {"keep", w.Keep, &d.Keep}} {
		if s.text == "" {
			continue
		}
		var ok bool
		if *s.to, ok = rule.ParseWindow(s.text); !ok {
			return nil, d.wrong("产品“%s”的 %s 写作 10分钟、1小时、30日，不是“%s”", d.Name, s.name, s.text)
		}
	}
	if w.Resolution != "" {
		if d.Resolution, err = angle(w.Resolution); err != nil || d.Resolution <= 0 {
			return nil, d.wrong("产品“%s”的 resolution 应是度数，如 0.05，不是“%s”", d.Name, w.Resolution)
		}
	}
	if len(w.Area) > 0 {
		var at [4]int32
		for i := range at {
			if len(w.Area) != 4 {
				return nil, d.wrong("产品“%s”的 area 应是西、南、东、北四个度数", d.Name)
			}
			if at[i], err = angle(w.Area[i]); err != nil {
				return nil, d.wrong("产品“%s”的 area：%v", d.Name, err)
			}
		}
		d.Area = register.Box{MinX: at[0], MinY: at[1], MaxX: at[2], MaxY: at[3]}
	}
	for _, s := range []struct {
		name, text string
		to         **quantity.Decimal
	}{{"low", w.Low, &d.Low}, {"high", w.High, &d.High}} {
		if s.text == "" {
			continue
		}
		v, err := quantity.Parse(s.text)
		if err != nil {
			return nil, d.wrong("产品“%s”的 %s：%v", d.Name, s.name, err)
		}
		*s.to = &v
	}
	for _, c := range w.Legend {
		from, err := quantity.Parse(c.From)
		if err != nil {
			return nil, d.wrong("产品“%s”的图例：%v", d.Name, err)
		}
		d.Legend = append(d.Legend, Class{from, c.Colour, c.Title})
	}
	return d, nil
}

// angle is decimal degrees in 1e-7 degree.
func angle(s string) (int32, error) {
	d, err := quantity.Parse(s)
	if err != nil {
		return 0, err
	}
	r, err := quantity.Round(d.Rat(), 7)
	if err != nil || r.Coef() > 180*grid.Degree || r.Coef() < -180*grid.Degree {
		return 0, fmt.Errorf("“%s”不是经纬度", s)
	}
	return int32(r.Coef()), nil
}

var (
	nameForm   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	gribForm   = regexp.MustCompile(`^\d{1,3}/\d{1,3}/\d{1,3}$`)
	colourForm = regexp.MustCompile(`^#[0-9a-f]{6}$`)
)

// made reports whether the program makes the product itself.
func (d *Definition) made() bool { return d.Extrapolate != "" || d.Gauges != "" }

const defaultKeep = 30 * 24 * time.Hour

func (d *Definition) check() error {
	if d.Keep == 0 {
		d.Keep = defaultKeep
	}
	if d.Every == 0 {
		d.Every = d.Step
	}
	if d.Pick.CSV == "" {
		d.Pick.CSV = string(d.Name)
	}
	a := d.Area
	switch {
	case !nameForm.MatchString(string(d.Name)):
		return d.wrong("产品的 name “%s”应以小写字母开头，只含小写字母、数字和连字符", d.Name)
	case strings.TrimSpace(d.Title) == "" || strings.TrimSpace(d.Source) == "" || strings.TrimSpace(d.Element) == "":
		return d.wrong("产品“%s”应写明 title、source（谁制作）和 element（什么要素）", d.Name)
	case d.Places < 0 || d.Places > grid.MaxScale:
		return d.wrong("产品“%s”的 places 应为0至%d", d.Name, grid.MaxScale)
	case d.Step < time.Minute || d.Step > 24*time.Hour:
		return d.wrong("产品“%s”应写明 step（1分钟至24小时）", d.Name)
	case d.Horizon != 0 && d.Horizon < d.Step:
		return d.wrong("产品“%s”的 horizon 不应短于 step", d.Name)
	case d.Extrapolate != "" && d.Horizon == 0:
		return d.wrong("产品“%s”是外推，应写明 horizon", d.Name)
	case d.Gauges != "" && (d.Horizon != 0 || d.Radius < 1000 || d.Resolution == 0 || a == register.Box{}):
		return d.wrong("产品“%s”由站点插成，应写明 radius（米，1000以上）、resolution 和 area，不写 horizon", d.Name)
	case d.Extrapolate != "" && d.Gauges != "":
		return d.wrong("产品“%s”的 extrapolate 和 gauges 只写一个", d.Name)
	case d.Pick.GRIB != "" && !gribForm.MatchString(d.Pick.GRIB):
		return d.wrong("产品“%s”的 grib 写作 学科/类别/编号，如 0/1/8，不是“%s”", d.Name, d.Pick.GRIB)
	case d.made() && (d.Pick.GRIB != "" || d.Pick.NetCDF != "" || len(d.Pick.Files) > 0):
		return d.wrong("产品“%s”由本系统制作，不写 pick", d.Name)
	case a != register.Box{} && (a.MinX >= a.MaxX || a.MinY >= a.MaxY || a.MinY < -90*grid.Degree || a.MaxY > 90*grid.Degree):
		return d.wrong("产品“%s”的 area 应依次是西、南、东、北", d.Name)
	case d.Low != nil && d.High != nil && d.Low.Cmp(*d.High) >= 0:
		return d.wrong("产品“%s”的 low 应小于 high", d.Name)
	}
	for _, f := range d.Pick.Files {
		if _, err := path.Match(f, ""); err != nil {
			return d.wrong("产品“%s”的文件名“%s”写法不对，可用 * 和 ?", d.Name, f)
		}
	}
	for i, c := range d.Legend {
		if !colourForm.MatchString(c.Colour) || c.Title == "" {
			return d.wrong("产品“%s”图例第%d行：colour 写作 #a6f28f，title 不能空", d.Name, i+1)
		}
		if i > 0 && c.From.Cmp(d.Legend[i-1].From) <= 0 {
			return d.wrong("产品“%s”图例第%d行：from 应逐行增大", d.Name, i+1)
		}
	}
	return nil
}
