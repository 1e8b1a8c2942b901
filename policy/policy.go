// Package policy reads a county's folder: the only place that knows its format. A neighbouring county copies the
// folder, changes the data and points --county at it; no Go is touched.
//
//	county.yaml           code, names, the gazette's masthead, towns, agency codes
//	units/KIND….yaml      one kind of unit a file: names, aliases, misprints, sets (see unitsFile)
//	posts.yaml            posts, with how many may hold them, and the members of leading groups; optional
//	services.yaml         what citizens can report, and who answers; optional
//	callup.yaml           who is called in danger, and what follows when he does not answer; optional
//	forecast.yaml         gridded forecasts that are taken in, and what is made of gauges; optional
//	places/….geojson      outlines of townships and villages; optional
//	policies/NAME/        what one published document orders: registers, limits, rules … (see docs/policies.md); optional
//	demo.yaml             what a demonstration of the county tells: invented persons and what they do, by day; optional
//	gazette/2023-3.txt    issues of the gazette, year and number; optional
//	README.md             for people; not read
//
// Everything is checked when it is read: a field or a file that nobody knows, a kind, level or code that does not
// exist, a name given twice, a member who is no unit. What is wrong is told all at once, each with file and line:
//
//	c, err := policy.LoadCounty(os.DirFS("counties/somewhere"))
//	// units/departments.yaml:12：名称“财政局”已属于“县财政局”（units/departments.yaml:8）
//
// Reading is bounded: a YAML file of at most 1 MiB, an issue of at most 16 MiB, 1,000 files in all.
package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/forecast"
	"zhixing/ledger"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/score"
)

// County is one county as its folder describes it.
type County struct {
	Place      org.Place
	Government string // canonical name of the unit that issues as the county
	Office     string // canonical name of its office
	Masthead   Masthead
	Directory  *org.Directory
	Book       *personnel.Book       // its posts and leading groups
	Issues     []Issue               // oldest first
	Workdays   *calendar.Workdays    // the nation's, with what holidays.csv adds
	Rules      *ledger.Rules         // how the ledger runs; nil where the folder has no supervision.yaml: no ledger is kept
	Scores     *score.Rules          // nil with Rules
	Callups    []callup.Ladder       // who is called, and what follows when he does not answer
	Grids      []forecast.Definition // gridded products
	Policies   *Set                  // what documents order; nil where the folder has no policies
	Story      *Story                // what a demonstration tells; nil where the folder has no demo.yaml
}

// Masthead is what the county's gazette says about itself.
type Masthead struct {
	Title     string
	Organiser string
	Address   string
	Tel       string
	Postcode  string
	Website   string
}

// Issue is the text of one issue of the gazette, as it would come from the printer.
type Issue struct {
	Year int
	No   int
	File string // path inside the county's folder
	Text []byte // UTF-8
}

// Problem is one thing that is wrong with a county's folder. Line counts from 1; 0 means the file as a whole.
type Problem struct {
	File    string
	Line    int
	Message string
}

func (p *Problem) Error() string {
	if p.Line == 0 {
		return p.File + "：" + p.Message
	}
	return fmt.Sprintf("%s:%d：%s", p.File, p.Line, p.Message)
}

const (
	maxYAML     = 1 << 20
	maxIssue    = 16 << 20
	maxFiles    = 1000
	maxProblems = 50
)

// folder is a county's folder while it is read.
type folder struct {
	fsys     fs.FS
	problems []*Problem
	files    int
	placed   map[string]mark // folded name → where it was first given
	lost     bool            // a unit could not be read, so its name cannot be looked for
}

// mark is a place in a folder.
type mark struct {
	file string
	line int
}

func (f *folder) bad(file string, line int, format string, args ...any) {
	f.problems = append(f.problems, &Problem{file, line, fmt.Sprintf(format, args...)})
}

// LoadCounty reads and checks a county's folder. The error joins one *Problem for each thing that is wrong, in the
// order of files and lines, at most fifty.
func LoadCounty(fsys fs.FS) (County, error) {
	f, c := load(fsys)
	if err := join(f.problems); err != nil {
		return County{}, err
	}
	return c, nil
}

// join makes one error of problems; nil: there is none.
func join(problems []*Problem) error {
	var all []error
	for i, p := range problems {
		if i == maxProblems {
			all = append(all, fmt.Errorf("此外还有 %d 处问题，请先改正以上各处", len(problems)-maxProblems))
			break
		}
		all = append(all, p)
	}
	return errors.Join(all...)
}

