package example

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/warning"
)

// warn drafts a warning and publishes it, each by a person whom the county's folder lets do so.
func (p *Player) warn(ctx context.Context, tx *db.Tx, f policy.Fact) error {
	w := p.Works.Warnings
	h := w.Hazard(f.ID)
	if h == nil {
		return &refusal{words: "没有“" + f.ID + "”这种预警"}
	}
	switch f.Do {
	case "签收", "执行":
		return p.obey(ctx, tx, h, f)
	case "转播":
		return p.passOn(ctx, tx, h, f)
	}
	d := warning.Draft{Hazard: h.ID, Drill: f.Drill, Level: warning.Level(f.Level), Stage: warning.Stage(f.Stage)}
	d.Description = f.Text
	for _, t := range f.Towns {
		d.Area.Places = append(d.Area.Places, warning.Place{Town: t})
	}
	if f.Do != warning.Alert.Chinese() {
		e, err := p.lastEvent(ctx, tx, h.ID)
		if err != nil {
			return err
		}
		if e == nil {
			return &refusal{words: "没有可以" + f.Do + "的预警"}
		}
		d.Event, d.Kind = e.ID, warning.Update
		if f.Do == warning.Cancel.Chinese() {
			d.Kind, d.Reason = warning.Cancel, f.Text
		}
		if d.Level == "" {
			d.Level = e.Level
		}
	}
	unit := f.By
	if unit == "" {
		unit = h.Draft[0]
	}
	writer, err := p.holder(ctx, tx, "拟稿", personnel.Seat{Unit: unit, Role: personnel.Member, Post: personnel.ID(unit, "经办人")})
	if err != nil {
		return err
	}
	v, err := w.Draft(ctx, tx, writer, d)
	if err != nil {
		return err
	}
	if _, err = w.Submit(ctx, tx, writer, v.Event, v.N); err != nil {
		return err
	}
	post := h.Approvers(v.Decides())[0]
	approver, err := p.holder(ctx, tx, "签发", personnel.Seat{Unit: post.Unit(), Title: post.Title(), Post: post, Role: personnel.Head})
	if err == nil {
		_, err = w.Publish(ctx, tx, approver, v.Event, v.N)
	}
	return err
}

// obey lets a unit sign for what the newest warning of a hazard orders of it, or report that it is done.
func (p *Player) obey(ctx context.Context, tx *db.Tx, h *warning.Hazard, f policy.Fact) error {
	e, err := p.lastEvent(ctx, tx, h.ID)
	if err != nil {
		return err
	}
	var list []warning.Order
	if e != nil {
		if list, err = p.Works.Warnings.Orders(ctx, tx, e.ID); err != nil {
			return err
		}
	}
	by, err := p.officer(ctx, tx, f.By)
	if err != nil {
		return err
	}
	n := 0
	for _, o := range list {
		if o.Unit != f.By || !o.Open() || !o.Done.IsZero() {
			continue
		}
		if o.Seen.IsZero() {
			err = p.Works.Warnings.See(ctx, tx, by, o.ID)
		}
		if err == nil && f.Do == "执行" {
			err = p.Works.Warnings.Do(ctx, tx, by, o.ID, f.Text)
		}
		if err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return &refusal{words: f.By + "没有要执行的" + h.Name + "预警指令"}
	}
	return nil
}

// passOn says of a re-broadcaster that it has just passed the newest version on.
func (p *Player) passOn(ctx context.Context, tx *db.Tx, h *warning.Hazard, f policy.Fact) error {
	e, err := p.lastEvent(ctx, tx, h.ID)
	if err != nil {
		return err
	}
	if e == nil {
		return &refusal{words: "没有可以转播的" + h.Name + "预警"}
	}
	list, err := p.Works.Rebroadcasters(ctx, tx)
	if err != nil {
		return err
	}
	by, err := p.officer(ctx, tx, f.By)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.Name == f.Text {
			return p.Works.Warnings.Passed(ctx, tx, by, warning.Rebroadcast{Event: e.ID, N: e.N, Who: r.Who(), Name: r.Name, At: tx.Now(), Reach: f.Reach, Unit: r.Unit, Public: r.Public})
		}
	}
	return &refusal{words: "传播单位名录里没有在册的“" + f.Text + "”"}
}

// holder is who holds a post today, and somebody where nobody does, or several.
func (p *Player) holder(ctx context.Context, tx *db.Tx, does string, s personnel.Seat) (ledger.Actor, error) {
	if p.County.Book == nil {
		return someone(does, s), nil
	}
	held, err := personnel.HolderOf(ctx, tx, p.County.Book, string(p.County.Place.Code), s.Post, dayOf(tx.Now()))
	if err != nil || len(held) != 1 {
		return someone(does, s), err
	}
	return ledger.Actor{Account: held[0].Account, Name: held[0].Name, Seats: []personnel.Seat{s}}, nil
}

