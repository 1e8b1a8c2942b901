package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zhixing/counties"
	"zhixing/gazette"
	"zhixing/org"
	"zhixing/policy"
	"zhixing/policy/draft"
	"zhixing/policy/example"
)

var policyVerbs = []string{"lint", "test", "coverage", "draft"}

// policyCommand checks, plays and drafts folders of policies.
func policyCommand(ctx context.Context, c *call) error {
	county := c.flags.String("county", "", "folder of the county's data; without it that of the named folders, or the demonstration county")
	systems := c.flags.String("systems", "", "of coverage: list of systems, JSON lines")
	of := c.flags.String("of", "", "of coverage: only of these documents, numbers with commas between")
	issue := c.flags.String("issue", "", "of draft: the manuscript, where the document is not in the county's gazette")
	out := c.flags.String("out", "", "of draft: where the folders are written; without it the county's policies/")
	if err := c.parse(); err != nil {
		return err
	}
	if len(c.args) == 0 || !slices.Contains(policyVerbs, c.args[0]) {
		return fmt.Errorf("%w: want one of %s", errUsage, strings.Join(policyVerbs, ", "))
	}
	if c.args[0] == "draft" {
		return c.draftPolicy(*county, *issue, *out)
	}
	folders, err := policyFolders(*county, c.args[1:])
	if err != nil {
		return err
	}
	switch c.args[0] {
	case "test":
		return c.testPolicies(ctx, folders)
	case "coverage":
		return c.coverPolicies(ctx, folders, *systems, *of)
	}
	return c.lintPolicies(folders)
}

// chosen is a county and the policies of it that were named; none: all.
type chosen struct {
	county fs.FS
	ids    []string
	where  map[string]string // of policies that stand elsewhere: the folder, as it was named
}

