package manuscript

import (
	"bytes"
	"context"
	"errors"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"zhixing/manuscript/layout"
)

// Bounds of reading one PDF. The program that does it is another's and works on a file of anybody's making.
var (
	pdfTime    = 60 * time.Second
	pdfMemory  = 2 << 20 // kilobytes: 2 GB
	pdfProgram = "pdftotext"
)

const maxWords = 128 << 20 // bytes of the list of words, some ten times their text

// pdfSlots is how many PDFs are read at once.
var pdfSlots = make(chan struct{}, 2)

// decodePDF reads a PDF with poppler's pdftotext, where that is installed. Pages end with \f.
func decodePDF(data []byte) (string, error) {
	program, err := exec.LookPath(pdfProgram)
	if err != nil {
		return "", because(err, "是 PDF，本机没有读 PDF 的程序：请上传定稿的 .docx；或请管理员安装 poppler（Debian、统信 UOS、麒麟桌面版：apt install poppler-utils；麒麟服务器版、欧拉：dnf install poppler-utils）后再传")
	}
	ctx, cancel := context.WithTimeout(context.Background(), pdfTime)
	defer cancel()
	select {
	case pdfSlots <- struct{}{}:
		defer func() { <-pdfSlots }()
	case <-ctx.Done():
		return "", because(ctx.Err(), "是 PDF，同时在读的 PDF 太多：请过几分钟再传")
	}
	r := poppler{ctx: ctx, data: data}
	r.run(program, "-raw", "-bbox", "-enc", "UTF-8", "-eol", "unix", "-", "-")
	var pages []layout.Page
	if r.err == nil {
		pages = pdfPages(r.out.String())
	}
	text := layout.Text(pages)
	if why := r.refusal(text); why != "" {
		return "", because(errors.Join(r.err, errors.New(r.stderr.String())), "%s", why)
	}
	if n := r.picture(pages, filepath.Join(filepath.Dir(program), "pdfimages")); n > 0 {
		return "", refuse("的第 %d 页只有图片，没有文字：请先对这一页做文字识别（OCR），或上传定稿的 .docx", n)
	}
	return text, nil
}

// poppler is one run of one of its programs on a PDF.
type poppler struct {
	ctx         context.Context
	data        []byte
	out, stderr bounded
	err         error
}