// load is LoadCounty with every problem, sorted.
func load(fsys fs.FS) (*folder, County) {
	f := &folder{fsys: fsys, placed: map[string]mark{}}
	var c County
	if f.checkEntries() {
		c = f.county()
		c.Book = f.book(c.Directory)
		c.Workdays = f.workdays()
		f.supervision(&c)
		f.callups(&c)
		f.grids(&c)
		c.Issues = f.issues()
		c.Policies = f.policies(&c)
		f.gauged(&c)
		if c.Policies != nil {
			c.Policies.passedOn(f)
		}
		c.Story = f.story(&c)
	}
	sortProblems(f.problems)
	return f, c
}

func sortProblems(all []*Problem) {
	slices.SortStableFunc(all, func(a, b *Problem) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
}

// checkEntries refuses what nobody would read, so that a misspelt name is not passed over in silence. It reports
// whether there is a folder at all.
func (f *folder) checkEntries() bool {
	entries, err := fs.ReadDir(f.fsys, ".")
	if err != nil {
		f.bad(".", 0, "读不了县文件夹，请检查路径和权限：%v", err)
		return false
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, "."), strings.EqualFold(name, "README.md"):
		case slices.Contains([]string{countyYAML, postsYAML, supervisionYAML, servicesYAML, callupYAML, forecastYAML, holidaysCSV, demoYAML}, name) && !e.IsDir(), slices.Contains([]string{"units", "gazette", placesDir, policiesDir}, name) && e.IsDir():
		default:
			f.bad(name, 0, "县文件夹里只应有 county.yaml、posts.yaml、supervision.yaml、services.yaml、callup.yaml、forecast.yaml、holidays.csv、demo.yaml、units/、gazette/、places/、policies/ 和 README.md，请改名或移走")
		}
	}
	return true
}

// read returns a file's bytes, and false where it is missing, too large or one too many.
func (f *folder) read(name string, limit int64) ([]byte, bool) {
	if f.files++; f.files > maxFiles {
		f.bad(name, 0, "文件太多，县文件夹最多 %d 个文件", maxFiles)
		return nil, false
	}
	info, err := fs.Stat(f.fsys, name)
	if err != nil {
		f.bad(name, 0, "缺少这个文件或读不了：%v", err)
		return nil, false
	}
	if info.Size() > limit {
		f.bad(name, 0, "文件有 %d 字节，超过上限 %d 字节", info.Size(), limit)
		return nil, false
	}
	b, err := fs.ReadFile(f.fsys, name)
	if err != nil {
		f.bad(name, 0, "读不了：%v", err)
		return nil, false
	}
	if !utf8.Valid(b) {
		f.bad(name, firstBadLine(b), "不是 UTF-8 编码，请另存为 UTF-8")
		return nil, false
	}
	return b, true
}

func firstBadLine(b []byte) int {
	line := 1
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n <= 1 {
			break
		}
		if r == '\n' {
			line++
		}
		b = b[n:]
	}
	return line
}

var issueName = regexp.MustCompile(`^([12]\d{3})-([1-9]\d{0,2})\.txt$`)

// issues reads gazette/, oldest first.
func (f *folder) issues() []Issue {
	entries, err := fs.ReadDir(f.fsys, "gazette")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		f.bad("gazette", 0, "读不了：%v", err)
		return nil
	}
	var out []Issue
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || strings.EqualFold(e.Name(), "README.md") {
			continue
		}
		file := path.Join("gazette", e.Name())
		m := issueName.FindStringSubmatch(e.Name())
		if m == nil || e.IsDir() {
			f.bad(file, 0, "公报文稿的文件名应写作“年-期.txt”，如 2023-3.txt")
			continue
		}
		text, ok := f.read(file, maxIssue)
		if !ok {
			continue
		}
		if strings.TrimSpace(string(text)) == "" {
			f.bad(file, 0, "文稿是空的")
			continue
		}
		year, _ := strconv.Atoi(m[1])
		no, _ := strconv.Atoi(m[2])
		out = append(out, Issue{year, no, file, text})
	}
	slices.SortFunc(out, func(a, b Issue) int {
		if a.Year != b.Year {
			return a.Year - b.Year
		}
		return a.No - b.No
	})
	return out
}
