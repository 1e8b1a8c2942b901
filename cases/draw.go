package cases

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/register"
)

// Draw is a random draw (双随机): entries from a list and inspectors from another, by a recorded seed. Whoever has the two lists and
// the seed draws the same, so that nobody need believe it.
type Draw struct {
	ID     int64     `json:"-"`
	Seed   string    `json:"-"`
	Digest string    `json:"-"` // SHA-256 of what was drawn from
	By     string    `json:"-"`
	At     time.Time `json:"-"`
	Drawing
	Picked []Picked `json:"picked"`
	Of     int      `json:"of"` // entries that were drawn from
}

// Drawing is what is drawn.
type Drawing struct {
	Checklist  string         `json:"checklist"`
	Where      register.Query `json:"-"` // which entries of the checklist's register; its Register is set
	Entries    int            `json:"entries"`
	Inspectors []string       `json:"inspectors"` // accounts
	Each       int            `json:"each"`       // inspectors for each entry; 0: one
	Due        calendar.Date  `json:"due"`
}

// Picked is an entry with those who inspect it.
type Picked struct {
	Entry      string   `json:"entry"`
	Label      string   `json:"label"`
	Inspectors []string `json:"inspectors"`
}

// maxDraw bounds a draw.
const maxDraw = 500

// Draw draws, and plans the inspections.
func (c *Cases) Draw(ctx context.Context, tx *db.Tx, by Actor, d Drawing) (Draw, error) {
	const op = "Draw"
	out := Draw{Drawing: d, By: by.Account, At: tx.Now()}
	seat, err := can(op, by, ActPlan)
	if err != nil {
		return out, err
	}
	l, ok := c.ChecklistOf(d.Checklist)
	if d.Each == 0 {
		d.Each = 1
	}
	inspectors := slices.Compact(slices.Sorted(slices.Values(d.Inspectors)))
	switch {
	case !ok || c.Judge == nil:
		return out, refuse(ledger.NotFound, op, "没有这张检查表。")
	case d.Due.Before(today(tx)):
		return out, wrong(op, "due", "完成日期应在今天以后。")
	case d.Entries < 1 || d.Entries > maxDraw:
		return out, wrong(op, "entries", "一次抽取 1 至 %d 个对象。", maxDraw)
	case d.Each < 1 || len(inspectors) < d.Each:
		return out, wrong(op, "inspectors", "检查人员名单应不少于每个对象的检查人数。")
	}
	d.Where.Register, d.Where.Removed = l.Register, false
	labels := map[string]string{}
	var keys []string
	for e, err := range c.Judge.Registers.Each(ctx, tx, register.Inside, d.Where) {
		if err != nil {
			return out, wrap(op, err)
		}
		keys = append(keys, e.Key)
		labels[e.Key] = e.Label
	}
	slices.Sort(keys)
	if len(keys) < d.Entries {
		return out, wrong(op, "entries", "名单里只有 %d 个对象，不够抽取 %d 个。", len(keys), d.Entries)
	}
	seed := make([]byte, 16)
	if _, err := rand.Read(seed); err != nil {
		return out, wrap(op, err)
	}
	out.Seed, out.Of = hex.EncodeToString(seed), len(keys)
	out.Digest = sumOf([]byte(strings.Join(keys, "\n") + "\n\n" + strings.Join(inspectors, "\n")))
	for i, key := range Lot(out.Seed, "entry", keys, d.Entries) {
		out.Picked = append(out.Picked, Picked{Entry: key, Label: labels[key], Inspectors: Lot(out.Seed, fmt.Sprintf("inspector %d", i), inspectors, d.Each)})
	}
	if err := insertDraw(ctx, tx, c.county(), &out); err != nil {
		return out, wrap(op, err)
	}
	for _, p := range out.Picked {
		n := Inspection{Checklist: l.ID, Register: l.Register, Entry: p.Entry, Label: p.Label, Unit: seat.Unit, Account: p.Inspectors[0], Due: d.Due, Draw: out.ID}
		if err := putInspection(ctx, tx, c.county(), &n, ""); err != nil {
			return out, wrap(op, err)
		}
		for _, a := range p.Inspectors {
			_, err := notice.Put(ctx, tx, c.county(), notice.Notice{To: notice.To{Account: a}, Kind: "case", Subject: "抽取到检查任务：" + cut(p.Label, 60), Basis: l.Basis.String(),
				Text: "请于" + d.Due.Chinese() + "前完成“" + l.Title + "”。", About: fmt.Sprintf("inspection/%d", n.ID), Path: fmt.Sprintf("/inspections/%d", n.ID),
				Key: fmt.Sprintf("inspection/%d %s", n.ID, a)})
			if err != nil {
				return out, wrap(op, err)
			}
		}
	}
	_, err = journal.Append(ctx, tx, c.county(), journal.Entry{Who: by.Account, What: "case.draw", Subject: "checklist/" + l.ID, Basis: l.Basis.String(),
		Detail: fmt.Sprintf("第%d次抽取，%d选%d，种子%s，名单sha256:%s", out.ID, out.Of, d.Entries, out.Seed, out.Digest)})
	return out, wrap(op, err)
}

// Lot draws n of a sorted list by a seed, without putting back: the order is that of SHA-256 over seed, purpose and name, the least
// first. It needs nothing but a hash to be drawn again.
func Lot(seed, purpose string, list []string, n int) []string {
	type ticket struct {
		hash [sha256.Size]byte
		name string
	}
	all := make([]ticket, len(list))
	for i, name := range list {
		all[i] = ticket{sha256.Sum256([]byte(seed + "\n" + purpose + "\n" + name)), name}
	}
	slices.SortFunc(all, func(a, b ticket) int {
		if a, b := binary.BigEndian.Uint64(a.hash[:]), binary.BigEndian.Uint64(b.hash[:]); a != b {
			if a < b {
				return -1
			}
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	out := make([]string, 0, n)
	for _, t := range all[:min(n, len(all))] {
		out = append(out, t.name)
	}
	return out
}

// Draws are the draws, newest first.
func (c *Cases) Draws(ctx context.Context, tx *db.Tx, by Actor, limit int) ([]Draw, error) {
	const op = "Draws"
	if !May(by, ActSee) {
		return nil, refuse(ledger.NotAllowed, op, "您不能查看抽取记录。")
	}
	list, err := draws(ctx, tx, c.county(), limit)
	return list, wrap(op, err)
}
