package register

import (
	"context"
	"slices"
	"strings"

	"zhixing/db"
)

// An entry is called what its label field holds; without one by its key, in which what refers to another entry is called as that one is:
// 示例食堂 01. An entry that is only numbered is called by its register: 检查记录7号.

// named is what an entry is called by its key alone.
func (s *Schema) named(key string) string {
	n, number := strings.CutPrefix(key, "#")
	if number || len(s.Key) == 0 {
		return s.Title + n + "号"
	}
	return strings.ReplaceAll(key, keySeparator, " ")
}

func (s *Schema) labelOf(v Values, key string) string {
	if s.Label == "" || v[s.Label] == "" {
		return s.named(key)
	}
	return v[s.Label]
}

// Labels are what people call the entries with these keys. Those that the viewer may not know of are not among them.
func (r *Registers) Labels(ctx context.Context, tx *db.Tx, v Viewer, name Name, keys []string) (map[string]string, error) {
	const op = "Labels"
	s, err := r.schema(op, name)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 || !v.Inside && (!s.Public || slices.ContainsFunc(append([]string{s.Label}, s.Key...), func(k string) bool { return k != "" && !s.open(k) })) {
		return nil, nil
	}
	out, err := labelsOf(ctx, tx, r.County, name, keys)
	if err != nil {
		return nil, wrap(op, err)
	}
	byRefs, err := r.byRefs(ctx, tx, v, s, keys)
	for key, called := range byRefs {
		if out[key] == s.named(key) {
			out[key] = called
		}
	}
	return out, wrap(op, err)
}

// byRefs are keys with what they refer to called by its name; nothing where no field of the key refers to anything.
func (r *Registers) byRefs(ctx context.Context, tx *db.Tx, v Viewer, s *Schema, keys []string) (map[string]string, error) {
	if !slices.ContainsFunc(s.Key, func(k string) bool { f, ok := s.Field(k); return ok && f.Type == Ref }) {
		return nil, nil
	}
	parts := map[string][]string{}
	for _, key := range keys {
		if p := strings.Split(key, keySeparator); len(p) == len(s.Key) {
			parts[key] = p
		}
	}
	for i, k := range s.Key {
		f, ok := s.Field(k)
		of, known := r.Schema(f.Register)
		if !ok || !known || !v.Inside && (!of.Public || !of.open(of.Label)) {
			continue
		}
		to := make([]string, 0, len(parts))
		for _, p := range parts {
			to = append(to, p[i])
		}
		slices.Sort(to)
		labels, err := labelsOf(ctx, tx, r.County, f.Register, slices.Compact(to))
		if err != nil {
			return nil, err
		}
		for _, p := range parts {
			if l := labels[p[i]]; l != "" {
				p[i] = l
			}
		}
	}
	out := make(map[string]string, len(parts))
	for key, p := range parts {
		out[key] = strings.Join(p, " ")
	}
	return out, nil
}

// call gives entries that have no name of their own the names of what their keys refer to.
func (r *Registers) call(ctx context.Context, tx *db.Tx, v Viewer, s *Schema, list ...*Entry) error {
	var keys []string
	for _, e := range list {
		if e != nil && e.Label == s.named(e.Key) {
			keys = append(keys, e.Key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	called, err := r.byRefs(ctx, tx, v, s, keys)
	for _, e := range list {
		if e != nil && e.Label == s.named(e.Key) && called[e.Key] != "" {
			e.Label = called[e.Key]
		}
	}
	return err
}

// callOwed is call for obligations.
func (r *Registers) callOwed(ctx context.Context, tx *db.Tx, list []Owed) error {
	keys := map[Name][]string{}
	for _, o := range list {
		keys[o.Register] = append(keys[o.Register], o.Key)
	}
	for name, of := range keys {
		s, ok := r.Schema(name)
		if !ok {
			continue
		}
		called, err := r.byRefs(ctx, tx, Inside, s, of)
		if err != nil {
			return err
		}
		for i := range list {
			if o := &list[i]; o.Register == name && o.Label == s.named(o.Key) && called[o.Key] != "" {
				o.Label = called[o.Key]
			}
		}
	}
	return nil
}
