package emergency

import (
	"slices"
	"strings"

	"zhixing/ledger"
	"zhixing/personnel"
)

// Who may do what stands in the plan: the posts that start a level may change it, order and end; a unit does its own tasks; whoever
// has a part in it writes the log.

func maySee(by Actor) bool { return len(by.Seats) > 0 }

// MayStart reports whether the actor may start the plan at a level, as which post.
func (p *Plan) MayStart(by Actor, level int) (personnel.Seat, bool) {
	return seated(by, p.Approvers(level))
}

func seated(by Actor, posts []personnel.PostID) (personnel.Seat, bool) {
	for _, s := range by.Seats {
		if slices.Contains(posts, s.Post) {
			return s, true
		}
	}
	return personnel.Seat{}, false
}

// Commands is the seat in which the actor belongs to the command, or may start some level.
func (p *Plan) Commands(by Actor) (personnel.Seat, bool) {
	for _, c := range p.Command {
		if s, ok := seated(by, c.Posts); ok {
			return s, true
		}
	}
	for _, l := range p.Levels {
		if s, ok := seated(by, l.Approve); ok {
			return s, true
		}
	}
	return personnel.Seat{}, false
}

// speaks is the seat in which the actor speaks for a unit.
func speaks(by Actor, unit string) (personnel.Seat, bool) {
	i := slices.IndexFunc(by.Seats, func(s personnel.Seat) bool {
		return (s.Unit == unit || slices.Contains(s.Groups, unit)) && s.Role != personnel.Auditor
	})
	if i < 0 {
		return personnel.Seat{}, false
	}
	return by.Seats[i], true
}

// writes is the seat in which the actor may write the log: of the command, of a group, or of a unit that has a task.
func (p *Plan) writes(by Actor, tasks []*Todo) (personnel.Seat, bool) {
	if s, ok := p.Commands(by); ok {
		return s, true
	}
	for _, g := range p.Groups {
		for _, u := range append([]string{g.Lead}, g.Members...) {
			if s, ok := speaks(by, u); ok {
				return s, true
			}
		}
	}
	for _, t := range tasks {
		if s, ok := speaks(by, t.Unit); ok {
			return s, true
		}
	}
	return personnel.Seat{}, false
}

// must is the seat in which the actor may start, change or end a level, or the refusal.
func (p *Plan) must(op string, by Actor, level int) (personnel.Seat, error) {
	s, ok := p.MayStart(by, level)
	if !ok {
		return s, refuse(ledger.NotAllowed, op, "《%s》%s响应由%s决定，您不在其中。", p.Title, LevelName(level), postWords(p.Approvers(level)))
	}
	return s, nil
}

func postWords(posts []personnel.PostID) string {
	var out []string
	for _, p := range posts {
		out = append(out, p.Unit()+p.Title())
	}
	return strings.Join(out, "、")
}

// named is how the log calls who did something.
func named(by Actor, s personnel.Seat) string {
	if s.Unit == "" {
		return by.Name
	}
	return s.Unit + s.Title + " " + by.Name
}
