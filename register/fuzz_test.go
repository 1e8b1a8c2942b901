package register

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzTable reads anything as a table in each format: rows or a sentence, never a panic.
func FuzzTable(f *testing.F) {
	f.Add([]byte("编号,名称,经度,纬度\nP1,甲,111.5,35.4\n"))
	f.Add([]byte("\xb1\xe0\xba\xc5,\xc3\xfb\xb3\xc6\nP1,\xbc\xd7\n"))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"编号":"P1","名称":1.50,"x":null},"geometry":{"type":"Point","coordinates":[1,2]}}]}`))
	f.Add([]byte("编号;名称\n\"P1;甲\n"))
	s := &Schema{Name: "outlets", Title: "台账", Key: []string{"编号"}, Fields: []Field{{Name: "编号", Type: Text}, {Name: "名称", Type: Text}, {Name: "位置", Type: Point}}}
	r := &Registers{Schemas: []*Schema{s}}
	f.Fuzz(func(t *testing.T, b []byte) {
		if FormatOf(b) == XLSX {
			return // package sheet has its own
		}
		rows, _, err := tableRows(s, FormatOf(b), bytes.NewReader(b))
		if err != nil {
			if KindOf(err) == 0 {
				t.Errorf("%v", err)
			}
			return
		}
		n := 0
		for x, err := range rows {
			if err != nil {
				if KindOf(err) == 0 {
					t.Errorf("%v", err)
				}
				return
			}
			r.fill(s, nil, x.fields, nil)
			if n++; n > 1000 {
				return
			}
		}
	})
}

// FuzzDump reads anything as a dump.
func FuzzDump(f *testing.F) {
	f.Add([]byte("zhixing register dump 1\nregister outlets\n= 0 1 1 add 2023-09-20 2023-09-20T08:00:00.000000Z\n+ 名称 rT5nq0w3m2rT5nq0w3m2AB \"甲\"\n- 联系人 " +
		strings.Repeat("3b", 32) + "\n. 1 sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n"))
	f.Add([]byte("zhixing register dump 1\nregister zones\n@ shape 00 {\"type\":\"Point\",\"coordinates\":[1,2]}\n@ file 00 AAAA\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := newDumpReader(bytes.NewReader(b))
		for err == nil {
			var it dumpItem
			it, err = d.item()
			if it.rec != nil && err == nil { // a record that is read writes itself as it was
				again := it.rec.leafText("outlets")
				if len(leafParts(string(again))) != len(it.rec.seal.parts) {
					t.Errorf("%d parts in the leaf, %d read", len(leafParts(string(again))), len(it.rec.seal.parts))
				}
			}
			if it.end {
				return
			}
		}
		if KindOf(err) == 0 {
			t.Errorf("%v", err)
		}
	})
}

func FuzzPlaces(f *testing.F) {
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"东镇","kind":"town"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, _ := ParsePlaces(b)
		p := &Places{list}
		p.Find(XY{5, 5})
	})
}
