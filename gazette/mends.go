package gazette

import (
	"fmt"
	"strconv"
	"strings"

	"zhixing/calendar"
)

// mending hands each mend out where it applies, and knows in the end which were of no use.
type mending struct {
	list []Mend
	used []bool
	at   map[int][]int // start of a line → mends that mean it
}

// newMending finds the line that each mend means. A mend means the line that it points into the white space before,
// or at the first character of.
func newMending(source string, lines []line, list []Mend) (*mending, error) {
	m := &mending{list: list, used: make([]bool, len(list)), at: map[int][]int{}}
	for i, mend := range list {
		if err := mend.check(source); err != nil {
			return nil, err
		}
		if mend.isField() {
			continue
		}
		start := -1
		for k := range lines {
			if lines[k].End > mend.At {
				if lines[k].Start >= mend.At && bare(source[mend.At:lines[k].Start]) == "" {
					start = lines[k].Start
				}
				break
			}
		}
		if start < 0 {
			return nil, fmt.Errorf("%s：这里不是一行的开头", mend.where(source))
		}
		m.at[start] = append(m.at[start], i)
	}
	return m, nil
}

// check refuses a mend that can apply nowhere.
func (m Mend) check(source string) error {
	if m.At < 0 || m.At >= len(source) {
		return fmt.Errorf("%s：位置 %d 不在文本之内（文本长 %d 字节）", m.where(source), m.At, len(source))
	}
	switch m.What {
	case SplitDocument, JoinDocument, SetNo, SetTitle, SetIssuer, SetKind, SetPublicNote:
		return nil
	case SetText:
		if strings.TrimSpace(m.Value) == "" {
			return fmt.Errorf("%s：改后的文字是空的", m.where(source))
		}
		return nil
	case SetLevel:
		if n, err := strconv.Atoi(m.Value); err != nil || n < 0 || n > 5 {
			return fmt.Errorf("%s：级别 %q 应为 0 至 5", m.where(source), m.Value)
		}
		return nil
	case SetSignedOn:
		if _, err := calendar.ParseDate(m.Value); err != nil {
			return fmt.Errorf("%s：日期 %q 应写作 2006-01-02", m.where(source), m.Value)
		}
		return nil
	}
	return fmt.Errorf("%s：不认得的订正", m.where(source))
}

// isField reports a mend of what is known of a document rather than of its text.
func (m Mend) isField() bool {
	switch m.What {
	case SetNo, SetTitle, SetIssuer, SetKind, SetSignedOn, SetPublicNote:
		return true
	}
	return false
}

func (m Mend) where(source string) string {
	return fmt.Sprintf("订正 %s（第 %d 行，位置 %d）", m.What, Line(source, m.At), m.At)
}

// has reports whether a line that begins at start is meant by a mend, so that a paragraph begins there.
func (m *mending) has(start int) bool { return len(m.at[start]) > 0 }

// take hands out the last mend of this sort for a paragraph, and notes that it was of use.
func (m *mending) take(what MendWhat, start int) (value string, ok bool) {
	for _, i := range m.at[start] {
		if m.list[i].What == what {
			m.used[i] = true
			value, ok = m.list[i].Value, true
		}
	}
	return value, ok
}

// document applies the mends of the fields of a document, in their order.
func (m *mending) document(d *Document) {
	for i, mend := range m.list {
		if !mend.isField() || mend.At < d.Span.Start || mend.At >= d.Span.End {
			continue
		}
		m.used[i] = true
		switch mend.What {
		case SetNo:
			d.No = mend.Value
		case SetTitle:
			d.Title, d.Kind = mend.Value, kindOf(mend.Value)
		case SetIssuer:
			d.Issuer = mend.Value
		case SetKind:
			d.Kind = mend.Value
		case SetSignedOn:
			d.SignedOn, _ = calendar.ParseDate(mend.Value)
		case SetPublicNote:
			d.PublicNote = mend.Value
		}
	}
}

// unused names the first mend that found nothing to mend.
func (m *mending) unused(source string) error {
	for i, used := range m.used {
		if !used {
			return fmt.Errorf("%s：没有找到可以订正的地方", m.list[i].where(source))
		}
	}
	return nil
}
