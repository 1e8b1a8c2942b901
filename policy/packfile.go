package policy

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// The files of a policy's folder as they are written; docs/policies.md explains each field to its authors. What they mean
// is said by the packages that run them: register.Schema, observation.Definition, finding.Rule …

// texts is one word or a list of them.
type texts []text

// UnmarshalYAML takes both forms.
func (ts *texts) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.SequenceNode:
		return n.Decode((*[]text)(ts))
	case yaml.ScalarNode:
		var t text
		if err := t.UnmarshalYAML(n); err != nil {
			return err
		}
		*ts = texts{t}
		return nil
	}
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: cannot unmarshal %s into text", n.Line, n.Tag)}}
}

// orderFile is what every definition may say of the order that it carries out.
type orderFile struct {
	Clause     text  `yaml:"clause"`
	Mechanisms texts `yaml:"mechanisms"`
	From       text  `yaml:"from"`
	Until      text  `yaml:"until"` // not to: that is whom a rule or a bulletin goes to
	About      text  `yaml:"about"`
}

type policyFile struct {
	Document text `yaml:"document"`
	Plan     text `yaml:"plan"`
	Title    text `yaml:"title"`
	From     text `yaml:"from"`
	To       text `yaml:"to"`
	Owner    text `yaml:"owner"`
	Replaces text `yaml:"replaces"`
	About    text `yaml:"about"`
}

type valuesFile struct {
	Values []valueFile `yaml:"values"`
}

type valueFile struct {
	Name      text `yaml:"name"`
	Unit      text `yaml:"unit"`
	orderFile `yaml:",inline"`
	Dated     []datedFile `yaml:"dated"`
}

type datedFile struct {
	Value   text `yaml:"value"`
	From    text `yaml:"from"`
	To      text `yaml:"to"`
	Source  text `yaml:"source"`
	Checked text `yaml:"checked"`
}

type registersFile struct {
	Registers []registerFile `yaml:"registers"`
}

type registerFile struct {
	ID          text `yaml:"id"`
	Name        text `yaml:"name"`
	orderFile   `yaml:",inline"`
	Custodian   text             `yaml:"custodian"`
	Writers     texts            `yaml:"writers"`
	Own         text             `yaml:"own"`
	Review      text             `yaml:"review"`
	Public      bool             `yaml:"public"`
	Key         texts            `yaml:"key"`
	Label       text             `yaml:"label"`
	Fields      []fieldFile      `yaml:"fields"`
	States      texts            `yaml:"states"`
	End         texts            `yaml:"end"`
	Moves       []moveFile       `yaml:"moves"`
	Checks      []checkFile      `yaml:"checks"`
	Obligations []obligationFile `yaml:"obligations"`
	Complete    []completeFile   `yaml:"complete"`
	Audience    *audienceFile    `yaml:"audience"`
	Verified    *verifiedFile    `yaml:"verified"`
	Passed      *passedFile      `yaml:"passed"`
}

type fieldFile struct {
	Name     text  `yaml:"name"`
	Type     text  `yaml:"type"`
	Unit     text  `yaml:"unit"`
	Options  texts `yaml:"options"`
	Register text  `yaml:"register"`
	Required bool  `yaml:"required"`
	Private  bool  `yaml:"private"`
	Hint     text  `yaml:"hint"`
	Min      text  `yaml:"min"`
	Max      text  `yaml:"max"`
	Clause   text  `yaml:"clause"`
}

type moveFile struct {
	Name   text  `yaml:"name"`
	From   texts `yaml:"from"`
	To     text  `yaml:"to"`
	When   text  `yaml:"when"`
	Refuse text  `yaml:"refuse"`
	Clause text  `yaml:"clause"`
}

type checkFile struct {
	Must   text `yaml:"must"`
	Refuse text `yaml:"refuse"`
	Clause text `yaml:"clause"`
}

type obligationFile struct {
	ID         text       `yaml:"id"`
	Name       text       `yaml:"name"`
	Clause     text       `yaml:"clause"`
	Mechanisms texts      `yaml:"mechanisms"`
	Start      text       `yaml:"start"`
	Within     text       `yaml:"within"`
	By         text       `yaml:"by"`
	Every      text       `yaml:"every"`
	When       text       `yaml:"when"`
	Done       text       `yaml:"done"`
	Record     recordFile `yaml:"record"`
	To         text       `yaml:"to"`
	Else       text       `yaml:"else"`
	Severity   text       `yaml:"severity"`
	Ladder     text       `yaml:"ladder"`
}

