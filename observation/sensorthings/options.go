package sensorthings

import (
	"net/url"
	"strconv"
	"strings"
)

// options are what a request, or one $expand of it, asks for.
type options struct {
	top, skip int // top 0: the usual
	count     bool
	order     []order
	selected  []string
	filter    expr
	expand    []expand
}

type order struct {
	path []string
	desc bool
}

type expand struct {
	name string
	options
	asked url.Values // for the nextLink
}

const (
	usualTop  = 100
	mostTop   = 1000
	maxDepth  = 5 // of $expand
	maxOption = 4000
)

// readQuery reads the options of an address.
func readQuery(q url.Values) (options, error) {
	var o options
	for name, values := range q {
		if len(values) != 1 {
			return o, bad("%s stands there twice", name)
		}
		if err := o.set(name, values[0], 0); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (o *options) set(name, value string, depth int) (err error) {
	if len(value) > maxOption {
		return bad("%s is too long", name)
	}
	switch name {
	case "$top":
		if o.top, err = strconv.Atoi(value); err != nil || o.top < 0 {
			return bad("$top wants a number")
		}
		if o.top == 0 {
			o.top = -1 // none at all, for $count
		}
	case "$skip":
		if o.skip, err = strconv.Atoi(value); err != nil || o.skip < 0 || o.skip > 10_000_000 {
			return bad("$skip wants a number")
		}
	case "$count":
		if value != "true" && value != "false" {
			return bad("$count is true or false")
		}
		o.count = value == "true"
	case "$orderby":
		for part := range strings.SplitSeq(value, ",") {
			f := strings.Fields(part)
			if len(f) == 0 || len(f) > 2 || len(f) == 2 && f[1] != "asc" && f[1] != "desc" {
				return bad("$orderby wants: property asc|desc")
			}
			o.order = append(o.order, order{strings.Split(f[0], "/"), len(f) == 2 && f[1] == "desc"})
		}
	case "$select":
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				o.selected = append(o.selected, part)
			}
		}
	case "$filter":
		o.filter, err = parseFilter(value)
	case "$expand":
		o.expand, err = readExpand(value, depth+1)
	case "$resultFormat":
		return notDone("$resultFormat=%s is not answered here", value)
	default:
		if strings.HasPrefix(name, "$") {
			return notDone("%s is not answered here", name)
		}
		return bad("unknown option %s", name)
	}
	return err
}

// readExpand reads Datastreams($top=1;$expand=Observations($top=1)),Locations and paths such as Datastreams/Observations.
func readExpand(s string, depth int) (out []expand, err error) {
	if depth > maxDepth {
		return nil, bad("$expand is nested too deeply")
	}
	parts, err := splitOutside(s, ',')
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		part = strings.TrimSpace(part)
		name, rest, has := strings.Cut(part, "(")
		var e expand
		if has {
			inner, ok := strings.CutSuffix(rest, ")")
			if !ok {
				return nil, bad("$expand: a bracket is missing")
			}
			settings, err := splitOutside(inner, ';')
			if err != nil {
				return nil, err
			}
			for _, setting := range settings {
				k, v, ok := strings.Cut(strings.TrimSpace(setting), "=")
				if !ok {
					return nil, bad("$expand: want $option=value")
				}
				if err := e.set(k, v, depth); err != nil {
					return nil, err
				}
				if e.asked == nil {
					e.asked = url.Values{}
				}
				e.asked.Set(k, v)
			}
		}
		first, more, nested := strings.Cut(name, "/")
		e.name = strings.TrimSpace(first)
		if nested { // Datastreams/Observations is short for Datastreams($expand=Observations), options are of the last
			inner := expand{name: more, options: e.options, asked: e.asked}
			if strings.Contains(more, "/") {
				return nil, notDone("$expand: write deeper paths as Datastreams($expand=…)")
			}
			e.options, e.asked = options{expand: []expand{inner}}, nil
		}
		if e.name == "" {
			return nil, bad("$expand: a name is missing")
		}
		out = append(out, e)
	}
	return out, nil
}

// splitOutside cuts at sep where it stands outside brackets and quotes.
func splitOutside(s string, sep byte) (out []string, err error) {
	depth, quoted, start := 0, false, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth < 0 {
				return nil, bad("a bracket too many")
			}
		case c == sep && depth == 0:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	if depth > 0 || quoted {
		return nil, bad("a bracket or quote is missing")
	}
	return append(out, s[start:]), nil
}
