package netcdf_test

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhixing/forecast/grid"
	"zhixing/forecast/netcdf"
)

// files are those of testdata, in the forms that each has, with what turns the numbers that ncdump prints into values.
var files = []struct {
	name, forms      string
	scale, offset    float64
	turned           bool // latitude runs south
	unless           float64
	element, unit    string
	run, start, step string
	level            string
}{
	{"rain", "125", 1, 0, false, math.NaN(), "tp", "kg m-2", "2023-07-20T08:00+08:00", "2023-07-20T08:00+08:00", "1h", ""},
	{"packed", "125", 0.01, 280, true, -6000, "t2m", "K", "", "2023-07-21T08:00+08:00", "24h", ""},
	{"wide", "5", 0.1, 0, false, math.NaN(), "gust", "m s-1", "", "2023-07-20T09:00+08:00", "1h", ""},
	{"short", "125", 1, 0, false, math.NaN(), "dbz", "dBZ", "", "2023-07-20T13:30+08:00", "0h", "0"},
}

// TestFilesOfNcgen holds every file, written by ncgen, against what ncdump printed of it.
func TestFilesOfNcgen(t *testing.T) {
	for _, f := range files {
		for _, form := range f.forms {
			t.Run(f.name+string(form), func(t *testing.T) {
				fields := read(t, f.name+"."+string(form)+".nc")
				dump, err := os.ReadFile("testdata/" + f.name + ".txt")
				if err != nil {
					t.Fatal(err)
				}
				_, list, _ := strings.Cut(string(dump), "=")
				words := strings.Split(strings.Trim(strings.TrimSpace(list), ";"), ",")
				if len(words) != len(fields)*35 || len(fields) < 2 {
					t.Fatalf("%d fields, ncdump says %d numbers", len(fields), len(words))
				}
				for i, w := range words {
					r, k := fields[i/35], i%35
					if f.turned {
						k = (4-k/7)*7 + k%7
					}
					x, err := strconv.ParseFloat(strings.TrimSpace(w), 64)
					if err != nil || x == f.unless {
						x = math.NaN()
					}
					if got, want := r.Values[k], x*f.scale+f.offset; math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-7 { // ncdump prints nine digits
						t.Errorf("field %d, number %d: got %g, want %g", i/35, i%35, got, want)
					}
				}
				step, _ := time.ParseDuration(f.step)
				for i, r := range fields {
					want := grid.Grid{West: 1114000000, South: 353000000, DX: 500000, DY: 500000, NX: 7, NY: 5}
					if r.Grid != want || r.Element != f.element || r.Unit != f.unit || r.Level != strings.Replace(f.level, "0", strconv.Itoa(i), 1) {
						t.Errorf("field %d: %s %s %s %s", i, r.Element, r.Unit, r.Level, r.Grid)
					}
					start := at(t, f.start).Add(time.Duration(i) * step)
					if f.name == "rain" {
						if !r.Start.Equal(start) || !r.End.Equal(start.Add(step)) || r.Process != "sum" {
							t.Errorf("field %d: from %v to %v, %q", i, r.Start, r.End, r.Process)
						}
					} else if !r.End.Equal(start) || !r.Start.IsZero() {
						t.Errorf("field %d: from %v to %v", i, r.Start, r.End)
					}
					if !r.Run.Equal(at(t, f.run)) {
						t.Errorf("field %d: run %v", i, r.Run)
					}
				}
			})
		}
	}
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	x, err := time.Parse("2006-01-02T15:04Z07:00", s)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func read(t *testing.T, name string) []grid.Raw {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	fields, _, err := netcdf.Read(b, all)
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

func all(string) bool { return true }

func TestHDFIsRefusedByName(t *testing.T) {
	b, err := os.ReadFile("testdata/refused-hdf.nc")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = netcdf.Read(b, all); err == nil || !strings.Contains(err.Error(), "NetCDF-4") || !strings.Contains(err.Error(), "nccopy -k classic") {
		t.Error("refused as", err)
	}
}

// TestCutAnywhere cuts a file at every byte: what is short is refused, but for the padding of the last record.
func TestCutAnywhere(t *testing.T) {
	for _, name := range []string{"rain.1.nc", "packed.5.nc"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for n := range len(b) - 4 {
			if _, _, err := netcdf.Read(b[:n], all); err == nil {
				t.Errorf("%s: %d of %d bytes are taken", name, n, len(b))
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.[125].nc")
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
		fields, _, err := netcdf.Read(b, all)
		if err != nil {
			return
		}
		for _, r := range fields {
			if r.Grid.Check() != nil || len(r.Values) != r.Grid.Cells() {
				t.Fatalf("a field that is none: %+v", r.Grid)
			}
		}
	})
}
