package callup

import (
	"context"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"zhixing/db"
)

// answer is what somebody says to his call.
type answer struct {
	who    string // for the record
	by     string // channel
	acted  bool
	text   string
	photos []Photo
	spot   *Point
	once   string
}

// Words by which people say that they have received it, and that it is done; the longer first.
var (
	ackWords  = []string{"已收到", "收到", "已知晓", "知道了", "知道", "好的", "好", "是", "1"}
	doneWords = []string{"已办好", "已办毕", "已办结", "办好了", "办好", "办完了", "办完", "办毕", "办结", "已办", "办了", "2"}
)

const marks = " ，,。.！!；;：:、\t\r\n"

// read reads what stands beside the code. plain says that it says in so many words that it was received or done; a text that says neither
// is a report. 办公楼进水 does not say that anything was done.
func read(rest string) (a answer, plain bool) {
	rest = strings.Trim(rest, marks)
	for range 2 { // 收到，已办好
		if s, ok := after(rest, ackWords); ok {
			rest, plain = s, true
		}
		if s, ok := after(rest, doneWords); ok {
			rest, plain, a.acted = s, true, true
		} else if s, ok := strings.CutPrefix(rest, "办"); ok && (s == "" || strings.HasPrefix(s, "已") || strings.ContainsAny(firstRune(s), marks)) {
			rest, plain, a.acted = strings.Trim(s, marks), true, true
		}
	}
	if strings.EqualFold(rest, "ok") {
		rest, plain = "", true
	}
	a.text = rest
	return a, plain
}