// run runs a program with its time, memory and output bounded; memory where there is a shell that can.
func (r *poppler) run(program string, args ...string) {
	r.out, r.stderr = bounded{most: maxWords}, bounded{most: 64 << 10}
	cmd := exec.CommandContext(r.ctx, program, args...)
	if sh, err := exec.LookPath("sh"); err == nil {
		args = append([]string{"-c", `ulimit -v "$0" 2>/dev/null; exec "$@"`, strconv.Itoa(pdfMemory), program}, args...)
		cmd = exec.CommandContext(r.ctx, sh, args...)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(r.data), &r.out, &r.stderr
	cmd.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	cmd.WaitDelay = time.Second
	r.err = cmd.Run()
}

// bounded keeps what is written to it, up to a size; then it refuses more, which ends the program that writes.
type bounded struct {
	b    []byte
	most int
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(b.b)+len(p) > b.most {
		b.over = true
		return 0, errTooLong
	}
	b.b = append(b.b, p...)
	return len(p), nil
}

func (b *bounded) String() string { return string(b.b) }

var (
	pdfPage = regexp.MustCompile(`^\s*<page width="([\d.]+)"`)
	pdfWord = regexp.MustCompile(`^\s*<word xMin="(-?[\d.]+)" yMin="(-?[\d.]+)" xMax="(-?[\d.]+)" yMax="(-?[\d.]+)">(.*)</word>`)
)

// pdfPages reads the list of words that pdftotext writes, a word a line:
//
//	<page width="595.2" height="841.9">
//	  <word xMin="117.4" yMin="115.5" xMax="261.4" yMax="134.2">甲县人民政府</word>
func pdfPages(list string) []layout.Page {
	var pages []layout.Page
	for l := range strings.Lines(list) {
		if m := pdfWord.FindStringSubmatch(l); m != nil && len(pages) > 0 {
			p := &pages[len(pages)-1]
			p.Words = append(p.Words, layout.Word{X0: points(m[1]), Y0: points(m[2]), X1: points(m[3]), Y1: points(m[4]), Text: html.UnescapeString(m[5])})
		} else if m := pdfPage.FindStringSubmatch(l); m != nil {
			pages = append(pages, layout.Page{Width: points(m[1])})
		}
	}
	for i := range pages {
		slim(pages[i].Words)
	}
	return pages
}

// slim cuts words down to their letters where their font says of itself that it is much higher, as those do that hold many scripts: then
// the rectangles of lines one below the other would overlap. A Chinese character is as high as it is wide.
func slim(words []layout.Word) {
	size := map[int]float64{} // of the characters, by the height of the rectangle
	for _, w := range words {
		n := utf8.RuneCountInString(w.Text)
		if n > 1 && strings.IndexFunc(w.Text, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) < 0 {
			h, em := int(w.Y1-w.Y0+0.5), (w.X1-w.X0)/float64(n)
			if was, seen := size[h]; !seen || em < was { // those of a justified line stand further apart
				size[h] = em
			}
		}
	}
	for i := range words {
		w := &words[i]
		if em := size[int(w.Y1-w.Y0+0.5)]; em > 0 && w.Y1-w.Y0 > 1.7*em {
			middle := (w.Y0 + w.Y1) / 2
			w.Y0, w.Y1 = middle-0.6*em, middle+0.6*em
		}
	}
}

func points(s string) float64 {
	x, _ := strconv.ParseFloat(s, 64)
	return x
}

// refusal says what went wrong, if anything did.
func (r *poppler) refusal(text string) string {
	const asWord = "请上传定稿的 .docx，或在原来的程序里另存为 .docx 后再传"
	stderr := r.stderr.String()
	cut := !bytes.Contains(r.data[max(0, len(r.data)-2048):], []byte("%%EOF")) && strings.Contains(stderr, "Syntax Error")
	switch {
	case r.ctx.Err() != nil:
		return "是 PDF，读了 " + strconv.Itoa(int(pdfTime.Seconds())) + " 秒还没有读完：请拆成几个文件，或上传定稿的 .docx"
	case r.out.over:
		return "的文字超过上限：请按期次或按公文拆开"
	case strings.Contains(stderr, "Incorrect password"):
		return "加了密码：请去掉密码后再传"
	case strings.Contains(stderr, "Copying of text from this document is not allowed"):
		return "的制作者不许复制文字：" + asWord
	case strings.Contains(stderr, "Missing language pack"):
		return "用的中文字体没有嵌在文件里，本机缺少对应的编码表：请管理员安装 poppler-data 后再传，或上传定稿的 .docx"
	case r.err != nil || cut:
		return "是 PDF，但不完整或已损坏，读不出来：" + asWord
	case strings.TrimSpace(text) == "":
		return "是扫描件，里面只有图片，没有文字：请先做文字识别（OCR），核对后存为 .docx 再传"
	case garbled(text):
		return "里的字体没有带文字编码，读出来是乱码：" + asWord + "；都没有的话请做文字识别（OCR）"
	}
	return ""
}

// garbled reports a text of which one character in twenty has no meaning outside its font.
func garbled(text string) bool {
	odd, all := 0, 0
	for _, r := range text {
		if unicode.IsSpace(r) {
			continue
		}
		all++
		if r == unicode.ReplacementChar || unicode.Is(unicode.Co, r) || unicode.IsControl(r) {
			odd++
		}
	}
	return odd*20 > all
}

var pdfImage = regexp.MustCompile(`^\s*(\d+)\s+\d+\s+image\s+(\d+)\s+(\d+)\s`)

const minScan = 600 // pixels: a scanned page has more, a seal or an emblem less

// picture is the first page that is nothing but a picture, 0 if there is none. The first and the last page of a longer
// file may be covers. Without the program that lists pictures none is found.
func (r *poppler) picture(pages []layout.Page, program string) int {
	silent := func(n int) bool {
		cover := len(pages) > 2 && (n == 1 || n == len(pages))
		return n >= 1 && n <= len(pages) && len(pages[n-1].Words) == 0 && !cover
	}
	any := false
	for i := range pages {
		any = any || silent(i+1)
	}
	if _, err := exec.LookPath(program); err != nil || !any {
		return 0
	}
	r.run(program, "-list", "-")
	for l := range strings.Lines(r.out.String()) {
		if m := pdfImage.FindStringSubmatch(l); m != nil && silent(int(points(m[1]))) && points(m[2]) >= minScan && points(m[3]) >= minScan {
			return int(points(m[1]))
		}
	}
	return 0
}
