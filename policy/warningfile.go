package policy

// warnings.yaml as it is written; docs/policies.md explains each field to its authors. What it means is said by package warning.

type warningsFile struct {
	Issuing issuingFile  `yaml:"issuing"`
	Hazards []hazardFile `yaml:"hazards"`
}

type issuingFile struct {
	Unit    text         `yaml:"unit"`
	Sender  text         `yaml:"sender"`
	Code    text         `yaml:"code"`
	Contact text         `yaml:"contact"`
	Web     text         `yaml:"web"`
	Draft   texts        `yaml:"draft"`
	Approve texts        `yaml:"approve"`
	Night   nightFile    `yaml:"night"`
	Quiet   quietFile    `yaml:"quiet"`
	Sources []sourceFile `yaml:"sources"`
}

type nightFile struct {
	From    text  `yaml:"from"`
	To      text  `yaml:"to"`
	Alone   texts `yaml:"alone"`
	Confirm text  `yaml:"confirm"`
	Clause  text  `yaml:"clause"`
}

type quietFile struct {
	From   text `yaml:"from"`
	To     text `yaml:"to"`
	Passes text `yaml:"passes"`
	Gather text `yaml:"gather"`
}

type sourceFile struct {
	Name    text `yaml:"name"`
	Sender  text `yaml:"sender"`
	Dialect text `yaml:"dialect"`
	Feed    text `yaml:"feed"`
}

type hazardFile struct {
	ID        text `yaml:"id"`
	Name      text `yaml:"name"`
	orderFile `yaml:",inline"`
	Code      text        `yaml:"code"`
	Category  text        `yaml:"category"`
	Scope     text        `yaml:"scope"`
	Quality   qualityFile `yaml:"quality"`
	Levels    []levelFile `yaml:"levels"`
}

type qualityFile struct {
	Lead     text `yaml:"lead"`
	Accuracy text `yaml:"accuracy"`
	Gap      text `yaml:"gap"`
	Least    text `yaml:"least"`
	Clause   text `yaml:"clause"`
}

type levelFile struct {
	Level       text            `yaml:"level"`
	Criteria    text            `yaml:"criteria"`
	Source      text            `yaml:"source"`
	Urgency     text            `yaml:"urgency"`
	Severity    text            `yaml:"severity"`
	Certainty   text            `yaml:"certainty"`
	Responses   texts           `yaml:"responses"`
	Instruction text            `yaml:"instruction"`
	Valid       text            `yaml:"valid"`
	Approve     texts           `yaml:"approve"`
	Callup      text            `yaml:"callup"`
	Duties      []linkedFile    `yaml:"duties"`
	Stops       []stopFile      `yaml:"stops"`
	Forecast    forecastingFile `yaml:"forecast"`
}

type linkedFile struct {
	Unit   text `yaml:"unit"`
	Do     text `yaml:"do"`
	Within text `yaml:"within"`
	Clause text `yaml:"clause"`
}

type stopFile struct {
	Kind   text `yaml:"kind"`
	Sector text `yaml:"sector"`
	Unit   text `yaml:"unit"`
	Order  text `yaml:"order"`
	Within text `yaml:"within"`
	Clause text `yaml:"clause"`
}

// forecastingFile is a threshold for gridded forecasts.
type forecastingFile struct {
	Element text `yaml:"element"`
	Window  text `yaml:"window"`
	Ahead   text `yaml:"ahead"`
	Least   text `yaml:"least"`
	Most    text `yaml:"most"`
	Unit    text `yaml:"unit"`
}

// warnsFile says of a rule which warning its findings propose.
type warnsFile struct {
	Hazard text `yaml:"hazard"`
	Level  text `yaml:"level"`
}

var warningTypes = []any{warningsFile{}, issuingFile{}, nightFile{}, quietFile{}, sourceFile{}, hazardFile{}, qualityFile{}, levelFile{}, linkedFile{}, stopFile{},
	forecastingFile{}, warnsFile{}}
