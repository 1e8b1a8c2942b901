package cases_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"strings"
	"testing"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
)

// picture is a JPEG with things in it; the same seed makes pictures that look the same.
func picture(t testing.TB, seed uint64, width, quality int) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	type blob struct{ x, y, size, grey float64 }
	var blobs []blob
	for range 12 {
		blobs = append(blobs, blob{r.Float64(), r.Float64(), 0.08 + r.Float64()/4, r.Float64()*2 - 1})
	}
	h := width * 3 / 4
	img := image.NewRGBA(image.Rect(0, 0, width, h))
	for y := range h {
		for x := range width {
			v := 128.0
			for _, b := range blobs {
				dx, dy := (float64(x)/float64(width)-b.x)/b.size, (float64(y)/float64(h)-b.y)/b.size
				if d := dx*dx + dy*dy; d < 1 {
					v += b.grey * 100 * (1 - d)
				}
			}
			g := uint8(max(0, min(255, v)))
			img.SetRGBA(x, y, color.RGBA{g, g, g, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// shotAt is the picture with metadata: taken at 14:05:06 on 31 October 2023, at 35.49 N 111.57 E.
func shotAt(b []byte) []byte {
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08" +
		"\x00\x02\x87\x69\x00\x04\x00\x00\x00\x01\x00\x00\x00\x26\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x38\x00\x00\x00\x00" + // at 8
		"\x00\x01\x90\x03\x00\x02\x00\x00\x00\x14\x00\x00\x00\x6e\x00\x00\x00\x00" + // at 38
		"\x00\x04\x00\x01\x00\x02\x00\x00\x00\x02N\x00\x00\x00\x00\x02\x00\x05\x00\x00\x00\x03\x00\x00\x00\x82" + // at 56
		"\x00\x03\x00\x02\x00\x00\x00\x02E\x00\x00\x00\x00\x04\x00\x05\x00\x00\x00\x03\x00\x00\x00\x9a\x00\x00\x00\x00" +
		"2023:10:31 14:05:06\x00" + // at 110
		"\x00\x00\x00\x23\x00\x00\x00\x01\x00\x00\x00\x1d\x00\x00\x00\x01\x00\x00\x09\x60\x00\x00\x00\x64" + // at 130: 35 29 24
		"\x00\x00\x00\x6f\x00\x00\x00\x01\x00\x00\x00\x22\x00\x00\x00\x01\x00\x00\x04\xb0\x00\x00\x00\x64") // at 154: 111 34 12
	n := len(exif) + 2
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, byte(n >> 8), byte(n)}, exif...)
	return append(out, b[2:]...)
}

// A picture that was used before is known again, scaled and compressed too; one taken elsewhere, or before anything was found, is
// flagged. It stands in both cases.
func TestEvidenceIsNotUsedTwice(t *testing.T) {
	stories(t, func(s *story) {
		one, two := s.found(over("outlets/P1")), s.found(over("outlets/P2"))
		for _, id := range []cases.ID{one, two} {
			s.feed("分局经办", id)
			s.accept("河口镇长", id)
		}
		big := picture(t, 1, 640, 90)
		flags := func(k *cases.Case) string {
			steps := s.steps(k.ID)
			var out []string
			for _, f := range steps[len(steps)-1].Data.Files {
				out = append(out, f.Flags...)
			}
			return strings.Join(out, "；")
		}
		if got := flags(s.putRight("河口镇长", one, cases.Upload{Name: "一.jpg", Content: big})); got != "" {
			t.Errorf("a fresh picture: %s", got)
		}
		add := func(id cases.ID, u cases.Upload, place *cases.Point) string {
			return flags(s.must("河口经办", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
				return s.c.Add(ctx, tx, by, id, cases.Sending{Files: []cases.Upload{u}, Place: place})
			}))
		}
		if got := add(two, cases.Upload{Name: "二.jpg", Content: picture(t, 1, 320, 60)}, nil); got != "与第000001号事项的照片极为相似" {
			t.Errorf("the picture scaled: %q", got)
		}
		if got := add(two, cases.Upload{Name: "三.jpg", Content: big}, nil); got != "与第000001号事项的材料相同；与本事项先前的照片极为相似" {
			t.Errorf("the same bytes: %q", got)
		}
		if got := add(two, cases.Upload{Name: "四.jpg", Content: picture(t, 2, 320, 80)}, &cases.Point{Lon: 111.4, Lat: 35.51}); got != "发送位置距事项位置1.1公里" {
			t.Errorf("sent from afar: %q", got)
		}
		s.clock.Set("2023-11-10")
		if got := add(two, cases.Upload{Name: "五.jpg", Content: shotAt(picture(t, 3, 320, 80))}, nil); got != "拍摄位置距事项位置15.4公里" {
			t.Errorf("taken elsewhere: %q", got)
		}
		three := s.found(over("outlets/P3"))
		s.feed("分局经办", three)
		if got := add(three, cases.Upload{Name: "六.jpg", Content: shotAt(picture(t, 4, 320, 80))}, nil); !strings.Contains(got, "早于发现问题的时间") {
			t.Errorf("taken before: %q", got)
		}
		s.read(func(tx *db.Tx) error {
			a, err := s.c.Matches(ctx, tx, as("分局经办"), one)
			if err != nil || len(a) != 2 || a[0].Other != two {
				t.Errorf("of the first: %+v, %v", a, err)
			}
			b, err := s.c.Matches(ctx, tx, as("分局经办"), two)
			if err != nil || len(b) != 3 {
				t.Errorf("of the second: %+v, %v", b, err)
			}
			return nil
		})
	})
}

