package duty

// titleEnd finds where the title of a task ends in its text and where the body begins after it, as the phrase up to
// the first full stop where that reads as a heading, else as the first clause; heads says which. more says that text of
// the task follows after t, longest is how many runes a heading may have.
func titleEnd(t text, more bool, longest int) (end, body int, heads bool) {
	stop := sentenceStop(t.f)
	after := stop + 1
	for after < t.len() && (blank(t.f[after]) || isEnd(t.f[after]) || t.f[after] == '.') {
		after++
	}
	follows := after < t.len() && !onlyNote(t.f[after:]) || more
	if gap := wideGap(t.raw, stop); gap > 0 && readsAsHeading(t.f[:gap], longTitle) {
		end, body = gap, gap
		for body < t.len() && t.f[body] == ' ' {
			body++
		}
		return end, body, true
	}
	if c := colonStop(t.f, stop); c > 0 {
		return c, c + 1, true
	}
	if follows && readsAsHeading(t.f[:stop], longest) {
		return stop, after, true
	}
	// No heading: the first clause stands for one.
	for i, depth := 0, 0; i < stop; i++ {
		switch t.f[i] {
		case '(', '《', '“':
			depth++
		case ')', '》', '”':
			depth = max(0, depth-1)
		case ',':
			if depth == 0 {
				return i, i + 1, false
			}
		}
	}
	return stop, min(after, t.len()), false
}

// onlyNote says that a text is nothing but a short bracket, such as the points a task is worth: （0.5分）.
func onlyNote(f []rune) bool {
	end := len(f)
	for end > 0 && (isEnd(f[end-1]) || blank(f[end-1])) {
		end--
	}
	return end > 1 && end <= 12 && f[0] == '(' && closing(f, 0) == end-1
}

// sentenceStop is the place of the first full stop outside brackets and quotes, or the end.
func sentenceStop(f []rune) int {
	depth := 0
	for i, r := range f {
		switch r {
		case '(', '《':
			depth++
		case ')', '》':
			depth = max(0, depth-1)
		case '。', '!', ';', '\n':
			if depth <= 0 || r == '\n' {
				return i
			}
		case '.':
			if depth <= 0 && i > 0 && f[i-1] >= 0x4e00 && (i+1 == len(f) || f[i+1] >= 0x4e00 || f[i+1] == ' ') {
				return i // a half-width stop
			}
		}
	}
	return len(f)
}

// shortTitle is how long a title is believed to be where most tasks of a plan have none, longTitle where each has one.
const shortTitle, longTitle = 24, 50

// readsAsHeading says that a phrase of at most so many runes is a title rather than a sentence.
func readsAsHeading(f []rune, longest int) bool {
	commas, clause := 0, 0
	for _, r := range f {
		switch r {
		case ',', ';':
			commas++
			clause = 0
		case ':', '%':
			return false
		default:
			clause++
		}
		if clause > 32 {
			return false
		}
	}
	return len(f) <= longest && (commas <= 1 || commas == 2 && longest > shortTitle)
}

// colonStop is the place of the colon that closes a title, 0 where none does.
func colonStop(f []rune, stop int) int {
	for i := 0; i < stop && i < 30; i++ {
		switch f[i] {
		case ',', '(':
			return 0
		case ':':
			if i < 4 || i+1 >= len(f) {
				return 0
			}
			switch f[i-1] {
			case '下', '括', '是', '为', '有', '含':
				return 0
			}
			return i
		}
	}
	return 0
}

// wideGap is the place of a wide space that parts a title from its body, 0 where there is none.
func wideGap(raw []rune, stop int) int {
	for i := 4; i < stop && i < 40; i++ {
		switch raw[i] {
		case '，', ',', '。', '；':
			return 0
		case '\u3000':
			return i
		case ' ':
			if i+1 < len(raw) && raw[i+1] == ' ' {
				return i
			}
		}
	}
	return 0
}
