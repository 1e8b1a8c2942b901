package web

import (
	"encoding/json"
	"fmt"

	"zhixing/calendar"
	"zhixing/publication"
)

// dutyView is a duty as pages and exports show it.
type dutyView struct {
	Key       publication.Key `json:"-"`
	Role      string          `json:"-"` // of the unit asked for
	Doc       string          `json:"doc"`
	Plan      string          `json:"plan"`
	Section   string          `json:"section"`
	No        string          `json:"no"`
	Part      int             `json:"part"`
	Title     string          `json:"title"`
	Lead      []string        `json:"lead"`
	Support   []string        `json:"support"`
	Implement []string        `json:"implement"`
	Inherited []string        `json:"inherited"`
	Deadlines []struct {
		Raw  string        `json:"raw"`
		Date calendar.Date `json:"date"`
	} `json:"deadlines"`
	Cadence []struct {
		Raw   string `json:"raw"`
		Every string `json:"every"`
	} `json:"cadence"`
	Targets []struct {
		Raw string `json:"raw"`
	} `json:"targets"`
	Registers      []string `json:"registers"`
	Responsibility string   `json:"responsibility"`
	Proposed       bool     `json:"proposed"`
	Path           string   `json:"-"` // of the clause inside its document
}

// dutyViews reads the stored duties of a document or a unit.
func dutyViews(list []publication.Duty) ([]dutyView, error) {
	out := make([]dutyView, 0, len(list))
	for _, d := range list {
		v := dutyView{Key: d.Key, Role: d.Role, Path: clausePath(d.Clause)}
		if err := json.Unmarshal([]byte(d.JSON), &v); err != nil {
			return nil, fmt.Errorf("%w: %s duty %d: %w", errNoDuty, d.Key, d.N, err)
		}
		out = append(out, v)
	}
	return out, nil
}

// clausePath is the part of a clause's address after the document, 空气/三/(四)/25 of 某发〔2023〕12号#空气/三/(四)/25.
func clausePath(address string) string {
	for i := 0; i < len(address); i++ {
		if address[i] == '#' {
			return address[i+1:]
		}
	}
	return address
}

// ClauseShort is the clause as a table shows it.
func (v dutyView) ClauseShort() string {
	if v.Path == "" {
		return "正文"
	}
	return v.Path
}

// RoleName is what the unit asked for does in the duty.
func (v dutyView) RoleName() string { return roleNames[v.Role] }

var roleNames = map[string]string{
	"lead": "牵头", "support": "配合", "implement": "落实", "inherited": "统一落实", "issuer": "发文", "interpreter": "解读",
	"recipient": "主送", "appointment": "任免", "text": "正文提到",
}