type recordFile struct {
	Register text `yaml:"register"`
	Of       text `yaml:"of"`
	On       text `yaml:"on"`
}

type completeFile struct {
	ID         text  `yaml:"id"`
	Name       text  `yaml:"name"`
	Clause     text  `yaml:"clause"`
	Mechanisms texts `yaml:"mechanisms"`
	Field      text  `yaml:"field"`
	Of         texts `yaml:"of"`
	By         text  `yaml:"by"`
	Severity   text  `yaml:"severity"`
	Ladder     text  `yaml:"ladder"`
}

type seriesFile struct {
	Series []seriesOneFile `yaml:"series"`
}

type seriesOneFile struct {
	ID        text `yaml:"id"`
	Name      text `yaml:"name"`
	orderFile `yaml:",inline"`
	Of        text `yaml:"of"`
	When      text `yaml:"when"`
	Item      text `yaml:"item"`
	Factor    text `yaml:"factor"`
	Unit      text `yaml:"unit"`
	Kind      text `yaml:"kind"`
	Silence   text `yaml:"silence"`
	Method    text `yaml:"method"`
	Owner     text `yaml:"owner"`
	Public    bool `yaml:"public"`
	Interval  text `yaml:"interval"`
	MeanOf    text `yaml:"mean_of"`
	Need      text `yaml:"need"`
	Low       text `yaml:"low"`
	High      text `yaml:"high"`
}

type indicatorsFile struct {
	Indicators []indicatorFile `yaml:"indicators"`
}

type indicatorFile struct {
	ID        text `yaml:"id"`
	Name      text `yaml:"name"`
	orderFile `yaml:",inline"`
	Unit      text         `yaml:"unit"`
	Each      text         `yaml:"each"`
	When      text         `yaml:"when"`
	Period    text         `yaml:"period"`
	Count     selectFile   `yaml:"count"`
	Sum       selectFile   `yaml:"sum"`
	Share     shareFile    `yaml:"share"`
	Readings  measureFile  `yaml:"readings"`
	Class     classesFile  `yaml:"class"`
	Formula   text         `yaml:"formula"`
	Change    text         `yaml:"change"`
	Times     timesFile    `yaml:"times"`
	Targets   []targetFile `yaml:"targets"`
	Places    text         `yaml:"places"`
	Forecast  text         `yaml:"forecast"`
	Public    bool         `yaml:"public"`
}

type selectFile struct {
	Register text `yaml:"register"`
	Where    text `yaml:"where"`
	Field    text `yaml:"field"`
	On       text `yaml:"on"`
	Tie      text `yaml:"tie"`
}

type shareFile struct {
	Register text `yaml:"register"`
	Where    text `yaml:"where"`
	Of       text `yaml:"of"`
	Field    text `yaml:"field"`
	On       text `yaml:"on"`
	Tie      text `yaml:"tie"`
}

type measureFile struct {
	Series text `yaml:"series"`
	How    text `yaml:"how"`
	P      text `yaml:"p"`
	Where  text `yaml:"where"`
}

type timesFile struct {
	Of    text `yaml:"of"`
	Where text `yaml:"where"`
}

type classesFile struct {
	Standard text  `yaml:"standard"`
	Series   texts `yaml:"series"`
	Body     text  `yaml:"body"`
	Gives    text  `yaml:"gives"`
}

type targetFile struct {
	Want    text `yaml:"want"`
	From    text `yaml:"from"`
	To      text `yaml:"to"`
	Subject text `yaml:"subject"`
	Clause  text `yaml:"clause"`
}

type rulesFile struct {
	Rules []judgeFile `yaml:"rules"`
}

