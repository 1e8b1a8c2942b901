package example

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zhixing/db"
	"zhixing/finding"
	"zhixing/policy"
)

// look holds one want against what is, and says in a sentence what is otherwise; empty where all is as it should be.
func (p *Player) look(ctx context.Context, w policy.Want, refused error) (message string, err error) {
	if w.Kind == policy.RefusedWant {
		return lookRefused(w, refused), nil
	}
	if w.Kind == policy.SentWant {
		if err := p.deliver(ctx, w); err != nil {
			return "", err
		}
	}
	err = p.DB.Read(ctx, func(tx *db.Tx) (err error) {
		do := map[policy.WantKind]func(context.Context, *db.Tx, policy.Want) (string, error){
			policy.FindingWant: p.lookFinding, policy.CaseWant: p.lookCase, policy.EntryWant: p.lookEntry, policy.CountWant: p.lookCount,
			policy.OwesWant: p.lookOwes, policy.MissingWant: p.lookMissing, policy.IndicatorWant: p.lookIndicator, policy.SeriesWant: p.lookSeries,
			policy.DutyWant: p.lookDuty, policy.BulletinWant: p.lookBulletin, policy.SentWant: p.lookSent, policy.UnknownWant: p.lookUnknown,
			policy.WarningWant: p.lookWarning, policy.OrderedWant: p.lookOrdered, policy.ResponseWant: p.lookResponse, policy.TaskedWant: p.lookTasked,
		}[w.Kind]
		message, err = do(ctx, tx, w)
		return err
	})
	if err != nil && said(err) != nil {
		return name(w) + "：" + Words(err), nil
	}
	return message, err
}

// name is how messages call what a want is about.
func name(w policy.Want) string {
	kind := map[policy.WantKind]string{policy.FindingWant: "线索", policy.CaseWant: "事项", policy.EntryWant: "条目", policy.CountWant: "条目数", policy.OwesWant: "应做事项",
		policy.MissingWant: "缺少的单位", policy.IndicatorWant: "指标", policy.SeriesWant: "监测项目", policy.DutyWant: "任务", policy.BulletinWant: "通报",
		policy.SentWant: "联网", policy.UnknownWant: "不能判定的", policy.WarningWant: "预警", policy.OrderedWant: "预警指令",
		policy.ResponseWant: "应急响应", policy.TaskedWant: "应急任务"}[w.Kind]
	return strings.TrimSpace(kind + " " + w.ID + " " + w.Key)
}

// differ lists what is otherwise: 线索 outlet-over P1：to 应是“甲”，现在是“乙”.
type differ struct {
	name string
	all  []string
}

func (d *differ) want(is policy.Is, now string, same bool) {
	if !same {
		d.all = append(d.all, fmt.Sprintf("%s 应是“%s”，现在是“%s”", is.Name, is.Value, now))
	}
}

func (d *differ) String() string {
	if len(d.all) == 0 {
		return ""
	}
	return d.name + "：" + strings.Join(d.all, "；")
}

func lookRefused(w policy.Want, refused error) string {
	if refused == nil {
		return fmt.Sprintf("应当被拒绝（%s），可是收下了", w.ID)
	}
	d := differ{name: "拒绝"}
	if !strings.Contains(refused.Error(), w.ID) {
		d.all = append(d.all, fmt.Sprintf("理由应有“%s”，现在是“%s”", w.ID, refused))
	}
	for _, is := range w.Is {
		var r *refusal
		if is.Name == "clause" && errors.As(refused, &r) {
			d.want(is, r.clause, is.Value == r.clause)
		}
	}
	return d.String()
}

