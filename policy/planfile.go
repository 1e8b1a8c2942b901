package policy

// plans.yaml as it is written; docs/policies.md explains each field to its authors. What it means is said by package emergency.

type plansFile struct {
	Plans []planFile `yaml:"plans"`
}

type planFile struct {
	ID        text `yaml:"id"`
	Name      text `yaml:"name"`
	orderFile `yaml:",inline"`
	Template  text            `yaml:"template"`
	Edition   text            `yaml:"edition"`
	Review    text            `yaml:"review"`
	Command   []commandFile   `yaml:"command"`
	Groups    []workGroupFile `yaml:"groups"`
	Levels    []responseFile  `yaml:"levels"`
	Means     []meansFile     `yaml:"means"`
	After     []planTaskFile  `yaml:"after"`
}

type commandFile struct {
	Role  text  `yaml:"role"`
	Posts texts `yaml:"posts"`
}

type workGroupFile struct {
	Name    text  `yaml:"name"`
	Lead    text  `yaml:"lead"`
	Members texts `yaml:"members"`
	Does    text  `yaml:"does"`
}

type responseFile struct {
	Level   text           `yaml:"level"`
	Trigger text           `yaml:"trigger"`
	Starts  []startFile    `yaml:"starts"`
	Rules   texts          `yaml:"rules"`
	Approve texts          `yaml:"approve"`
	Callup  text           `yaml:"callup"`
	Tasks   []planTaskFile `yaml:"tasks"`
	Each    []eachFile     `yaml:"each"`
}

type startFile struct {
	Hazard text `yaml:"hazard"`
	Level  text `yaml:"level"`
}

type planTaskFile struct {
	Unit   text `yaml:"unit"`
	Do     text `yaml:"do"`
	Group  text `yaml:"group"`
	Within text `yaml:"within"`
	Proof  text `yaml:"proof"`
	Clause text `yaml:"clause"`
}

type eachFile struct {
	Register text          `yaml:"register"`
	Where    text          `yaml:"where"`
	To       text          `yaml:"to"`
	Else     text          `yaml:"else"`
	Do       text          `yaml:"do"`
	Group    text          `yaml:"group"`
	Within   text          `yaml:"within"`
	Proof    planProofFile `yaml:"proof"`
	Clause   text          `yaml:"clause"`
}

type planProofFile struct {
	Series text `yaml:"series"`
	At     text `yaml:"at"`
	Limit  text `yaml:"limit"`
}

type meansFile struct {
	What     text `yaml:"what"`
	Register text `yaml:"register"`
}

var planTypes = []any{plansFile{}, planFile{}, commandFile{}, workGroupFile{}, responseFile{}, startFile{}, planTaskFile{}, eachFile{}, planProofFile{}, meansFile{}}
