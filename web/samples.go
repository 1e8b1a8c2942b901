package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/observation"
	"zhixing/policy/works"
	"zhixing/register"
)

// sampleRoutes are results of samples taken by hand, as tables.
var sampleRoutes = []route{
	{"GET /samples", seeLedger, false, false, (*Server).samples, "采样结果：上传表格，历次上传"},
	{"GET /samples.csv", seeLedger, false, false, (*Server).sampleForm, "采样结果的空白表"},
	{"POST /samples", seeLedger, false, true, (*Server).sampleOffer, "上传采样结果 CSV、XLSX，逐行核对"},
	{"GET /samples/{id}", seeLedger, false, false, (*Server).sampleImport, "一次上传的核对结果"},
	{"POST /samples/{id}/{act}", seeLedger, false, false, (*Server).sampleAct, "记入、放弃、撤销"},
}

func init() {
	for word, says := range map[string]string{"samples-apply": "已记入。", "samples-drop": "已放弃，没有记入任何读数。", "samples-undo": "已撤销：改过的恢复原值，新记的作废；都留有痕迹。"} {
		flashes[word] = says
	}
}

// mayMeasure says whether a person may hand in readings of a definition at an entry: who may write the entry, and the unit that
// measures.
func mayMeasure(ctx context.Context, tx *db.Tx, works *works.Works, by register.Actor, d *observation.Definition, key string) (bool, error) {
	schema, ok := works.Registers.Schema(register.Name(d.Register))
	if !ok {
		return false, nil
	}
	if by.Office || d.Owner != "" && slices.Contains(by.Units, d.Owner) {
		return true, nil
	}
	may, own := works.Registers.MayWrite(by, schema)
	if !may || !own {
		return may, nil
	}
	e, err := works.Registers.Get(ctx, tx, register.Inside, schema.Name, key, register.AsOf{})
	if register.KindOf(err) == register.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return works.Registers.MayWriteEntry(by, schema, e.Values), nil
}

// mayImport refuses an upload that holds readings of others.
func mayImport(ctx context.Context, tx *db.Tx, works *works.Works, by register.Actor, m *observation.Import) error {
	asked := map[string]bool{}
	for _, l := range m.Lines {
		address := string(l.Name) + "/" + l.Key
		if l.Name == "" || l.State == observation.LineWrong || asked[address] {
			continue
		}
		asked[address] = true
		d := works.Observations.Definition(l.Name)
		if d == nil {
			continue
		}
		may, err := mayMeasure(ctx, tx, works, by, d, l.Key)
		if err != nil {
			return err
		}
		if !may {
			return forbidden(fmt.Sprintf("第 %d 行“%s”的“%s”不由您的单位报送。只留下本单位的再上传。", l.Line, l.Place, l.Item))
		}
	}
	return nil
}

// measuresAnything says whether a person may hand in anything at all.
func measuresAnything(works *works.Works, by register.Actor) bool {
	return slices.ContainsFunc(works.Observations.Definitions, func(d *observation.Definition) bool {
		schema, ok := works.Registers.Schema(register.Name(d.Register))
		if !ok {
			return false
		}
		may, _ := works.Registers.MayWrite(by, schema)
		return may || d.Owner != "" && slices.Contains(by.Units, d.Owner)
	})
}

func (s *Server) samples(w http.ResponseWriter, r *http.Request) error {
	return s.showSamples(w, r, http.StatusOK, "", "")
}

func (s *Server) showSamples(w http.ResponseWriter, r *http.Request, status int, of, wrong string) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	var list []observation.Import
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = works.Observations.Imports(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	var registers []Link
	seen := map[string]bool{}
	for _, d := range works.Observations.Definitions {
		if schema, ok := works.Registers.Schema(register.Name(d.Register)); ok && !seen[d.Register] {
			seen[d.Register] = true
			registers = append(registers, Link{Text: schema.Title, URL: d.Register, Current: d.Register == of})
		}
	}
	p := s.office(r, "采样结果", Link{Text: "监测", URL: "/series"}, Link{Text: "采样结果"})
	p.Data = map[string]any{"Imports": list, "Titles": observation.SampleTitles, "Registers": registers, "Wrong": wrong, "May": measuresAnything(works, clerkOf(by)), "Words": importWords}
	return s.render(w, status, "samples.html", p)
}

var importWords = map[string]string{observation.ImportReady: "待记入", observation.ImportDone: "已记入", observation.ImportUndone: "已撤销", observation.ImportDropped: "已放弃"}

func (s *Server) sampleForm(w http.ResponseWriter, r *http.Request) error {
	return writeCSV(w, "采样结果.csv", [][]string{slices.Clone(observation.SampleTitles)})
}

