package cases

import (
	"context"
	"fmt"
	"math"
	"time"

	"zhixing/cases/photo"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
)

// Upload is a file that comes as evidence.
type Upload struct {
	Name    string
	Content []byte
	Place   *Point // where the sender says it is
	looked  *looked
}

// looked is what is known of a picture from its bytes alone.
type looked struct {
	info  photo.Info
	photo bool
	sight photo.Sight
	seen  bool
}

// Look looks at the picture, which takes a while for a large one: call it before the transaction in which the upload is kept, so
// that nobody waits behind it. It may be called again.
func (u *Upload) Look() {
	if u.looked != nil {
		return
	}
	l := &looked{}
	if len(u.Content) <= ledger.MaxFile {
		var err error
		l.info, err = photo.Read(u.Content)
		if l.photo = err == nil; l.photo {
			l.sight, l.seen = photo.Look(u.Content)
		}
	}
	u.looked = l
}

// keep checks and stores evidence for the step that comes next, and gives what the step remembers of it: each file with what is odd
// about it.
func (c *Cases) keep(ctx context.Context, tx *db.Tx, op string, by Actor, seat personnel.Seat, k *Case, s Sending) ([]File, error) {
	files, err := c.keepFiles(ctx, tx, op, s, k.Place)
	if err != nil {
		return nil, err
	}
	for i := range files {
		file := &files[i]
		u := byContent(s.Files, file.File)
		file.Flags = append(file.Flags, oddTime(k, file.TakenAt, tx.Now())...)
		n, err := putEvidence(ctx, tx, k, k.Revision+1, by, seat, *file, *u.looked)
		if err != nil {
			return nil, err
		}
		matches, err := c.match(ctx, tx, k, n, *file, *u.looked)
		if err != nil {
			return nil, err
		}
		file.Flags = append(file.Flags, matches...)
	}
	return files, nil
}

// keepFiles stores files that were sent about something at the place, each with how far off it is.
func (c *Cases) keepFiles(ctx context.Context, tx *db.Tx, op string, s Sending, about *Point) ([]File, error) {
	if len(s.Files) == 0 {
		return nil, nil
	}
	if err := checkPlace(op, s.Place); err != nil {
		return nil, err
	}
	files := make([]ledger.Evidence, len(s.Files))
	for i := range s.Files {
		files[i] = ledger.Evidence{Name: s.Files[i].Name, Content: s.Files[i].Content}
	}
	kept, err := c.Ledger.Keep(ctx, tx, "cases."+op, files)
	if err != nil {
		return nil, err
	}
	var out []File
	for _, f := range kept {
		u := byContent(s.Files, f)
		u.Look()
		if err := checkPlace(op, u.Place); err != nil {
			return nil, err
		}
		file := File{File: f, Sent: u.Place}
		if file.Sent == nil {
			file.Sent = s.Place
		}
		if l := u.looked; l.photo {
			file.TakenAt = l.info.TakenAt
			if l.info.HasPlace {
				file.Shot = &Point{l.info.Lon, l.info.Lat}
			}
		}
		file.Flags = append(c.farOff("发送位置", about, file.Sent), c.farOff("拍摄位置", about, file.Shot)...)
		out = append(out, file)
	}
	return out, nil
}

// byContent is the upload that was kept as the file.
func byContent(list []Upload, f ledger.File) *Upload {
	for i := range list {
		if int64(len(list[i].Content)) == f.Size && sumOf(list[i].Content) == f.SHA256 {
			return &list[i]
		}
	}
	panic("cases: a file was kept that nobody sent")
}

// oddTime says what is odd about the time at which a picture says that it was taken.
func oddTime(k *Case, taken, now time.Time) []string {
	switch {
	case taken.IsZero():
		return nil
	case taken.After(now.Add(10 * time.Minute)):
		return []string{"照片记录的拍摄时间晚于提交时间"}
	case k.Revision > 0 && taken.Before(k.OpenedAt.Add(-10*time.Minute)):
		return []string{"照片记录的拍摄时间早于发现问题的时间"}
	}
	return nil
}

// farOff says that a place is far from the case's.
func (c *Cases) farOff(what string, at, from *Point) []string {
	if at == nil || from == nil {
		return nil
	}
	far := c.Far
	if far == 0 {
		far = 500
	}
	if d := at.metres(*from); d > float64(far) {
		return []string{fmt.Sprintf("%s距事项位置%s", what, distance(d))}
	}
	return nil
}

func distance(metres float64) string {
	if metres < 1000 {
		return fmt.Sprintf("%d米", int(math.Round(metres)))
	}
	return fmt.Sprintf("%.1f公里", metres/1000)
}

// metres is the distance to another point, on a sphere: right to half a percent, which is enough to see what is far.
func (p Point) metres(q Point) float64 {
	const radius, rad = 6371008.8, math.Pi / 180
	sin := func(x float64) float64 { s := math.Sin(x * rad / 2); return s * s }
	h := sin(q.Lat-p.Lat) + math.Cos(p.Lat*rad)*math.Cos(q.Lat*rad)*sin(q.Lon-p.Lon)
	return 2 * radius * math.Asin(math.Sqrt(min(1, h)))
}

// Match is evidence that was used before, or looks as if it had been.
type Match struct {
	Same        bool // byte by byte
	Case, Other ID
	Step, Their int64
	File        string // names
	OtherFile   string
	At          time.Time
}

// match finds earlier evidence that is the same or looks the same, writes it down for both, and says it in words.
func (c *Cases) match(ctx context.Context, tx *db.Tx, k *Case, n int64, f File, l looked) ([]string, error) {
	list, err := alike(ctx, tx, c.county(), n, f.SHA256, l)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, m := range list {
		if err := insertMatch(ctx, tx, c.county(), n, m.n, m.same); err != nil {
			return nil, err
		}
		word := "与第" + m.id.Number() + "号事项的照片极为相似"
		switch {
		case m.same && m.id == k.ID:
			word = "与本事项先前的材料相同"
		case m.same:
			word = "与第" + m.id.Number() + "号事项的材料相同"
		case m.id == k.ID:
			word = "与本事项先前的照片极为相似"
		}
		out = append(out, word)
	}
	return out, nil
}

// Matches are the pieces of evidence of a case that were used elsewhere too, before or after.
func (c *Cases) Matches(ctx context.Context, tx *db.Tx, by Actor, id ID) ([]Match, error) {
	const op = "Matches"
	if _, err := c.Of(ctx, tx, by, id); err != nil {
		return nil, err
	}
	list, err := matches(ctx, tx, c.county(), id)
	return list, wrap(op, err)
}

// FileOf is a file of a case that the actor may see.
func (c *Cases) FileOf(ctx context.Context, tx *db.Tx, by Actor, id ID, sha string) (File, []byte, error) {
	const op = "FileOf"
	if _, err := c.Of(ctx, tx, by, id); err != nil {
		return File{}, nil, err
	}
	f, err := c.evidence(ctx, tx, id, sha)
	if err != nil {
		return f, nil, err
	}
	b, err := c.Ledger.Bytes(ctx, tx, sha)
	return f, b, wrap(op, err)
}

// evidence is a file that came with a step of the case.
func (c *Cases) evidence(ctx context.Context, tx *db.Tx, id ID, sha string) (File, error) {
	steps, err := c.StepsOf(ctx, tx, id)
	if err != nil {
		return File{}, err
	}
	for _, s := range steps {
		for _, f := range s.Data.Files {
			if f.SHA256 == sha {
				return f, nil
			}
		}
	}
	return File{}, refuse(ledger.NotFound, "FileOf", "这个事项没有这个文件。")
}
