package policy

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"zhixing/org"
	"zhixing/score"
)

func TestGoodFolder(t *testing.T) {
	c, err := LoadCounty(os.DirFS("testdata/good"))
	if err != nil {
		t.Fatal(err)
	}
	want := org.Place{Code: "990101", County: "甲县", City: "乙市", Province: "丙省"}
	if c.Place != want || c.Government != "甲县人民政府" || c.Office != "甲县人民政府办公室" {
		t.Errorf("place %+v, government %q, office %q", c.Place, c.Government, c.Office)
	}
	if c.Masthead.Title != "甲县人民政府公报" || c.Masthead.Postcode != "043600" {
		t.Errorf("masthead %+v: a number must stay as it is written", c.Masthead)
	}
	if u, ok := c.Directory.Resolve("东镇人民政府"); !ok || u.Code != "990101100" || u.Level != org.Township {
		t.Errorf("东镇 is %+v", u)
	}
	if u, _ := c.Directory.Resolve("城关镇"); u.Name != "城关街道" || u.Kind != org.Town {
		t.Errorf("城关镇 is %+v", u)
	}
	if u, _ := c.Directory.Resolve("县水利局"); u.Name != "县水务局" {
		t.Errorf("县水利局 is %q", u.Name)
	}
	if u, _ := c.Directory.ResolveIn("甲政发〔2020〕1号", "领导小组"); u.Name != "治水领导小组" {
		t.Errorf("领导小组 is %q", u.Name)
	}
	if got := c.Directory.Expand("治水成员单位"); len(got) != 2 {
		t.Errorf("治水成员单位 is %v", got)
	}
	if a, ok := c.Directory.AgencyOf("甲政发〔2020〕1号"); !ok || a.Level != org.County {
		t.Errorf("甲政发 is %+v", a)
	}
	if bad := c.Directory.Check(); bad != nil {
		t.Error(bad)
	}
	var files []string
	for _, i := range c.Issues {
		files = append(files, i.File)
	}
	if want := []string{"gazette/2020-9.txt", "gazette/2020-10.txt"}; !slices.Equal(files, want) {
		t.Errorf("issues %v, want %v", files, want)
	}
}

// Each file of testdata/broken is the good folder with some files changed, and the beginning of one line of what
// LoadCounty says of it.
func TestBrokenFolders(t *testing.T) {
	cases, err := filepath.Glob("testdata/broken/*.txt")
	if err != nil || len(cases) < 30 {
		t.Fatal("broken folders are missing", err)
	}
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			fsys, want := broken(t, name)
			c, err := LoadCounty(fsys)
			if err == nil {
				t.Fatal("taken as good")
			}
			if c.Directory != nil {
				t.Error("half a county came with the error")
			}
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if strings.HasPrefix(line, want) {
					return
				}
			}
			t.Errorf("want %s\ngot  %v", want, err)
		})
	}
}