func (p *Player) lookFinding(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	list, err := p.findings(ctx, tx, w.ID, w.Key, false)
	if err != nil {
		return "", err
	}
	state := finding.Open
	for _, is := range w.Is {
		if is.Name == "state" {
			state = finding.State(is.Value)
		}
	}
	var best *differ
	var others []string
	for _, f := range list {
		if f.State != state {
			others = append(others, string(f.State))
			continue
		}
		if w.None {
			return fmt.Sprintf("%s：应当没有，现在有：%s（%s）", name(w), f.Says, f.Unit), nil
		}
		d := &differ{name: name(w)}
		for _, is := range w.Is {
			now, same := "", true
			switch is.Name {
			case "to":
				now, same = f.Unit, f.Unit == is.Value
			case "severity":
				now, same = string(f.Severity), string(f.Severity) == is.Value
			case "clause":
				now, same = f.Basis.Clause, f.Basis.Clause == is.Value
			case "says":
				now, same = f.Says, strings.Contains(f.Says, is.Value)
			case "times":
				now = fmt.Sprint(f.Times)
				same = now == is.Value
			}
			d.want(is, now, same)
		}
		if best == nil || len(d.all) < len(best.all) {
			best = d
		}
	}
	switch {
	case w.None:
		return "", nil
	case best != nil:
		return best.String(), nil
	case len(others) > 0:
		return fmt.Sprintf("%s：应当有一条%s的，现在的是%s", name(w), state, strings.Join(others, "、")), nil
	}
	return p.noFinding(ctx, tx, w)
}

// noFinding says what was found instead, and what cannot be told.
func (p *Player) noFinding(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	out := name(w) + "：应当有，现在没有"
	unknown, err := p.Works.Judge.Unknown(ctx, tx, w.ID)
	if err != nil {
		return "", err
	}
	for _, u := range unknown {
		if w.Key == "" || tail(u.Entry) == w.Key || tail(u.Subject) == w.Key {
			return out + "，因为缺“" + u.Lacks + "”，不能判定", nil
		}
	}
	all, err := p.Works.Judge.Findings(ctx, tx, finding.Query{Inhibited: true, Size: 20})
	if err != nil {
		return "", err
	}
	var have []string
	for _, f := range all {
		have = append(have, fmt.Sprintf("%s %s（%s）", f.Rule, tail(f.Subject), f.State))
	}
	if len(have) > 0 {
		out += "；有的是：" + strings.Join(have, "、")
	}
	return out, nil
}

func (p *Player) lookUnknown(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	list, err := p.Works.Judge.Unknown(ctx, tx, w.ID)
	if err != nil {
		return "", err
	}
	for _, u := range list {
		if w.Key != "" && tail(u.Entry) != w.Key && tail(u.Subject) != w.Key {
			continue
		}
		if w.None {
			return name(w) + "：应当能判定，现在缺“" + u.Lacks + "”", nil
		}
		d := differ{name: name(w)}
		for _, is := range w.Is {
			d.want(is, u.Lacks, strings.Contains(u.Lacks, is.Value))
		}
		return d.String(), nil
	}
	if w.None {
		return "", nil
	}
	return name(w) + "：应当不能判定，现在判定了", nil
}

func (p *Player) lookCase(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	k, err := p.caseFor(ctx, tx, w.ID, w.Key)
	if err != nil {
		return "", err
	}
	switch {
	case w.None && k != nil:
		return fmt.Sprintf("%s：应当没有，现在有一件（%s）", name(w), k.State), nil
	case k == nil && w.None:
		return "", nil
	case k == nil:
		return name(w) + "：应当有，现在没有", nil
	}
	d := differ{name: name(w)}
	for _, is := range w.Is {
		now := ""
		switch is.Name {
		case "state":
			now = string(k.State)
		case "due":
			now = k.Due().String()
		case "holder":
			now = strings.Join(k.Holders(), "、")
		case "rung":
			now = k.Rung
		case "listed":
			d.want(is, yesNo(!k.Listed.IsZero()), truth(is.Value) == !k.Listed.IsZero())
			continue
		}
		d.want(is, now, now == is.Value)
	}
	return d.String(), nil
}

func truth(s string) bool { return s == "true" || s == "是" }

func yesNo(b bool) string { return map[bool]string{true: "是", false: "否"}[b] }
