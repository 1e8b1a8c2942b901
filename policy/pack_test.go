package policy

import (
	"bytes"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"zhixing/calendar"
	"zhixing/rule"

	"zhixing/policy/policytest"
)

var update = flag.Bool("update", false, "write what is said of broken policies into their cases")

func TestOtherCounty(t *testing.T) {
	c, problems, warnings := Lint(policytest.County(t))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s := c.Policies
	if len(s.Policies) != 4 || len(s.Registers) != 12 || len(s.Services) != 3 || len(s.Places.List) != 4 || len(s.Examples) < 12 {
		t.Errorf("%d policies, %d registers, %d services, %d places, %d examples", len(s.Policies), len(s.Registers), len(s.Services), len(s.Places.List), len(s.Examples))
	}
	want := rule.Basis{Document: "乙政办发〔2031〕7号", Clause: "二/(一)/1"}
	for _, r := range s.Registers {
		if r.Name == "school-buses" && (r.Basis != want || r.Custodian != "县教体局" || len(r.Moves) != 3 || r.Moves[1].When == nil || r.Obligations[0].Record.Register != "bus-checks") {
			t.Errorf("school-buses is %+v", r)
		}
		if r.Name == "summer-plans" && len(r.Complete.Units) != 3 {
			t.Errorf("summer-plans wants an entry of %v", r.Complete.Units)
		}
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0].Message, "浊度限值") {
		t.Errorf("warnings: %v", warnings)
	}
}

// What is right and yet hardly meant.
func TestHints(t *testing.T) {
	edit := func(file, from, to string) fstest.MapFS {
		fsys := policytest.County(t)
		data := bytes.ReplaceAll(fsys[file].Data, []byte(from), []byte(to))
		if bytes.Equal(data, fsys[file].Data) {
			t.Fatalf("nothing to edit in %s", file)
		}
		fsys[file] = &fstest.MapFile{Data: data}
		return fsys
	}
	const lifts = "policies/lifts-2031/registers.yaml"
	for name, x := range map[string]struct {
		fsys fstest.MapFS
		want string // empty: nothing is said
	}{
		"a name that the document does not have": {edit(lifts, "[一梯一档]", "[一梯一码]"), lifts + ":2：mechanisms 的“一梯一码”不是 乙政办发〔2031〕9号 里的原话：要一字不差，覆盖表按它核对"},
		"quotation marks are none of it":         {edit(lifts, "[一梯一档]", "[“一梯 一档”]"), ""},
		"a county that tells documents in words of its own": {func() fstest.MapFS {
			fsys := policytest.County(t)
			for _, f := range fsys {
				f.Data = bytes.ReplaceAll(f.Data, []byte("mechanisms: ["), []byte("mechanisms: [所谓"))
			}
			return fsys
		}(), ""},
		"an end that nobody names":       {edit(lifts, "    end: [报废]\n", ""), lifts + ":21：到了“报废”也还欠“检验”：不再要求的写 end: [报废]，照样要求的写 end: []"},
		"an end that is said to be none": {edit(lifts, "end: [报废]", "end: []"), ""},
		"a field that may be empty":      {edit(lifts, "        else: 县住建局\n", ""), lifts + ":25：“使用单位”可以空着；空着的给县住建局，要给别的单位写 else"},
		"a reference that may be empty":  {edit(lifts, "register: lifts, required: true, hint: 哪一台 }\n      - { name: 到场", "register: lifts, hint: 哪一台 }\n      - { name: 到场"), lifts + ":65：“电梯.维保单位”可以空着；空着的给县住建局，要给别的单位写 else"},
	} {
		_, problems, warnings := Lint(x.fsys)
		got := ""
		for _, w := range warnings {
			if w.File == lifts && got == "" {
				got = w.Error()
			}
		}
		if len(problems) > 0 || got != x.want {
			t.Errorf("%s: want %q, got %q %v", name, x.want, got, problems)
		}
	}
}

