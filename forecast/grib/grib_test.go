package grib_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhixing/forecast/grib"
	"zhixing/forecast/grid"
)

// TestFilesOfOthers holds every file of testdata, written by ecCodes or GDAL, against what grib_get_data printed of it.
func TestFilesOfOthers(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) < 12 {
		t.Fatal("too few files in testdata:", len(names), err)
	}
	for _, txt := range names {
		name := strings.TrimSuffix(filepath.Base(txt), ".txt")
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile("testdata/" + name + ".grb2")
			if err != nil {
				t.Fatal(err)
			}
			fields, _, err := grib.Read(b, all)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(txt)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, fields, string(want))
		})
	}
}

// compare reads lines of latitude, longitude and value, message after message.
func compare(t *testing.T, fields []grid.Raw, want string) {
	t.Helper()
	n, k := 0, 0
	for _, line := range strings.Split(strings.TrimSpace(want), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var lat, lon float64
		var word string
		if _, err := fmt.Sscan(line, &lat, &lon, &word); err != nil {
			t.Fatal(line, err)
		}
		if n >= len(fields) {
			t.Fatalf("%d fields, want more", len(fields))
		}
		f := fields[n]
		col, row, ok := f.Grid.Cell(int32(math.Round(lon*grid.Degree)), int32(math.Round(lat*grid.Degree)))
		if x, y := f.Grid.Node(col, row); !ok || math.Abs(float64(x)-lon*grid.Degree) > 60_000 || math.Abs(float64(y)-lat*grid.Degree) > 60_000 {
			t.Fatalf("%s: no node there in %s", line, f.Grid)
		}
		got, value := f.Values[f.Grid.Index(col, row)], 0.0
		if word == "missing" {
			if !math.IsNaN(got) {
				t.Errorf("%s: got %g, want missing", line, got)
			}
		} else if _, err := fmt.Sscan(word, &value); err != nil || !(math.Abs(got-value) < 1e-4) {
			t.Errorf("%s: got %g", line, got)
		}
		if k++; k == f.Grid.Cells() {
			n, k = n+1, 0
		}
	}
	if n != len(fields) || k != 0 {
		t.Errorf("%d fields, the other reader says %d and %d nodes", len(fields), n, k)
	}
}

func read(t *testing.T, name string) []grid.Raw {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	fields, _, err := grib.Read(b, all)
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

func all(string, string) bool { return true }

// What is not wanted may be packed as it likes; what is wanted may not.
func TestAmongOthers(t *testing.T) {
	var b []byte
	for _, name := range []string{"refused-jpeg", "temperature", "refused-png", "hours"} {
		part, err := os.ReadFile("testdata/" + name + ".grb2")
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, part...)
	}
	fields, others, err := grib.Read(b, func(element, level string) bool { return element == "0/0/0" && level == "103/2" })
	if err != nil || len(fields) != 1 || len(others) != 1 || others[0] != "0/1/8@1" {
		t.Error(len(fields), others, err)
	}
	if _, _, err = grib.Read(b, func(element, _ string) bool { return element == "0/1/8" }); err == nil || !strings.Contains(err.Error(), "第1条 GRIB 报文：第7节：要素0/1/8，第5节：数据用JPEG 2000压缩") {
		t.Error(err)
	}
}

func TestWhatAFieldIs(t *testing.T) {
	run := time.Date(2023, 7, 20, 0, 0, 0, 0, time.UTC)
	for i, f := range read(t, "hours.grb2") {
		start := run.Add(time.Duration(i) * time.Hour)
		if f.Element != "0/1/8" || f.Unit != "kg m-2" || f.Process != "sum" || f.Level != "1" || !f.Run.Equal(run) || !f.Start.Equal(start) || !f.End.Equal(start.Add(time.Hour)) {
			t.Errorf("hour %d: %+v", i, f)
		}
	}
	f := read(t, "temperature.grb2")[0]
	at := run.Add(90 * time.Minute)
	if f.Element != "0/0/0" || f.Unit != "K" || f.Level != "103/2" || !f.Start.Equal(at) || !f.End.Equal(at) {
		t.Errorf("temperature: %+v", f)
	}
	want := grid.Grid{West: 1114000000, South: 352500000, DX: 500000, DY: 500000, NX: 16, NY: 12}
	for _, name := range []string{"rain.grb2", "upward.grb2", "rain-complex.grb2"} {
		if f := read(t, name)[0]; f.Grid != want {
			t.Errorf("%s: %+v, want %+v", name, f.Grid, want)
		}
	}
}

func TestRefusedByName(t *testing.T) {
	for name, want := range map[string]string{
		"refused-jpeg": "JPEG 2000", "refused-png": "PNG", "refused-ccsds": "CCSDS", "refused-polar": "极射赤面", "refused-edition1": "GRIB 第1版",
	} {
		b, err := os.ReadFile("testdata/" + name + ".grb2")
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = grib.Read(b, all)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "转换") {
			t.Errorf("%s: %v, want %s and what to do", name, err, want)
		}
	}
}

// TestCutAnywhere cuts files at every byte: a file that came in part is never taken for a whole one, unless whole messages of it came.
func TestCutAnywhere(t *testing.T) {
	for _, name := range []string{"rain.grb2", "second-gap.grb2"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for n := range b {
			if _, _, err := grib.Read(b[:n], all); err == nil {
				t.Errorf("%s: %d of %d bytes are taken", name, n, len(b))
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.grb2")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fields, _, err := grib.Read(b, all)
		if err != nil {
			return
		}
		if !bytes.HasPrefix(b, []byte("GRIB")) {
			t.Fatal("taken, and no GRIB")
		}
		for _, r := range fields {
			if r.Grid.Check() != nil || len(r.Values) != r.Grid.Cells() {
				t.Fatalf("a field that is none: %+v", r.Grid)
			}
		}
	})
}
