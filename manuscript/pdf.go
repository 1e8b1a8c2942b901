package manuscript

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Bounds of reading one PDF. The program that does it is another's and works on a file of anybody's making.
var (
	pdfTime    = 60 * time.Second
	pdfProgram = "pdftotext"
)

const pdfMemory = 2 << 20 // kilobytes that the program may take: 2 GB

// pdfSlots is how many PDFs are read at once.
var pdfSlots = make(chan struct{}, 2)

// decodePDF reads a PDF with poppler's pdftotext, where that is installed. Pages end with \f.
func decodePDF(data []byte) (string, error) {
	program, err := exec.LookPath(pdfProgram)
	if err != nil {
		return "", because(err, "是 PDF，本机没有读 PDF 的程序：请上传定稿的 .docx；或请管理员安装 poppler（Debian、统信 UOS：apt install poppler-utils；麒麟、欧拉：dnf install poppler-utils，麒麟桌面版用 apt）后再传")
	}
	ctx, cancel := context.WithTimeout(context.Background(), pdfTime)
	defer cancel()
	select {
	case pdfSlots <- struct{}{}:
		defer func() { <-pdfSlots }()
	case <-ctx.Done():
		return "", because(ctx.Err(), "是 PDF，同时在读的 PDF 太多：请过几分钟再传")
	}
	out, stderr := &bounded{most: MaxText}, &bounded{most: 64 << 10}
	cmd := pdfCommand(ctx, program, "-enc", "UTF-8", "-eol", "unix", "-", "-")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(data), out, stderr
	cmd.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	if why := pdfRefusal(ctx, err, out, stderr.String()); why != "" {
		return "", because(errors.Join(err, errors.New(stderr.String())), "%s", why)
	}
	return out.String(), nil
}

// pdfCommand runs the program with its memory bounded, where there is a shell that can.
func pdfCommand(ctx context.Context, program string, args ...string) *exec.Cmd {
	if sh, err := exec.LookPath("sh"); err == nil {
		return exec.CommandContext(ctx, sh, append([]string{"-c", `ulimit -v "$0" 2>/dev/null; exec "$@"`, strconv.Itoa(pdfMemory), program}, args...)...)
	}
	return exec.CommandContext(ctx, program, args...)
}

// pdfRefusal says what went wrong, if anything did.
func pdfRefusal(ctx context.Context, err error, out *bounded, stderr string) string {
	const asText = "请上传定稿的 .docx，或在原来的程序里另存为 .docx 后再传"
	text := out.String()
	switch {
	case ctx.Err() != nil:
		return "是 PDF，读了 " + pdfTime.String() + " 还没有读完：请拆成几个文件，或上传定稿的 .docx"
	case out.over:
		return "的文字超过上限：请按期次或按公文拆开"
	case strings.Contains(stderr, "Incorrect password"):
		return "加了密码：请去掉密码后再传"
	case strings.Contains(stderr, "Copying of text from this document is not allowed"):
		return "的制作者不许复制文字：" + asText
	case strings.Contains(stderr, "Missing language pack"):
		return "用的中文字体没有嵌在文件里，本机缺少对应的编码表：请管理员安装 poppler-data 后再传，或上传定稿的 .docx"
	case err != nil:
		return "是 PDF，但不完整或已损坏，读不出来：" + asText
	case strings.TrimSpace(text) == "":
		return "是扫描件，里面只有图片，没有文字：请先做文字识别（OCR），核对后存为 .docx 再传"
	}
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
	if odd*20 > all {
		return "里的字体没有带文字编码，读出来是乱码：" + asText + "；都没有的话请做文字识别（OCR）"
	}
	return ""
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