// after is what follows one of the words, where the word stands alone, is followed by a mark, or cannot go on.
func after(s string, words []string) (string, bool) {
	for _, w := range words {
		rest, ok := strings.CutPrefix(s, w)
		if !ok {
			continue
		}
		if single := len([]rune(w)) == 1; single && rest != "" && !strings.ContainsAny(firstRune(rest), marks) {
			continue // 好几户进水, 1人受伤
		}
		return strings.Trim(rest, marks), true
	}
	return s, false
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

var peopleCount = regexp.MustCompile(`(\d{1,6})\s*(?:余|多)?(?:人|名|口)`)

// count is the number of people that a report names first; 0 where it names none.
func count(text string) int {
	m := peopleCount.FindStringSubmatch(narrow(text))
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// answer records what a person says: that he heard, that it is done, what he sees. His answer ends nobody else's call.
func (w *work) answer(ctx context.Context, tx *db.Tx, k *Call, a answer) error {
	w.change(k)
	if k.State == Calling {
		k.State, k.Answered, k.By, k.Trouble = Answered, w.now, a.by, ""
		if k.Told.IsZero() {
			k.Told = w.now
		}
		w.withdraw = append(w.withdraw, k.ref())
		w.fact(k.N, wasAnswered, a.who, "answered", "%s", a.by)
	}
	if a.acted && k.Acted.IsZero() {
		k.Acted = w.now
		w.fact(k.N, wasActed, a.who, "acted", "%s", a.by)
	}
	if a.text == "" && len(a.photos) == 0 {
		return nil
	}
	text := a.text
	if len(a.photos) > 0 {
		text += "（照片" + strconv.Itoa(len(a.photos)) + "张）"
	}
	w.fact(k.N, wasReported, a.who, "", "%s", text)
	return w.told(ctx, tx, k, a, false)
}

// late records what a person says to a call that nobody waits for any more: it answers nothing, and is not lost.
func (w *work) late(ctx context.Context, tx *db.Tx, k *Call, a answer, words string) error {
	w.fact(k.N, wasAnswered, a.who, "", "结束后回复：%s", words)
	if a.text == "" && len(a.photos) == 0 {
		return nil
	}
	return w.told(ctx, tx, k, a, true)
}

// told keeps what a person sees beside the fact that was just written, and passes it on.
func (w *work) told(ctx context.Context, tx *db.Tx, k *Call, a answer, late bool) error {
	w.seen = append(w.seen, Seen{N: w.r.Revision, Call: k.N, At: w.now, Once: a.once, Told: Told{Text: a.text, Photos: a.photos, Spot: a.spot}})
	if w.c.Reported == nil {
		return nil
	}
	return w.c.Reported(ctx, tx, Report{Round: w.r.ID, Call: k.N, Purpose: w.r.Purpose, Drill: w.r.Drill, Person: k.Person, Name: k.Name, By: a.who, Seat: k.seat(),
		Text: a.text, Count: count(a.text), Photos: a.photos, Spot: a.spot, At: w.now, Late: late})
}

// Said is what a person says on a page or in an app.
type Said struct {
	Acted  bool
	Text   string
	Photos []Photo
	Spot   *Point // where he stood; nil: he did not say
	Once   string // token of the form: what is sent twice with it is one report
}

// Photo is a photograph, by where its bytes were kept.
type Photo struct {
	SHA256    string `json:"sha256"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
}

// Point is a place in degrees, WGS 84.
type Point struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

// words are what was pressed and written, for the record.
func (s Said) words() string {
	out := "收到"
	if s.Acted {
		out = "已办好"
	}
	if t := strings.TrimSpace(s.Text); t != "" {
		out += "，" + t
	}
	if len(s.Photos) > 0 {
		out += "（照片" + strconv.Itoa(len(s.Photos)) + "张）"
	}
	return out
}

const (
	maxPhotos = 9
	maxOnce   = 100
)

// Answer is a person's answer to his own call by a page or an app. Nobody answers for another; see Confirm. What comes when nobody waits for it
// any more is recorded as late, as it is by SMS.
func (c *Callup) Answer(ctx context.Context, tx *db.Tx, person PersonID, account string, id ID, n int, by string, s Said) (*Call, error) {
	const op = "Answer"
	w, k, err := c.called(ctx, tx, op, id, n)
	if err != nil {
		return nil, err
	}
	if k.Person != person || person == "" {
		return nil, refuse(NotAllowed, op, "这是对%s的叫应，应由本人应答；电话里已经答复的，请县政府办公室登记。", k.who())
	}
	if strings.TrimSpace(s.Text) != "" {
		if err := checkWords(op, "情况", s.Text, maxReport); err != nil {
			return nil, err
		}
	}
	if len(s.Photos) > maxPhotos {
		return nil, refuse(Invalid, op, "照片最多%d张。", maxPhotos)
	}
	if p := s.Spot; p != nil && !(math.Abs(p.Lon) <= 180 && math.Abs(p.Lat) <= 90) {
		return nil, refuse(Invalid, op, "位置应是经度、纬度。")
	}
	if len(s.Once) > maxOnce || !storable(s.Once) {
		return nil, refuse(Invalid, op, "表单不对，请刷新页面后重新提交。")
	}
	if s.Once != "" {
		if known, err := reportedOnce(ctx, tx, c.County, id, n, s.Once); err != nil || known {
			return k, wrap(op, err)
		}
	}
	a := answer{who: account, by: by, acted: s.Acted, text: strings.TrimSpace(s.Text), photos: s.Photos, spot: s.Spot, once: s.Once}
	if w.takes(k) {
		err = w.answer(ctx, tx, k, a)
	} else {
		err = w.late(ctx, tx, k, a, s.words())
	}
	if err != nil {
		return nil, wrap(op, err)
	}
	return k, wrap(op, w.finish(ctx, tx, "answer", account, ""))
}

// Confirm records that a person answered in a way that no channel sees, such as a telephone call by hand. The record says who says so.
func (c *Callup) Confirm(ctx context.Context, tx *db.Tx, by string, id ID, n int, acted bool, words string) (*Call, error) {
	const op = "Confirm"
	if err := checkWords(op, "本人是怎样答复的", words, maxReport); err != nil {
		return nil, err
	}
	w, k, err := c.answerable(ctx, tx, op, id, n)
	if err != nil {
		return nil, err
	}
	if err := w.answer(ctx, tx, k, answer{who: by, by: "登记", acted: acted}); err != nil {
		return nil, wrap(op, err)
	}
	w.fact(k.N, wasConfirmed, by, "", "%s", words)
	return k, wrap(op, w.finish(ctx, tx, "confirm", by, ""))
}

// called is a call of somebody.
func (c *Callup) called(ctx context.Context, tx *db.Tx, op string, id ID, n int) (*work, *Call, error) {
	w, err := c.load(ctx, tx, id, tx.Now(), n)
	if err != nil {
		return nil, nil, wrap(op, err)
	}
	if len(w.calls) == 0 || w.calls[0].Vacant() || w.now.Sub(w.r.OpenedAt) > codeRest {
		return nil, nil, refuse(NotFound, op, "没有这一项叫应。")
	}
	return w, w.calls[0], nil
}

// takes reports whether somebody still waits for the answer to a call.
func (w *work) takes(k *Call) bool {
	return !w.r.over(w.now) && k.Current && (k.State == Calling || k.State == Answered)
}

// answerable is a call that takes answers.
func (c *Callup) answerable(ctx context.Context, tx *db.Tx, op string, id ID, n int) (*work, *Call, error) {
	w, k, err := c.called(ctx, tx, op, id, n)
	switch {
	case err != nil:
		return nil, nil, err
	case w.r.over(w.now):
		return nil, nil, refuse(Conflict, op, "叫应“%s”已结束，不再应答。", w.r.Title)
	case !w.takes(k):
		return nil, nil, refuse(Conflict, op, "这一项叫应%s，请应答新的一项。", k.State.Chinese())
	}
	return w, k, nil
}

// Receipt is what a gateway says of a message.
type Receipt struct {
	Key     string // Message.Key
	Arrived bool
	Reason  string // why it did not
	At      time.Time
}

// Received takes receipts. A message that arrived has told its person; that he was told is no answer.
func (c *Callup) Received(ctx context.Context, tx *db.Tx, list []Receipt) error {
	const op = "Received"
	byRound, order := map[ID][]Receipt{}, []ID{}
	for _, r := range list {
		if id, _, ok := parseKey(r.Key); ok {
			if byRound[id] == nil {
				order = append(order, id)
			}
			byRound[id] = append(byRound[id], r)
		}
	}
	for _, id := range order {
		var ns []int
		for _, r := range byRound[id] {
			_, n, _ := parseKey(r.Key)
			ns = append(ns, n)
		}
		w, err := c.load(ctx, tx, id, tx.Now(), ns...)
		if KindOf(err) == NotFound {
			continue
		}
		if err != nil {
			return wrap(op, err)
		}
		for _, r := range byRound[id] {
			w.receive(r)
		}
		if err := w.finish(ctx, tx, "", system, ""); err != nil { // facts are enough: no person did it
			return wrap(op, err)
		}
	}
	return nil
}

func (w *work) receive(r Receipt) {
	_, n, _ := parseKey(r.Key)
	k := w.call(n)
	if k == nil {
		return
	}
	channel := r.Key[strings.LastIndexByte(r.Key, '/')+1:]
	if !r.Arrived {
		for _, to := range k.Addresses { // gateways like to repeat them
			r.Reason = strings.ReplaceAll(r.Reason, to, "（号码）")
		}
		if k.State == Calling && k.Told.IsZero() {
			k.Trouble = cut(channel+"未送达："+r.Reason, maxReason)
			w.change(k)
		}
		w.fact(n, wasFailed, system, "", "%s：%s", channel, r.Reason)
		return
	}
	if k.Told.IsZero() {
		k.Told, k.Trouble = w.now, ""
		if !r.At.IsZero() && r.At.Before(w.now) && !r.At.Before(k.Began) {
			k.Told = r.At.UTC().Truncate(time.Microsecond)
		}
		w.change(k)
	}
	w.fact(n, wasDelivered, system, "", "%s", channel)
}
