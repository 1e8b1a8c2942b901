package observation

import (
	"context"
	"slices"

	"zhixing/db"
)

// Admit reads a JSON message of a sender: the readings that it may send, and the refusals of the others.
func (o *Observations) Admit(s *Sender, body []byte) (*Message, error) {
	list, index, refused, err := o.DecodeJSON(body, s.Source())
	if err != nil {
		return nil, err
	}
	m := &Message{refused: refused}
	for i, r := range list {
		if !s.May(r.Name) {
			m.refused = append(m.refused, Refusal{index[i], "“" + s.Name + "”不可报送“" + string(r.Name) + "”"})
			continue
		}
		m.Readings, m.index = append(m.Readings, r), append(m.index, index[i])
	}
	return m, nil
}

// Message is what a sender sent: give Readings to a Writer, and what it says to Refused.
type Message struct {
	Readings []Reading
	index    []int // of each in the message
	refused  []Refusal
}

// Refused are all refusals by their place in the message.
func (m *Message) Refused(recorded Result) []Refusal {
	all := slices.Clone(m.refused)
	for _, r := range recorded.Refused {
		all = append(all, Refusal{m.index[r.Index], r.Message})
	}
	slices.SortFunc(all, func(a, b Refusal) int { return a.Index - b.Index })
	return all
}

// Receive is the whole of a JSON message from a sender in one transaction of its own. Indexes are those of the message.
func (o *Observations) Receive(ctx context.Context, tx *db.Tx, s *Sender, body []byte) (Result, error) {
	m, err := o.Admit(s, body)
	if err != nil {
		return Result{}, err
	}
	result, err := o.Record(ctx, tx, m.Readings)
	if err != nil {
		return Result{}, err
	}
	result.Refused = m.Refused(result)
	return result, nil
}
