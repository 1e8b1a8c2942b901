package gazette

import "encoding/json"

// issueJSON, documentJSON and appointmentJSON are the shapes that other programs read; what is not known is null.
type issueJSON struct {
	Issue     *Issue         `json:"issue"`
	Documents []documentJSON `json:"documents"`
}

type documentJSON struct {
	No            *string    `json:"doc_no"`
	Title         string     `json:"title"`
	Issuer        *string    `json:"issuer"`
	Kind          *string    `json:"kind"`
	SignedOn      *string    `json:"signed_date"`
	PublicNote    *string    `json:"public_note"`
	Attachments   []string   `json:"attachments"`
	Availability  *string    `json:"attachment_availability"`
	Cites         []Citation `json:"cites"`
	InterpretedBy *string    `json:"interpretation_by"`
	Contains      []string   `json:"contains"`
}

type appointmentJSON struct {
	Person    string  `json:"person"`
	Action    string  `json:"action"`
	Unit      string  `json:"unit"`
	Post      string  `json:"post"`
	Rank      *string `json:"rank"`
	Probation *int    `json:"probation_months"`
	DecidedOn *string `json:"decided_on"`
}

// orNull is nil for the empty string.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// DocumentsJSON is one JSON object with the issue and what is known of each document. Of the citations it has
// those with a number.
func (is *Issue) DocumentsJSON() ([]byte, error) {
	out := issueJSON{Issue: is, Documents: []documentJSON{}}
	for _, d := range is.Documents {
		j := documentJSON{
			No: orNull(d.No), Title: d.Title, Issuer: orNull(d.Issuer), Kind: orNull(d.Kind), SignedOn: orNull(d.SignedOn.String()),
			PublicNote: orNull(d.PublicNote), Availability: orNull(d.Availability), InterpretedBy: orNull(d.InterpretedBy),
			Attachments: []string{}, Cites: []Citation{}, Contains: []string{},
		}
		for _, a := range d.Attachments {
			j.Attachments = append(j.Attachments, a.Title)
		}
		for _, c := range d.Cites {
			if c.No != "" {
				j.Cites = append(j.Cites, c)
			}
		}
		for _, p := range d.Plans {
			j.Contains = append(j.Contains, p.Title)
		}
		out.Documents = append(out.Documents, j)
	}
	return json.MarshalIndent(out, "", " ")
}

// Appointments lists the moves of all personnel notices of the issue, in order.
func (is *Issue) Appointments() []Appointment {
	var all []Appointment
	for _, d := range is.Documents {
		all = append(all, d.Appointments...)
	}
	return all
}

// MarshalJSON gives rank and probation as null where none is printed.
func (a Appointment) MarshalJSON() ([]byte, error) {
	j := appointmentJSON{Person: a.Person, Action: a.Action, Unit: a.Unit, Post: a.Post, Rank: orNull(a.Rank), DecidedOn: orNull(a.DecidedOn.String())}
	if a.ProbationMonths > 0 {
		j.Probation = &a.ProbationMonths
	}
	return json.Marshal(j)
}
