// Package device takes in what monitoring devices send: it knows which device stands at which entry of which register, speaks
// HJ 212 with those that connect (device/hj212 reads the frames), listens to an MQTT broker, and gives the readings to package
// observation.
//
//	devices := device.NewRegistry(county, d)
//	id, err := devices.Add(ctx, tx, "示例甲", device.Device{MN: "010000A8900016F000169DC0", Password: "123456", Register: "outlets", Entry: "P1"})
//	server := &device.Server{DB: d, Devices: devices, Observations: current, Inbox: folder, Writer: writer}
//	err = server.Serve(ctx, listener)
//
// What is promised to a device: a frame is acknowledged when all of it is on disk, and not before. Values of factors that no
// definition has are kept and listed, so are readings that cannot be taken. A frame that comes again is answered again and
// changes nothing. Frames of unknown devices, and of known ones with a wrong password, are counted and shown and not taken.
//
// After a device has connected the server looks for hours of which nothing came, and asks the device for them.
package device

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"zhixing/device/hj212"
	"zhixing/observation"
	"zhixing/quantity"
)

// ID numbers a device in its county.
type ID int64

// Device is a device as it is registered.
type Device struct {
	ID        ID
	MN        hj212.MN
	Name      string
	Password  string // empty: none is asked for
	CRC       CRC
	Key       string   // SM4 in hexadecimal, HJ 212-2025; empty: none
	Register  string   // where it stands
	Entry     string   // key of the entry
	Factors   []Factor // what it names or measures otherwise than the definitions say
	KeepClock bool     // set its clock when it is wrong
	Since     time.Time
	Ended     time.Time // zero: in use
}

// Factor is how a device departs from the definitions: the standard prints default units, devices send others.
type Factor struct {
	Code    string                 // as the device sends it
	Unit    quantity.Unit          `json:",omitempty"` // that the device measures in; empty: the definition's
	As      string                 `json:",omitempty"` // the code that the definitions have; empty: the same
	Series  observation.SeriesName `json:",omitempty"` // or the definition itself, for one kind of data
	Ignored bool                   `json:",omitempty"` // nobody wants it: not listed as unknown
}

// CRC is how a device makes the check of its frames.
type CRC string

// The ways.
const (
	Strict        CRC = ""
	ModbusSwapped CRC = "modbus-swapped"
	ARC           CRC = "arc"
	Constant      CRC = "constant"
	None          CRC = "none"
)

var crcs = map[CRC]hj212.CRC{Strict: hj212.CRCStandard, ModbusSwapped: hj212.CRCModbusSwapped, ARC: hj212.CRCARC, Constant: hj212.CRCConstant, None: hj212.CRCNone}

// profile is what the parser has to know of it.
func (d *Device) profile() hj212.Profile {
	key, _ := hex.DecodeString(d.Key)
	return hj212.Profile{CRC: crcs[d.CRC], Key: key}
}

// Status is how a device is.
type Status struct {
	Device
	Seen       time.Time // last frame; zero: never
	Connected  time.Time // since; zero: is not
	Address    string
	Edition    hj212.Edition
	Offset     time.Duration // its clock against ours
	Frames     int64
	Readings   int64
	Resent     int64 // frames that said they were stored data
	Rejected   int64 // stretches that were no frame
	Incomplete int64 // split reports of which a part never came
}

// check says what is wrong with a registration.
func (d *Device) check(o *observation.Observations) error {
	mn := string(d.MN)
	switch {
	case len(mn) < 3 || len(mn) > 24 || strings.ContainsFunc(mn, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(";,=&#", r) }):
		return refuse(Bad, "check", "设备编号（MN）应为 3 至 24 个字母、数字。")
	case len(d.Password) > 24 || strings.ContainsAny(d.Password, ";,=&# \r\n") || !utf8.ValidString(d.Password):
		return refuse(Bad, "check", "设备密码应为 6 个字符，不含标点。")
	case len(d.Name) > 200 || !utf8.ValidString(d.Name):
		return refuse(Bad, "check", "设备名称过长。")
	case d.Entry == "":
		return refuse(Bad, "check", "请写明设备安装在台账的哪个条目。")
	case len(o.DefinitionsOf(d.Register)) == 0:
		return refuse(Bad, "check", "台账“%s”上没有监测项目，设备的数无处可放。", d.Register)
	}
	if _, ok := crcs[d.CRC]; !ok {
		return refuse(Bad, "check", "校验方式“%s”不认识：可写 modbus-swapped、arc、constant、none，不写为标准校验。", d.CRC)
	}
	if key, err := hex.DecodeString(d.Key); err != nil || len(key) != 0 && len(key) != 16 {
		return refuse(Bad, "check", "密钥应为 32 个十六进制字符。")
	}
	for i, f := range d.Factors {
		if f.Code == "" || len(f.Code) > 40 {
			return refuse(Bad, "check", "第 %d 个因子没有写编码。", i+1)
		}
		if f.Unit != "" {
			if _, err := quantity.ParseUnit(string(f.Unit)); err != nil {
				return refuse(Bad, "check", "因子 %s：%s", f.Code, err)
			}
		}
		if f.Series != "" {
			def := o.Definition(f.Series)
			if def == nil || def.Register != d.Register {
				return refuse(Bad, "check", "因子 %s：台账“%s”上没有监测项目“%s”。", f.Code, d.Register, f.Series)
			}
			if f.Unit != "" && !f.Unit.Same(def.Unit) {
				return refuse(Bad, "check", "因子 %s：“%s”不能换算成“%s”。", f.Code, f.Unit, def.Unit)
			}
		}
	}
	return nil
}

// source is where a frame's readings say they come from.
func (d *Device) source(qn hj212.QN) observation.Source {
	return observation.Source(fmt.Sprintf("hj212/%d/%.20s", d.ID, qn))
}
