package register

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"

	"zhixing/calendar"
	"zhixing/db"
)

// filling is what somebody filled in, read field by field.
type filling struct {
	set    Values // fields that differ from what the entry says; empty: emptied
	shapes map[string]*Geometry
	files  map[string][]byte
	wrong  []FieldError
}

func (f *filling) bad(field, format string, args ...any) {
	f.wrong = append(f.wrong, FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
}

// fill reads fields and files against an entry, nil for a new one. It touches no database, but for references, which are
// left to checkRefs.
func (r *Registers) fill(s *Schema, before *Entry, fields map[string]string, files map[string]Upload) *filling {
	f := &filling{set: Values{}}
	old := func(name string) string {
		if before == nil {
			return ""
		}
		return before.Values[name]
	}
	for i := range s.Fields {
		field := &s.Fields[i]
		if up, ok := files[field.Name]; ok {
			f.file(field, old(field.Name), up)
			continue
		}
		raw, ok := fields[field.Name]
		if !ok {
			continue
		}
		value, shape, bad := r.parse(field, raw)
		if bad != "" {
			f.bad(field.Name, "%s", bad)
			continue
		}
		if value == old(field.Name) {
			continue
		}
		f.set[field.Name] = value
		if shape != nil {
			if f.shapes == nil {
				f.shapes = map[string]*Geometry{}
			}
			f.shapes[field.Name] = shape
		}
	}
	for name := range fields {
		if _, ok := s.Field(name); !ok {
			f.bad(name, "这本台账没有这一格。")
		}
	}
	r.complete(s, before, f)
	return f
}

// complete asks for what must be filled in, and for a key that can stand in an address.
func (r *Registers) complete(s *Schema, before *Entry, f *filling) {
	value := func(name string) string {
		if v, ok := f.set[name]; ok || before == nil {
			return v
		}
		return before.Values[name]
	}
	wrong := map[string]bool{}
	for _, w := range f.wrong {
		wrong[w.Field] = true
	}
	for i := range s.Fields {
		field := &s.Fields[i]
		if _, changed := f.set[field.Name]; field.Required && value(field.Name) == "" && !wrong[field.Name] && (before == nil || changed) {
			f.bad(field.Name, "请填写。")
		}
	}
	for _, k := range s.Key {
		v := value(k)
		_, changed := f.set[k]
		switch {
		case wrong[k], before != nil && !changed:
		case v == "":
			if field, ok := s.Field(k); !ok || !field.Required {
				f.bad(k, "条目凭这一格认定，请填写。")
			}
		case len(v) > maxKey:
			f.bad(k, "条目凭这一格认定，最多%d字。", maxKey/3)
		case strings.ContainsFunc(v, func(c rune) bool { return c == '|' || c == '#' || c == '?' || unicode.IsControl(c) }):
			f.bad(k, "条目凭这一格认定，不能有竖线、井号、问号和换行。")
		}
	}
}

func (f *filling) file(field *Field, old string, up Upload) {
	name := strings.Join(strings.Fields(up.Name), " ")
	switch {
	case field.Type != File:
		f.bad(field.Name, "这一格不是文件，请填写文字。")
	case len(up.Bytes) == 0:
		f.bad(field.Name, "文件是空的，请重新选择。")
	case len(up.Bytes) > maxFile:
		f.bad(field.Name, "文件有%.1f MB，最多%d MB，请压缩后再传。", float64(len(up.Bytes))/(1<<20), maxFile>>20)
	case !readable(name) || name == "" || len(name) > maxKey:
		f.bad(field.Name, "文件名太长或认不出，请改名后再传。")
	default:
		media := strings.Map(func(c rune) rune {
			if c > ' ' && c < 0x7f {
				return c
			}
			return -1
		}, up.MediaType)
		if media == "" {
			media = "application/octet-stream"
		}
		sum := sha256.Sum256(up.Bytes)
		sha := hex.EncodeToString(sum[:])
		if v := fileValue(sha, len(up.Bytes), cut(media, 100), name); v != old {
			f.set[field.Name] = v
			if f.files == nil {
				f.files = map[string][]byte{}
			}
			f.files[sha] = up.Bytes
		}
	}
}

// checkRefs asks whether the entries that reference fields name are there. What people call an entry is understood where only
// one is called so.
func (r *Registers) checkRefs(ctx context.Context, tx *db.Tx, s *Schema, f *filling) error {
	for i := range s.Fields {
		field := &s.Fields[i]
		v := f.set[field.Name]
		if v == "" {
			continue
		}
		switch field.Type {
		case Ref:
			found, err := keysAmong(ctx, tx, r.County, field.Register, []string{v})
			if err != nil {
				return err
			}
			if found[v] {
				continue
			}
			key, bad, err := r.refByLabel(ctx, tx, field, v)
			if err != nil {
				return err
			}
			if bad != "" {
				f.bad(field.Name, "%s", bad)
				continue
			}
			f.set[field.Name] = key
		case File: // typed in, not uploaded: it must be there
			ref, _ := ParseFile(v)
			if _, sent := f.files[ref.SHA256]; !sent {
				if _, err := fileBytes(ctx, tx, r.County, ref.SHA256); KindOf(err) == NotFound {
					f.bad(field.Name, "没有这个文件，请重新上传。")
				} else if err != nil {
					return err
				}
			}
		case Line, Polygon:
			if f.shapes[field.Name] == nil {
				g, err := shapeOf(ctx, tx, r.County, v)
				switch {
				case KindOf(err) == NotFound:
					f.bad(field.Name, "没有这个图形，请重新给出坐标。")
				case err != nil:
					return err
				case g.Kind != field.Type:
					f.bad(field.Name, "这一格应是%s，给的是%s。", geoChinese[field.Type], geoChinese[g.Kind])
				}
			}
		}
	}
	return nil
}

func (r *Registers) refByLabel(ctx context.Context, tx *db.Tx, field *Field, v string) (key, bad string, err error) {
	title := string(field.Register)
	if t, ok := r.Schema(field.Register); ok {
		title = t.Title
	}
	keys, err := keysLabelled(ctx, tx, r.County, field.Register, v)
	switch {
	case err != nil:
		return "", "", err
	case len(keys) == 1:
		return keys[0], "", nil
	case len(keys) > 1:
		return "", fmt.Sprintf("《%s》里有几个“%s”，请写编号：%s。", title, cut(v, 60), strings.Join(keys, "、")), nil
	}
	return "", fmt.Sprintf("《%s》里没有“%s”，请先在那本台账里入册。", title, cut(v, 60)), nil
}

// day is the day from which a change holds: today where nothing is said, never in the future, never before the entry.
func day(tx *db.Tx, op string, holds calendar.Date, before *Entry) (calendar.Date, error) {
	now := today(tx)
	switch {
	case holds.IsZero():
		return now, nil
	case now.Before(holds):
		return holds, refuse(Invalid, op, "生效日期%s在今天之后：到那一天再记。", holds)
	case holds.Year < 1900:
		return holds, refuse(Invalid, op, "生效日期%s不合理，请核对。", holds)
	case before != nil && holds.Before(before.EnteredOn):
		return holds, refuse(Invalid, op, "生效日期%s早于入册日期%s，请核对。", holds, before.EnteredOn)
	}
	return holds, nil
}

// checkWords refuses a reason that is missing, too long or no text.
func checkWords(op, what, s string, needed bool) error {
	switch {
	case needed && strings.TrimSpace(s) == "":
		return refuse(Invalid, op, "请写明%s。", what)
	case len(s) > maxWords || !readable(s):
		return refuse(Invalid, op, "%s最多%d字，不能有无法识别的字符。", what, maxWords/3)
	}
	return nil
}
