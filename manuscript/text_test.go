package manuscript

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

const notice = "甲县人民政府办公室\n关于整修渠道的通知\n　　各乡镇人民政府：\n　　现就整修渠道通知如下。\n一、查清渗漏，列出清单。（县水务局牵头，县财政局配合）\n2026年3月2日\n"

func encode(t testing.TB, s, encoding string) []byte {
	t.Helper()
	var b []byte
	var err error
	var order interface {
		AppendUint16([]byte, uint16) []byte
	}
	switch encoding {
	case "UTF-8":
		return []byte(s)
	case "UTF-8 BOM":
		return []byte("\ufeff" + s)
	case "GB 18030":
		b, err = simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	case "Big5":
		b, err = traditionalchinese.Big5.NewEncoder().Bytes([]byte(s))
	case "UTF-16LE BOM", "UTF-16LE":
		order = binary.LittleEndian
	case "UTF-16BE BOM", "UTF-16BE":
		order = binary.BigEndian
	}
	if err != nil {
		t.Fatal(err)
	}
	if order != nil {
		if strings.HasSuffix(encoding, "BOM") {
			s = "\ufeff" + s
		}
		for _, u := range utf16.Encode([]rune(s)) {
			b = order.AppendUint16(b, u)
		}
	}
	return b
}

func TestEncodings(t *testing.T) {
	texts := map[string]string{
		"a notice":                          notice,
		"line ends of Windows":              strings.ReplaceAll(notice, "\n", "\r\n"),
		"line ends of old Macs":             strings.ReplaceAll(notice, "\n", "\r"),
		"rare characters of GB 18030":       notice + "村名：㙟垴、䶮、𠮷\n",
		"end-of-file mark of DOS":           notice + "\x1a",
		"line breaks of Word's text export": strings.Replace(notice, "\n关于", "\v关于", 1),
	}
	for name, text := range texts {
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\x1a", "").Replace(text)
		for _, encoding := range []string{"UTF-8", "UTF-8 BOM", "UTF-16LE BOM", "UTF-16BE BOM", "UTF-16LE", "UTF-16BE", "GB 18030"} {
			got, err := Decode("甲.txt", encode(t, text, encoding))
			if err != nil || got != want {
				t.Errorf("%s in %s: got %.80q, %v", name, encoding, got, err)
			}
		}
	}
	traditional := "縣政府辦公室關於整修渠道的通知：\n一、各鄉鎮在年底前查清滲漏，列出清單。\n二、縣水利局牽頭，縣財政局配合，不得有誤。\n"
	if got, err := Decode("甲.txt", encode(t, traditional, "Big5")); err != nil || got != traditional {
		t.Errorf("Big5: got %.80q, %v", got, err)
	}
}

// Every short GB text must not be mistaken for Big5 or UTF-16.
func TestShortTextsInGB18030(t *testing.T) {
	for _, text := range []string{"通知", "甲县人民政府公报", "关于调整部分领导同志分工的通知", "附件：1．名单", "县水务局、县财政局", "2026年", "一二三", "啊阿埃挨", strings.Repeat("的", 3001)} {
		if got, err := Decode("甲.txt", encode(t, text, "GB 18030")); err != nil || got != text {
			t.Errorf("%q: got %.80q, %v", text, got, err)
		}
	}
}

func TestBrokenCharacters(t *testing.T) {
	long := strings.Repeat(notice, 40)
	cut := func(s, encoding string, at int) []byte {
		b := encode(t, s, encoding)
		return append(b[:at:at], b[at+1:]...)
	}
	// One character of a long text is damaged: it shows, and the rest is whole.
	for _, encoding := range []string{"UTF-8", "UTF-8 BOM"} {
		got, err := Decode("甲.txt", cut(long, encoding, 3001))
		if err != nil || strings.Count(got, "\uFFFD") == 0 || strings.Count(got, "\uFFFD") > 3 || len(got) < len(long)-10 {
			t.Errorf("%s: got %d bytes, %v", encoding, len(got), err)
		}
	}
	if got, err := Decode("甲.txt", encode(t, long, "UTF-16LE BOM")[:6001]); err != nil || !strings.HasSuffix(got, "\uFFFD") {
		t.Errorf("UTF-16 cut in the middle of a character: %v", err)
	}
	// More than that is refused, with the line.
	for name, data := range map[string][]byte{
		"UTF-8":       []byte(strings.Replace(notice, "渠道", "渠\xe9\x81", 1)),
		"replaced":    []byte(strings.Replace(notice, "渠道", "渠\uFFFD", 1)),
		"no encoding": []byte("通知：\n\xff\xff\xff\xff\x80\xff关于"),
	} {
		got, err := Decode("甲.txt", data)
		if err == nil || !strings.Contains(err.Error(), "处乱码") || name != "no encoding" && !strings.Contains(err.Error(), "第 2 行起") {
			t.Errorf("%s: want a refusal that names line 2, got %v and %q", name, err, got)
		}
	}
}

func TestInvisibleAndLookAlike(t *testing.T) {
	got, err := Decode("甲.txt", []byte("软\u00ad硬\u200b零\u2060宽\ufeff、\u202e反\u202c向，⼀⼆⽔⺠⻓⻔，\u2028新行\u0085又一行，有\u00a0空格、一个□"))
	want := "软硬零宽、反向，一二水民长门，\n新行\n又一行，有\u00a0空格、一个□"
	if err != nil || got != want {
		t.Errorf("got %.80q, %v", got, err)
	}
}

func TestControlCharacters(t *testing.T) {
	got, err := Decode("甲.txt", []byte("第一页\f第二页\t表"))
	if err != nil || got != "第一页\f第二页\t表" {
		t.Errorf("page breaks and tabs stay: got %.80q, %v", got, err)
	}
	for data, want := range map[string]string{
		"第一行\n第二行\x00乱": "第 2 行有空字节",
		"第一行\n第二行\x07乱": "第 2 行有控制字符 0x07",
		"\x1b[31m红字":    "第 1 行有控制字符 0x1B",
	} {
		if got, err := Decode("甲.txt", []byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: want %q, got %.80q, %v", data, want, got, err)
		}
	}
}
