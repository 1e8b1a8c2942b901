package cap

// Words of the standard. They are case-sensitive and carry no white space.
type (
	Status    string
	MsgType   string
	Scope     string
	Category  string
	Response  string
	Urgency   string
	Severity  string
	Certainty string
)

const (
	Actual   Status = "Actual"
	Exercise Status = "Exercise"
	System   Status = "System"
	Test     Status = "Test"
	Draft    Status = "Draft"

	MsgAlert  MsgType = "Alert"
	MsgUpdate MsgType = "Update"
	MsgCancel MsgType = "Cancel"
	MsgAck    MsgType = "Ack"
	MsgError  MsgType = "Error"

	Public     Scope = "Public"
	Restricted Scope = "Restricted"
	Private    Scope = "Private"

	Geo       Category = "Geo"
	Met       Category = "Met"
	Safety    Category = "Safety"
	Security  Category = "Security"
	Rescue    Category = "Rescue"
	Fire      Category = "Fire"
	Health    Category = "Health"
	Env       Category = "Env"
	Transport Category = "Transport"
	Infra     Category = "Infra"
	CBRNE     Category = "CBRNE"
	Other     Category = "Other"

	Shelter  Response = "Shelter"
	Evacuate Response = "Evacuate"
	Prepare  Response = "Prepare"
	Execute  Response = "Execute"
	Avoid    Response = "Avoid"
	Monitor  Response = "Monitor"
	Assess   Response = "Assess"
	AllClear Response = "AllClear"
	None     Response = "None"

	Immediate      Urgency = "Immediate"
	Expected       Urgency = "Expected"
	Future         Urgency = "Future"
	Past           Urgency = "Past"
	UrgencyUnknown Urgency = "Unknown"

	Extreme         Severity = "Extreme"
	Severe          Severity = "Severe"
	Moderate        Severity = "Moderate"
	Minor           Severity = "Minor"
	SeverityUnknown Severity = "Unknown"

	Observed         Certainty = "Observed"
	Likely           Certainty = "Likely"
	Possible         Certainty = "Possible"
	Unlikely         Certainty = "Unlikely"
	CertaintyUnknown Certainty = "Unknown"
)

// words are the enumerations of the schema, by element.
var words = map[string][]string{
	"status":       {"Actual", "Exercise", "System", "Test", "Draft"},
	"msgType":      {"Alert", "Update", "Cancel", "Ack", "Error"},
	"scope":        {"Public", "Restricted", "Private"},
	"category":     {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"},
	"responseType": {"Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"},
	"urgency":      {"Immediate", "Expected", "Future", "Past", "Unknown"},
	"severity":     {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
	"certainty":    {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}
