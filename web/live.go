package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"zhixing/account"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/notice"
)

// Open pages learn that the ledger and the cases have moved on by a stream of events (GET /live). It carries numbers of duties and cases
// that its person may see and the count of his unread messages; what has changed is on the page that he then loads.

const livePath = "/live"

// Bounds of streams. Each holds a connection, and nothing of the database while it waits.
const (
	maxStreams     = 2000
	streamsEach    = 6 // of one account: more tabs than that wait for an older one to be closed
	liveLook       = 3 * time.Second
	liveBeat       = 20 * time.Second // shorter than a proxy waits in silence
	liveLong       = 30 * time.Minute
	liveDuties     = 50             // and as many cases
	liveBack       = 48 * time.Hour // what is older than that, a page that was left open is not told of
	liveWriteLimit = 10 * time.Second
)

// live is who listens. One looker asks the ledger for all of them, and only while somebody listens.
type live struct {
	mu     sync.Mutex
	each   map[string]int
	total  int
	wake   chan struct{} // closed at a change, and replaced
	ended  chan struct{} // closed when the server stops
	once   sync.Once
	looker context.CancelFunc

	beat, look time.Duration // liveBeat and liveLook; tests wait less
}

func newLive() *live {
	return &live{each: map[string]int{}, wake: make(chan struct{}), ended: make(chan struct{}), beat: liveBeat, look: liveLook}
}

// EndStreams ends all streams of events, so that a stopping server need not wait for open pages.
func (s *Server) EndStreams() { s.live.once.Do(func() { close(s.live.ended) }) }

// changed tells open pages that the ledger has moved on.
func (s *Server) changed() { s.live.ring() }

func (l *live) ring() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.wake)
	l.wake = make(chan struct{})
}

func (l *live) bell() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wake
}

// enterLive takes a place for a stream of the account; false where there is none left.
func (s *Server) enterLive(who string) bool {
	l := s.live
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total >= maxStreams || l.each[who] >= streamsEach {
		return false
	}
	l.total++
	l.each[who]++
	if l.looker == nil {
		ctx, cancel := context.WithCancel(context.Background())
		l.looker = cancel
		go s.lookForChanges(ctx)
	}
	return true
}

func (s *Server) leaveLive(who string) {
	l := s.live
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total--
	if l.each[who]--; l.each[who] == 0 {
		delete(l.each, who)
	}
	if l.total == 0 {
		l.looker()
		l.looker = nil
	}
}

// mark is how new something was that a page shows: the ledger, and the cases. They are counted apart, since what one was told of the
// other could hide a change of its own that was written at the same time.
type mark struct{ duties, cases int64 }

func (m mark) String() string { return fmt.Sprintf("%d.%d", m.duties, m.cases) }

// parseMark reads a mark as pages give it back.
func parseMark(s string) (m mark, ok bool) {
	duties, cases, both := strings.Cut(s, ".")
	var err error
	if m.duties, err = strconv.ParseInt(duties, 10, 64); err != nil || m.duties < 0 {
		return m, false
	}
	if m.cases = m.duties; both {
		m.cases, err = strconv.ParseInt(cases, 10, 64)
	}
	return m, err == nil && m.cases >= 0
}

// newest is how new ledger and cases are.
func (s *Server) newest(ctx context.Context, tx *db.Tx) (m mark, err error) {
	duty, err := s.Ledger.Newest(ctx, tx)
	if err != nil {
		return m, err
	}
	if m.duties = microsOf(duty); s.Config.Works != nil {
		kase, err := s.Config.Works().Cases.Newest(ctx, tx)
		if err != nil {
			return m, err
		}
		m.cases = microsOf(kase)
	}
	return m, nil
}

// microsOf is a time as marks write it, 0 for none.
func microsOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

// lookForChanges finds what the clock and other processes have done.
func (s *Server) lookForChanges(ctx context.Context) {
	var last mark
	for {
		var newest mark
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			newest, err = s.newest(ctx, tx)
			return err
		})
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.Logger.Error("live: looking for changes", "error", err)
		case newest != last:
			last = newest
			s.live.ring()
		}
		select {
		case <-ctx.Done():
			return
		case <-s.live.ended:
			return
		case <-time.After(s.live.look):
		}
	}
}

// seenMark is how new ledger and cases were when the request began.
func seenMark(r *http.Request) string {
	known, ok := r.Context().Value(seatingKey{}).(*seating)
	if !ok || len(known.seats) == 0 {
		return ""
	}
	return known.newest.String()
}