// officer is who does what is ordered of a unit: its member, or its head.
func (p *Player) officer(ctx context.Context, tx *db.Tx, unit string) (by ledger.Actor, err error) {
	for _, title := range []string{"经办人", "局长", "主任", "镇长", "乡长"} {
		s := personnel.Seat{Unit: unit, Title: title, Role: personnel.Member, Post: personnel.ID(unit, title)}
		if by, err = p.holder(ctx, tx, "承办", s); err != nil || by.Account != "示例承办" {
			return by, err
		}
	}
	return by, nil
}

func someone(does string, s personnel.Seat) ledger.Actor {
	return ledger.Actor{Account: "示例" + does, Name: "示例" + does, Seats: []personnel.Seat{s}}
}

// lastEvent is the newest event of a hazard; nil where there is none.
func (p *Player) lastEvent(ctx context.Context, tx *db.Tx, hazard string) (*warning.Event, error) {
	list, err := p.Works.Warnings.Events(ctx, tx, 0, 200)
	for i := range list {
		if list[i].Hazard == hazard {
			return &list[i], err
		}
	}
	return nil, err
}

// proposed is the state that a want writes for what no person has decided on yet.
const proposed = "建议"

func (p *Player) lookWarning(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	state := string(warning.Published)
	for _, is := range w.Is {
		if is.Name == "state" {
			state = is.Value
		}
	}
	d := &differ{name: name(w)}
	if state == proposed {
		list, err := p.Works.Warnings.Proposals(ctx, tx, warning.ProposalOpen, 500)
		if err != nil {
			return "", err
		}
		i := slices.IndexFunc(list, func(x warning.Proposal) bool { return x.Hazard == w.ID })
		switch {
		case i < 0 && w.None:
			return "", nil
		case i < 0:
			return name(w) + "：没有这样的建议", nil
		case w.None:
			return name(w) + "：应当没有建议，现在有" + string(list[i].Level) + "色", nil
		}
		var says []string
		for _, r := range list[i].Reasons {
			says = append(says, r.Says)
		}
		p.warningIs(d, w, list[i].Level, "", strings.Join(says, "；"), list[i].Area)
		return d.String(), nil
	}
	e, err := p.lastEvent(ctx, tx, w.ID)
	switch {
	case err != nil:
		return "", err
	case e == nil || string(e.State) != state:
		if w.None {
			return "", nil
		}
		if e == nil {
			return name(w) + "：没有发布过", nil
		}
		return fmt.Sprintf("%s：state 应是“%s”，现在是“%s”", name(w), state, e.State), nil
	case w.None:
		return name(w) + "：应当没有，现在有", nil
	}
	list, err := p.Works.Warnings.Versions(ctx, tx, e.ID)
	if err != nil {
		return "", err
	}
	v := list[e.N-1]
	p.warningIs(d, w, v.Level, v.Stage, v.Text(), v.Area)
	return d.String(), nil
}

func (p *Player) warningIs(d *differ, w policy.Want, level warning.Level, stage warning.Stage, says string, area warning.Area) {
	for _, is := range w.Is {
		switch is.Name {
		case "level":
			d.want(is, string(level), string(level) == is.Value)
		case "stage":
			d.want(is, string(stage), string(stage) == is.Value)
		case "says":
			d.want(is, says, strings.Contains(says, is.Value))
		case "towns":
			d.want(is, strings.Join(area.TownNames(), "、"), sameSet(area.TownNames(), is.Values))
		}
	}
}

func (p *Player) lookOrdered(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	e, err := p.lastEvent(ctx, tx, w.ID)
	if err != nil {
		return "", err
	}
	var list []warning.Order
	if e != nil {
		if list, err = p.Works.Warnings.Orders(ctx, tx, e.ID); err != nil {
			return "", err
		}
	}
	var near []string
	for _, o := range list {
		now := map[string]string{"kind": string(o.Kind), "says": o.Sector + o.Says, "state": map[bool]string{true: "生效", false: "已解除"}[o.Open()]}
		fits := w.Key == "" || o.Unit == p.unit(w.Key)
		state := "生效"
		for _, is := range w.Is {
			if is.Name == "state" {
				state = is.Value
			} else {
				fits = fits && strings.Contains(now[is.Name], is.Value)
			}
		}
		if fits && now["state"] == state {
			if w.None {
				return name(w) + "：应当没有，现在有：" + o.What, nil
			}
			return "", nil
		}
		near = append(near, o.What+"（"+now["state"]+"）")
	}
	if w.None {
		return "", nil
	}
	return fmt.Sprintf("%s：没有这样的指令，现有：%s", name(w), strings.Join(near, "、")), nil
}
