package gazette

import (
	"fmt"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cpu is the processor time that the test has used so far; other work on the machine does not count.
func cpu(t testing.TB) time.Duration {
	t.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		t.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// best is the least processor time that some readings took. Texts that are refused are timed as well.
func best(t testing.TB, source string, times int) time.Duration {
	t.Helper()
	least := time.Hour
	for range times {
		start := cpu(t)
		_, _ = Read(source)
		least = min(least, cpu(t)-start)
	}
	return least
}

func TestTenIssuesTakeTenTimesAsLong(t *testing.T) {
	source := string(shared(t, "gazette/jiangxian-2023-3.txt"))
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // when the collector runs says nothing about the reader
	var one, ten time.Duration
	for range 5 { // a neighbour on the same core can spoil a round, but not all of them
		one, ten = best(t, source, 10), best(t, strings.Repeat(source, 10), 6)
		if t.Logf("one issue %v, ten %v", one, ten); ten <= 11*one {
			return
		}
	}
	t.Errorf("one issue %v, ten %v: %.1f times", one, ten, float64(ten)/float64(one))
}

// TestLinear doubles texts that are nothing but one awkward thing; the time must not grow fourfold.
func TestLinear(t *testing.T) {
	for _, piece := range []string{
		"（甲", "《甲", "一、甲", "（一）乙", "1.丙，", "2023年", "甲政发〔2023〕1号", "号", "第一条 丁。", "附件：戊", "己县人民政府关于庚的通知\n", "各乡镇：\n", "目录\n", "目录\n甲……1\n",
		"甲县人民政府公报\n", "序号\n任务名称\n责任单位\n", "责任单位：甲\n", "（甲局负责）\n", "甲\n\n", "—4—甲", "甲　　乙。　　", "《甲》（乙发〔2020〕1号）、", "甲同志任乙局局长；", "印发《甲方案》的通知。", "\f甲", "当前位置：甲\n",
		"甲县人民政府\n", "由", "废止", "2021年1月2日\n", "（此件公开发布）", "关于", "关于甲的通知\n关于乙", "甲、", "一是甲", "附件1\n甲\n", "甲：", "“", "一、\n", "）", "各", " ） ", "（县局负责） ", "甲 ", "1 . 5万", "同志", "任", "《甲方案》已经同意，现印发。", "表1 ", "甲\t乙\n", "负责解读", "制定本方案。一、", "现将《甲乙丙丁方案》印发。\n甲乙丙丁方案\n一、甲\n",
	} {
		head := "甲县人民政府关于乙的通知\n各乡镇人民政府：\n现将丙丁戊己庚辛壬癸子丑寅卯印发给你们。\n"
		half := head + strings.Repeat(piece, 20_000/len(piece))
		full := head + strings.Repeat(piece, 80_000/len(piece))
		a, b := best(t, half, 2), best(t, full, 2)
		if b > 9*a+20*time.Millisecond {
			t.Errorf("%q: 20 kB take %v, 80 kB %v", piece, a, b)
		}
	}
}

func TestWhatIsNoDocument(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"empty", "", "文本是空的"},
		{"white space", " \n\t　\n", "文本是空的"},
		{"one character", strings.Repeat("甲", 50<<20/3), "第 1 行起只有 1 种字符"},
		{"one Latin character", strings.Repeat("a", 50<<20), "没有一个汉字"},
		{"binary", "甲乙\n丙\x00\x01\x02", "第 2 行有控制字符"},
		{"another encoding", strings.Repeat("\xc8\xcb\xc3\xf1\xd5\xfe\xb8\xae", 100), "不是 UTF-8"},
		{"English", "Notice of the county government", "没有一个汉字"},
		{"too long", strings.Repeat("甲乙丙丁", 65<<20/12), "超过上限"},
		{"too many lines", strings.Repeat("甲\n乙\n丙\n丁\n戊\n己\n庚\n辛\n", 70_000), "超过 500000 行"},
		{"only a cover", "甲县人民政府公报\n2021年第2期（总第14期）\n", "没有公文的正文"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(c.source)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %.200s, want %q", fmt.Sprint(err), c.want)
			}
		})
	}
}