// sampleOffer reads a table and shows what each line would do.
func (s *Server) sampleOffer(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	who := clerkOf(by)
	if !measuresAnything(works, who) {
		return forbidden("您的单位没有要报送的监测项目。")
	}
	file, head, err := r.FormFile("file")
	of := r.PostFormValue("of")
	if err != nil {
		return s.showSamples(w, r, http.StatusBadRequest, of, "请选择一个 CSV 或 XLSX 文件。")
	}
	defer file.Close()
	var m *observation.Import
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		if _, err = file.Seek(0, 0); err != nil {
			return err
		}
		m, err = works.Observations.ReadSamples(r.Context(), tx, by.Account, head.Filename, file, head.Size, entryNamed(works), of)
		if err != nil {
			return err
		}
		return mayImport(r.Context(), tx, works, who, m)
	})
	if observation.KindOf(err) != 0 {
		return s.showSamples(w, r, http.StatusBadRequest, of, told(err).(*httpError).message)
	}
	if err != nil {
		return err
	}
	return &redirectError{samplePath(m.ID)}
}

func samplePath(id int64) string { return "/samples/" + strconv.FormatInt(id, 10) }

// entryNamed finds an entry by its key, else by what people call it, where that is one alone.
func entryNamed(works *works.Works) func(context.Context, *db.Tx, string, string) (string, error) {
	return func(ctx context.Context, tx *db.Tx, of, text string) (string, error) {
		e, err := works.Registers.Get(ctx, tx, register.Inside, register.Name(of), text, register.AsOf{})
		if err == nil {
			return e.Key, nil
		}
		if register.KindOf(err) != register.NotFound {
			return "", err
		}
		page, err := works.Registers.List(ctx, tx, register.Inside, register.Query{Register: register.Name(of), Text: text, Size: 50})
		if err != nil {
			return "", err
		}
		key := ""
		for _, e := range page.Entries {
			if e.Label != text {
				continue
			}
			if key != "" {
				return "", nil // two of that name: the key must be written
			}
			key = e.Key
		}
		return key, nil
	}
}

func (s *Server) sampleImport(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return notFound("没有这次上传。")
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	var m *observation.Import
	may := false
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if m, err = works.Observations.LoadImport(ctx, tx, id); err != nil {
			return err
		}
		may = mayImport(ctx, tx, works, clerkOf(by), m) == nil
		return nil
	})
	if err != nil {
		return told(err)
	}
	b := &seriesBase{Inside: true, works: works}
	type line struct {
		observation.SampleLine
		Title, URL, Unit2 string
	}
	var lines []line
	for _, l := range m.Lines {
		x := line{SampleLine: l}
		if d := works.Observations.Definition(l.Name); d != nil {
			x.Title, x.Unit2 = d.Title, unitText(d.Unit)
			if l.State != observation.LineWrong {
				x.URL = b.URL(l.Name, l.Key)
			}
		}
		lines = append(lines, x)
	}
	slices.SortStableFunc(lines, func(a, b line) int { // what is wrong comes first
		wrong := func(l line) int {
			if l.State == observation.LineWrong {
				return 0
			}
			return 1
		}
		return wrong(a) - wrong(b)
	})
	shown := min(len(lines), 500)
	p := s.office(r, "采样结果 "+m.File, Link{Text: "监测", URL: "/series"}, Link{Text: "采样结果", URL: "/samples"}, Link{Text: m.File})
	p.Data = map[string]any{"M": m, "Lines": lines[:shown], "More": len(lines) - shown, "May": may, "State": importWords[m.State],
		"New": m.Count(observation.LineNew), "Change": m.Count(observation.LineChange), "Same": m.Count(observation.LineSame), "Wrong": m.Count(observation.LineWrong)}
	return s.render(w, http.StatusOK, "sample.html", p)
}

// sampleAct applies an upload, puts it aside or takes it back.
func (s *Server) sampleAct(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return notFound("没有这次上传。")
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	act := r.PathValue("act")
	if !slices.Contains(strings.Fields("apply drop undo"), act) {
		return notFound("没有这个页面。")
	}
	o := works.Observations
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		ctx := r.Context()
		m, err := o.LoadImport(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := mayImport(ctx, tx, works, clerkOf(by), m); err != nil {
			return err
		}
		switch act {
		case "apply":
			_, _, err = o.Apply(ctx, tx, id, by.Account)
		case "undo":
			_, _, err = o.Undo(ctx, tx, id, by.Account)
		default:
			err = o.Drop(ctx, tx, id)
		}
		return err
	})
	if err != nil {
		return told(err)
	}
	return &redirectError{withDone(samplePath(id), "samples-"+act)}
}
