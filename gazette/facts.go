package gazette

// facts works out what is said about a document as a whole from its nodes.
func (dr *docReader) facts() {
	d := dr.d
	if by := dr.titleIssuer(); by != "" && (d.Issuer == "" || isIssuer(by)) {
		d.Issuer = by
	}
	d.Kind = kindOf(d.Title)
	dr.r.mends.document(d)
	if only := len(dr.r.paras) == len(dr.paras)+dr.r.before; only {
		dr.fromWeb()
	}
	if d.Plans != nil {
		keys := planKeys(d.Plans)
		for i, p := range d.Plans {
			p.Key = keys[i]
			p.Span = spanOf(p.Nodes)
			p.InterpretedBy = interpreterIn(p.Nodes)
			if d.InterpretedBy == "" {
				d.InterpretedBy = p.InterpretedBy
			}
		}
	}
	if by := interpreterIn(d.Nodes); by != "" {
		d.InterpretedBy = by
	}
	d.setPaths()
	d.tellAvailability()
	d.Withheld = withheld(d.PublicNote, len(d.Attachments))
	d.cite()
	if d.Kind == "任免" {
		d.Appointments = appointments(d)
	}
}

// fromWeb fills in from the index table of a web page what the text of its only document does not say.
func (dr *docReader) fromWeb() {
	d, web := dr.d, dr.r.web
	if d.No == "" {
		d.No = web.no
	}
	if d.SignedOn.IsZero() {
		d.SignedOn = web.signedOn
	}
	if d.Issuer == "" {
		d.Issuer = web.issuer
	}
}

// walk calls do with every node below the list, parents before children.
func walk(nodes []*Node, do func(*Node)) {
	for _, n := range nodes {
		do(n)
		walk(n.Children, do)
	}
}

// Walk calls do with every node of the document in the order of the text, plans included.
func (d *Document) Walk(do func(*Node)) {
	walk(d.Nodes, do)
	for _, p := range d.Plans {
		walk(p.Nodes, do)
	}
}

func spanOf(nodes []*Node) Span {
	sp := Span{-1, 0}
	walk(nodes, func(n *Node) {
		for _, s := range n.Spans {
			if sp.Start < 0 || s.Start < sp.Start {
				sp.Start = s.Start
			}
			sp.End = max(sp.End, s.End)
		}
	})
	return sp
}

func interpreterIn(nodes []*Node) (by string) {
	walk(nodes, func(n *Node) {
		if by == "" {
			by = interpreter(n.Text)
		}
	})
	return by
}