// Each file of testdata/brokenpolicies changes the other county, and has what is said of it.
func TestBrokenPolicies(t *testing.T) {
	names, err := filepath.Glob("testdata/brokenpolicies/*.txt")
	if err != nil || len(names) < 100 {
		t.Fatal("broken policies are missing", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			fsys, want := edited(t, name)
			_, problems, _ := Lint(fsys)
			if len(problems) == 0 {
				t.Fatal("taken as good")
			}
			var got strings.Builder
			for _, p := range problems {
				got.WriteString(p.Error() + "\n")
			}
			if *update {
				b, _ := os.ReadFile(name)
				head, _, _ := bytes.Cut(b, []byte("-- want --\n"))
				if err := os.WriteFile(name, append(head, "-- want --\n"+got.String()...), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got.String() != want {
				t.Errorf("want %s\ngot  %s", want, got.String())
			}
		})
	}
}

// edited lays a case over the other county: files given whole, or with one piece of text in place of another.
func edited(t *testing.T, name string) (fstest.MapFS, string) {
	t.Helper()
	fsys, want := policytest.County(t), ""
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range strings.Split(string(b), "\n-- ") {
		if i == 0 {
			continue // says what is broken
		}
		head, body, _ := strings.Cut(part, " --\n")
		file, edit := strings.CutPrefix(head, "edit ")
		switch {
		case head == "want":
			want = body
		case edit:
			from, to, ok := strings.Cut(body, "\n====\n")
			old := fsys[file]
			if !ok || old == nil || !bytes.Contains(old.Data, []byte(from)) {
				t.Fatalf("%s: nothing to edit in %s", name, file)
			}
			fsys[file] = &fstest.MapFile{Data: bytes.Replace(old.Data, []byte(from), []byte(strings.TrimSuffix(to, "\n")), 1)}
		default:
			fsys[head] = &fstest.MapFile{Data: []byte(body)}
		}
	}
	return fsys, want
}

// What replaces a policy ends it; a register of both is each time the one in force.
func TestReplaced(t *testing.T) {
	fsys := policytest.County(t)
	for name, f := range fsys {
		if rest, ok := strings.CutPrefix(name, "policies/noise-2031/"); ok && !strings.HasPrefix(rest, "examples") {
			data := bytes.ReplaceAll(f.Data, []byte("2031-02-16"), []byte("2032-02-16"))
			if rest == "policy.yaml" {
				data = append(data, "replaces: noise-2031\n"...)
			}
			if rest == "registers.yaml" {
				data = bytes.ReplaceAll(data, []byte("噪声监测点\n"), []byte("噪声自动监测点\n"))
			}
			fsys["policies/noise-2032/"+rest] = &fstest.MapFile{Data: data}
		}
	}
	c, err := LoadCounty(fsys)
	if err != nil {
		t.Fatal(err)
	}
	title := func(day string) string {
		d, _ := calendar.ParseDate(day)
		for _, r := range c.Policies.On(d).Registers {
			if r.Name == "noise-points" {
				return r.Title
			}
		}
		return ""
	}
	if a, b, none := title("2032-02-15"), title("2032-02-16"), title("2031-02-15"); a != "噪声监测点" || b != "噪声自动监测点" || none != "" {
		t.Errorf("on the last day %q, on the first %q, before all %q", a, b, none)
	}
	if old, _ := c.Policies.Find("noise-2031"); old.To.String() != "2032-02-16" {
		t.Errorf("the old one ends on %s", old.To)
	}
}

// A folder that stands elsewhere is checked as if it stood in the county.
func TestOverlay(t *testing.T) {
	fsys := policytest.County(t)
	away := fstest.MapFS{"policy.yaml": {Data: bytes.ReplaceAll(fsys["policies/noise-2031/policy.yaml"].Data, []byte("from: 2031-02-16"), []byte("from: 2031-02-17"))},
		"registers.yaml": {Data: fsys["policies/noise-2031/registers.yaml"].Data}}
	over, err := Overlay(fsys, map[string]fs.FS{"noise-2031": away})
	if err != nil {
		t.Fatal(err)
	}
	_, problems, _ := Lint(over)
	if len(problems) != 2 || problems[1].File != "services.yaml" { // its ladder went with the old folder
		t.Errorf("got %v", problems)
	}
}

// A ladder that services.yaml names and nobody has written yet is told by Lint, and hinders no draft.
func TestDraftBeforeLadders(t *testing.T) {
	fsys, _ := edited(t, "testdata/brokenpolicies/service-ladder.txt")
	if _, problems, _ := Lint(fsys); len(problems) != 1 {
		t.Errorf("lint says %v", problems)
	}
	if _, err := LoadForDraft(fsys); err != nil {
		t.Fatal(err)
	}
	fsys["policies/campus-2031/policy.yaml"] = &fstest.MapFile{Data: []byte("title: 缺别的\n")}
	if _, err := LoadForDraft(fsys); err == nil {
		t.Error("a broken policy was taken")
	}
}

// The words of docs/policies.md are those of the loader.
func TestDocumentIsComplete(t *testing.T) {
	b, err := os.ReadFile("../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, v := range packTypes {
		all = append(all, fieldNames(reflect.TypeOf(v))...)
	}
	for k, names := range factWords {
		all = append(append(all, string(k)), names...)
	}
	for k, names := range wantWords {
		all = append(append(all, string(k)), names...)
	}
	for _, f := range fieldTypes {
		all = append(all, string(f))
	}
	all = append(all, howWords...)
	all = append(all, standardWords...)
	all = append(all, givesWords...)
	all = append(all, forecastWords...)
	for _, w := range all {
		if !strings.Contains(string(b), w) {
			t.Errorf("docs/policies.md does not mention %s", w)
		}
	}
}

// Whatever a file holds, reading it ends, with a county or with problems.
func FuzzPolicies(f *testing.F) {
	const campus = "policies/campus-2031/"
	names := []string{campus + "policy.yaml", campus + "registers/buses.yaml", campus + "rules.yaml", campus + "examples/buses.yaml", campus + "indicators.yaml",
		campus + "ladders.yaml", campus + "values.yaml", campus + "duties.yaml", "places/places.geojson", "services.yaml"}
	base := policytest.County(f)
	for name := range base { // what is not looked at only takes time
		if strings.HasPrefix(name, "gazette/") || strings.HasPrefix(name, "policies/") && !strings.HasPrefix(name, campus) || strings.HasPrefix(name, campus+"examples") {
			delete(base, name)
		}
	}
	all := policytest.County(f)
	for i, n := range names {
		f.Add(i, all[n].Data)
	}
	f.Fuzz(func(t *testing.T, i int, b []byte) {
		fsys := maps.Clone(base)
		fsys[names[uint(i)%uint(len(names))]] = &fstest.MapFile{Data: b}
		c, problems, _ := Lint(fsys)
		if len(problems) == 0 && c.Policies == nil {
			t.Error("neither a county nor a problem")
		}
	})
}
