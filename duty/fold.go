package duty

import "strings"

// text is a printed text beside its folded form, rune for rune: half-width punctuation, digits and letters, one kind
// of bracket, one kind of space, simplified characters. Matching looks at f, answers are cut from raw.
type text struct {
	raw, f []rune
}

func newText(s string) text {
	raw := []rune(s)
	f := make([]rune, len(raw))
	for i, r := range raw {
		f[i] = fold(r)
	}
	return text{raw, f}
}

func (t text) len() int           { return len(t.raw) }
func (t text) cut(i, j int) text  { return text{t.raw[i:j], t.f[i:j]} }
func (t text) from(i int) text    { return t.cut(min(i, t.len()), t.len()) }
func (t text) String() string     { return string(t.raw) }
func (t text) folded() string     { return string(t.f) }
func (t text) has(s string) bool  { return strings.Contains(string(t.f), s) }
func (t text) at(i int) rune      { return runeAt(t.f, i) }
func (t text) index(s string) int { return index(t.f, []rune(s)) }

// trim cuts white space and the given runes from both ends.
func (t text) trim(cutset string) text {
	i, j := 0, len(t.f)
	for i < j && (blank(t.f[i]) || strings.ContainsRune(cutset, t.f[i])) {
		i++
	}
	for i < j && (blank(t.f[j-1]) || strings.ContainsRune(cutset, t.f[j-1])) {
		j--
	}
	return t.cut(i, j)
}

// trimLeft cuts white space and the given runes from the beginning.
func (t text) trimLeft(cutset string) text {
	i := 0
	for i < len(t.f) && (blank(t.f[i]) || strings.ContainsRune(cutset, t.f[i])) {
		i++
	}
	return t.cut(i, len(t.f))
}

// tight is the printed text without white space.
func (t text) tight() string {
	var b strings.Builder
	for i, r := range t.f {
		if !blank(r) {
			b.WriteRune(t.raw[i])
		}
	}
	return b.String()
}

// squeeze drops white space from both forms.
func (t text) squeeze() text {
	n := 0
	for _, r := range t.f {
		if !blank(r) {
			n++
		}
	}
	if n == len(t.f) {
		return t
	}
	out := text{make([]rune, 0, n), make([]rune, 0, n)}
	for i, r := range t.f {
		if !blank(r) {
			out.raw, out.f = append(out.raw, t.raw[i]), append(out.f, r)
		}
	}
	return out
}

// blank is white space in the folded form; '\n' stands between paragraphs.
func blank(r rune) bool { return r == ' ' || r == '\n' }

func fold(r rune) rune {
	switch {
	case r < 0x80:
		switch r {
		case '\t', '\r', '\v', '\f':
			return ' '
		case '[', '{':
			return '('
		case ']', '}':
			return ')'
		}
		return r
	case r >= 0xFF01 && r <= 0xFF5E:
		return fold(r - 0xFF01 + '!')
	}
	switch r {
	case '\u3000', '\u00a0', '\u2002', '\u2003', '\u2009', '\u200b', '\ufeff', '\u2028':
		return ' '
	case '〔', '〈', '【', '﹝', '〖', '﹙', '❲':
		return '('
	case '〕', '〉', '】', '﹞', '〗', '﹚', '❳':
		return ')'
	case '﹑', '､':
		return '、'
	case '﹐':
		return ','
	case '﹔':
		return ';'
	case '﹕', '∶', '︰':
		return ':'
	case '｡', '﹒':
		return '。'
	}
	if r >= hanFirst && r <= hanLast {
		if s := simplified[r-hanFirst]; s != 0 {
			return rune(s)
		}
	}
	return r
}

const hanFirst, hanLast = 0x4e00, 0x9fff

// simplified holds the traditional characters of the words that this package looks for.
var simplified = pairs("負负責责牽牵頭头單单門门參参與与實实組组織织協协辦办處处縣县區区鎮镇鄉乡廳厅會会員员團团銀银開开發发學学" +
	"醫医隊队總总園园黨党機机構构關关業业聯联務务農农環环財财應应當当視视時时間间節节點点現现個个條条為为産产產产導导" +
	"領领協协統统籌筹據据職职權权執执辦办結结備备註注項项標标電电網网賽赛體体係系廣广東东進进審审監监設设備备護护運运" +
	"衛卫氣气質质資资訊讯辦办書书記记長长續续態态動动態态將将對对從从後后務务須须較较達达優优減减測测評评價价規规劃划" +
	"創创業业產产貿贸債债債债稅税檢检院院討讨論论認认証证證证調调獎奖勵励擴扩過过還还這这內内兩两併并於于號号類类別别舉举婦妇殘残報报廠厂館馆場场際际貫贯徹彻無无並并擔担屬属該该獨独複复說说幫帮鐵铁郵邮營营級级")

func pairs(s string) *[hanLast - hanFirst + 1]uint16 {
	rs := []rune(s)
	var table [hanLast - hanFirst + 1]uint16
	for i := 0; i+1 < len(rs); i += 2 {
		if rs[i] != rs[i+1] {
			table[rs[i]-hanFirst] = uint16(rs[i+1])
		}
	}
	return &table
}

func runeAt(f []rune, i int) rune {
	if i < 0 || i >= len(f) {
		return 0
	}
	return f[i]
}

func index(f, s []rune) int {
	for i := 0; i+len(s) <= len(f); i++ {
		if hasAt(f, i, s) {
			return i
		}
	}
	return -1
}

func hasAt(f []rune, i int, s []rune) bool {
	if i < 0 || i+len(s) > len(f) {
		return false
	}
	for k, r := range s {
		if f[i+k] != r {
			return false
		}
	}
	return true
}

// words is a set of words that are looked for at a place, the longest first.
type words map[rune][][]rune

func newWords(list string) words {
	w := words{}
	for _, s := range strings.Fields(list) {
		rs := []rune(s)
		w[rs[0]] = append(w[rs[0]], rs)
	}
	return w
}

// at is the length of the longest word that stands at i, 0 where none does.
func (w words) at(f []rune, i int) int {
	best := 0
	for _, s := range w[runeAt(f, i)] {
		if len(s) > best && hasAt(f, i, s) {
			best = len(s)
		}
	}
	return best
}

// ends is a set of words that are looked for at the end of a text.
type ends map[rune][][]rune

func newEnds(list string) ends {
	w := ends{}
	for _, s := range strings.Fields(list) {
		rs := []rune(s)
		last := rs[len(rs)-1]
		w[last] = append(w[last], rs)
	}
	return w
}

// of is the length of the longest word that f ends with, 0 where none does.
func (w ends) of(f []rune) int {
	if len(f) == 0 {
		return 0
	}
	best := 0
	for _, s := range w[f[len(f)-1]] {
		if len(s) > best && hasAt(f, len(f)-len(s), s) {
			best = len(s)
		}
	}
	return best
}

// closing finds the bracket that closes the one at open, -1 where none does within reach.
func closing(f []rune, open int) int {
	depth := 0
	for i := open; i < len(f) && i < open+reach; i++ {
		switch f[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// reach is how many runes a bracket may hold.
const reach = 1200
