package cases

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/ledger"
)

// Server311 is another city's Open311 server, whose requests become cases here.
type Server311 struct {
	Name         string            // stands in the cases
	URL          string            // of the interface: …/requests.json is asked
	Jurisdiction string            // jurisdiction_id, where the server asks for one
	Services     map[string]string // our service_code by theirs; empty: those whose code or name is ours
}

// Standing311 is how a server stands.
type Standing311 struct {
	Name    string
	UpTo    time.Time // what was requested there until then is taken in
	Asked   time.Time
	Fails   int    // in a row
	Trouble string // why the last try failed; empty: it did not
	Skipped string // what could not be taken in then
	Cases   int    // that came from it
	next    time.Time
}

const (
	every311 = time.Minute
	try311   = 30 * time.Second // for one answer
	first311 = span311 * 24 * time.Hour
	again311 = 24 * time.Hour // how far back is asked again: some servers show a request hours after it was made
	ids311   = 50             // asked for by number at once
	pages311 = 100            // of one list
	batch311 = 100            // taken in by one transaction
	least311 = time.Minute    // a shorter stretch is not cut in two
)

// pauses311 are the pauses after failures; the last is kept to.
var pauses311 = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// Run311 asks servers, each every minute, until ctx ends.
func Run311(ctx context.Context, d *db.DB, cases func() *Cases, servers []Server311, log *slog.Logger) {
	tick := time.NewTicker(every311)
	defer tick.Stop()
	for {
		for _, s := range servers {
			n, err := cases().Poll311(ctx, d, s)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				log.Error("open311", "server", s.Name, "error", err)
			case n > 0:
				log.Info("open311", "server", s.Name, "cases", n)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Poll311 asks a server for what is new since it was last asked, unless a pause after failures still runs, and says how many cases
// were opened. A stretch that is taken in stays so when a later one fails. That a server does not answer stands in its Standing311; an
// error is ours.
func (c *Cases) Poll311(ctx context.Context, d *db.DB, s Server311) (opened int, err error) {
	var at Standing311
	err = d.Read(ctx, func(tx *db.Tx) (err error) { at, err = serverOf(ctx, tx, c.county(), s.Name); return err })
	if err != nil || d.Now().Before(at.next) {
		return 0, wrap("Poll311", err)
	}
	p := &poll311{Cases: c, db: d, from: s, at: at}
	failed := p.run(ctx)
	if ctx.Err() != nil {
		return p.opened, ctx.Err() // stopping: it is asked again from where it was
	}
	p.at.Asked, p.at.Fails, p.at.Trouble, p.at.next = d.Now(), 0, "", time.Time{}
	p.at.Skipped = p.skipped()
	var no *trouble311
	switch {
	case errors.As(failed, &no):
		p.at.Fails, p.at.Trouble = at.Fails+1, no.words
		p.at.next = d.Now().Add(pauses311[min(at.Fails, len(pauses311)-1)])
	case failed != nil:
		return p.opened, wrap("Poll311", failed)
	}
	return p.opened, wrap("Poll311", p.save(ctx))
}

// trouble311 is why a server could not be asked, in words for the office.
type trouble311 struct{ words string }

func (t *trouble311) Error() string { return t.words }

func troubled(format string, args ...any) error { return &trouble311{fmt.Sprintf(format, args...)} }

// poll311 is one turn with one server.
type poll311 struct {
	*Cases
	db     *db.DB
	from   Server311
	at     Standing311
	opened int
	left   []Line // out, though their service is one of ours
}

func (p *poll311) run(ctx context.Context) error {
	now := p.db.Now()
	from := now.Add(-first311)
	if !p.at.UpTo.IsZero() {
		from = p.at.UpTo.Add(-again311)
	}
	for to := now; from.Before(now); to = now {
		if most := from.Add(span311 * 24 * time.Hour); most.Before(to) {
			to = most
		}
		var err error
		if to, err = p.stretch(ctx, from, to, to.Equal(now)); err != nil {
			return err
		}
		from, p.at.UpTo = to, to
		if to.Before(now) { // so far it need not be asked again, whatever comes
			if err := p.save(ctx); err != nil {
				return err
			}
		}
	}
	return p.follow(ctx)
}

func (p *poll311) save(ctx context.Context) error {
	if p.at.Asked.IsZero() {
		p.at.Asked = p.db.Now()
	}
	return p.db.Write(ctx, func(tx *db.Tx) error { return saveServer(ctx, tx, p.county(), p.at) })
}

// stretch takes in what was requested in a stretch of time, or in its first half, quarter … where the server does not give all of it
// at once. It gives the end of what is taken in. last: the stretch ends now.
func (p *poll311) stretch(ctx context.Context, from, to time.Time, last bool) (time.Time, error) {
	q := url.Values{"start_date": {stamp311(from)}}
	if !last {
		q.Set("end_date", stamp311(to))
	}
	if len(p.from.Services) > 0 {
		var codes []string
		for theirs := range p.from.Services {
			codes = append(codes, theirs)
		}
		slices.Sort(codes)
		q.Set("service_code", strings.Join(codes, ","))
	}
	seen := map[string]bool{}
	for page := 1; page <= pages311; page++ {
		if page > 1 { // not of the standard, but many servers give their lists in pages, and others pass over it
			q.Set("page", fmt.Sprint(page))
		}
		list, err := p.ask(ctx, q)
		var no *trouble311
		refused := page > 1 && errors.As(err, &no) && strings.HasPrefix(no.words, refused311)
		if err != nil && !refused {
			return to, err
		}
		paged := page > 2 || err == nil && len(list) == 0
		list = slices.DeleteFunc(list, func(r Request311) bool { return seen[r.ID] })
		for _, r := range list {
			seen[r.ID] = true
		}
		if len(list) == 0 {
			if !paged && len(seen) >= maxPage && to.Sub(from) > least311 { // it gives no pages, and the standard lets it break off here
				return p.stretch(ctx, from, from.Add(to.Sub(from)/2), false)
			}
			return to, nil
		}
		if err := p.take(ctx, list); err != nil {
			return to, err
		}
	}
	return to, troubled("对方的清单超过 %d 页", pages311)
}

func stamp311(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// take takes in what is new in a list. A quiet minute writes nothing.
func (p *poll311) take(ctx context.Context, list []Request311) error {
	err := p.db.Read(ctx, func(tx *db.Tx) error {
		var fresh []Request311
		for _, q := range list {
			was, err := foreignOf(ctx, tx, p.county(), p.from.Name, strings.TrimSpace(q.ID))
			if err != nil {
				return err
			}
			r, why := p.report311(p.from, q)
			now := foreignCase{digest: sumOf([]byte(r.Text)), status: q.Status, notes: q.notes()}
			switch {
			case was.id == 0 && why != "":
				if r.Service != "" && q.Status != "closed" {
					p.left = append(p.left, Line{Number: cut(q.ID, 30), Why: why})
				}
			case was.id == 0 || was.news(now) || tx.Now().Sub(was.heard) >= heardWithin:
				fresh = append(fresh, q)
			}
		}
		list = fresh
		return nil
	})
	for part := range slices.Chunk(list, batch311) {
		if err != nil {
			return err
		}
		opened := 0
		err = p.db.Write(ctx, func(tx *db.Tx) error {
			opened = 0
			lines, err := p.Take311(ctx, tx, p.from, part)
			for _, l := range lines {
				if l.What == NewLine {
					opened++
				}
			}
			return err
		})
		if err == nil {
			p.opened += opened
		}
	}
	return err
}

// follow asks by number for requests that no list has shown for a while: what was requested long ago changes too.
func (p *poll311) follow(ctx context.Context) error {
	var ids []string
	err := p.db.Read(ctx, func(tx *db.Tx) (err error) {
		ids, err = unheard(ctx, tx, p.county(), p.from.Name, tx.Now().Add(-heardWithin), ids311)
		return err
	})
	if err != nil || len(ids) == 0 {
		return err
	}
	asked := slices.DeleteFunc(slices.Clone(ids), func(n string) bool { return strings.Contains(n, ",") })
	list, err := p.ask(ctx, url.Values{"service_request_id": {strings.Join(asked, ",")}})
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(r Request311) bool { return !slices.Contains(asked, strings.TrimSpace(r.ID)) })
	if err := p.take(ctx, list); err != nil {
		return err
	}
	return p.db.Write(ctx, func(tx *db.Tx) error { return waitForeign(ctx, tx, p.county(), p.from.Name, ids) })
}

// refused311 begins the trouble with a server that does not like the question.
const refused311 = "对方答复 HTTP 4"

// client311 calls only the operator's addresses: an answer that leads elsewhere is not followed.
var client311 = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// ask asks the server for requests.
func (p *poll311) ask(ctx context.Context, q url.Values) ([]Request311, error) {
	if p.from.Jurisdiction != "" {
		q.Set("jurisdiction_id", p.from.Jurisdiction)
	}
	within, cancel := context.WithTimeout(ctx, try311)
	defer cancel()
	req, err := http.NewRequestWithContext(within, http.MethodGet, p.from.URL+"/requests.json?"+q.Encode(), nil)
	if err != nil {
		return nil, troubled("地址配置不对")
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client311.Do(req)
	switch {
	case within.Err() != nil:
		return nil, troubled("对方超过 %d 秒没有答复", int(try311.Seconds()))
	case err != nil:
		return nil, troubled("连接出错：%s", cut(errors.Unwrap(err).Error(), 200)) // of the network, without the address
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, troubled("对方答复 HTTP %d", resp.StatusCode)
	}
	list, err := read311(resp.Body)
	switch {
	case ledger.KindOf(err) == ledger.Invalid:
		return nil, troubled("%s", message(err))
	case err != nil:
		return nil, troubled("对方的答复没有收完")
	}
	return list, nil
}

// skipped says what was left out though its service is one of ours.
func (p *poll311) skipped() string {
	if len(p.left) == 0 {
		return ""
	}
	return fmt.Sprintf("%d 件没有受理，如 %s：%s", len(p.left), p.left[0].Number, p.left[0].Why)
}