// What is exposed has its pictures without what they say of themselves; and goes again.
func TestExposure(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		s.feed("分局经办", id)
		s.accept("河口镇长", id)
		shot := shotAt(picture(t, 3, 320, 80))
		s.clock.Set("2023-11-10")
		s.must("河口经办", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
			return s.c.Add(ctx, tx, by, id, cases.Sending{Files: []cases.Upload{{Name: "一.jpg", Content: shot}, {Name: "说明.txt", Content: []byte("情况说明")}}})
		})
		files := s.steps(id)[len(s.steps(id))-1].Data.Files
		expose := func(name string, pictures ...string) error {
			_, err := s.does(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
				return s.c.Expose(ctx, tx, by, id, "某排污口超标排放，正在整改。", pictures)
			})
			return err
		}
		s.refused(expose("督查甲", files[0].SHA256), ledger.NotAllowed, "县领导")
		s.refused(expose("副县长", strings.Repeat("0", 64)), ledger.NotFound, "没有这个文件")
		s.refused(expose("副县长", files[1].SHA256), ledger.Invalid, "不是照片")
		if err := expose("副县长", files[0].SHA256); err != nil {
			t.Fatal(err)
		}
		s.sound(id)
		s.read(func(tx *db.Tx) error {
			p, err := s.c.PublicOf(ctx, tx, id)
			if err != nil || !p.Exposed || len(p.Pictures) != 1 || p.Pictures[0] == files[0].SHA256 {
				t.Fatalf("%+v, %v", p, err)
			}
			media, b, err := s.c.Picture(ctx, tx, id, p.Pictures[0])
			if err != nil || media != "image/jpeg" || bytes.Contains(b, []byte("2023:10:31")) || bytes.Contains(b, []byte("Exif")) || !bytes.Contains(shot, []byte("2023:10:31")) {
				t.Errorf("%s, %v", media, err)
			}
			_, _, err = s.c.Picture(ctx, tx, id, files[0].SHA256)
			s.refused(err, ledger.NotFound, "没有这张照片")
			_, kept, err := s.c.FileOf(ctx, tx, as("河口经办"), id, files[0].SHA256)
			if err != nil || !bytes.Equal(kept, shot) {
				t.Errorf("the evidence has changed: %v", err)
			}
			_, _, err = s.c.FileOf(ctx, tx, as("上岭乡长"), id, files[0].SHA256)
			s.refused(err, ledger.NotAllowed, "无关")
			return nil
		})
		s.must("副县长", func(tx *db.Tx, by cases.Actor) (*cases.Case, error) { return s.c.Conceal(ctx, tx, by, id, "已整改") })
		if n := s.count(`SELECT count(*) FROM case_picture`); n != 0 {
			t.Errorf("%d pictures are still public", n)
		}
	})
}

// What a telephone sends again without having heard the answer is done once.
func TestSentOnce(t *testing.T) {
	stories(t, func(s *story) {
		id := s.found(over("outlets/P1"))
		other := s.found(over("outlets/P2"))
		for _, x := range []cases.ID{id, other} {
			s.feed("分局经办", x)
			s.accept("河口镇长", x)
		}
		send := func(name string, to cases.ID) (*cases.Case, error) {
			return s.does(name, func(tx *db.Tx, by cases.Actor) (*cases.Case, error) {
				return s.c.PutRight(ctx, tx, by, to, cases.Sending{Words: "已清理。", Once: "phone-1", Files: []cases.Upload{{Name: "a.jpg", Content: fakeJPEG("x")}}})
			})
		}
		first, err := send("河口经办", id)
		if err != nil {
			t.Fatal(err)
		}
		again, err := send("河口经办", id)
		if err != nil || again.Revision != first.Revision {
			t.Errorf("%d and %d, %v", first.Revision, again.Revision, err)
		}
		_, err = send("河口镇长", id)
		s.refused(err, ledger.Conflict, "已被使用")
		_, err = send("河口经办", other)
		s.refused(err, ledger.Conflict, "不能再提交到另一项")
		if n := s.count(`SELECT count(*) FROM case_evidence`); n != 1 {
			t.Errorf("%d pieces of evidence", n)
		}
	})
}
