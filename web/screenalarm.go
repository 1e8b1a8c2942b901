package web

import (
	"context"
	"strconv"

	"zhixing/callup"
	"zhixing/db"
	"zhixing/drill"
	"zhixing/emergency"
	"zhixing/ledger"
	"zhixing/warning"
)

// alarm is something that does not wait: a warning in force, a response under way, calls that somebody has not answered. They stand above all else on
// the leaders' screen.
type alarm struct {
	Badge, Colour string // the colour never alone
	Text, URL     string
	Until         string
	Missing       int // have not answered
}

// screenCalls is of how many rounds the screen counts who has not answered.
const screenCalls = 5

// alarms are those of now, drills with their mark.
func (s *Server) alarms(ctx context.Context, tx *db.Tx, by ledger.Actor) (out []alarm, err error) {
	w, err := s.works()
	if err != nil {
		return nil, nil // a county without policies warns of nothing
	}
	force, err := warning.InForce(ctx, tx, s.countyCode, s.now())
	if err != nil {
		return nil, err
	}
	for _, p := range force {
		badge := p.Name + string(p.Stage)
		if p.Level != "" {
			badge = p.Name + string(p.Level) + "色"
		}
		out = append(out, alarm{Badge: badge, Colour: warningColour(p.Level), Text: p.Area.Words, URL: deskPath(p.Event, p.N), Until: "至 " + minute(p.Ends)})
	}
	active, err := w.Emergencies.Activations(ctx, tx, by, emergency.Active, 20)
	if err != nil {
		return nil, err
	}
	for _, a := range active {
		out = append(out, alarm{Badge: emergency.LevelName(a.Level) + "响应", Text: a.Title + "（" + a.PlanName + "）", URL: emergencyURL(a.ID), Until: minute(a.Began) + " 起"})
	}
	rounds, err := w.Callup.Rounds(ctx, tx, true, 0, screenCalls)
	if err != nil {
		return nil, err
	}
	for _, r := range rounds {
		b, err := w.Callup.BoardOf(ctx, tx, r.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, callAlarm(b))
	}
	return out, nil
}

func callAlarm(b *callup.Board) alarm {
	title := b.Round.Title
	if b.Round.Drill {
		title = drill.Marked(drill.Unmarked(title))
	}
	return alarm{Badge: "叫应", Text: title, URL: "/callups/" + strconv.FormatInt(int64(b.Round.ID), 10), Until: "应叫 " + strconv.Itoa(b.All.Posts), Missing: b.All.Missing()}
}
