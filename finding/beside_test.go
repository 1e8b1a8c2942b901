package finding

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"zhixing/rule"
)

// besideRules look at one series and ask what another of the same place has been.
func besideRules() []Rule {
	r := runRule
	return []Rule{
		r("both", `值 > 4 && 最大("3小时", "flow") > 5`, "", 1, 1),
		r("fall", `最小("6小时前至3小时前") - 最小("3小时") >= 2 && 次数("2小时", "flow") > 0`, "", 1, 1),
		r("runs", `值 > 3 && 均值("4小时", "flow") > 4`, `最大("2小时", "flow") < 4`, 2, 2),
		r("lack", `次数("2小时", "flow") == 0 && 值 > 5`, "", 2, 1),
	}
}

// TestOrderOfTwoSeries: whatever order and batches the readings of two series of a place come in, and however often they are
// replaced or taken back on the way, the same is found in the end.
func TestOrderOfTwoSeries(t *testing.T) {
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for seed := range rounds {
		tell(t, "2023-09-29 08:00", besideRules(), nil, func(s *story) {
			r := rand.New(rand.NewPCG(uint64(seed), 11))
			n := 20 + r.IntN(20)
			var lines []string
			for i := range n {
				at := fmt.Sprintf("2023-09-%02d %02d:00", 20+i/24, i%24)
				lines = append(lines, fmt.Sprintf("cod/KEY %s %d", at, r.IntN(10)))
				if r.IntN(3) > 0 {
					lines = append(lines, fmt.Sprintf("flow/KEY %s %d", at, r.IntN(10)))
				}
			}
			var first string
			for order := range 4 {
				key := fmt.Sprintf("P%d", order+1)
				if order > 0 {
					r.Shuffle(len(lines), func(i, k int) { lines[i], lines[k] = lines[k], lines[i] })
				}
				if order == 3 { // all of it was wrong at first, or came twice
					for _, l := range lines {
						s.give(strings.Replace(l[:strings.LastIndex(l, " ")]+fmt.Sprint(" ", r.IntN(10)), "KEY", key, 1))
					}
				}
				for rest := lines; len(rest) > 0; {
					k := min(1+r.IntN(6), len(rest))
					var batch []string
					for _, l := range rest[:k] {
						batch = append(batch, strings.Replace(l, "KEY", key, 1))
					}
					s.give(batch...)
					rest = rest[k:]
				}
				got := s.foundOf("cod/" + key)
				if order == 0 {
					first = got
				} else if got != first {
					s.Fatalf("seed %d, order %d: found\n%s\nbut in the order of time\n%s\nreadings %s", seed, order, got, first, strings.Join(lines, "; "))
				}
			}
			if first == "" {
				s.Error("nothing was found at all")
			}
			s.found()
		})
	}
}

// TestOtherSeriesComesBehind: what the other series sends a moment later, late, or takes back changes what was found.
func TestOtherSeriesComesBehind(t *testing.T) {
	sc := readingScope()
	rules := []Rule{{ID: "both", Title: "两项都超", Readings: names("cod"), When: compile(`值 > 4 && 最大("3小时", "flow") > 5`, sc, rule.OfBool), Says: template(`{值}，{最大("3小时", "flow")}`, sc)}}
	tell(t, "2023-09-20 12:00", rules, nil, func(s *story) {
		s.entry("outlets", "编号=P1", "名称=一号排口", "责任单位=甲镇人民政府")
		s.give("cod/P1 2023-09-20 08:00 6")
		s.wantAll("without the other series nothing can be told", "")
		s.want("what cannot be told", s.unknown(), `both cod/P1 缺最大("3小时", "flow")`)
		s.give("flow/P1 2023-09-20 08:00 7")
		s.wantAll("a moment behind", "1 both cod/P1 未恢复 ×1")
		if says := s.findings(Query{})[0].Says; says != "6，7" {
			s.Errorf("it says %q", says)
		}
		seen := s.findings(Query{})[0].Facts
		s.want("from", fmt.Sprint(seen), "[{值 6 cod/P1 2023年9月20日08时 test} {最大(\"3小时\", \"flow\") 7 flow/P1 2023年9月20日08时}]")
		s.want("still unknown", s.unknown(), "")
		s.give("cod/P1 2023-09-20 09:00 6", "flow/P1 2023-09-20 09:00 1")
		s.wantAll("both in one message: seen once more", "1 both cod/P1 未恢复 ×2")
		s.give("flow/P1 2023-09-20 08:00 - V")
		s.wantAll("taken back", "1 both cod/P1 不成立 ×2")
		s.give("flow/P1 2023-09-20 07:00 9")
		s.wantAll("late", "1 both cod/P1 不成立 ×2; 2 both cod/P1 未恢复 ×2")
		s.give("flow/P2 2023-09-20 08:00 9", "cod/P2 2023-09-20 08:00 3")
		s.wantAll("another place is another matter", "1 both cod/P1 不成立 ×2; 2 both cod/P1 未恢复 ×2")
	})
}