// judgeFile is a rule over facts; ruleFile is one of supervision.yaml.
type judgeFile struct {
	ID        text `yaml:"id"`
	Name      text `yaml:"name"`
	orderFile `yaml:",inline"`
	Entry     text      `yaml:"entry"`
	Reading   texts     `yaml:"reading"`
	Silent    texts     `yaml:"silent"`
	Indicator text      `yaml:"indicator"`
	When      text      `yaml:"when"`
	For       text      `yaml:"for"`
	Clears    text      `yaml:"clears"`
	ClearFor  text      `yaml:"clear_for"`
	Severity  text      `yaml:"severity"`
	To        text      `yaml:"to"`
	Else      text      `yaml:"else"`
	Says      text      `yaml:"says"`
	Ladder    text      `yaml:"ladder"`
	Inhibits  texts     `yaml:"inhibits"`
	Warns     warnsFile `yaml:"warns"`
}

type laddersFile struct {
	Ladders []ladderFile `yaml:"ladders"`
}

type ladderFile struct {
	ID        text `yaml:"id"`
	Name      text `yaml:"name"`
	orderFile `yaml:",inline"`
	Limits    map[string]text  `yaml:"limits"`
	Evidence  bool             `yaml:"evidence"`
	Onsite    bool             `yaml:"onsite"`
	Confirm   bool             `yaml:"confirm"`
	Public    bool             `yaml:"public"`
	Owner     text             `yaml:"owner"`
	GroupBy   texts            `yaml:"group_by"`
	Again     text             `yaml:"again"`
	Rungs     []ladderRungFile `yaml:"rungs"`
}

type ladderRungFile struct {
	Name   text  `yaml:"name"`
	Of     text  `yaml:"of"`
	After  text  `yaml:"after"`
	Letter text  `yaml:"letter"`
	Sign   text  `yaml:"sign"`
	Answer text  `yaml:"answer"`
	Copy   texts `yaml:"copy"`
	Listed bool  `yaml:"listed"`
	Clause text  `yaml:"clause"`
}

type checklistsFile struct {
	Checklists []checklistFile `yaml:"checklists"`
}

type checklistFile struct {
	ID        text `yaml:"id"`
	Name      text `yaml:"name"`
	orderFile `yaml:",inline"`
	Of        text            `yaml:"of"`
	To        text            `yaml:"to"`
	Else      text            `yaml:"else"`
	Severity  text            `yaml:"severity"`
	Ladder    text            `yaml:"ladder"`
	Items     []checkItemFile `yaml:"items"`
}

type checkItemFile struct {
	Name   text `yaml:"name"`
	Ask    text `yaml:"ask"`
	Clause text `yaml:"clause"`
}

type dutiesFile struct {
	Duties []dutyFile `yaml:"duties"`
}

type dutyFile struct {
	orderFile `yaml:",inline"`
}

type bulletinsFile struct {
	Bulletins []bulletinFile `yaml:"bulletins"`
}

type bulletinFile struct {
	ID         text `yaml:"id"`
	Name       text `yaml:"name"`
	orderFile  `yaml:",inline"`
	Every      text  `yaml:"every"`
	Indicators texts `yaml:"indicators"`
	Rules      texts `yaml:"rules"`
	Registers  texts `yaml:"registers"`
	Listed     bool  `yaml:"listed"`
	To         texts `yaml:"to"`
	Public     bool  `yaml:"public"`
}

type sendsFile struct {
	Sends []sendFile `yaml:"sends"`
}

type sendFile struct {
	ID        text `yaml:"id"`
	Name      text `yaml:"name"`
	orderFile `yaml:",inline"`
	Series    texts `yaml:"series"`
	Registers texts `yaml:"registers"`
	To        text  `yaml:"to"`
}

// packTypes are what a message about an unknown field looks through.
var packTypes = append(slices.Concat(warningTypes, planTypes), policyFile{}, valuesFile{}, valueFile{}, datedFile{}, registersFile{}, registerFile{}, fieldFile{}, moveFile{}, checkFile{},
	obligationFile{}, recordFile{}, completeFile{}, seriesFile{}, seriesOneFile{}, indicatorsFile{}, indicatorFile{}, selectFile{}, shareFile{},
	measureFile{}, timesFile{}, classesFile{}, targetFile{}, rulesFile{}, judgeFile{}, laddersFile{}, ladderFile{}, ladderRungFile{}, checklistsFile{},
	checklistFile{}, checkItemFile{}, verifiedFile{}, passedFile{}, dutiesFile{}, dutyFile{}, bulletinsFile{}, bulletinFile{}, sendsFile{}, sendFile{}, servicesFile{}, serviceFile{}, examplesFile{}, exampleFile{}, thenFile{}, packDemoFile{})