// unread counts the person's unread messages; a page does without the number rather than fail.
func (s *Server) unread(r *http.Request) (n int) {
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = notice.Unread(ctx, tx, s.countyCode, string(sessionOf(r).User.Name))
		return err
	})
	if err != nil {
		s.Logger.Error("menu: unread messages", "error", err)
		return 0
	}
	return n
}

// stream is one open page.
type stream struct {
	s    *Server
	w    http.ResponseWriter
	out  *http.ResponseController
	by   ledger.Actor
	tok  account.Token
	mark mark // newest changes that the page knows
	told int  // unread messages that it was told of
}

// liveStream answers GET /live until the page is closed, the log-in ends or the server stops.
func (s *Server) liveStream(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	seen := r.Header.Get("Last-Event-ID") // of a page that lost its line
	if seen == "" {
		seen = r.URL.Query().Get("seen")
	}
	since, ok := parseMark(seen)
	if !ok {
		return badRequest("缺少 seen：页面生成时台账和事项的最新时间。")
	}
	if !s.enterLive(by.Account) {
		return &httpError{status: http.StatusTooManyRequests, message: "打开的页面太多，本页不自动提示更新。"}
	}
	defer s.leaveLive(by.Account)
	c, err := r.Cookie(s.cookieName(r))
	if err != nil {
		return err
	}
	direct := w
	if rec, ok := w.(*recorder); ok { // an answer without end is not kept
		direct = rec.direct()
	}
	st := &stream{s: s, w: direct, out: http.NewResponseController(direct), by: by, tok: account.Token(c.Value), mark: since, told: -1}
	h := direct.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // nginx passes on what it gets
	direct.WriteHeader(http.StatusOK)
	if st.write("retry: 5000\n\n") != nil {
		return nil
	}
	st.run(r.Context())
	return nil
}

func (st *stream) run(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, liveLong)
	defer cancel()
	defer func() { _ = st.out.SetWriteDeadline(time.Now().Add(liveWriteLimit)) }() // for the last bytes
	beat := time.NewTicker(st.s.live.beat)
	defer beat.Stop()
	for {
		bell := st.s.live.bell()
		if err := st.tell(ctx); err != nil {
			if ctx.Err() == nil && !errors.Is(err, errGone) {
				st.s.Logger.Error("live", "error", err)
			}
			return
		}
		select {
		case <-bell:
		case <-ctx.Done():
			return
		case <-st.s.live.ended:
			return
		case <-beat.C:
			if _, err := st.s.Accounts.Peek(ctx, st.tok); err != nil {
				_ = st.write("event: out\ndata: {}\n\n") // the log-in has ended
				return
			}
			if st.write(": \n\n") != nil {
				return
			}
		}
	}
}

var errGone = errors.New("the page is closed")

// tell sends what is new.
func (st *stream) tell(ctx context.Context) error {
	var duties []ledger.ID
	var kases []cases.ID
	var newest mark
	unread := 0
	err := st.s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if newest, err = st.s.newest(ctx, tx); err != nil {
			return err
		}
		if newest.duties > st.mark.duties {
			if duties, err = st.s.Ledger.ChangedSince(ctx, tx, st.by, lately(st.mark.duties, newest.duties), liveDuties); err != nil {
				return err
			}
		}
		if newest.cases > st.mark.cases {
			if kases, err = st.s.Config.Works().Cases.ChangedSince(ctx, tx, st.by, lately(st.mark.cases, newest.cases), liveDuties); err != nil {
				return err
			}
		}
		unread, err = notice.Unread(ctx, tx, st.s.countyCode, st.by.Account)
		return err
	})
	if err != nil {
		return err
	}
	st.mark = mark{max(st.mark.duties, newest.duties), max(st.mark.cases, newest.cases)}
	if len(duties) == 0 && len(kases) == 0 && unread == st.told {
		return nil
	}
	st.told = unread
	data, err := json.Marshal(map[string]any{"duties": orEmpty(duties), "cases": orEmpty(kases), "unread": unread})
	if err != nil {
		return err
	}
	return st.write(fmt.Sprintf("id: %s\nevent: change\ndata: %s\n\n", st.mark, data))
}

// lately is a page's mark, but not longer before the newest change than pages are told of.
func lately(mark, newest int64) time.Time {
	return db.FromMicros(max(mark, newest-liveBack.Microseconds()))
}

// write sends at once. Whoever takes nothing for long loses the stream.
func (st *stream) write(text string) error {
	_ = st.out.SetWriteDeadline(time.Now().Add(liveWriteLimit)) // of the connection; one that knows none has none to keep
	if _, err := st.w.Write([]byte(text)); err != nil {
		return errGone
	}
	if err := st.out.Flush(); err != nil {
		return errGone
	}
	return nil
}
