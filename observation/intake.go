package observation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"zhixing/calendar"
	"zhixing/quantity"
)

// MaxIntake bounds one message of the JSON intake, in bytes, and in readings.
const (
	MaxIntake         = 4 << 20
	MaxIntakeReadings = 20_000
)

// incoming is a reading as programs send it. Unknown names are refused, so that a misspelt one is not a value lost.
type incoming struct {
	Series SeriesName      `json:"series"`
	Of     string          `json:"of"`
	At     string          `json:"at"`
	Value  json.RawMessage `json:"value"`
	Flag   string          `json:"flag"`
	Unit   string          `json:"unit"`
}

// DecodeJSON reads what programs send: one reading, a list of them, or {"readings": […]}.
//
//	{"readings": [{"series": "outlet-cod", "of": "P1", "at": "2023-09-20T09:00:00+08:00", "value": 61.0}]}
//
// value is a number or text (with its digits kept; "0.0003L" below the detection limit), null for missing at source. flag is
// that of HJ 212, without it N. unit, where it is written, is converted to the series' unit. A time without a zone is that of
// China. Each reading that cannot be read is refused by its index; the error is for a message that is none at all.
func (o *Observations) DecodeJSON(body []byte, source Source) (list []Reading, index []int, refused []Refusal, err error) {
	if len(body) > MaxIntake {
		return nil, nil, nil, refuse(TooLarge, "DecodeJSON", "一次最多 %d 字节。", MaxIntake)
	}
	parts, err := intakeParts(body)
	if err != nil {
		return nil, nil, nil, err
	}
	for i, part := range parts {
		r, err := o.decodeReading(part)
		if err != nil {
			refused = append(refused, Refusal{i, err.Error()})
			continue
		}
		r.Source = source
		list, index = append(list, r), append(index, i)
	}
	return list, index, refused, nil
}

func intakeParts(body []byte) (parts []json.RawMessage, err error) {
	bad := func(why string) error { return refuse(Bad, "DecodeJSON", "不是所要的 JSON：%s。", why) }
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] == '[' {
		err = json.Unmarshal(body, &parts)
	} else {
		var message struct {
			Readings *[]json.RawMessage `json:"readings"`
		}
		if err = json.Unmarshal(body, &message); err == nil {
			if message.Readings == nil {
				parts = []json.RawMessage{body}
			} else {
				parts = *message.Readings
			}
		}
	}
	switch {
	case err != nil:
		return nil, bad(err.Error())
	case len(parts) == 0:
		return nil, bad("没有读数")
	case len(parts) > MaxIntakeReadings:
		return nil, refuse(TooLarge, "DecodeJSON", "一次最多 %d 个读数。", MaxIntakeReadings)
	}
	return parts, nil
}

func (o *Observations) decodeReading(part json.RawMessage) (r Reading, err error) {
	dec := json.NewDecoder(bytes.NewReader(part))
	dec.DisallowUnknownFields()
	var in incoming
	if err := dec.Decode(&in); err != nil {
		return r, fmt.Errorf("读不懂：%w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return r, fmt.Errorf("读数后面还有别的内容")
	}
	d := o.byName[in.Series]
	switch {
	case in.Series == "":
		return r, fmt.Errorf("没有写 series")
	case d == nil:
		return r, fmt.Errorf("没有名为“%s”的监测项目", in.Series)
	case in.Of == "" || len(in.Of) > maxKey || !storable(in.Of):
		return r, fmt.Errorf("of 应写台账条目的编号")
	}
	r.Name, r.Key = in.Series, in.Of
	if r.At, err = intakeTime(in.At); err != nil {
		return r, err
	}
	if r.Flag, err = ParseFlag(in.Flag); err != nil {
		return r, err
	}
	if len(in.Value) == 0 {
		return r, fmt.Errorf("没有写 value；缺测写 null")
	}
	if string(in.Value) == "null" {
		r.Empty = true
		return r, nil
	}
	if r.Sample, err = intakeValue(in.Value); err != nil {
		return r, err
	}
	if in.Unit != "" {
		from, err := quantity.ParseUnit(in.Unit)
		if err != nil {
			return r, err
		}
		if r.Decimal, err = Convert(r.Decimal, from, d.Unit); err != nil {
			return r, err
		}
	}
	return r, nil
}

// intakeValue reads a number, or a text as laboratories write it.
func intakeValue(raw json.RawMessage) (quantity.Sample, error) {
	if raw[0] == '"' {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return quantity.Sample{}, err
		}
		return quantity.ParseSample(text)
	}
	var d quantity.Decimal
	err := d.UnmarshalJSON(raw)
	return quantity.Sample{Decimal: d}, err
}

func intakeTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t.UTC(), nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, calendar.Zone); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("时间“%s”应写作 2023-09-20T09:00:00+08:00", s)
}
