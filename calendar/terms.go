package calendar

// Terms finds every way in which a text says when: dates, spans from an event, intervals, seasons, and what stands
// without end; in order of the text, none over another. The year is that of the document or plan, as for Deadlines.
func Terms(text string, year int) []Term {
	var out []Term
	cadences := Cadences(text)
	i := 0
	addCadence := func(upto int) {
		for ; i < len(cadences) && cadences[i].Start < upto; i++ {
			c := cadences[i]
			if n := len(out); n > 0 && out[n-1].End > c.Start || c.End > upto {
				continue
			}
			t := Term{Raw: c.Raw, Kind: Recurring, Recur: Recurrence{Every: c.Every, Raw: c.Raw}, Start: c.Start, End: c.End}
			if c.Every == Always {
				t.Kind, t.Recur = Standing, Recurrence{}
			}
			out = append(out, t)
		}
	}
	for _, d := range Deadlines(text, year) {
		addCadence(d.Start)
		out = append(out, Term{Raw: d.Raw, Kind: ByDate, Date: d.Date, Start: d.Start, End: d.End})
	}
	addCadence(len(text) + 1)
	return out
}
