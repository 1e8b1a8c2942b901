package works

import (
	"context"

	"zhixing/audience"
	"zhixing/db"
	"zhixing/org"
	"zhixing/policy"
	"zhixing/register"
	"zhixing/warning"
)

// follow brings an entry over to the audience, if its register is one.
func (w *Works) follow(ctx context.Context, tx *db.Tx, c register.Change) error {
	if v := w.Set.Views[c.Schema]; v != nil {
		return w.Audience.Follow(ctx, tx, v, w.Registers, c)
	}
	return nil
}

// refollow brings whole registers and the holders of posts over to the audience: after policies were loaded anew, or with the day, as a
// register may have become one, or be none any more, and somebody may hold a post from today.
func (w *Works) refollow(ctx context.Context, tx *db.Tx) error {
	var names []register.Name
	for _, s := range w.Set.Registers {
		if w.Set.Views[s] != nil {
			names = append(names, s.Name)
		}
	}
	if err := w.Audience.OnlyViews(ctx, tx, names); err != nil {
		return err
	}
	for _, s := range w.Set.Registers {
		if v := w.Set.Views[s]; v != nil {
			if _, err := w.Audience.Rebuild(ctx, tx, v, w.Registers); err != nil {
				return err
			}
		}
	}
	return w.FollowPosts(ctx, tx)
}

// told are the recipients of a version of a warning.
func (w *Works) told(ctx context.Context, tx *db.Tx, v *warning.Version) ([]warning.Recipient, error) {
	ids, err := w.Audience.Who(ctx, tx, w.Question(v))
	if err != nil {
		return nil, err
	}
	out := make([]warning.Recipient, len(ids))
	for i, id := range ids {
		out[i] = warning.Recipient(id)
	}
	return out, nil
}

// Question asks the audience who is to be told of a version, and how many. What has no level yet, an outlook, goes to whoever wants all.
func (w *Works) Question(v *warning.Version) audience.Query {
	q := audience.Query{Level: audience.Blue}
	if h := w.Warnings.Hazard(v.Hazard); h != nil {
		q.Hazard = h.Name
	}
	if rank := warning.Rank(v.Level); rank > 0 {
		q.Level = audience.Blue + 1 - audience.Level(rank)
	}
	for _, p := range v.Area.Places {
		switch {
		case p.County:
			q.Area.County = true
		case p.Village != "":
			q.Area.Villages = append(q.Area.Villages, audience.Place{Town: p.Town, Village: p.Village})
		default:
			q.Area.Towns = append(q.Area.Towns, p.Town)
		}
	}
	for _, ring := range v.Area.Polygons {
		line := make([]register.XY, len(ring))
		for i, p := range ring {
			line[i] = audience.At(p.Lat, p.Lon)
		}
		q.Area.Drawn = append(q.Area.Drawn, &register.Geometry{Kind: register.Polygon, Parts: [][][]register.XY{{line}}})
	}
	for _, c := range v.Area.Circles {
		q.Area.Circles = append(q.Area.Circles, audience.Circle{At: audience.At(c.Lat, c.Lon), Metres: c.Radius * 1000})
	}
	return q
}

// townNames are the towns of the county.
func townNames(c *policy.County) (out []string) {
	for _, u := range c.Directory.Units() {
		if u.Kind == org.Town {
			out = append(out, u.Name)
		}
	}
	return out
}