// broken lays the case over the good folder.
func broken(t *testing.T, name string) (fstest.MapFS, string) {
	t.Helper()
	fsys := fstest.MapFS{}
	if err := fstest.TestFS(os.DirFS("testdata/good"), "county.yaml"); err != nil {
		t.Fatal(err)
	}
	good, err := filepath.Glob("testdata/good/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(good, "testdata/good/county.yaml", "testdata/good/posts.yaml") {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		rel, _ := filepath.Rel("testdata/good", p)
		fsys[filepath.ToSlash(rel)] = &fstest.MapFile{Data: b}
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for i, part := range bytes.Split(b, []byte("\n-- ")) {
		if i == 0 {
			continue // says what is broken
		}
		head, body, ok := bytes.Cut(part, []byte(" --\n"))
		if !ok {
			head, body = bytes.TrimSuffix(part, []byte(" --")), nil
		}
		file, how, _ := strings.Cut(string(head), " (")
		body = append(body, '\n')
		switch {
		case file == "want":
			want = strings.TrimSpace(string(body))
		case how == "removed)":
			delete(fsys, file)
		case how == "hex)":
			raw, err := hex.DecodeString(strings.TrimSpace(string(body)))
			if err != nil {
				t.Fatal(err)
			}
			fsys[file] = &fstest.MapFile{Data: raw}
		default:
			fsys[file] = &fstest.MapFile{Data: body}
		}
	}
	if want == "" {
		t.Fatalf("%s has no want", name)
	}
	return fsys, want
}

func TestTooLarge(t *testing.T) {
	fsys, _ := broken(t, "testdata/broken/file-stray.txt")
	delete(fsys, "towns.yaml")
	fsys["units/departments.yaml"] = &fstest.MapFile{Data: bytes.Repeat([]byte("#\n"), maxYAML)}
	fsys["gazette/2020-9.txt"] = &fstest.MapFile{Data: bytes.Repeat([]byte{'a'}, maxIssue+1)}
	_, err := LoadCounty(fsys)
	for _, want := range []string{"units/departments.yaml：文件有 2097152 字节", "gazette/2020-9.txt：文件有 16777217 字节"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

func TestNoFolder(t *testing.T) {
	_, err := LoadCounty(os.DirFS(filepath.Join(t.TempDir(), "nowhere")))
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "读不了县文件夹，请检查路径和权限") {
		t.Errorf("got %v, want one sentence", err)
	}
}

// A file saved by a Windows editor, with its mark and line ends, reads like any other.
func TestWindowsEditor(t *testing.T) {
	fsys, _ := broken(t, "testdata/broken/file-stray.txt")
	delete(fsys, "towns.yaml")
	for name, file := range fsys {
		if strings.HasSuffix(name, ".yaml") {
			file.Data = append([]byte("\ufeff"), bytes.ReplaceAll(file.Data, []byte("\n"), []byte("\r\n"))...)
		}
	}
	c, err := LoadCounty(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if u, _ := c.Directory.Resolve("县水利局"); u.Name != "县水务局" {
		t.Errorf("县水利局 is %q", u.Name)
	}
}

// What people read about the format names every field and kind there is.
func TestReadmeIsComplete(t *testing.T) {
	b, err := os.ReadFile("../counties/README.md")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, v := range []any{countyFile{}, mastheadFile{}, townFile{}, agencyFile{}, unitsFile{}, unitFile{}, postsFile{}, postFile{}, groupFile{}, memberFile{},
		supervisionFile{}, ruleFile{}, limitFile{}, rungFile{}, scoresFile{}} {
		words = append(words, strings.Split(fields(reflect.TypeOf(v).String()), "、")...)
	}
	for _, k := range org.Kinds {
		words = append(words, string(k))
	}
	for _, k := range causes {
		words = append(words, string(k))
	}
	for _, k := range score.Facts {
		words = append(words, string(k))
	}
	for _, w := range words {
		if !strings.Contains(string(b), w) {
			t.Errorf("counties/README.md does not mention %s", w)
		}
	}
}

// A thousand mistakes are told as fifty and a count; a nest of aliases does not fill the memory.
func TestManyMistakes(t *testing.T) {
	fsys, _ := broken(t, "testdata/broken/file-stray.txt")
	delete(fsys, "towns.yaml")
	var b strings.Builder
	b.WriteString("kind: group\nunits:\n")
	for range 1000 {
		b.WriteString("  - { name: 县财政局 }\n")
	}
	fsys["units/groups.yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	_, err := LoadCounty(fsys)
	if err == nil || strings.Count(err.Error(), "\n") != maxProblems || !strings.Contains(err.Error(), "此外还有 950 处问题") {
		t.Errorf("got %v", err)
	}

	b.Reset()
	b.WriteString("kind: group\nunits: []\nx: &a0 [1,1,1,1,1,1,1,1,1]\n")
	for i := 1; i < 12; i++ {
		a := string(rune('a' + i - 1))
		b.WriteString("x" + a + ": &b" + a + " [*a0,*a0,*a0,*a0,*a0,*a0,*a0,*a0]\n")
	}
	fsys["units/groups.yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	if _, err := LoadCounty(fsys); err == nil {
		t.Error("a nest of aliases was taken as good")
	}
}

// Whatever stands in a file, LoadCounty gives a county or problems that say where.
func FuzzLoadCounty(f *testing.F) {
	for _, p := range []string{"county.yaml", "units/departments.yaml", "units/sets.yaml"} {
		b, err := os.ReadFile("testdata/good/" + p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, b)
	}
	f.Add([]byte("a: &a [*a]"), []byte("kind: set\nunits: [{name: x, within: {a: [b]}}]"))
	f.Fuzz(func(t *testing.T, county, units []byte) {
		fsys := fstest.MapFS{"county.yaml": {Data: county}, "units/u.yaml": {Data: units}}
		c, err := LoadCounty(fsys)
		var p *Problem
		if err == nil && c.Directory == nil || err != nil && !errors.As(err, &p) {
			t.Errorf("neither a county nor a problem: %v", err)
		}
	})
}
