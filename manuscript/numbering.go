package manuscript

import (
	"strconv"
	"strings"
)

// numbering makes the numbers that Word counts by itself, such as （一）, and that stand nowhere in the text.
type numbering struct {
	lists   map[string]*list // by numId
	styles  map[string]style
	normal  string             // style of paragraphs that name none
	counted map[string]*[9]int // by abstract list: the last number of each level, unset before the first
}

const unset = -1 << 31

const maxLabel = 255 * 3 // bytes of the text of a level; Word takes 255 characters

// numRef is the number that a paragraph asks for.
type numRef struct {
	id              string
	level           int
	hasID, hasLevel bool
}

type style struct {
	num     numRef
	basedOn string
}

// list is one list of a document; lists of one abstract list count on together.
type list struct {
	abstract string
	levels   [9]xmlLevel
	starts   map[int]int // levels that begin anew when the list does
}

type val struct {
	Val string `xml:"val,attr"`
}

type xmlLevel struct {
	Level   int  `xml:"ilvl,attr"`
	Start   val  `xml:"start"`
	Format  *val `xml:"numFmt"`
	Other   *val `xml:"AlternateContent>Fallback>numFmt"` // where Format is of a newer Word
	Text    val  `xml:"lvlText"`
	Suffix  val  `xml:"suff"`
	Restart *val `xml:"lvlRestart"`
	Legal   *val `xml:"isLgl"`
	Style   val  `xml:"pStyle"`
	Fonts   struct {
		ASCII string `xml:"ascii,attr"`
	} `xml:"rPr>rFonts"`
}

type xmlNumbering struct {
	Abstract []struct {
		ID        string     `xml:"abstractNumId,attr"`
		Levels    []xmlLevel `xml:"lvl"`
		StyleLink val        `xml:"numStyleLink"`
	} `xml:"abstractNum"`
	Num []struct {
		ID        string `xml:"numId,attr"`
		Abstract  val    `xml:"abstractNumId"`
		Overrides []struct {
			Level int       `xml:"ilvl,attr"`
			Start *val      `xml:"startOverride"`
			New   *xmlLevel `xml:"lvl"`
		} `xml:"lvlOverride"`
	} `xml:"num"`
}

type xmlStyles struct {
	Style []struct {
		ID      string `xml:"styleId,attr"`
		Type    string `xml:"type,attr"`
		Default string `xml:"default,attr"`
		BasedOn val    `xml:"basedOn"`
		Num     *struct {
			Level *val `xml:"ilvl"`
			ID    *val `xml:"numId"`
		} `xml:"pPr>numPr"`
	} `xml:"style"`
}

// numbering reads the lists and styles of a document; parts that are not there leave it without numbers.
func (a *archive) numbering(numberingPart, stylesPart string) (*numbering, error) {
	n := &numbering{lists: map[string]*list{}, styles: map[string]style{}, counted: map[string]*[9]int{}}
	var styles xmlStyles
	if err := a.unmarshal(stylesPart, &styles); err != nil {
		return nil, err
	}
	for _, s := range styles.Style {
		this := style{basedOn: s.BasedOn.Val}
		if s.Num != nil && s.Num.ID != nil {
			this.num.id, this.num.hasID = s.Num.ID.Val, true
		}
		if s.Num != nil && s.Num.Level != nil {
			this.num.level, this.num.hasLevel = number(s.Num.Level.Val, 0), true
		}
		n.styles[s.ID] = this
		if s.Type == "paragraph" && (s.Default == "1" || s.Default == "true") {
			n.normal = s.ID
		}
	}
	var lists xmlNumbering
	if err := a.unmarshal(numberingPart, &lists); err != nil {
		return nil, err
	}
	n.link(&lists)
	return n, nil
}

// link builds the lists out of what the part says of them.
func (n *numbering) link(lists *xmlNumbering) {
	abstracts := map[string]int{}
	for i, a := range lists.Abstract {
		abstracts[a.ID] = i
	}
	nums := map[string]string{} // numId → abstract list
	for _, num := range lists.Num {
		nums[num.ID] = num.Abstract.Val
	}
	for _, num := range lists.Num {
		i, ok := abstracts[num.Abstract.Val]
		if !ok {
			continue
		}
		if link := lists.Abstract[i].StyleLink.Val; link != "" && len(lists.Abstract[i].Levels) == 0 {
			if i, ok = abstracts[nums[n.styles[link].num.id]]; !ok {
				continue
			}
		}
		l := &list{abstract: lists.Abstract[i].ID, starts: map[int]int{}}
		for _, level := range lists.Abstract[i].Levels {
			l.set(level.Level, level)
		}
		for _, o := range num.Overrides {
			if o.New != nil {
				l.set(o.Level, *o.New)
			}
			if o.Start != nil {
				l.starts[o.Level] = number(o.Start.Val, 1)
			}
		}
		n.lists[num.ID] = l
	}
}

