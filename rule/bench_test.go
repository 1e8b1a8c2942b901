package rule

import (
	"strings"
	"testing"
	"time"
)

// BenchmarkThreshold is a rule at work: a reading against a limit.
func BenchmarkThreshold(b *testing.B) {
	f := facts(b)
	ctx := b.Context()
	for _, src := range []string{
		`值 > 1.4`,
		`值 > 参数.排口氨氮限值`,
		`有(空数) && 空数 > 3`,
		`值 > 参数.排口氨氮限值 && 状态 in ["在用", "备用"] && 天数(溯源日期, 今天) > 30`,
		`值 * 1.2 > 断面.目标 + 0.5`,
	} {
		b.Run(src, func(b *testing.B) {
			e := MustCompile(src, scope, OfBool)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Holds(ctx, f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		MustCompile(`值 > 参数.排口氨氮限值 && 状态 in ["在用", "备用"] && 天数(溯源日期, 今天) > 30`, scope, OfBool)
	}
}

// TestBounds: what is too long or too deep is refused in words, and at once.
func TestBounds(t *testing.T) {
	begun := time.Now()
	for name, src := range map[string]string{
		"long":     strings.Repeat("甲", MaxSource+1),
		"tokens":   strings.Repeat("值+", MaxTokens) + "值",
		"numbers":  "0" + strings.Repeat("+1", 10) + manyNumbers(),
		"brackets": strings.Repeat("(", 500) + "值" + strings.Repeat(")", 500),
		"nots":     strings.Repeat("!", 400) + "在线监测",
		"minuses":  strings.Repeat("-", 401) + "值",
		"choices":  strings.Repeat("在线监测?值:", 100) + "值",
		"no utf-8": "值 > \xff",
	} {
		e, err := Compile(src, scope, AnyType)
		if err == nil {
			if v, err := e.Eval(t.Context(), facts(t)); err != nil || v == nil {
				t.Errorf("%s: accepted and then %v", name, err)
			}
			continue
		}
		if _, ok := err.(*SyntaxError); !ok || len(err.Error()) > 400 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if d := time.Since(begun); d > 10*time.Second {
		t.Errorf("took %v", d)
	}
}

func manyNumbers() string {
	var b strings.Builder
	for i := range MaxFacts + 1 {
		b.WriteString("+" + itoa(i))
	}
	return b.String()
}

// TestNames: what an expression will ask for is known.
func TestNames(t *testing.T) {
	e := MustCompile(`有(断面.目标类别) && 值 > 参数.间隔 && 值 > 3 && 指标("class", 断面) == 类别 && 落入(位置, "zones")`, scope, OfBool)
	if got := strings.Join(e.Names(), " "); got != "断面.目标类别 值 参数.间隔 类别" {
		t.Error(got)
	}
	var calls []string
	for _, c := range e.Calls() {
		calls = append(calls, c.String())
	}
	if got := strings.Join(calls, " "); got != `指标("class", 断面) 落入(位置, "zones")` {
		t.Error(got)
	}
	if e.Type() != OfBool || MustCompile("断面.乡镇", scope, OfEntry("towns")).Type().Register() != "towns" {
		t.Error("types")
	}
	if _, err := Compile("值 + 1", scope, OfBool); err == nil || !strings.Contains(err.Error(), "这里要条件") {
		t.Error(err)
	}
	var always *Expr
	if ok, err := always.Holds(t.Context(), nil); !ok || err != nil {
		t.Error("no expression holds always")
	}
}

// FuzzCompile: no text of an author brings the program down, and what compiles is evaluated without a panic.
func FuzzCompile(f *testing.F) {
	for _, src := range []string{`值 > 1.4`, `有(空数) && 空数 > 3`, `加(今天, "5个工作日")`, `（值＋1）×2≥5`, `落入(位置, "zones", "在用")`, `"\""`, `断面.乡镇.名称`, `[`, `{值}`} {
		f.Add(src)
	}
	world := facts(f)
	f.Fuzz(func(t *testing.T, src string) {
		if e, err := Compile(src, scope, AnyType); err == nil {
			v, err := e.Eval(t.Context(), world)
			if err != nil && strings.Contains(err.Error(), "internal") {
				t.Fatalf("%q: %v", src, err)
			}
			if err == nil {
				Print(v)
			}
		}
		if tmpl, err := CompileTemplate(src, scope); err == nil {
			if _, err := tmpl.Text(t.Context(), world); err != nil && err != errStore {
				t.Fatalf("%q: %v", src, err)
			}
		}
	})
}
