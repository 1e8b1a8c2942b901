package calendar

// inSeason adds the season from i to j, or takes up the interval that follows it: 汛期每周.
func (r *termReader) inSeason(i, j, from int) int {
	name := r.seasonName(i, j-i)
	if k := r.windowed(i, j, from, Recurrence{Season: name}); k > i {
		return k
	}
	return r.recurring(from, j, Recurrence{Every: Seasonal, Season: name})
}

// seasonTerm reads 采暖季前, 2023年汛期来临前, 入冬前, 汛期结束前 at i.
func (r *termReader) seasonTerm(i int) int {
	n := r.anyAt(i, seasonWords)
	if n == 0 {
		return i
	}
	from, year := i, r.year
	if r.rune(i-1) == '年' {
		switch c := r.rune(i - 2); {
		case c == '今' || c == '本':
			from = i - 2
		case c == '明':
			if from = i - 2; year > 0 {
				year++
			}
		case c == '次' || c == '翌' || c == '去' || c == '往' || c == '常':
			return i
		default:
			if y, j := r.fourDigits(i - 5); i >= 5 && j == i-1 {
				from, year = i-5, y
			}
		}
	}
	if from < r.done {
		return i
	}
	name := r.seasonName(i, n)
	if r.is(i+n, "结束") {
		if j := r.closing(i + n + 2); j > i+n+2 {
			return r.recurring(from, j, Recurrence{Every: Seasonal, Season: name})
		}
		return i
	}
	j := r.seasonEnd(i, n)
	if j == i {
		return i
	}
	if r.yearly && from == i {
		return r.recurring(i, j, Recurrence{Every: Year, Season: name})
	}
	t := Term{Kind: BeforeSeason, Season: name}
	if year > 0 {
		t.Date = Date{year, 1, 1}
	}
	return r.add(from, j, t)
}

// seasonEnd gives the place after 前, 来临前, 到来之前 that follows the season's n runes at i, or i.
func (r *termReader) seasonEnd(i, n int) int {
	j := i + n
	j += r.anyAt(j, comes)
	w, _ := r.close(j, when{})
	if w.bound != before || r.r[w.to-1] != '前' {
		return i
	}
	if r.rune(w.to) == '夕' {
		w.to++
	}
	return w.to
}

var comes = newHeads("来临", "到来", "开始", "启动", "期间来临", "正式开始")

// seasonName is the season that the n runes at i mean: 汛期 for 入汛.
func (r *termReader) seasonName(i, n int) string {
	word := string(r.r[i : i+n])
	if name := seasonNames[word]; name != "" {
		return name
	}
	return word
}

var seasonNames = map[string]string{
	"汛": "汛期", "入汛": "汛期", "进入汛期": "汛期", "采暖": "采暖季", "供暖": "供暖季", "取暖": "取暖季", "入冬": "冬季", "入夏": "夏季", "入春": "春季", "入秋": "秋季",
	"春节": "春节", "国庆": "国庆节", "五一": "劳动节", "清明": "清明节", "端午": "端午节", "中秋": "中秋节", "进入采暖季": "采暖季", "进入冬季": "冬季",
}

// seasonWords begin a term that ends before them.
var seasonWords = newHeads(
	"秋冬季", "冬春季", "春夏季", "夏秋季", "春季", "夏季", "秋季", "冬季", "采暖季", "采暖期", "供暖季", "供暖期", "取暖季", "取暖期", "非汛期", "主汛期", "汛期", "平水期", "枯水期",
	"丰水期", "雨季", "旱季", "汛", "入汛", "进入汛期", "采暖", "供暖", "取暖", "入冬", "入夏", "入春", "入秋", "进入冬季", "进入采暖季", "封冻", "上冻", "封冻期", "冰冻期", "防火期",
	"森林防火期", "春耕", "春播", "三夏", "麦收", "夏收", "秋收", "三秋", "开学", "元旦", "春节", "清明", "清明节", "五一", "劳动节", "端午", "端午节", "中秋", "中秋节", "国庆", "国庆节",
)
