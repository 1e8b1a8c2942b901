package example

import (
	"context"
	"fmt"
	"strings"

	"zhixing/db"
	"zhixing/emergency"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/policy"
)

// respond starts a plan, changes its level, does a task of it or stands it down, each by a person whom the plan lets do so.
func (p *Player) respond(ctx context.Context, tx *db.Tx, f policy.Fact) error {
	e := p.Works.Emergencies
	plan := e.Plan(f.ID)
	if plan == nil {
		return &refusal{words: "没有“" + f.ID + "”这个预案"}
	}
	level := levelOf(f.Level)
	a, err := p.lastResponse(ctx, tx, f.ID)
	if err != nil {
		return err
	}
	if a == nil && f.Do != "启动" {
		return &refusal{words: "《" + plan.Title + "》没有启动，不能" + f.Do}
	}
	var by emergency.Actor
	switch f.Do {
	case "启动":
		if by, err = p.decides(ctx, tx, plan, level); err != nil {
			return err
		}
		_, err = e.Activate(ctx, tx, by, emergency.Opening{Plan: plan.ID, Level: level, Title: f.Text, Area: p.Works.County.Place.County, Says: f.Text, Drill: f.Drill != ""})
	case "调级":
		if by, err = p.decides(ctx, tx, plan, min(level, a.Level)); err != nil {
			return err
		}
		_, err = e.Relevel(ctx, tx, by, a.ID, level, f.Text)
	case "终止":
		if by, err = p.decides(ctx, tx, plan, a.Level); err != nil {
			return err
		}
		_, err = e.StandDown(ctx, tx, by, a.ID, f.Text)
	case "完成":
		return p.finish(ctx, tx, f, a)
	}
	return err
}

// finish reports the first open task of a unit that speaks of the text as done.
func (p *Player) finish(ctx context.Context, tx *db.Tx, f policy.Fact, a *emergency.Activation) error {
	tasks, err := p.Works.Emergencies.Tasks(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.Unit != f.By || !t.Open() || !strings.Contains(t.Do, f.Text) {
			continue
		}
		in := emergency.Reporting{Words: "已完成。", Done: true}
		if f.Photo {
			shot := p.shot()
			in.Files = []ledger.Evidence{{Name: shot.Name, Content: shot.Content}}
		}
		by, err := p.officer(ctx, tx, f.By)
		if err != nil {
			return err
		}
		return p.Works.Emergencies.Report(ctx, tx, by, t.TaskID, in)
	}
	return &refusal{words: f.By + "没有要办的“" + f.Text + "”"}
}

// decides is somebody who may start a level: the first of the posts that somebody holds.
func (p *Player) decides(ctx context.Context, tx *db.Tx, plan *emergency.Plan, level int) (by emergency.Actor, err error) {
	by = someone("决定", personnel.Seat{})
	for _, post := range plan.Approvers(level) {
		by, err = p.holder(ctx, tx, "决定", personnel.Seat{Unit: post.Unit(), Title: post.Title(), Post: post, Role: personnel.Leader})
		if err != nil || by.Account != "示例决定" {
			break
		}
	}
	return by, err
}

func levelOf(name string) int {
	for n := 1; n <= 4; n++ {
		if strings.TrimSuffix(emergency.LevelName(n), "级") == strings.TrimSuffix(name, "级") {
			return n
		}
	}
	return 0
}

// lastResponse is the newest activation of a plan; nil where there is none.
func (p *Player) lastResponse(ctx context.Context, tx *db.Tx, plan string) (*emergency.Activation, error) {
	list, err := p.Works.Emergencies.Activations(ctx, tx, onlooker, "", 200)
	for _, a := range list {
		if a.Plan == plan {
			return a, err
		}
	}
	return nil, err
}

var onlooker = someone("查看", personnel.Seat{Role: personnel.Auditor})

func (p *Player) lookResponse(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	state, level, says := emergency.Active.Chinese(), "", ""
	for _, is := range w.Is {
		switch is.Name {
		case "state":
			state = is.Value
		case "level":
			level = is.Value
		case "says":
			says = is.Value
		}
	}
	fits := func(n int, words string) bool {
		return (level == "" || levelOf(level) == n) && strings.Contains(words, says)
	}
	now := "没有启动过"
	found := false
	if state == proposed {
		list, err := p.Works.Emergencies.Proposals(ctx, tx, onlooker)
		if err != nil {
			return "", err
		}
		now = "没有建议"
		for _, x := range list {
			if x.Plan == w.ID {
				now = "建议" + emergency.LevelName(x.Level) + "：" + x.Says
				found = found || fits(x.Level, x.Says)
			}
		}
	} else {
		a, err := p.lastResponse(ctx, tx, w.ID)
		if err != nil {
			return "", err
		}
		if a != nil {
			now = emergency.LevelName(a.Level) + a.State.Chinese() + "：" + a.Says
			found = strings.HasPrefix(a.State.Chinese(), state) && fits(a.Level, a.Says)
		}
	}
	switch {
	case found && w.None:
		return name(w) + "：应当没有，现在是：" + now, nil
	case !found && !w.None:
		return fmt.Sprintf("%s：没有这样的响应，现在是：%s", name(w), now), nil
	}
	return "", nil
}

func (p *Player) lookTasked(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	a, err := p.lastResponse(ctx, tx, w.ID)
	if err != nil {
		return "", err
	}
	var tasks []*emergency.Todo
	if a != nil {
		if tasks, err = p.Works.Emergencies.Tasks(ctx, tx, a.ID); err != nil {
			return "", err
		}
	}
	var near []string
	for _, t := range tasks {
		if w.Key != "" && t.Unit != p.unit(w.Key) {
			continue
		}
		is := map[string]string{"state": "待办", "says": t.Do}
		switch {
		case !t.Lifted.IsZero():
			is["state"] = "已取消"
		case !t.Done.IsZero():
			is["state"] = "已完成"
		}
		if t.Series != "" {
			v, err := p.Works.Emergencies.Verify(ctx, tx, a, t)
			if err != nil {
				return "", err
			}
			is["readings"] = v.String()
		}
		fits := true
		for _, x := range w.Is {
			fits = fits && strings.Contains(is[x.Name], x.Value)
		}
		if fits && w.None {
			return name(w) + "：应当没有，现在有：" + t.Do, nil
		}
		if fits {
			return "", nil
		}
		near = append(near, t.Unit+"“"+t.Do+"”"+is["state"]+is["readings"])
	}
	if w.None {
		return "", nil
	}
	return fmt.Sprintf("%s：没有这样的任务，现有：%s", name(w), strings.Join(near, "、")), nil
}