func (l *list) set(i int, level xmlLevel) {
	if i < 0 || i >= len(l.levels) {
		return
	}
	if level.Other != nil {
		level.Format = level.Other
	}
	if len(level.Text.Val) > maxLabel {
		level.Text.Val = ""
	}
	l.levels[i] = level
}

// number is a decimal number within reason, or else what is given.
func number(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n >= -1 && n < 1_000_000 {
		return n
	}
	return otherwise
}

// label counts a paragraph and gives what Word prints before it, the gap after the number included; empty where the
// paragraph is not numbered.
func (n *numbering) label(styleID string, ref numRef) string {
	if len(n.lists) == 0 {
		return ""
	}
	if styleID == "" {
		styleID = n.normal
	}
	from := "" // the style that the list comes from
	for id, hops := styleID, 0; id != "" && !ref.hasID && hops < 50; hops++ {
		s := n.styles[id]
		if s.num.hasID {
			ref.id, ref.hasID, from = s.num.id, true, id
		}
		if s.num.hasLevel && !ref.hasLevel {
			ref.level, ref.hasLevel = s.num.level, true
		}
		id = s.basedOn
	}
	l := n.lists[ref.id]
	if l == nil {
		return ""
	}
	if from != "" { // the level says which style it belongs to
		for i := range l.levels {
			if s := l.levels[i].Style.Val; s != "" && (s == from || s == styleID) {
				ref.level = i
			}
		}
	}
	if ref.level < 0 || ref.level >= len(l.levels) {
		return ""
	}
	n.count(l, ref.level)
	return n.write(l, ref.level)
}

// count counts one paragraph at a level of a list.
func (n *numbering) count(l *list, at int) {
	counts := n.counted[l.abstract]
	if counts == nil {
		counts = &[9]int{unset, unset, unset, unset, unset, unset, unset, unset, unset}
		n.counted[l.abstract] = counts
	}
	for i, start := range l.starts {
		if i >= 0 && i < len(counts) {
			counts[i] = start - 1
		}
	}
	l.starts = nil
	if counts[at] == unset {
		counts[at] = l.start(at)
	} else {
		counts[at]++
	}
	for i := at + 1; i < len(counts); i++ {
		restart := i // a level begins anew after any level above it
		if r := l.levels[i].Restart; r != nil {
			restart = number(r.Val, i)
		}
		if at < restart {
			counts[i] = unset
		}
	}
}

func (l *list) start(level int) int { return number(l.levels[level].Start.Val, 1) }

// write is the number as printed: 第%1条 with the counts put in.
func (n *numbering) write(l *list, at int) string {
	level, counts := &l.levels[at], n.counted[l.abstract]
	text := level.Text.Val
	if level.Format != nil && level.Format.Val == "bullet" {
		text = bullet(text, level.Fonts.ASCII)
	} else if strings.Contains(text, "%") {
		for i := range counts {
			place := "%" + strconv.Itoa(i+1)
			if !strings.Contains(text, place) {
				continue
			}
			c, format := counts[i], ""
			if c == unset {
				c = l.start(i)
			}
			if f := l.levels[i].Format; f != nil && level.Legal == nil {
				format = f.Val
			}
			text = strings.ReplaceAll(text, place, numeral(c, format))
		}
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	if level.Suffix.Val == "nothing" || strings.HasSuffix(text, "、") || strings.HasSuffix(text, "）") || strings.HasSuffix(text, ")") || strings.HasSuffix(text, "．") || strings.HasSuffix(text, "：") {
		return text
	}
	return text + " "
}

func bullet(text, font string) string {
	var b strings.Builder
	for _, r := range text {
		if r >= 0xf000 && r <= 0xf0ff || strings.HasPrefix(strings.ToLower(font), "wingdings") && r < 0x100 {
			b.WriteString(symbol(font, strconv.FormatInt(int64(r)|0xf000, 16)))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
