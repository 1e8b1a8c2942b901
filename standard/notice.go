package standard

import (
	"math/big"
	"regexp"
	"slices"
	"strings"

	"zhixing/quantity"
)

// notice is what the words of a rainstorm notice say: a level by name, that it is lifted, or amounts in windows.
type notice struct {
	named   Level
	lifted  bool
	amounts Weather
	denied  bool // amounts were named only to say that they are not reached
}

var (
	noticeSentence = regexp.MustCompile(`[。；;\n！!]`)
	noticePiece    = regexp.MustCompile(`[，,、]`)
	noticeNumber   = `(\d+(?:\.\d+)?|[零一二两三四五六七八九十百]+)`
	noticeToken    = regexp.MustCompile(`(?i)` + noticeNumber + `\s*(?:个)?\s*(?:小时|小時|hours?|hrs?|h)|` +
		noticeNumber + `(?:\s*(?:[～~\-—–]|至|到)\s*` + noticeNumber + `)?\s*(?:毫米|mm)(\s*/\s*(?:小时|h)|每小时)?`)
	noticeHour  = regexp.MustCompile(`(?:^|[^\d零一二两三四五六七八九十百个\s])(?:最大)?小时(?:最大)?(?:雨强|雨量|降雨|降水)`) // 小时雨强: of one hour
	noticeNot   = regexp.MustCompile(`(?i)不足|未达|没有达|尚未|不到|未超过|小于|低于|少于|以下|below|under|less than|not reach`)
	noticeVerb  = regexp.MustCompile(`(?i)(?:暴雨[、和及]|发布|升级|升为|变更|改发|降级|降为|调整|更新|继续|维持|确认|生效|issue|upgrade|raise|downgrade|lower|replace)`)
	noticePast  = regexp.MustCompile(`(?:已|此前|前期|曾)发布`)
	noticeLift  = regexp.MustCompile(`(?i)解除|撤销|取消|lifted|cancel`)
	noticeAgain = regexp.MustCompile(`改发|变更为|降为|改为|降级为|发布(?:[^的]|$)`)
	noticeOther = otherSignals()
	noticeWords = map[string]Level{"蓝": Blue, "黄": Yellow, "橙": Orange, "红": Red, "blue": Blue, "yellow": Yellow, "orange": Orange, "red": Red}
	noticeLevel = regexp.MustCompile(`(?i)([蓝黄橙红])(?:色|$|[^\p{Han}])|\b(blue|yellow|orange|red)\b`)
)

// otherSignals finds the signals of other weather in a text, with what is done to them: 解除雷电黄色预警信号, 发布高温橙色预警. They say nothing of rain.
func otherSignals() *regexp.Regexp {
	var kinds []string
	for _, s := range signals {
		if word := regexp.QuoteMeta(s.Type); s.Type != "暴雨" && !slices.Contains(kinds, word) {
			kinds = append(kinds, word)
		}
	}
	slices.SortFunc(kinds, func(a, b string) int { return len(b) - len(a) }) // 雷雨大风 before 大风
	kind := "(?:" + strings.Join(kinds, "|") + "|强对流|山洪|地质灾害|森林火险)"
	return regexp.MustCompile(`(?:暴雨[、和及]|发布|升级|继续|维持|解除|撤销|取消|变更|更新|[为了])*(?:[、和及]?` + kind + `)+(?:[ⅠⅡⅢⅣIV]+级)?[蓝黄橙红]色(?:预警)?(?:信号)?(?:解除|撤销|取消)?`)
}

// maxNotice bounds a text.
const maxNotice = 20_000

// readNotice reads a notice; w are amounts that stand beside it as numbers.
func readNotice(text string, w Weather) notice {
	n := notice{amounts: w}
	if len(text) > maxNotice {
		text = text[:maxNotice]
	}
	text = noticeOther.ReplaceAllStringFunc(text, func(s string) string {
		if strings.Contains(s, "暴雨") { // 暴雨、雷电黄色预警 is both
			return s
		}
		return ""
	})
	n.readLevel(text)
	for _, sentence := range noticeSentence.Split(text, -1) {
		window := 0
		for _, piece := range noticePiece.Split(sentence, -1) {
			window = n.piece(piece, window)
		}
	}
	return n
}

// readLevel finds the level that the notice itself names: the last after its verb.
func (n *notice) readLevel(text string) {
	if at := noticeLift.FindStringIndex(text); at != nil {
		n.lifted = true
		rest := noticePast.ReplaceAllString(text[at[1]:], "")
		if again := noticeAgain.FindStringIndex(rest); again != nil {
			n.named = lastLevel(rest[again[0]:])
		}
		return
	}
	for _, sentence := range noticeSentence.Split(noticePast.ReplaceAllString(text, ""), -1) {
		if at := noticeVerb.FindStringIndex(sentence); at != nil {
			if l := lastLevel(sentence); l != "" {
				n.named = l
			}
		}
	}
	if n.named == "" && !noticeToken.MatchString(text) {
		n.named = lastLevel(text)
	}
}

func lastLevel(s string) Level {
	all := noticeLevel.FindAllStringSubmatch(s, -1)
	if len(all) == 0 {
		return ""
	}
	last := all[len(all)-1]
	return noticeWords[strings.ToLower(last[1]+last[2])]
}

// piece reads amounts and windows between two commas: the amount belongs to the window before it, or behind it where the piece begins with
// the amount. It returns the window for the next piece.
func (n *notice) piece(s string, window int) int {
	tokens := noticeToken.FindAllStringSubmatch(s, -1)
	hourly := len(tokens) > 0 && noticeHour.MatchString(s)
	denied := len(tokens) > 0 && noticeNot.MatchString(s)
	for i, t := range tokens {
		if t[1] != "" {
			window = int(numeral(t[1]).Num().Int64())
			continue
		}
		hours := window
		if t[4] != "" || hourly {
			hours = 1
		} else if i == 0 && len(tokens) > 1 && tokens[1][1] != "" {
			hours = int(numeral(tokens[1][1]).Num().Int64())
		}
		amount := numeral(t[2])
		switch {
		case hours < 1 || hours > 72:
		case denied:
			n.denied = true
		default:
			n.add(hours, amount)
		}
	}
	return window
}

func (n *notice) add(hours int, amount *big.Rat) {
	d, err := quantity.Round(amount, 3)
	if err != nil {
		return
	}
	key := "rain_" + quantity.Int(int64(hours)).String() + "h"
	if have, ok := n.amounts[key]; !ok || have.Cmp(d) < 0 {
		n.amounts[key] = d
	}
}

// numeral reads 50, 2.5 and 五十; what is larger than any rain is 0.
func numeral(s string) *big.Rat {
	if len(s) > 30 {
		return new(big.Rat)
	}
	if d, err := quantity.Parse(s); err == nil {
		if d.Cmp(quantity.Int(maxRain)) > 0 {
			return new(big.Rat)
		}
		return d.Rat()
	}
	var total, digit int64
	for _, r := range s {
		switch r {
		case '十':
			total, digit = total+max(digit, 1)*10, 0
		case '百':
			total, digit = total+max(digit, 1)*100, 0
		default:
			digit = int64(map[rune]int{'零': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}[r])
		}
	}
	return big.NewRat(total+digit, 1)
}
