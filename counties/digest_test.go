package counties_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"zhixing/duty"
	"zhixing/gazette"
	"zhixing/org"
)

const digest = "gazette/2023-3.txt"

// read reads every demonstration issue, by file.
func read(t *testing.T) map[string]*gazette.Issue {
	t.Helper()
	out := map[string]*gazette.Issue{}
	for _, i := range demonstration(t).Issues {
		issue, err := gazette.Read(string(i.Text))
		if err != nil {
			t.Fatalf("%s: %v", i.File, err)
		}
		if issue.Year != i.Year || issue.No != i.No {
			t.Errorf("%s is read as %d年第%d期", i.File, issue.Year, issue.No)
		}
		for _, d := range issue.Doubts {
			t.Logf("%s:%d: doubt: %s", i.File, d.Line, d.Message)
		}
		out[i.File] = issue
	}
	return out
}

// What the reader makes of the digest, duty by duty, is what a careful reader found in the real issue.
func TestDutiesAreThoseOfTheGazette(t *testing.T) {
	want := goldDuties(t, "gold/duties.jsonl")
	var got []duty.Duty
	for _, d := range duty.Read(read(t)[digest]) {
		if !d.Proposed {
			got = append(got, d)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d duties, want %d", len(got), len(want))
	}
	for i, g := range got {
		if i == len(want) {
			break
		}
		a, b := factsOf(g), factsOfGold(want[i])
		if a != b {
			t.Errorf("%s\ngot  %s\nwant %s", g.Clause, a, b)
			if g.Plan != want[i].Plan || org.Fold(g.No) != org.Fold(want[i].No) {
				t.Fatal("the two are out of step")
			}
		}
	}
}

func factsOf(d duty.Duty) string {
	dates, every := map[string]bool{}, map[string]bool{}
	for _, x := range d.Deadlines {
		dates[x.Date.String()] = true
	}
	for _, x := range d.Cadence {
		every[string(x.Every)] = true
	}
	return facts(d.Doc, d.Plan, d.No, d.Part, [][]string{d.Lead, d.Support, d.Implement, d.Inherited}, dates, every)
}

func factsOfGold(d goldDuty) string {
	dates, every := map[string]bool{}, map[string]bool{}
	for _, x := range d.Deadlines {
		dates[x.Date] = true
	}
	for _, x := range d.Cadence {
		every[x.Every] = true
	}
	return facts(d.Doc, d.Plan, d.No, d.Part, [][]string{d.Lead, d.Support, d.Implement, d.Inherited}, dates, every)
}

// facts puts down what must be the same. "Always" names no interval, and a phrase without a date no day.
func facts(doc, plan, no string, part int, units [][]string, dates, every map[string]bool) string {
	delete(dates, "")
	delete(every, "always")
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s.%d", doc, plan, org.Fold(no), part)
	for i, role := range []string{"lead", "support", "implement", "inherited"} {
		var names []string
		for _, name := range units[i] {
			names = append(names, org.Fold(name))
		}
		slices.Sort(names)
		fmt.Fprintf(&b, " %s%v", role, names)
	}
	fmt.Fprintf(&b, " by%v every%v", slices.Sorted(maps.Keys(dates)), slices.Sorted(maps.Keys(every)))
	return b.String()
}

// goldDocument is one document of the real issue, as in gold/documents.json.
type goldDocument struct {
	DocNo         string `json:"doc_no"`
	Title         string
	Issuer        string
	Kind          string
	SignedDate    string `json:"signed_date"`
	PublicNote    string `json:"public_note"`
	Attachments   []string
	Availability  string `json:"attachment_availability"`
	Cites         []gazette.Citation
	InterpretedBy string `json:"interpretation_by"`
	Contains      []string
}

// The documents of the digest have the numbers, titles, dates, notes, attachments and citations of the real ones.
func TestDocumentsAreThoseOfTheGazette(t *testing.T) {
	var gold struct {
		Issue struct {
			TotalNo     int    `json:"total_no"`
			PublishDate string `json:"publish_date"`
			Organiser   string
			Tel         string
		}
		Documents []goldDocument
	}
	if err := json.Unmarshal(shared(t, "gold/documents.json"), &gold); err != nil {
		t.Fatal(err)
	}
	issue := read(t)[digest]
	if issue.TotalNo != gold.Issue.TotalNo || issue.PublishDate.String() != gold.Issue.PublishDate ||
		issue.Organiser != gold.Issue.Organiser || issue.Tel != gold.Issue.Tel {
		t.Errorf("masthead %+v, want %+v", issue, gold.Issue)
	}
	if len(issue.Documents) != len(gold.Documents) {
		t.Fatalf("%d documents, want %d", len(issue.Documents), len(gold.Documents))
	}
	for i, d := range issue.Documents {
		compareDocument(t, d, gold.Documents[i])
	}
}

func compareDocument(t *testing.T, d *gazette.Document, g goldDocument) {
	t.Helper()
	same := func(what, got, want string) {
		t.Helper()
		if org.Fold(got) != org.Fold(want) {
			t.Errorf("%s: %s is %q, want %q", g.Title, what, got, want)
		}
	}
	same("number", d.No, g.DocNo)
	if g.Kind != "任免" { // that title names a person
		same("title", d.Title, g.Title)
	}
	same("issuer", d.Issuer, g.Issuer)
	same("kind", d.Kind, g.Kind)
	same("date", d.SignedOn.String(), g.SignedDate)
	same("note", d.PublicNote, g.PublicNote)
	same("availability", d.Availability, g.Availability)
	same("interpreter", d.InterpretedBy, g.InterpretedBy)
	var attachments, plans, cites, want []string
	for _, a := range d.Attachments {
		attachments = append(attachments, a.Title)
	}
	same("attachments", strings.Join(attachments, "；"), strings.Join(g.Attachments, "；"))
	for _, p := range d.Plans {
		plans = append(plans, p.Title)
	}
	same("plans", strings.Join(plans, "；"), strings.Join(g.Contains, "；"))
	for _, c := range d.Cites {
		if c.No != "" && !strings.Contains(c.Title, invented) {
			cites = append(cites, c.Title+c.No)
		}
	}
	for _, c := range g.Cites {
		want = append(want, c.Title+c.No)
	}
	same("citations", strings.Join(cites, "；"), strings.Join(want, "；"))
}

// The moves of the personnel notice are the real ones, with invented persons.
func TestAppointmentsAreThoseOfTheGazette(t *testing.T) {
	var want []gazette.Appointment
	if err := json.Unmarshal(shared(t, "gold/appointments.json"), &want); err != nil {
		t.Fatal(err)
	}
	var got []gazette.Appointment
	for _, d := range read(t)[digest].Documents {
		got = append(got, d.Appointments...)
	}
	if len(got) != len(want) {
		t.Fatalf("%d moves, want %d", len(got), len(want))
	}
	same := map[string]string{} // one person stays one person
	for i, g := range got {
		w := want[i]
		if first, seen := same[w.Person]; seen && first != g.Person {
			t.Errorf("move %d is of %s, want %s", i+1, g.Person, first)
		}
		same[w.Person] = g.Person
		g.Path, w.Path, g.Person, w.Person = "", "", "", ""
		if g != w {
			t.Errorf("move %d is %+v, want %+v", i+1, g, w)
		}
	}
}

// The digest read back gives ten documents, 116 duties and 18 moves; this much is checked wherever the tests run.
func TestDigestIsWhole(t *testing.T) {
	issue := read(t)[digest]
	moves := 0
	for _, d := range issue.Documents {
		moves += len(d.Appointments)
	}
	if len(issue.Documents) != 10 || moves != 18 {
		t.Errorf("%d documents and %d moves, want 10 and 18", len(issue.Documents), moves)
	}
	got := map[string]int{}
	for _, d := range duty.Read(issue) {
		if !d.Proposed {
			got[d.Plan]++
		}
	}
	want := map[string]int{
		"绛县人民政府关于推进气象高质量发展的实施意见": 11,
		"绛县“一泓清水入黄河”工程实施方案":      12,
		"绛县水环境质量再提升2023年行动计划":    18,
		"绛县空气质量再提升2023年行动计划":     27,
		"绛县土壤污染防治2023年行动计划":      16,
		"地下水污染防治2023年行动计划":       14,
		"绛县重点产业链及产业链链长工作机制实施方案":  8,
		"绛县促进专业镇高质量发展实施方案":       10,
	}
	if !maps.Equal(got, want) {
		t.Errorf("duties by plan: %v, want %v", got, want)
	}
}

// The invented issues are there to be amended, repealed, corrected and cited; none of that needs anything from outside.
func TestIssuesHangTogether(t *testing.T) {
	issues := read(t)
	byNo := map[string]*gazette.Document{}
	for _, issue := range issues {
		for _, d := range issue.Documents {
			if d.No == "" {
				continue
			}
			if byNo[d.No] != nil {
				t.Errorf("%s is the number of two documents", d.No)
			}
			byNo[d.No] = d
		}
	}
	if len(issues["gazette/2022-4.txt"].Documents) != 3 || len(issues["gazette/2023-2.txt"].Documents) != 3 {
		t.Errorf("%d and %d invented documents, want three each",
			len(issues["gazette/2022-4.txt"].Documents), len(issues["gazette/2023-2.txt"].Documents))
	}
	for _, want := range []struct{ from, to, effect string }{
		{"绛政发〔2023〕15号", "绛政发〔2022〕901号", "废止"},
		{"绛政办发〔2023〕12号", "绛政办发〔2022〕901号", "废止"},
		{"绛政办发〔2023〕901号", "绛政办发〔2022〕901号", "修改"},
		{"绛政办发〔2023〕902号", "绛政发〔2022〕901号", ""},
	} {
		from := byNo[want.from]
		if from == nil || byNo[want.to] == nil {
			t.Errorf("%s or %s is missing", want.from, want.to)
			continue
		}
		at := slices.IndexFunc(from.Cites, func(c gazette.Citation) bool { return c.No == want.to })
		if at < 0 || from.Cites[at].Effect != want.effect {
			t.Errorf("%s cites %+v, want %s with effect %q", want.from, from.Cites, want.to, want.effect)
		}
	}
	for _, no := range []string{"绛政办发〔2023〕10号", "绛政办发〔2022〕901号"} {
		if d := byNo[no]; d == nil || len(d.Withheld) != 1 || d.Withheld[0].Attachment == 0 {
			t.Errorf("%s should withhold one attachment", no)
		}
	}
	for file, issue := range issues {
		for _, d := range issue.Documents {
			if file != digest && !strings.Contains(d.Title, invented) {
				t.Errorf("%s: %s does not say that it is invented", file, d.Title)
			}
		}
	}
}

// Every unit that a demonstration duty names is known, so that each duty finds its way to somebody.
func TestUnitsOfTheDemonstrationAreFound(t *testing.T) {
	d := demonstration(t).Directory
	for file, issue := range read(t) {
		for _, x := range duty.Read(issue) {
			if x.Proposed {
				continue
			}
			for _, names := range [][]string{x.Lead, x.Support, x.Implement, x.Inherited} {
				for _, name := range names {
					if _, ok := d.ResolveIn(x.Doc, name); !ok {
						t.Errorf("%s: %s: nobody is called %s", file, x.Clause, name)
					}
				}
			}
		}
	}
}