// policyFolders finds the county of the named folders. One that stands elsewhere is laid over the county's.
func policyFolders(county string, folders []string) (chosen, error) {
	out := chosen{county: counties.Demonstration(), where: map[string]string{}}
	over := map[string]fs.FS{}
	for _, folder := range folders {
		folder = filepath.Clean(folder)
		if isFile(filepath.Join(folder, "county.yaml")) {
			county = folder
			continue
		}
		if !isFile(filepath.Join(folder, "policy.yaml")) {
			return out, fmt.Errorf("%s: no policy.yaml in it: name the folder of a policy or of a county", folder)
		}
		id := filepath.Base(folder)
		out.ids = append(out.ids, id)
		over[id] = os.DirFS(folder)
		if home := filepath.Join(folder, "..", ".."); county == "" && isFile(filepath.Join(home, "county.yaml")) {
			county = home
		}
		if filepath.Join(county, "policies", id) != folder {
			out.where[id] = folder
		}
	}
	if county != "" {
		out.county = os.DirFS(county)
	}
	if len(over) == 0 {
		return out, nil
	}
	var err error
	out.county, err = policy.Overlay(out.county, over)
	return out, err
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// at is the problem with the file as whoever named its folder finds it.
func (x chosen) at(p *policy.Problem) *policy.Problem {
	rest, ok := strings.CutPrefix(p.File, "policies/")
	id, file, _ := strings.Cut(rest, "/")
	if folder := x.where[id]; ok && folder != "" {
		q := *p
		q.File = filepath.Join(folder, filepath.FromSlash(file))
		return &q
	}
	return p
}

// of reports whether a file belongs to what was named.
func (x chosen) of(file string) bool {
	rest, ok := strings.CutPrefix(file, "policies/")
	id, _, _ := strings.Cut(rest, "/")
	return len(x.ids) == 0 || ok && slices.Contains(x.ids, id)
}

// loaded is the county of the folders, and the examples that belong to what was named.
func (x chosen) loaded() (policy.County, []policy.Example, error) {
	county, err := policy.LoadCounty(x.county)
	if err != nil {
		return county, nil, fmt.Errorf("county folder:\n%w", err)
	}
	var out []policy.Example
	if county.Policies == nil {
		county.Policies = &policy.Set{}
	}
	for _, e := range county.Policies.Examples {
		if x.of(e.File) {
			out = append(out, e)
		}
	}
	return county, out, nil
}

// testPolicies plays the examples and prints a line for each, what is otherwise below it, and what no example touches.
func (c *call) testPolicies(ctx context.Context, x chosen) error {
	county, examples, err := x.loaded()
	if err != nil {
		return err
	}
	failed, began := 0, time.Now()
	err = example.Run(ctx, &county, examples, func(r example.Result) {
		word := "通过"
		if len(r.Failures) > 0 {
			word = "不符"
			failed++
		}
		fmt.Fprintf(c.out, "%s  %s  %s\n", word, r.Example.Policy, r.Example.Name)
		for _, f := range r.Failures {
			fmt.Fprintf(c.out, "      %s\n", f)
		}
	})
	if err != nil {
		return err
	}
	for _, i := range county.Policies.Untested() {
		if x.of(i.File) {
			fmt.Fprintf(c.out, "没有例子用到  %s:%d  %s\n", i.File, i.Line, i)
		}
	}
	fmt.Fprintf(c.out, "%d 个例子，%d 个不符，用时 %.1f 秒\n", len(examples), failed, time.Since(began).Seconds())
	if failed > 0 {
		return fmt.Errorf("%d 个例子不符", failed)
	}
	return nil
}

// coverPolicies prints what carries out each system of a list, and which example shows it.
func (c *call) coverPolicies(ctx context.Context, x chosen, systems, of string) error {
	if systems == "" {
		return fmt.Errorf("%w：用 --systems 文件 指明清单：一行一个 JSON，如 {\"id\": \"S1\", \"policy\": \"文号 公文名\", \"name\": \"公文起的名字\", \"clause\": \"文号 三(四)18\"}，见 docs/policies.md", errUsage)
	}
	b, err := c.readInput(systems)
	if err != nil {
		return err
	}
	rows, err := policy.ReadSystems(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("%s: %w", systems, err)
	}
	if rows, err = ofDocuments(rows, of); err != nil {
		return fmt.Errorf("%s: %w", systems, err)
	}
	county, examples, err := x.loaded()
	if err != nil {
		return err
	}
	passed := map[string]bool{}
	err = example.Run(ctx, &county, examples, func(r example.Result) {
		passed[fmt.Sprint(r.Example.File, r.Example.Line)] = len(r.Failures) == 0
	})
	if err != nil {
		return err
	}
	n := 0
	for _, cover := range county.Policies.Coverage(rows, func(e *policy.Example) bool { return passed[fmt.Sprint(e.File, e.Line)] }) {
		if cover.Covered() {
			n++
		} else if near := county.Policies.Near(cover.System); len(near) > 0 {
			fmt.Fprintf(c.err, "%s “%s”：政策包里写的是“%s”，一字不差才算\n", cover.System.ID, cover.System.Name, strings.Join(near, "”“"))
		}
		fmt.Fprintln(c.out, cover)
	}
	fmt.Fprintf(c.out, "%d of %d covered\n", n, len(rows))
	return nil
}

// ofDocuments are the rows of the documents that are named, numbers with commas between; all where none is.
func ofDocuments(rows []policy.System, of string) ([]policy.System, error) {
	var wanted, known []string
	for _, r := range rows {
		if !slices.Contains(known, r.Document()) {
			known = append(known, r.Document())
		}
	}
	for _, no := range strings.FieldsFunc(of, func(r rune) bool { return r == ',' || r == '，' || r == '、' }) {
		if !slices.ContainsFunc(known, func(k string) bool { return org.Fold(k) == org.Fold(no) }) {
			return nil, fmt.Errorf("清单里没有 %s 的，有：%s", strings.TrimSpace(no), strings.Join(known, "、"))
		}
		wanted = append(wanted, org.Fold(no))
	}
	if wanted == nil {
		return rows, nil
	}
	return slices.DeleteFunc(rows, func(s policy.System) bool { return !slices.Contains(wanted, org.Fold(s.Document())) }), nil
}

// draftPolicy writes first folders for a document, and says what to do next. What is there already is never written over.
func (c *call) draftPolicy(county, issue, out string) error {
	if err := c.want(2, 2); err != nil {
		return err
	}
	x, err := policyFolders(county, nil)
	if err != nil {
		return err
	}
	loaded, err := policy.LoadForDraft(x.county)
	if err != nil {
		return fmt.Errorf("county folder:\n%w", err)
	}
	var read *gazette.Issue
	if issue != "" {
		if read, err = c.readManuscript(issue); err != nil {
			return err
		}
	}
	drafts, err := draft.Of(&loaded, read, c.args[1])
	if err != nil {
		return err
	}
	if out == "" {
		if county == "" {
			return fmt.Errorf("%w: --out FOLDER or --county FOLDER: where shall it be written?", errUsage)
		}
		out = filepath.Join(county, "policies")
	}
	for _, d := range drafts {
		for name, text := range d.Files {
			file := filepath.Join(out, d.ID, filepath.FromSlash(name))
			if _, err := os.Stat(file); err == nil {
				return fmt.Errorf("%s is there already: name another folder with --out", file)
			}
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				return err
			}
		}
		fmt.Fprintln(c.out, filepath.Join(out, d.ID))
		for _, ask := range d.Ask {
			fmt.Fprintf(c.out, "  待确认    %s\n", ask)
		}
		for _, left := range d.Left {
			fmt.Fprintf(c.out, "  没有起草  %s\n", left)
		}
	}
	fmt.Fprintln(c.out, "已起草。请逐个文件核对、补全，改好文件夹的名字，再用 zhixing policy lint 和 zhixing policy test 检查。")
	return nil
}

// lintPolicies prints what is wrong and what is odd, a line each.
func (c *call) lintPolicies(x chosen) error {
	county, problems, warnings := policy.Lint(x.county)
	here, elsewhere := 0, 0
	for _, p := range problems {
		if !x.of(p.File) {
			elsewhere++
			continue
		}
		here++
		fmt.Fprintln(c.out, x.at(p))
	}
	odd := 0
	for _, p := range warnings {
		if x.of(p.File) {
			odd++
			p = x.at(p)
			fmt.Fprintln(c.out, (&policy.Problem{File: p.File, Line: p.Line, Message: "提示：" + p.Message}).Error())
		}
	}
	if elsewhere > 0 {
		fmt.Fprintf(c.out, "别的文件夹里另有 %d 处问题\n", elsewhere)
	}
	if here > 0 {
		return fmt.Errorf("%d 处问题", here)
	}
	n := 0
	if county.Policies != nil {
		for _, p := range county.Policies.Policies {
			if len(x.ids) == 0 || slices.Contains(x.ids, p.ID) {
				n++
			}
		}
	}
	fmt.Fprintf(c.out, "%d 个政策包没有问题，%d 处提示\n", n, odd)
	return nil
}
