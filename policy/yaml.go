package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// text is a word in a YAML file that remembers its line.
type text struct {
	s    string
	line int
}

// UnmarshalYAML takes any single value as it is written: 043600 stays six digits.
func (t *text) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: cannot unmarshal %s into text", n.Line, n.Tag)}}
	}
	t.s, t.line = strings.TrimSpace(n.Value), n.Line
	return nil
}

func words(ts []text) []string {
	if len(ts) == 0 {
		return nil
	}
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.s
	}
	return out
}

// decode reads one YAML document strictly into v, a pointer to one of the *File types.
func (f *folder) decode(file string, v any) bool {
	b, ok := f.read(file, maxYAML)
	if !ok {
		return false
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	err := dec.Decode(v)
	switch {
	case errors.Is(err, io.EOF):
		f.bad(file, 0, "文件是空的")
		return false
	case err != nil:
		f.explain(file, err)
		return false
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		f.bad(file, more.Line, "一个文件只写一份内容，请去掉“---”之后的部分")
		return false
	}
	return true
}

var (
	yamlLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	yamlUnknown = regexp.MustCompile(`^field (.+) not found in type (.+)$`)
	yamlKey     = regexp.MustCompile(`^(?:field|mapping key) "?(.+?)"? (?:not found in type|already defined at line) `)
	yamlTwice   = regexp.MustCompile(`^mapping key "(.*)" already defined at line (\d+)$`)
	yamlTag     = regexp.MustCompile(`yaml:\\"(\w+)`)
	yamlShape   = regexp.MustCompile(`^cannot unmarshal (\S+)(?: .*)? into (\S+)$`)
)

// yamlSlips are what the YAML library says of a file that it cannot read, and what has mostly happened.
var yamlSlips = []struct{ said, meant string }{
	{"tab character", "缩进用了制表符，请改成空格"},
	{"expected ',' or '}'", "大括号里少了逗号，或没有写 }"},
	{"expected ',' or ']'", "方括号里少了逗号，或没有写 ]"},
	{"mapping values are not allowed", "一行里多了一个冒号"},
	{"could not find expected ':'", "少了冒号，或冒号后面没有空格"},
	{"unexpected end of stream", "引号或括号没有收尾"},
	{"expected '-' indicator", "列表的各项没有对齐"},
	{"did not find expected key", "和上面几行没有对齐，或引号后面多了字"},
	{"anchor", "*、& 开头的要加引号"},
	{"cannot start any token", "有不能开头的字符，如 @、`、%"},
}

// explain turns what the YAML library says into problems that a clerk can act on.
func (f *folder) explain(file string, err error) {
	var many *yaml.TypeError
	if !errors.As(err, &many) {
		line, said := splitLine(err.Error())
		for _, s := range yamlSlips {
			if strings.Contains(said, s.said) {
				f.bad(file, line, "YAML 写法有误：%s；表达式、句子里有逗号、冒号，或以 !、{、引号开头的，整个加引号", s.meant)
				return
			}
		}
		f.bad(file, line, "YAML 写法有误，请检查缩进、冒号和引号；表达式、句子里有逗号、冒号，或以 !、{、引号开头的，整个加引号")
		return
	}
	for _, e := range many.Errors {
		line, said := splitLine(e)
		if m := yamlKey.FindStringSubmatch(said); m != nil && strings.ContainsAny(m[1], "()[]<>=!&|?+*\"' ") {
			f.bad(file, line, "“%s”像是被逗号断开的后半句：大括号里的表达式、句子有逗号或冒号的，整个加引号，如 when: \"天数(今天, 到期) <= 30\"", m[1])
		} else if m := yamlUnknown.FindStringSubmatch(said); m != nil && !ascii(m[1]) {
			f.bad(file, line, "不认识的字段“%s”，这里可写：%s；是前一个值的后半句的，前一个值整个加引号", m[1], fields(m[2]))
		} else if m := yamlUnknown.FindStringSubmatch(said); m != nil {
			f.bad(file, line, "不认识的字段“%s”，这里可写：%s", m[1], fields(m[2]))
		} else if m := yamlTwice.FindStringSubmatch(said); m != nil {
			f.bad(file, line, "字段“%s”写了两次，第一次在第 %s 行", m[1], m[2])
		} else if m := yamlShape.FindStringSubmatch(said); m != nil {
			f.bad(file, line, "这里写的是%s，应当是%s", shape(m[1]), shape(m[2]))
		} else {
			f.bad(file, line, "YAML 写法有误，请检查缩进、冒号和引号")
		}
	}
}

// ascii reports whether a key is written as our fields are.
func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

func splitLine(s string) (int, string) {
	if m := yamlLine.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n, m[2]
	}
	return 0, strings.TrimPrefix(s, "yaml: ")
}

// shape says in Chinese what a YAML tag or a Go type of ours is.
func shape(s string) string {
	switch {
	case s == "!!map" || strings.HasPrefix(s, "map["):
		return "一组“字段: 值”"
	case s == "!!seq" || strings.HasPrefix(s, "[]"):
		return "一个列表（每项前有“- ”）"
	case s == "bool":
		return " true 或 false"
	case strings.HasSuffix(s, "File"):
		return "一组“字段: 值”"
	}
	return "一个词"
}

// fields lists the fields that a *File type has, by the name that the YAML library prints. A type without a name it prints
// whole, with its tags.
func fields(typeName string) string {
	if strings.HasPrefix(typeName, "struct {") {
		var names []string
		for _, m := range yamlTag.FindAllStringSubmatch(typeName, -1) {
			names = append(names, m[1])
		}
		return strings.Join(names, "、")
	}
	for _, v := range append(packTypes, countyFile{}, mastheadFile{}, townFile{}, agencyFile{}, unitsFile{}, unitFile{},
		postsFile{}, postFile{}, groupFile{}, memberFile{},
		supervisionFile{}, ruleFile{}, limitFile{}, rungFile{}, scoresFile{},
		demoFile{}, demoPersonFile{}, demoActFile{}) {
		if t := reflect.TypeOf(v); t.String() == typeName {
			return strings.Join(fieldNames(t), "、")
		}
	}
	return "（无）"
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			names = append(names, fieldNames(f.Type)...)
			continue
		}
		names = append(names, f.Tag.Get("yaml"))
	}
	return names
}
